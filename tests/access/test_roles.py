"""Roles as data: made, changed, deleted; who sees them, and what makes no sense in them."""

from typing import Any

import pytest

from auth.rights import PUBLIC, field_names
from domain.roles import MAX_GRANTS, GrantEntity
from tests.access.cases import SDL
from tests.access.staff import ROLE, Join, give, grant, make_role
from tests.client import Client
from tests.people import Cast, ready_role

READS_DEALS = grant("DEAL", "READ", "OWN")
NAMES = "{ roles { name } }"


async def names(person: Client) -> list[str]:
    """Give the names of the roles that a person sees."""
    return [role["name"] for role in (await person.data(NAMES))["roles"]]


async def test_a_new_workspace_has_four_roles(people: Cast) -> None:
    found = (await people.root.data(f"{{ roles {{ {ROLE[7:-2]} }} }}"))["roles"]
    roles = {role["code"]: role for role in found}

    assert [role["name"] for role in found] == [
        "Administrator", "Head of sales", "Observer", "Sales manager",
    ]  # fmt: skip
    assert roles["ADMINISTRATOR"]["grants"] == []
    assert [item["user"]["id"] for item in roles["ADMINISTRATOR"]["assignments"]] == [
        people.ids["root"]
    ]
    contacts = [item for item in roles["SALES_MANAGER"]["grants"] if item["entity"] == "CONTACT"]
    assert [(item["action"], item["scope"]) for item in contacts] == [
        ("READ", ["OWN", "SHARED", "OBSERVED"]),
        ("CREATE", ["OWN"]),
        ("UPDATE", ["OWN", "SHARED", "OBSERVED"]),
        ("IMPORT", ["OWN"]),
    ]


async def test_root_makes_a_role_and_reads_it_as_it_was_given(people: Cast) -> None:
    custom = {"entity": "DEAL", "name": "Score", "code": "score", "type": "INTEGER"}
    (await people.root.mutate("createCustomField", custom, "")).payload()
    pipeline = (await people.root.data("{ pipelines { id stages { id } } }"))["pipelines"][0]
    stage = pipeline["stages"][1]["id"]
    given = {
        "name": "Junior",
        "grants": [
            grant("DEAL", "READ", "OWN", "DEPARTMENT"),
            grant("DEAL", "READ", "ALL", pipelineId=pipeline["id"], stageId=stage,
                  where={"amount": {"gt": "1000"}}),
            grant("DEAL", "UPDATE", pipelineId=pipeline["id"]),
            grant("USER", "READ", "ALL"),
        ],
        "fields": [
            {"entity": "DEAL", "field": "amount", "access": "READ"},
            {"entity": "DEAL", "field": "score", "access": "HIDDEN"},
            {"entity": "CONTACT", "field": "fullName", "access": "HIDDEN"},
        ],
        "fieldDefaults": [{"entity": "COMPANY", "access": "READ"}],
        "settings": ["CRM_SETTINGS", "AUDIT"],
    }  # fmt: skip

    role = (await people.root.mutate("createRole", given, ROLE)).payload()["role"]

    nowhere = {"pipeline": None, "stage": None, "where": None}
    there = {"pipeline": {"id": pipeline["id"]}, "stage": None, "where": None}
    assert role == {
        "id": role["id"],
        "name": "Junior",
        "code": None,
        "grants": [
            {**grant("DEAL", "READ", "OWN", "DEPARTMENT"), **nowhere},
            {**grant("DEAL", "READ", "ALL"), **there, "stage": {"id": stage},
             "where": {"amount": {"gt": "1000"}}},
            {**grant("DEAL", "UPDATE"), **there},
            {**grant("USER", "READ", "ALL"), **nowhere},
        ],
        "fields": [
            {"entity": "DEAL", "field": "amount", "isCustom": False, "access": "READ"},
            {"entity": "DEAL", "field": "score", "isCustom": True, "access": "HIDDEN"},
            {"entity": "CONTACT", "field": "fullName", "isCustom": False, "access": "HIDDEN"},
        ],
        "fieldDefaults": [{"entity": "COMPANY", "access": "READ"}],
        "settings": ["CRM_SETTINGS", "AUDIT"],
        "assignments": [],
    }  # fmt: skip
    read = await people.root.data(
        f"query ($id: ID!) {{ {ROLE.replace('role {', 'role(id: $id) {', 1)} }}", id=role["id"]
    )
    assert read["role"] == role


async def test_a_list_that_is_given_replaces_and_the_others_stay(people: Cast) -> None:
    rules = [{"entity": "DEAL", "field": "comments", "access": "READ"}]
    role = await make_role(people.root, "Junior", READS_DEALS, fields=rules, settings=["AUDIT"])

    change = {"id": role, "grants": [grant("LEAD", "READ", "ALL")], "settings": []}
    after = (await people.root.mutate("updateRole", change, ROLE)).payload()["role"]

    assert [(item["entity"], item["scope"]) for item in after["grants"]] == [("LEAD", ["ALL"])]
    assert [item["field"] for item in after["fields"]] == ["comments"]
    assert (after["name"], after["settings"]) == ("Junior", [])
    renamed = await people.root.mutate("updateRole", {"id": role, "name": "Senior"}, ROLE)
    assert renamed.payload()["role"] == {**after, "name": "Senior"}


ID = "pipeline_01kb1rnj47e65gh2bh8vgs9zm5"
WRONG: list[Any] = [
    ({"name": None}, [("REQUIRED", "input.name")]),
    ({"name": "x" * 101}, [("LIMIT", "input.name")]),
    ({"name": "observer"}, [("DUPLICATE", "input.name")]),
    ({"grants": [grant("DEAL", "READ")]}, [("REQUIRED", "input.grants.0.scope")]),
    ({"grants": [READS_DEALS, READS_DEALS]}, [("DUPLICATE", "input.grants.1")]),
    ({"grants": [READS_DEALS, grant("DEAL", "READ", "ALL")]}, [("DUPLICATE", "input.grants.1")]),
    ({"grants": [grant("USER", "UPDATE", "ALL")]}, [("INVALID", "input.grants.0.action")]),
    ({"grants": [grant("USER", "READ", "OWN")]}, [("INVALID", "input.grants.0.scope")]),
    ({"grants": [grant("CATALOG_ELEMENT", "READ", "OWN", "OBSERVED")]},
     [("INVALID", "input.grants.0.scope.1")]),
    ({"grants": [grant("CONTACT", "READ", "ALL", pipelineId=ID)]},
     [("INVALID", "input.grants.0.pipelineId")]),
    ({"grants": [grant("LEAD", "READ", "ALL", pipelineId=ID)]},
     [("INVALID", "input.grants.0.pipelineId")]),
    ({"grants": [grant("DEAL", "READ", "ALL", pipelineId=ID)]},
     [("NOT_FOUND", "input.grants.0.pipelineId")]),
    ({"grants": [grant("DEAL", "READ", "ALL", stageId="stage_none")]},
     [("INVALID", "input.grants.0.stageId")]),
    ({"grants": [grant("DEAL", "READ", "ALL", stageId=ID)]},
     [("INVALID", "input.grants.0.stageId")]),
    ({"fields": [{"entity": "DEAL", "field": "amonut", "access": "READ"}]},
     [("INVALID", "input.fields.0.field")]),
    ({"fields": [{"entity": "DEAL", "field": "first_name", "access": "READ"}]},
     [("INVALID", "input.fields.0.field")]),
    ({"fields": [{"entity": "DEAL", "field": "version", "access": "HIDDEN"}]},
     [("INVALID", "input.fields.0.field")]),
    ({"fields": [{"entity": "USER", "field": "lastName", "access": "HIDDEN"}]},
     [("INVALID", "input.fields.0.field")]),
    ({"fields": [{"entity": "DEAL", "field": "tax", "access": access}
                 for access in ("READ", "WRITE")]}, [("DUPLICATE", "input.fields.1")]),
    ({"fieldDefaults": [{"entity": "DEAL", "access": access} for access in ("READ", "WRITE")]},
     [("DUPLICATE", "input.fieldDefaults.1")]),
    ({"settings": ["AUDIT", "AUDIT"]}, [("DUPLICATE", "input.settings.1")]),
]  # fmt: skip


@pytest.mark.parametrize(("given", "refusals"), WRONG)
async def test_what_makes_no_role_is_refused_where_it_stands(
    people: Cast, given: dict[str, Any], refusals: list[tuple[str, str]]
) -> None:
    valid = {"name": "Junior", "grants": [READS_DEALS]}

    refused = await people.root.mutate("createRole", {**valid, **given}, ROLE)

    assert refused.refusals() == refusals
    assert refused.data["createRole"]["role"] is None
    assert "Junior" not in await names(people.root)
    # The same without the flaw goes through.
    (await people.root.mutate("createRole", valid, ROLE)).payload()
    assert "Junior" in await names(people.root)


async def test_places_of_other_records_are_refused(people: Cast) -> None:
    found = await people.root.data(
        "{ pipelines { id } leads: pipelines(entity: LEAD) { id stages { id } } }"
    )
    leads, stage = found["leads"][0]["id"], found["leads"][0]["stages"][0]["id"]
    (await people.root.mutate("createPipeline", {"name": "Second"}, "")).payload()
    second = await people.root.data("{ pipelines { id stages { id } } }")
    other = second["pipelines"][1]["stages"][0]["id"]

    for place, where in (
        ({"pipelineId": leads}, "pipelineId"),
        ({"stageId": stage}, "stageId"),
        ({"pipelineId": found["pipelines"][0]["id"], "stageId": other}, "stageId"),
    ):
        given = {"name": "Junior", "grants": [grant("DEAL", "READ", "ALL", **place)]}
        refused = await people.root.mutate("createRole", given, ROLE)
        assert refused.refusals() == [("INVALID", f"input.grants.0.{where}")]
    assert "Junior" not in await names(people.root)
    await make_role(people.root, "Junior", grant("LEAD", "READ", "ALL", stageId=stage))


async def test_a_role_has_so_many_grants_at_most(people: Cast) -> None:
    grants = [
        grant("DEAL", "READ", "OWN", where={"amount": {"gt": str(number)}})
        for number in range(MAX_GRANTS + 1)
    ]
    role = await make_role(people.root, "Junior")

    refused = await people.root.mutate("updateRole", {"id": role, "grants": grants}, ROLE)

    assert refused.codes == ["QUERY_TOO_EXPENSIVE"] or refused.refusals() == [
        ("LIMIT", "input.grants")
    ]


async def test_the_administrators_role_stays_but_for_its_name(people: Cast) -> None:
    role = await ready_role(people.root, "ADMINISTRATOR")
    for name, value in (
        ("grants", [READS_DEALS]), ("fields", []), ("fieldDefaults", []), ("settings", []),
    ):  # fmt: skip
        refused = await people.root.mutate("updateRole", {"id": role, name: value}, ROLE)
        assert refused.refusals() == [("SYSTEM", f"input.{name}")]
    deleted = await people.root.mutate("deleteRole", {"id": role}, ROLE)
    assert deleted.refusals() == [("SYSTEM", "input.id")]

    named = await people.root.mutate("updateRole", {"id": role, "name": "Boss"}, ROLE)
    assert named.payload()["role"]["name"] == "Boss"
    assert "Boss" in await names(people.root)


async def test_a_deleted_role_is_lost_by_everyone(people: Cast, join: Join) -> None:
    role = await make_role(people.root, "Keeper", settings=["USERS"])
    masha = await join("masha", role)
    key = await people.root.mutate(
        "createApiKey", {"name": "bound", "roleId": role}, "secret apiKey { id role { name } }"
    )
    bound = Client(people.root.http, key.payload()["secret"])
    assert key.payload()["apiKey"]["role"] == {"name": "Keeper"}
    (await masha.mutate("createGroup", {"name": "One"}, "")).payload()
    (await bound.mutate("createGroup", {"name": "Two"}, "")).payload()

    assert (await people.anna.mutate("deleteRole", {"id": role}, "")).codes == ["FORBIDDEN"]
    assert await names(masha) == ["Keeper"]
    gone = await people.root.mutate("deleteRole", {"id": role}, ROLE)

    assert gone.payload()["role"]["name"] == "Keeper"
    assert await names(masha) == []
    assert (await masha.mutate("createGroup", {"name": "Three"}, "")).codes == ["FORBIDDEN"]
    assert (await bound.run("{ viewer { user { id } } }")).status == 401
    groups = (await people.root.data("{ groups { name } }"))["groups"]
    assert [group["name"] for group in groups] == ["One", "Two"]


async def test_one_sees_ones_own_roles_and_only_those(people: Cast, join: Join) -> None:
    role = await make_role(people.root, "Junior", READS_DEALS)
    masha, oleg = await join("masha", role), await join("oleg")
    head = await ready_role(people.root, "HEAD_OF_SALES")
    assignment = await give(people.root, role, userId=people.ids["boris"])
    own = await give(people.root, role, userId=people.ids["masha"])

    assert await names(masha) == ["Junior"]
    assert await names(people.anna) == ["Head of sales"]
    assert await names(people.boris) == ["Head of sales", "Junior"]
    assert await names(oleg) == []

    text = "query ($ids: [ID!]!, $role: ID!) { nodes(ids: $ids) { id } role(id: $role) { id } }"
    ids = [role, head, assignment, own]
    seen = await masha.data(text, ids=ids, role=head)
    assert seen == {"nodes": [{"id": role}, None, None, {"id": own}], "role": None}
    seen = await people.root.data(text, ids=ids, role=head)
    assert seen == {"nodes": [{"id": key} for key in ids], "role": {"id": head}}
    # Who else has the role is for those to know who give roles.
    held = "{ viewer { roles { assignments { user { id } } } } }"
    assert (await masha.data(held))["viewer"]["roles"] == [
        {"assignments": [{"user": {"id": people.ids["masha"]}}]}
    ]


async def test_who_may_not_keep_roles_changes_none(people: Cast, join: Join) -> None:
    role = await make_role(people.root, "Junior", READS_DEALS)
    masha = await join("masha", await make_role(people.root, "Keeper", settings=["ROLES"]))
    oleg = await join("oleg", await make_role(people.root, "Other", settings=["USERS"]))
    calls: list[tuple[str, dict[str, Any]]] = [
        ("createRole", {"name": "Mine", "settings": ["ROLES"]}),
        ("updateRole", {"id": role, "name": "Theirs"}),
        ("assignRole", {"roleId": role, "userId": people.ids["oleg"]}),
        ("unassignRole", {"roleId": role, "userId": people.ids["oleg"]}),
        ("deleteRole", {"id": role}),
    ]
    before = await names(people.root)
    for name, given in calls:
        assert (await oleg.mutate(name, given, "")).codes == ["FORBIDDEN"], name
        assert await names(people.root) == before
        assert await names(oleg) == ["Other"]
    for name, given in calls:
        (await masha.mutate(name, given, "")).payload()


def test_roles_can_speak_of_every_field_of_a_type() -> None:

    for entity in GrantEntity:
        name = entity.value.lower()
        kind: Any = SDL.type_map["".join(part.capitalize() for part in name.split("_"))]
        assert set(kind.fields) <= field_names(name) | PUBLIC[name]

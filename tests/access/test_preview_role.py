"""What a change of a role would do: told before, and the same as what then happens."""

from typing import Any

import pytest

from resolvers import previewing
from tests.access.staff import Join, give, grant, make_deal, make_role
from tests.client import Answer, Client
from tests.people import Cast, ready_role

PREVIEW = """query ($input: PreviewRoleInput!) { previewRole(input: $input) {
  usersAffected usersCounted apiKeysAffected recordsGained recordsLost fieldsGained fieldsLost
  settingsGained settingsLost
  people { user { id } recordsGained recordsLost }
  types { entity recordsGained recordsLost updatableGained updatableLost deletableGained
          deletableLost actionsGained actionsLost fieldsGained fieldsLost writableGained
          writableLost } } }"""
SEEN = "{ deals(first: 100) { nodes { id } } leads(first: 100) { nodes { id } } }"
NOBODY = "user_01kb1rnj47e65gh2bh8vgs9zm5"
NO_PIPELINE = "pipeline_01kb1rnj47e65gh2bh8vgs9zm5"
STATE = "{ auditEvents { totalCount } roles { id name grants { where } } }"
HIDDEN = {"entity": "DEAL", "field": "amount", "access": "HIDDEN"}


async def preview(person: Client, **given: Any) -> Any:
    """Give what a change would do."""
    return (await person.run(PREVIEW, {"input": given})).data["previewRole"]


async def seen(person: Client) -> set[str]:
    """Give the ids of the deals and leads that a person sees."""
    found = await person.data(SEEN)
    return {node["id"] for part in found.values() for node in part["nodes"]}


def of_type(found: Any, entity: str) -> Any:
    """Give what differs of a type, without what does not."""
    (one,) = (kind for kind in found["types"] if kind["entity"] == entity)
    return {key: value for key, value in one.items() if value and key != "entity"}


async def _made(root: Client, contents: dict[str, Any]) -> str:
    """Make the role that was previewed, and give its id."""
    made = await root.mutate("createRole", contents, "role { id }")
    return str(made.payload()["role"]["id"])


async def add_records(people: Cast, *owners: str) -> None:
    """Make for each of some people a deal that is shared, one that is not, and a lead."""
    for name in owners:
        own = {"responsibleId": people.ids[name]}
        await make_deal(people.boris, f"{name}'s", amount={"amount": "100"}, **own)
        await make_deal(people.boris, f"{name}'s big", amount={"amount": "9000"}, isShared=True,
                        **own)  # fmt: skip
        (await people.boris.mutate("createLead", {"title": f"{name}'s", **own}, "")).payload()


async def test_the_numbers_are_what_people_then_see(people: Cast, join: Join) -> None:
    role = await make_role(
        people.root, "Working", grant("DEAL", "READ", "OWN"), grant("LEAD", "READ", "ALL")
    )
    masha, oleg = await join("masha", role), await join("oleg", role)
    await join("idle")
    await add_records(people, "masha", "oleg", "anna")
    before = {"masha": await seen(masha), "oleg": await seen(oleg)}
    change = {
        "id": role,
        "grants": [
            grant("DEAL", "READ", "OWN", "SHARED"),
            grant("DEAL", "READ", "ALL", where={"amount": {"gt": "5000"}}),
            grant("LEAD", "READ", "OWN"),
        ],
    }
    log = await people.root.data(STATE)

    told = await preview(people.root, **change)

    after = await people.root.data(STATE)
    assert after == log
    assert {"masha": await seen(masha), "oleg": await seen(oleg)} == before
    (await people.root.mutate("updateRole", change, "")).payload()
    then = {"masha": await seen(masha), "oleg": await seen(oleg)}
    assert told["people"] == [
        {"user": {"id": people.ids[name]}, "recordsGained": len(then[name] - before[name]),
         "recordsLost": len(before[name] - then[name])}
        for name in ("masha", "oleg")
    ]  # fmt: skip
    assert (told["recordsGained"], told["recordsLost"]) == (4, 4)
    assert (told["usersAffected"], told["usersCounted"], told["apiKeysAffected"]) == (2, 2, 0)
    assert (told["fieldsGained"], told["fieldsLost"]) == ([], [])
    assert of_type(told, "DEAL") == {"recordsGained": 4}
    assert of_type(told, "LEAD") == {"recordsLost": 4}
    nothing = await preview(people.root, **change)
    assert (nothing["usersAffected"], nothing["people"], nothing["types"]) == (0, [], [])


async def test_fields_are_told_of_cell_by_cell(people: Cast, join: Join) -> None:
    """Masha sees her own deals whole, so that hiding the amount takes it from the others only."""
    own = await make_role(people.root, "Own", grant("DEAL", "READ", "OWN"))
    wide = await make_role(people.root, "Wide", grant("DEAL", "READ", "ALL"))
    masha, oleg = await join("masha", own, wide), await join("oleg", wide)
    await add_records(people, "masha", "anna")
    text = "{ deals { nodes { title amount { amount } } } }"

    told = await preview(people.root, id=wide, fields=[HIDDEN], fieldDefaults=[])
    assert told["fieldsLost"] == ["Deal.amount"]
    assert of_type(told, "DEAL") == {"fieldsLost": ["amount"]}
    (await people.root.mutate("updateRole", {"id": wide, "fields": [HIDDEN]}, "")).payload()
    assert (await masha.run(text)).errors[0]["extensions"]["rows"] == 2
    assert (await oleg.run(text)).errors[0]["extensions"]["rows"] == 4

    (await people.root.mutate("unassignRole", {"roleId": wide, "userId": people.ids["oleg"]},
                              "")).payload()  # fmt: skip
    back = await preview(people.root, id=wide, fields=[])
    assert (back["usersAffected"], back["recordsGained"]) == (1, 0)
    assert of_type(back, "DEAL") == {"fieldsGained": ["amount"]}
    # Where she sees no deals but her own, hiding the amount of others' takes nothing from her.
    narrow = await preview(people.root, id=wide, grants=[grant("LEAD", "READ", "ALL")])
    assert of_type(narrow, "DEAL") == {"recordsLost": 2}
    assert narrow["fieldsLost"] == []


async def test_a_new_role_is_for_those_to_whom_it_would_be_given(people: Cast, join: Join) -> None:
    masha = await join("masha")
    made = await people.root.mutate("createDepartment", {"name": "North"}, "department { id }")
    north = made.payload()["department"]["id"]
    made = await people.root.mutate(
        "createDepartment", {"name": "Coast", "parentId": north}, "department { id }"
    )
    coast = made.payload()["department"]["id"]
    moved = {"id": people.ids["masha"], "departmentIds": [coast]}
    (await people.root.mutate("updateUser", moved, "")).payload()
    await add_records(people, "masha", "anna")
    contents = {
        "name": "New",
        "grants": [grant("DEAL", "READ", "ALL"), grant("DEAL", "UPDATE", "OWN"),
                   grant("DEAL", "DELETE", "OWN"), grant("DEAL", "CREATE", "OWN")],
        "fields": [HIDDEN, {"entity": "DEAL", "field": "tax", "access": "READ"}],
        "settings": ["AUDIT"],
    }  # fmt: skip

    assert (await preview(people.root, **contents))["usersAffected"] == 0
    assert (await preview(people.root, **contents, departmentIds=[north]))["usersAffected"] == 0
    for given in (
        {"userIds": [people.ids["masha"], people.ids["root"]]},
        {"departmentIds": [north], "includeSubdepartments": True},
    ):
        told = await preview(people.root, **contents, **given)
        assert told["people"] == [
            {"user": {"id": people.ids["masha"]}, "recordsGained": 4, "recordsLost": 0}
        ]
        assert told["settingsGained"] == ["AUDIT"]
        deals = of_type(told, "DEAL")
        assert deals["actionsGained"] == ["READ", "CREATE", "UPDATE", "DELETE"]
        assert (deals["recordsGained"], deals["updatableGained"], deals["deletableGained"]) == (
            4, 2, 2,
        )  # fmt: skip
        assert {"title", "tax", "stage"} <= set(deals["fieldsGained"])
        assert "amount" not in deals["fieldsGained"]
        assert {"title", "stage"} <= set(deals["writableGained"])
        assert {"amount", "tax", "createdAt"}.isdisjoint(deals["writableGained"])
    assert await seen(masha) == set()
    names = [role["name"] for role in (await people.root.data("{ roles { name } }"))["roles"]]
    assert "New" not in names
    role = await _made(people.root, contents)
    await give(people.root, role, userId=people.ids["masha"])
    assert len(await seen(masha)) == 4


async def test_who_may_do_everything_gains_and_loses_nothing(people: Cast, join: Join) -> None:
    role = await make_role(people.root, "Working", grant("DEAL", "READ", "ALL"))
    await join("second", role, await ready_role(people.root, "ADMINISTRATOR"))
    await add_records(people, "anna")
    key = {"name": "Narrow", "scopes": ["READ"], "roleId": role}
    (await people.root.mutate("createApiKey", key, "")).payload()
    told = await preview(people.root, id=role, grants=[])
    assert (told["usersAffected"], told["apiKeysAffected"], told["recordsLost"]) == (0, 1, 0)
    renamed = await preview(people.root, id=role, name="Other")
    assert (renamed["usersAffected"], renamed["apiKeysAffected"]) == (0, 0)


async def test_one_statement_counts_for_all_who_are_alike(
    people: Cast, join: Join, watch: Any
) -> None:
    role = await make_role(people.root, "Working")
    for name in ("masha", "oleg", "vera"):
        await join(name, role)
    with watch() as alike:
        await preview(people.root, id=role, grants=[grant("DEAL", "READ", "ALL")])
    with watch() as apart:
        await preview(people.root, id=role, grants=[grant("DEAL", "READ", "OWN")])
    assert len(apart.records) - len(alike.records) == 2


async def test_records_are_counted_of_some_people_and_the_rest_of_all(
    people: Cast, join: Join, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert previewing.MOST_PEOPLE == 50
    monkeypatch.setattr(previewing, "MOST_PEOPLE", 2)
    role = await make_role(people.root, "Working")
    for name in ("masha", "oleg", "vera"):
        await join(name, role)
    await add_records(people, "masha", "oleg", "vera")
    told = await preview(people.root, id=role, grants=[grant("DEAL", "READ", "OWN")])
    assert (told["usersAffected"], told["usersCounted"], told["recordsGained"]) == (3, 2, 4)
    assert [person["user"]["id"] for person in told["people"]] == [
        people.ids["masha"], people.ids["oleg"],
    ]  # fmt: skip
    assert "Deal.title" in told["fieldsGained"]


async def test_only_keepers_of_roles_preview(people: Cast, join: Join) -> None:
    role = await make_role(people.root, "Keeper", settings=["ROLES"])
    keeper = await join("keeper", role)
    other = await join("other", await make_role(people.root, "People", settings=["USERS"]))
    key = await people.root.mutate("createApiKey", {"name": "r", "scopes": ["READ"]}, "secret")
    reading = Client(people.root.http, key.payload()["secret"])
    asked = {"input": {"id": role, "grants": [grant("DEAL", "READ", "ALL")]}}
    assert (await keeper.run(PREVIEW, asked)).data["previewRole"]["usersAffected"] == 1
    for caller in (people.anna, other, people.reader, reading):
        refused = await caller.run(PREVIEW, asked)
        assert (refused.codes, refused.body["data"]) == (["FORBIDDEN"], None)
    stranger = await people.olga.run(PREVIEW, asked)
    assert (stranger.codes, stranger.errors[0]["extensions"]["path"]) == (
        ["BAD_USER_INPUT"], ["input", "id"],
    )  # fmt: skip
    viewed = await people.root.run(PREVIEW, asked, {"X-View-As": people.ids["keeper"]})
    assert viewed.codes == ["FORBIDDEN"]


def reasons(answer: Answer) -> tuple[str, list[str]]:
    """Give the message and the path of a query's only error."""
    assert answer.codes == ["BAD_USER_INPUT"]
    return answer.errors[0]["message"], answer.errors[0]["extensions"]["path"]


@pytest.mark.parametrize(
    "given",
    [
        {"name": ""},
        {"name": "administrator"},
        {"grants": [grant("DEAL", "READ")]},
        {"grants": [grant("DEAL", "READ", "ALL", where={"amonut": {"eq": "1"}})]},
        {"grants": [grant("LEAD", "READ", "ALL", pipelineId=NO_PIPELINE)]},
        {"fields": [{"entity": "DEAL", "field": "id", "access": "HIDDEN"}]},
        {"settings": ["AUDIT", "AUDIT"]},
    ],
)
async def test_what_the_change_is_refused_for_the_preview_is(
    people: Cast, given: dict[str, Any]
) -> None:
    role = await make_role(people.root, "Working")
    changed = await people.root.mutate("updateRole", {"id": role, **given}, "")
    (first, *_) = changed.data["updateRole"]["userErrors"]
    for more in ({"id": role}, {"name": "Other"}):
        answer = await people.root.run(PREVIEW, {"input": {**more, **given}})
        assert reasons(answer) == (first["message"], first["path"])


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({}, ["input", "name"]),
        ({"name": "New", "userIds": [NOBODY]}, ["input", "userIds", "0"]),
        ({"name": "New", "groupIds": [NOBODY]},
         ["input", "groupIds", "0"]),
        ({"name": "New", "includeSubdepartments": True}, ["input", "includeSubdepartments"]),
    ],
)  # fmt: skip
async def test_a_preview_that_makes_no_sense_is_refused(
    people: Cast, given: dict[str, Any], path: list[str]
) -> None:
    assert reasons(await people.root.run(PREVIEW, {"input": given}))[1] == path


async def test_of_the_administrators_role_only_the_name_changes(people: Cast) -> None:
    role = await ready_role(people.root, "ADMINISTRATOR")
    answer = await people.root.run(PREVIEW, {"input": {"id": role, "grants": []}})
    assert reasons(answer)[1] == ["input", "grants"]
    given = await preview(people.root, id=role, userIds=[people.ids["anna"]])
    assert given["settingsGained"] == ["CRM_SETTINGS", "USERS", "ROLES", "AUDIT", "DEBUG"]

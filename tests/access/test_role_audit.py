"""What the audit log tells of roles, and of what was refused: names, never values."""

from typing import Any

from domain.audit import AuditKind
from tests.access.conftest import Log
from tests.access.staff import Join, give, grant, make_deal, make_role
from tests.people import Cast


async def test_a_role_is_made_changed_and_deleted(people: Cast, log: Log) -> None:
    stage = (await people.root.data("{ pipelines { stages { id } } }"))["pipelines"][0]["stages"][1]
    read, write = grant("DEAL", "READ", "ALL"), grant("DEAL", "UPDATE", "OWN", stageId=stage["id"])
    conditional = grant("LEAD", "READ", "ALL", where={"title": {"eq": "x"}})
    role = await make_role(people.root, "Looking", read, settings=["AUDIT"])
    hidden = {"entity": "DEAL", "field": "amount", "access": "HIDDEN"}
    changed = {"id": role, "name": "Working", "grants": [write, conditional, read],
               "fields": [hidden], "settings": ["AUDIT"]}  # fmt: skip
    (await people.root.mutate("updateRole", changed, "")).payload()
    (await people.root.mutate("updateRole", changed, "")).payload()
    (await people.root.mutate("deleteStage", {"id": stage["id"]}, "")).payload()
    (await people.root.mutate("deleteRole", {"id": role}, "")).payload()

    entries = await log(AuditKind.ROLE_CREATED, AuditKind.ROLE_CHANGED, AuditKind.ROLE_DELETED)

    def stored(given: Any) -> Any:
        return {"pipelineId": None, "stageId": None, "where": None, **given}

    assert {(entry["user"]["id"], entry["subjectId"], entry["about"]) for entry in entries} == {
        (people.ids["root"], role, None)
    }
    assert [(entry["kind"], entry["details"]) for entry in entries] == [
        ("ROLE_CREATED", {"role": "Looking", "changes": {
            "name": {"from": None, "to": "Looking"},
            "grants": {"from": [], "to": [stored(read)]},
            "settings": {"from": [], "to": ["AUDIT"]},
        }}),
        ("ROLE_CHANGED", {"role": "Working", "changes": {
            "name": {"from": "Looking", "to": "Working"},
            "grants": {"from": [], "to": [stored(write), stored(conditional)]},
            "fields": {"from": [], "to": [hidden]},
        }}),
        ("ROLE_CHANGED", {"role": "Working", "changes": {
            "grants": {"from": [stored(write)], "to": []},
        }}),
        ("ROLE_DELETED", {"role": "Working", "changes": {
            "name": {"from": "Working", "to": None},
            "grants": {"from": [stored(conditional), stored(read)], "to": []},
            "fields": {"from": [hidden], "to": []},
            "settings": {"from": ["AUDIT"], "to": []},
        }}),
    ]  # fmt: skip


async def test_a_role_is_given_and_taken(people: Cast, log: Log) -> None:
    made = await people.root.mutate("createDepartment", {"name": "North"}, "department { id }")
    north = made.payload()["department"]["id"]
    made = await people.root.mutate("createGroup", {"name": "Friends"}, "group { id }")
    friends = made.payload()["group"]["id"]
    role = await make_role(people.root, "Looking")
    before = len(await log(AuditKind.ROLE_ASSIGNED, AuditKind.ROLE_UNASSIGNED))

    await give(people.root, role, userId=people.ids["anna"])
    await give(people.root, role, userId=people.ids["anna"])
    await give(people.root, role, departmentId=north)
    await give(people.root, role, departmentId=north, includeSubdepartments=True)
    given = await give(people.root, role, groupId=friends)
    (await people.root.mutate("unassignRole", {"id": given}, "")).payload()
    (await people.root.mutate("deleteDepartment", {"id": north}, "")).payload()
    (await people.root.mutate("deleteRole", {"id": role}, "")).payload()

    entries = (await log(AuditKind.ROLE_ASSIGNED, AuditKind.ROLE_UNASSIGNED))[before:]
    assert {(entry["user"]["id"], entry["subjectId"]) for entry in entries} == {
        (people.ids["root"], role)
    }
    to_anna = ({"id": people.ids["anna"]}, {"role": "Looking"})
    to_friends = (None, {"role": "Looking", "groupId": friends, "group": "Friends"})
    to_north = {"role": "Looking", "departmentId": north, "department": "North"}
    wide = {"includeSubdepartments": True}
    widened = {"changes": {"includeSubdepartments": {"from": False, "to": True}}}
    assert [(entry["kind"], (entry["about"], entry["details"])) for entry in entries] == [
        ("ROLE_ASSIGNED", to_anna),
        ("ROLE_ASSIGNED", (None, {**to_north, "includeSubdepartments": False})),
        ("ROLE_ASSIGNED", (None, {**to_north, **wide, **widened})),
        ("ROLE_ASSIGNED", to_friends),
        ("ROLE_UNASSIGNED", to_friends),
        ("ROLE_UNASSIGNED", (None, {**to_north, **wide})),
        ("ROLE_UNASSIGNED", to_anna),
    ]


async def test_a_refused_change_of_roles_is_no_change(people: Cast, log: Log) -> None:
    kinds = (AuditKind.ROLE_CREATED, AuditKind.ROLE_CHANGED, AuditKind.ROLE_ASSIGNED)
    role = await make_role(people.root, "Looking")
    before = await log(*kinds)
    nothing = {"id": role, "name": ""}
    assert (await people.root.mutate("updateRole", nothing, "")).refusals()
    mine = {"roleId": role, "userId": people.ids["anna"]}
    assert (await people.anna.mutate("assignRole", mine, "")).codes == ["FORBIDDEN"]
    dry = {"X-Dry-Run": "1"}
    text = "mutation ($g: CreateRoleInput!) { createRole(input: $g) { userErrors { code } } }"
    (await people.root.run(text, {"g": {"name": "Dry"}}, dry)).payload()
    assert await log(*kinds) == before


async def test_what_was_refused_is_told_by_name_without_values(
    people: Cast, join: Join, log: Log
) -> None:
    rules = [{"entity": "DEAL", "field": "amount", "access": "HIDDEN"},
             {"entity": "DEAL", "field": "comments", "access": "READ"}]  # fmt: skip
    near = await make_role(
        people.root, "Near", grant("DEAL", "READ", "ALL"), grant("DEAL", "UPDATE", "OWN"),
        fields=rules,
    )  # fmt: skip
    masha = await join("masha", near)
    deal = await make_deal(people.anna, "Anna's", amount={"amount": "77123"})
    hidden = "{ deals { nodes { amount { amount } title } } }"
    where = "{ deals(where: { amount: { gt: 77123 } }) { totalCount } }"

    assert (await masha.run(hidden)).codes == ["FORBIDDEN"]
    assert (await masha.run(hidden, headers={"X-On-Denied": "null"})).codes == []
    assert (await masha.run(where)).codes == ["FORBIDDEN"]
    refused = await masha.mutate("updateDeal", {"id": deal, "title": "Mine 77123"}, "")
    assert refused.refusals() == [("FORBIDDEN", "input.id")]
    refused = await masha.mutate("updateDeal", {"id": deal, "comments": "77123"}, "")
    assert refused.codes == ["FORBIDDEN"]
    assert (await masha.mutate("createDeal", {"title": "77123"}, "")).codes == ["FORBIDDEN"]

    entries = await log(AuditKind.DENIED)
    assert {entry["user"]["id"] for entry in entries} == {people.ids["masha"]}
    assert [entry["details"] for entry in entries] == [
        {"reason": "field_hidden", "fields": ["deals"], "refused": ["Deal.amount"]},
        {"reason": "row_forbidden", "fields": ["updateDeal"]},
        {"reason": "field_fixed", "fields": ["updateDeal"], "refused": ["Deal.comments"]},
        {"reason": "no_role_grants", "fields": ["createDeal"], "action": "CREATE", "type": "Deal"},
    ]  # fmt: skip
    assert "77123" not in str(entries)
    untouched = await people.anna.data("query ($id: ID!) { deal(id: $id) { title } }", id=deal)
    assert untouched["deal"]["title"] == "Anna's"

"""Who has which role: given to people, departments and groups, and taken from them."""

from typing import Any

import httpx
import pytest

from tests.access.staff import Join, give, grant, make_deal, make_role, titles
from tests.client import Client
from tests.people import Cast, ready_role

HELD = """roleAssignment { id role { name } user { id } department { id } group { id }
  includeSubdepartments }"""
ALL_DEALS = grant("DEAL", "READ", "ALL")


async def make(root: Client, thing: str, **given: Any) -> str:
    """Make a department or a group and give its id."""
    name = thing.lower()
    made = await root.mutate(f"create{thing}", {"name": "Some", **given}, f"{name} {{ id }}")
    found: str = made.payload()[name]["id"]
    return found


async def test_who_has_no_role_sees_nothing_until_one_is_given(people: Cast, join: Join) -> None:
    nina = await join("nina")
    await make_deal(people.anna, "Anna's")
    role = await make_role(people.root, "Looks", ALL_DEALS)
    assert await titles(nina) == []
    refused = await nina.mutate("createDeal", {"title": "Nina's"}, "deal { id }")
    assert refused.codes == ["FORBIDDEN"]

    given = {"roleId": role, "userId": people.ids["nina"]}
    done = await people.root.mutate("assignRole", given, HELD)

    assert done.payload()["roleAssignment"] == {
        "id": done.payload()["roleAssignment"]["id"],
        "role": {"name": "Looks"},
        "user": {"id": people.ids["nina"]},
        "department": None,
        "group": None,
        "includeSubdepartments": False,
    }
    assert await titles(nina) == ["Anna's"]
    (await people.root.mutate("unassignRole", given, HELD)).payload()
    assert await titles(nina) == []


async def test_given_twice_is_given_once(people: Cast, join: Join) -> None:
    await join("nina")
    role = await make_role(people.root, "Looks", ALL_DEALS)
    first = await give(people.root, role, userId=people.ids["nina"])

    assert await give(people.root, role, userId=people.ids["nina"]) == first

    held = await people.root.data(
        "query ($id: ID!) { role(id: $id) { assignments { id } } }", id=role
    )
    assert held["role"]["assignments"] == [{"id": first}]


async def test_a_department_gives_its_role_to_its_people_and_to_those_below(
    people: Cast, join: Join
) -> None:
    masha, oleg = await join("masha"), await join("oleg")
    top = await make(people.root, "Department")
    low = await make(people.root, "Department", parentId=top)
    for name, department in (("masha", top), ("oleg", low)):
        given = {"id": people.ids[name], "departmentIds": [department]}
        (await people.root.mutate("updateUser", given, "")).payload()
    await make_deal(people.anna, "Anna's")
    role = await make_role(people.root, "Looks", ALL_DEALS)

    first = await give(people.root, role, departmentId=top)
    assert (await titles(masha), await titles(oleg)) == (["Anna's"], [])

    assert await give(people.root, role, departmentId=top, includeSubdepartments=True) == first
    assert (await titles(masha), await titles(oleg)) == (["Anna's"], ["Anna's"])
    # Asked again without saying so, it stays as it is.
    await give(people.root, role, departmentId=top)
    assert await titles(oleg) == ["Anna's"]

    (await people.root.mutate("unassignRole", {"id": first}, HELD)).payload()
    assert (await titles(masha), await titles(oleg)) == ([], [])


async def test_a_group_gives_its_role_to_its_people_while_they_are_in_it(
    people: Cast, join: Join
) -> None:
    masha, oleg = await join("masha"), await join("oleg")
    group = await make(people.root, "Group", memberIds=[people.ids["masha"]])
    await make_deal(people.anna, "Anna's")
    await give(people.root, await make_role(people.root, "Looks", ALL_DEALS), groupId=group)
    assert (await titles(masha), await titles(oleg)) == (["Anna's"], [])

    given = {"id": group, "memberIds": [people.ids["oleg"]]}
    (await people.root.mutate("updateGroup", given, "")).payload()
    assert (await titles(masha), await titles(oleg)) == ([], ["Anna's"])

    (await people.root.mutate("deleteGroup", {"id": group}, "")).payload()
    assert await titles(oleg) == []
    found = (await people.root.data("{ roles { name assignments { id } } }"))["roles"]
    assert {"name": "Looks", "assignments": []} in found


async def test_a_deleted_department_gives_no_role(people: Cast) -> None:
    department = await make(people.root, "Department")
    role = await make_role(people.root, "Looks", ALL_DEALS)
    assignment = await give(people.root, role, departmentId=department)

    gone = await people.root.run(
        "mutation ($given: DeleteDepartmentInput!) { deleteDepartment(input: $given)"
        " { userErrors { code } } }",
        {"given": {"id": department}},
        {"X-Dry-Run": "1"},
    )
    events = gone.extensions["dryRun"]["events"]
    assert [(item["kind"], item["id"]) for item in events] == [
        ("PURGED", assignment), ("PURGED", department),
    ]  # fmt: skip
    (await people.root.mutate("deleteDepartment", {"id": department}, "")).payload()
    held = await people.root.data("query ($id: ID!) { node(id: $id) { id } }", id=assignment)
    assert held["node"] is None


@pytest.mark.parametrize(
    ("holder", "refusals"),
    [
        ({}, [("REQUIRED", "input")]),
        ({"userId": "$anna", "groupId": "$group"}, [("INVALID", "input.groupId")]),
        ({"userId": "$anna", "includeSubdepartments": True},
         [("INVALID", "input.includeSubdepartments")]),
        ({"userId": "$group"}, [("INVALID", "input.userId")]),
        ({"userId": "user_01kb1rnj47e65gh2bh8vgs9zm5"}, [("NOT_FOUND", "input.userId")]),
        ({"roleId": "$group", "userId": "$anna"}, [("INVALID", "input.roleId")]),
        ({"roleId": "role_01kb1rnj47e65gh2bh8vgs9zm5", "userId": "$anna"},
         [("NOT_FOUND", "input.roleId")]),
    ],
)  # fmt: skip
async def test_a_role_is_given_to_one_holder_that_is_there(
    people: Cast, holder: dict[str, Any], refusals: list[tuple[str, str]]
) -> None:
    known = {"anna": people.ids["anna"], "group": await make(people.root, "Group")}
    role = await make_role(people.root, "Looks", ALL_DEALS)
    given = {
        "roleId": role,
        **{key: known[value[1:]] if str(value)[0] == "$" else value
           for key, value in holder.items()},
    }  # fmt: skip

    refused = await people.root.mutate("assignRole", given, HELD)

    assert refused.refusals() == refusals
    held = (await people.root.data("{ roles { name assignments { id } } }"))["roles"]
    assert {"name": "Looks", "assignments": []} in held


@pytest.mark.parametrize(
    ("given", "refusals"),
    [
        ({}, [("REQUIRED", "input.roleId")]),
        ({"roleId": "$role"}, [("REQUIRED", "input")]),
        ({"roleId": "$role", "userId": "$boris"}, [("NOT_FOUND", "input.roleId")]),
        ({"id": "$assignment", "roleId": "$role"}, [("INVALID", "input.roleId")]),
        ({"id": "$role"}, [("INVALID", "input.id")]),
    ],
)
async def test_what_was_not_given_is_not_taken(
    people: Cast, given: dict[str, str], refusals: list[tuple[str, str]]
) -> None:
    role = await make_role(people.root, "Looks", ALL_DEALS)
    assignment = await give(people.root, role, userId=people.ids["anna"])
    known = {"role": role, "assignment": assignment, "boris": people.ids["boris"]}
    asked = {key: known[value[1:]] for key, value in given.items()}

    refused = await people.root.mutate("unassignRole", asked, HELD)

    assert refused.refusals() == refusals
    held = await people.root.data("query ($id: ID!) { node(id: $id) { id } }", id=assignment)
    assert held["node"] == {"id": assignment}


async def test_an_administrator_by_group_or_department_counts_as_one(people: Cast) -> None:
    admin = await ready_role(people.root, "ADMINISTRATOR")
    root = {"roleId": admin, "userId": people.ids["root"]}
    group = await make(people.root, "Group", memberIds=[people.ids["anna"]])
    by_group = await give(people.root, admin, groupId=group)
    (await people.root.mutate("unassignRole", root, HELD)).payload()

    last = await people.anna.mutate("unassignRole", {"id": by_group}, HELD)
    assert last.refusals() == [("CONFLICT", "input.id")]
    emptied = await people.anna.mutate("updateGroup", {"id": group, "memberIds": []}, "")
    assert emptied.refusals() == [("CONFLICT", "input.id")]
    deleted = await people.anna.mutate("deleteGroup", {"id": group}, "")
    assert deleted.refusals() == [("CONFLICT", "input.id")]
    assert (await people.anna.data("{ viewer { user { isAdmin } } }"))["viewer"]["user"]["isAdmin"]


async def test_a_change_of_a_role_holds_from_the_next_request_of_every_server(
    people: Cast, join: Join, replica: httpx.AsyncClient
) -> None:
    role = await make_role(people.root, "Looks", grant("DEAL", "READ", "OWN"))
    masha = await join("masha", role)
    elsewhere = Client(replica, masha.token)
    await make_deal(people.anna, "Anna's")
    for scope, seen in (("ALL", ["Anna's"]), ("OWN", []), ("ALL", ["Anna's"])):
        change = {"id": role, "grants": [grant("DEAL", "READ", scope)]}
        (await people.root.mutate("updateRole", change, "")).payload()
        assert await titles(elsewhere) == seen
        assert await titles(masha) == seen

    taken = {"roleId": role, "userId": people.ids["masha"]}
    (await people.root.mutate("unassignRole", taken, "")).payload()
    assert await titles(elsewhere) == []
    assert await titles(masha) == []


async def test_roles_of_people_are_known_without_a_statement(
    people: Cast, join: Join, watch: Any
) -> None:
    await join("masha", await make_role(people.root, "Looks", ALL_DEALS))
    asked = "{ viewer { roles { name } user { id isAdmin roles { name grants { action } } } } }"
    await people.root.data(asked)
    with watch() as seen:
        found = (await people.root.data(asked))["viewer"]
    assert seen.records == []
    assert found["roles"] == [{"name": "Administrator"}]
    assert found["user"]["roles"] == [{"name": "Administrator", "grants": []}]
    assert found["user"]["isAdmin"] is True


async def test_the_roles_of_others_are_for_those_to_know_who_give_them(
    people: Cast, join: Join
) -> None:
    masha = await join("masha", await make_role(people.root, "Looks", ALL_DEALS))
    text = "query ($id: ID!) { user(id: $id) { fullName roles { name } } }"
    for person, of, seen in (
        (masha, "masha", [{"name": "Looks"}]),
        (masha, "anna", None),
        (people.anna, "masha", None),
        (people.root, "masha", [{"name": "Looks"}]),
    ):
        found = await person.run(text, {"id": people.ids[of]})
        assert found.body["data"]["user"]["roles"] == seen


async def test_a_person_is_added_with_roles_by_who_may_give_them(people: Cast, join: Join) -> None:
    role = await make_role(people.root, "Looks", ALL_DEALS)
    keeper = await join("keeper", await make_role(people.root, "Staff", settings=["USERS"]))
    number = people.workspace_name.split()[-1]
    given = {"email": f"vera{number}@example.com", "password": "vera's password"}

    async def everyone() -> list[str]:
        found = await people.root.data("{ users { nodes { email } } }")
        return [user["email"] for user in found["users"]["nodes"]]

    before = await everyone()
    refused = await keeper.mutate("createUser", {**given, "roleIds": [role]}, "user { id }")
    assert refused.codes == ["FORBIDDEN"]
    wrong = await people.root.mutate(
        "createUser", {**given, "roleIds": [role, people.ids["anna"]]}, "user { id }"
    )
    assert wrong.refusals() == [("INVALID", "input.roleIds.1")]
    assert await everyone() == before

    made = await people.root.mutate(
        "createUser", {**given, "roleIds": [role]}, "user { roles { name } }"
    )
    assert made.payload()["user"]["roles"] == [{"name": "Looks"}]
    other = {**given, "email": f"zoe{number}@example.com"}
    (await keeper.mutate("createUser", other, "user { id }")).payload()

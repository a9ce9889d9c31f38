"""Users, departments and groups: who is added, moved, let go, and what always stays."""

from typing import Any

import pytest

from tests.client import Client
from tests.people import Cast, ready_role

USER = """user { id email firstName lastName fullName jobTitle locale isAdmin isActive
  departments { id name } }"""
TREE = "{ departments { id name parent { id } head { id } members { id } children { id name } } }"


async def department(people: Cast, name: str, **given: Any) -> str:
    """Add a department and give its id."""
    made = await people.root.mutate(
        "createDepartment", {"name": name, **given}, "department { id }"
    )
    found: str = made.payload()["department"]["id"]
    return found


async def tree(person: Client) -> dict[str, Any]:
    """Give all departments by name."""
    found = (await person.data(TREE))["departments"]
    return {item["name"]: item for item in found}


async def test_root_adds_a_person_who_then_signs_in(people: Cast) -> None:
    sales = await department(people, "Sales")
    number = people.workspace_name.split()[-1]
    given = {
        "email": f"Vera{number}@Example.com",
        "password": "vera's password",
        "firstName": "Vera",
        "lastName": "Petrova",
        "jobTitle": "Manager",
        "locale": "ru",
        "departmentIds": [sales],
    }
    vera = (await people.root.mutate("createUser", given, USER)).payload()["user"]
    assert vera == {
        "id": vera["id"],
        "email": f"vera{number}@example.com",
        "firstName": "Vera",
        "lastName": "Petrova",
        "fullName": "Vera Petrova",
        "jobTitle": "Manager",
        "locale": "ru",
        "isAdmin": False,
        "isActive": True,
        "departments": [{"id": sales, "name": "Sales"}],
    }
    given = {"email": given["email"], "password": "vera's password"}
    token = (await people.nobody.mutate("signIn", given, "token")).payload()["token"]
    viewer = await Client(people.anna.http, token).data("{ viewer { user { id } } }")
    assert viewer["viewer"]["user"]["id"] == vera["id"]


async def test_a_member_adds_nobody(people: Cast) -> None:
    given = {"email": "wanted@example.com", "password": "a good password"}
    before = (await people.root.data("{ users { totalCount } }"))["users"]["totalCount"]
    assert (await people.anna.mutate("createUser", given, USER)).codes == ["FORBIDDEN"]
    rights = {
        "userId": people.ids["anna"],
        "roleId": await ready_role(people.root, "ADMINISTRATOR"),
    }
    assert (await people.anna.mutate("assignRole", rights, "")).codes == ["FORBIDDEN"]
    after = (await people.root.data("{ users { totalCount nodes { isAdmin } } }"))["users"]
    assert after["totalCount"] == before
    assert [user["isAdmin"] for user in after["nodes"]].count(True) == 1


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"email": "no address"}, ("INVALID", "input.email")),
        ({"email": None}, ("REQUIRED", "input.email")),
        ({"password": "seven77"}, ("INVALID", "input.password")),
        ({"password": "x" * 201}, ("INVALID", "input.password")),
        ({"locale": "de"}, ("INVALID", "input.locale")),
        ({"firstName": "x" * 101}, ("LIMIT", "input.firstName")),
        ({"departmentIds": ["department_none"]}, ("INVALID", "input.departmentIds.0")),
    ],
)
async def test_what_makes_no_person_is_refused(
    people: Cast, given: dict[str, Any], refusal: tuple[str, str]
) -> None:
    valid = {"email": f"new{people.ids['anna'][-9:]}@example.com", "password": "a good password"}
    refused = await people.root.mutate("createUser", {**valid, **given}, USER)
    assert refused.refusals() == [refusal]
    assert (await people.root.data("{ users { totalCount } }"))["users"]["totalCount"] == 3
    # The same without the flaw goes through.
    (await people.root.mutate("createUser", valid, USER)).payload()


async def test_an_address_is_taken_once_in_the_installation(people: Cast) -> None:
    email = (await people.anna.data("{ viewer { user { email } } }"))["viewer"]["user"]["email"]
    for admin in (people.root, people.olga):
        given = {"email": email.upper(), "password": "another password"}
        refused = await admin.mutate("createUser", given, USER)
        assert refused.refusals() == [("DUPLICATE", "input.email")]
    # Nobody's password was replaced on the way.
    signed = await people.nobody.run(
        "mutation ($g: SignInInput!) { signIn(input: $g) { token userErrors { code } } }",
        {"g": {"email": email, "password": "anna's password"}},
        {"X-Forwarded-For": "10.5.0.1"},
    )
    assert signed.payload()["token"]


async def test_a_person_is_changed_field_by_field(people: Cast) -> None:
    sales, support = await department(people, "Sales"), await department(people, "Support")
    anna = {"id": people.ids["anna"]}

    async def change(**given: Any) -> Any:
        return (await people.root.mutate("updateUser", {**anna, **given}, USER)).payload()["user"]

    user = await change(jobTitle="Seller", departmentIds=[sales])
    assert (user["firstName"], user["jobTitle"]) == ("Anna", "Seller")
    assert [item["id"] for item in user["departments"]] == [sales]
    user = await change(addDepartmentIds=[support])
    assert [item["id"] for item in user["departments"]] == [sales, support]
    user = await change(removeDepartmentIds=[sales], jobTitle=None)
    assert [item["id"] for item in user["departments"]] == [support]
    assert user["jobTitle"] is None
    members = (await tree(people.anna))["Support"]["members"]
    assert members == [anna]


async def test_the_last_administrator_stays_one(people: Cast) -> None:
    root = {
        "userId": people.ids["root"],
        "roleId": await ready_role(people.root, "ADMINISTRATOR"),
    }
    demoted = await people.root.mutate("unassignRole", root, "")
    assert demoted.refusals() == [("CONFLICT", "input.roleId")]
    let_go = await people.root.mutate("deactivateUser", people.ids["root"], USER, "id")
    assert let_go.refusals() == [("CONFLICT", "id")]
    assert (await people.root.data("{ viewer { user { isAdmin isActive } } }"))["viewer"] == {
        "user": {"isAdmin": True, "isActive": True}
    }

    second = {**root, "userId": people.ids["anna"]}
    (await people.root.mutate("assignRole", second, "")).payload()
    (await people.root.mutate("unassignRole", root, "")).payload()
    assert (await people.root.mutate("createGroup", {"name": "No more"}, "")).codes == ["FORBIDDEN"]
    (await people.anna.mutate("createGroup", {"name": "Now anna's"}, "")).payload()
    last = await people.anna.mutate("deactivateUser", people.ids["anna"], USER, "id")
    assert last.refusals() == [("CONFLICT", "id")]


async def test_letting_a_person_go_ends_all_their_tokens_at_once(people: Cast) -> None:
    made = await people.anna.mutate("createDeal", {"title": "Anna's"}, "deal { id }")
    deal = made.payload()["deal"]["id"]
    gone = await people.root.mutate("deactivateUser", people.ids["anna"], USER, "id")
    assert gone.payload()["user"]["isActive"] is False

    for token in (people.anna, people.reader):
        answer = await token.run("{ viewer { user { id } } }")
        assert (answer.status, answer.codes) == (401, ["UNAUTHENTICATED"])
    # What they made stays, with their name.
    found = await people.root.data(
        "query ($id: ID!) { deal(id: $id) { createdBy { fullName isActive } } }", id=deal
    )
    assert found["deal"]["createdBy"] == {"fullName": "Anna Test", "isActive": False}
    # Coming back does not bring ended tokens back.
    (await people.root.mutate("activateUser", people.ids["anna"], USER, "id")).payload()
    assert (await people.anna.run("{ viewer { user { id } } }")).status == 401


async def test_who_is_not_active_is_given_nothing_new(people: Cast) -> None:
    (await people.root.mutate("deactivateUser", people.ids["anna"], USER, "id")).payload()
    given = {"title": "For anna", "responsibleId": people.ids["anna"]}
    refused = await people.boris.mutate("createDeal", given, "deal { id }")
    assert refused.refusals() == [("INVALID", "input.responsibleId")]
    (await people.boris.mutate("createDeal", {**given, "responsibleId": people.ids["boris"]}, ""))


async def test_departments_form_a_tree_with_heads(people: Cast) -> None:
    company = await department(people, "Company", headId=people.ids["boris"])
    sales = await department(people, "Sales", parentId=company)
    north = await department(people, "North", parentId=sales)
    given = {"id": people.ids["anna"], "departmentIds": [north]}
    (await people.root.mutate("updateUser", given, USER)).payload()

    found = await tree(people.anna)
    assert list(found) == ["Company", "North", "Sales"]  # by name
    assert found["Company"] == {
        "id": company,
        "name": "Company",
        "parent": None,
        "head": {"id": people.ids["boris"]},
        "members": [],
        "children": [{"id": sales, "name": "Sales"}],
    }
    assert found["North"]["parent"] == {"id": sales}
    assert found["North"]["members"] == [{"id": people.ids["anna"]}]
    inside = (
        "query ($d: ID!) { users(where: {departments: {some: {inTree: [$d]}}}) { nodes { id } } }"
    )
    for top in (company, sales, north):
        assert (await people.anna.data(inside, d=top))["users"]["nodes"] == [
            {"id": people.ids["anna"]}
        ]
    beside = await department(people, "Beside")
    assert (await people.anna.data(inside, d=beside))["users"]["nodes"] == []


async def test_no_department_stands_below_itself(people: Cast) -> None:
    top = await department(people, "Top")
    middle = await department(people, "Middle", parentId=top)
    low = await department(people, "Low", parentId=middle)
    for wrong in (top, middle, low):
        refused = await people.root.mutate("updateDepartment", {"id": top, "parentId": wrong}, "")
        assert refused.refusals() == [("INVALID", "input.parentId")]
    assert (await tree(people.root))["Top"]["parent"] is None

    (await people.root.mutate("updateDepartment", {"id": low, "parentId": top}, "")).payload()
    (await people.root.mutate("updateDepartment", {"id": middle, "parentId": low}, "")).payload()
    assert (await tree(people.root))["Middle"]["parent"] == {"id": low}
    (await people.root.mutate("updateDepartment", {"id": low, "parentId": None}, "")).payload()
    assert (await tree(people.root))["Low"]["parent"] is None


async def test_a_department_in_use_is_not_deleted(people: Cast) -> None:
    top = await department(people, "Top")
    low = await department(people, "Low", parentId=top)
    member = {"id": people.ids["anna"], "departmentIds": [low]}
    (await people.root.mutate("updateUser", member, USER)).payload()
    for held in (top, low):
        refused = await people.root.mutate("deleteDepartment", {"id": held}, "department { id }")
        assert refused.refusals() == [("IN_USE", "input.id")]
        assert refused.data["deleteDepartment"]["department"] is None
    assert list(await tree(people.root)) == ["Low", "Top"]

    (await people.root.mutate("updateUser", {**member, "departmentIds": []}, USER)).payload()
    for free in (low, top):
        gone = await people.root.mutate("deleteDepartment", {"id": free}, "department { id }")
        assert gone.payload()["department"] == {"id": free}
    assert await tree(people.root) == {}


async def test_groups_gather_people(people: Cast) -> None:
    shown = "group { id name members { id } }"
    anna, boris = {"id": people.ids["anna"]}, {"id": people.ids["boris"]}
    given = {"name": "Big deals", "memberIds": [boris["id"], anna["id"]]}
    group = (await people.root.mutate("createGroup", given, shown)).payload()["group"]
    assert (group["name"], group["members"]) == ("Big deals", [boris, anna])

    change = {"id": group["id"], "removeMemberIds": [boris["id"]], "name": "Small deals"}
    group = (await people.root.mutate("updateGroup", change, shown)).payload()["group"]
    assert (group["name"], group["members"]) == ("Small deals", [anna])
    assert (await people.anna.data(f"{{ groups {{ {shown[8:-2]} }} }}"))["groups"] == [group]

    assert (await people.anna.mutate("deleteGroup", {"id": group["id"]}, "")).codes == ["FORBIDDEN"]
    assert (await people.olga.mutate("deleteGroup", {"id": group["id"]}, "")).refusals() == [
        ("NOT_FOUND", "input.id")
    ]
    gone = await people.root.mutate("deleteGroup", {"id": group["id"]}, "group { name }")
    assert gone.payload()["group"] == {"name": "Small deals"}
    assert (await people.anna.data("{ groups { id } }"))["groups"] == []
    assert (await people.root.data("{ users { totalCount } }"))["users"]["totalCount"] == 3


@pytest.mark.parametrize("mutation", ["createDepartment", "createGroup"])
@pytest.mark.parametrize(
    ("name", "code"), [(None, "REQUIRED"), ("  ", "REQUIRED"), ("x" * 256, "LIMIT")]
)
async def test_a_department_and_a_group_have_a_name(
    people: Cast, mutation: str, name: str | None, code: str
) -> None:
    refused = await people.root.mutate(mutation, {"name": name}, "")
    assert refused.refusals() == [(code, "input.name")]
    assert (await people.root.data("{ departments { id } groups { id } }")) == {
        "departments": [],
        "groups": [],
    }


async def test_the_viewer_knows_the_workspace_and_root_renames_it(people: Cast) -> None:
    asked = "{ viewer { workspace { name locale currency } } }"
    workspace = (await people.reader.data(asked))["viewer"]["workspace"]
    assert workspace == {"name": people.workspace_name, "locale": "en", "currency": "USD"}

    for given, path in (({"name": " "}, "input.name"), ({"locale": "fr"}, "input.locale")):
        refused = await people.root.mutate("updateWorkspace", given, "")
        assert refused.refusals() == [("INVALID", path)]
    given = {"name": "Acme CRM", "locale": "ru"}
    (await people.root.mutate("updateWorkspace", given, "workspace { id }")).payload()
    workspace = (await people.anna.data(asked))["viewer"]["workspace"]
    assert workspace == {"name": "Acme CRM", "locale": "ru", "currency": "USD"}
    assert (await people.olga.data(asked))["viewer"]["workspace"]["name"] != "Acme CRM"

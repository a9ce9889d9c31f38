"""What introspection and `/schema.graphql` show: the names that are of use to somebody."""

from typing import Any

from graphql import GraphQLSchema, build_schema, validate_schema

from tests.access.roles import grant, make_role, only
from tests.client import Client
from tests.people import Cast

FIELDS = """query ($name: String!) {
    __type(name: $name) { possibleTypes { name fields { name } } }
    __schema { types { name } queryType { fields { name } } mutationType { fields { name } } }
}"""


async def sdl_of(person: Client, **parameters: str) -> str:
    """Give the schema that a person is shown, as text."""
    answer = await person.http.get(
        "/schema.graphql", params=parameters, headers={"Authorization": f"Bearer {person.token}"}
    )
    assert answer.status_code == 200, answer.text
    return answer.text


def sound(text: str) -> GraphQLSchema:
    """Give a schema that has no fault."""
    schema = build_schema(text)
    assert validate_schema(schema) == []
    return schema


def names(schema: GraphQLSchema, kind: str) -> set[str]:
    """Give the names of the fields of a type."""
    found: Any = schema.type_map[kind]
    return set(found.fields)


async def test_a_field_that_is_only_ever_hidden_is_absent(people: Cast) -> None:
    """Anna may read deals without their amounts, Boris with them."""
    looking = await make_role(
        people, "Looking", [grant("DEAL", "READ", "ALL"), grant("DEAL", "UPDATE", "ALL")],
        [{"entity": "DEAL", "field": "amount", "access": "HIDDEN"},
         {"entity": "DEAL", "field": "tax", "access": "READ"}],
    )  # fmt: skip
    await only(people, "anna", looking)

    mine, whole = sound(await sdl_of(people.anna)), sound(await sdl_of(people.boris))

    assert names(whole, "Deal") - names(mine, "Deal") == {"amount"}
    assert names(whole, "DealFilter") - names(mine, "DealFilter") == {"amount", "amountCurrency"}
    assert names(whole, "DealOrder") - names(mine, "DealOrder") == {"amount"}
    assert names(whole, "DealAggregate") - names(mine, "DealAggregate") == {"amount"}
    hidden = names(whole, "UpdateDealInput") - names(mine, "UpdateDealInput")
    assert hidden == {"amount", "tax"}
    assert {"createDeal", "deleteDeal", "createLead"}.isdisjoint(names(mine, "Mutation"))
    assert "updateDeal" in names(mine, "Mutation")
    assert "leads" not in names(mine, "Query")
    assert "deals" in names(mine, "Query")


async def test_introspection_shows_the_same(people: Cast) -> None:
    """What Anna is shown by `__schema` and `__type` is what the text shows her."""
    looking = await make_role(
        people, "Looking", [grant("DEAL", "READ", "ALL")],
        [{"entity": "DEAL", "field": "amount", "access": "HIDDEN"}],
    )  # fmt: skip
    await only(people, "anna", looking)
    mine = sound(await sdl_of(people.anna))

    told = await people.anna.data(FIELDS, name="Record")

    kinds = {kind["name"]: kind for kind in told["__type"]["possibleTypes"]}
    assert {field["name"] for field in kinds["Deal"]["fields"]} == names(mine, "Deal")
    roots = told["__schema"]
    assert {field["name"] for field in roots["queryType"]["fields"]} == names(mine, "Query")
    assert {field["name"] for field in roots["mutationType"]["fields"]} == names(mine, "Mutation")
    own = {kind["name"] for kind in roots["types"] if not kind["name"].startswith("__")}
    assert own == {name for name in mine.type_map if not name.startswith("__")}


async def test_one_document_serves_people_of_all_roles(people: Cast) -> None:
    """A field that Anna is not shown is still no mistake in her document."""
    looking = await make_role(
        people, "Looking", [grant("DEAL", "READ", "ALL")],
        [{"entity": "DEAL", "field": "amount", "access": "HIDDEN"}],
    )  # fmt: skip
    await only(people, "anna", looking)

    answer = await people.anna.run("{ deals { nodes { amount { amount } } } }")

    assert answer.data == {"deals": {"nodes": []}}


async def test_administrators_are_shown_the_whole_schema(people: Cast) -> None:
    """Root is shown everything, asked for or not; Anna is not, even where she asks for it."""
    whole = await sdl_of(people.root, workspace="full")
    assert whole == await sdl_of(people.root)
    assert {"createRole", "createPipeline"} <= names(sound(whole), "Mutation")

    answer = await people.anna.http.get(
        "/schema.graphql",
        params={"workspace": "full"},
        headers={"Authorization": f"Bearer {people.anna.token}"},
    )

    assert answer.status_code == 403
    assert "createRole" not in answer.text


async def test_who_has_no_role_is_shown_a_sound_schema(people: Cast) -> None:
    """Without roles there are still settings to read, and one's own keys to keep."""
    await only(people, "anna")

    mine = sound(await sdl_of(people.anna))

    assert "viewer" in names(mine, "Query")
    assert {"deals", "roles"} & names(mine, "Query") <= {"roles"}
    assert names(mine, "User") == {"id", "firstName", "lastName", "fullName", *OWN_OF_USERS}


OWN_OF_USERS = {
    "email", "jobTitle", "locale", "isActive", "departments", "createdAt", "isAdmin", "roles",
}  # fmt: skip
"""What everyone may read of themselves."""

"""`node` and `nodes`: whatever has an id is found by it, and nothing else is."""

from typing import Any
from uuid import UUID

import pytest
from graphql import GraphQLObjectType

from domain.ids import encode_id
from tests.api.calling import SDL, mutate
from tests.api.crowd import Crowd
from tests.api.world import CONTACT, TYPES, Names, World, make_record
from tests.client import Client

NODE = "query ($id: ID!) { node(id: $id) { __typename id } }"
NODES = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"
by_type = pytest.mark.parametrize("names", TYPES, ids=lambda names: names.one)


def node_types() -> list[str]:
    """Give the names of all types whose values have an id."""
    return [
        name
        for name, kind in SDL.type_map.items()
        if isinstance(kind, GraphQLObjectType) and "Node" in map(str, kind.interfaces)
    ]


async def node(client: Client, key: str) -> Any:
    return (await client.data(NODE, id=key))["node"]


async def nodes(client: Client, ids: list[str]) -> Any:
    return (await client.data(NODES, ids=ids))["nodes"]


def nobodys(key: str) -> str:
    """Give an id of the same type that nothing has."""
    prefix, _, suffix = key.rpartition("_")
    return f"{prefix}_{'0' * 10}{suffix[10:]}"


# --- one ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", node_types())
async def test_everything_with_an_id_is_found_by_it_in_its_workspace_only(
    crowd: Crowd, kind: str
) -> None:
    people = crowd.world.people
    key = crowd.ids[kind][0]

    assert await node(people.root, key) == {"__typename": kind, "id": key}
    assert await node(people.olga, key) is None
    assert await node(people.root, nobodys(key)) is None


@pytest.mark.parametrize("kind", node_types())
async def test_an_id_with_the_name_of_another_type_is_nobodys(crowd: Crowd, kind: str) -> None:
    own, _, suffix = crowd.ids[kind][0].rpartition("_")
    others = {crowd.ids[other][0].rpartition("_")[0] for other in node_types()} - {own}

    found = await nodes(crowd.world.people.root, [f"{other}_{suffix}" for other in sorted(others)])

    assert found == [None] * len(others)


async def test_fields_are_read_by_the_type_of_what_is_found(shop: World) -> None:
    found = await shop.people.reader.data(
        "query ($ids: [ID!]!) { nodes(ids: $ids) { id"
        " ... on Deal { title company { title } }"
        " ... on Company { title deals { totalCount } }"
        " ... on Record { version } ... on Contact { fullName } ... on User { email }"
        " ... on Stage { code pipeline { isDefault } } } }",
        ids=[shop["A"], shop["acme"], shop["ivan"], shop["sales:WON"]],
    )

    assert found["nodes"] == [
        {"id": shop["A"], "title": "Annual licence", "company": {"title": "Acme"}, "version": 1},
        {"id": shop["acme"], "title": "Acme", "deals": {"totalCount": 2}, "version": 1},
        {"id": shop["ivan"], "version": 1, "fullName": "Иван Ёлкин"},
        {"id": shop["sales:WON"], "code": "WON", "pipeline": {"isDefault": True}},
    ]


async def test_a_phone_is_found_while_its_record_is(world: World) -> None:
    people = world.people
    point = {"phones": [{"value": "+12025550123"}]}
    made = await make_record(
        people.anna, CONTACT, {"lastName": "Phone", **point}, "id phones { id }"
    )
    phone = made["phones"][0]["id"]

    assert await node(people.reader, phone) == {"__typename": "Phone", "id": phone}
    (await mutate(people.anna, "deleteContact", input={"id": made["id"]})).payload()
    assert await node(people.reader, phone) is None
    (await mutate(people.anna, "restoreContact", id=made["id"])).payload()
    assert await node(people.reader, phone) == {"__typename": "Phone", "id": phone}


@by_type
async def test_what_is_in_the_bin_or_purged_is_not_found(world: World, names: Names) -> None:
    people = world.people
    key = (await make_record(people.anna, names, world.named(names, "Comes and goes")))["id"]
    found = {"__typename": names.type, "id": key}
    by_field = f"query ($id: ID!) {{ found: {names.one}(id: $id) {{ id }} }}"

    assert await node(people.reader, key) == found
    for mutation, arguments, seen in (
        (f"delete{names.type}", {"input": {"id": key}}, None),
        (f"restore{names.type}", {"id": key}, found),
        (f"purge{names.type}", {"id": key}, None),
    ):
        (await mutate(people.anna, mutation, **arguments)).payload()
        one = (await people.reader.data(by_field, id=key))["found"]
        assert await node(people.reader, key) == seen
        assert (one and one["id"]) == (seen and key)


async def test_a_member_finds_the_own_keys_and_an_administrator_all(world: World) -> None:
    people = world.people
    made = await mutate(people.anna, "createApiKey", "apiKey { id }", input={"name": "Mine"})
    annas = made.payload()["apiKey"]["id"]
    made = await mutate(people.root, "createApiKey", "apiKey { id }", input={"name": "Root's"})
    roots = made.payload()["apiKey"]["id"]

    assert [found and found["id"] for found in await nodes(people.anna, [annas, roots])] == [
        annas, None,
    ]  # fmt: skip
    assert [found["id"] for found in await nodes(people.root, [annas, roots])] == [annas, roots]


# --- many ---------------------------------------------------------------------------------------


async def test_many_come_in_the_order_asked_for_with_gaps_and_repeats(crowd: Crowd) -> None:
    root = crowd.world.people.root
    deals, stages, phones = crowd.ids["Deal"], crowd.ids["Stage"], crowd.ids["Phone"]
    ids = [deals[3], stages[1], nobodys(deals[0]), deals[0], phones[2], deals[3], stages[0],
           encode_id("workspace", UUID(int=1)), crowd.world["workspace"]]  # fmt: skip

    found = await nodes(root, ids)

    assert [item and item["id"] for item in found] == [
        deals[3], stages[1], None, deals[0], phones[2], deals[3], stages[0], None,
        crowd.world["workspace"],
    ]  # fmt: skip
    assert await nodes(root, []) == []


async def test_two_hundred_at_most(crowd: Crowd) -> None:
    root = crowd.world.people.root
    ids = [
        key for kind in ("Deal", "Lead", "Contact", "Company", "User") for key in crowd.ids[kind]
    ]
    assert len(ids) == 100

    assert [item["id"] for item in await nodes(root, [*ids, *ids])] == [*ids, *ids]
    answer = await root.run(NODES, {"ids": [*ids, *ids, ids[0]]})
    assert answer.codes == ["BAD_USER_INPUT"]
    assert answer.errors[0]["extensions"]["path"] == ["ids"]


@pytest.mark.parametrize(
    "change",
    [
        lambda key: key[:-1],
        lambda key: f"{key}0",
        lambda key: key.upper(),
        lambda key: key.replace("deal_", "sheep_"),
        lambda key: key.replace("deal_", ""),
        lambda key: key.replace("deal_", "deal"),
        lambda key: key.replace("deal_", "deal_deal_"),
        lambda key: f"deal_8{key[6:]}",
        lambda key: f"{key[:-1]}u",
        lambda _key: "",
        lambda _key: "_",
        lambda _key: "1",
        lambda _key: "событие_01m87t6ccje14v78w010k4qdvb",
    ],
    ids=["cut", "longer", "capitals", "another name", "no name", "no line", "two names",
         "too large", "a letter that is none", "empty", "a line", "a number", "Cyrillic"],
)  # fmt: skip
async def test_what_is_no_id_is_refused_with_its_place(crowd: Crowd, change: Any) -> None:
    root = crowd.world.people.root
    good = crowd.ids["Deal"][0]

    one = await root.run(NODE, {"id": change(good)})
    many = await root.run(NODES, {"ids": [good, change(good)]})

    for answer, place in ((one, ["id"]), (many, ["ids", "1"])):
        assert answer.codes == ["BAD_USER_INPUT"]
        assert answer.errors[0]["extensions"]["path"] == place
    assert one.body["data"] == {"node": None}
    assert many.body["data"] is None


async def test_nobody_finds_nothing(crowd: Crowd) -> None:
    answer = await crowd.world.people.nobody.run(NODE, {"id": crowd.ids["Deal"][0]})

    assert (answer.status, answer.codes) == (401, ["UNAUTHENTICATED"])

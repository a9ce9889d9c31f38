"""Search by words: everywhere at once and in every list, over the main text fields of records."""

import itertools
from typing import Any

import pytest

from domain.entities import RECORDS
from domain.fields import Field, Kind, camel
from tests.api.calling import mutate
from tests.api.shop import named
from tests.api.world import COMPANY, CONTACT, DEAL, TYPES, Names, World, make_record, make_records
from tests.client import Client

SEARCH = (
    "query ($text: String!, $types: [RecordType!], $first: Int! = 25)"
    " { search(text: $text, types: $types, first: $first) { nodes { id __typename } } }"
)
_numbers = itertools.count(1)
by_type = pytest.mark.parametrize("names", TYPES, ids=lambda names: names.one)


async def search(client: Client, text: str, **arguments: Any) -> list[str]:
    """Give the ids of what a search everywhere finds, in its order."""
    found = await client.data(SEARCH, text=text, **arguments)
    return [node["id"] for node in found["search"]["nodes"]]


async def searched_list(client: Client, names: Names, text: str, **arguments: Any) -> list[str]:
    """Give the ids of a list that is searched, and see to it that they are counted."""
    found = await client.data(
        f"query ($text: String, $where: {names.type}Filter, $orderBy: [{names.type}Order!])"
        f" {{ found: {names.many}(search: $text, where: $where, orderBy: $orderBy, first: 200)"
        " { nodes { id } totalCount aggregate { count } } }",
        text=text,
        **arguments,
    )
    ids = [node["id"] for node in found["found"]["nodes"]]
    assert found["found"]["totalCount"] == found["found"]["aggregate"]["count"] == len(ids)
    return ids


@pytest.fixture
def word() -> str:
    """Give a word that occurs in the records of this test only."""
    return f"needle{next(_numbers)}z"


# --- what is found ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Type after type, newest first: leads, contacts, companies, deals.
        ("acme", "acme"),
        ("ACME", "acme"),
        ("cme", "acme"),
        ("licence", "B A"),
        ("a", "call maria globex acme D B A"),
        ("ёлк", "ivan C"),
        ("ЁЛК", "ivan C"),
        ("письмо", "letter"),
        ("hooves", "call"),
        # Each word must occur, in whatever field and order.
        ("licence 2", "B"),
        ("2 ANNUAL", "B"),
        ("иван ёлкин", "ivan"),
        ("Ёлкин   Иван", "ivan"),
        ("  licence\n\t2 ", "B"),
        ("licence acme", ""),
        ("licence licence", "B A"),
        # Phones and e-mails are searched in the form in which they are kept.
        ("+7916", "ivan"),
        ("9161234", "ivan"),
        ("news@acme", "acme"),
        ("@globex.example", "globex"),
        ("globex globex.example", "globex"),
        # No main text: positions, sources, reasons, web addresses, ids in other systems.
        ("director", ""),
        ("cpc", ""),
        ("off", ""),
        ("vk.com", ""),
        # What lies in the recycle bin, and nothing at all.
        ("old", ""),
        ("nowhere", ""),
        ("", ""),
        (" \n ", ""),
    ],
)
async def test_words_are_found_everywhere(shop: World, text: str, expected: str) -> None:
    found = await search(shop.people.reader, text)

    assert named(found, shop) == expected.split()
    assert await search(shop.people.olga, text) == []


def _main_fields() -> list[Any]:
    return [
        pytest.param(names, names.entity.get(field), id=f"{names.one}-{field}")
        for names in TYPES
        for field in names.entity.searchable
    ]


def with_value(world: World, names: Names, field: Field, value: str) -> dict[str, Any]:
    """Give an input whose field holds a value, and whatever a record cannot do without."""
    filled = [{"value": value}] if field.kind is Kind.POINTS else value
    return world.named(names, "Nobody") | {camel(field.name): filled}


@pytest.mark.parametrize(("names", "field"), _main_fields())
async def test_every_main_text_field_is_searched(world: World, names: Names, field: Field) -> None:
    people = world.people
    number = next(_numbers)
    value = {"phones": f"+1202555{number:04}", "emails": f"needle{number}@example.com"}.get(
        field.name, f"Иголка{number}z"
    )
    made = await make_record(people.anna, names, with_value(world, names, field, value))
    await make_record(people.anna, names, world.named(names, "Nobody"))

    for text in (value, value.lower(), value[3:].upper()):
        assert await search(people.reader, text) == [made["id"]]
        assert await searched_list(people.reader, names, text) == [made["id"]]
        assert await searched_list(people.olga, names, text) == []


def test_every_type_of_records_is_searched() -> None:
    assert all(entity.searchable for entity in RECORDS)


async def test_people_are_searched_in_their_list_and_not_everywhere(shop: World) -> None:
    reader = shop.people.reader
    document = "query ($text: String) { users(search: $text) { nodes { id } totalCount } }"

    for text, expected in (("BORIS", ["boris"]), ("boris test", ["boris"]), ("boris@", []),
                           ("example.com", ["root", "anna", "boris"]), ("sales", [])):  # fmt: skip
        found = (await reader.data(document, text=text))["users"]
        assert sorted(named([node["id"] for node in found["nodes"]], shop)) == sorted(expected)
        assert found["totalCount"] == len(expected)
    assert await search(reader, "boris") == []


# --- what is only text --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("%", ["50% off", "%_\\"]),
        ("50%", ["50% off"]),
        ("0%of", []),
        ("_", ["a_b", "%_\\"]),
        ("a_b", ["a_b"]),
        ("\\", ["%_\\", "a\\b"]),
        ("\\b", ["a\\b"]),
        ("%_\\", ["%_\\"]),
        ("'", ["O'Brien"]),
        ("o'brien", ["O'Brien"]),
        ('"', []),
        ("*", []),
        ("(", []),
        ("50 | off", []),
        ("off & 50", []),
        ("50 off", ["50% off", "50 off"]),
    ],
)
async def test_signs_stand_for_themselves(
    world: World, word: str, text: str, expected: list[str]
) -> None:
    anna = world.people.anna
    titles = ["50% off", "50 off", "a_b", "axb", "a\\b", "%_\\", "O'Brien"]
    made = await make_records(anna, DEAL, [{"title": f"{word} {title}"} for title in titles])
    by_id = {item["id"]: title for item, title in zip(made, titles, strict=True)}

    everywhere = await search(world.people.reader, f"{word} {text}")
    listed = await searched_list(world.people.reader, DEAL, f"{word} {text}")

    assert sorted(by_id[key] for key in everywhere) == sorted(expected)
    assert listed == everywhere


# --- how much, and of which types ---------------------------------------------------------------


async def test_a_search_of_some_types_goes_in_their_order(shop: World) -> None:
    reader = shop.people.reader

    assert named(await search(reader, "ёлк", types=["DEAL", "CONTACT"]), shop) == ["C", "ivan"]
    assert named(await search(reader, "ёлк", types=["DEAL"]), shop) == ["C"]
    assert named(await search(reader, "ёлк", types=["DEAL", "DEAL"]), shop) == ["C"]
    assert await search(reader, "ёлк", types=["COMPANY", "LEAD"]) == []
    assert await search(reader, "ёлк", types=[]) == []
    assert named(await search(reader, "ёлк", types=None), shop) == ["ivan", "C"]


async def test_a_search_gives_no_more_than_asked_for(shop: World) -> None:
    reader = shop.people.reader
    everything = await search(reader, "a")

    assert len(everything) == 7
    for first in range(9):
        assert await search(reader, "a", first=first) == everything[:first]
    answer = await reader.run(SEARCH, {"text": "a", "first": 201})
    assert answer.codes == ["BAD_USER_INPUT"]


async def test_a_search_gives_25_unless_said(world: World, word: str) -> None:
    items = [{"title": f"{word} {number}"} for number in range(30)]
    made = await make_records(world.people.anna, DEAL, items)
    newest = [item["id"] for item in made[::-1]]

    assert await search(world.people.reader, word) == newest[:25]
    assert await search(world.people.reader, word, first=200) == newest


async def test_a_record_that_matches_twice_is_found_once(world: World, word: str) -> None:
    emails = [{"value": f"{word}@example.com"}, {"value": f"{word}@example.org"}]
    made = await make_record(world.people.anna, COMPANY, {"title": word, "emails": emails})

    assert await search(world.people.reader, word) == [made["id"]]
    assert await searched_list(world.people.reader, COMPANY, word) == [made["id"]]


# --- in lists -----------------------------------------------------------------------------------


async def test_search_where_and_order_go_together(shop: World) -> None:
    reader = shop.people.reader

    found = await searched_list(reader, DEAL, "licence", orderBy=[{"title": "ASC"}])
    won = await searched_list(reader, DEAL, "licence", where={"isClosed": {"eq": True}})
    other = await searched_list(reader, DEAL, "licence", where={"probability": {"eq": 100}})

    assert sorted(named(found, shop)) == ["A", "B"]
    assert found == await searched_list(reader, DEAL, "annual", orderBy=[{"title": "ASC"}])
    assert (named(won, shop), other) == (["B"], [])


async def test_no_words_are_no_condition_in_a_list(shop: World) -> None:
    reader = shop.people.reader

    everything = await searched_list(reader, DEAL, "", where={})
    assert sorted(named(everything, shop)) == list("ABCDE")
    assert await searched_list(reader, DEAL, "  ") == everything


async def test_a_list_inside_a_record_is_searched_too(shop: World) -> None:
    found = await shop.people.reader.data(
        "query ($id: ID!) { company(id: $id) { deals(search: \"ЛИЦЕНЗИЯ\")"
        " { nodes { id } totalCount } leads(search: \"prices\") { nodes { id } }"
        " contacts(search: \"+7916\") { nodes { id } }"
        " subsidiaries(search: \"acme\") { nodes { id } totalCount } } }",
        id=shop["acme"],
    )  # fmt: skip

    assert found["company"] == {
        "deals": {"nodes": [{"id": shop["C"]}], "totalCount": 1},
        "leads": {"nodes": [{"id": shop["call"]}]},
        "contacts": {"nodes": [{"id": shop["ivan"]}]},
        "subsidiaries": {"nodes": [], "totalCount": 0},
    }


async def test_a_searched_list_pages(world: World, word: str) -> None:
    items = [{"lastName": f"{word} {letter}"} for letter in "ABC"]
    made = await make_records(world.people.anna, CONTACT, items)
    document = (
        "query ($text: String, $after: String) { contacts(search: $text, first: 2, after: $after)"
        " { nodes { id } pageInfo { endCursor hasNextPage } } }"
    )

    one = (await world.people.reader.data(document, text=word))["contacts"]
    end = one["pageInfo"]["endCursor"]
    two = (await world.people.reader.data(document, text=word, after=end))["contacts"]

    assert [node["id"] for node in one["nodes"]] == [item["id"] for item in made[:0:-1]]
    assert two["nodes"] == made[:1]
    assert (one["pageInfo"]["hasNextPage"], two["pageInfo"]["hasNextPage"]) == (True, False)


# --- what has gone ------------------------------------------------------------------------------


@by_type
async def test_what_is_in_the_bin_is_found_in_the_bin_only(
    world: World, names: Names, word: str
) -> None:
    people = world.people
    made = await make_record(people.anna, names, world.named(names, word))
    in_bin: Any = {"deletedAt": {"isNull": False}}
    assert await search(people.reader, word) == [made["id"]]
    assert await searched_list(people.reader, names, word, where=in_bin) == []

    (await mutate(people.anna, f"delete{names.type}", input={"id": made["id"]})).payload()

    assert await search(people.reader, word) == []
    assert await searched_list(people.reader, names, word) == []
    assert await searched_list(people.reader, names, word, where=in_bin) == [made["id"]]
    (await mutate(people.anna, f"restore{names.type}", id=made["id"])).payload()
    assert await search(people.reader, word) == [made["id"]]


@by_type
async def test_a_changed_record_is_found_by_its_new_words(
    world: World, names: Names, word: str
) -> None:
    people = world.people
    made = await make_record(people.anna, names, world.named(names, f"{word}old"))

    changed = {"id": made["id"], names.label: f"{word}new"}
    (await mutate(people.anna, f"update{names.type}", input=changed)).payload()

    assert await search(people.reader, f"{word}new") == [made["id"]]
    assert await search(people.reader, f"{word}old") == []


async def test_nobody_searches_nothing(shop: World) -> None:
    answer = await shop.people.nobody.run(SEARCH, {"text": "acme"})

    assert (answer.status, answer.codes) == (401, ["UNAUTHENTICATED"])

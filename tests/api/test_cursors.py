"""Cursors are opaque, sealed, and bound to their list, their order and their workspace."""

from base64 import urlsafe_b64decode
from typing import Any

import pytest

from tests.api.world import COMPANY, CONTACT, DEAL, World, make_record, make_records
from tests.client import Answer, Client

DEALS = (
    "query ($orderBy: [DealOrder!], $after: String, $before: String, $last: Int)"
    " { deals(orderBy: $orderBy, after: $after, before: $before, last: $last)"
    " { nodes { id } pageInfo { endCursor } } }"
)
COMPANIES = (
    "query ($after: String) { companies(after: $after) { nodes { id } pageInfo { endCursor } } }"
)
DEALS_OF = (
    "query ($id: ID!, $after: String) { company(id: $id)"
    " { deals(after: $after, first: 1) { nodes { id } pageInfo { endCursor } } } }"
)
BY_TITLE = [{"title": "ASC"}]


@pytest.fixture
async def cursor(world: World) -> str:
    """Give the end cursor of the first page of all deals in their usual order."""
    await make_record(world.people.anna, DEAL, {"title": "Very secret title"})
    return await end_of(world.people.anna, DEALS, "deals")


async def end_of(client: Client, document: str, field: str, **arguments: Any) -> str:
    found = (await client.data(document, **arguments))[field]
    return str(found["pageInfo"]["endCursor"])


def _is_empty(data: Any) -> bool:
    """Tell whether nothing came: a list that stands in a record leaves the record."""
    return data is None or (isinstance(data, dict) and all(map(_is_empty, data.values())))


def assert_no_cursor(answer: Answer, name: str = "after") -> None:
    ((error),) = answer.errors
    assert error["extensions"] == {"code": "BAD_USER_INPUT", "path": [name]}
    assert error["message"] == "This is no cursor of this list and order."
    assert _is_empty(answer.body["data"])


async def test_a_cursor_is_taken_by_the_list_that_it_came_from(world: World, cursor: str) -> None:
    answer = await world.people.reader.run(DEALS, {"after": cursor})

    assert answer.errors == []


async def test_a_changed_cursor_is_refused(world: World, cursor: str) -> None:
    for place in range(0, len(cursor), 7):
        other = "A" if cursor[place] != "A" else "B"
        changed = cursor[:place] + other + cursor[place + 1 :]
        assert_no_cursor(await world.people.anna.run(DEALS, {"after": changed}))


@pytest.mark.parametrize(
    "change",
    [
        lambda cursor: cursor[:-1],
        lambda cursor: cursor + "A",
        lambda cursor: cursor[4:] + cursor[:4],
        lambda cursor: cursor * 2,
        lambda cursor: "",
        lambda cursor: "null",
        lambda cursor: "0",
        lambda cursor: "!" * 60,
    ],
    ids=["cut", "longer", "turned", "twice", "empty", "null", "zero", "other letters"],
)
async def test_what_is_no_cursor_is_refused(world: World, cursor: str, change: Any) -> None:
    assert_no_cursor(await world.people.anna.run(DEALS, {"after": change(cursor)}))
    answer = await world.people.anna.run(DEALS, {"before": change(cursor), "last": 1})
    assert_no_cursor(answer, "before")


async def test_a_cursor_of_another_order_is_refused(world: World, cursor: str) -> None:
    anna = world.people.anna
    by_title = await end_of(anna, DEALS, "deals", orderBy=BY_TITLE)

    assert_no_cursor(await anna.run(DEALS, {"after": cursor, "orderBy": BY_TITLE}))
    assert_no_cursor(await anna.run(DEALS, {"after": by_title}))
    for order in ([{"title": "DESC"}], [{"title": "ASC_NULLS_FIRST"}], [{"amount": "ASC"}],
                  [*BY_TITLE, {"amount": "ASC"}], [{"company": {"title": "ASC"}}]):  # fmt: skip
        assert_no_cursor(await anna.run(DEALS, {"after": by_title, "orderBy": order}))


async def test_a_cursor_of_another_list_is_refused(world: World, cursor: str) -> None:
    anna = world.people.anna
    company = await make_record(anna, COMPANY, {"title": "Acme"})
    contact = await make_record(anna, CONTACT, {"firstName": "Ivan", "companyId": company["id"]})
    for title in ("One", "Two"):
        deal = {"title": title, "companyId": company["id"], "contactId": contact["id"]}
        await make_record(anna, DEAL, deal)
    nested = await anna.data(DEALS_OF, id=company["id"])
    inner = nested["company"]["deals"]["pageInfo"]["endCursor"]
    of_contact = DEALS_OF.replace("company(id", "contact(id")

    assert_no_cursor(await anna.run(COMPANIES, {"after": cursor}))
    assert_no_cursor(await anna.run(DEALS, {"after": inner}))
    assert_no_cursor(await anna.run(DEALS_OF, {"id": company["id"], "after": cursor}))
    assert_no_cursor(await anna.run(of_contact, {"id": contact["id"], "after": inner}))
    assert (await anna.run(DEALS_OF, {"id": company["id"], "after": inner})).errors == []


async def test_a_cursor_of_another_workspace_is_refused(world: World, cursor: str) -> None:
    people = world.people
    await make_record(people.olga, DEAL, {"title": "Olga's"})
    theirs = await end_of(people.olga, DEALS, "deals")

    assert_no_cursor(await people.olga.run(DEALS, {"after": cursor}))
    assert_no_cursor(await people.anna.run(DEALS, {"after": theirs}))


async def test_a_cursor_tells_nothing(world: World) -> None:
    anna = world.people.anna
    secret = {"title": "zzzzz secret", "amount": {"amount": "31337"}}
    made = await make_records(anna, DEAL, [secret, secret])
    cursor = await end_of(anna, DEALS, "deals", orderBy=[{"title": "DESC_NULLS_LAST"}])
    plain = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))

    for told in (b"zzzzz", b"secret", b"title", b"31337", made[0]["id"][-26:].encode()):
        assert told not in plain
        assert told.decode() not in cursor

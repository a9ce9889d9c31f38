"""Settings that change at the moment of a write: the write is by the old ones, and seen by the
change, or it is by the new ones.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import func, select, text

from db.holds import Hold
from domain.ids import decode_id
from resolvers import custom_pivot
from schema.admission import FREE, USING, hold_of
from tests.access.cases import fields_of
from tests.client import Answer, Client
from tests.conftest import Server, Work
from tests.custom.fields import find, make_deal, make_field
from tests.people import Cast

_PATIENCE = 0.4
"""Seconds in which a mutation that waits for nobody has long been answered."""


@asynccontextmanager
async def busy(server: Server, company: str) -> AsyncIterator[None]:
    """Keep a company for ourselves: who makes a deal with it waits just before writing it."""
    async with server.database.engine.begin() as other:
        lock = text("SELECT FROM companies WHERE id = :id FOR UPDATE")
        await other.execute(lock, {"id": decode_id(company)[1]})
        yield


@asynccontextmanager
async def in_use(server: Server, client: Client, *, alone: bool = False) -> AsyncIterator[None]:
    """Hold the settings of a client's workspace as a mutation of records does, or of settings."""
    workspace = (await client.data("{ viewer { workspace { id } } }"))["viewer"]["workspace"]["id"]
    async with server.database.engine.begin() as other:
        way = func.pg_advisory_xact_lock if alone else func.pg_advisory_xact_lock_shared
        key = func.hashtextextended(f"{decode_id(workspace)[1]}/settings", 0)
        await other.execute(select(way(key)))
        yield


async def make_company(client: Client) -> str:
    made = await client.mutate("createCompany", {"title": "Acme"}, "company { id }")
    return str(made.payload()["company"]["id"])


async def beside(
    server: Server, people: Cast, deal: dict[str, Any], change: str, given: dict[str, Any]
) -> tuple[Answer, Answer]:
    """Change settings while a deal is being made; gives both answers."""
    company = await make_company(people.anna)
    async with busy(server, company):
        wanted = {"title": "Deal", "companyId": company, **deal}
        making = asyncio.create_task(people.anna.mutate("createDeal", wanted, "deal { id }"))
        await asyncio.sleep(_PATIENCE)
        changing = asyncio.create_task(people.root.mutate(change, given, "__typename"))
        await asyncio.sleep(_PATIENCE)
        assert not making.done()
    return await making, await changing


async def test_a_record_that_was_begun_before_a_field_is_found_by_it(
    people: Cast, server: Server
) -> None:
    given = {"entity": "DEAL", "name": "Number", "type": "INTEGER"}

    made, changed = await beside(server, people, {}, "createCustomField", given)

    made.payload(), changed.payload()
    assert await find(people.anna, "number", "isNull", True) == ["Deal"]
    by_number = await people.anna.data(
        "{ deals(orderBy: [{custom: {number: ASC}}]) { nodes { title custom { number } } } }"
    )
    assert by_number["deals"]["nodes"] == [{"title": "Deal", "custom": {"number": None}}]


async def test_a_value_that_was_given_before_a_field_is_filterable_is_found(
    people: Cast, server: Server
) -> None:
    field = await make_field(people.root, "Number", "INTEGER", isFilterable=False)
    deal = {"customValues": [{"code": "number", "value": 7}]}
    change = {"id": field["id"], "isFilterable": True}

    made, changed = await beside(server, people, deal, "updateCustomField", change)

    made.payload(), changed.payload()
    assert await find(people.anna, "number", "eq", 7) == ["Deal"]


async def test_a_value_that_was_given_before_a_field_is_unique_is_not_given_again(
    people: Cast, server: Server
) -> None:
    field = await make_field(people.root, "Number", "INTEGER", isFilterable=False)
    await make_deal(people.boris, ("number", 7), title="First")
    deal = {"customValues": [{"code": "number", "value": 7}]}
    change = {"id": field["id"], "isUnique": True}

    made, changed = await beside(server, people, deal, "updateCustomField", change)

    made.payload()
    assert changed.refusals() == [("CONFLICT", "input.isUnique")]
    listed = (await people.root.data("{ customFields(entity: DEAL) { isUnique } }"))["customFields"]
    assert listed == [{"isUnique": False}]


async def test_an_option_that_is_being_chosen_stays(people: Cast, server: Server) -> None:
    field = await make_field(people.root, "Colour", "LIST", options=[{"value": "Red"}])
    option = field["options"][0]["id"]
    deal = {"customValues": [{"code": "colour", "value": option}]}
    change = {"id": field["id"], "deleteOptionIds": [option]}

    made, changed = await beside(server, people, deal, "updateCustomField", change)

    made.payload()
    assert changed.refusals() == [("IN_USE", "input.deleteOptionIds")]
    shown = "{ deals { nodes { custom { colour { value } } } } }"
    assert (await people.anna.data(shown))["deals"]["nodes"] == [
        {"custom": {"colour": {"value": "Red"}}}
    ]


async def test_a_resource_that_is_being_booked_stays(people: Cast, server: Server) -> None:
    made = await people.root.mutate("createResource", {"name": "Room"}, "resource { id }")
    room = made.payload()["resource"]["id"]
    await make_field(people.root, "Visit", "BOOKING")
    booking = {"from": "2030-01-01T10:00:00Z", "to": "2030-01-01T11:00:00Z", "resourceIds": [room]}
    deal = {"customValues": [{"code": "visit", "value": booking}]}

    made, changed = await beside(server, people, deal, "deleteResource", {"id": room})

    made.payload()
    assert changed.refusals() == [("IN_USE", "input.id")]
    resources = (await people.anna.data("{ resources { name } }"))["resources"]
    assert resources == [{"name": "Room"}]


async def test_who_comes_after_a_change_writes_by_it(people: Cast, server: Server) -> None:
    given = {"entity": "DEAL", "name": "Number", "type": "INTEGER", "isRequired": True}
    async with in_use(server, people.anna):
        changing = asyncio.create_task(people.root.mutate("createCustomField", given, ""))
        await asyncio.sleep(_PATIENCE)
        making = asyncio.create_task(people.anna.mutate("createDeal", {"title": "Late"}, ""))
        await asyncio.sleep(_PATIENCE)
        assert not changing.done()
        assert not making.done()

    (await changing).payload()
    assert (await making).refusals() == [("REQUIRED", "input.customValues")]
    assert (await people.anna.data("{ deals { totalCount } }"))["deals"]["totalCount"] == 0


async def test_a_change_waits_for_its_time_and_no_longer(people: Cast, server: Server) -> None:
    given = {"entity": "DEAL", "name": "Number", "type": "INTEGER"}
    async with in_use(server, people.root):
        late = await people.root.mutate("createCustomField", given, "")
        await make_deal(people.anna)

    assert (late.status, late.codes, late.body.get("data")) == (504, ["TIMEOUT"], None)
    assert (await people.root.data("{ customFields(entity: DEAL) { id } }"))["customFields"] == []
    (await people.root.mutate("createCustomField", given, "")).payload()


async def test_another_workspace_waits_for_nobody(people: Cast, server: Server) -> None:
    async with in_use(server, people.root):
        await make_field(people.olga, "Number", "INTEGER")
    assert (await people.root.data("{ customFields(entity: DEAL) { id } }"))["customFields"] == []


async def test_queries_keys_and_uploads_wait_for_nobody(people: Cast, server: Server) -> None:
    async with in_use(server, people.root):
        given = {"entity": "DEAL", "name": "Number", "type": "INTEGER"}
        changing = asyncio.create_task(people.root.mutate("createCustomField", given, ""))
        await asyncio.sleep(_PATIENCE)
        await people.anna.data("{ deals { totalCount } }")
        made = await people.anna.mutate("createApiKey", {"name": "one more"}, "secret")
        made.payload()
        assert not changing.done()
    (await changing).payload()


async def test_documents_of_both_kinds_at_once_do_not_wait_crosswise(people: Cast) -> None:
    document = (
        "mutation ($name: String!) { createDeal(input: {title: $name}) { userErrors { code } }"
        " createCustomField(input: {entity: DEAL, name: $name, type: STRING})"
        " { userErrors { code } } more: createDeal(input: {title: $name}) { userErrors { code } } }"
    )
    both = [people.root.run(document, {"name": f"Number {index}"}) for index in range(4)]
    deals = [people.anna.mutate("createDeal", {"title": "Beside"}, "") for _ in range(6)]

    answers = await asyncio.gather(*both, *deals)

    for answer in answers:
        assert all(payload["userErrors"] == [] for payload in answer.data.values())
    for number in range(4):
        assert len(await find(people.anna, f"number{number}", "isNull", True)) == 14


async def test_work_on_values_waits_for_a_change_too(
    people: Cast, server: Server, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(custom_pivot, "PORTION", 2)
    for number in range(5):
        await make_deal(people.anna, title=f"Deal {number}")
    await make_field(people.root, "Number", "INTEGER")
    shown = "{ customFields(entity: DEAL) { isReady } }"
    async with in_use(server, people.root, alone=True):
        working = asyncio.ensure_future(work())
        await asyncio.wait({working}, timeout=4 * _PATIENCE)
        assert (await people.root.data(shown))["customFields"] == [{"isReady": False}]
    await working

    assert (await people.root.data(shown))["customFields"] == [{"isReady": True}]
    assert len(await find(people.anna, "number", "isNull", True)) == 5


@pytest.mark.parametrize(
    ("roots", "hold"),
    [
        ({"createDeal", "moveDeal"}, Hold.TO_USE),
        ({"createDeal", "uploadFile", "__typename"}, Hold.TO_USE),
        ({"createDeal", "createStage"}, Hold.TO_CHANGE),
        ({"createDeal", "..."}, Hold.TO_CHANGE),
        ({"uploadFile", "createApiKey"}, None),
    ],
)
def test_what_a_mutation_holds(roots: set[str], hold: Hold | None) -> None:
    assert hold_of(roots) is hold


def test_what_changes_no_settings_is_there() -> None:
    assert (USING | FREE) - {"__typename"} <= set(fields_of("Mutation"))

"""The demonstration's data: as much as asked for, repeatable, as if people had written it."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import asyncpg
import orjson
import pytest

from auth.actor import system_actor
from domain.fields import camel
from domain.ids import decode_id
from domain.records import DEAL
from loaders.loaders import Loaders
from loaders.rows import Row
from resolvers.contact_points import normalize_point
from resolvers.differences import value_as_json
from resolvers.lists import list_as_json
from server.demo import DemoCounts, generate
from server.demo.staff import NoSuchWorkspaceError
from tests.client import Client
from tests.conftest import Server
from tests.people import Cast

# Columns that the event log leaves to the event itself.
_KEPT_BESIDE = {"createdAt", "createdBy", "updatedAt", "updatedBy", "version", "deletedAt",
                "movedAt", "movedBy", "boardPosition", "isAmountManual"}  # fmt: skip


@pytest.fixture
async def sql(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection that sees all workspaces."""
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


async def _workspace(client: Client) -> Any:
    found = await client.data("{ viewer { workspace { id } } }")
    return decode_id(found["viewer"]["workspace"]["id"])[1]


async def _fill(url: str, client: Client, deals: int = 240, **options: Any) -> DemoCounts:
    given = {"locale": "en", "seed": 7, **options}
    return await generate(url, await _workspace(client), deals=deals, **given)


async def _titles(client: Client) -> list[str]:
    found = await client.data(
        "{ deals(first: 50, orderBy: [{ createdAt: ASC }]) { nodes { title amount { amount } "
        "contact { lastName phones { value } } company { title } stage { code } } } }"
    )
    return [orjson.dumps(node).decode() for node in found["deals"]["nodes"]]


async def test_a_demonstration_holds_what_it_says(database_url: str, people: Cast) -> None:
    reports: list[tuple[int, int]] = []

    counts = await _fill(
        database_url, people.root, progress=lambda done, total: reports.append((done, total))
    )

    assert counts == DemoCounts(
        departments=6, users=20, companies=30, contacts=60, leads=48, deals=240
    )
    assert reports == [(30, 378), (90, 378), (138, 378), (378, 378)]
    data = await people.anna.data(
        "{ companies { totalCount } contacts { totalCount } leads { totalCount } "
        "deals { totalCount } departments { name head { jobTitle } members { id } } }"
    )
    assert [data[name]["totalCount"] for name in ("companies", "contacts", "leads", "deals")] == [
        30, 60, 48, 240,
    ]  # fmt: skip
    assert {
        each["name"]: (each["head"]["jobTitle"], len(each["members"]))
        for each in data["departments"]
    } == {
        "Head office": ("Chief Executive Officer", 1),
        "Sales": ("Head of Sales", 1),
        "Key accounts": ("Head of Key Accounts", 5),
        "Small business": ("Head of Small Business", 6),
        "Marketing": ("Head of Marketing", 3),
        "Customer service": ("Head of Customer Service", 4),
    }


async def test_the_same_seed_gives_the_same_data_and_another_one_other_data(
    database_url: str, people: Cast
) -> None:
    await _fill(database_url, people.root)
    await _fill(database_url, people.olga)
    first = await _titles(people.root)

    assert await _titles(people.olga) == first
    assert len(set(first)) == 50

    await _fill(database_url, people.olga, seed=8)
    assert not set(await _titles(people.olga)) <= set(first)


async def test_a_second_run_adds_records_and_keeps_people_and_pipelines(
    database_url: str, people: Cast
) -> None:
    await _fill(database_url, people.root, 10)
    await _fill(database_url, people.root, 10)

    data = await people.root.data(
        "{ deals { totalCount } users { totalCount } departments { id } "
        "pipelines(entity: DEAL) { name } }"
    )
    assert data["deals"]["totalCount"] == 20
    assert data["users"]["totalCount"] == 20 + len(people.ids)
    assert len(data["departments"]) == 6
    assert [each["name"] for each in data["pipelines"]] == ["Sales", "Customer service"]


async def test_a_russian_demonstration_speaks_russian(
    database_url: str, people: Cast, sql: asyncpg.Connection
) -> None:
    await _fill(database_url, people.root, 40, locale="ru")

    workspace = await _workspace(people.root)
    names = await sql.fetch(
        "SELECT first_name, middle_name, last_name FROM contacts WHERE workspace_id = $1", workspace
    )
    phones = await sql.fetch(
        "SELECT value FROM contact_points WHERE workspace_id = $1 AND points = 'PHONE'", workspace
    )
    assert all("а" <= char.lower() <= "ё" or char in "- " for row in names for char in "".join(row))
    assert {row["value"][:2] for row in phones} == {"+7"}


async def test_ids_grow_with_the_time_of_making(
    database_url: str, people: Cast, sql: asyncpg.Connection
) -> None:
    await _fill(database_url, people.root)

    for table in ("companies", "contacts", "leads", "deals"):
        rows = await sql.fetch(
            f"SELECT id, created_at FROM {table} WHERE workspace_id = $1 ORDER BY created_at",  # noqa: S608 - a name out of the list above
            await _workspace(people.root),
        )
        ids = [row["id"] for row in rows]
        assert ids == sorted(ids)
        assert {each.version for each in ids} == {7}
        assert [each.int >> 80 for each in ids] == [
            int(row["created_at"].timestamp() * 1000) for row in rows
        ]


async def test_rows_stand_as_the_write_path_would_have_left_them(
    database_url: str, people: Cast, sql: asyncpg.Connection
) -> None:
    await _fill(database_url, people.root, 600)

    workspace = await _workspace(people.root)
    broken = await sql.fetch(
        """
        SELECT deal.id FROM deals AS deal
        JOIN stages AS stage ON stage.workspace_id = deal.workspace_id AND stage.id = deal.stage_id
        LEFT JOIN leads AS lead ON lead.workspace_id = deal.workspace_id AND lead.id = deal.lead_id
        WHERE deal.workspace_id = $1 AND (
            stage.pipeline_id <> deal.pipeline_id
            OR deal.is_closed <> (stage.semantics <> 'OPEN')
            OR deal.is_closed <> (deal.closed_at IS NOT NULL)
            OR deal.is_closed AND deal.closed_at <> deal.moved_at
            OR deal.close_date IS NULL
            OR deal.moved_at IS NULL OR deal.moved_at NOT BETWEEN deal.created_at AND now()
            OR deal.board_position <> -trunc(1000 * extract(epoch FROM deal.moved_at)) * 1048576
            OR (deal.amount IS NULL) <> (deal.amount_base IS NULL)
            OR (deal.lead_id IS NOT NULL AND (lead.closed_at, lead.contact_id)
                IS DISTINCT FROM (deal.created_at, deal.contact_id)))
        UNION ALL SELECT deal.id FROM deals AS deal
        WHERE deal.workspace_id = $1 AND deal.contact_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM deal_contacts AS link WHERE link.workspace_id = $1
            AND link.deal_id = deal.id AND link.contact_id = deal.contact_id AND link.sort = 0)
        UNION ALL SELECT lead.id FROM leads AS lead
        WHERE lead.workspace_id = $1 AND lead.contact_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM lead_contacts AS link WHERE link.workspace_id = $1
            AND link.lead_id = lead.id AND link.contact_id = lead.contact_id)
        UNION ALL SELECT contact.id FROM contacts AS contact
        WHERE contact.workspace_id = $1 AND contact.company_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM contact_companies AS link WHERE link.workspace_id = $1
            AND link.contact_id = contact.id AND link.company_id = contact.company_id)
        """,
        workspace,
    )
    assert broken == []
    points = await sql.fetch(
        "SELECT points, value FROM contact_points WHERE workspace_id = $1", workspace
    )
    assert len(points) > 300
    assert [row["value"] for row in points] == [
        normalize_point(row["points"], row["value"], "en") for row in points
    ]
    assert await sql.fetchval("SELECT count(*) FROM deals WHERE lead_id IS NOT NULL") > 10


async def test_giving_a_deal_its_own_values_again_changes_nothing(
    database_url: str, people: Cast
) -> None:
    await _fill(database_url, people.root)
    found = await people.anna.data(
        "{ deals(first: 100) { nodes { id version title probability beginDate closeDate lossReason "
        "comments amount { amount currency } tax { amount currency } contact { id } company { id } "
        "stage { id } responsible { id } utm { source medium campaign } } } }"
    )
    before = found["deals"]["nodes"]

    answer = await people.anna.data(
        "mutation ($deals: [UpdateDealInput!]!) { updateDeals(input: $deals) "
        "{ results { deal { id version } userErrors { code path } } } }",
        deals=[_as_input(node) for node in before],
    )

    results = answer["updateDeals"]["results"]
    assert [result["userErrors"] for result in results] == [[]] * 100
    assert [result["deal"] for result in results] == [
        {"id": node["id"], "version": node["version"]} for node in before
    ]


def _as_input(node: dict[str, Any]) -> dict[str, Any]:
    given = {name: value for name, value in node.items() if name != "version"}
    for name in ("contact", "company", "stage", "responsible"):
        target = given.pop(name)
        given[f"{name}Id"] = None if target is None else target["id"]
    return given


async def test_the_events_of_a_deal_lead_to_what_it_is(
    database_url: str, people: Cast, server: Server, sql: asyncpg.Connection
) -> None:
    await _fill(database_url, people.root)
    workspace = await _workspace(people.root)
    stored = await sql.fetch(
        "SELECT record_id, version, kind, at, changes FROM events "
        "WHERE workspace_id = $1 AND record_type = 'deal' ORDER BY record_id, version",
        workspace,
    )
    deals = await _deals(server, workspace, sorted({row["record_id"] for row in stored}))
    assert len(deals) == 240

    for deal, state in deals:
        own = [row for row in stored if row["record_id"] == deal.id]
        assert [(row["version"], row["kind"]) for row in own] == [
            (1, "CREATED"), (2, "UPDATED"),
        ][: deal.version]  # fmt: skip
        assert (own[0]["at"], own[-1]["at"]) == (deal.created_at, deal.updated_at)
        told: dict[str, Any] = {}
        for row in own:
            for name, change in orjson.loads(row["changes"]).items():
                assert told.get(name) == change["from"] or change["from"] is False
                told[name] = change["to"]
        assert {name: value for name, value in told.items() if value not in (None, False)} == state


async def _deals(server: Server, workspace: Any, ids: Sequence[Any]) -> list[tuple[Row, Any]]:
    """Read deals, each with its fields in the form of the event log, empty ones left out."""
    reader = system_actor(workspace, "en", "USD", workspace)
    lists: dict[str, list[list[Row]]] = {}
    async with server.database.session(write=False) as session:
        await server.database.enter(session, workspace, write=False)
        loaders = Loaders(session, reader)
        found = await loaders.one("deal").load_many(ids)
        for name in ("contacts", "observers"):
            lists[name] = await loaders.linked(DEAL.get(name)).load_many(ids)
    deals = [deal for deal in found if deal is not None]
    assert len(deals) == len(ids)
    states = []
    for index, deal in enumerate(deals):
        state = {
            camel(field.name): value_as_json(field, deal)
            for field in DEAL.fields
            if field.columns and not field.told_by
        }
        for name, rows in lists.items():
            state[name] = list_as_json(DEAL.get(name), [row.id for row in rows[index]])
        kept = {
            name: value
            for name, value in state.items()
            if name not in _KEPT_BESIDE and value not in (None, False, [], {})
        }
        states.append((deal, kept))
    return states


async def test_a_phone_finds_its_contact(database_url: str, people: Cast) -> None:
    await _fill(database_url, people.root)
    found = await people.anna.data("{ contacts(first: 1) { nodes { id phones { value } } } }")
    contact = found["contacts"]["nodes"][0]

    hit = await people.anna.data(
        "query ($word: String!) { contacts(search: $word) { nodes { id } } }",
        word=contact["phones"][0]["value"],
    )

    assert hit["contacts"]["nodes"] == [{"id": contact["id"]}]


@pytest.mark.parametrize("deals", [0, 1_000_001])
async def test_a_number_out_of_range_is_refused(
    database_url: str, people: Cast, deals: int
) -> None:
    with pytest.raises(ValueError, match="from 1 to 1000000"):
        await _fill(database_url, people.root, deals)


async def test_an_unknown_workspace_is_refused(database_url: str, people: Cast) -> None:
    stranger = decode_id(people.ids["anna"])[1]
    with pytest.raises(NoSuchWorkspaceError):
        await generate(database_url, stranger, deals=1, locale="en", seed=1)


async def test_the_smallest_demonstration_is_a_whole_one(database_url: str, people: Cast) -> None:
    counts = await _fill(database_url, people.root, 1)

    assert (counts.companies, counts.contacts, counts.leads, counts.deals) == (1, 1, 0, 1)
    found = await people.root.data("{ deals { nodes { contact { lastName } } totalCount } }")
    assert found["deals"]["totalCount"] == 1


async def test_clients_are_recognised_by_their_phones(database_url: str, people: Cast) -> None:
    await _fill(database_url, people.root, 10)
    data = await people.root.data("{ contacts(first: 1) { nodes { id phones { value } } } }")
    (contact,) = data["contacts"]["nodes"]
    look = "query ($of: DuplicateProbeInput!) { duplicates(of: $of) { record { id } } }"

    found = await people.root.data(look, of={"phones": [contact["phones"][0]["value"]]})

    assert {"record": {"id": contact["id"]}} in found["duplicates"]

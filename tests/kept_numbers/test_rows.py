"""What a change adds to kept numbers, what folding makes of it, and who may be at it at once."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text, update

from db.base import WORKSPACE
from db.database import Database
from db.migrate import downgrade, upgrade
from db.tables import TABLES
from domain.ids import decode_id
from loaders.kept_differences import find_differences
from resolvers.kept_numbers import fold
from resolvers.workspaces import create_workspace
from server.administration import check_numbers
from server.demo import generate
from tests.api.calling import mutate
from tests.conftest import Server
from tests.db.conftest import open_database
from tests.kept_numbers.firm import Firm
from tests.settings.office import change, make_deal

ROWS = text(
    "SELECT count, valued, amount FROM kept_numbers WHERE workspace_id = :workspace"
    " AND record_type = 'deal' AND id > :after ORDER BY id"
)
LAST = text("SELECT coalesce(max(id), 0) FROM kept_numbers")
Added = Callable[[Awaitable[Any]], Awaitable[list[tuple[int, ...]]]]


@pytest.fixture
def added(firm: Firm) -> Added:
    """Give a function that does something and tells the rows that it has added for deals."""

    async def look(doing: Awaitable[Any]) -> list[tuple[int, ...]]:
        async with firm.database.engine.connect() as connection:
            after = (await connection.execute(LAST)).scalar_one()
            await doing
            given = {"workspace": firm.workspace, "after": after}
            return [tuple(map(int, row)) for row in await connection.execute(ROWS, given)]

    return look


async def test_a_change_adds_what_it_changes_and_a_title_nothing(firm: Firm, added: Added) -> None:
    root, (here, there, *_) = firm.root, firm.stages
    usd = {"amount": "5", "currency": "USD"}
    deal = (await make_deal(root, here, amount=usd))["id"]

    async def does(name: str, **given: Any) -> list[tuple[int, ...]]:
        return await added(change(root, name, "deal { id }", input={"id": deal, **given}))

    assert await does("updateDeal", title="Renamed", probability=10) == []
    assert await does("updateDeal", observerIds=[firm.id_of("sam")]) == []
    assert await does("moveDeal", stageId=there) == [(-1, -1, -50_000), (1, 1, 50_000)]
    more, less = {"amount": "7.5", "currency": "USD"}, {"amount": "7.5", "currency": "XAF"}
    assert await does("updateDeal", amount=more) == [(0, 0, 25_000)]
    # There is no rate for that one.
    assert await does("updateDeal", amount=less) == [(0, -1, -75_000)]
    assert await does("updateDeal", isShared=True, amount=more) == [(-1, 0, 0), (1, 1, 75_000)]
    assert await does("deleteDeal") == [(-1, -1, -75_000)]
    assert await added(mutate(root, "restoreDeal", "", id=deal)) == [(1, 1, 75_000)]
    assert await does("deleteDeal") == [(-1, -1, -75_000)]
    assert await added(mutate(root, "purgeDeal", "", id=deal)) == []


async def test_folding_leaves_a_row_of_each_place_and_none_of_an_empty_one(firm: Firm) -> None:
    here, there, *_ = firm.stages
    deals = [(await make_deal(firm.root, here))["id"] for _ in range(3)]
    await change(firm.root, "moveDeal", "deal { id }", input={"id": deals[0], "stageId": there})
    others = [(await make_deal(firm.root, firm.stages[4]))["id"] for _ in range(2)]
    await mutate(firm.root, "deleteDeals", "", ids=others)

    assert await firm.fold() == 8
    assert await firm.fold() == 0
    async with firm.database.engine.connect() as connection:
        given = {"workspace": firm.workspace, "after": 0}
        rows = [row[0] for row in await connection.execute(ROWS, given)]
    assert sorted(rows) == [1, 2]
    assert await firm.differences() == []


async def test_movers_folders_and_readers_do_not_disturb_each_other(
    firm: Firm, database_url: str
) -> None:
    places = [(decode_id(stage)[1], name) for stage in firm.stages for name in ("owen", "sam")]
    given = [{"title": "Deal", "stageId": firm.stages[n % 6], "amount": {"amount": str(n)}}
             for n in range(24)]  # fmt: skip
    made = (
        await mutate(firm.root, "createDeals", "results { deal { id } }", input=given)
    ).payload()
    deals = [decode_id(each["deal"]["id"])[1] for each in made["results"]]
    database = Database(database_url, pool_size=12, reading_share=0.3, lock_timeout=5)
    table, still, looks, folded = TABLES["deal"], 6, 0, 0

    async def write(statement: Any) -> None:
        async with database.session(write=True) as session:
            await database.enter(session, firm.workspace, write=True)
            await session.run(statement)

    async def move(mover: int) -> None:
        nonlocal still
        for turn in range(40):
            stage, name = places[(turn * 7 + mover) % len(places)]
            person = decode_id(firm.id_of(name))[1]
            await write(
                update(table)
                .where(table.c.workspace_id == WORKSPACE,
                       table.c.id == deals[(turn * 5 + mover) % len(deals)])
                .values(stage_id=stage, responsible_id=person, amount_base=Decimal(turn))
            )  # fmt: skip
        still -= 1

    async def tidy() -> None:
        nonlocal folded
        while still:
            async with database.session(write=True) as session:
                await database.enter(session, firm.workspace, write=True)
                folded += await fold(session)

    async def look() -> None:
        nonlocal looks
        while still:
            assert await _differences(database, firm.workspace) == []
            looks += 1

    try:
        await asyncio.gather(*map(move, range(6)), tidy(), tidy(), look(), look())
    finally:
        await database.dispose()
    assert looks > 10
    assert folded > 100
    assert await firm.differences() == []
    assert (await firm.root.data("{ deals { totalCount } }"))["deals"]["totalCount"] == 28


async def _differences(database: Database, workspace: UUID) -> list[Any]:
    async with database.session(write=False) as session:
        await database.enter(session, workspace, write=False)
        return list(await find_differences(session))


async def test_what_was_written_past_the_triggers_is_found_and_put_right(
    firm: Firm, server: Server
) -> None:
    deal = (await make_deal(firm.root, firm.stages[0], amount={"amount": "3"}))["id"]
    async with server.database.engine.connect() as connection, connection.begin():
        trigger = "ALTER TABLE deals {} TRIGGER keep_numbers_changed"
        await connection.execute(text(trigger.format("DISABLE")))
        await connection.execute(
            text("UPDATE deals SET deleted_at = now() WHERE id = :id"), {"id": decode_id(deal)[1]}
        )
        await connection.execute(text(trigger.format("ENABLE")))
    ours = firm.people.workspace_name

    async def checked(*, mend: bool) -> list[tuple[str, ...]]:
        found = await check_numbers(server.database, ours, mend=mend)
        told = (await firm.root.data("{ viewer { workspace { id name } } }"))["viewer"]["workspace"]
        assert told["name"] == ours
        assert {row[0] for row in found} <= {told["id"]}
        return [tuple(row[1:]) for row in found]

    assert (await firm.root.data("{ deals { totalCount } }"))["deals"]["totalCount"] == 1
    assert await checked(mend=False) == [("deal", "-1", "-3")]
    assert await checked(mend=True) == [("deal", "-1", "-3")]
    assert await checked(mend=True) == []
    assert (await firm.root.data("{ deals { totalCount } }"))["deals"]["totalCount"] == 0


async def test_with_a_workspace_its_numbers_go(firm: Firm, server: Server) -> None:
    await make_deal(firm.root, firm.stages[0])
    left = text("SELECT count(*) FROM kept_numbers WHERE workspace_id = :id")
    given = {"id": firm.workspace}
    async with server.database.engine.connect() as connection, connection.begin() as transaction:
        assert (await connection.execute(left, given)).scalar_one() > 0
        await connection.execute(text("DELETE FROM workspaces WHERE id = :id"), given)
        assert (await connection.execute(left, given)).scalar_one() == 0
        await transaction.rollback()


@pytest.fixture
def own_url(database_url: str) -> Iterator[str]:
    """Give the URL of an empty database of this test's own."""
    with open_database(database_url) as url:
        yield url


async def test_records_that_are_there_are_counted_by_the_migration(own_url: str) -> None:
    await asyncio.to_thread(upgrade, own_url)
    database = Database(own_url, pool_size=2)
    try:
        made = await create_workspace(database, "Full", "en", "USD", "full@example.com")
        await generate(own_url, made.workspace_id, deals=100, locale="en", seed=1)
        assert await _differences(database, made.workspace_id) == []
        await database.dispose()
        await asyncio.to_thread(downgrade, own_url, "0021")
        await asyncio.to_thread(upgrade, own_url)
        assert await _differences(database, made.workspace_id) == []
        async with database.engine.connect() as connection:
            asked = text("SELECT sum(count) FROM kept_numbers WHERE record_type = 'deal'")
            assert (await connection.execute(asked)).scalar_one() == 100
    finally:
        await database.dispose()

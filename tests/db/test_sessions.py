"""Sessions: fields that run at once take turns, and whatever fails leaves no trace in the pool."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from sqlalchemy import func, literal, select, text

from db.base import WORKSPACE
from db.database import Database
from db.reads import NoConnectionError
from db.session import ReadOnlySessionError, Session, SessionEndedError
from db.tables import TABLES
from domain.ids import decode_id
from schema import people as people_surface
from tests.client import Client
from tests.conftest import Server
from tests.db.conftest import Workspaces
from tests.people import Cast

DEAL = TABLES["deal"]
ONE = select(literal(1))
SLOW = select(func.pg_sleep(0.05))
CONNECT = asyncpg.connect


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """Give a pool with a single connection, so that a lost one is missed at once."""
    pool = Database(database_url, pool_size=1, pool_timeout=0.5)
    yield pool
    await pool.dispose()


async def open_session(database: Database, session: Session, workspaces: Workspaces) -> None:
    """Bind a session to a workspace."""
    await database.enter(session, workspaces.ours, write=False)


def checked_out(database: Database) -> int:
    """Count the connections that are in use."""
    return database.in_use


async def test_statements_of_one_session_take_turns(
    database: Database, workspaces: Workspaces
) -> None:
    async with database.session(write=False) as session:
        await open_session(database, session, workspaces)
        answers = await asyncio.gather(
            *(session.scalar(select(literal(number))) for number in range(20)),
            session.rows(SLOW),
            *(session.scalar(select(literal(number))) for number in range(20)),
        )
    assert [answer for answer in answers if isinstance(answer, int)] == [*range(20), *range(20)]
    assert checked_out(database) == 0


async def overlook(url: str, **_settings: Any) -> Any:
    """Connect as through a pooler that is told to ignore settings."""
    return await CONNECT(url)


async def refuse(url: str, **settings: Any) -> Any:
    """Connect as through a pooler that does not know settings."""
    if settings:
        raise asyncpg.ProtocolViolationError("unsupported startup parameter: statement_timeout")
    return await CONNECT(url)


@pytest.mark.parametrize("single", [False, True])
@pytest.mark.parametrize("connect", [asyncpg.connect, overlook, refuse])
async def test_a_query_has_its_settings_however_it_is_connected(
    database: Database,
    workspaces: Workspaces,
    monkeypatch: pytest.MonkeyPatch,
    connect: Any,
    single: bool,
) -> None:
    monkeypatch.setattr(asyncpg, "connect", connect)
    names = [
        func.current_setting(name)
        for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout",
                     "max_parallel_workers_per_gather", "enable_memoize")
    ]  # fmt: skip
    for _ in range(2):  # on a new connection, and on one that was in use
        async with database.session(write=False, single=single) as session:
            await open_session(database, session, workspaces)
            (found,) = await session.rows(select(*names))

        assert tuple(found) == ("8s", "2s", "15s", "0", "off")


async def test_a_query_sees_one_snapshot(database: Database, server: Server, people: Cast) -> None:
    made = await people.anna.mutate("createDeal", {"title": "Before"}, "deal { id }")
    deal = made.payload()["deal"]["id"]
    workspace = (await people.anna.data("{ viewer { workspace { id } } }"))["viewer"]["workspace"]
    workspace_id = decode_id(workspace["id"])[1]
    titles = select(DEAL.c.title).where(DEAL.c.workspace_id == WORKSPACE)
    async with database.session(write=False) as session:
        await database.enter(session, workspace_id, write=False)
        assert await session.scalar(titles) == "Before"
        (await people.anna.mutate("updateDeal", {"id": deal, "title": "After"}, "")).payload()
        assert await session.scalar(titles) == "Before"
    async with database.session(write=False) as session:
        await database.enter(session, workspace_id, write=False)
        assert await session.scalar(titles) == "After"


async def test_a_query_cannot_write(database: Database, workspaces: Workspaces) -> None:
    async with database.session(write=False) as session:
        await open_session(database, session, workspaces)
        with pytest.raises(ReadOnlySessionError):
            await session.insert(DEAL, [{"title": "Written by a query"}])
        with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
            await session.rows(text("DELETE FROM deals"))


async def test_an_exception_rolls_back_and_gives_the_connection_back(
    database: Database, workspaces: Workspaces
) -> None:
    async def fail() -> None:
        async with database.session(write=True) as session:
            await database.enter(session, workspaces.ours, write=True)
            await session.run(DEAL.delete().where(DEAL.c.workspace_id == WORKSPACE))
            raise LookupError

    with pytest.raises(LookupError):
        await fail()
    assert checked_out(database) == 0
    async with database.session(write=False) as session:
        await open_session(database, session, workspaces)
        count = select(func.count()).where(DEAL.c.workspace_id == WORKSPACE)
        assert await session.scalar(count) > 0


async def test_a_doomed_session_writes_nothing(database: Database, workspaces: Workspaces) -> None:
    async with database.session(write=True) as session:
        await database.enter(session, workspaces.ours, write=True)
        await session.run(DEAL.delete().where(DEAL.c.workspace_id == WORKSPACE))
        session.doomed = True
    async with database.session(write=False) as session:
        await open_session(database, session, workspaces)
        count = select(func.count()).where(DEAL.c.workspace_id == WORKSPACE)
        assert await session.scalar(count) > 0


async def test_what_still_waits_when_an_operation_ends_is_turned_away(
    database: Database, workspaces: Workspaces
) -> None:
    async with database.session(write=False) as session:
        await open_session(database, session, workspaces)
        late = [asyncio.create_task(session.rows(SLOW)) for _ in range(5)]
        await asyncio.sleep(0.01)
    answers = await asyncio.gather(*late, return_exceptions=True)
    assert any(isinstance(answer, SessionEndedError) for answer in answers)
    assert checked_out(database) == 0
    for _ in range(20):
        async with database.session(write=False) as session:
            await open_session(database, session, workspaces)
            assert await session.scalar(ONE) == 1


@pytest.mark.parametrize("write", [True, False])
async def test_a_cancelled_operation_leaves_nothing_checked_out(
    database: Database, workspaces: Workspaces, *, write: bool
) -> None:
    async def work() -> None:
        async with database.session(write=write) as session:
            await database.enter(session, workspaces.ours, write=write)
            await asyncio.gather(session.rows(SLOW), session.rows(SLOW))

    await work()  # connected, the first moments are those of the beginning
    moments = [number * 0.0001 for number in range(12)]
    for delay in (*moments, 0.003, 0.01, 0.02, 0.06, 0.09):
        task = asyncio.create_task(work())
        await asyncio.sleep(delay)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert checked_out(database) == 0
    await work()
    async with database.engine.connect() as connection:
        idle = await connection.execute(
            text("SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'")
        )
        assert idle.scalar() == 0


async def test_who_has_waited_longest_gets_the_next_connection(
    database: Database, workspaces: Workspaces
) -> None:
    served: list[str] = []

    async def work(name: str) -> None:
        async with database.session(write=False) as session:
            await open_session(database, session, workspaces)
            await session.rows(SLOW)
            served.append(name)

    first = asyncio.create_task(work("first"))
    waiting = []
    for name in ("second", "leaves", "third"):
        await asyncio.sleep(0.005)
        waiting.append(asyncio.create_task(work(name)))
    await asyncio.sleep(0.005)
    waiting[1].cancel()

    found = await asyncio.gather(first, *waiting, return_exceptions=True)

    assert [type(each) for each in found].count(asyncio.CancelledError) == 1
    assert served == ["first", "second", "third"]
    assert checked_out(database) == 0


async def test_who_waits_too_long_is_told_so_and_the_others_go_on(
    database: Database, workspaces: Workspaces
) -> None:
    async with database.session(write=False) as session:
        await open_session(database, session, workspaces)
        with pytest.raises(NoConnectionError):
            async with database.session(write=False):
                pass
        late = asyncio.create_task(_one(database, workspaces))
        await asyncio.sleep(0.01)
    assert await late == 1
    assert checked_out(database) == 0


async def _one(database: Database, workspaces: Workspaces) -> Any:
    async with database.session(write=False) as session:
        await open_session(database, session, workspaces)
        return await session.scalar(ONE)


async def test_a_place_that_comes_as_its_turn_is_cancelled_is_handed_on(
    database: Database, workspaces: Workspaces
) -> None:
    holder = database.session(write=False)
    session = await holder.__aenter__()
    await open_session(database, session, workspaces)
    leaving = asyncio.create_task(_one(database, workspaces))
    staying = asyncio.create_task(_one(database, workspaces))
    await asyncio.sleep(0.01)

    await holder.__aexit__(None, None, None)
    leaving.cancel()  # it has its place by now, and does not know

    with pytest.raises(asyncio.CancelledError):
        await leaving
    assert await staying == 1
    assert checked_out(database) == 0


async def test_a_failing_field_does_not_break_the_next_requests(
    server: Server, people: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = [{"title": f"Deal {number}", "companyId": None} for number in range(30)]
    (
        await people.anna.run(
            "mutation ($deals: [CreateDealInput!]!) "
            "{ createDeals(input: $deals) { results { index } userErrors { code } } }",
            {"deals": given},
        )
    ).payload()
    document = """{ a: deals(first: 30) { totalCount aggregate { count } nodes { id
        stage { id pipeline { id stages { id } } } contacts { totalCount nodes { id } } } }
      viewer { user { id } } b: deals { totalCount } c: companies { totalCount }
      d: contacts { totalCount } e: leads { totalCount } }"""

    real = people_surface.operation  # type: ignore[attr-defined]  # imported there, replaced here

    def broken(info: Any) -> Any:
        if info.field_name == "user":
            # A field that may not be null fails while its siblings still wait for their turn.
            raise LookupError("a bug")
        return real(info)

    monkeypatch.setattr(people_surface, "operation", broken)
    failed = await people.anna.run(document)
    assert failed.codes == ["INTERNAL_SERVER_ERROR"]
    assert failed.body["data"] is None
    assert "a bug" not in str(failed.body)
    monkeypatch.undo()

    answers = await asyncio.gather(*(people.anna.run(document) for _ in range(20)))
    assert [answer.errors for answer in answers] == [[]] * 20
    assert {answer.data["a"]["totalCount"] for answer in answers} == {30}
    assert checked_out(server.database) == 0


async def test_a_client_that_goes_away_leaves_nothing_checked_out(
    server: Server, people: Cast
) -> None:
    async def ask(client: Client) -> None:
        await client.run("{ deals { totalCount nodes { id stage { id } company { id } } } }")

    for delay in (0.001, 0.004, 0.01):
        tasks = [asyncio.create_task(ask(people.anna)) for _ in range(5)]
        await asyncio.sleep(delay)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for _ in range(100):
        if checked_out(server.database) == 0:
            break
        await asyncio.sleep(0.02)
    assert checked_out(server.database) == 0
    assert (await people.anna.run("{ deals { totalCount } }")).errors == []


async def test_more_operations_than_connections_wait_for_each_other(people: Cast) -> None:
    answers = await asyncio.gather(
        *(people.anna.run("{ deals { totalCount } companies { totalCount } }") for _ in range(40))
    )
    assert [answer.errors for answer in answers] == [[]] * 40

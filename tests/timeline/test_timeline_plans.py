"""What a page of a timeline costs in the database: it is read from an index, as many as shown."""

from typing import Any

import pytest
from sqlalchemy import text

from domain.ids import decode_id
from tests.access.staff import make_deal
from tests.conftest import Server
from tests.people import Cast
from tests.timeline.conftest import timeline

MANY = 10_000
FILL = text(
    "INSERT INTO events (workspace_id, id, at, kind, record_type, record_id, version, changes)"
    " SELECT workspace_id, gen_random_uuid(), at + n * interval '1 second', 'UPDATED',"
    " record_type, record_id, n + 1, jsonb_build_object('title', jsonb_build_object('to', n))"
    " FROM events, generate_series(1, :many) AS n WHERE record_id = :record AND kind = 'CREATED'"
)


@pytest.fixture
async def deal(people: Cast, server: Server) -> str:
    """Make a deal that has changed ten thousand times, and one beside it."""
    made = [await make_deal(people.anna, title) for title in ("Busy", "Beside")]
    async with server.database.engine.begin() as connection:
        for record in made:
            await connection.execute(FILL, {"many": MANY, "record": decode_id(record)[1]})
        await connection.execute(text("ANALYZE events"))
    return made[0]


def nodes(plan: Any) -> list[Any]:
    """Give all nodes of a plan."""
    return [plan, *(node for part in plan.get("Plans", ()) for node in nodes(part))]


async def test_a_page_among_ten_thousand_entries_reads_no_more_than_it_shows(
    people: Cast, server: Server, deal: str
) -> None:
    sent: list[tuple[str, tuple[Any, ...]]] = []
    with server.database.watch(lambda said, values: sent.append((said, values))):
        first = await timeline(people.anna, deal, first=50)
        after = first["pageInfo"]["endCursor"]
        second = await timeline(people.anna, deal, first=50, after=after)
    shown = [entry["changes"][0]["to"] for entry in (*first["nodes"], *second["nodes"])]
    assert shown == list(range(MANY, MANY - 100, -1))

    asked = [(said, values) for said, values in sent if "AS page" in said]
    assert len(asked) == 2
    for said, values in asked:
        runs = [await explained(server, said, values) for _ in range(3)]
        scans = [n for n in nodes(runs[0]["Plan"]) if n.get("Relation Name") == "events"]
        # Its own, and those of records that became part of it, of which there are none.
        assert [scan["Actual Loops"] for scan in scans] == [1, 0]
        assert {scan["Index Name"] for scan in scans} == {"ix_events_timeline"}
        assert scans[0]["Actual Rows"] + scans[0].get("Rows Removed by Filter", 0) <= 60
        assert min(run["Execution Time"] for run in runs) < 5


async def explained(server: Server, said: str, values: tuple[Any, ...]) -> Any:
    """Run a statement as it was sent, and give its plan with what each part did."""
    async with server.database.engine.connect() as connection:
        raw = await connection.get_raw_connection()
        driver: Any = raw.driver_connection
        (told,) = await driver.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) {said}", *values)
        return told

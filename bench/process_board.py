"""A board of ten columns with twenty cards each."""

import statistics
from typing import Final

import asyncpg
import httpx

from bench.check import DifferentAnswerError, post
from bench.contenders import calls_for
from bench.place import Place
from bench.product import access_key, product
from bench.truth import TRUTHS, said
from db.base import new_id
from domain.ids import decode_id

COLUMNS: Final = 10
CARDS: Final = 20
_RUNS: Final = 30
_EXPLAIN: Final = {"X-Explain": "1"}
_STAGES: Final = "SELECT id FROM stages WHERE workspace_id = $1 AND pipeline_id = $2"
_ADD_STAGE: Final = """
INSERT INTO stages (workspace_id, id, pipeline_id, code, name, color, sort, semantics)
VALUES ($1, $2, $3, $4, $4, '#ACE9FB', $5, 'OPEN')
"""
_SPREAD: Final = """
UPDATE deals SET stage_id = $4 WHERE workspace_id = $1 AND pipeline_id = $2 AND id IN (
    SELECT id FROM deals WHERE workspace_id = $1 AND pipeline_id = $2
    ORDER BY md5(id::text || $5) LIMIT (SELECT count(*) / $3 FROM deals
                                        WHERE workspace_id = $1 AND pipeline_id = $2))
"""
_NOTE: Final = "UPDATE workspaces SET settings_version = settings_version + 1 WHERE id = $1"


async def add_columns(connection: asyncpg.Connection, place: Place) -> None:
    """Let the pipeline have ten stages, the new ones with as many deals as others on average."""
    pipeline = decode_id(place.pipeline)[1]
    there = len(await connection.fetch(_STAGES, place.workspace_id, pipeline))
    for number in range(there, COLUMNS):
        stage, code = new_id(), f"BENCH_{number}"
        # Before the stages at which deals end.
        await connection.execute(_ADD_STAGE, place.workspace_id, stage, pipeline, code, number)
        await connection.execute(_SPREAD, place.workspace_id, pipeline, COLUMNS, stage, str(number))
        await connection.execute(_NOTE, place.workspace_id)
    if there < COLUMNS:
        await connection.execute("VACUUM (ANALYZE) deals")


async def measure_board(connection: asyncpg.Connection, place: Place) -> tuple[int, float, float]:
    """Ask the product for the board; gives the statements, and the ms in SQL and altogether."""
    key = await access_key(place, "board")
    (call,) = calls_for("board", place, key)
    with product(place) as (url, _):
        async with httpx.AsyncClient(base_url=url, timeout=60) as client:
            data = (await post(client, call))["data"]
            columns = data["pipeline"]["board"]
            truth = await TRUTHS["board"](connection, place)
            if said("board", data) != truth or len(columns) != COLUMNS:
                raise DifferentAnswerError("the board says something else than the tables")
            told = [
                (await post(client, call, _EXPLAIN))["extensions"]["execution"]
                for _ in range(_RUNS)
            ]
    return (
        max(each["sql"] for each in told),
        statistics.median(each["dbMs"] for each in told),
        statistics.median(each["totalMs"] for each in told),
    )

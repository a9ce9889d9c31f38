"""Gives the measured deals their custom fields: made through the API, values put in by COPY."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import asyncpg
import httpx
import orjson
from rich.progress import Progress

from bench.custom_fields import (
    TWIN_VALUES,
    TWINS,
    WANTED,
    Made,
    Wanted,
    stored_others,
    stored_twins,
)
from bench.place import Place
from bench.product import access_key, product
from db.tables import custom_values
from domain.ids import encode_id
from loaders.rows import Row, column_names, make_row
from resolvers.custom_pivot import pivot_rows
from resolvers.custom_ranks import Ranks

_BATCH: Final = 2_000
_KINDS_OF_VALUES: Final = 1_009
"""Values that nobody looks for repeat after so many deals."""
_FROM_START: Final = UUID(int=0)
_COLUMNS: Final = tuple(column.name for column in custom_values.c)
_CREATE: Final = """
mutation ($input: CreateCustomFieldInput!) {
  createCustomField(input: $input) { customField { id } userErrors { code message path } } }
"""
_WRITE: Final = """
UPDATE deals SET custom = given.custom::jsonb
FROM unnest($2::uuid[], $3::text[]) AS given (id, custom)
WHERE deals.workspace_id = $1 AND deals.id = given.id
"""
_SOURCES: Final = """
SELECT id, name FROM dictionary_items WHERE workspace_id = $1 AND dictionary_id =
    (SELECT id FROM dictionaries WHERE workspace_id = $1 AND code = 'SOURCE') ORDER BY sort
"""
_FIELDS: Final = "SELECT id, code FROM custom_fields WHERE workspace_id = $1 AND entity = 'DEAL'"
_OPTIONS: Final = """
SELECT id, value, sort FROM custom_field_options WHERE workspace_id = $1 AND custom_field_id = $2
"""
_DEFINITIONS: Final = "SELECT * FROM custom_fields WHERE workspace_id = $1"
_IS_FILLED: Final = """
SELECT EXISTS (SELECT FROM custom_values WHERE workspace_id = $1 AND NOT is_empty)
"""
_START: Final = (
    # What the definitions have put in, and left to a worker, is put in here with the values.
    "DELETE FROM jobs.pgqueuer WHERE entrypoint = 'custom_fields.fill'",
    "TRUNCATE custom_values",
    "UPDATE custom_fields SET is_ready = true",
)

_Row = tuple[Any, ...]


async def furnish(place: Place) -> Made:
    """Give what custom fields the deals have; makes and fills them where that was not done."""
    connection = await asyncpg.connect(place.url)
    try:
        sources = await connection.fetch(_SOURCES, place.workspace_id)
        known = {row["code"] for row in await connection.fetch(_FIELDS, place.workspace_id)}
        missing = [wanted for wanted in WANTED if wanted.code not in known]
        if missing:
            await _define(place, missing, [row["name"] for row in sources])
        made = await _made(connection, place, {row["name"]: row["id"] for row in sources})
        if not await connection.fetchval(_IS_FILLED, place.workspace_id):
            await _fill(connection, place, made)
    finally:
        await connection.close()
    return made


async def _define(place: Place, missing: Sequence[Wanted], sources: Sequence[str]) -> None:
    key = await access_key(place, "fields")
    with product(place) as (url, _):
        async with httpx.AsyncClient(
            base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=60
        ) as client:
            for wanted in missing:
                given: dict[str, Any] = {
                    "entity": "DEAL",
                    "name": wanted.code,
                    "code": wanted.code,
                    "type": wanted.kind.value,
                    "isFilterable": bool(wanted.twin),
                }
                if wanted.twin == "source":
                    given["options"] = [{"value": name} for name in sources]
                body = {"query": _CREATE, "variables": {"input": given}}
                answer = await client.post("/graphql", json=body)
                created = (answer.json().get("data") or {}).get("createCustomField") or {}
                if created.get("customField") is None:
                    raise RuntimeError(f"{wanted.code} cannot be made: {answer.text[:1000]}")


async def _made(connection: asyncpg.Connection, place: Place, sources: dict[str, UUID]) -> Made:
    fields = await connection.fetch(_FIELDS, place.workspace_id)
    ids = {row["code"]: row["id"] for row in fields}
    options = await connection.fetch(_OPTIONS, place.workspace_id, ids["channel"])
    return Made(ids, {sources[row["value"]]: row["id"] for row in options})


async def _fill(connection: asyncpg.Connection, place: Place, made: Made) -> None:
    """Write all values in one transaction: all of them are there or none."""
    people = await connection.fetch(
        "SELECT id FROM users WHERE workspace_id = $1 ORDER BY id", place.workspace_id
    )
    twins, ranks = await _rules(connection, place, made)
    users = [encode_id("user", row["id"]) for row in people]
    others = [stored_others(made, users, number) for number in range(_KINDS_OF_VALUES)]
    last, done = _FROM_START, 0
    with Progress() as shown:
        task = shown.add_task("Giving the deals their custom values", total=place.deals)
        async with connection.transaction():
            for statement in _START:
                await connection.execute(statement)
            while deals := await connection.fetch(TWIN_VALUES, place.workspace_id, last, _BATCH):
                keys, bodies, rows = await asyncio.to_thread(
                    _batch, place.workspace_id, made, deals, others, done, twins, ranks
                )
                await connection.execute(_WRITE, place.workspace_id, keys, bodies)
                await connection.copy_records_to_table(
                    "custom_values",
                    columns=_COLUMNS,
                    records=rows,
                )
                last, done = deals[-1]["id"], done + len(deals)
                shown.update(task, completed=done)
    # The room that is left goes, for no workspace would have it; the map of visible pages comes.
    await connection.execute("ALTER TABLE deals RESET (fillfactor)")
    await connection.execute("VACUUM (FULL) deals")
    await connection.execute("VACUUM (ANALYZE) deals")
    await connection.execute("VACUUM (ANALYZE) custom_values")


def _batch(
    workspace_id: UUID,
    made: Made,
    deals: Sequence[Any],
    others: Sequence[dict[str, Any]],
    done: int,
    fields: Mapping[str, Row],
    ranks: Ranks,
) -> tuple[list[UUID], list[str], list[_Row]]:
    """Give the deals, what stands in their column, and their rows of the pivot."""
    keys: list[UUID] = []
    bodies: list[str] = []
    rows: list[_Row] = []
    for number, deal in enumerate(deals, done):
        twins = stored_twins(made, deal)
        own = {str(made.ids[code]): value for code, value in twins.items()}
        keys.append(deal["id"])
        bodies.append(orjson.dumps(own | others[number % len(others)]).decode())
        rows.extend(
            tuple({**row, "workspace_id": workspace_id}[name] for name in _COLUMNS)
            for code, field in fields.items()
            for row in pivot_rows(field, deal["id"], twins.get(code), ranks)
        )
    return keys, bodies, rows


async def _rules(
    connection: asyncpg.Connection, place: Place, made: Made
) -> tuple[dict[str, Row], Ranks]:
    """Give the definitions of the fields that are looked for, and the ranks of the options."""
    known = {row["code"]: row for row in await connection.fetch(_DEFINITIONS, place.workspace_id)}
    names = column_names("custom_field")
    rows = {
        wanted.code: make_row("custom_field", [known[wanted.code].get(name) for name in names])
        for wanted in TWINS
    }
    options = await connection.fetch(_OPTIONS, place.workspace_id, made.ids["channel"])
    return rows, {("custom_field_option", row["id"]): row["sort"] for row in options}

"""Lists found and ordered by a custom field, each beside the same list by a field of the deal."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import Any, Final

import httpx
import orjson
from sqlalchemy import BigInteger, ColumnElement, Date, Numeric, Select, cast, select

from bench.check import DifferentAnswerError, post
from bench.closed_loop import Call, WrongAnswerError, run
from bench.custom_fields import TWINS, Made, Wanted
from bench.custom_samples import Sample, take_samples
from bench.meter import Figures, Meter
from bench.place import Place
from bench.report import write_plans
from db.base import WORKSPACE
from db.database import RowSecurity
from db.tables import TABLES
from domain.custom_fields import CustomFieldType
from domain.filters import Direction
from domain.ids import decode_id
from domain.records import DEAL
from loaders.lists import ListSpec, PageSpec
from loaders.rows import row_type
from loaders.statements import page_statement
from resolvers.operation import Operation
from schema.custom_filters import SORTED, resolve_custom, resolve_order
from schema.filters import read_order, read_where

MAX_TIMES: Final = 2.0
_PAGE: Final = 50
_SECONDS: Final = 1.0
_WARM_SECONDS: Final = 0.2
_DIRECTIONS: Final = (Direction.ASC, Direction.DESC, Direction.ASC_NULLS_FIRST)
_DOCUMENT: Final = """
query ($where: DealFilter, $by: [DealOrder!]) {
    deals(first: 50, where: $where, orderBy: $by) { nodes { id title } } }
"""
_GIVEN_UP: Final = '"TIMEOUT"'
_DEALS: Final = TABLES["deal"]


@dataclass(frozen=True, slots=True)
class Asked:
    """The arguments of a list."""

    where: Mapping[str, Any] | None = None
    by: Sequence[Mapping[str, Any]] | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """A list by a custom field, the same by a field of the deal, and what both must find."""

    name: str
    custom: Asked
    system: Asked
    truth: Select[Any]


@dataclass(frozen=True, slots=True)
class Waits:
    """What one of the two lists costs, in milliseconds."""

    request: float
    """From a single client's request to its answer: median; infinite where the server gives up."""
    database: float
    """From the driver's call to the rows of the page: median."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A pair with what both cost."""

    name: str
    rows: int
    custom: Waits
    system: Waits

    @property
    def times_request(self) -> float:
        """How many times the wait of the list by a field of the deal."""
        return self.custom.request / self.system.request

    @property
    def times_database(self) -> float:
        """How many times its wait for the database."""
        return self.custom.database / self.system.database


async def measure_lists(
    place: Place, made: Made, url: str, key: str, plans: Path
) -> list[Compared]:
    """Check each pair against the tables, measure both lists, and write their plans to a file."""
    meter = Meter(place.url, place.actor, RowSecurity.WRITES)
    measured: list[tuple[str, Figures]] = []
    found: list[Compared] = []
    try:
        for pair in _pairs(made, await take_samples(place, made)):
            rows = await _check(meter, url, key, pair)
            waits = []
            for side, asked in (("custom", pair.custom), ("own", pair.system)):
                statement = await _statement(meter, asked)
                figures = await meter.measure(statement, {})
                measured.append((f"{side}: {pair.name}", figures))
                waits.append(Waits(await _median(url, _call(asked, key)), figures.wall))
            found.append(Compared(pair.name, rows, *waits))
    finally:
        await meter.close()
    write_plans(plans, measured)
    return found


def _pairs(made: Made, samples: Mapping[str, Sample]) -> Iterator[Pair]:
    for wanted in TWINS:
        sample = samples[wanted.code]
        name = "sourceId" if wanted.kind is CustomFieldType.LIST else wanted.twin
        yield Pair(
            f"{wanted.kind.value} {sample.operator}, newest first",
            Asked({"custom": {wanted.code: {sample.operator: sample.custom}}}),
            Asked({name: {sample.operator: sample.system}}),
            _list().where(_holds(made, wanted, sample)).order_by(_DEALS.c.id.desc()),
        )
    for wanted in TWINS:
        for direction in _DIRECTIONS if wanted.kind in SORTED else ():
            by: Any = direction
            if wanted.kind is CustomFieldType.LIST:
                by = {"sort": direction}  # options were made in the order of the items
            yield Pair(
                f"{wanted.kind.value} {direction.value}",
                Asked(by=[{"custom": {wanted.code: direction}}]),
                Asked(by=[{wanted.twin: by}]),
                _list().order_by(*_ordering(_held(made, wanted), direction)),
            )


def _list() -> Select[Any]:
    return (
        select(_DEALS.c.id)
        .where(_DEALS.c.workspace_id == WORKSPACE, _DEALS.c.deleted_at.is_(None))
        .limit(_PAGE)
    )


def _held(made: Made, wanted: Wanted) -> ColumnElement[Any]:
    """Give the value that stands on the deal itself, in the form that is compared."""
    key = str(made.ids[wanted.code])
    custom: Any = _DEALS.c.custom
    match wanted.kind:
        case CustomFieldType.INTEGER:
            return cast(custom[key].astext, BigInteger())
        case CustomFieldType.DATE:
            return cast(custom[key].astext, Date())
        case CustomFieldType.MONEY:
            return cast(custom[key, "base"].astext, Numeric())
        case _:
            text: ColumnElement[Any] = custom[key].astext
            return text


def _holds(made: Made, wanted: Wanted, sample: Sample) -> Any:
    held = _held(made, wanted)
    match sample.operator:
        case "between":
            return held.between(*sample.custom)
        case "gte":
            return held >= sample.custom
        case _ if wanted.kind is CustomFieldType.LIST:
            return held == str(decode_id(sample.custom)[1])
        case _:
            return held == sample.custom


def _ordering(held: ColumnElement[Any], direction: Direction) -> tuple[ColumnElement[Any], ...]:
    key, last = (
        (held.desc(), _DEALS.c.id.desc())
        if direction.descending
        else (held.asc(), _DEALS.c.id.asc())
    )
    return (key.nulls_first() if direction.nulls_first else key.nulls_last(), last)


async def _median(url: str, call: Call) -> float:
    try:
        await run(url, [call], 1, _WARM_SECONDS)
        return (await run(url, [call], 1, _SECONDS)).median_ms
    except WrongAnswerError as error:
        if _GIVEN_UP in str(error):
            return inf
        raise


async def _check(meter: Meter, url: str, key: str, pair: Pair) -> int:
    """Ask both lists and the tables; give the number of deals on the page.

    A list that takes longer than the server allows says nothing wrong.
    """
    async with meter.session() as session:
        wanted = [row.id for row in await session.rows(pair.truth)]
    async with httpx.AsyncClient(base_url=url, timeout=60) as client:
        for asked in (pair.custom, pair.system):
            try:
                nodes = (await post(client, _call(asked, key)))["data"]["deals"]["nodes"]
            except RuntimeError as error:
                if _GIVEN_UP in str(error):
                    continue
                raise
            if [decode_id(node["id"])[1] for node in nodes] != wanted:
                raise DifferentAnswerError(f"{pair.name}: {asked} finds other deals")
    return len(wanted)


async def _statement(meter: Meter, asked: Asked) -> Select[Any]:
    """Give the statement that the server sends for a list."""
    async with meter.session() as session:
        op = Operation.begin(session, meter.actor)
        where = await resolve_custom(op, read_where(DEAL, asked.where))
        order = await resolve_order(op, read_order(DEAL, asked.by))
    page = PageSpec(ListSpec(DEAL.name, where, order=order), _PAGE)
    row = row_type(DEAL.name, ("id", "title"))
    return page_statement(page, meter.actor, row, nested=False)


def _call(asked: Asked, key: str) -> Call:
    variables = {"where": asked.where, "by": asked.by}
    body = orjson.dumps({"query": _DOCUMENT, "variables": variables}, default=str)
    return Call("/graphql", body, (("Authorization", f"Bearer {key}"),))

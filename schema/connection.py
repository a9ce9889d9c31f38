"""Relay connections over any list: pages by cursor, counts and aggregates only when selected."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final
from uuid import UUID

import strawberry

from domain.entities import ENTITIES, RECORDS
from domain.fields import Entity, Field, Kind
from domain.people import USER
from loaders.lists import Amount, ListSpec, PageSpec
from loaders.loaders import WHOLE
from loaders.pages import NO_PAGE, Page
from loaders.rows import values_of
from schema.classes import OBJECTS
from schema.context import Context, running
from schema.custom_filters import resolve_custom, resolve_order
from schema.execution.reading import batched_field, plain_field
from schema.list_arguments import Asked, list_arguments, read_arguments
from schema.signatures import list_of
from schema.warnings import warn_of_unrated

CONNECTED: Final = (*RECORDS, USER)
_PLACES: Final = Decimal("0.0001")
_NUMBERS: Final = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.MONEY})
_TIMES: Final = frozenset({Kind.DATE, Kind.DATETIME})


@dataclass(slots=True)
class ConnectionSource:
    """A list that a query has asked for; nothing is read before one of its fields is."""

    context: Context
    spec: ListSpec
    page: PageSpec
    parent: UUID

    def cursor(self, page: Page, index: int) -> str:
        """Give the cursor of the row at an index of the page."""
        return self.context.cursors.encode(
            running(self.context).actor.workspace_id, self.spec, page.position(index)
        )


Sources = Sequence[ConnectionSource]


async def load_pages(context: Context, sources: Sources) -> list[Page]:
    """Give the page of each list; lists that differ in their parent alone are read together."""
    loaders = running(context).loaders

    async def load(spec: PageSpec, parents: Sequence[UUID]) -> Sequence[Page]:
        if not spec.limit:
            return [NO_PAGE] * len(parents)
        return await loaders.page(spec).load_batch(parents)

    return await _by_spec(sources, lambda source: source.page, load)


async def load_numbers(context: Context, sources: Sources, name: str) -> list[Any]:
    """Give the row of numbers that holds the count (`"count"`) or a field's, of each list."""
    op = running(context)
    amounts = {
        Amount(source.spec.entity, name)
        for source in sources
        if name != "count" and ENTITIES[source.spec.entity].get(name).kind is Kind.MONEY
    }

    async def load(spec: ListSpec, parents: Sequence[UUID]) -> Sequence[Any]:
        return await op.loaders.numbers(spec).load_batch([(parent, name) for parent in parents])

    if not amounts:
        return await _by_spec(sources, lambda source: source.spec, load)
    # Side by side: what one level asks for is one statement, whatever has to be warned of.
    found: list[Any]
    found, _ = await asyncio.gather(
        _by_spec(sources, lambda source: source.spec, load), warn_of_unrated(op, amounts)
    )
    return found


async def _by_spec(
    sources: Sources,
    spec_of: Callable[[ConnectionSource], Any],
    load: Callable[[Any, Sequence[UUID]], Awaitable[Sequence[Any]]],
) -> list[Any]:
    """Load what belongs to each list, those of one spec in one go."""
    if not sources:
        return []
    first = spec_of(sources[0])
    if all(spec_of(source) is first for source in sources):
        return list(await load(first, [source.parent for source in sources]))
    indices: dict[Any, list[int]] = {}
    for index, source in enumerate(sources):
        indices.setdefault(spec_of(source), []).append(index)
    found: list[Any] = [None] * len(sources)

    async def fill(spec: Any, places: list[int]) -> None:
        values = await load(spec, [sources[place].parent for place in places])
        for place, value in zip(places, values, strict=True):
            found[place] = value

    await asyncio.gather(*(fill(spec, places) for spec, places in indices.items()))
    return found


@dataclass(slots=True)
class EdgeSource:
    """One row of a page, with its place."""

    source: ConnectionSource
    page: Page
    index: int


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    """Where a page stands in its list."""

    has_next_page: bool = strawberry.field(description="Whether records follow the page.")
    has_previous_page: bool = strawberry.field(description="Whether records precede the page.")
    start_cursor: str | None = strawberry.field(description="Cursor of the first record.")
    end_cursor: str | None = strawberry.field(description="Cursor of the last record.")


def _page_info(source: ConnectionSource, page: Page) -> PageInfo:
    backward = source.page.backward
    bounded = source.page.position is not None
    return PageInfo(
        has_next_page=bounded if backward else page.has_more,
        has_previous_page=page.has_more if backward else bounded,
        start_cursor=source.cursor(page, 0) if page else None,
        end_cursor=source.cursor(page, len(page) - 1) if page else None,
    )


async def _page_infos(context: Context, sources: Sources) -> list[PageInfo]:
    pages = await load_pages(context, sources)
    return [_page_info(source, page) for source, page in zip(sources, pages, strict=True)]


async def _nodes(context: Context, sources: Sources) -> list[Page]:
    return await load_pages(context, sources)


async def _edges(context: Context, sources: Sources) -> list[list[EdgeSource]]:
    pages = await load_pages(context, sources)
    return [
        [EdgeSource(source, page, index) for index in range(len(page))]
        for source, page in zip(sources, pages, strict=True)
    ]


async def _total_counts(context: Context, sources: Sources) -> list[int]:
    return [int(numbers["count"]) for numbers in await load_numbers(context, sources, "count")]


def _aggregate_part(cls: Any, part: str, text: str) -> Any:
    def read(root: Any) -> Any:
        numbers, name = root
        value = numbers[f"{name}_{part}"]
        return (
            value.quantize(_PLACES, ROUND_HALF_UP) if part == "avg" and value is not None else value
        )

    return plain_field(text, cls | None, (), read)


def _aggregate_type(name: str, text: str, cls: Any, number: Any = None) -> Any:
    parts = {
        "min": _aggregate_part(cls, "min", "The smallest value."),
        "max": _aggregate_part(cls, "max", "The largest value."),
    }
    if number is not None:
        parts["sum"] = _aggregate_part(number, "sum", "The sum.")
        parts["avg"] = _aggregate_part(number, "avg", "The mean, to four places.")
    return strawberry.type(type(name, (), parts), description=text)


_AGGREGATES: Final = {
    Kind.INTEGER: _aggregate_type("IntAggregate", "Numbers about whole numbers.", int, Decimal),
    Kind.DECIMAL: _aggregate_type("DecimalAggregate", "Numbers about numbers; amounts are in the "
                                  "base currency.", Decimal, Decimal),
    Kind.DATE: _aggregate_type("DateAggregate", "First and last day.", date),
    Kind.DATETIME: _aggregate_type("DateTimeAggregate", "First and last time.", datetime),
}  # fmt: skip
_AGGREGATES[Kind.MONEY] = _AGGREGATES[Kind.DECIMAL]


def aggregated_fields(entity: Entity) -> list[Field]:
    """Give the fields of an entity that `aggregate` offers."""
    return [
        declared
        for declared in entity.fields
        if declared.kind in _AGGREGATES and (declared.filterable or declared.sortable)
    ]


def _entity_aggregate(entity: Entity) -> Any:
    def reader(declared: Field) -> Any:
        async def read(context: Context, sources: Sources) -> list[Any]:
            numbers = await load_numbers(context, sources, declared.name)
            return [(row, declared.name) for row in numbers]

        return read

    fields: dict[str, Any] = {
        "count": batched_field("How many records.", int, (), _total_counts),
    }
    for declared in aggregated_fields(entity):
        fields[declared.name] = batched_field(
            declared.doc, _AGGREGATES[declared.kind], (), reader(declared)
        )
    return strawberry.type(
        type(f"{entity.type_name}Aggregate", (), fields),
        description=f"Numbers about a list of {entity.plural}, all pages taken together.",
    )


def _itself(root: Any) -> Any:
    return root


def _edge_node(root: EdgeSource) -> Any:
    return root.page.rows[root.index]


def _edge_cursor(root: EdgeSource) -> str:
    return root.source.cursor(root.page, root.index)


def _connection_type(entity: Entity) -> Any:
    node = OBJECTS[entity.name]
    edge = strawberry.type(
        type(
            f"{entity.type_name}Edge",
            (),
            {
                "node": plain_field("The record.", node, (), _edge_node),
                "cursor": plain_field(
                    "Its place, for `after` and `before`.", str, (), _edge_cursor
                ),
            },
        ),
        description=f"A {entity.name} and its place in the list.",
    )
    fields = {
        "nodes": batched_field("The records of the page.", list_of(node), (), _nodes),
        "edges": batched_field(
            "The records of the page with their cursors.", list_of(edge), (), _edges
        ),
        "page_info": batched_field("Where the page stands in its list.", PageInfo, (), _page_infos),
        "total_count": batched_field(
            "How many records there are on all pages.", int, (), _total_counts
        ),
        "aggregate": plain_field(
            "Numbers about all pages.", _entity_aggregate(entity), (), _itself
        ),
    }
    return strawberry.type(
        type(f"{entity.type_name}Connection", (), fields),
        description=f"A page of a list of {entity.plural}.",
    )


CONNECTIONS: Final = {entity.name: _connection_type(entity) for entity in CONNECTED}


async def open_lists(
    context: Context, asked: Asked, parents: Sequence[UUID] = (WHOLE,)
) -> list[ConnectionSource]:
    """Open the list on each parent; raises BadInputError where the cursor is none of its own."""
    op = running(context)
    spec = asked.spec
    if asked.is_custom:
        order = await resolve_order(op, spec.order)
        spec = replace(spec, where=await resolve_custom(op, spec.where), order=order)
    if amounts := spec.amounts:
        await warn_of_unrated(op, amounts)
    position = None
    if asked.cursor is not None:
        path = ("before" if asked.backward else "after",)
        position = context.cursors.decode(op.actor.workspace_id, spec, asked.cursor, path)
    page = PageSpec(spec, asked.limit, asked.backward, position)
    return [ConnectionSource(context, spec, page, parent) for parent in parents]


def connection_field(
    entity: Entity, text: str, relation: Field | None = None, parent: str = ""
) -> Any:
    """Make a field that is a list of an entity: of the workspace, or of the record it stands on."""

    def prepare(given: Mapping[str, Any]) -> Asked:
        return read_arguments(entity, given, relation, parent)

    async def read(context: Context, sources: Sequence[Any], asked: Asked) -> Sequence[Any]:
        if relation is None:
            return await open_lists(context, asked)
        return await open_lists(context, asked, values_of(sources, "id"))

    columns = () if relation is None else ("id",)
    return batched_field(
        text,
        CONNECTIONS[entity.name],
        columns,
        read,
        list_arguments(entity),
        prepare=prepare,
    )

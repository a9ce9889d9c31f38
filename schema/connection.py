"""Relay connections over any list: pages by cursor, counts and aggregates only when selected."""

from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final
from uuid import UUID

import strawberry

from domain.entities import ENTITIES, RECORDS
from domain.errors import BadInputError
from domain.fields import Entity, Field, Kind, camel
from domain.filters import Direction, OrderKey
from domain.people import USER
from loaders.lists import DEFAULT_PAGE, MAX_PAGE, ListSpec, PageSpec
from loaders.loaders import WHOLE, Page
from schema.classes import OBJECTS
from schema.context import Info, operation
from schema.filter_types import FILTERS, ORDERS
from schema.filters import mentions, read_order, read_search, read_where
from schema.signatures import argument, declare_resolver, list_of, returns
from schema.warnings import warn_of_unrated

CONNECTED: Final = (*RECORDS, USER)
_PLACES: Final = Decimal("0.0001")
_NUMBERS: Final = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.MONEY})
_TIMES: Final = frozenset({Kind.DATE, Kind.DATETIME})


@dataclass(slots=True)
class ConnectionSource:
    """A list that a query has asked for; nothing is read before one of its fields is."""

    info: Info
    spec: ListSpec
    page: PageSpec
    parent: UUID

    def load(self) -> Awaitable[Page]:
        """Give the page; all who ask share one read."""
        return operation(self.info).loaders.page(self.page).load(self.parent)

    def cursor(self, page: Page, index: int) -> str:
        """Give the cursor of the row at an index of the page."""
        op = operation(self.info)
        return self.info.context.cursors.encode(
            op.actor.workspace_id, self.spec, page.positions[index]
        )

    async def number(self, name: str) -> Any:
        """Give the row of numbers that holds `name`'s."""
        op = operation(self.info)
        # Asked for before anything is waited for: what one level asks for is one statement.
        numbers = op.loaders.numbers(self.spec).load((self.parent, name))
        if name != "count" and ENTITIES[self.spec.entity].get(name).kind is Kind.MONEY:
            await warn_of_unrated(op, [(self.spec.entity, name)])
        return await numbers


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


async def _page_info(root: Any) -> PageInfo:
    page = await root.load() if root.page.limit else Page((), (), has_more=False)
    backward = root.page.backward
    bounded = root.page.position is not None
    return PageInfo(
        has_next_page=bounded if backward else page.has_more,
        has_previous_page=page.has_more if backward else bounded,
        start_cursor=root.cursor(page, 0) if page.rows else None,
        end_cursor=root.cursor(page, len(page.rows) - 1) if page.rows else None,
    )


async def _nodes(root: Any) -> Any:
    return (await root.load()).rows if root.page.limit else ()


async def _edges(root: Any) -> Any:
    page = await root.load() if root.page.limit else Page((), (), has_more=False)
    return [EdgeSource(root, page, index) for index in range(len(page.rows))]


async def _total_count(root: Any) -> int:
    return int((await root.number("count"))["count"])


def _copy(function: Any) -> Any:
    async def resolve(root: Any) -> Any:
        return await function(root)

    return resolve


def _aggregate_part(cls: Any, part: str, text: str) -> Any:
    def read(root: Any) -> Any:
        numbers, name = root
        value = numbers[f"{name}_{part}"]
        return (
            value.quantize(_PLACES, ROUND_HALF_UP) if part == "avg" and value is not None else value
        )

    return strawberry.field(resolver=returns(read, cls | None), description=text)


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
        async def read(root: Any) -> Any:
            return await root.number(declared.name), declared.name

        return returns(read, _AGGREGATES[declared.kind])

    fields: dict[str, Any] = {
        "count": strawberry.field(
            resolver=returns(_copy(_total_count), int), description="How many records."
        )
    }
    for declared in aggregated_fields(entity):
        fields[declared.name] = strawberry.field(
            resolver=reader(declared), description=declared.doc
        )
    return strawberry.type(
        type(f"{entity.type_name}Aggregate", (), fields),
        description=f"Numbers about a list of {entity.plural}, all pages taken together.",
    )


def _connection_type(entity: Entity) -> Any:
    node = OBJECTS[entity.name]

    async def aggregate(root: Any) -> Any:
        return root

    def edge_node(root: Any) -> Any:
        return root.page.rows[root.index]

    def edge_cursor(root: Any) -> str:
        return str(root.source.cursor(root.page, root.index))

    edge = strawberry.type(
        type(
            f"{entity.type_name}Edge",
            (),
            {
                "node": strawberry.field(
                    resolver=returns(edge_node, node), description="The record."
                ),
                "cursor": strawberry.field(
                    resolver=edge_cursor, description="Its place, for `after` and `before`."
                ),
            },
        ),
        description=f"A {entity.name} and its place in the list.",
    )
    fields = {
        "nodes": (_nodes, list_of(node), "The records of the page."),
        "edges": (_edges, list_of(edge), "The records of the page with their cursors."),
        "page_info": (_page_info, PageInfo, "Where the page stands in its list."),
        "total_count": (_total_count, int, "How many records there are on all pages."),
        "aggregate": (aggregate, _entity_aggregate(entity), "Numbers about all pages."),
    }
    return strawberry.type(
        type(
            f"{entity.type_name}Connection",
            (),
            {
                name: strawberry.field(
                    resolver=returns(_copy(function), annotation), description=text
                )
                for name, (function, annotation, text) in fields.items()
            },
        ),
        description=f"A page of a list of {entity.plural}.",
    )


CONNECTIONS: Final = {entity.name: _connection_type(entity) for entity in CONNECTED}


def list_arguments(entity: Entity) -> dict[str, Any]:
    """Give the annotations of the arguments that every list has."""
    plural = entity.plural
    return {
        "where": argument(FILTERS[entity.name] | None, f"Only {plural} that match."),
        "order_by": argument(
            list_of(ORDERS[entity.name]) | None,
            "Keys of the order; newest first if left out.",
        ),
        "search": argument(str | None, "Words that all occur in the main text fields."),
        "first": argument(
            int | None, f"Size of the page; {DEFAULT_PAGE} if left out, at most {MAX_PAGE}."
        ),
        "after": argument(str | None, "Cursor that the page starts after."),
        "last": argument(int | None, "Size of a page counted from the end."),
        "before": argument(str | None, "Cursor that the page ends before."),
    }


@dataclass(slots=True)
class ListArguments:
    """The arguments of a list, as given."""

    where: Any = None
    order_by: Any = None
    search: str | None = None
    first: int | None = None
    after: str | None = None
    last: int | None = None
    before: str | None = None


async def open_list(
    info: Info,
    entity: Entity,
    given: ListArguments,
    relation: Field | None = None,
    parent: tuple[str, UUID] | None = None,
) -> ConnectionSource:
    """Read the arguments of a list; raises BadInputError."""
    op = operation(info)
    spec = ListSpec(
        entity=entity.name,
        where=read_where(entity, given.where),
        search=read_search(given.search),
        order=read_order(entity, given.order_by) or _usual_order(entity, relation),
        relation=relation,
        parent=parent[0] if parent else "",
        with_deleted=mentions(entity, given.where, camel("deleted_at")),
    )
    await warn_of_unrated(op, spec.amounts())
    limit, backward, text = _window(given)
    position = None
    if text is not None:
        path = ("before" if backward else "after",)
        position = info.context.cursors.decode(op.actor.workspace_id, spec, text, path)
    return ConnectionSource(
        info, spec, PageSpec(spec, limit, backward, position), parent[1] if parent else WHOLE
    )


def _usual_order(entity: Entity, relation: Field | None) -> tuple[OrderKey, ...]:
    """Give the order of a list that asks for none: its relation's, else newest first."""
    if relation is None or not relation.order:
        return ()
    return (OrderKey((entity.get(relation.order),), Direction.ASC),)


def _window(given: ListArguments) -> tuple[int, bool, str | None]:
    """Give size, direction and cursor of the page; raises BadInputError where they do not fit."""
    if given.first is not None and given.last is not None:
        raise BadInputError("first_and_last", ("last",))
    backward = given.last is not None or (given.before is not None and given.first is None)
    if given.after is not None and (backward or given.before is not None):
        raise BadInputError("after_and_before", ("after",))
    if given.before is not None and not backward:
        raise BadInputError("after_and_before", ("before",))
    size = given.last if backward else given.first
    if size is not None and not 0 <= size <= MAX_PAGE:
        raise BadInputError("page_size", ("last" if backward else "first",), limit=MAX_PAGE)
    limit = DEFAULT_PAGE if size is None else size
    return limit, backward, given.before if backward else given.after


def connection_field(
    entity: Entity, text: str, relation: Field | None = None, parent: str = ""
) -> Any:
    """Make a field that is a list of an entity: of the workspace, or of the record it stands on."""

    async def resolve(root: Any, info: Any, **given: Any) -> Any:
        place = (parent, root.id) if relation is not None else None
        return await open_list(info, entity, ListArguments(**given), relation, place)

    return strawberry.field(
        resolver=declare_resolver(resolve, list_arguments(entity), CONNECTIONS[entity.name]),
        description=text,
    )

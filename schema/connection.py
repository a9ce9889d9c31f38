"""Relay connections over any list: pages by cursor, counts and aggregates only when selected."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

import strawberry

from auth.actor import Scope
from auth.policy import require_right
from auth.rights import PUBLIC
from domain.activities import ACTIVITY
from domain.audit import AUDIT_EVENT
from domain.entities import ENTITIES, RECORDS
from domain.fields import Entity, Field
from domain.people import USER
from domain.roles import SettingsRight
from loaders.lists import WHOLE, Below, PageSpec
from loaders.pages import Page
from loaders.rows import values_of
from resolvers.defined_fields import searched_fields
from resolvers.hidden import may_read_list, require_readable_list
from resolvers.operation import Operation
from schema.aggregates import entity_aggregate
from schema.classes import OBJECTS
from schema.context import Context, running
from schema.custom_filters import resolve_custom, resolve_order
from schema.execution.reading import batched_field, plain_field
from schema.list_arguments import Asked, list_arguments, read_arguments
from schema.list_sources import ConnectionSource, Sources, load_counts, load_pages
from schema.signatures import list_of
from schema.warnings import warn_of_unrated

CONNECTED: Final = (*RECORDS, USER, AUDIT_EVENT, ACTIVITY)


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
                "node": plain_field("The record.", node, (), _edge_node, leads_on=True),
                "cursor": plain_field(
                    "Its place, for `after` and `before`.", str, (), _edge_cursor
                ),
            },
        ),
        description=f"One {entity.name.replace('_', ' ')} and its place in the list.",
    )
    fields = {
        "nodes": batched_field(
            "The records of the page.", list_of(node), (), _nodes, leads_on=True
        ),
        "edges": batched_field(
            "The records of the page with their cursors.",
            list_of(edge),
            (),
            _edges,
            leads_on=True,
        ),
        "page_info": batched_field("Where the page stands in its list.", PageInfo, (), _page_infos),
        "total_count": batched_field(
            "How many records there are on all pages.", int, (), load_counts
        ),
        "aggregate": plain_field("Numbers about all pages.", entity_aggregate(entity), (), _itself),
    }
    return strawberry.type(
        type(f"{entity.type_name}Connection", (), fields),
        description=f"A page of a list of {entity.plural.replace('_', ' ')}.",
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
    if spec.search and ENTITIES[spec.entity].is_record:
        spec = replace(spec, searched=await searched_fields(op, spec.entity))
    require_readable_list(op.actor.rights, spec)
    if amounts := spec.amounts:
        await warn_of_unrated(op, amounts)
    position = None
    if asked.cursor is not None:
        path = ("before" if asked.backward else "after",)
        position = context.cursors.decode(op.actor.workspace_id, spec, asked.cursor, path)
    peeks = op.loaders.selection.peeks
    page = PageSpec(spec, asked.limit, asked.backward, position, peeks)
    below = _along(op, page, asked.below)
    return [ConnectionSource(context, spec, page, parent, below) for parent in parents]


def _along(op: Operation, page: PageSpec, asked: Sequence[Asked]) -> tuple[Below, ...]:
    """Give the lists on the rows of a page that can be read along with it.

    Not those that somebody has to look into first, nor any on the rows that parents read ahead.
    """
    if not asked or not page.limit or (page.peeks and page.list.relation is not None):
        return ()
    found: dict[PageSpec, Below] = {}
    for each in asked:
        spec = each.spec
        is_plain = not (each.is_custom or spec.search or spec.amounts or each.cursor)
        if is_plain and each.limit and may_read_list(op.actor.rights, spec):
            below = PageSpec(spec, each.limit, each.backward, None, page.peeks)
            found.setdefault(below, Below(below, _along(op, below, each.below)))
    return tuple(found.values())


def _with_below(asked: Asked, below: Sequence[Asked]) -> Asked:
    return replace(asked, below=tuple(below))


def connection_field(
    entity: Entity, text: str, relation: Field | None = None, parent: str = ""
) -> Any:
    """Make a field that is a list of an entity: of the workspace, or of the record it stands on."""

    def prepare(given: Mapping[str, Any]) -> Asked:
        return read_arguments(entity, given, relation, parent)

    async def read(context: Context, sources: Sequence[Any], asked: Asked) -> Sequence[Any]:
        if entity is AUDIT_EVENT:
            require_right(running(context).actor, SettingsRight.AUDIT, Scope.READ)
        if relation is None:
            return await open_lists(context, asked)
        return await open_lists(context, asked, values_of(sources, "id"))

    columns = () if relation is None else ("id",)
    made = CONNECTIONS[entity.name]
    return batched_field(
        text,
        made if relation is None or parent not in PUBLIC else made | None,
        columns,
        read,
        list_arguments(entity),
        prepare=prepare,
        along=_with_below,
    )

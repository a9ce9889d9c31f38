"""Timelines in the API: pages of what happened to a record, entry by entry."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import strawberry

from domain.errors import BadInputError
from domain.timeline import TimelineKind
from loaders.history import HistorySpec, load_history
from loaders.lists import DEFAULT_PAGE, MAX_PAGE
from loaders.loaders import Loaders
from loaders.timeline import Entry, EntryPage, TimelineSpec
from schema.connection import PageInfo
from schema.context import Context, running
from schema.entries import Entries, TimelineEntry
from schema.execution.reading import batched_field, plain_field
from schema.signatures import argument, list_of


@dataclass(frozen=True, slots=True)
class TimelineSource:
    """A timeline that a query has asked for; nothing is read before one of its fields is."""

    spec: TimelineSpec | HistorySpec
    record: UUID
    """`WHOLE` of the history of the workspace."""


@dataclass(frozen=True, slots=True)
class EntryEdge:
    """One entry of a page, with its cursor."""

    node: Entry
    cursor: str


Sources = Sequence[TimelineSource]


async def _pages(context: Context, sources: Sources) -> list[EntryPage]:
    loaders = running(context).loaders
    found: dict[TimelineSource, EntryPage] = {}
    for spec in dict.fromkeys(source.spec for source in sources):
        own = [source for source in sources if source.spec == spec]
        if isinstance(spec, HistorySpec):
            found[own[0]] = await _history_page(loaders, spec)
            continue
        pages = await loaders.timeline(spec).load_batch([source.record for source in own])
        found.update(zip(own, pages, strict=True))
    return [found[source] for source in sources]


async def _history_page(loaders: Loaders, spec: HistorySpec) -> EntryPage:
    """Give a page of the history, which the fields of one connection share."""
    key = ("history", spec)

    async def batch(keys: Sequence[Any]) -> list[EntryPage]:
        return [await load_history(loaders, spec) for _ in keys]

    page: EntryPage = await loaders.shared(key, batch).load(spec)
    return page


async def _nodes(context: Context, sources: Sources) -> list[Entries]:
    return [page.entries for page in await _pages(context, sources)]


def cursor_of(context: Context, spec: Any, entry: Entry) -> str:
    """Give the cursor of an entry."""
    workspace = running(context).actor.workspace_id
    return context.cursors.encode(workspace, spec, entry.position)


async def _edges(context: Context, sources: Sources) -> list[list[EntryEdge]]:
    pages = await _pages(context, sources)
    return [
        [EntryEdge(entry, cursor_of(context, source.spec, entry)) for entry in page.entries]
        for source, page in zip(sources, pages, strict=True)
    ]


async def _page_infos(context: Context, sources: Sources) -> list[PageInfo]:
    pages = await _pages(context, sources)
    return [
        page_info(context, source.spec, page) for source, page in zip(sources, pages, strict=True)
    ]


def page_info(context: Context, spec: Any, page: EntryPage) -> PageInfo:
    """Tell where a page stands."""
    entries = page.entries
    return PageInfo(
        has_next_page=page.has_more,
        has_previous_page=spec.after is not None,
        start_cursor=cursor_of(context, spec, entries[0]) if entries else None,
        end_cursor=_end_cursor(context, spec, page),
    )


def _end_cursor(context: Context, spec: Any, page: EntryPage) -> str | None:
    if page.end is not None:
        workspace = running(context).actor.workspace_id
        return context.cursors.encode(workspace, spec, page.end)
    return cursor_of(context, spec, page.entries[-1]) if page.entries else None


TimelineEdge: Any = strawberry.type(
    type(
        "TimelineEdge",
        (),
        {
            "node": plain_field("The entry.", TimelineEntry, ("node",)),
            "cursor": plain_field("Its place, for `after`.", str, ("cursor",)),
        },
    ),
    description="One entry and its place in the timeline.",
)
TimelineConnection: Any = strawberry.type(
    type(
        "TimelineConnection",
        (),
        {
            "nodes": batched_field("The entries of the page.", list_of(TimelineEntry), (), _nodes),
            "edges": batched_field(
                "The entries of the page with their cursors.", list_of(TimelineEdge), (), _edges
            ),
            "page_info": batched_field("Where the page stands.", PageInfo, (), _page_infos),
        },
    ),
    description="A page of what happened, the newest first.",
)


@dataclass(frozen=True, slots=True)
class AskedEntries:
    """The arguments of a timeline, as they came."""

    limit: int
    after: str | None
    kinds: tuple[TimelineKind, ...]


def read_asked(given: Mapping[str, Any]) -> AskedEntries:
    """Read the arguments of a timeline; raises BadInputError."""
    first, types = given.get("first"), given.get("types")
    if first is not None and not 0 <= first <= MAX_PAGE:
        raise BadInputError("page_size", ("first",), limit=MAX_PAGE)
    kinds = TimelineKind if types is None else dict.fromkeys(types)
    limit = DEFAULT_PAGE if first is None else first
    return AskedEntries(limit, given.get("after"), tuple(kinds))


async def _timelines(
    context: Context, sources: Sequence[Any], asked: AskedEntries
) -> list[TimelineSource]:
    specs: dict[str, TimelineSpec] = {}
    for source in sources:
        entity = source.declared.name
        if entity not in specs:
            spec = TimelineSpec(entity, asked.kinds, asked.limit)
            if asked.after is not None:
                workspace = running(context).actor.workspace_id
                place = context.cursors.decode(workspace, spec, asked.after, ("after",))
                spec = TimelineSpec(entity, asked.kinds, asked.limit, place)
            specs[entity] = spec
    return [TimelineSource(specs[source.declared.name], source.id) for source in sources]


PAGE_ARGUMENTS: Final[Mapping[str, Any]] = {
    "first": argument(int | None, f"At most so many entries, up to {MAX_PAGE}; 25 if left out."),
    "after": argument(str | None, "Only entries after (older than) the one of this cursor."),
    "types": argument(list[TimelineKind] | None, "Only entries of these kinds."),
}
TIMELINE: Final = batched_field(
    "What happened to the record, the newest first: as much of it as the caller may read.",
    TimelineConnection,
    ("id",),
    _timelines,
    PAGE_ARGUMENTS,
    prepare=read_asked,
)

"""What lists give: their pages and their numbers, those of one level read together."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, ClassVar, Final
from uuid import UUID

from domain.custom_fields import CustomFieldType
from domain.entities import ENTITIES
from domain.fields import Kind, camel
from loaders.lists import Amount, Below, ListSpec, PageSpec
from loaders.pages import NO_PAGE, Page
from loaders.rows import Row
from resolvers.custom_binding import bound_by, load_bindings
from resolvers.hidden import require_readable
from resolvers.operation import Operation
from schema.context import Context, running
from schema.warnings import warn_of_unrated


@dataclass(slots=True)
class ConnectionSource:
    """A list that a query has asked for; nothing is read before one of its fields is."""

    is_new: ClassVar[bool] = True
    """Each place of an answer has its own."""

    context: Context
    spec: ListSpec
    page: PageSpec
    parent: UUID
    below: tuple[Below, ...] = ()
    """The lists on its rows that are read along with them."""

    def cursor(self, page: Page, index: int) -> str:
        """Give the cursor of the row at an index of the page."""
        return self.context.cursors.encode(
            running(self.context).actor.workspace_id, self.spec, page.position(index)
        )


Sources = Sequence[ConnectionSource]
_PAGE: Final[Callable[[ConnectionSource], PageSpec]] = attrgetter("page")
_SPEC: Final[Callable[[ConnectionSource], ListSpec]] = attrgetter("spec")


async def load_pages(context: Context, sources: Sources) -> list[Page]:
    """Give the page of each list; lists that differ in their parent alone are read together."""
    loaders = running(context).loaders

    async def load(spec: PageSpec, parents: Sequence[UUID]) -> Sequence[Page]:
        if not spec.limit:
            return [NO_PAGE] * len(parents)
        below = next(source.below for source in sources if source.page is spec)
        return await loaders.page(spec, below).load_batch(parents)

    return await _by_spec(sources, _PAGE, load)


async def load_counts(context: Context, sources: Sources) -> list[int]:
    """Give how many records each list has on all pages."""
    found = await _load_numbers(running(context), sources, ())
    return [int(numbers["count"]) for numbers in found]


async def load_numbers(
    context: Context, sources: Sources, name: str, parts: Iterable[str]
) -> list[Any]:
    """Give the row that holds parts (`sum`, `avg`, `min`, `max`) of a field, of each list.

    They stand in columns such as `amount_sum`.
    """
    op = running(context)
    entities = {source.spec.entity for source in sources}
    for entity in entities:
        require_readable(op.actor.rights, entity, camel(name))
    columns = tuple(sorted(f"{name}_{part}" for part in parts))
    amounts = {
        Amount(entity, name) for entity in entities
        if ENTITIES[entity].get(name).kind is Kind.MONEY
    }  # fmt: skip
    if not amounts:
        return await _load_numbers(op, sources, columns)
    # Side by side: what one level asks for is one statement, whatever has to be warned of.
    found: list[Any]
    found, _ = await asyncio.gather(
        _load_numbers(op, sources, columns), warn_of_unrated(op, amounts)
    )
    return found


async def _load_numbers(op: Operation, sources: Sources, columns: tuple[str, ...]) -> list[Any]:
    async def load(spec: ListSpec, parents: Sequence[UUID]) -> Sequence[Any]:
        return await op.loaders.numbers(spec).load_batch([(parent, columns) for parent in parents])

    return await _by_spec(sources, _SPEC, load)


async def _by_spec(
    sources: Sources,
    spec_of: Callable[[ConnectionSource], Any],
    load: Callable[[Any, Sequence[UUID]], Awaitable[Sequence[Any]]],
) -> list[Any]:
    """Load what belongs to each list, those of one spec in one go."""
    if not sources:
        return []
    first = spec_of(sources[0])
    if len(set(map(id, map(spec_of, sources)))) == 1:
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


async def load_custom_numbers(context: Context, sources: Sources, field: Row) -> list[Any]:
    """Give the row of numbers about a custom field of each list; None without any value."""
    op = running(context)
    require_readable(op.actor.rights, field.entity.lower(), f"custom.{field.code}")
    only = (await load_bindings(op, [field])).get(field.id, frozenset())
    bound = (bound_by(field) if only else "", tuple(sorted(only)))

    async def load(spec: ListSpec, parents: Sequence[UUID]) -> Sequence[Any]:
        keys = [(parent, field.id) for parent in parents]
        return await op.loaders.custom_numbers(spec, bound).load_batch(keys)

    if field.type != CustomFieldType.MONEY.value:
        return await _by_spec(sources, _SPEC, load)
    amounts = {Amount(source.spec.entity, field.code, field.id) for source in sources}
    found: list[Any]
    found, _ = await asyncio.gather(_by_spec(sources, _SPEC, load), warn_of_unrated(op, amounts))
    return found

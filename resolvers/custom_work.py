"""Long work on custom values: a portion at once, the rest as jobs with a transaction for each.

Where a field has few values nothing is left for later: the work is done when the mutation is.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final
from uuid import UUID

from domain.custom_fields import CUSTOM_FIELD, CustomFieldType
from domain.jobs import Job
from loaders.amounts import is_clearing
from loaders.rows import Row
from resolvers import changes
from resolvers.currencies import load_rates
from resolvers.custom_amounts import fill_amounts
from resolvers.custom_pivot import RANK, delete_portion, fill_portion, follow_ranks
from resolvers.drafts import Draft
from resolvers.operation import Operation
from resolvers.values import Values

FILL: Final = "custom_fields.fill"
FORGET: Final = "custom_fields.forget"
CLEAR: Final = "custom_fields.clear"
Arguments = Mapping[str, Any]


async def fill(op: Operation, field: Row) -> Row:
    """Put the values of a field into the pivot; filters wait until all are there."""
    last = await fill_portion(op, field, None)
    if last is None:
        await _rate(op, field)
        return field
    op.later(Job(FILL, {"field": str(field.id), "after": str(last)}))
    return await _mark(op, field, ready=False)


async def fill_whole(op: Operation, field: Row) -> None:
    """Put all values of a field into the pivot at once: what is to be unique cannot wait."""
    last = await fill_portion(op, field, None)
    while last is not None:
        last = await fill_portion(op, field, last)


async def go_on_filling(op: Operation, arguments: Arguments) -> None:
    """Put the next values into the pivot; after the last ones the field is ready."""
    field: Row | None = await op.loaders.one(CUSTOM_FIELD.name).load(UUID(arguments["field"]))
    if field is None or not (field.is_filterable or field.is_unique):
        return
    last = await fill_portion(op, field, UUID(arguments["after"]))
    if last is None:
        await _rate(op, field)
        await _mark(op, field, ready=True)
    else:
        op.later(Job(FILL, {**arguments, "after": str(last)}))


async def _rate(op: Operation, field: Row) -> None:
    """Give amounts their base amounts: rates may have come since they were written."""
    if field.type == CustomFieldType.MONEY.value and not await is_clearing(op.session):
        known = await load_rates(op.session, op.currency, op.now.date())
        await fill_amounts(op, field, known)


async def _mark(op: Operation, field: Row, *, ready: bool) -> Row:
    draft = Draft(CUSTOM_FIELD, field.id, Values(()), field, columns={"is_ready": ready})
    (row,) = await changes.change(op, [draft])
    return row


async def clear(op: Operation, field: UUID) -> None:
    """Take all values of a field out of the pivot."""
    if await delete_portion(op, field):
        op.later(Job(CLEAR, {"field": str(field)}))


async def go_on_clearing(op: Operation, arguments: Arguments) -> None:
    """Take the next values out, unless the field has become filterable again meanwhile."""
    field = await op.loaders.one(CUSTOM_FIELD.name).load(UUID(arguments["field"]))
    if field is None or not (field.is_filterable or field.is_unique):
        await clear(op, UUID(arguments["field"]))


async def forget(op: Operation, entity: str, field: UUID, after: UUID | None = None) -> None:
    """Delete the values of a field that is gone from records of a type."""
    last = await changes.forget_portion(op, entity, field, after)
    if last is not None:
        arguments = {"entity": entity, "field": str(field), "after": str(last)}
        op.later(Job(FORGET, arguments))


async def go_on_forgetting(op: Operation, arguments: Arguments) -> None:
    """Delete the next values."""
    await forget(op, arguments["entity"], UUID(arguments["field"]), UUID(arguments["after"]))


async def go_on_ranking(op: Operation, arguments: Arguments) -> None:
    """Let the next values follow."""
    rows = await op.loaders.one(arguments["entity"]).load_batch(list(map(UUID, arguments["ids"])))
    await follow_ranks(op, [row for row in rows if row is not None])


WORK: Final[Mapping[str, Callable[[Operation, Arguments], Awaitable[bool | None]]]] = {
    FILL: go_on_filling,
    CLEAR: go_on_clearing,
    FORGET: go_on_forgetting,
    RANK: go_on_ranking,
}
"""The handlers of these jobs."""

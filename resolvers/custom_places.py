"""Where custom fields stand: the stages and pipelines that they name, when one goes away."""

from collections.abc import Callable, Sequence
from typing import Final
from uuid import UUID

from domain.custom_fields import CUSTOM_FIELD
from domain.errors import Code, refuse
from loaders.locking import lock_rows
from loaders.rows import Row
from resolvers import changes
from resolvers.drafts import Draft
from resolvers.operation import Operation
from resolvers.values import Values

Ids = tuple[UUID, ...]
_NAMED: Final = 10
"""Fields that an error names at most."""


async def leave_stage(op: Operation, stage: Row, stages: Sequence[Row]) -> None:
    """Let fields that are required from a stage be required from the next one of its pipeline.

    `stages` are those of the pipeline in their order. A lost stage asks for nothing, so it passes
    nothing on.
    """
    later = stages[[row.id for row in stages].index(stage.id) + 1 :]
    heir = next((row.id for row in later if row.semantics != "LOST"), None)
    await _change(op, "required_from", lambda before: _replaced(before, stage.id, heir))


async def leave_pipeline(
    op: Operation, pipeline: Row, stages: Sequence[Row], target: Row | None
) -> None:
    """Bind fields to the target instead, and drop what its stages ask for.

    Raises RefusedError where a field is bound to the pipeline alone and there is no target: without
    a binding it would be there for all records.
    """
    heir = None if target is None else target.id
    if heir is None:
        bound = await _naming(op, "pipelines", lambda before: before == (pipeline.id,))
        if bound:
            codes = sorted(row.code for row in bound)[:_NAMED]
            raise refuse(Code.IN_USE, "fields_of_pipeline", "id", names=", ".join(codes))
    await _change(op, "pipelines", lambda before: _replaced(before, pipeline.id, heir))
    gone = {row.id for row in stages}
    await _change(
        op, "required_from", lambda before: tuple(key for key in before if key not in gone)
    )


def _replaced(before: Ids, old: UUID, new: UUID | None) -> Ids:
    """Put an id in the place of another, once; without one the place goes."""
    after = (new if key == old else key for key in before)
    return tuple(dict.fromkeys(key for key in after if key is not None))


async def _naming(op: Operation, name: str, test: Callable[[Ids], bool]) -> list[Row]:
    """Give the fields whose list of what they name passes a test.

    Asked anew: what goes away is locked by now, so no field comes to name it any more.
    """
    op.loaders.clear()
    fields = await op.loaders.everything(CUSTOM_FIELD.name)
    lists = await op.loaders.linked_ids(CUSTOM_FIELD.get(name)).load_batch(
        [row.id for row in fields]
    )
    return [row for row, ids in zip(fields, lists, strict=True) if test(tuple(ids))]


async def _change(op: Operation, name: str, work: Callable[[Ids], Ids]) -> None:
    """Change what fields name, as an update of each that is concerned."""
    concerned = await _naming(op, name, lambda before: work(before) != before)
    if not concerned:
        return
    rows = await lock_rows(op.session, op.actor, CUSTOM_FIELD.name, [row.id for row in concerned])
    op.loaders.clear()
    lists = await op.loaders.linked_ids(CUSTOM_FIELD.get(name)).load_batch(list(rows))
    drafts = [
        Draft(CUSTOM_FIELD, row.id, Values(()), row, lists={name: work(tuple(before))},
              lists_before={name: tuple(before)})
        for row, before in zip(rows.values(), lists, strict=True)
    ]  # fmt: skip
    await changes.change(op, drafts)

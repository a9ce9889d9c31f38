"""Keeps the keys of records beside them: written with what they are made of, a few statements."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, Text, Uuid, bindparam, delete, func

from db.base import WORKSPACE
from db.tables import duplicate_keys
from domain.duplicates import SOURCES, STRONG, KeySource, keys_of, record_keys, values_in
from domain.jobs import Job
from loaders.beside import id_array
from loaders.duplicates import StrongValues, next_records, strong_values
from resolvers.drafts import Draft
from resolvers.operation import Operation

FILL: Final = "duplicates.fill"
"""The job that makes the keys of records that were there before there were keys."""
PORTION: Final = 2_000


async def write_keys(op: Operation, drafts: Sequence[Draft]) -> None:
    """Write the keys of what drafts change; of one entity."""
    if not drafts or drafts[0].entity.name not in SOURCES:
        return
    touched = [(draft, source) for draft in drafts for source in _touched(draft)]
    await _delete(op, [(draft.id, source) for draft, source in touched if draft.before is not None])
    await _insert(op, [(draft, source, tuple(_values(draft, source))) for draft, source in touched])


def _touched(draft: Draft) -> Iterator[KeySource]:
    """Give the sources of which the draft changes something."""
    for source in SOURCES[draft.entity.name]:
        if any(_changes(draft, name) for name in source.fields):
            yield source


def _changes(draft: Draft, name: str) -> bool:
    if not draft.entity.get(name).columns:
        return draft.lists.get(name, ()) != draft.lists_before.get(name, ())
    was = None if draft.before is None else getattr(draft.before, name)
    return bool(draft.current(name) != was)


def _values(draft: Draft, source: KeySource) -> Iterator[str | None]:
    for name in source.fields:
        if source.kind in STRONG:
            for item in draft.lists[name]:
                yield from (value for _, value in values_in(source.kind, item))
        else:
            yield draft.current(name)


async def _delete(op: Operation, gone: Sequence[tuple[UUID, KeySource]]) -> None:
    if not gone:
        return
    given = func.unnest(
        bindparam(None, [record for record, _ in gone], type_=ARRAY(Uuid()), unique=True),
        bindparam(None, [source.kind.value for _, source in gone], type_=ARRAY(Text()),
                  unique=True),
    ).table_valued("record_id", "kind", name="given").render_derived()  # fmt: skip
    table = duplicate_keys
    await op.session.run(
        delete(table).where(
            table.c.workspace_id == WORKSPACE,
            table.c.record_id == given.c.record_id,
            table.c.kind == given.c.kind,
        )
    )


async def _insert(
    op: Operation, made: Sequence[tuple[Draft, KeySource, Sequence[str | None]]]
) -> None:
    rows = [
        {"entity": draft.entity.name, "kind": source.kind.value, "key": key, "record_id": draft.id}
        for draft, source, values in made
        for key in keys_of(source.kind, values)
    ]
    await op.session.insert(duplicate_keys, rows)


async def delete_keys(op: Operation, entity: str, records: Sequence[UUID]) -> None:
    """Delete the keys of records that go: to the recycle bin, or for good."""
    if entity not in SOURCES:
        return
    await op.session.run(
        delete(duplicate_keys).where(
            duplicate_keys.c.workspace_id == WORKSPACE,
            duplicate_keys.c.record_id == id_array(records),
        )
    )


async def write_keys_again(op: Operation, entity: str, rows: Sequence[Any]) -> None:
    """Write the keys of records that come out of the recycle bin."""
    if entity not in SOURCES:
        return
    values = await strong_values(op.loaders, entity, [row.id for row in rows])
    await _write_whole(op, entity, rows, values)


async def _write_whole(
    op: Operation, entity: str, rows: Sequence[Any], values: StrongValues
) -> None:
    made = [
        {"entity": entity, "kind": kind.value, "key": key, "record_id": row.id}
        for row in rows
        for kind, key in record_keys(
            entity, row.as_dict(), {kind.value: values.get((row.id, kind.value), ())
                                    for kind in STRONG}
        )
    ]  # fmt: skip
    await op.session.insert(duplicate_keys, made)


async def fill_keys(op: Operation, arguments: Mapping[str, Any]) -> None:
    """Make the keys of the next records: a job, which goes on until all have theirs."""
    waiting = [entity for entity in SOURCES if entity >= arguments.get("entity", "")]
    entity = min(waiting)
    after = arguments.get("after")
    rows, values = await next_records(op.loaders, entity, after and UUID(after), PORTION)
    if rows:
        # What was written since there are keys has its own already.
        await delete_keys(op, entity, [row.id for row in rows])
        await _write_whole(op, entity, [row for row in rows if row.deleted_at is None], values)
    if len(rows) == PORTION:
        op.later(Job(FILL, {"entity": entity, "after": str(rows[-1].id)}))
        return
    rest = [name for name in waiting if name != entity]
    if rest:
        op.later(Job(FILL, {"entity": min(rest)}))

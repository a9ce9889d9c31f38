"""What becomes of activities when their records do: leads that are converted, records that go."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from domain.activities import ACTIVITY
from domain.timeline import TimelineKind
from loaders.activities import About, activities_about, lock_activities
from loaders.rows import Row
from resolvers import changes
from resolvers.activity_links import encoded
from resolvers.activity_rows import link_records, tell_records, unlink_records, write_reminders
from resolvers.drafts import Draft
from resolvers.operation import Operation
from resolvers.values import Values


async def complete_all(op: Operation, entity: str, record: UUID) -> None:
    """Complete the open activities about a record; what recurs ends with it."""
    rows = await _open(op, entity, record)
    links = await op.loaders.activity_links().load_batch([row.id for row in rows])
    done = {
        "is_completed": True,
        "is_continued": True,
        "completed_at": op.now,
        "completed_by_id": op.actor.user_id,
    }
    drafts = [Draft(ACTIVITY, row.id, Values(()), row, columns=dict(done)) for row in rows]
    completed = await changes.change(op, drafts)
    await write_reminders(op, completed)
    for row, about in zip(completed, links, strict=True):
        tell_records(op, TimelineKind.ACTIVITY_COMPLETED, row.id, about)


async def carry_over(op: Operation, entity: str, record: UUID, to: Iterable[About]) -> None:
    """Let the open activities about a record be about others as well."""
    rows = await _open(op, entity, record)
    links = await op.loaders.activity_links().load_batch([row.id for row in rows])
    drafts, fresh = [], []
    for row, about in zip(rows, links, strict=True):
        added = [link for link in to if link not in about]
        draft = Draft(ACTIVITY, row.id, Values(()), row)
        if added:
            draft.beside["records"] = {"from": [], "to": encoded(added)}
        drafts.append(draft)
        fresh.append(added)
    await changes.change(op, drafts)
    ids = [row.id for row in rows]
    known = {key: len(about) for key, about in zip(ids, links, strict=True)}
    await link_records(op, dict(zip(ids, fresh, strict=True)), known)
    for row, added in zip(rows, fresh, strict=True):
        tell_records(op, TimelineKind.ACTIVITY_PLANNED, row.id, added)


async def _open(op: Operation, entity: str, record: UUID) -> list[Row]:
    found = await activities_about(op.session, entity, [record], is_open=True)
    return [row for row in await lock_activities(op.session, found) if not row.is_completed]


async def release(op: Operation, entity: str, records: Sequence[UUID]) -> None:
    """Let activities go with the records that they are about, but for those about others too."""
    found = await activities_about(op.session, entity, records)
    rows = await lock_activities(op.session, found)
    op.loaders.clear()
    links = await op.loaders.activity_links().load_batch([row.id for row in rows])
    gone = {(entity, key) for key in records}
    ending, staying = [], []
    for row, about in zip(rows, links, strict=True):
        draft = Draft(ACTIVITY, row.id, Values(()), row)
        if gone.issuperset(about):
            ending.append(draft)
        else:
            leaving = [link for link in about if link in gone]
            draft.beside["records"] = {"from": encoded(leaving), "to": []}
            staying.append((draft, leaving))
    await changes.change(op, [draft for draft, _ in staying])
    await unlink_records(op, {draft.id: leaving for draft, leaving in staying})
    await changes.remove(op, ending)

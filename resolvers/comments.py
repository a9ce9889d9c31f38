"""Comments on records: written by whoever may change the record, changed by their authors.

Comments have no rights of their own: they are as readable and as writable as the record. What one
has said only its author or an administrator changes or takes back. Each step is an event of the
record; the record itself, and its version, stay as they are.
"""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, update

from auth.actor import Scope
from auth.policy import require, require_scope
from db.base import WORKSPACE, new_id
from db.tables import comment_edits, comments
from domain.entities import ENTITIES
from domain.errors import Code, RefusedError, refuse
from domain.ids import InvalidIdError, decode_id, encode_id
from domain.roles import Action
from domain.timeline import COMMENT, TimelineKind
from loaders.comments import Comment, count_pinned, find_comment
from loaders.locking import lock_rows
from resolvers.operation import Event, Operation
from resolvers.permits import may_change
from resolvers.values import Values, read_values

MOST_PINNED: Final = 10
Raw = Mapping[str, Any]


async def add_comment(op: Operation, raw: Raw) -> Comment | None:
    """Write a comment on a record."""
    entity, record = _record_id(raw["recordId"])
    require(op.actor, Action.UPDATE, entity)
    values = await _read(op, raw, creating=True)
    await _lock_record(op, entity, record, "recordId")
    key = new_id()
    await op.session.insert(
        comments,
        [
            {
                "id": key,
                "record_type": entity,
                "record_id": record,
                "text": values.given["text"],
                "mentions": list(values.given.get("mentions", ())),
                "author_id": op.actor.user_id,
                "created_at": op.now,
            }
        ],
    )
    return await _done(op, entity, record, key, TimelineKind.COMMENTED)


async def update_comment(op: Operation, raw: Raw) -> Comment | None:
    """Change what a comment says; what it said is kept."""
    found = await _own(op, raw["id"])
    values = await _read(op, raw, creating=False)
    text = values.given.get("text", found.text)
    mentions = list(values.given.get("mentions", found.mentions))
    if (text, mentions) == (found.text, list(found.mentions)):
        return found
    await op.session.insert(
        comment_edits,
        [
            {
                "id": new_id(),
                "comment_id": found.id,
                "at": op.now,
                "by_id": op.actor.user_id,
                "text": found.text,
                "mentions": list(found.mentions),
            }
        ],
    )
    await _write(op, found.id, text=text, mentions=mentions, edited_at=op.now)
    return await _done(
        op, found.record_type, found.record_id, found.id, TimelineKind.COMMENT_CHANGED
    )


async def delete_comment(op: Operation, raw: Raw) -> Comment:
    """Take a comment back, with all that it said before."""
    found = await _own(op, raw["id"])
    await op.session.run(
        delete(comments).where(comments.c.workspace_id == WORKSPACE, comments.c.id == found.id)
    )
    await _done(op, found.record_type, found.record_id, found.id, TimelineKind.COMMENT_DELETED)
    return found


async def pin_comment(op: Operation, raw: Raw) -> Comment | None:
    """Pin a comment to its record, or take the pin out."""
    found = await _commented(op, raw["id"])
    wanted = raw.get("isPinned") is not False
    if wanted is found.is_pinned:
        return found
    if wanted and await count_pinned(op.session, found.record_type, found.record_id) >= MOST_PINNED:
        raise refuse(Code.LIMIT, "too_many_pins", "id", limit=MOST_PINNED)
    await _write(op, found.id, pinned_at=op.now if wanted else None)
    kind = TimelineKind.COMMENT_PINNED if wanted else TimelineKind.COMMENT_UNPINNED
    return await _done(op, found.record_type, found.record_id, found.id, kind)


def _record_id(text: str) -> tuple[str, UUID]:
    """Read the id of any record; raises RefusedError."""
    try:
        prefix, key = decode_id(text)
    except InvalidIdError as error:
        raise refuse(Code.INVALID, "invalid_id", "recordId", target="record") from error
    if prefix not in ENTITIES or not ENTITIES[prefix].is_record:
        raise refuse(
            Code.INVALID, "id_of_another_type", "recordId", target="record", found=prefix[:30]
        )
    return prefix, key


async def _read(op: Operation, raw: Raw, *, creating: bool) -> Values:
    """Read what a comment says, and to whom; raises RefusedError."""
    values = read_values(COMMENT, raw, (), creating=creating, locale=op.actor.locale)
    if not values.errors and "text" in values.given and not values.given["text"].strip():
        values.wrong(Code.REQUIRED, "required", "text")
    mentions = values.given.get("mentions", ())
    people = await op.loaders.one("user").load_batch(list(mentions))
    given = [decode_id(text)[1] for text in raw.get("mentionIds") or ()] if mentions else []
    for key, person in zip(mentions, people, strict=True):
        if person is None:
            place = ("mentionIds", str(given.index(key)))
            values.wrong(Code.NOT_FOUND, "not_found", *place, target="user")
    if values.errors:
        raise RefusedError(values.errors)
    return values


async def _lock_record(op: Operation, entity: str, record: UUID, place: str) -> None:
    """Hold a record that the caller may change; raises RefusedError."""
    rows = await lock_rows(op.session, op.actor, entity, [record], flagged=True)
    row = rows.get(record)
    if row is None or row.deleted_at is not None:
        raise refuse(Code.NOT_FOUND, "not_found", place, target=entity)
    if not may_change(op.actor, row):
        raise refuse(Code.FORBIDDEN, "row_forbidden", place)


async def _commented(op: Operation, text: str) -> Comment:
    """Hold the record of a comment, and give the comment; raises RefusedError."""
    try:
        prefix, key = decode_id(text)
    except InvalidIdError as error:
        raise refuse(Code.INVALID, "invalid_id", "id", target=COMMENT.name) from error
    if prefix != COMMENT.name:
        raise refuse(
            Code.INVALID, "id_of_another_type", "id", target=COMMENT.name, found=prefix[:30]
        )
    require_scope(op.actor, Scope.WRITE)
    missing = refuse(Code.NOT_FOUND, "not_found", "id", target=COMMENT.name)
    found = await find_comment(op.session, key)
    if found is None:
        raise missing
    # Whoever changes nothing of this type is refused like whoever may not read the record.
    rows = await lock_rows(op.session, op.actor, found.record_type, [found.record_id], flagged=True)
    row = rows.get(found.record_id)
    if row is None or row.deleted_at is not None:
        raise missing
    require(op.actor, Action.UPDATE, found.record_type)
    if not may_change(op.actor, row):
        raise refuse(Code.FORBIDDEN, "row_forbidden", "id")
    # As it is now that nobody else changes it.
    found = await find_comment(op.session, key)
    if found is None:
        raise missing
    return found


async def _own(op: Operation, text: str) -> Comment:
    """Give a comment that the caller may change, its record held; raises RefusedError."""
    found = await _commented(op, text)
    if found.author_id != op.actor.user_id and not op.actor.rights.is_everything:
        raise refuse(Code.FORBIDDEN, "not_your_comment", "id")
    return found


async def _write(op: Operation, key: UUID, **values: Any) -> None:
    await op.session.run(
        update(comments)
        .where(comments.c.workspace_id == WORKSPACE, comments.c.id == key)
        .values(**values)
    )


async def _done(
    op: Operation, entity: str, record: UUID, key: UUID, kind: TimelineKind
) -> Comment | None:
    """Append the event of a step, and give the comment as it is after it."""
    told = encode_id(COMMENT.name, key)
    change = {
        "from": None if kind is TimelineKind.COMMENTED else told,
        "to": None if kind is TimelineKind.COMMENT_DELETED else told,
    }
    op.events.append(Event(new_id(), kind.value, entity, record, None, {COMMENT.name: change}))
    op.loaders.clear()
    return await find_comment(op.session, key)

"""Reads about comments: those of records that the caller may read, their edits, their pins."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import FromClause, Select, and_, exists, false, func, literal_column, or_, select

from auth.actor import Actor
from auth.policy import visible
from db.base import WORKSPACE
from db.session import Session
from db.tables import TABLES, comment_edits, comments
from domain.entities import RECORDS
from loaders.batching import BatchLoader
from loaders.beside import KEYS
from loaders.requisites import RequisiteLoaders

_COLUMNS: Final = ("id", "record_type", "record_id", "text", "mentions", "author_id", "created_at",
                   "edited_at", "pinned_at")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment as it is now."""

    id: UUID
    record_type: str
    record_id: UUID
    text: str
    mentions: Sequence[UUID]
    author_id: UUID | None
    created_at: datetime
    edited_at: datetime | None
    pinned_at: datetime | None

    @property
    def is_pinned(self) -> bool:
        """Whether it is pinned to its record."""
        return self.pinned_at is not None


@dataclass(frozen=True, slots=True)
class CommentEdit:
    """What a comment said before somebody changed it."""

    at: datetime
    by_id: UUID | None
    text: str
    mentions: Sequence[UUID]


class CommentLoaders(RequisiteLoaders):
    """The loaders of comments."""

    def comments(self) -> BatchLoader[UUID, Comment | None]:
        """Load comments by their ids; those on records that the actor may not read are None."""

        async def batch(ids: Sequence[UUID]) -> Sequence[Comment | None]:
            def build() -> Select[Any]:
                comment = comments.alias("comment")
                return _readable(self.actor, comment).where(comment.c["id"] == KEYS)

            found = await self._fetch(("comments",), build, ids)
            by_id = {row.id: Comment(*row) for row in found}
            return [by_id.get(key) for key in ids]

        return self._loader(("comments",), batch)

    def pinned_comments(self, entity: str) -> BatchLoader[UUID, list[Comment]]:
        """Load the pinned comments of records by their ids, the one pinned last first."""

        async def batch(records: Sequence[UUID]) -> Sequence[list[Comment]]:
            def build() -> Select[Any]:
                comment = comments.alias("comment")
                return (
                    _readable(self.actor, comment, (entity,))
                    .where(
                        comment.c["record_type"] == entity,
                        comment.c["record_id"] == KEYS,
                        comment.c["pinned_at"].is_not(None),
                    )
                    .order_by(comment.c["pinned_at"].desc(), comment.c["id"].desc())
                )

            found = await self._fetch(("pinned_comments", entity), build, records)
            grouped: dict[UUID, list[Comment]] = {}
            for row in found:
                grouped.setdefault(row.record_id, []).append(Comment(*row))
            return [grouped.get(record, []) for record in records]

        return self._loader(("pinned_comments", entity), batch)

    def comment_edits(self) -> BatchLoader[UUID, list[CommentEdit]]:
        """Load what comments said before by their ids, the latest edit first.

        Whose comment may be read is known before: this is asked of comments at hand alone.
        """

        async def batch(ids: Sequence[UUID]) -> Sequence[list[CommentEdit]]:
            def build() -> Select[Any]:
                edit = comment_edits.alias()
                return (
                    select(edit.c["comment_id"], edit.c["at"], edit.c["by_id"], edit.c["text"],
                           edit.c["mentions"])
                    .where(edit.c["workspace_id"] == WORKSPACE, edit.c["comment_id"] == KEYS)
                    .order_by(edit.c["id"].desc())
                )  # fmt: skip

            found = await self._fetch(("comment_edits",), build, ids)
            grouped: dict[UUID, list[CommentEdit]] = {}
            for row in found:
                grouped.setdefault(row.comment_id, []).append(CommentEdit(*row[1:]))
            return [grouped.get(key, []) for key in ids]

        return self._loader(("comment_edits",), batch)


_OF_RECORDS: Final = tuple(entity.name for entity in RECORDS)


def _readable(
    actor: Actor, comment: FromClause, entities: Sequence[str] = _OF_RECORDS
) -> Select[Any]:
    """Give the SELECT of the comments on records of some types that the actor may read."""
    allowed = []
    for entity in entities:
        record = TABLES[entity].alias(entity)
        there: Select[Any] = select(literal_column("1")).where(
            visible(actor, entity, record), record.c["id"] == comment.c["record_id"]
        )
        allowed.append(and_(comment.c["record_type"] == entity, exists(there.correlate(comment))))
    return select(*(comment.c[name] for name in _COLUMNS)).where(
        comment.c["workspace_id"] == WORKSPACE, or_(false(), *allowed)
    )


async def find_comment(session: Session, key: UUID) -> Comment | None:
    """Give a comment as it is, whoever asks: the write path looks at its record itself."""
    comment = comments.alias()
    found = await session.rows(
        select(*(comment.c[name] for name in _COLUMNS)).where(
            comment.c["workspace_id"] == WORKSPACE, comment.c["id"] == key
        )
    )
    return Comment(*found[0]) if found else None


async def count_pinned(session: Session, entity: str, record: UUID) -> int:
    """Count the pinned comments of a record."""
    comment = comments.alias()
    return int(
        await session.scalar(
            select(func.count()).where(
                comment.c["workspace_id"] == WORKSPACE,
                comment.c["record_type"] == entity,
                comment.c["record_id"] == record,
                comment.c["pinned_at"].is_not(None),
            )
        )
    )

"""Which entries of the event log somebody may read, and what of each.

A change of a field is as readable as the field of that record is now. An entry of whose changes
none may be read is none at all; fields that are gone have no rules any more, so they are told to
nobody but administrators.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    FromClause,
    Text,
    and_,
    bindparam,
    false,
    or_,
    true,
)

from auth.actor import Actor
from auth.policy import any_of, cell
from auth.rights import Cell, Mask, Rights, field_names
from domain.entities import ENTITIES
from domain.timeline import BINNED, OF_ACTIVITIES, OF_COMMENTS, OF_MERGES, STAGE, TimelineKind

ALWAYS: Final = (
    TimelineKind.CREATED, TimelineKind.IMPORTED, *OF_COMMENTS, *OF_ACTIVITIES, *OF_MERGES
)  # fmt: skip
"""Told to whoever may read the record."""
_TOLD_BY: Final[Mapping[TimelineKind, str]] = {
    **dict.fromkeys(BINNED, "deletedAt"),
    TimelineKind.CONVERTED: "conversion",
    TimelineKind.COPIED: STAGE,
}
"""Told to whoever may read the field of the record that tells of it as well."""


def names_of(rights: Rights, entity: str) -> frozenset[str]:
    """Give the fields that changes of an entity may be of, as the event log names them."""
    key = (names_of, entity)
    found: frozenset[str] | None = rights.known.get(key)
    if found is None:
        custom = (f"custom.{code}" for owner, code in rights.custom_fields.values()
                  if owner == entity)  # fmt: skip
        found = rights.known[key] = frozenset({*field_names(entity), *custom})
    return found


def reads_change(rights: Rights, entity: str, name: str, bits: int) -> bool:
    """Tell whether a change of a field may be read on a record with such flags."""
    if rights.is_everything:
        return True
    if name not in names_of(rights, entity):
        return False
    found = rights.cell(entity, name)
    return bool(found.bits & bits) if isinstance(found, Mask) else found is Cell.FREE


def readable_changes(
    rights: Rights, entity: str, changes: Mapping[str, Any], bits: int
) -> dict[str, Any]:
    """Leave out the changes of fields that may not be read."""
    return {
        name: change for name, change in changes.items() if reads_change(rights, entity, name, bits)
    }


def entry_condition(
    actor: Actor, entity: str, entry: FromClause, record: FromClause, kinds: Sequence[TimelineKind]
) -> ColumnElement[Any]:
    """Give the condition on entries of some kinds about a row of `record` that may be read."""
    rights = actor.rights
    moved = _moved(rights, entity, entry, record)
    plain = [kind.value for kind in kinds if kind in ALWAYS]
    if rights.is_everything:
        plain.extend(kind.value for kind in kinds if kind in {*_TOLD_BY, TimelineKind.PURGED})
    parts = [entry.c["kind"] == value for value in plain]
    updated = and_(
        entry.c["kind"] == TimelineKind.UPDATED.value, _reads_any(rights, entity, entry, record)
    )
    if {TimelineKind.UPDATED, TimelineKind.STAGE_MOVED} <= set(kinds):
        parts.append(updated)
    elif TimelineKind.UPDATED in kinds:
        parts.append(and_(updated, ~moved))
    elif TimelineKind.STAGE_MOVED in kinds:
        parts.append(and_(entry.c["kind"] == TimelineKind.UPDATED.value, moved))
    if not rights.is_everything:
        parts.extend(
            and_(entry.c["kind"] == kind.value, _reads(rights, entity, name, record))
            for kind, name in _TOLD_BY.items()
            if kind in kinds and name in names_of(rights, entity)
        )
    return or_(false(), *parts)


def _reads(rights: Rights, entity: str, name: str, record: FromClause) -> ColumnElement[Any]:
    condition = cell(rights, entity, name, record)
    return true() if condition is None else condition


def _moved(
    rights: Rights, entity: str, entry: FromClause, record: FromClause
) -> ColumnElement[Any]:
    """Give the condition on updates that move the record to another stage, as the reader sees."""
    if STAGE not in ENTITIES[entity].by_name:
        return false()
    readable = cell(rights, entity, STAGE, record)
    moves: ColumnElement[Any] = entry.c["changes"].has_key(STAGE)
    return moves if readable is None else and_(moves, readable)


def _reads_any(
    rights: Rights, entity: str, entry: FromClause, record: FromClause
) -> ColumnElement[Any]:
    """Give the condition on entries with a change that may be read."""
    if rights.is_everything:
        return true()
    together: dict[Any, list[str]] = {}
    for name in sorted(names_of(rights, entity)):
        found = rights.cell(entity, name)
        if found is not Cell.DENIED:
            together.setdefault(found, []).append(name)
    return or_(
        false(),
        *(
            and_(
                entry.c["changes"].has_any(
                    bindparam(None, names, type_=ARRAY(Text()), unique=True)
                ),
                any_of(found.rows, entity, record) if isinstance(found, Mask) else true(),
            )
            for found, names in together.items()
        ),
    )

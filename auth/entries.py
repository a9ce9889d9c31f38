"""Which entries of the event log somebody may read, and what of each.

A change of a field is as readable as the field of that record is now. An entry of whose changes
none may be read is none at all; fields that are gone have no rules any more, so they are told to
nobody but administrators. Such are those whose code another field has now: ids grow with time, so
what was written before a field was made is of one before it.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    FromClause,
    Select,
    Text,
    Uuid,
    and_,
    bindparam,
    exists,
    false,
    func,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB

from auth.actor import Actor
from auth.policy import any_of, cell
from auth.rights import Cell, Mask, Rights, field_names
from domain.entities import ENTITIES
from domain.timeline import BINNED, OF_ACTIVITIES, OF_COMMENTS, OF_MERGES, STAGE, TimelineKind

_CUSTOM: Final = "custom."
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
        custom = _custom_fields(rights, entity)
        found = rights.known[key] = frozenset({*field_names(entity), *custom})
    return found


def _custom_fields(rights: Rights, entity: str) -> dict[str, UUID]:
    """Give the custom fields of an entity, as the event log names them."""
    key = (_custom_fields, entity)
    found: dict[str, UUID] | None = rights.known.get(key)
    if found is None:
        found = rights.known[key] = {
            f"{_CUSTOM}{code}": field
            for field, (owner, code) in rights.custom_fields.items()
            if owner == entity
        }
    return found


def gone_fields(rights: Rights, entity: str, names: Iterable[str], event: UUID) -> frozenset[str]:
    """Give those of the names in an event that stand for custom fields that are gone."""
    custom = _custom_fields(rights, entity)
    return frozenset(
        name
        for name in names
        if name.startswith(_CUSTOM) and (name not in custom or event < custom[name])
    )


def reads_change(rights: Rights, entity: str, name: str, bits: int) -> bool:
    """Tell whether a change of a field may be read on a record with such flags."""
    if rights.is_everything:
        return True
    if name not in names_of(rights, entity):
        return False
    found = rights.cell(entity, name)
    return bool(found.bits & bits) if isinstance(found, Mask) else found is Cell.FREE


def readable_changes(
    rights: Rights, entity: str, changes: Mapping[str, Any], bits: int, gone: frozenset[str]
) -> dict[str, Any]:
    """Leave out the changes of fields that may not be read, of those that are gone above all."""
    return {
        name: change
        for name, change in changes.items()
        if reads_change(rights, entity, name, bits) and (rights.is_everything or name not in gone)
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
                _has_any(rights, entity, entry, names),
                any_of(found.rows, entity, record) if isinstance(found, Mask) else true(),
            )
            for found, names in together.items()
        ),
    )


def _has_any(
    rights: Rights, entity: str, entry: FromClause, names: Sequence[str]
) -> ColumnElement[Any]:
    """Give the condition on entries with a change of any of some fields as they are now."""
    changes, known = entry.c["changes"], _custom_fields(rights, entity)
    own = [name for name in names if name not in known]
    custom = {name: str(known[name]) for name in names if name in known}
    found = [changes.has_any(bindparam(None, own, type_=ARRAY(Text()), unique=True))] if own else []
    if custom:
        told = func.jsonb_object_keys(changes).table_valued("name", name="told").render_derived()
        fields = bindparam(None, custom, type_=JSONB(), unique=True)
        field = fields.op("->>", return_type=Text())(told.c["name"]).cast(Uuid())
        of_now: Select[Any] = (
            select(literal_column("1")).select_from(told).where(field < entry.c["id"])
        )
        found.append(exists(of_now.correlate(entry)))
    return or_(false(), *found)

"""Counts what a person would gain and lose by other rights: records, and what is shown of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    FromClause,
    Select,
    and_,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.sql import visitors

from auth.actor import Actor
from auth.policy import any_of, viewer_values, within
from auth.rights import NO_ROW, Mask, Rights
from db.tables import TABLES
from domain.roles import Action
from loaders.listing import ActorReader
from loaders.loaders import Loaders

COUNTED: Final = (Action.READ, Action.UPDATE, Action.DELETE)
"""What is done to records that are there."""
Known = dict[Any, "Difference"]


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs for a person on the records of a type."""

    gained: Mapping[Action, int]
    """With how many records they could do something that they cannot do now."""
    lost: Mapping[Action, int]
    fields_gained: frozenset[str] = frozenset()
    """Fields that they would read on more of the records that they see either way."""
    fields_lost: frozenset[str] = frozenset()


NO_DIFFERENCE: Final = Difference(dict.fromkeys(COUNTED, 0), dict.fromkeys(COUNTED, 0))


async def compare(
    loaders: Loaders, before: Actor, after: Actor, entity: str, known: Known
) -> Difference:
    """Count by one statement, or none where rights on records of the type stay as they are.

    Both are the same person with different rights. `known` keeps what was counted: who is alike to
    the conditions is counted once.
    """
    fields = _in_doubt(before.rights, after.rights, entity)
    if not fields and _same_rows(before.rights, after.rights, entity):
        return NO_DIFFERENCE
    statement = _statement(before, after, entity, fields)
    values = viewer_values(after)
    key = (entity, before.rights.key, after.rights.key, *_used(statement, values))
    if key not in known:
        (row,) = await loaders.session.rows(statement, values)
        known[key] = _read(row, fields)
    return known[key]


def _same_rows(before: Rights, after: Rights, entity: str) -> bool:
    return all(
        {*before.rows(entity, action), NO_ROW} == {*after.rows(entity, action), NO_ROW}
        for action in COUNTED
    )


def _in_doubt(before: Rights, after: Rights, entity: str) -> list[str]:
    """Give the fields of which only the rows can tell whether they are shown on more of them."""
    found = []
    for name in after.names(entity):
        cells = [rights.cell(entity, name) for rights in (before, after)]
        if any(isinstance(cell, Mask) for cell in cells) and not (
            isinstance(cells[0], Mask)
            and isinstance(cells[1], Mask)
            and cells[0].rows == cells[1].rows
        ):
            found.append(name)
    return found


def _statement(before: Actor, after: Actor, entity: str, fields: list[str]) -> Select[Any]:
    source = TABLES[entity].alias(entity)
    columns: list[ColumnElement[Any]] = []
    may = {}
    for action in COUNTED:
        was, becomes = (_may(actor, entity, action, source) for actor in (before, after))
        may[action] = (was, becomes)
        columns += [func.count().filter(here, ~there) for here, there in _both(was, becomes)]
    seen = and_(*may[Action.READ])
    for name in fields:
        was, becomes = (_shows(actor, entity, name, source) for actor in (before, after))
        columns += [
            func.coalesce(func.bool_or(and_(seen, here, ~there)), False)
            for here, there in _both(was, becomes)
        ]
    named = (column.label(f"column_{index}") for index, column in enumerate(columns))
    return select(*named).where(within(source), or_(*may[Action.READ]))


def _both(was: Any, becomes: Any) -> Iterator[tuple[Any, Any]]:
    """Give what is gained, and what is lost: as what holds and what does not."""
    yield becomes, was
    yield was, becomes


def _may(actor: Actor, entity: str, action: Action, source: FromClause) -> ColumnElement[bool]:
    """Give the condition on the rows with which somebody may do something; it is never NULL."""
    allowed = ActorReader(actor).rows(entity, source)
    if action is not Action.READ and not actor.rights.is_free(entity, action):
        allowed = and_(allowed, any_of(actor.rights.rows(entity, action), entity, source))
    return allowed.is_(true())


def _shows(actor: Actor, entity: str, name: str, source: FromClause) -> ColumnElement[bool]:
    found = ActorReader(actor).cell(entity, name, source)
    return true() if found is None else found.is_(true())


def _used(statement: Select[Any], values: Mapping[str, Any]) -> tuple[Any, ...]:
    """Give the values of the person that the conditions ask for."""
    names = {
        each.key for each in visitors.iterate(statement) if isinstance(each, BindParameter)
    } & values.keys()
    return tuple(
        (name, tuple(value) if isinstance(value, list) else value)
        for name, value in sorted(values.items())
        if name in names
    )


def _read(row: Any, fields: list[str]) -> Difference:
    found = iter(row)
    counts = {action: (next(found), next(found)) for action in COUNTED}
    shown = {name: (next(found), next(found)) for name in fields}
    return Difference(
        {action: gained for action, (gained, _) in counts.items()},
        {action: lost for action, (_, lost) in counts.items()},
        frozenset(name for name, (gained, _) in shown.items() if gained),
        frozenset(name for name, (_, lost) in shown.items() if lost),
    )

"""The only place that turns an actor into rights.

`visible` is the condition that every SELECT of records starts from, `cell` the one under which a
field of a row may be read, and `require` decides an action before any SQL of it runs. What roles
grant is worked out in `auth/rights.py`; here it becomes conditions and refusals.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    FromClause,
    Integer,
    Select,
    Uuid,
    and_,
    any_,
    bindparam,
    case,
    exists,
    false,
    literal,
    literal_column,
    or_,
    select,
    true,
)
from typing_extensions import override

from auth.actor import Actor, Scope
from auth.rights import EVERY_ROW, NO_ROW, Branch, Cell, Mask, Rights, Rows
from db.base import WORKSPACE, metadata
from db.operators import VIEWER
from db.reader import Reader
from db.where import condition
from domain.activities import ACTIVITY
from domain.entities import ENTITIES, RECORDS
from domain.errors import ForbiddenError
from domain.roles import Action, RowScope, SettingsRight

READS: Final = "reads"
UPDATES: Final = "updates"
DELETES: Final = "deletes"
FLAGS: Final[Mapping[str, Action]] = {
    READS: Action.READ,
    UPDATES: Action.UPDATE,
    DELETES: Action.DELETE,
}
"""Columns that rows may have besides those of their table: which alternatives of the actor's rights
allow an action on the row, as bits."""

_COLLEAGUES: Final = bindparam("viewer_colleagues", type_=ARRAY(Uuid()))
_BELOW: Final = bindparam("viewer_below", type_=ARRAY(Uuid()))
_SETTINGS: Final[Mapping[str, SettingsRight]] = {
    "user": SettingsRight.USERS,
    "department": SettingsRight.USERS,
    "group": SettingsRight.USERS,
    "role": SettingsRight.ROLES,
    "role_assignment": SettingsRight.ROLES,
}


def viewer_values(actor: Actor) -> dict[str, Any]:
    """Give the values of the parameters that conditions on rows may have."""
    viewer = actor.viewer
    return {
        VIEWER.key: viewer.user_id,
        _COLLEAGUES.key: list(viewer.colleagues),
        _BELOW.key: list(viewer.below),
    }


def fingerprint(actor: Actor) -> Hashable:
    """Give what conditions depend on: actors with one fingerprint share their statements."""
    return actor.rights.key, actor.is_narrowed


def within(source: FromClause) -> ColumnElement[Any]:
    """Give the condition on rows of the workspace, whoever may read them."""
    return source.c["workspace_id"] == WORKSPACE


def visible(actor: Actor, entity: str, source: FromClause) -> ColumnElement[Any]:
    """Give the condition under which the actor may read rows of an entity from `source`."""
    inside = within(source)
    if entity == ACTIVITY.name:
        return and_(inside, _is_seen(actor, source))
    if not ENTITIES[entity].is_record or actor.rights.is_free(entity, Action.READ):
        return inside
    return and_(inside, any_of(actor.rights.rows(entity, Action.READ), entity, source))


def is_mine(activity: FromClause) -> ColumnElement[Any]:
    """Give the condition on activities that whoever asks answers for or takes part in."""
    part = metadata.tables["activity_participants"].alias()
    takes_part: Select[Any] = (
        select(literal_column("1"))
        .where(
            part.c["workspace_id"] == WORKSPACE,
            part.c["activity_id"] == activity.c["id"],
            part.c["user_id"] == VIEWER,
        )
        .correlate(activity)
    )
    return or_(activity.c["responsible_id"] == VIEWER, exists(takes_part))


def _is_seen(actor: Actor, activity: FromClause) -> ColumnElement[Any]:
    """Give the condition on activities about a record that the actor may read, or of their own.

    A key with a role of its own has what the role grants, and nothing for being somebody's. With
    all its records in the recycle bin an activity is there for nobody. It has few links, and of
    each only the record of its type is looked at: one condition on both, so that nobody thinks of
    reading all records or all links beforehand.
    """
    mine = false() if actor.is_narrowed else is_mine(activity)
    link = metadata.tables["activity_links"].alias()
    found = []
    for entity in RECORDS:
        record = metadata.tables[entity.plural].alias()
        readable = visible(actor, entity.name, record)
        is_free = actor.rights.is_free(entity.name, Action.READ)
        there: Select[Any] = select(literal_column("1")).where(
            within(record),
            record.c["id"] == link.c["record_id"],
            record.c["deleted_at"].is_(None),
            true() if is_free else or_(mine, readable),
        )
        is_there = exists(there.correlate(link, activity))
        found.append(and_(link.c["record_type"] == entity.name, is_there))
    about: Select[Any] = select(literal_column("1")).where(
        link.c["workspace_id"] == WORKSPACE,
        link.c["activity_id"] == activity.c["id"],
        or_(*found),
    )
    return exists(about.correlate(activity))


def cell(rights: Rights, entity: str, name: str, source: FromClause) -> ColumnElement[Any] | None:
    """Give the condition under which a field may be read in the rows of `source`; None: always."""
    found = rights.cell(entity, name)
    if isinstance(found, Mask):
        return any_of(found.rows, entity, source)
    if found is Cell.OWN:
        return source.c["id"] == VIEWER
    return None if found is Cell.FREE else false()


def flag(rights: Rights, entity: str, action: Action, source: FromClause) -> ColumnElement[int]:
    """Tell of the rows of `source` which alternatives allow an action on them, as bits."""
    found: ColumnElement[int] = literal(0, Integer())
    if rights.is_everything:
        return literal(1, Integer())
    for index, rows in enumerate(rights.rows(entity, action)):
        bit = literal(1 << index, Integer())
        if rows == EVERY_ROW:
            found = found.op("|")(bit)
        elif rows != NO_ROW:
            allowed = _all_of(rows, entity, source)
            found = found.op("|")(case((allowed, bit), else_=literal(0, Integer())))
    return found


def any_of(alternatives: Sequence[Rows], entity: str, source: FromClause) -> ColumnElement[Any]:
    """Give the condition on rows that one of some alternatives is about.

    What several roles say of one place is said once, so that nothing is looked up for a row that a
    later role shows anyway.
    """
    scopes: dict[Branch, frozenset[RowScope]] = {}
    others: dict[Rows, None] = {}
    for rows in alternatives:
        if len(rows) == 1:
            for branch in rows[0]:
                place = replace(branch, scopes=frozenset())
                scopes[place] = scopes.get(place, frozenset()) | branch.scopes
        else:
            others[rows] = None
    branches = (replace(place, scopes=found) for place, found in scopes.items())
    return or_(
        false(),
        *(_branch(branch, entity, source) for branch in branches),
        *(_all_of(rows, entity, source) for rows in others),
    )


def _all_of(rows: Rows, entity: str, source: FromClause) -> ColumnElement[Any]:
    return and_(
        true(),
        *(or_(false(), *(_branch(item, entity, source) for item in part)) for part in rows),
    )


def _branch(branch: Branch, entity: str, source: FromClause) -> ColumnElement[Any]:
    parts: list[ColumnElement[Any]] = []
    if RowScope.ALL not in branch.scopes:
        scopes = [scope for scope in _SCOPES if scope in branch.scopes]
        parts.append(or_(*(_SCOPES[scope](entity, source) for scope in scopes)))
    if branch.stage_id is not None:
        parts.append(source.c["stage_id"] == _fixed(branch.stage_id))
    if branch.pipeline_id is not None:
        parts.append(source.c["pipeline_id"] == _fixed(branch.pipeline_id))
    if branch.other_stages:
        parts.append((source.c["stage_id"] == _among(branch.other_stages)).is_not(true()))
    if branch.other_pipelines:
        parts.append((source.c["pipeline_id"] == _among(branch.other_pipelines)).is_not(true()))
    if branch.where is not None:
        parts.append(condition(branch.where, source, entity, UNRESTRICTED))
    return and_(true(), *parts)


def _fixed(value: UUID) -> Any:
    return bindparam(None, value, type_=Uuid(), unique=True)


def _among(values: frozenset[UUID]) -> Any:
    return any_(bindparam(None, sorted(values), type_=ARRAY(Uuid()), unique=True))


def _is_observed(entity: str, source: FromClause) -> ColumnElement[Any]:
    link = metadata.tables["record_observers"].alias()
    return exists(
        select(literal_column("1")).where(
            link.c["workspace_id"] == WORKSPACE,
            link.c["record_type"] == entity,
            link.c["record_id"] == source.c["id"],
            link.c["user_id"] == VIEWER,
        )
    )


_SCOPES: Final[Mapping[RowScope, Callable[[str, FromClause], ColumnElement[Any]]]] = {
    RowScope.OWN: lambda _entity, source: source.c["responsible_id"] == VIEWER,
    RowScope.SHARED: lambda _entity, source: source.c["is_shared"],
    RowScope.DEPARTMENT: lambda _entity, source: source.c["responsible_id"] == any_(_COLLEAGUES),
    RowScope.SUBDEPARTMENTS: lambda _entity, source: source.c["responsible_id"] == any_(_BELOW),
    RowScope.OBSERVED: _is_observed,
}
"""In the order in which they are asked: a row is compared before anything else is looked up."""


class _Everything(Reader):
    """Reads whatever there is: for the conditions that roles themselves set."""

    @override
    def rows(self, entity: str, source: FromClause) -> ColumnElement[Any]:
        """Give the condition on the rows that count."""
        inside = within(source)
        if "deleted_at" in source.c:
            return and_(inside, source.c["deleted_at"].is_(None))
        return inside

    @override
    def cell(self, entity: str, name: str, source: FromClause) -> ColumnElement[Any] | None:
        """Give the condition under which a field may be looked at: none."""
        del entity, name, source
        return None


UNRESTRICTED: Final = _Everything()


def require(actor: Actor, action: Action, entity: str) -> None:
    """Refuse an action that the actor may not do on any row; raises ForbiddenError."""
    declared = ENTITIES[entity]
    if declared.is_setting:
        if action is Action.READ:
            require_scope(actor, Scope.READ)
        else:
            require_right(actor, _SETTINGS.get(entity, SettingsRight.CRM_SETTINGS))
        return
    require_scope(actor, Scope.READ if action is Action.READ else Scope.WRITE)
    if declared.is_record and not actor.rights.allows(entity, action):
        raise ForbiddenError("no_role_grants", action=action.value, type=declared.type_name)


def require_scope(actor: Actor, scope: Scope) -> None:
    """Refuse what the token in use does not let do; raises ForbiddenError."""
    if scope not in actor.scopes:
        raise ForbiddenError("token_scope")


def require_right(actor: Actor, right: SettingsRight, scope: Scope = Scope.WRITE) -> None:
    """Refuse what only roles with a right let do; raises ForbiddenError."""
    require_scope(actor, scope)
    if not actor.rights.has(right):
        raise ForbiddenError("right_missing", right=right.value)

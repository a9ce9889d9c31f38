"""The only place that turns an actor into rights.

`visible` is the condition that every SELECT starts from; `require` decides an action before any SQL
of it runs. Until roles are given out, a person is an administrator or a member: members read and
write records, administrators also change settings and people; a token's scopes narrow both.
"""

from collections.abc import Hashable
from enum import Enum
from typing import Any

from sqlalchemy import ColumnElement, FromClause

from auth.actor import Actor, Scope
from db.base import WORKSPACE
from domain.entities import ENTITIES
from domain.errors import ForbiddenError


class Action(Enum):
    """What can be done to records and settings."""

    READ = "READ"
    CREATE = "CREATE"
    UPDATE = "UPDATE"
    DELETE = "DELETE"


def visible(actor: Actor, entity: str, source: FromClause) -> ColumnElement[Any]:
    """Give the condition under which the actor may read rows of an entity from `source`."""
    del actor, entity  # every member reads the whole workspace until roles narrow it
    return source.c["workspace_id"] == WORKSPACE


def fingerprint(actor: Actor) -> Hashable:
    """Give what `visible` depends on: actors with one fingerprint share their statements."""
    del actor  # every member reads the whole workspace until roles narrow it
    return None


def require(actor: Actor, action: Action, entity: str) -> None:
    """Refuse an action that the actor may not do on any row; raises ForbiddenError."""
    wanted = Scope.READ if action is Action.READ else Scope.WRITE
    if wanted not in actor.scopes:
        raise ForbiddenError("token_scope")
    if action is not Action.READ and ENTITIES[entity].is_setting and not actor.is_admin:
        raise ForbiddenError("administrators_only")


def require_admin(actor: Actor, action: Action) -> None:
    """Refuse an action on settings by anyone but administrators; raises ForbiddenError."""
    wanted = Scope.READ if action is Action.READ else Scope.WRITE
    if wanted not in actor.scopes:
        raise ForbiddenError("token_scope")
    if not actor.is_admin:
        raise ForbiddenError("administrators_only")

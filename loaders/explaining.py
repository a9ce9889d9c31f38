"""Looks at one record as the grants of roles do, to tell which of them are about it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select, true

from auth.actor import Actor
from auth.policy import any_of, viewer_values, visible, within
from auth.rights import Branch
from db.tables import TABLES
from domain.roles import SettingsRight
from loaders.loaders import Loaders


async def look_at(
    loaders: Loaders, person: Actor, entity: str, record: UUID, branches: Sequence[Branch]
) -> tuple[bool, list[bool]] | None:
    """Tell whether a person may read a record, and for each branch whether it is about it.

    None where there is no such record. Who has not the right ROLES, and so asks about themselves,
    is told of records that they may read.
    """
    source = TABLES[entity].alias(entity)
    flags = [
        visible(person, entity, source).is_(true()),
        *(any_of([((branch,),)], entity, source).is_(true()) for branch in branches),
    ]
    actor = loaders.actor
    seen = (
        within(source) if actor.rights.has(SettingsRight.ROLES) else visible(actor, entity, source)
    )
    statement = select(*(flag.label(f"flag_{n}") for n, flag in enumerate(flags))).where(
        seen, source.c["id"] == record
    )
    rows: Sequence[Any] = await loaders.session.rows(statement, viewer_values(person))
    if not rows:
        return None
    is_readable, *about = rows[0]
    return bool(is_readable), [bool(flag) for flag in about]

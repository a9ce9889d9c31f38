"""Holding the settings of a workspace: to use them while something is written, or to change them.

A mutation decides by the settings what a record may hold and what is written beside it. Were they
to change between its reading and its commit, the record would be written by rules that are gone,
and the work on records that comes with a change (values put where filters find them, records moved
out of a stage) would miss it, as it sees only what is committed. So whoever writes by the settings
shares a lock until the transaction ends, and whoever changes them has it alone. It is taken before
any other lock, so nobody waits crosswise for it, and it ends with the transaction.
"""

from enum import Enum
from uuid import UUID

from sqlalchemy import func, select

from db.session import Session


class Hold(Enum):
    """What somebody who writes wants of the settings."""

    TO_USE = "to use"
    """That nobody changes them meanwhile."""
    TO_CHANGE = "to change"
    """That nobody uses or changes them meanwhile."""


async def use_settings(session: Session) -> None:
    """Hold the settings `TO_USE` in a session that was bound to a workspace in another way."""
    key = func.hashtextextended(f"{session.workspace_id}/settings", 0)
    await session.rows(select(func.pg_advisory_xact_lock_shared(key)))


async def change_settings(session: Session) -> None:
    """Hold the settings `TO_CHANGE` in such a session."""
    key = func.hashtextextended(f"{session.workspace_id}/settings", 0)
    await session.rows(select(func.pg_advisory_xact_lock(key)))


async def hold_settings(session: Session, workspace_id: UUID, hold: Hold) -> None:
    """Hold the settings of a workspace in a session that is not bound to it yet.

    Whoever shows one of our own tokens does so by the statement that finds the token.
    """
    (found,) = await session.call("hashtextextended", f"{workspace_id}/settings", 0)
    await session.call("set_config", "lock_timeout", str(session.patience), True)
    shared = "" if hold is Hold.TO_CHANGE else "_shared"
    await session.call(f"pg_advisory_xact_lock{shared}", found[0])

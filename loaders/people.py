"""Reads about people and their tokens."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, select

from db.base import WORKSPACE
from db.session import Session
from db.tables import TABLES, tokens, workspaces


async def is_here(session: Session, identity_id: UUID) -> bool:
    """Tell whether somebody of the installation is a person of this workspace."""
    user = TABLES["user"].alias()
    found = await session.scalar(
        select(user.c.id).where(user.c.workspace_id == WORKSPACE, user.c.identity_id == identity_id)
    )
    return found is not None


async def api_keys(session: Session, user_id: UUID | None) -> Sequence[Any]:
    """Give the live API keys of a person, or of everyone, newest first."""
    token = tokens.alias()
    statement = (
        select(
            token.c.id,
            token.c.user_id,
            token.c.name,
            token.c.prefix,
            token.c.scopes,
            token.c.role_id,
            token.c.created_at,
            token.c.expires_at,
            token.c.last_used_at,
        )
        .where(
            token.c.workspace_id == WORKSPACE,
            token.c.kind == "API_KEY",
            token.c.revoked_at.is_(None),
            token.c.superseded_by_id.is_(None),
        )
        .order_by(token.c.id.desc())
    )
    if user_id is not None:
        statement = statement.where(token.c.user_id == user_id)
    return await session.rows(statement)


async def locked_key(session: Session, key_id: UUID, user_id: UUID) -> Any:
    """Lock a live API key of a person and give its whole row, or None."""
    token = tokens.alias()
    rows = await session.rows(
        select(*token.c)
        .where(
            token.c.workspace_id == WORKSPACE,
            token.c.id == key_id,
            token.c.user_id == user_id,
            token.c.kind == "API_KEY",
            token.c.revoked_at.is_(None),
            token.c.superseded_by_id.is_(None),
        )
        .with_for_update()
    )
    return rows[0] if rows else None


async def sessions(session: Session, user_id: UUID | None) -> Sequence[Any]:
    """Give the live sessions of a person, or of everyone, the newest first."""
    token = tokens.alias()
    statement = (
        select(
            token.c.id,
            token.c.user_id,
            token.c.created_at,
            token.c.last_used_at,
            token.c.expires_at,
            token.c.address,
            token.c.user_agent,
        )
        .where(
            token.c.workspace_id == WORKSPACE,
            token.c.kind == "SESSION",
            token.c.revoked_at.is_(None),
            token.c.expires_at > func.now(),
        )
        .order_by(token.c.id.desc())
    )
    if user_id is not None:
        statement = statement.where(token.c.user_id == user_id)
    return await session.rows(statement)


async def workspace(session: Session) -> Any:
    """Give the workspace of the session."""
    rows = await session.rows(
        select(workspaces.c.id, workspaces.c.name, workspaces.c.locale, workspaces.c.currency,
               workspaces.c.created_at, workspaces.c.duplicate_control)
        .where(workspaces.c.id == WORKSPACE)
    )  # fmt: skip
    return rows[0]


async def workspace_of_actor(session: Session, user_id: UUID | None) -> Any:
    """Give what an actor is made of, or None where the session's workspace is gone.

    `user_id` is that of the person, None where that is no active one.
    """
    user = TABLES["user"].alias()
    rows = await session.rows(
        select(workspaces.c.locale, workspaces.c.currency, workspaces.c.settings_version,
               user.c.id.label("user_id"))
        .select_from(workspaces.outerjoin(user, and_(
            user.c.workspace_id == WORKSPACE, user.c.id == user_id, user.c.is_active)))
        .where(workspaces.c.id == WORKSPACE)
    )  # fmt: skip
    return rows[0] if rows else None

"""What the operator's commands do to people and keys, as an administrator of the workspace.

The business functions are those of the API, so the same rules hold and the same events are logged;
whoever can run commands on the machine needs no token.
"""

import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from auth.actor import Actor, Scope, system_actor
from auth.passwords import hash_password
from db.database import Database
from domain.audit import AuditEntry, AuditKind
from domain.custom_fields import CUSTOM_FIELD
from domain.errors import RefusedError
from domain.filters import And, Compare, Op
from domain.ids import encode_id
from domain.money import from_scaled
from domain.people import USER
from domain.roles import ROLE
from loaders.kept_differences import find_differences
from loaders.lists import WHOLE, ListSpec, PageSpec, entity_order
from loaders.rights import load_organisation
from resolvers import changes, people, roles, sign_in
from resolvers.contact_points import InvalidPointError, normalize_email
from resolvers.kept_numbers import repair
from resolvers.operation import Operation
from resolvers.passwords import password_errors
from resolvers.role_holders import give_roles
from server.journal import write_entries

_EVERYONE: Final = 100_000


class CommandError(Exception):
    """A command cannot do what it was asked; the message says why."""


async def add_user(
    database: Database, workspace: str | None, given: dict[str, Any], wanted: Sequence[str] = ()
) -> str:
    """Add a person with some roles, by their codes or names. Return the person's id.

    `given` has the API's names and a password.
    """
    async with _acting(database, workspace) as op:
        given = {**given, "roleIds": await roles.find_roles(op, wanted)}
        row = await people.create_user(op, given, known=True)
        return encode_id("user", row.id)


async def give_role(database: Database, workspace: UUID, email: str, role: str) -> None:
    """Give a person a role by its code or name."""
    async with _acting(database, encode_id("workspace", workspace)) as op:
        person = await _person(op, email)
        await give_roles(op, person.person_id, await roles.find_roles(op, [role]), "role")


async def list_users(database: Database, workspace: str | None) -> list[tuple[Any, list[str]]]:
    """List the people of a workspace, each with the names of their roles."""
    async with _acting(database, workspace) as op:
        people = await _people(op, limit=_EVERYONE)
        organisation = await load_organisation(op.loaders)
        return [
            (row, sorted(role.name for role in organisation.roles_of(row.id))) for row in people
        ]


async def list_roles(database: Database, workspace: str | None) -> list[tuple[Any, int]]:
    """List the roles of a workspace, each with how many active people have it."""
    async with _acting(database, workspace) as op:
        organisation = await load_organisation(op.loaders)
        active = [row.id for row in await op.loaders.everything(USER.name) if row.is_active]
        held = Counter(key for user in active for key in organisation.held_by(user))
        return [(row, held[row.id]) for row in await op.loaders.everything(ROLE.name)]


async def set_password(database: Database, email: str, password: str) -> None:
    """Give a person, in whatever workspaces, a new password."""
    if errors := password_errors(password, "password", email=email):
        raise RefusedError(errors)
    stored = await hash_password(password)
    async with database.session(write=True) as session:
        found = await session.call("voronka_set_password", _normalized(email), stored)
        places = await session.call("voronka_identity", _normalized(email))
        now = datetime.now(UTC)
        entries = [
            AuditEntry(place.workspace_id, AuditKind.PASSWORD_CHANGED, now,
                       about_id=place.user_id, details={"by": "operator"})
            for place in places if place.user_id is not None
        ]  # fmt: skip
        await write_entries(session, entries)
    if not found:
        raise CommandError(f"Nobody has the e-mail address {email}.")


async def unlink(database: Database, email: str) -> None:
    """Forget who a person is to the issuer of tokens: the next to come is joined anew."""
    async with database.session(write=True) as session:
        found = await session.call("voronka_unlink_oidc", _normalized(email))
    if not found:
        raise CommandError(f"Nobody with the e-mail address {email} has come with a token yet.")


async def create_token(
    database: Database,
    workspace: str | None,
    name: str,
    email: str | None,
    scopes: Sequence[Scope],
    days: int,
) -> tuple[str, str]:
    """Make an API key of a person (the first administrator by default): its id and its secret."""
    async with _acting(database, workspace) as op:
        if email is not None:
            op.actor = await _person(op, email)
        raw = {"name": name, "scopes": scopes, "expiresAt": op.now + timedelta(days=days)}
        row, secret = await sign_in.create_api_key(op, raw)
        return encode_id("api_key", row.id), secret


async def list_tokens(database: Database, workspace: str | None) -> list[tuple[Any, str]]:
    """List the API keys of a workspace, each with the e-mail address of its owner."""
    async with _acting(database, workspace) as op:
        keys = await sign_in.list_api_keys(op.session, op.actor)
        owners = await op.loaders.one("user").load_many([key.user_id for key in keys])
        return [(key, owner.email) for key, owner in zip(keys, owners, strict=True) if owner]


async def revoke_token(database: Database, workspace: str | None, key_id: str) -> None:
    """End an API key at once."""
    async with _acting(database, workspace) as op:
        await sign_in.revoke_api_key(op, key_id)


def choose_workspace(workspaces: Sequence[Any], wanted: str | None) -> Any:
    """Find a workspace by name or id; the only one without. Raise `CommandError` if unclear."""
    found = [
        each
        for each in workspaces
        if wanted is None or wanted in {each.name, encode_id("workspace", each.id)}
    ]
    if len(found) == 1:
        return found[0]
    if not workspaces:
        raise CommandError("There is no workspace yet: ./voronka workspace create makes one.")
    if found:
        raise CommandError(
            "Which workspace? Give its id with --workspace: ./voronka workspace list."
        )
    raise CommandError(f"There is no workspace {wanted}: see ./voronka workspace list.")


async def custom_fields(database: Database, workspace: str | None) -> Sequence[Any]:
    """Give the custom fields of a workspace."""
    async with _acting(database, workspace) as op:
        return await op.loaders.everything(CUSTOM_FIELD.name)


async def check_numbers(
    database: Database, wanted: str | None = None, *, mend: bool
) -> Sequence[tuple[str, ...]]:
    """Give where the kept numbers of workspaces differ from what counting gives; `mend` ends that.

    Each with the workspace, the type of records, and how many records and how much they are short.
    `wanted`: one workspace alone, by its name or id.
    """
    async with database.session(write=True) as session:
        workspaces = await session.call("voronka_workspaces")
    if wanted is not None:
        workspaces = [choose_workspace(workspaces, wanted)]
    found = []
    for workspace in workspaces:
        async with database.session(write=True) as session:
            await database.enter(session, workspace.id, write=True)
            rows = await (repair(session) if mend else find_differences(session))
        told = encode_id("workspace", workspace.id)
        found += [
            (told, row.record_type, f"{row._mapping['count']:+}", f"{from_scaled(row.amount):+}")
            for row in rows
        ]
    return found


@contextlib.asynccontextmanager
async def _acting(database: Database, wanted: str | None) -> AsyncIterator[Operation]:
    async with database.session(write=True) as session:
        workspace = choose_workspace(await session.call("voronka_workspaces"), wanted)
        await database.enter(session, workspace.id, write=True)
        actor = system_actor(workspace.id, workspace.locale, workspace.currency)
        op = Operation.begin(session, actor)
        for key in (await roles.administrators(op))[:1]:
            op.actor = replace(actor, user_id=key)
        yield op
        await changes.flush_events(op, already=0)


async def _person(op: Operation, email: str) -> Actor:
    found = await _people(op, ("email", _normalized(email)), ("is_active", True), limit=1)
    if not found:
        raise CommandError(f"No active person of the workspace has the e-mail address {email}.")
    return replace(op.actor, user_id=found[0].id)


async def _people(op: Operation, *equal: tuple[str, Any], limit: int) -> Sequence[Any]:
    where = And(tuple(Compare(USER.get(name), Op.EQ, value) for name, value in equal))
    people_first_come = ListSpec("user", where, order=entity_order("user", "created_at"))
    page = await op.loaders.page(PageSpec(people_first_come, limit)).load(WHOLE)
    return page.rows


def _normalized(email: str) -> str:
    try:
        return normalize_email(email.strip())
    except InvalidPointError:
        raise CommandError(f"{email} is no e-mail address.") from None

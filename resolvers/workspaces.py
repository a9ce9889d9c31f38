"""Workspaces: made with defaults and an administrator, listed, renamed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from auth.actor import Scope, system_actor
from auth.policy import require_right
from db.base import new_id
from db.database import Database
from db.tables import workspaces
from domain.currencies import CURRENCY
from domain.errors import Code, refuse
from domain.people import USER
from domain.products import MEASURE_UNIT, TAX_RATE
from domain.roles import ADMINISTRATOR, ROLE, ROLE_ASSIGNMENT, SettingsRight
from domain.settings import DICTIONARY, DICTIONARY_ITEM, PIPELINE
from loaders.people import workspace as load_workspace
from resolvers import changes, entries
from resolvers.currencies import known_currencies
from resolvers.default_roles import ROLES
from resolvers.defaults import (
    DICTIONARIES,
    PIPELINES,
    TAX_RATES,
    UNITS,
    USUAL_CURRENCIES,
    in_language,
)
from resolvers.drafts import Draft
from resolvers.operation import Operation
from resolvers.pipelines import stage_drafts
from resolvers.sign_in import issue_key
from resolvers.values import Values

_NAME_LENGTH: Final = 255


@dataclass(frozen=True, slots=True)
class NewWorkspace:
    """A workspace as it was made; `api_key` is the administrator's and shown this once."""

    workspace_id: UUID
    admin_id: UUID
    admin_email: str
    api_key: str


async def create_workspace(
    database: Database, name: str, locale: str, currency: str, admin_email: str
) -> NewWorkspace:
    """Make a workspace with default dictionaries and pipelines, and an administrator with a key.

    A person who is known in the installation already is added with their own password. Raises
    ValueError for an unknown locale or currency.
    """
    if locale not in {"ru", "en"}:
        raise ValueError(f"locale must be ru or en, not {locale!r}")
    if currency not in known_currencies():
        raise ValueError(f"{currency!r} is no currency code")
    workspace_id, admin_id = new_id(), new_id()
    actor = system_actor(workspace_id, locale, currency, admin_id)
    async with database.session(write=True) as session:
        identity = await session.call("voronka_register_identity", new_id(), admin_email, None)
        await database.enter(session, workspace_id, write=True)
        await session.insert_workspace(
            workspaces, {"name": name, "locale": locale, "currency": currency}
        )
        op = Operation.begin(session, actor)
        await _write(op, USER, [{"id": admin_id, "email": admin_email,
                                 "identity_id": identity[0].identity_id}])  # fmt: skip
        await _add_roles(op, locale, admin_id)
        await _add_dictionaries(op, locale)
        await _add_pipelines(op, locale)
        await _add_units(op, locale)
        codes = dict.fromkeys((currency, *USUAL_CURRENCIES[locale]))
        await _write(
            op,
            CURRENCY,
            [{"code": code, "sort": (index + 1) * entries.STEP}
             for index, code in enumerate(codes)],
        )  # fmt: skip
        key = await issue_key(op, admin_id, "administrator", tuple(Scope), None)
        await changes.flush_events(op, already=0)
    return NewWorkspace(workspace_id, admin_id, admin_email, key.secret)


async def list_workspaces(database: Database) -> Sequence[Any]:
    """List all workspaces of the installation: id, name, locale, currency, created_at."""
    async with database.session(write=False) as session:
        return await session.call("voronka_workspaces")


async def update_workspace(op: Operation, raw: Mapping[str, Any]) -> Any:
    """Rename the workspace, change its language or what is done about duplicates."""
    require_right(op.actor, SettingsRight.CRM_SETTINGS)
    before = await load_workspace(op.session)
    values: dict[str, Any] = {}
    if raw.get("name") is not None:
        values["name"] = raw["name"].strip()
        if not 0 < len(values["name"]) <= _NAME_LENGTH or "\x00" in values["name"]:
            raise refuse(Code.INVALID, "workspace_name", "name", limit=_NAME_LENGTH)
    if raw.get("locale") is not None:
        values["locale"] = raw["locale"]
        if values["locale"] not in {"ru", "en"}:
            raise refuse(Code.INVALID, "unknown_locale", "locale")
    if raw.get("duplicateControl") is not None:
        given = {
            entity: mode.value
            for entity, mode in raw["duplicateControl"].items()
            if mode is not None
        }
        values["duplicate_control"] = {**before.duplicate_control, **given}
    await changes.change_workspace(op, before, values)
    return await load_workspace(op.session)


async def _write(op: Operation, entity: Any, rows: Sequence[dict[str, Any]]) -> None:
    drafts = [
        Draft(entity, row.pop("id", None) or new_id(), Values(()), None, columns=row)
        for row in rows
    ]
    await changes.create(op, drafts)


async def _add_roles(op: Operation, locale: str, admin_id: UUID) -> None:
    ids = {role.code: new_id() for role in ROLES}
    await _write(
        op,
        ROLE,
        [
            {"id": ids[role.code], "code": role.code,
             "name": role.ru if locale == "ru" else role.en, "grants": role.stored(),
             "field_rules": [], "field_defaults": [], "settings": list(role.settings)}
            for role in ROLES
        ],
    )  # fmt: skip
    await _write(op, ROLE_ASSIGNMENT, [{"role_id": ids[ADMINISTRATOR], "user_id": admin_id}])


async def _add_dictionaries(op: Operation, locale: str) -> None:
    ids = {dictionary.code: new_id() for dictionary in DICTIONARIES}
    await _write(
        op,
        DICTIONARY,
        [
            {"id": ids[item.code], "code": item.code, "name": in_language(item, locale),
             "is_system": True}
            for item in DICTIONARIES
        ],
    )  # fmt: skip
    await _write(
        op,
        DICTIONARY_ITEM,
        [
            {"dictionary_id": ids[dictionary.code], "code": item.code_in(locale),
             "sort": item.sort, "name": in_language(item, locale), "is_system": item.is_system}
            for dictionary in DICTIONARIES
            for item in dictionary.items
        ],
    )  # fmt: skip


async def _add_pipelines(op: Operation, locale: str) -> None:
    ids = {kind: new_id() for kind in PIPELINES}
    await _write(
        op,
        PIPELINE,
        [
            {"id": ids[kind], "name": ru if locale == "ru" else en, "entity": kind,
             "sort": entries.STEP, "is_default": True}
            for kind, (en, ru, _) in PIPELINES.items()
        ],
    )  # fmt: skip
    drafts = [
        draft
        for kind, (_, _, stages) in PIPELINES.items()
        for draft in stage_drafts(ids[kind], stages, locale)
    ]
    await changes.create(op, drafts)


async def _add_units(op: Operation, locale: str) -> None:
    """Add the ready units and tax rates; the first of each is the usual one."""
    units = [
        {"code": unit.code_in(locale), "name": unit.ru if locale == "ru" else unit.en,
         "is_default": index == 0, "sort": (index + 1) * entries.STEP}
        for index, unit in enumerate(UNITS)
    ]  # fmt: skip
    await _write(op, MEASURE_UNIT, units)
    rates = [
        {"name": name, "rate": Decimal(rate), "is_default": index == 0,
         "sort": (index + 1) * entries.STEP}
        for index, (name, rate) in enumerate(TAX_RATES[locale])
    ]  # fmt: skip
    await _write(op, TAX_RATE, rates)

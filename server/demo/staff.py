"""The demonstration's departments, people, pipeline and exchange rates, made by the write path.

What is there already, by its name or e-mail address, is used again: a second run adds records only.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from auth.actor import Actor, system_actor
from db.base import new_id
from db.database import Database
from domain.filters import And, Compare, Op
from domain.ids import encode_id
from domain.people import DEPARTMENT, USER
from domain.roles import ROLE
from loaders.lists import WHOLE, ListSpec, PageSpec
from loaders.rows import Row
from resolvers import changes, entries, people, pipelines, rates
from resolvers.currencies import Rates, load_rates
from resolvers.operation import Operation
from resolvers.role_holders import assign_role
from resolvers.roles import administrators
from server.demo.dice import Dice
from server.demo.words import Words

# Departments by their places in the list of names: below which one each stands, ...
_ABOVE: Final = (None, 0, 1, 1, 0, 0)
# ... and how many people work there.
_SIZES: Final = (1, 1, 5, 6, 3, 4)
# ... and what they may do; a ready role that an administrator deleted is left out.
_ROLES: Final = (
    "OBSERVER", "SALES_MANAGER", "SALES_MANAGER", "SALES_MANAGER", "OBSERVER", "SALES_MANAGER"
)  # fmt: skip
_SELLING: Final = (1, 2, 3)
_MARKETING, _SERVICE = 4, 5
# What a unit is roughly worth in US dollars: the demonstration needs no better.
_DOLLARS: Final = {
    "USD": Decimal(1), "EUR": Decimal("1.1"), "CNY": Decimal("0.14"), "GBP": Decimal("1.3"),
    "RUB": Decimal("0.0115"), "KZT": Decimal("0.002"),
}  # fmt: skip
_FOREIGN: Final = 3
_RATE_PLACES: Final = Decimal("0.000001")


class NoSuchWorkspaceError(Exception):
    """The workspace that shall be filled is not there."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage, as far as records need it."""

    id: UUID
    semantics: str


@dataclass(frozen=True, slots=True)
class Setting:
    """What the records of the demonstration point to."""

    currency: str
    foreign: tuple[str, ...]
    """Currencies besides the base one that have a rate."""
    rates: Rates
    dictionaries: Mapping[str, Mapping[str, UUID]]
    """Dictionary code -> item code -> id, in the dictionary's order."""
    pipelines: Mapping[str, tuple[UUID, tuple[Stage, ...]]]
    """SALES, SERVICE and LEAD: the id of the pipeline and its stages in their order."""
    sellers: tuple[UUID, ...]
    marketers: tuple[UUID, ...]
    service: tuple[UUID, ...]
    departments: int
    users: int

    @property
    def dollar(self) -> Decimal:
        """What a US dollar is worth in the base currency; 1 where nobody told."""
        return 1 / _DOLLARS.get(self.currency, Decimal(1))


async def prepare_staff(database: Database, workspace_id: UUID, words: Words, seed: int) -> Setting:
    """Make people and settings; raises NoSuchWorkspaceError."""
    async with database.session(write=True) as session:
        known = {row.id: row for row in await session.call("voronka_workspaces")}
        if workspace_id not in known:
            raise NoSuchWorkspaceError(str(workspace_id))
        workspace = known[workspace_id]
        await database.enter(session, workspace_id, write=True)
        op = Operation.begin(session, await _administrator(session, workspace))
        setting = await _prepare(op, words, seed)
        await changes.flush_events(op, already=0)
        return setting


async def _administrator(session: Any, workspace: Any) -> Actor:
    actor = system_actor(workspace.id, workspace.locale, workspace.currency)
    (first, *_) = await administrators(Operation.begin(session, actor))
    return replace(actor, user_id=first)


async def _prepare(op: Operation, words: Words, seed: int) -> Setting:
    departments = await _departments(op, words)
    users = await _users(op, words, seed, departments)
    await _heads(op, departments, users)
    await _roles(op, departments, users)
    foreign = await _rates(op)
    everyone = [[row.id for row in group] for group in users]
    return Setting(
        currency=op.currency,
        foreign=foreign,
        rates=await load_rates(op.session, op.currency, op.now.date()),
        dictionaries=await _dictionaries(op),
        pipelines=await _pipelines(op, words.phrases.pipeline),
        sellers=tuple(user for place in _SELLING for user in everyone[place]),
        marketers=tuple(everyone[_MARKETING]),
        service=tuple(everyone[_SERVICE]),
        departments=len(departments),
        users=sum(map(len, everyone)),
    )


async def _departments(op: Operation, words: Words) -> list[Row]:
    known = {row.name: row for row in await op.loaders.everything("department")}
    rows: list[Row] = []
    for name, above in zip(words.phrases.departments, _ABOVE, strict=True):
        given: dict[str, Any] = {"name": name}
        if above is not None:
            given["parentId"] = encode_id(DEPARTMENT.name, rows[above].id)
        rows.append(known.get(name) or await people.create_entry(op, DEPARTMENT, given))
    return rows


async def _users(
    op: Operation, words: Words, seed: int, departments: Sequence[Row]
) -> list[list[Row]]:
    titles = words.phrases.staff_titles
    workers = (titles[0], titles[6], titles[6], titles[6], titles[7], titles[8])
    groups: list[list[Row]] = []
    number = 0
    for place, size in enumerate(_SIZES):
        group = []
        for index in range(size):
            title = workers[place] if index else titles[place]
            dice = Dice(f"staff/{seed}".encode(), number)
            group.append(await _user(op, words, dice, title, departments[place]))
            number += 1
        groups.append(group)
    return groups


async def _user(op: Operation, words: Words, dice: Dice, title: str, department: Row) -> Row:
    name = words.person(dice)
    email = f"{name.latin}@demo.example.com"
    where = And((Compare(USER.get("email"), Op.EQ, email),))
    found = await op.loaders.page(PageSpec(ListSpec("user", where), 1)).load(WHOLE)
    if found.rows:
        return found.rows[0]
    given = {
        "email": email,
        "firstName": name.first,
        "lastName": name.last,
        "jobTitle": title,
        "locale": words.locale,
        "departmentIds": [encode_id(DEPARTMENT.name, department.id)],
    }
    draft = await entries.draft_new(op, USER, given)
    # Without a password nobody signs in as one of them until an operator gives them one.
    identity = await op.session.call("voronka_register_identity", new_id(), email, None)
    draft.columns["identity_id"] = identity[0].identity_id
    return await entries.save(op, draft)


async def _heads(op: Operation, departments: Sequence[Row], users: Sequence[Sequence[Row]]) -> None:
    for department, members in zip(departments, users, strict=True):
        if department.head_id is None:
            head = {
                "id": encode_id(DEPARTMENT.name, department.id),
                "headId": encode_id(USER.name, members[0].id),
            }
            await people.update_entry(op, DEPARTMENT, head)


async def _roles(op: Operation, departments: Sequence[Row], users: Sequence[Sequence[Row]]) -> None:
    """Give departments the roles of their people, and their heads that of a head."""
    roles = {
        row.code: encode_id(ROLE.name, row.id) for row in await op.loaders.everything(ROLE.name)
    }
    for department, members, code in zip(departments, users, _ROLES, strict=True):
        if code in roles:
            holder = {"departmentId": encode_id(DEPARTMENT.name, department.id)}
            await assign_role(op, {"roleId": roles[code], **holder})
        if "HEAD_OF_SALES" in roles:
            head = {"userId": encode_id(USER.name, members[0].id)}
            await assign_role(op, {"roleId": roles["HEAD_OF_SALES"], **head})


async def _rates(op: Operation) -> tuple[str, ...]:
    known = await load_rates(op.session, op.currency, op.now.date())
    wanted = [code for code in _DOLLARS if code != op.currency] if op.currency in _DOLLARS else []
    for code in wanted[:_FOREIGN]:
        if code not in known.by_currency:
            rate = (_DOLLARS[code] / _DOLLARS[op.currency]).quantize(_RATE_PLACES)
            day = date(op.now.year, 1, 1)
            await rates.set_rate(op, {"currency": code, "rate": rate, "date": day})
    return tuple(wanted[:_FOREIGN])


async def _dictionaries(op: Operation) -> dict[str, dict[str, UUID]]:
    items = await op.loaders.everything("dictionary_item")
    return {
        dictionary.code: {
            item.code: item.id for item in items if item.dictionary_id == dictionary.id
        }
        for dictionary in await op.loaders.everything("dictionary")
    }


async def _pipelines(op: Operation, name: str) -> dict[str, tuple[UUID, tuple[Stage, ...]]]:
    known = await op.loaders.everything("pipeline")
    service = next((row for row in known if row.name == name and row.entity == "DEAL"), None)
    if service is None:
        raw = {"name": name, "template": pipelines.PipelineTemplate.SUPPORT}
        service = await pipelines.create_pipeline(op, raw)
    defaults = {row.entity: row for row in known if row.is_default}
    chosen = {"SALES": defaults["DEAL"], "SERVICE": service, "LEAD": defaults["LEAD"]}
    stages = await op.loaders.everything("stage")
    return {
        key: (
            row.id,
            tuple(Stage(each.id, each.semantics) for each in stages if each.pipeline_id == row.id),
        )
        for key, row in chosen.items()
    }

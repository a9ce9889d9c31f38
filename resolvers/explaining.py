"""Why somebody may do something, or may not: the grants of their roles, and which are about it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from auth.actor import Scope
from auth.grants import Grant, Role
from auth.policy import require_right
from auth.rights import MADE_OF, PUBLIC, Branch, placed
from domain.errors import BadInputError
from domain.people import USER
from domain.roles import ROLE, Action, FieldAccess, RowScope, SettingsRight
from loaders.explaining import look_at
from loaders.rights import load_organisation, with_rights
from loaders.rows import Row
from resolvers.operation import Operation
from resolvers.role_contents import find_field

_NEEDS_READING: Final = frozenset({Action.UPDATE, Action.DELETE, Action.EXPORT})
"""What is done to records that are there, and so only to those that one may read."""
_WRITING: Final = frozenset({Action.CREATE, Action.UPDATE, Action.IMPORT})


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: may somebody do something with any record, or this one, or a field of it?"""

    user: UUID | None
    """None: whoever asks."""
    action: Action
    entity: str
    record: UUID | None
    field: str | None


@dataclass(frozen=True, slots=True)
class Reason:
    """A grant of a role on what is asked, or a role that has none."""

    role: Row
    grant: Mapping[str, Any] | None
    """As roles keep it."""
    matched: bool
    field_access: FieldAccess | None


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether it is allowed, and why."""

    allowed: bool
    is_record_readable: bool | None
    reasons: Sequence[Reason]


@dataclass(frozen=True, slots=True)
class _Line:
    """A role, and one of its grants with the rows that it is about."""

    role: Role
    grant: Grant | None
    branch: Branch | None


async def explain(op: Operation, question: Question) -> Decision:
    """Tell what the roles of a person allow; raises ForbiddenError, BadInputError.

    Of others only with the right ROLES.
    """
    own = question.user in {None, op.actor.user_id}
    if not own:
        require_right(op.actor, SettingsRight.ROLES, Scope.READ)
    person = op.actor.person_id if question.user is None else question.user
    if await op.loaders.one(USER.name).load(person) is None:
        raise BadInputError("not_found", ("input", "userId"), target=USER.name)
    name = await _field(op, question)
    organisation = await load_organisation(op.loaders)
    roles = organisation.roles_of(person)
    lines = [line for role in roles for line in _lines(role, question)]
    readable, about = True, [line.branch is not None for line in lines]
    if question.entity == USER.name:
        if name is None or name in PUBLIC[USER.name] or question.record == person:
            return await _decision(op, question, lines, about, name, allowed=True)
    elif question.record is not None:
        actor = with_rights(organisation, replace(op.actor, user_id=person, role_id=None))
        branches = [line.branch for line in lines if line.branch is not None]
        found = await look_at(op.loaders, actor, question.entity, question.record, branches)
        if found is None:
            readable, about = False, [False] * len(lines)
        else:
            flags = iter(found[1])
            readable = found[0]
            about = [line.branch is not None and next(flags) for line in lines]
    allowed = (readable or question.action not in _NEEDS_READING) and any(
        is_about and _lets_use(line.role, question, name)
        for line, is_about in zip(lines, about, strict=True)
    )
    shown = None if question.record is None or question.entity == USER.name else readable
    return await _decision(op, question, lines, about, name, allowed=allowed, readable=shown)


async def _field(op: Operation, question: Question) -> str | None:
    if question.entity == USER.name and question.action is not Action.READ:
        raise BadInputError("no_such_grant", ("input", "action"))
    if question.field is None:
        return None
    if question.action is Action.DELETE:
        raise BadInputError("whole_records", ("input", "field"))
    name = await find_field(op, question.entity, question.field)
    if name is None:
        raise BadInputError("no_field", ("input", "field"), name=question.field[:50])
    return name


def _lines(role: Role, question: Question) -> Iterator[_Line]:
    if role.is_administrator:
        yield _Line(role, None, Branch(frozenset({RowScope.ALL})))
        return
    found = placed(role.grants, question.entity, question.action)
    for grant, branch in found:
        yield _Line(role, grant, branch if branch.scopes else None)
    if not found:
        yield _Line(role, None, None)


def _access(role: Role, entity: str, name: str) -> FieldAccess:
    """Tell what a role lets do with a field, which may be made of others."""
    order = list(FieldAccess)
    names = (name, *MADE_OF.get((entity, name), ()))
    found = min((role.field(entity, each) for each in names), key=order.index)
    if found is FieldAccess.HIDDEN and name in PUBLIC[entity]:
        return FieldAccess.READ
    return found


def _lets_use(role: Role, question: Question, name: str | None) -> bool:
    if name is None:
        return True
    access = _access(role, question.entity, name)
    if question.action in _WRITING:
        return access is FieldAccess.WRITE
    return access is not FieldAccess.HIDDEN


async def _decision(
    op: Operation,
    question: Question,
    lines: Sequence[_Line],
    about: Sequence[bool],
    name: str | None,
    *,
    allowed: bool,
    readable: bool | None = None,
) -> Decision:
    rows = {row.id: row for row in await op.loaders.everything(ROLE.name)}
    reasons = []
    for line, is_about in zip(lines, about, strict=True):
        row = rows[line.role.id]
        stored = next(
            (item for grant, item in zip(line.role.grants, row.grants, strict=True)
             if grant is line.grant),
            None,
        )  # fmt: skip
        access = None if name is None else _access(line.role, question.entity, name)
        reasons.append(Reason(row, stored, is_about, access))
    return Decision(allowed, readable, reasons)

"""What a change of a role would do to people, told without making it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any, Final
from uuid import UUID

from auth.grants import Role, read_role
from auth.rights import PUBLIC, Cell, Rights
from domain.entities import ENTITIES, RECORDS
from domain.errors import BadInputError, Code, RefusedError, UserError, refuse
from domain.fields import Kind, camel
from domain.people import USER
from domain.roles import Action, SettingsRight
from loaders.people import api_keys
from loaders.previewing import Known, compare
from loaders.rights import Organisation, load_organisation, rights_of, with_rights
from loaders.rows import Row
from resolvers import entries
from resolvers.drafts import Draft
from resolvers.operation import Operation
from resolvers.role_contents import ReadCondition
from resolvers.roles import draft_role

Raw = Mapping[str, Any]
MOST_PEOPLE: Final = 50
"""Of so many people are records counted."""
_HOLDERS: Final = {"userIds": "user", "departmentIds": "department", "groupIds": "group"}
"""Names in inputs -> entities."""
_WRITES: Final = (Action.CREATE, Action.UPDATE)


@dataclass(frozen=True, slots=True)
class Given:
    """A role as it would be given to somebody."""

    role_id: UUID
    user_id: UUID | None = None
    department_id: UUID | None = None
    group_id: UUID | None = None
    include_subdepartments: bool = False


@dataclass(slots=True)
class Side:
    """What is gained, or lost, of a type: by anybody, and in records by those who are counted."""

    actions: set[Action] = field(default_factory=set)
    fields: set[str] = field(default_factory=set)
    """That may be read, as roles keep their names."""
    writable: set[str] = field(default_factory=set)
    """That may be written."""
    records: dict[Action, int] = field(default_factory=dict)
    """By what may be done with them, summed up over people."""


@dataclass(frozen=True, slots=True)
class TypePreview:
    """What would differ for a type of records, people or departments."""

    entity: str
    gained: Side = field(default_factory=Side)
    lost: Side = field(default_factory=Side)


@dataclass(slots=True)
class PersonPreview:
    """What would differ for a person."""

    user: Row
    gained: int = 0
    """Records that they would see and do not see now."""
    lost: int = 0


@dataclass(slots=True)
class Preview:
    """What a change of a role would do."""

    users_affected: int = 0
    api_keys_affected: int = 0
    people: list[PersonPreview] = field(default_factory=list)
    """Those whose records were counted."""
    types: dict[str, TypePreview] = field(
        default_factory=lambda: {name: TypePreview(name) for name in PUBLIC}
    )
    settings_gained: set[SettingsRight] = field(default_factory=set)
    settings_lost: set[SettingsRight] = field(default_factory=set)


async def preview_role(op: Operation, raw: Raw, read: ReadCondition) -> Preview:
    """Tell what a change of a role, or a new role, would do; writes and locks nothing.

    Raises what the change itself would be refused with: ForbiddenError, BadInputError.
    """
    try:
        draft = await draft_role(op, raw, read)
        given = await _given(op, draft, raw)
    except RefusedError as refusal:
        raise _bad(refusal.errors) from refusal
    if draft.errors:
        raise _bad(draft.errors)
    now = await load_organisation(op.loaders)
    then = _changed(now, draft, given)
    found = Preview(api_keys_affected=await _bound_keys(op, now, then, draft.id))
    affected = [
        (row, before, after)
        for row in await op.loaders.everything(USER.name)
        if row.is_active
        for before, after in [(_rights(now, row.id), _rights(then, row.id))]
        if before.key != after.key
    ]
    found.users_affected = len(affected)
    for before, after in {
        (before.key, after.key): (before, after) for _, before, after in affected
    }.values():
        _compare_rights(found, before, after)
    known: Known = {}
    for row, _, _ in affected[:MOST_PEOPLE]:
        found.people.append(await _count(op, found, (now, then), row, known))
    return found


def _bad(errors: Sequence[UserError]) -> BadInputError:
    """Give the first refusal in the form that queries have."""
    first = errors[0]
    return BadInputError(first.message, ("input", *first.path), **first.values)


async def _given(op: Operation, draft: Draft, raw: Raw) -> list[Given]:
    """Read to whom the role would be given besides."""
    wide = bool(raw.get("includeSubdepartments"))
    if wide and not raw.get("departmentIds"):
        raise refuse(Code.INVALID, "only_of_departments", "includeSubdepartments")
    found = []
    for place, target in _HOLDERS.items():
        for index, text in enumerate(raw.get(place) or ()):
            key = entries.checked_id(ENTITIES[target], text, place, str(index))
            if await op.loaders.one(target).load(key) is None:
                raise refuse(Code.NOT_FOUND, "not_found", place, str(index), target=target)
            holder: Any = {f"{target}_id": key}
            if target == "department":
                holder["include_subdepartments"] = wide
            found.append(Given(draft.id, **holder))
    return found


def _changed(now: Organisation, draft: Draft, given: Sequence[Given]) -> Organisation:
    """Give the organisation with the role as it would be."""
    names = ("name", "code", "grants", "field_rules", "field_defaults", "settings")
    columns = {name: draft.current(name) for name in names}
    role: Role = read_role(SimpleNamespace(id=draft.id, **columns))
    return replace(
        now,
        roles={**now.roles, draft.id: role},
        assignments=[*now.assignments, *given],
        known={},
    )


def _rights(organisation: Organisation, user_id: UUID) -> Rights:
    return rights_of(organisation, organisation.roles_of(user_id))


async def _bound_keys(op: Operation, now: Organisation, then: Organisation, role: UUID) -> int:
    """Count the API keys that the role narrows, where it becomes another one."""
    if role not in now.roles or now.roles[role].content == then.roles[role].content:
        return 0
    return sum(key.role_id == role for key in await api_keys(op.session, None))


def _compare_rights(found: Preview, before: Rights, after: Rights) -> None:
    """Note what somebody could do on any record at all, of what could be done on none."""
    for right in SettingsRight:
        _note(right, before.has(right), after.has(right),
              found.settings_gained, found.settings_lost)  # fmt: skip
    for name, kind in found.types.items():
        for part, worked_out in _PARTS.items():
            was, becomes = worked_out(before, name), worked_out(after, name)
            getattr(kind.gained, part).update(becomes - was)
            getattr(kind.lost, part).update(was - becomes)


def _note(item: Any, was: bool, becomes: bool, gained: set[Any], lost: set[Any]) -> None:
    if becomes and not was:
        gained.add(item)
    if was and not becomes:
        lost.add(item)


def _actions(rights: Rights, entity: str) -> set[Action]:
    if ENTITIES[entity].is_record:
        return {action for action in Action if rights.allows(entity, action)}
    return {Action.READ} if entity == USER.name and rights.allows(entity, Action.READ) else set()


def _readable(rights: Rights, entity: str) -> set[str]:
    """Give the fields that may be read on any record; of people, on those of others."""
    if ENTITIES[entity].is_record and not rights.allows(entity, Action.READ):
        return set()
    return {
        name
        for name in rights.names(entity)
        if rights.cell(entity, name) not in {Cell.DENIED, Cell.OWN}
    }


def _writable(rights: Rights, entity: str) -> set[str]:
    if not ENTITIES[entity].is_record:
        return set()
    return {
        name
        for action in _WRITES
        if rights.allows(entity, action)
        for name in _inputs(rights, entity)
        if rights.is_everything or rights.writers(entity, name, action)
    }


def _inputs(rights: Rights, entity: str) -> Iterator[str]:
    """Give the fields that inputs have."""
    for declared in ENTITIES[entity].fields:
        if declared.kind is not Kind.CUSTOM and (declared.writable or declared.creatable):
            yield camel(declared.name)
    yield from (name for name in rights.names(entity) if name.startswith("custom."))


async def _count(
    op: Operation,
    found: Preview,
    organisations: tuple[Organisation, Organisation],
    row: Row,
    known: Known,
) -> PersonPreview:
    """Count the records of one person, and add them to those of all."""
    person = replace(op.actor, user_id=row.id, role_id=None)
    before, after = (with_rights(each, person) for each in organisations)
    counted = PersonPreview(row)
    for entity in RECORDS:
        differs = await compare(op.loaders, before, after, entity.name, known)
        kind = found.types[entity.name]
        for side, counts, fields in (
            (kind.gained, differs.gained, differs.fields_gained),
            (kind.lost, differs.lost, differs.fields_lost),
        ):
            side.fields.update(fields)
            for action, count in counts.items():
                side.records[action] = side.records.get(action, 0) + count
        counted.gained += differs.gained[Action.READ]
        counted.lost += differs.lost[Action.READ]
    return counted


_PARTS: Final[Mapping[str, Callable[[Rights, str], set[Any]]]] = {
    "actions": _actions,
    "fields": _readable,
    "writable": _writable,
}
"""Parts of a side, and how each is worked out of rights on an entity."""

"""Reads who somebody is to the policy: their roles, and whom the scopes of those roles mean."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final
from uuid import UUID

from auth.actor import Actor, Scope
from auth.grants import Role, read_role
from auth.policy import viewer_values
from auth.rights import Cell, Mask, Rights, Viewer
from domain.custom_fields import CUSTOM_FIELD
from domain.errors import BadInputError, ForbiddenError
from domain.people import DEPARTMENT, GROUP, USER
from domain.roles import ROLE, ROLE_ASSIGNMENT, SettingsRight
from loaders.held import link_key
from loaders.loaders import Loaders

_DEPARTMENTS: Final = USER.get("departments")
_MEMBERS: Final = GROUP.get("members")
_MOST_ADMITTED: Final = 1_000


VIEW_PLACE: Final = "X-View-As"
"""Where a view is named: the header of requests."""


@dataclass(frozen=True, slots=True)
class View:
    """As whom an administrator wants to see: a person, or anybody who has a role alone."""

    entity: str
    key: UUID


@dataclass(frozen=True, slots=True)
class Organisation:
    """What decides who has which role, and whom scopes mean."""

    roles: Mapping[UUID, Role]
    assignments: Sequence[Any]
    parents: Mapping[UUID, UUID | None]
    """The department above each department."""
    departments: Mapping[UUID, Sequence[UUID]]
    """The departments of each person."""
    groups: Mapping[UUID, Sequence[UUID]]
    """The people of each group."""
    custom_fields: Mapping[UUID, tuple[str, str]]
    """The entity and code of each custom field."""
    known: dict[Any, Any] = field(default_factory=dict)
    """Rights and views that were worked out."""
    admitted: dict[int, tuple[Actor, Actor, Mapping[str, Any]]] = field(default_factory=dict)
    """By the identity of an actor without rights: the actor itself, the same with rights, and the
    values of the parameters that stand for the actor in statements."""

    def roles_of(self, user_id: UUID) -> tuple[Role, ...]:
        """Give the roles that a person has, in the order of their ids."""
        return tuple(self.roles[key] for key in sorted(self.held_by(user_id)))

    def held_by(self, user_id: UUID) -> dict[UUID, list[Any]]:
        """Give the ids of a person's roles, and the assignments through which each comes."""
        own = set(self.departments.get(user_id, ()))
        above = {parent for key in own for parent in self._above(key)}
        found: dict[UUID, list[Any]] = {}
        for item in self.assignments:
            if (
                item.user_id == user_id
                or item.department_id in own
                or (item.include_subdepartments and item.department_id in above)
                or user_id in self.groups.get(item.group_id, ())
            ):
                found.setdefault(item.role_id, []).append(item)
        return found

    def viewer(self, user_id: UUID) -> Viewer:
        """Give a person as the scopes of roles see them."""
        own = set(self.departments.get(user_id, ()))
        below = {key for key in self.parents if own.intersection(self._above(key))} | own
        return Viewer(user_id, self._people(own), self._people(below))

    def _people(self, departments: set[UUID]) -> tuple[UUID, ...]:
        return tuple(
            sorted(user for user, own in self.departments.items() if departments.intersection(own))
        )

    def _above(self, department: UUID) -> Iterable[UUID]:
        seen = {department}
        above = self.parents.get(department)
        while above is not None and above not in seen:
            yield above
            seen.add(above)
            above = self.parents.get(above)


async def load_organisation(loaders: Loaders) -> Organisation:
    """Read what decides who has which role: of the snapshot, where the process holds it."""
    if loaders.snapshots is not None:
        snapshot = await loaders.snapshot()
        if snapshot.is_whole:
            found: Organisation | None = snapshot.derived.get(Organisation)
            if found is None:
                departments, groups = (
                    snapshot.links[link_key(field)] for field in (_DEPARTMENTS, _MEMBERS)
                )
                rows = {name: list(snapshot.rows[name].values()) for name in _READ}
                found = snapshot.derived[Organisation] = _organisation(rows, departments, groups)
            return found
    rows = {name: await loaders.everything(name) for name in _READ}
    users = await loaders.everything(USER.name)
    keys = [row.id for row in users]
    own = dict(zip(keys, await loaders.linked_ids(_DEPARTMENTS).load_batch(keys), strict=True))
    groups_of = [row.id for row in await loaders.everything(GROUP.name)]
    members = await loaders.linked_ids(_MEMBERS).load_batch(groups_of)
    return _organisation(rows, own, dict(zip(groups_of, members, strict=True)))


_READ: Final = (ROLE.name, ROLE_ASSIGNMENT.name, DEPARTMENT.name, CUSTOM_FIELD.name)


def _organisation(
    rows: Mapping[str, Sequence[Any]],
    departments: Mapping[UUID, Sequence[UUID]],
    groups: Mapping[UUID, Sequence[UUID]],
) -> Organisation:
    return Organisation(
        roles={row.id: read_role(row) for row in rows[ROLE.name]},
        assignments=rows[ROLE_ASSIGNMENT.name],
        parents={row.id: row.parent_id for row in rows[DEPARTMENT.name]},
        departments=departments,
        groups=groups,
        custom_fields={row.id: (row.entity.lower(), row.code) for row in rows[CUSTOM_FIELD.name]},
    )


async def seen_roles(loaders: Loaders) -> Mapping[UUID, Sequence[Any]] | None:
    """Give the roles that the actor may see, each with the assignments that it comes by.

    Those are one's own; None: all, for who has the right ROLES.
    """
    if loaders.actor.rights.has(SettingsRight.ROLES):
        return None
    return (await load_organisation(loaders)).held_by(loaders.actor.person_id)


async def admit(loaders: Loaders, view: View | None = None) -> Actor:
    """Give the actor of loaders with the rights that their roles give; the loaders then know.

    With a view, the actor is as the view says: whoever is viewed, if an administrator asks.
    """
    organisation = await load_organisation(loaders)
    actor, values = _admitted(organisation, loaders.actor)
    loaders.take_rights(actor)
    if view is not None:
        actor = await _viewed(loaders, organisation, view)
        loaders.take_rights(actor)
        values = viewer_values(actor)
    loaders.session.viewer = values
    return actor


def _admitted(organisation: Organisation, actor: Actor) -> tuple[Actor, Mapping[str, Any]]:
    """Give an actor with rights, and what statements know of them: the same while both stay."""
    known = organisation.admitted.get(id(actor))
    if known is not None and known[0] is actor:
        return known[1], known[2]
    full = with_rights(organisation, actor)
    values = viewer_values(full)
    if len(organisation.admitted) == _MOST_ADMITTED:
        organisation.admitted.clear()
    organisation.admitted[id(actor)] = (actor, full, values)
    return full, values


async def _viewed(loaders: Loaders, organisation: Organisation, view: View) -> Actor:
    """Give whoever an administrator views as: a person, or oneself with nothing but a role."""
    actor = loaders.actor
    if not actor.rights.is_everything:
        raise ForbiddenError("administrators_only")
    if await loaders.one(view.entity).load(view.key) is None:
        raise BadInputError("not_found", (VIEW_PLACE,), target=view.entity)
    seen = replace(
        actor, scopes=actor.scopes & {Scope.READ}, role_id=None, viewed_by=actor.person_id
    )
    if view.entity == USER.name:
        return with_rights(organisation, replace(seen, user_id=view.key))
    return replace(seen, rights=rights_of(organisation, [organisation.roles[view.key]]))


def with_rights(organisation: Organisation, actor: Actor) -> Actor:
    """Give an actor with the rights and the view that their roles give."""
    user_id = actor.user_id
    if user_id is None:
        return actor
    key = (user_id, actor.role_id)
    found = organisation.known.get(key)
    if found is None:
        roles = organisation.roles_of(user_id)
        narrowing = None if actor.role_id is None else organisation.roles.get(actor.role_id)
        if actor.role_id is not None and narrowing is None:
            roles = ()  # the role of the key is gone, and all that it let through with it
        found = (rights_of(organisation, roles, narrowing), organisation.viewer(user_id))
        organisation.known[key] = found
    return replace(actor, rights=found[0], viewer=found[1])


def rights_of(
    organisation: Organisation, roles: Iterable[Role], narrowing: Role | None = None
) -> Rights:
    """Give the rights of some roles together, each narrowed by a further one, if any."""
    alternatives = tuple((role,) if narrowing is None else (role, narrowing) for role in roles)
    found: Rights | None = organisation.known.get(alternatives)
    if found is None:
        found = organisation.known[alternatives] = Rights(alternatives, organisation.custom_fields)
    return found


def shows(actor: Actor, row: Any, cell: Cell | Mask) -> bool:
    """Tell whether a field with such a cell may be read on a row of which one knows its flags."""
    if isinstance(cell, Mask):
        return bool(row.reads & cell.bits)
    return cell is Cell.FREE or (cell is Cell.OWN and row.id == actor.viewer.user_id)

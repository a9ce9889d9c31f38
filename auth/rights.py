"""What somebody's roles allow, worked out once for everyone who has the same ones.

Rights are *alternatives*: each allows some actions on some rows, and on those rows some fields.
What any of them allows is allowed; rows of one never go with fields of another. An API key with a
role of its own makes alternatives of its owner's roles with that role, each allowing what both do.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property
from hashlib import blake2b
from typing import Any, Final
from uuid import UUID

from auth.grants import Grant, Role
from domain.entities import ENTITIES, RECORDS
from domain.fields import Kind, camel, snake
from domain.filters import Condition
from domain.roles import Action, RowScope, SettingsRight

_OF_PEOPLE: Final = frozenset({"user", "department", "group"})
PUBLIC: Final[Mapping[str, frozenset[str]]] = {
    "user": frozenset({"id", "firstName", "lastName", "fullName", "photo"}),
    "department": frozenset({"id", "name"}),
    "group": frozenset({"id", "name"}),
    **{
        entity.name: frozenset(
            {
                "id",
                *(camel(field.name) for field in entity.fields if field.always and not field.hides),
                "externalIds",
                "customFieldValues",
                "custom",
                "access",
                "activities",
                "timeline",
                "pinnedComments",
            }
        )
        for entity in RECORDS
    },
}
"""By entity that roles speak of: what whoever sees a row may read of it, whatever roles hide."""
_NAMES: Final = ("firstName", "middleName", "lastName")
MADE_OF: Final[Mapping[tuple[str, str], tuple[str, ...]]] = {
    ("lead", "fullName"): _NAMES,
    ("contact", "fullName"): _NAMES,
    ("lead", "conversion"): ("contact", "company"),
    ("lead", "stageHistory"): ("stage", "movedAt", "movedBy"),
    ("deal", "stageHistory"): ("stage", "movedAt", "movedBy"),
}
"""Fields that are put together from others: who may not read all of those may not read them."""
_OF_USERS: Final = frozenset({"fullName", "isAdmin", "roles"})
"""Fields of people that are worked out."""


def field_names(entity: str) -> frozenset[str]:
    """Give the names, in the API, of the fields that roles may speak of, custom ones apart."""
    return frozenset(
        {
            *(camel(field.name) for field in ENTITIES[entity].fields
              if field.kind is not Kind.CUSTOM),
            *(name for owner, name in MADE_OF if owner == entity),
            *(_OF_USERS if entity == "user" else ()),
        }
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Branch:
    """Rows of one place: a pipeline, a stage, or wherever no closer grant of the role speaks."""

    scopes: frozenset[RowScope]
    where: Condition | None = None
    pipeline_id: UUID | None = None
    stage_id: UUID | None = None
    other_pipelines: frozenset[UUID] = frozenset()
    """Pipelines for which the role has grants of their own."""
    other_stages: frozenset[UUID] = frozenset()
    """Stages for which the role has grants of their own."""

    @property
    def is_everything(self) -> bool:
        """Whether all rows are meant."""
        nowhere_else = not (self.other_pipelines or self.other_stages)
        here = self.pipeline_id is None and self.stage_id is None
        return here and nowhere_else and self.where is None and RowScope.ALL in self.scopes


Rows = tuple[tuple[Branch, ...], ...]
"""Rows on which each part has a branch that holds; no parts: all rows."""
EVERY_ROW: Final[Rows] = ()
NO_ROW: Final[Rows] = ((),)


def asks_more(rows: Rows) -> bool:
    """Tell whether rows are told by more than where they stand and who is responsible for them."""
    return any(branch.where is not None for part in rows for branch in part)


def asks_of_observers(rows: Rows) -> bool:
    """Tell whether it matters to rows who observes them."""
    return any(RowScope.OBSERVED in branch.scopes for part in rows for branch in part)


def supposing(rows: Rows, *, observed: bool) -> Rows:
    """Give the rows that would be meant if the viewer observed all of them, or none."""
    return tuple(
        tuple(
            replace(branch, scopes=scopes)
            for branch in part
            if (scopes := _supposed(branch.scopes, observed=observed))
        )
        for part in rows
    )


def _supposed(scopes: frozenset[RowScope], *, observed: bool) -> frozenset[RowScope]:
    if RowScope.OBSERVED not in scopes:
        return scopes
    return scopes | {RowScope.ALL} if observed else scopes - {RowScope.OBSERVED}


class Cell(Enum):
    """How a field may be read where that does not depend on the row."""

    FREE = "free"
    DENIED = "denied"
    OWN = "own"
    """On one's own entry only: of people."""


@dataclass(frozen=True, slots=True)
class Mask:
    """A field that may be read on some rows only: those of any of these alternatives."""

    bits: int
    """Alternatives, as bits."""
    rows: tuple[Rows, ...]


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks, as the scopes of roles see it."""

    user_id: UUID | None = None
    colleagues: tuple[UUID, ...] = ()
    """The people of the viewer's departments."""
    below: tuple[UUID, ...] = ()
    """The people of the viewer's departments and of all below."""


class Rights:
    """What a set of alternatives allows; the same object for the same ones."""

    def __init__(
        self,
        alternatives: Sequence[tuple[Role, ...]],
        custom_fields: Mapping[UUID, tuple[str, str]] | None = None,
        *,
        is_system: bool = False,
    ) -> None:
        """Take the alternatives, each the roles that have to allow something together.

        `custom_fields` are those of the workspace: by id, their entity and code.
        """
        self.alternatives = tuple(alternatives)
        self.custom_fields = custom_fields or {}
        self.is_system = is_system
        self.key = b"everything" if self.is_everything else self._digest()
        """What tells rights apart: equal for rights that allow the same."""
        self.known: dict[Any, Any] = {}
        """What others worked out of the rights, kept with them."""
        self._cells: dict[tuple[str, str], Cell | Mask] = {}
        self._masked: dict[str, bool] = {}
        self._rows: dict[tuple[str, Action], tuple[Rows, ...]] = {}

    @cached_property
    def is_everything(self) -> bool:
        """Whether nothing at all is out of reach."""
        return self.is_system or any(
            all(role.is_administrator for role in roles) for roles in self.alternatives
        )

    def has(self, right: SettingsRight) -> bool:
        """Tell whether something may be set up."""
        return self.is_everything or any(
            all(right in role.settings for role in roles) for roles in self.alternatives
        )

    def rows(self, entity: str, action: Action) -> tuple[Rows, ...]:
        """Give the rows of an entity on which each alternative allows an action, in their order."""
        key = (entity, action)
        found = self._rows.get(key)
        if found is None:
            found = self._rows[key] = tuple(
                _rows_of(roles, entity, action) for roles in self.alternatives
            )
        return found

    def allows(self, entity: str, action: Action) -> bool:
        """Tell whether an action is allowed on any row at all."""
        return self.is_everything or any(rows != NO_ROW for rows in self.rows(entity, action))

    def is_free(self, entity: str, action: Action) -> bool:
        """Tell whether an action is allowed on all rows."""
        return self.is_everything or EVERY_ROW in self.rows(entity, action)

    def cell(self, entity: str, name: str) -> Cell | Mask:
        """Tell how a field may be read."""
        key = (entity, name)
        found = self._cells.get(key)
        if found is None:
            found = self._cells[key] = self._cell(entity, name)
        return found

    def _cell(self, entity: str, name: str) -> Cell | Mask:
        if self.is_everything or entity not in PUBLIC or name in PUBLIC[entity]:
            return Cell.FREE
        declared = ENTITIES[entity].by_name.get(snake(name))
        if declared is not None and declared.kind is Kind.INVERSE:
            pointer = camel(declared.via.removesuffix("_id"))
            if self.cell(declared.target, pointer) is Cell.DENIED:
                return Cell.DENIED  # it would tell what that field holds
        readers = self._granting(entity, name, Action.READ)
        if entity in _OF_PEOPLE:
            if any(rows == EVERY_ROW for _, rows in readers):
                return Cell.FREE
            return Cell.OWN if entity == "user" else Cell.DENIED
        if not readers:
            return Cell.DENIED
        granting = {rows for _, rows in readers}
        everyone = {rows for rows in self.rows(entity, Action.READ) if rows != NO_ROW}
        if EVERY_ROW in granting or granting == everyone:
            return Cell.FREE
        bits = sum(1 << index for index, _ in readers)
        return Mask(bits, tuple(dict.fromkeys(rows for _, rows in readers)))

    @cached_property
    def hides_anything(self) -> bool:
        """Whether some field is out of reach, on all rows or on some."""
        return any(
            self.cell(name, field) is not Cell.FREE for name in PUBLIC for field in self.names(name)
        )

    def names(self, entity: str) -> list[str]:
        """Give the names of all fields of an entity, custom ones as `custom.<code>`."""
        custom = [code for owner, code in self.custom_fields.values() if owner == entity]
        return [*field_names(entity), *(f"custom.{code}" for code in custom)]

    def has_masks(self, entity: str) -> bool:
        """Tell whether some field of an entity may be read on some of its visible rows only."""
        found = self._masked.get(entity)
        if found is None:
            found = self._masked[entity] = any(
                isinstance(self.cell(entity, name), Mask) for name in self.names(entity)
            )
        return found

    def custom_cell(self, field: UUID) -> Cell | Mask:
        """Tell how a custom field may be read; one that nobody knows of may not."""
        if self.is_everything:
            return Cell.FREE
        known = self.custom_fields.get(field)
        return Cell.DENIED if known is None else self.cell(known[0], f"custom.{known[1]}")

    def _digest(self) -> bytes:
        found = blake2b(digest_size=16)
        for roles in self.alternatives:
            for role in roles:
                found.update(len(role.content).to_bytes(8, "big") + role.content)
            found.update(b"\xff")
        for field in sorted(self.custom_fields):
            found.update(field.bytes)
        return found.digest()

    def _granting(self, entity: str, name: str, action: Action) -> list[tuple[int, Rows]]:
        """Give the alternatives that allow an action on some rows and let the field be used."""
        granted_on = "user" if entity in _OF_PEOPLE else entity
        names = (name, *MADE_OF.get((entity, name), ()))
        return [
            (index, rows)
            for index, (roles, rows) in enumerate(
                zip(self.alternatives, self.rows(granted_on, action), strict=True)
            )
            if rows != NO_ROW
            and all(
                role.reads(entity, item) if action is Action.READ else role.writes(entity, item)
                for role in roles
                for item in names
            )
        ]

    def writers(self, entity: str, name: str, action: Action) -> int:
        """Give the alternatives, as bits, that allow an action and let the field be written."""
        return sum(1 << index for index, _ in self._granting(entity, name, action))


def _rows_of(roles: tuple[Role, ...], entity: str, action: Action) -> Rows:
    """Give the rows on which all of some roles allow an action."""
    parts = []
    for role in roles:
        branches = () if role.is_administrator else _branches(role.grants, entity, action)
        if not role.is_administrator and not branches:
            return NO_ROW
        if not any(branch.is_everything for branch in branches) and not role.is_administrator:
            parts.append(branches)
    return tuple(parts)


def _branches(grants: Iterable[Grant], entity: str, action: Action) -> tuple[Branch, ...]:
    """Give the branches of one role that are about any rows, each once."""
    found = (branch for _, branch in placed(grants, entity, action) if branch.scopes)
    return tuple(dict.fromkeys(found))


def placed(grants: Iterable[Grant], entity: str, action: Action) -> list[tuple[Grant, Branch]]:
    """Give the grants of one role on an action with the rows that each is about.

    A stage's grants replace its pipeline's there, a pipeline's those of all places.
    """
    own = [grant for grant in grants if (grant.entity, grant.action) == (entity, action)]
    stages = frozenset(grant.stage_id for grant in own if grant.stage_id is not None)
    pipelines = frozenset(
        grant.pipeline_id
        for grant in own
        if grant.pipeline_id is not None and grant.stage_id is None
    )
    found = []
    for grant in own:
        if grant.stage_id is not None:
            branch = Branch(grant.scopes, grant.where, stage_id=grant.stage_id)
        elif grant.pipeline_id is not None:
            branch = Branch(grant.scopes, grant.where, grant.pipeline_id, other_stages=stages)
        else:
            branch = Branch(
                grant.scopes, grant.where, other_pipelines=pipelines, other_stages=stages
            )
        found.append((grant, branch))
    return found


EVERYTHING: Final = Rights((), is_system=True)
"""The rights of the system itself."""
NOTHING: Final = Rights(())
"""The rights of whoever has no role."""

"""What of a lead goes where when it is converted, as far as the caller may read and write it.

The lead's values become inputs of the API for what is made of it, so that all that holds for
`createContact` and the like holds for a conversion. What the caller may not read is left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from domain.conversion import ITS_OWN, MAPPING, OF_SALES, UNNAMED_COMPANY, LossReason
from domain.fields import Field, Kind, camel
from domain.ids import encode_id
from domain.records import LEAD
from domain.roles import Action
from loaders.rights import shows
from loaders.rows import Row
from resolvers.contact_points import POINT_KINDS
from resolvers.differences import value_as_json
from resolvers.operation import Operation

_ELSEWHERE: Final = ITS_OWN | OF_SALES
_RAW: Final = frozenset({Kind.STRING, Kind.TEXT, Kind.DATE, Kind.BOOLEAN, Kind.INTEGER})


@dataclass(frozen=True, slots=True)
class Kept:
    """A field of the lead that goes somewhere; names as the API has them."""

    field: str
    entity: str
    target: str


@dataclass(frozen=True, slots=True)
class Lost:
    """A field of the lead of which something goes nowhere."""

    field: str
    reason: LossReason


@dataclass(slots=True)
class Plan:
    """Inputs for what is made, by entity, and what becomes of the lead's fields."""

    inputs: dict[str, dict[str, Any]]
    kept: list[Kept] = field(default_factory=list)
    lost: list[Lost] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    """Fields that the caller may not read, whatever they hold."""

    def put(self, entity: str, name: str, key: str, value: Any, source: str) -> None:
        """Let a value of the lead go into a field; `key` is the field's name in inputs."""
        self.inputs[entity][key] = value
        self.keep(source, entity, name)

    def keep(self, source: str, entity: str, name: str) -> None:
        """Note that a field of the lead goes into another one."""
        self.kept.append(Kept(source, entity, name))

    def put_custom(self, entity: str, code: str, value: Any, source: str) -> None:
        """Let a value of the lead go into a custom field."""
        values = self.inputs[entity].setdefault("customValues", [])
        values.append({"code": code, "value": value})
        self.kept.append(Kept(source, entity, f"custom.{code}"))

    def lose(self, source: str, reason: LossReason) -> None:
        """Note that something of a field goes nowhere."""
        self.lost.append(Lost(source, reason))


def may_read(op: Operation, lead: Row, name: str) -> bool:
    """Tell whether the caller may read a field of the lead."""
    return shows(op.actor, lead, op.actor.rights.cell(LEAD.name, name))


def may_write(op: Operation, entity: str, name: str) -> bool:
    """Tell whether the caller may write a field of a new record."""
    rights = op.actor.rights
    return rights.is_everything or bool(rights.writers(entity, name, Action.CREATE))


async def plan_fields(op: Operation, lead: Row, plan: Plan) -> None:
    """Let the lead's own fields go where they belong."""
    for declared in LEAD.fields:
        if not declared.writable or declared.kind is Kind.CUSTOM or declared.name in _ELSEWHERE:
            continue
        name = camel(declared.name)
        if not may_read(op, lead, name):
            plan.unreadable.append(name)
            continue
        value, is_whole = await _value(op, declared, lead)
        if not is_whole:
            plan.lose(name, LossReason.NOT_AVAILABLE)
        if value is not None:
            _place(op, plan, declared, value, is_named=lead.company_title is not None)


def _place(op: Operation, plan: Plan, declared: Field, value: Any, *, is_named: bool) -> None:
    source = camel(declared.name)
    places = [
        (entity, MAPPING[entity][declared.name])
        for entity in plan.inputs
        if declared.name in MAPPING[entity]
    ]
    if declared.name == UNNAMED_COMPANY and "company" in plan.inputs and not is_named:
        places.append(("company", "title"))
    goes = False
    for entity, target in places:
        if may_write(op, entity, camel(target)):
            key = f"{target}_id" if declared.kind is Kind.REFERENCE else target
            key = "observer_ids" if declared.kind is Kind.LINKS else key
            plan.put(entity, camel(target), camel(key), value, source)
            goes = True
    if not goes:
        plan.lose(source, LossReason.NOT_WRITABLE if places else LossReason.NO_FIELD)


async def _value(op: Operation, declared: Field, lead: Row) -> tuple[Any, bool]:
    """Give a field as an input would have it, None for an empty one, and whether that is all."""
    if declared.kind is Kind.POINTS:
        kinds = POINT_KINDS[declared.points]
        points = await op.loaders.points(LEAD.name).load((lead.id, declared.points))
        return [{"value": row.value, "kind": kinds(row.kind)} for row in points] or None, True
    if declared.kind is Kind.LINKS:
        people: Sequence[Row] = await op.loaders.linked(declared).load(lead.id)
        there = [encode_id(row.declared.name, row.id) for row in people if row.is_active]
        return there or None, len(there) == len(people)
    stored = getattr(lead, declared.column)
    if stored is None or stored is False:
        return None, True
    if declared.kind is Kind.REFERENCE:
        row = await op.loaders.one(declared.target).load(stored)
        is_there = row is not None and getattr(row, "is_active", True)
        return (encode_id(declared.target, stored) if is_there else None), is_there
    return (stored if declared.kind in _RAW else value_as_json(declared, lead)), True


def link(op: Operation, plan: Plan, entity: str, name: str, target: Row | None) -> str | None:
    """Let a new record refer to another one; gives the field's name where that is not allowed."""
    if target is None:
        return None
    if not may_write(op, entity, name):
        return name
    plan.inputs[entity][f"{name}Id"] = encode_id(target.declared.name, target.id)
    return None

"""Which custom fields of what is made of a lead take the values of the lead's own.

A field goes where the caller says; else to the field of the same code, else to one of the same
name, always of the same type. What a list offers is found again by its code, else by its text.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final
from uuid import UUID

from domain.conversion import CREATED, LossReason
from domain.custom_fields import CUSTOM_FIELD, CustomFieldType
from domain.errors import Code, UserError
from domain.ids import decode_id, encode_id
from domain.records import LEAD
from loaders.rows import Row
from resolvers.conversion_plan import Plan, may_read, may_write
from resolvers.custom_binding import bound_by, load_bindings
from resolvers.custom_history import custom_as_json
from resolvers.custom_values import TARGETS, parts_of
from resolvers.defined_fields import fields_of
from resolvers.hidden import field_label
from resolvers.operation import Operation

_STAYS: Final = frozenset({CustomFieldType.FILE.value, CustomFieldType.BOOKING.value})
"""Types whose values belong to one record: a file is held by it, time is reserved for it."""
_NO_FIELD: Final = LossReason.NO_FIELD


@dataclass(slots=True)
class _Target:
    """The custom fields of one thing that is made, and which of them are taken."""

    entity: str
    fields: list[Row]
    chosen: dict[str, str | None]
    """By codes of the lead's fields: the code that the caller says; None: nowhere."""
    taken: set[UUID] = field(default_factory=set)
    shown: frozenset[UUID] = frozenset()
    """The fields that the new record will show."""

    def find(self, source: Row) -> Row | None:
        """Give the field that takes the values of one of the lead's."""
        free = [row for row in self.fields if row.id not in self.taken and _is_like(row, source)]
        if source.code in self.chosen:
            code = self.chosen[source.code]
            return next((row for row in free if row.code == code), None)
        reserved = set(self.chosen.values())
        free = [row for row in free if row.code not in reserved]
        by_code = next((row for row in free if row.code == source.code), None)
        return by_code or next((row for row in free if row.name == source.name), None)


def _is_like(row: Row, source: Row) -> bool:
    """Tell whether a field can hold what another one holds."""
    if (row.type, row.is_multiple) != (source.type, source.is_multiple):
        return False
    names = ("dictionary", "catalog")
    return all(row.settings.get(name) == source.settings.get(name) for name in names)


async def plan_custom(
    op: Operation, lead: Row, plan: Plan, chosen: Sequence[Mapping[str, Any]], pipeline: UUID | None
) -> None:
    """Let the lead's custom values go where they belong; `pipeline` is that of the new deal."""
    sources = await fields_of(op, LEAD.name)
    targets = [
        _Target(
            entity,
            await fields_of(op, entity),
            {item["from"]: item.get("to") for item in chosen if _entity(item) == entity},
        )
        for entity in plan.inputs
    ]
    bindings = await load_bindings(op, [row for target in targets for row in target.fields])
    for target in targets:
        target.shown = frozenset(
            row.id
            for row in target.fields
            if not bound_by(row) or pipeline in bindings.get(row.id, (pipeline,))
        )
    # Equal codes come first, wherever they stand: a name takes what no code has taken.
    sources = sorted(sources, key=lambda row: not any(_has_code(item, row) for item in targets))
    for source in sources:
        name = f"custom.{source.code}"
        if not may_read(op, lead, name):
            plan.unreadable.append(name)
            continue
        stored = lead.custom.get(str(source.id))
        if stored is not None:
            await _place(op, plan, source, stored, targets)


def _entity(item: Mapping[str, Any]) -> str:
    return str(item["entity"].value.lower())


def _has_code(target: _Target, source: Row) -> bool:
    return any(row.code == source.code and _is_like(row, source) for row in target.fields)


async def _place(
    op: Operation, plan: Plan, source: Row, stored: Any, targets: Sequence[_Target]
) -> None:
    reasons: list[LossReason] = []
    goes = False
    for target in targets:
        found = target.find(source)
        if found is None or found.id not in target.shown:
            continue
        target.taken.add(found.id)
        if not may_write(op, target.entity, f"custom.{found.code}"):
            reasons.append(LossReason.NOT_WRITABLE)
            continue
        value, is_whole = await _carried(op, source, found, stored)
        if value is not None:
            plan.put_custom(target.entity, found.code, value, f"custom.{source.code}")
            goes = True
        if not is_whole:
            reasons.append(LossReason.NOT_AVAILABLE)
    if not goes or LossReason.NOT_AVAILABLE in reasons:
        plan.lose(f"custom.{source.code}", reasons[-1] if reasons else _NO_FIELD)


async def _carried(op: Operation, source: Row, target: Row, stored: Any) -> tuple[Any, bool]:
    """Give a value as the other field's input would have it, and whether that is all of it."""
    if source.type in _STAYS:
        return None, False
    parts = parts_of(stored)
    if source.type == CustomFieldType.LIST.value:
        carried = await _same_options(op, source, target, parts)
    else:
        there = await _still_there(op, source, parts)
        carried = [custom_as_json(source, part) for part in there]
    is_whole = len(carried) == len(parts)
    if source.is_multiple:
        return carried or None, is_whole
    return (carried[0] if carried else None), is_whole


async def _same_options(op: Operation, source: Row, target: Row, parts: Sequence[str]) -> list[str]:
    """Give the options of the other field that are what the chosen ones are."""
    own, others = await op.loaders.children(CUSTOM_FIELD.get("options")).load_batch(
        [source.id, target.id]
    )
    chosen = {str(option.id): option for option in own}
    by_code = {option.code: option for option in others}
    by_text = {option.value: option for option in others}
    found = []
    for part in parts:
        option = chosen.get(part)
        same = option and (by_code.get(option.code) or by_text.get(option.value))
        if same:
            found.append(encode_id("custom_field_option", same.id))
    return found


async def _still_there(op: Operation, source: Row, parts: Sequence[Any]) -> list[Any]:
    """Leave out references to what is gone or not the caller's to read."""
    kind = CustomFieldType(source.type)
    found = []
    for part in parts:
        if kind is CustomFieldType.RECORD:
            target, key = decode_id(part)
        elif kind in TARGETS:
            target, key = TARGETS[kind], UUID(part)
        else:
            found.append(part)
            continue
        row = await op.loaders.one(target).load(key)
        if row is not None and getattr(row, "is_active", True):
            found.append(part)
    return found


async def check_map(op: Operation, chosen: Sequence[Mapping[str, Any]]) -> list[UserError]:
    """Tell what is wrong with the places that the caller says for custom fields."""
    own = {row.code: row for row in await fields_of(op, LEAD.name)}
    errors: list[UserError] = []
    seen: set[tuple[str, str, str]] = set()
    for index, item in enumerate(chosen):
        entity, to = _entity(item), item.get("to")
        others = {row.code: row for row in await fields_of(op, entity)}
        wrong = _wrong_place(op, item, own, others)
        ends = {(entity, "from", item["from"]), *([(entity, "to", to)] if to else [])}
        if wrong is None and not seen.isdisjoint(ends):
            wrong = UserError(Code.DUPLICATE, "given_twice", ("from",))
        seen |= ends
        if wrong is not None:
            errors.append(replace(wrong, path=("fieldMap", str(index), *wrong.path)))
    return errors


def _wrong_place(
    op: Operation, item: Mapping[str, Any], own: Mapping[str, Row], others: Mapping[str, Row]
) -> UserError | None:
    entity, source, to = _entity(item), item["from"], item.get("to")
    if entity not in CREATED:
        return UserError(Code.INVALID, "not_converted_to", ("entity",))
    if source not in own:
        return UserError(Code.NOT_FOUND, "no_custom_field", ("from",), {"name": source[:50]})
    if to is None:
        return None
    if to not in others:
        return UserError(Code.NOT_FOUND, "no_custom_field", ("to",), {"name": to[:50]})
    if not _is_like(others[to], own[source]):
        return UserError(Code.INVALID, "field_of_another_type", ("to",))
    if not may_write(op, entity, f"custom.{to}"):
        label = field_label(entity, f"custom.{to}")
        return UserError(Code.FORBIDDEN, "field_fixed", ("to",), {"name": label})
    return None

"""Works out what the survivor of a merge holds, field by field, and where somebody must choose.

Values go from the other records into a change of the survivor as they are stored, so all that holds
for `updateContact` and the like holds for a merge as well.
"""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, field
from typing import Any, Final
from uuid import UUID

from domain.custom_fields import MAX_LENGTH, CustomFieldType
from domain.fields import Entity, Field, Kind, camel
from domain.merges import (
    ChoiceNeededError,
    comparable,
    is_chosen,
    is_united,
    merge_lists,
    merge_texts,
    merge_values,
    same_value,
)
from domain.money import Money
from domain.product_rows import ProductRow
from domain.records import PRIMARY_OF
from loaders.rows import Row
from resolvers.custom_binding import bound_by, load_bindings
from resolvers.custom_history import custom_as_json
from resolvers.custom_targets import targets_of
from resolvers.custom_values import parts_of
from resolvers.defined_fields import fields_of
from resolvers.item_values import RowInput
from resolvers.operation import Operation
from resolvers.product_rows import ROWS
from resolvers.values import ListEdit, Point, Values

_AMOUNT: Final = "amount"


@dataclass(frozen=True, slots=True)
class Side:
    """One of the records that become one: its row, and its lists by name."""

    row: Row
    lists: Mapping[str, tuple[Any, ...]]

    @property
    def rows(self) -> Sequence[ProductRow]:
        """Its product rows."""
        return self.lists.get(ROWS, ())


@dataclass(slots=True)
class Union:
    """What several records are as one: a change of the first, and the fields to choose."""

    sides: Sequence[Side]
    choices: Mapping[str, UUID]
    """By field, as the API names it: the record whose value it gets."""
    values: Values
    open: list[str] = field(default_factory=list)
    """The fields that somebody has to choose a value of."""
    taken: set[UUID] = field(default_factory=set)
    """What the values that are taken over point to."""
    files: list[tuple[UUID, Row]] = field(default_factory=list)
    """Files that the survivor takes over, each with the custom field that holds it."""

    def chosen(self, name: str) -> Side | None:
        """Give the record that is chosen for a field."""
        key = self.choices.get(name)
        return next((side for side in self.sides if side.row.id == key), None)


async def unite(op: Operation, entity: Entity, union: Union) -> None:
    """Work out the change of the survivor, which is the first side."""
    for declared in entity.fields:
        if is_chosen(declared):
            _unite_field(entity, declared, union)
    if ROWS in entity.by_name:
        _unite_sales(entity, union)
    await _unite_custom(op, entity, union)
    union.values.taken = frozenset(union.taken)


def _unite_field(entity: Entity, declared: Field, union: Union) -> None:
    own = [_value(declared, side, union) for side in union.sides]
    chosen = union.chosen(camel(declared.name))
    try:
        if chosen is not None:
            value = _value(declared, chosen, union)
        elif is_united(declared):
            value = _united(declared, own)
        elif (entity.name, declared.name) in PRIMARY_OF:
            # The others stay on the list of which this is the main one.
            value = next((one for one in own if one is not None), None)
        else:
            value = merge_values(declared, own)
    except ChoiceNeededError:
        union.open.append(camel(declared.name))
        return
    if value != own[0]:
        union.values.given[declared.name] = value
        if declared.kind is Kind.REFERENCE and value is not None:
            union.taken.add(value)
        elif declared.kind is Kind.LINKS:
            union.taken.update(value)


def _value(declared: Field, side: Side, union: Union) -> Any:
    """Give a field of a record as an input would have it."""
    if declared.kind is Kind.POINTS and side is not union.sides[0]:
        return tuple(Point(point.value, point.kind) for point in side.lists[declared.name])
    if declared.kind is Kind.REQUISITES and side is not union.sides[0]:
        return tuple(item.content() for item in side.lists[declared.name])
    if is_united(declared):
        return side.lists[declared.name]
    value = getattr(side.row, declared.column)
    if declared.kind is Kind.MONEY and value is not None:
        return Money(value, getattr(side.row, f"{declared.name}_currency"))
    if declared.target == side.row.declared.name and any(
        value == other.row.id for other in union.sides
    ):
        return None  # none of them stands above itself
    return value


def _united(declared: Field, lists: Sequence[Sequence[Any]]) -> tuple[Any, ...]:
    if declared.kind is Kind.POINTS:
        return merge_lists(lists, key=lambda point: point.value)
    if declared.kind is Kind.EXTERNAL_IDS:
        # A record has one id in each system; by the others it is found all the same.
        return tuple(
            sorted(
                merge_lists(lists, key=lambda item: item.system),
                key=lambda item: (item.system, item.value),
            )
        )
    if declared.kind is Kind.REQUISITES:
        return merge_lists(lists, key=lambda item: comparable(astuple(item.content())))
    return merge_lists(lists)


def _unite_sales(entity: Entity, union: Union) -> None:
    """Unite the product rows; the amount follows them, unless it is set by hand."""
    values, first = union.values, union.sides[0]
    holders = [side for side in union.sides if side.rows]
    chosen = union.chosen("productRows")
    holders = holders if chosen is None else [side for side in holders if side is chosen]
    main = first if first.rows and first in holders else (holders or [first])[0]
    currency = main.row.amount_currency
    if any(side.row.amount_currency != currency for side in holders):
        union.open.append("productRows")
        return
    if chosen is not None and chosen is not first:
        values.given[ROWS] = _copies([chosen])
    elif chosen is None and (added := _copies([s for s in holders if s is not first])):
        values.edits[ROWS] = ListEdit(added)
    if holders and currency != first.row.amount_currency:
        values.given["currency"] = currency
    _unite_amounts(entity, union, has_rows=bool(holders))


def _copies(sides: Sequence[Side]) -> tuple[RowInput, ...]:
    return tuple(RowInput(None, {}, row.content()) for side in sides for row in side.rows)


def _unite_amounts(entity: Entity, union: Union, *, has_rows: bool) -> None:
    first, chosen = union.sides[0], union.chosen(_AMOUNT)
    own = {side.row.id: _money(side) for side in union.sides if _is_by_hand(side)}
    if chosen is None and first.rows and not first.row.is_amount_manual:
        return  # it is the sum of the rows
    try:
        value = same_value(list(own.values())) if chosen is None else _money(chosen)
    except ChoiceNeededError:
        union.open.append(_AMOUNT)
        return
    source = chosen or next((side for side in union.sides if own.get(side.row.id) == value), None)
    if value is None or source is None or source is first:
        return
    union.values.given[_AMOUNT] = value
    union.values.given.pop("currency", None)
    if "tax" in entity.by_name and source.row.tax is not None:
        union.values.given["tax"] = Money(source.row.tax, source.row.tax_currency)
    if has_rows:
        union.values.given["is_amount_manual"] = True


def _is_by_hand(side: Side) -> bool:
    return side.row.amount is not None and (side.row.is_amount_manual or not side.rows)


def _money(side: Side) -> Money | None:
    if side.row.amount is None:
        return None
    return Money(side.row.amount, side.row.amount_currency)


async def _unite_custom(op: Operation, entity: Entity, union: Union) -> None:
    first, given = union.sides[0], []
    fields = await fields_of(op, entity.name)
    bindings = await load_bindings(op, fields)
    for row in fields:
        where = getattr(first.row, bound_by(row)) if bound_by(row) else None
        if where not in bindings.get(row.id, (where,)):
            continue  # the survivor does not show it
        own = [_parts(row, side) for side in union.sides]
        chosen = union.chosen(f"custom.{row.code}")
        try:
            value = _parts(row, chosen) if chosen is not None else _custom_value(row, own)
        except ChoiceNeededError:
            union.open.append(f"custom.{row.code}")
            continue
        if value != own[0]:
            given.append({"code": row.code, "value": value})
            _take(row, value, union)
    if given:
        union.values.given["custom_values"] = given


def _parts(row: Row, side: Side) -> Any:
    """Give a custom value as an input would have it."""
    value = custom_as_json(row, side.row.custom.get(str(row.id)))
    if row.type != CustomFieldType.BOOKING.value:
        return value
    bare = [{name: part[name] for name in part if name != "id"} for part in parts_of(value)]
    return (bare or None) if row.is_multiple else (bare[0] if bare else None)


def _custom_value(row: Row, own: Sequence[Any]) -> Any:
    if row.is_multiple:
        return list(merge_lists([parts_of(value) for value in own])) or None
    kind = CustomFieldType(row.type)
    if kind is CustomFieldType.TEXT:
        return merge_texts(own, row.settings.get("maxLength", MAX_LENGTH[kind]))
    return same_value(own)


def _take(row: Row, value: Any, union: Union) -> None:
    """Note what the values that are taken over point to, and the files that go with them."""
    kind, kept = CustomFieldType(row.type), parts_of(value)
    for side in union.sides[1:]:
        for part in parts_of(side.row.custom.get(str(row.id))):
            union.taken.update(key for (_, key), _ in targets_of(kind, part))
            if kind is CustomFieldType.FILE and custom_as_json(row, part) in kept:
                union.files.append((UUID(part), row))

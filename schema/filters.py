"""Read `where`, `orderBy` and `search` arguments into the trees of `domain/filters.py`."""

from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import Any, Final

from domain.activities import activities_of
from domain.conditions import EXTERNAL_FIELDS, ID_FIELDS, POINT_FIELDS, ROW_FIELDS
from domain.custom_fields import named_key
from domain.entities import ENTITIES
from domain.errors import BadInputError
from domain.fields import Entity, Field, Kind, camel
from domain.filters import (
    And,
    Compare,
    Condition,
    Direction,
    NamedCustom,
    Not,
    Op,
    Or,
    OrderKey,
    Quantifier,
    Related,
    ViewerValue,
)
from domain.ids import InvalidIdError, decode_id
from domain.people import USER

MAX_ORDER_KEYS: Final = 5
MAX_ORDER_STEPS: Final = 2
"""A key is a field of the record itself or of what it points to, no further."""
MAX_WORDS: Final = 10
_LONGEST_TEXT: Final = 1_000
_PAIR: Final = 2
_SPAN: Final = frozenset({"from", "to"})
Path = tuple[str, ...]
Raw = Mapping[str, Any]


def read_where(entity: Entity, raw: Raw | None, path: Path = ("where",)) -> Condition:
    """Read a filter; raises BadInputError with the path of what makes no sense."""
    if raw is None:
        return And(())
    parts: list[Condition] = []
    for name, value in raw.items():
        here = (*path, name)
        if value is None:
            raise BadInputError("null_in_filter", here)
        parts.append(_read_part(entity, name, value, here))
    return parts[0] if len(parts) == 1 else And(tuple(parts))


def _read_part(entity: Entity, name: str, value: Any, path: Path) -> Condition:
    match name:
        case "and":
            return And(_each(entity, value, path))
        case "or":
            return Or(_each(entity, value, path))
        case "not":
            return Not(read_where(entity, value, path))
        case "custom":
            return _custom(entity, value, path)
        case "id":
            return _operators(ID_FIELDS[entity.name], value, path)
        case "inTree":
            return Compare(ID_FIELDS[entity.name], Op.IN_TREE, _ids(entity.name, value, path))
    return _read_field(entity, name, value, path)


def _custom(entity: Entity, raw: Raw, path: Path) -> Condition:
    """Read conditions on custom fields, whose types the schema of the workspace has checked."""
    parts: list[Condition] = []
    for code in raw:
        operators = _given(raw, code, path)
        for key in operators:
            value, here = _given(operators, key, (*path, code)), (*path, code, key)
            if key in {"some", "none"}:
                tests = tuple((op, frozen(value[op], (*here, op))) for op in value)
                parts.append(NamedCustom(entity.name, code, tests, Quantifier(key), here))
            else:
                tests = ((key, frozen(value, here)),)
                parts.append(NamedCustom(entity.name, code, tests, None, here))
    return And(tuple(parts))


def frozen(value: Any, path: Path) -> Any:
    """Give a value of a condition as one that can be looked up by; raises BadInputError."""
    if value is None:
        raise BadInputError("null_in_filter", path)
    if isinstance(value, dict) and value.keys() == _SPAN:
        value = [value["from"], value["to"]]
    if isinstance(value, dict):
        raise BadInputError("expected", path, expected="a value", found="an object")
    if isinstance(value, list | tuple):
        return tuple(frozen(item, (*path, str(index))) for index, item in enumerate(value))
    return value


def _each(entity: Entity, values: Sequence[Raw], path: Path) -> tuple[Condition, ...]:
    return tuple(
        read_where(entity, value, (*path, str(index))) for index, value in enumerate(values)
    )


def _read_field(entity: Entity, name: str, value: Any, path: Path) -> Condition:
    declared, part = FILTER_FIELDS[entity.name][name]
    if part:
        return _operators(declared, value, path, part="" if part == "id" else part)
    match declared.kind:
        case Kind.REFERENCE:
            target = ENTITIES[declared.target]
            return Related(declared, read_where(target, value, path))
        case Kind.INVERSE | Kind.LINKS:
            target = ENTITIES[declared.target]
            return _quantified(
                declared, value, path, lambda raw, here: read_where(target, raw, here)
            )
        case Kind.POINTS:
            return _quantified(
                declared, value, path, lambda raw, here: _values(POINT_FIELDS, raw, here)
            )
        case Kind.EXTERNAL_IDS:
            return _quantified(
                declared, value, path, lambda raw, here: _values(EXTERNAL_FIELDS, raw, here)
            )
        case Kind.ROWS:
            return _quantified(declared, value, path, _of_row)
        case Kind.ADDRESS | Kind.UTM:
            parts = [
                _operators(declared, _given(value, key, path), (*path, key), part=key)
                for key in value
            ]
            return And(tuple(parts))
        case _:
            return _operators(declared, value, path)


def _given(raw: Raw, key: str, path: Path) -> Any:
    if raw[key] is None:
        raise BadInputError("null_in_filter", (*path, key))
    return raw[key]


def _quantified(
    declared: Field, raw: Raw, path: Path, read: Callable[[Raw, Path], Condition]
) -> Condition:
    parts = [
        Related(declared, read(_given(raw, key, path), (*path, key)), Quantifier(key))
        for key in raw
    ]
    return parts[0] if len(parts) == 1 else And(tuple(parts))


def _values(fields: Mapping[str, Field], raw: Raw, path: Path) -> Condition:
    return And(tuple(_operators(fields[key], _given(raw, key, path), (*path, key)) for key in raw))


def _of_row(raw: Raw, path: Path) -> Condition:
    """Read conditions on a product row: on the product by its id, and by what it is."""
    product, parts = ROW_FIELDS["product"], []
    for key in raw:
        given, here = _given(raw, key, path), (*path, key)
        if key == "productId":
            parts.append(_operators(product, given, here))
        else:
            where = read_where(ENTITIES[product.target], given, here)
            parts.append(Related(product, where))
    return And(tuple(parts))


def _operators(declared: Field, raw: Raw, path: Path, part: str = "") -> Condition:
    found = [
        Compare(declared, Op(key), _operand(declared, Op(key), _given(raw, key, path),
                                            (*path, key)), part)
        for key in raw
    ]  # fmt: skip
    if declared.kind is Kind.MONEY and not part:
        return And(tuple(_of_rated(compare) for compare in found))
    return found[0] if len(found) == 1 else And(tuple(found))


def _of_rated(compare: Compare) -> Condition:
    """Keep an amount without a rate, which has no base amount, from passing for an empty one."""
    empty = Compare(compare.field, Op.IS_NULL, True, "currency")
    if compare.op is Op.IS_NULL and compare.value:
        return And((compare, empty))
    if compare.op is Op.NE:
        return And((compare, Or((Compare(compare.field, Op.IS_NULL, False), empty))))
    return compare


def _operand(declared: Field, op: Op, value: Any, path: Path) -> Any:
    if op is Op.IS_NULL:
        return value
    if op in {Op.IN, Op.NOT_IN, Op.IN_TREE}:
        if declared.kind is Kind.REFERENCE:
            return _ids(declared.target, value, path)
        return tuple(_scalar(item, (*path, str(index))) for index, item in enumerate(value))
    if op is Op.BETWEEN:
        if len(value) != _PAIR:
            raise BadInputError("between_takes_two", path)
        return tuple(_scalar(item, (*path, str(index))) for index, item in enumerate(value))
    if declared.kind is Kind.REFERENCE:
        return _id(declared.target, value, path)
    return _scalar(value, path)


def _scalar(value: Any, path: Path) -> Any:
    if value is None:
        raise BadInputError("null_in_filter", path)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, str):
        return checked_text(value, path)
    return value


def checked_text(value: str, path: Path) -> str:
    """Check a text that is compared or searched for; raises BadInputError."""
    if len(value) > _LONGEST_TEXT:
        raise BadInputError("text_too_long", path, limit=_LONGEST_TEXT)
    if "\x00" in value or any("\ud800" <= char <= "\udfff" for char in value):
        raise BadInputError("bad_characters", path)
    return value


def _ids(target: str, values: Sequence[Any], path: Path) -> tuple[Any, ...]:
    return tuple(read_id(target, item, (*path, str(index))) for index, item in enumerate(values))


def _id(target: str, value: Any, path: Path) -> Any:
    """Read one id; of people, `viewer` stands for whoever asks."""
    if target == USER.name and value == ViewerValue.ID.value:
        return ViewerValue.ID
    return read_id(target, value, path)


def read_id(target: str, value: Any, path: Path) -> Any:
    """Read an id of an entity; raises BadInputError for an id of another type."""
    if value is None:
        raise BadInputError("null_in_filter", path)
    try:
        prefix, found = decode_id(str(value))
    except InvalidIdError as error:
        raise BadInputError("invalid_id", path, target=target) from error
    if prefix != target:
        raise BadInputError("id_of_another_type", path, target=target, found=prefix[:30])
    return found


def _filter_names(entity: Entity) -> dict[str, tuple[Field, str]]:
    names: dict[str, tuple[Field, str]] = {}
    for declared in entity.fields:
        name = camel(declared.name)
        names[name] = (declared, "")
        if declared.kind is Kind.MONEY:
            names[camel(f"{declared.name}_currency")] = (declared, "currency")
        elif declared.kind is Kind.REFERENCE:
            names[camel(f"{declared.name}_id")] = (declared, "id")
    if entity.is_record:
        names["activities"] = (activities_of(entity.name), "")
    return names


FILTER_FIELDS: Final = {name: _filter_names(entity) for name, entity in ENTITIES.items()}
"""By entity: name in filters -> field and, where the name is of a part of it, that part."""


def read_order(
    entity: Entity, raw: Sequence[Raw] | None, path: Path = ("orderBy",)
) -> tuple[OrderKey, ...]:
    """Read an order; raises BadInputError for too many keys or one given twice."""
    keys: list[OrderKey] = []
    for index, item in enumerate(raw or ()):
        key = _read_key(entity, item, ())
        if len(key.path) > MAX_ORDER_STEPS:
            raise BadInputError("order_too_deep", (*path, str(index)))
        if any(known.path == key.path for known in keys):
            raise BadInputError("order_key_twice", (*path, str(index)))
        keys.append(key)
    if len(keys) > MAX_ORDER_KEYS:
        raise BadInputError("too_many_order_keys", path, limit=MAX_ORDER_KEYS)
    return tuple(keys)


def _read_key(entity: Entity, raw: Raw, path: tuple[Field, ...]) -> OrderKey:
    ((name, value),) = raw.items()
    if name == "custom":
        ((code, direction),) = value.items()
        return OrderKey((*path, named_key(entity.name, code)), direction)
    declared = FILTER_FIELDS[entity.name][name][0]
    if isinstance(value, Direction):
        return OrderKey((*path, declared), value)
    return _read_key(ENTITIES[declared.target], value, (*path, declared))


def read_search(text: str | None, path: Path = ("search",)) -> tuple[str, ...]:
    """Split a search text into its words; raises BadInputError for too many."""
    words = tuple(dict.fromkeys(checked_text(text or "", path).split()))
    if len(words) > MAX_WORDS:
        raise BadInputError("too_many_words", path, limit=MAX_WORDS)
    return words


def mentions(entity: Entity, raw: Raw | None, name: str) -> bool:
    """Tell whether a filter speaks of a field at its top, or within and, or, not."""
    if raw is None:
        return False
    if name in raw:
        return True
    inner = [*(raw.get("and") or ()), *(raw.get("or") or ()), raw.get("not")]
    return any(mentions(entity, part, name) for part in inner)

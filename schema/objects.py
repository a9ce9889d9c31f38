"""The object types of the API, derived from the declarations: one field factory for each kind."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

import strawberry

from domain.entities import ENTITIES
from domain.fields import Entity, Field, Kind
from domain.ids import encode_id
from domain.records import COMMON_FIELDS
from loaders.loaders import is_short
from schema.classes import OBJECTS, Record
from schema.connection import connection_field
from schema.context import Info, operation
from schema.extras import EXTRA_FIELDS
from schema.scalars import CurrencyCode
from schema.signatures import list_of, returns
from schema.values import PART_TYPES, POINT_TYPES, ExternalId, Money

_PLAIN: Final[dict[Kind, Any]] = {
    Kind.STRING: str,
    Kind.TEXT: str,
    Kind.EMAIL: str,
    Kind.COLOR: str,
    Kind.CURRENCY: CurrencyCode,
    Kind.INTEGER: int,
    Kind.BOOLEAN: bool,
    Kind.DECIMAL: Decimal,
    Kind.DATE: date,
    Kind.DATETIME: datetime,
}


def _reader(declared: Field, entity: str) -> tuple[Callable[..., Any] | None, Any]:
    """Give the resolver of a field (None: the row's own attribute) and what it returns."""
    match declared.kind:
        case Kind.REFERENCE:
            return _reference(declared), OBJECTS[declared.target]
        case Kind.LINKS | Kind.INVERSE:
            return _short_list(declared), list_of(OBJECTS[declared.target])
        case Kind.POINTS:
            return _points(declared, entity), list_of(POINT_TYPES[declared.points])
        case Kind.EXTERNAL_IDS:
            return _external_ids(entity), list[ExternalId]
        case Kind.MONEY:
            return _money(declared), Money
        case Kind.ADDRESS | Kind.UTM:
            return None, PART_TYPES[declared.kind]
        case Kind.ENUM:
            return _enum(declared), declared.enum
        case Kind.RANK:
            return _rank(declared), str
        case _:
            return None, _PLAIN[declared.kind]


def _reference(declared: Field) -> Callable[..., Any]:
    async def read(root: Any, info: Info) -> Any:
        key = getattr(root, declared.column)
        return None if key is None else await operation(info).loaders.one(declared.target).load(key)

    return read


def _short_list(declared: Field) -> Callable[..., Any]:
    async def read(root: Any, info: Info) -> Any:
        loaders = operation(info).loaders
        inverse = declared.kind is Kind.INVERSE
        loader = loaders.children(declared) if inverse else loaders.linked(declared)
        return await loader.load(root.id)

    return read


def _points(declared: Field, entity: str) -> Callable[..., Any]:
    async def read(root: Any, info: Info) -> Any:
        return await operation(info).loaders.points(entity).load((root.id, declared.points))

    return read


def _external_ids(entity: str) -> Callable[..., Any]:
    async def read(root: Any, info: Info) -> Any:
        name = entity or root.declared.name
        return await operation(info).loaders.external_ids(name).load(root.id)

    return read


def _money(declared: Field) -> Callable[..., Any]:
    currency = f"{declared.name}_currency"

    def read(root: Any) -> Any:
        amount = getattr(root, declared.name)
        return None if amount is None else Money(amount=amount, currency=getattr(root, currency))

    return read


def _enum(declared: Field) -> Callable[..., Any]:
    enum: Any = declared.enum

    def read(root: Any) -> Any:
        return enum(getattr(root, declared.name))

    return read


def _rank(declared: Field) -> Callable[..., Any]:
    def read(root: Any) -> str:
        return str(getattr(root, declared.name))

    return read


_LISTS: Final = frozenset({Kind.LINKS, Kind.INVERSE, Kind.POINTS, Kind.EXTERNAL_IDS})


def _add_field(cls: Any, declared: Field, entity: Entity | None) -> None:
    name = entity.name if entity is not None else ""
    if declared.kind in {Kind.LINKS, Kind.INVERSE} and not is_short(declared):
        setattr(
            cls,
            declared.name,
            connection_field(ENTITIES[declared.target], declared.doc, declared, name),
        )
        return
    resolver, annotation = _reader(declared, name)
    always = declared.always or declared.kind in _LISTS
    if resolver is None:
        cls.__annotations__[declared.name] = annotation if always else annotation | None
        setattr(cls, declared.name, strawberry.field(description=declared.doc))
        return
    shown = annotation if always else annotation | None
    setattr(
        cls,
        declared.name,
        strawberry.field(resolver=returns(resolver, shown), description=declared.doc),
    )


def _id_field(prefix: Callable[[Any], str]) -> Any:
    def read(root: Any) -> strawberry.ID:
        return strawberry.ID(encode_id(prefix(root), root.id))

    return strawberry.field(resolver=read, description="Global id; it says the type.")


def _fill(entity: Entity) -> None:
    cls = OBJECTS[entity.name]
    cls.__annotations__ = {}
    cls.id = _id_field(lambda _root: entity.name)
    cls.is_type_of = classmethod(lambda _cls, obj, _info: getattr(obj, "declared", None) is entity)
    for declared in entity.fields:
        _add_field(cls, declared, entity)
    for name, made in EXTRA_FIELDS.get(entity.name, {}).items():
        setattr(cls, name, made)
    strawberry.type(cls, description=entity.doc)


def _fill_record() -> None:
    Record.__annotations__ = {}
    Record.id = _id_field(lambda root: root.declared.name)
    for declared in COMMON_FIELDS:
        _add_field(Record, declared, None)
    strawberry.interface(Record, description="What leads, contacts, companies and deals share.")


_fill_record()
for _entity in ENTITIES.values():
    _fill(_entity)

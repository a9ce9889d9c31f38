"""The object types of the API, derived from the declarations: one field factory for each kind."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import strawberry

from auth.rights import PUBLIC
from domain.entities import ENTITIES
from domain.fields import LIST_KINDS, Entity, Field, Kind, camel
from domain.ids import encode_id
from domain.records import COMMON_FIELDS
from loaders.loaders import is_short
from loaders.rows import values_of
from schema.activity_fields import ACTIVITIES
from schema.classes import OBJECTS, Record
from schema.comments import PINNED_COMMENTS
from schema.connection import connection_field
from schema.context import Context, running
from schema.custom_fields import custom_values_field
from schema.execution.reading import BatchReader, IdOf, NowReader, batched_field, plain_field
from schema.extras import EXTRA_FIELDS
from schema.goods import ProductPrice, ProductRow, read_prices, rows_reader
from schema.record_access import ACCESS
from schema.requisites import RequisiteType, requisites_reader
from schema.scalars import JSON, CurrencyCode
from schema.signatures import list_of
from schema.timeline import TIMELINE
from schema.values import ID_TEXT, PART_TYPES, POINT_TYPES, ExternalId, Money

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
    Kind.JSON: JSON,
}


_ITEMS: Final[dict[Kind, Any]] = {
    Kind.EXTERNAL_IDS: list[ExternalId],
    Kind.ROWS: list_of(ProductRow),
    Kind.PRICES: list_of(ProductPrice),
    Kind.REQUISITES: list_of(RequisiteType),
}


def _declare(declared: Field, entity: str, annotation: Any) -> Any:
    """Declare how a field is read."""
    match declared.kind:
        case Kind.REFERENCE:
            return batched_field(
                declared.doc,
                annotation,
                (declared.column,),
                _references(declared),
                follows=declared,
                now=_known_references(declared),
            )
        case Kind.LINKS | Kind.INVERSE:
            return batched_field(declared.doc, annotation, ("id",), _short_lists(declared))
        case kind if kind is Kind.POINTS or kind in _ITEMS:
            return batched_field(declared.doc, annotation, ("id",), _beside(declared, entity))
        case Kind.CURRENCY:
            return plain_field(declared.doc, annotation, (declared.column,))
        case Kind.MONEY:
            return plain_field(
                declared.doc,
                annotation,
                declared.columns[:2],
                combine=_money,
                parts=("amount", "currency"),
            )
        case Kind.ENUM:
            return plain_field(declared.doc, annotation, (declared.name,), convert=declared.enum)
        case Kind.RANK:
            return plain_field(declared.doc, annotation, (declared.name,), convert=str)
        case _:
            return strawberry.field(description=declared.doc)


def _type(declared: Field) -> Any:
    match declared.kind:
        case Kind.REFERENCE:
            return OBJECTS[declared.target]
        case Kind.LINKS | Kind.INVERSE:
            return list_of(OBJECTS[declared.target])
        case Kind.POINTS:
            return list_of(POINT_TYPES[declared.points])
        case kind if kind in _ITEMS:
            return _ITEMS[declared.kind]
        case Kind.MONEY:
            return Money
        case Kind.ADDRESS | Kind.UTM:
            return PART_TYPES[declared.kind]
        case Kind.ENUM:
            return declared.enum
        case Kind.RANK:
            return str
        case _:
            return _PLAIN[declared.kind]


def _references(declared: Field) -> BatchReader:
    column, target = declared.column, declared.target

    async def read(context: Context, sources: Sequence[Any]) -> Sequence[Any]:
        keys = values_of(sources, column)
        there = [key for key in keys if key is not None]
        if not there:
            return keys
        rows = iter(await running(context).loaders.one(target).load_batch(there))
        return [None if key is None else next(rows) for key in keys]

    return read


def _known_references(declared: Field) -> NowReader:
    column, target = declared.column, declared.target

    def read(context: Context, sources: Sequence[Any]) -> Sequence[Any] | None:
        keys = values_of(sources, column)
        there = [key for key in keys if key is not None]
        known = running(context).loaders.one(target).known(there)
        if known is None:
            return None
        rows = iter(known)
        return [None if key is None else next(rows) for key in keys]

    return read


def _short_lists(declared: Field) -> BatchReader:
    async def read(context: Context, sources: Sequence[Any]) -> Sequence[Any]:
        loaders = running(context).loaders
        inverse = declared.kind is Kind.INVERSE
        loader = loaders.children(declared) if inverse else loaders.linked(declared)
        return await loader.load_batch(values_of(sources, "id"))

    return read


def _beside(declared: Field, entity: str) -> BatchReader:
    """Give the reader of a list of values that stand beside the record."""
    match declared.kind:
        case Kind.POINTS:
            return _points(declared, entity)
        case Kind.ROWS:
            return rows_reader(entity)
        case Kind.PRICES:
            return read_prices
        case Kind.REQUISITES:
            return requisites_reader(entity)
        case _:
            return _external_ids


def _points(declared: Field, entity: str) -> BatchReader:
    async def read(context: Context, sources: Sequence[Any]) -> Sequence[Any]:
        keys = [(source.id, declared.points) for source in sources]
        return await running(context).loaders.points(entity).load_batch(keys)

    return read


async def _external_ids(context: Context, sources: Sequence[Any]) -> Sequence[Any]:
    loaders = running(context).loaders
    found: dict[UUID, Any] = {}
    for name in {source.declared.name for source in sources}:
        ids = [source.id for source in sources if source.declared.name == name]
        loaded = await loaders.external_ids(name).load_batch(ids)
        found.update(zip(ids, loaded, strict=True))
    return [found[source.id] for source in sources]


def _money(amount: Decimal | None, currency: Any) -> Money | None:
    return None if amount is None else Money(amount=amount, currency=currency)


def _add_field(cls: Any, declared: Field, entity: Entity | None) -> None:
    if declared.kind is Kind.CUSTOM:
        return  # written as one list, read by `customFieldValues`
    name = entity.name if entity is not None else ""
    if declared.kind in {Kind.LINKS, Kind.INVERSE} and not is_short(declared):
        setattr(
            cls,
            declared.name,
            connection_field(ENTITIES[declared.target], declared.doc, declared, name),
        )
        return
    always = declared.always or declared.kind in LIST_KINDS
    if name in PUBLIC and camel(declared.name) not in PUBLIC[name]:
        always = False  # roles may hide it
    annotation = _type(declared) if always else _type(declared) | None
    cls.__annotations__[declared.name] = annotation
    setattr(cls, declared.name, _declare(declared, name, annotation))


def _id_field(prefix: str) -> Any:
    return plain_field(ID_TEXT, strawberry.ID, ("id",), convert=IdOf(prefix))


def _fill(entity: Entity) -> None:
    cls = OBJECTS[entity.name]
    cls.__annotations__ = {}
    cls.id = _id_field(entity.name)
    cls.is_type_of = classmethod(lambda _cls, obj, _info: getattr(obj, "declared", None) is entity)
    extra = EXTRA_FIELDS.get(entity.name, {})
    for declared in entity.fields:
        if declared.name not in extra:
            _add_field(cls, declared, entity)
    for name, made in extra.items():
        setattr(cls, name, made)
    if entity.is_record:
        cls.custom_field_values = custom_values_field(entity.name)
        cls.access = ACCESS
        cls.activities = ACTIVITIES
        cls.timeline = TIMELINE
        cls.pinned_comments = PINNED_COMMENTS
    strawberry.type(cls, description=entity.doc)


def _record_id(root: Any) -> strawberry.ID:
    return strawberry.ID(encode_id(root.declared.name, root.id))


def _fill_record() -> None:
    Record.__annotations__ = {}
    Record.id = strawberry.field(resolver=_record_id, description=ID_TEXT)
    for declared in COMMON_FIELDS:
        _add_field(Record, declared, None)
    Record.custom_field_values = custom_values_field("")
    Record.access = ACCESS
    Record.activities = ACTIVITIES
    Record.timeline = TIMELINE
    Record.pinned_comments = PINNED_COMMENTS
    strawberry.interface(Record, description="What records of all types share.")


_fill_record()
for _entity in ENTITIES.values():
    _fill(_entity)

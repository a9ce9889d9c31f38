"""The custom fields that a workspace has defined: of a type of record, or about an entry."""

from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import UUID

from auth.rights import Cell
from domain.bookings import BOOKING_SERVICE, RESOURCE
from domain.catalogs import CATALOG, CATALOG_SECTION
from domain.custom_fields import CUSTOM_FIELD, TEXTS, CustomFieldType
from domain.ids import encode_id
from domain.settings import DICTIONARY, DICTIONARY_ITEM
from loaders.rows import Row
from resolvers.operation import Operation

_SEARCHED: Final = frozenset(kind.value for kind in (*TEXTS, CustomFieldType.ADDRESS))
_OF_CATALOGS: Final = frozenset(
    {CustomFieldType.CATALOG_SECTION.value, CustomFieldType.CATALOG_ELEMENT.value}
)


async def fields_of(op: Operation, entity: str) -> list[Row]:
    """Give the custom fields of a type of record, in their order."""
    rows = await op.loaders.everything(CUSTOM_FIELD.name)
    return [row for row in rows if row.entity == entity.upper()]


async def searched_fields(op: Operation, entity: str) -> tuple[UUID, ...]:
    """Give the ids of the custom fields of texts that a search looks through."""
    return tuple(
        row.id
        for row in await fields_of(op, entity)
        if row.is_filterable
        and row.is_ready
        and row.type in _SEARCHED
        and op.actor.rights.custom_cell(row.id) is not Cell.DENIED
    )


async def fields_about(op: Operation, row: Row) -> list[Row]:
    """Give the custom fields that an entry may be a value of, or that are about a whole list."""
    entity = row.declared.name
    rows = await op.loaders.everything(CUSTOM_FIELD.name)
    match entity:
        case CATALOG.name:
            wanted = _catalog(row.id)
            bound = await op.loaders.linked(CUSTOM_FIELD.get("catalogs")).load_batch(
                [field.id for field in rows]
            )
            return [
                field
                for field, catalogs in zip(rows, bound, strict=True)
                if wanted(field) or any(catalog.id == row.id for catalog in catalogs)
            ]
        case CATALOG_SECTION.name:
            of_catalog = _catalog(row.catalog_id)
            kind = CustomFieldType.CATALOG_SECTION.value
            return [field for field in rows if field.type == kind and of_catalog(field)]
        case DICTIONARY.name:
            return [field for field in rows if field.settings.get("dictionary") == row.code]
        case DICTIONARY_ITEM.name:
            dictionary = await op.loaders.one(DICTIONARY.name).load(row.dictionary_id)
            return [] if dictionary is None else await fields_about(op, dictionary)
        case RESOURCE.name | BOOKING_SERVICE.name:
            setting = "resources" if entity == RESOURCE.name else "services"
            name = encode_id(entity, row.id)
            return [field for field in rows if name in (field.settings.get(setting) or ())]
    return []


def _catalog(key: Any) -> Callable[[Row], bool]:
    name = encode_id(CATALOG.name, key)

    def is_about(field: Row) -> bool:
        settings: Mapping[str, Any] = field.settings
        return field.type in _OF_CATALOGS and settings.get("catalog") == name

    return is_about

"""All orders that the API offers on deals, and places deep in them."""

from collections.abc import Iterator
from typing import Final

from bench.meter import Meter
from bench.place import Place
from domain.entities import ENTITIES
from domain.fields import Entity, Field, Kind, camel
from domain.filters import Direction, OrderKey
from domain.records import DEAL
from loaders.lists import ListSpec, PageSpec, Position
from schema.filter_types import ORDERS
from schema.filters import read_where

PAGE: Final = 50
_DEPTH: Final = 0.9


def offered_orders() -> Iterator[tuple[str, OrderKey]]:
    """Give the orders by own fields and by fields of what a deal points to, both directions.

    Orders of the API nest without end (a company's parent's parent); one step is measured.
    """
    for path in _paths(DEAL, (), steps=1):
        name = ".".join(camel(field.name) for field in path)
        for direction in (Direction.ASC, Direction.DESC):
            yield f"{name} {direction.value}", OrderKey(path, direction)


def _paths(entity: Entity, before: tuple[Field, ...], steps: int) -> Iterator[tuple[Field, ...]]:
    # The same rule as the input types': see schema/filter_types.py.
    for field in entity.fields:
        if not field.sortable:
            continue
        if field.kind is not Kind.REFERENCE:
            yield (*before, field)
        elif steps and field.target in ORDERS:
            yield from _paths(ENTITIES[field.target], (*before, field), steps - 1)


async def deep_position(meter: Meter, place: Place, key: OrderKey) -> Position:
    """Give a place at about nine tenths of the list in an order, found in a sample of it."""
    where = read_where(DEAL, {"id": {"in": list(place.sample)}})
    page = await meter.page(PageSpec(ListSpec("deal", where, order=(key,)), len(place.sample)))
    return page.position(int(len(page.rows) * _DEPTH))

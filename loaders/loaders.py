"""The loaders of one operation: made on demand, shared by everything that reads in it.

`one` follows a reference, `linked` a link table, `children` a short ordered list, `points` and
`external_ids` the values beside a record, `page` and `numbers` a connection. Each collects the keys
that one level of a query asks for and answers them with one statement.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, func, select, true

from db.tables import TABLES, custom_values
from domain.entities import ENTITIES
from domain.fields import Field, Kind, camel
from loaders.batching import BatchLoader
from loaders.goods import GoodsLoaders
from loaders.list_loaders import ListLoaders
from loaders.lists import Amount
from loaders.rates import unrated_values
from loaders.timeline import EventLoaders


class Loaders(EventLoaders, GoodsLoaders, ListLoaders):
    """The loaders of one operation, keyed by what they load."""

    def unrated(self) -> BatchLoader[Amount, int]:
        """Load how many records have an amount that no rate turns into the base currency.

        Whoever asks waits for the same answer, so lists that all ask go on together as one read.
        """

        async def batch(keys: Sequence[Amount]) -> Sequence[int]:
            def build() -> Select[Any]:
                return select(*map(self._unrated, keys))

            (found,) = await self._fetch(("unrated", *keys), build, ())
            return [int(count) for count in found]

        return self._loader(("unrated",), batch)

    def _unrated(self, amount: Amount) -> Any:
        source, name = TABLES[amount.entity].alias(), amount.name
        if amount.field_id is not None:
            pivot = custom_values.alias()
            readable = self.reader.custom_cell(amount.entity, amount.field_id, source)
            return (
                select(func.count(pivot.c.record_id.distinct()))
                .join_from(pivot, source, source.c["id"] == pivot.c.record_id)
                .where(
                    self.reader.rows(amount.entity, source),
                    *unrated_values(pivot, amount.field_id),
                    true() if readable is None else readable,
                )
                .scalar_subquery()
            )
        readable = self.reader.cell(amount.entity, camel(name), source)
        return (
            select(func.count())
            .where(
                self.reader.rows(amount.entity, source),
                true() if readable is None else readable,
                source.c[name].is_not(None),
                source.c[f"{name}_base"].is_(None),
            )
            .scalar_subquery()
        )


def field_of(entity: str, name: str) -> Field:
    """Give a declared field."""
    return ENTITIES[entity].get(name)


def is_short(field: Field) -> bool:
    """Tell a plain list from one that can grow and so is a connection."""
    if field.kind is Kind.INVERSE:
        return not ENTITIES[field.target].is_record
    return field.kind is Kind.LINKS and not ENTITIES[field.target].is_record

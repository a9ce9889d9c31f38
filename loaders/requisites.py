"""The loader of requisites, which stand beside contacts and companies."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select

from db.base import WORKSPACE
from db.tables import requisites
from domain.requisites import PARTS, Requisite
from loaders.batching import BatchLoader
from loaders.beside import KEYS, ValueLoaders

_READ: Final = ("id", "record_type", "record_id", "kind", *(part.name for part in PARTS))


class RequisiteLoaders(ValueLoaders):
    """The loaders of requisites, whoever may read those."""

    def requisites(self, entity: str) -> BatchLoader[UUID, list[Requisite]]:
        """Load the requisites of records by record id, in their order."""

        async def batch(owners: Sequence[UUID]) -> Sequence[list[Requisite]]:
            def build() -> Select[Any]:
                table = requisites.alias()
                return (
                    _read(table, table.c.record_id == KEYS)
                    .where(table.c.record_type == entity)
                    .order_by(table.c.sort, table.c.id)
                )

            grouped: dict[UUID, list[Requisite]] = {}
            for row in await self._fetch(("requisites", entity), build, owners):
                grouped.setdefault(row.record_id, []).append(_requisite(row))
            return [grouped.get(key, []) for key in owners]

        return self._loader(("requisites", entity), batch)

    async def requisites_by_id(self, ids: Sequence[UUID]) -> list[Requisite]:
        """Read requisites by their own ids, in any order."""

        def build() -> Select[Any]:
            table = requisites.alias()
            return _read(table, table.c.id == KEYS)

        return [_requisite(row) for row in await self._fetch(("requisites by id",), build, ids)]


def _read(table: Any, where: ColumnElement[bool]) -> Select[Any]:
    shown = (table.c[name] for name in _READ)
    return select(*shown).where(table.c.workspace_id == WORKSPACE, where)


def _requisite(row: Any) -> Requisite:
    return Requisite(**{name: getattr(row, name) for name in _READ})

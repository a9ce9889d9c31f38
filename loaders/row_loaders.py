"""The loaders of rows: by id, by the reference, link or parent that leads to them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, select

from auth.policy import FLAGS, UNRESTRICTED, visible, within
from db.base import WORKSPACE
from db.tables import TABLES, linking
from domain.entities import ENTITIES
from domain.fields import Field
from loaders.batching import BatchLoader
from loaders.beside import KEY, KEY_NAME, KEYS
from loaders.following import Targets, targets_of, with_targets
from loaders.held import (
    HELD_LINKS,
    HELD_NAMES,
    find_children,
    find_linked,
    find_row,
)
from loaders.pages import group_rows
from loaders.rows import ROW_TYPES, Row, columns, make_row, row_type
from loaders.scope import LoaderScope


class RowLoaders(LoaderScope):
    """The loaders of rows, keyed by what leads to them."""

    def one(self, entity: str, *, with_deleted: bool = False) -> BatchLoader[UUID, Row | None]:
        """Load rows by id; a row that is not there or may not be read is None."""
        name = ("one", entity, with_deleted)
        known = self._made.get(name)
        if known is not None:
            return known

        async def batch(ids: Sequence[UUID]) -> Sequence[Row | None]:
            kind = self._row(entity)
            followed = () if with_deleted else self._followed(entity)

            def build() -> Select[Any]:
                source = TABLES[entity].alias(entity)
                rows = visible(self.actor, entity, source) if with_deleted else None
                statement = select(*self.reader.columns(kind, source)).where(
                    self.reader.rows(entity, source) if rows is None else rows,
                    source.c["id"] == (KEY if is_single else KEYS),
                )
                return with_targets(statement, followed, self.reader)

            is_single = len(ids) == 1
            key = ("one", entity, with_deleted, kind, followed, is_single)
            found = await self._fetch(key, build, ids, **({KEY_NAME: ids[0]} if is_single else {}))
            at, end = kind.positions["id"], len(kind.positions)
            self._learn(targets_of(found, kind, followed, skip=0, start=end))
            by_id = {row[at]: kind(row[:end]) for row in found}
            return [by_id.get(key) for key in ids]

        if entity in HELD_NAMES and not with_deleted:
            return self._settings(name, find_row(entity), batch)
        return self._loader(name, batch)

    def truth(self, entity: str) -> BatchLoader[UUID, Row | None]:
        """Load rows by id as they are, whoever asks: for rules that hold anyway, not for answers.

        Rows in the recycle bin are None.
        """
        if entity in HELD_NAMES or self.actor.rights.is_everything:
            return self.one(entity)

        async def batch(ids: Sequence[UUID]) -> Sequence[Row | None]:
            def build() -> Select[Any]:
                source = TABLES[entity].alias(entity)
                return select(*columns(ROW_TYPES[entity], source)).where(
                    UNRESTRICTED.rows(entity, source), source.c["id"] == KEYS
                )

            found = await self._fetch(("truth", entity), build, ids)
            by_id = {row.id: make_row(entity, row) for row in found}
            return [by_id.get(key) for key in ids]

        return self._loader(("truth", entity), batch)

    def flagged(self, entity: str) -> BatchLoader[UUID, Row | None]:
        """Load what the actor may do with rows by id, whatever became of them: id and flags."""
        kind = row_type(entity, ("id", *FLAGS))

        async def batch(ids: Sequence[UUID]) -> Sequence[Row | None]:
            def build() -> Select[Any]:
                source = TABLES[entity].alias(entity)
                return select(*self.reader.columns(kind, source)).where(
                    within(source), source.c["id"] == KEYS
                )

            found = await self._fetch(("flagged", entity), build, ids)
            by_id = {row.id: kind(row) for row in found}
            return [by_id.get(key) for key in ids]

        return self._loader(("flagged", entity), batch)

    def know(self, entity: str, row_id: UUID, row: Row | None) -> None:
        """Take note of a row as it was just written, or of its end."""
        self.truth(entity).clear(row_id).prime(row_id, row)

    def named(self, entity: str) -> BatchLoader[UUID, Row | None]:
        """Load what rows are called by id: their titles or names, whatever else is asked for."""
        if entity in HELD_NAMES:
            return self.one(entity)
        declared = ENTITIES[entity]
        names = dict.fromkeys(("id", declared.title_field, "first_name"))
        kind = row_type(entity, tuple(n for n in names if n == "id" or n in declared.by_name))

        async def batch(ids: Sequence[UUID]) -> Sequence[Row | None]:
            def build() -> Select[Any]:
                source = TABLES[entity].alias(entity)
                return select(*self.reader.columns(kind, source)).where(
                    self.reader.rows(entity, source), source.c["id"] == KEYS
                )

            found = await self._fetch(("named", entity), build, ids)
            by_id = {row[0]: kind(row) for row in found}
            return [by_id.get(key) for key in ids]

        return self._loader(("named", entity), batch)

    def _learn(self, targets: Targets) -> None:
        for entity, known in targets:
            self.one(entity).learn(known)

    async def everything(self, entity: str) -> list[Row]:
        """Load all rows of a settings entity, in its order (`sort`, else name, then id)."""
        if self.snapshots is not None and (held := await self.snapshot()).is_whole:
            return list(held.rows[entity].values())

        async def batch(keys: Sequence[str]) -> Sequence[list[Row]]:
            def build() -> Select[Any]:
                source = TABLES[entity].alias(entity)
                rank = next(
                    (source.c[name] for name in ("sort", "name") if name in source.c),
                    source.c["id"],
                )
                return (
                    select(*self.reader.columns(ROW_TYPES[entity], source))
                    .where(self.reader.rows(entity, source))
                    .order_by(rank, source.c["id"])
                )

            found = await self._fetch(("everything", entity), build, ())
            return [[make_row(entity, row) for row in found]] * len(keys)

        rows: list[Row] = await self._loader(("everything", entity), batch).load(entity)
        return rows

    def linked(self, field: Field) -> BatchLoader[UUID, list[Row]]:
        """Load the targets of a LINKS field by owner id, in the order given by the owner."""
        link_declaration = field.link
        if link_declaration is None:
            raise TypeError(f"{field.name} is no link")
        kind = self._row(field.target)

        async def batch(owners: Sequence[UUID]) -> Sequence[list[Row]]:
            def build() -> Select[Any]:
                link = linking(link_declaration)
                target = TABLES[field.target].alias(field.target)
                owner = link.c[link_declaration.owner]
                statement = (
                    select(owner.label("owner_key"), *self.reader.columns(kind, target))
                    .select_from(link)
                    .join(
                        target,
                        and_(
                            self.reader.rows(field.target, target),
                            target.c["id"] == link.c[link_declaration.target],
                        ),
                    )
                    .where(link.c["workspace_id"] == WORKSPACE, owner == KEYS)
                    .order_by(link.c["sort"], target.c["id"])
                )
                if link_declaration.owner_type is not None:
                    statement = statement.where(
                        link.c["record_type"] == link_declaration.owner_type
                    )
                return statement

            found = await self._fetch(("linked", field, kind), build, owners)
            return group_rows(owners, found, kind)

        if field in HELD_LINKS:
            return self._settings(("linked", field), find_linked(field), batch)
        return self._loader(("linked", field), batch)

    def children(self, field: Field) -> BatchLoader[UUID, list[Row]]:
        """Load a short INVERSE list by owner id, in its own order (`sort`, else name, then id)."""
        kind = self._row(field.target)

        async def batch(owners: Sequence[UUID]) -> Sequence[list[Row]]:
            def build() -> Select[Any]:
                target = TABLES[field.target].alias(field.target)
                rank = next(
                    (target.c[name] for name in ("sort", "name") if name in target.c),
                    target.c["id"],
                )
                return (
                    select(
                        target.c[field.via].label("owner_key"), *self.reader.columns(kind, target)
                    )
                    .where(self.reader.rows(field.target, target), target.c[field.via] == KEYS)
                    .order_by(rank, target.c["id"])
                )

            found = await self._fetch(("children", field, kind), build, owners)
            return group_rows(owners, found, kind)

        if field.target in HELD_NAMES:
            return self._settings(("children", field), find_children(field), batch)
        return self._loader(("children", field), batch)

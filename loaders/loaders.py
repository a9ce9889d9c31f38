"""The loaders of one operation: made on demand, shared by everything that reads in it.

`one` follows a reference, `linked` a link table, `children` a short ordered list, `points` and
`external_ids` the values beside a record, `page` and `numbers` a connection. Each collects the keys
that one level of a query asks for and answers them with one statement.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, and_, func, select, true

from auth.policy import FLAGS, UNRESTRICTED, visible, within
from db.base import WORKSPACE
from db.blanks import Blanks
from db.tables import TABLES, custom_values, linking
from domain.entities import ENTITIES
from domain.fields import Field, Kind, camel
from loaders.batching import BatchLoader
from loaders.beside import KEY, KEY_NAME, KEYS
from loaders.blanks import blank_list, blank_page
from loaders.following import Targets, targets_of, with_targets
from loaders.goods import GoodsLoaders
from loaders.held import (
    HELD_LINKS,
    HELD_NAMES,
    find_children,
    find_linked,
    find_row,
)
from loaders.lists import Amount, Below, ListSpec, PageSpec
from loaders.numbers import FIELDS_NAME, Bound, custom_numbers_statement, numbers_statement
from loaders.page_trees import Branch, Tree, tree_layouts, tree_statement
from loaders.pages import Page, Result, group_rows, layout_of, page_of, pages_of
from loaders.rates import unrated_values
from loaders.rows import ROW_TYPES, Row, columns, make_row, row_type
from loaders.statements import KEYS_NAME, page_statement
from loaders.timeline import EventLoaders

WHOLE: Final = UUID(int=0)
"""Stands for the parent of a list that has none: the workspace as a whole."""


class Loaders(EventLoaders, GoodsLoaders):
    """The loaders of one operation, keyed by what they load."""

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

    def page(self, spec: PageSpec, below: tuple[Below, ...] = ()) -> BatchLoader[UUID, Page]:
        """Load a page of a list, by parent id (`WHOLE` for a list of the whole workspace).

        The lists `below` on its rows are read along with them, for whoever asks for them next.
        """
        name = ("page", spec)
        known = self._made.get(name)
        if known is not None:
            return known
        kind = self._row(spec.list.entity)
        followed = self._followed(spec.list.entity)

        async def batch(parents: Sequence[UUID]) -> Sequence[Page]:
            nested = spec.list.relation is not None
            if below:
                values: dict[str, Any] = {KEYS_NAME: list(parents)}
                asked = Below(spec, below)
                root = self._branch(asked, values)
                if root.is_slim:
                    return await self._tree(asked, root, values, len(parents))

            blanks = Blanks()
            blank = blank_page(spec, blanks)

            def build() -> Select[Any]:
                statement = page_statement(blank, self.actor, kind, nested=nested)
                return with_targets(statement, followed, self.reader)

            layout = layout_of(kind, int(nested), len(spec.list.keys), followed)
            key = ("page", blank, kind, followed, self._rights)
            prepared, found = await self.session.records_by(
                key, build, {KEYS_NAME: list(parents), **blanks.values}
            )
            result = Result(layout, prepared.converters, self._learn)
            if nested:
                return pages_of(spec, result, found, len(parents))
            return [page_of(spec, result, found)] * len(parents)

        return self._loader(name, batch)

    async def _tree(
        self, asked: Below, root: Branch, values: Mapping[str, Any], parents: int
    ) -> list[Page]:
        """Read the page of each parent, and the lists below along with it."""
        prepared, found = await self.session.records_by(
            ("tree", root, self._rights), lambda: tree_statement(root, self.actor), values
        )
        if prepared.beside is None:
            prepared.beside = tree_layouts(root, self.actor)
        tree = Tree(root, asked, prepared.beside, prepared.converters, self._learn, self._take)
        return tree.pages(found, parents)

    def _branch(self, asked: Below, values: dict[str, Any]) -> Branch:
        """Give the branch of a list without its values, which are added to others."""
        entity, blanks = asked.page.list.entity, Blanks(f"{len(values)}_")
        page = blank_page(asked.page, blanks)
        values.update(blanks.values)
        below = tuple(self._branch(each, values) for each in asked.below)
        return Branch(page, self._row(entity), self._followed(entity), below)

    def _take(self, spec: PageSpec, pages: Mapping[UUID, Page]) -> None:
        self.page(spec).learn(pages)

    def numbers(self, spec: ListSpec) -> BatchLoader[tuple[UUID, tuple[str, ...]], Any]:
        """Load numbers about a list, by parent id and by what is wanted besides the count.

        That are columns of `numbers_statement`. All that one level asks for, of all parents, is one
        statement.
        """

        async def batch(keys: Sequence[tuple[UUID, tuple[str, ...]]]) -> Sequence[Any]:
            names = sorted({name for _, columns in keys for name in columns})
            nested = spec.relation is not None
            parents = sorted({parent for parent, _ in keys})

            blanks = Blanks()
            blank = blank_list(spec, blanks)

            def build() -> Select[Any]:
                return numbers_statement(blank, self.actor, names, nested=nested)

            found = await self._fetch(("numbers", blank, *names), build, parents, **blanks.values)
            by_parent = {(row[0] if nested else WHOLE): row._mapping for row in found}
            return [by_parent[parent] for parent, _ in keys]

        return self._loader(("numbers", spec), batch)

    def custom_numbers(self, spec: ListSpec, bound: Bound) -> BatchLoader[tuple[UUID, UUID], Any]:
        """Load numbers about custom fields of a list, by parent id and field id; None without any.

        All fields that one level asks for and that are bound alike, of all parents, are one
        statement.
        """

        async def batch(keys: Sequence[tuple[UUID, UUID]]) -> Sequence[Any]:
            nested = spec.relation is not None
            parents = sorted({parent for parent, _ in keys})

            blanks = Blanks()
            blank = blank_list(spec, blanks)

            def build() -> Select[Any]:
                return custom_numbers_statement(blank, self.actor, bound, nested=nested)

            fields = sorted({field for _, field in keys})
            values = {FIELDS_NAME: fields, **blanks.values}
            found = await self._fetch(("custom numbers", blank, bound), build, parents, **values)
            by_key = {((row[0] if nested else WHOLE), row.field_id): row for row in found}
            return [by_key.get(key) for key in keys]

        return self._loader(("custom numbers", spec, bound), batch)

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

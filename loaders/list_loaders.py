"""The loaders of lists: their pages, with the lists on their rows, and numbers about them."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select

from db.blanks import Blanks
from loaders.batching import BatchLoader
from loaders.blanks import blank_list, blank_page
from loaders.following import with_targets
from loaders.lists import WHOLE, Below, ListSpec, PageSpec
from loaders.numbers import FIELDS_NAME, Bound, custom_numbers_statement, numbers_statement
from loaders.page_trees import Branch, Tree, tree_layouts, tree_statement
from loaders.pages import Page, Result, layout_of, page_of, pages_of
from loaders.row_loaders import RowLoaders
from loaders.statements import KEYS_NAME, page_statement


class ListLoaders(RowLoaders):
    """The loaders of lists, keyed by what a list asks for."""

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

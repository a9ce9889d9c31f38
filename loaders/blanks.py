"""What lists ask for, without its values: statements are kept by what remains."""

from dataclasses import replace
from typing import Any

from db.blanks import Blanks
from loaders.lists import EVERYTHING, ListSpec, PageSpec, Position


def blank_list(spec: ListSpec, blanks: Blanks) -> ListSpec:
    """Give a list without the values of its filter and the words of its search."""
    if spec.where == EVERYTHING and not spec.search:
        return spec
    words = tuple(map(blanks.word, map(str, spec.search)))
    return replace(spec, where=blanks.condition(spec.where), search=words)


def blank_page(page: PageSpec, blanks: Blanks) -> PageSpec:
    """Give a page without the values of its list, nor those of the position that it begins at.

    Whether a value of the position is empty remains: the statement depends on it.
    """
    spec, position = blank_list(page.list, blanks), page.position
    if position is not None:
        values: list[Any] = [
            None if value is None else blanks.blank(value) for value in position.values
        ]
        position = Position(tuple(values), blanks.blank(position.id))
    elif spec is page.list:
        return page
    return replace(page, list=spec, position=position)

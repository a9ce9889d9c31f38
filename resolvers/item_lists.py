"""Lists whose items are changed one by one: what of a list is kept, changed and added."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar
from uuid import UUID

from domain.errors import Code
from domain.fields import Field, camel
from resolvers.drafts import Draft
from resolvers.values import edit_names


class Item(Protocol):
    """An item of a list, stored or as given."""

    @property
    def id(self) -> UUID | None:
        """Its id; None of one that is not stored."""


Stored = TypeVar("Stored", bound=Item)
Complete = Callable[[Any, Stored | None, tuple[str, str]], Stored | None]
"""Makes an item of what is given of it and of the stored one, at a place in the input; gives None
where something is wrong, which it notes."""


def items_given(draft: Draft, name: str) -> Sequence[Any]:
    """Give the items that an input says something of."""
    edit = draft.values.edits.get(name)
    found: Sequence[Any] = draft.given.get(name, ()) if edit is None else edit.add
    return found


def changed_items(
    draft: Draft, declared: Field, stored: Sequence[Stored], complete: Complete[Stored], most: int
) -> tuple[Stored, ...] | None:
    """Give a list as the input would have it; None where something is wrong with it.

    An item that is named by its id stays that item; one without an id is a new one.
    """
    errors = len(draft.errors)
    known = {item.id: item for item in stored}
    edit = draft.values.edits.get(declared.name)
    place = camel(declared.name)
    kept: dict[UUID | None, Stored] = {}
    if edit is not None:
        place, removing = edit_names(declared)
        if not edit.remove <= known.keys():
            draft.values.wrong(Code.NOT_FOUND, "not_found", removing, target=declared.item_prefix)
        kept = {key: item for key, item in known.items() if key not in edit.remove}
    fresh: list[Stored] = []
    seen: set[UUID] = set()
    for index, given in enumerate(items_given(draft, declared.name)):
        path = (place, str(index))
        if given.id is not None and given.id not in known:
            draft.values.wrong(Code.NOT_FOUND, "not_found", *path, "id",
                               target=declared.item_prefix)  # fmt: skip
            continue
        if given.id in seen:
            draft.values.wrong(Code.DUPLICATE, "given_twice", *path, "id")
            continue
        item = complete(given, known.get(given.id), path)
        if given.id is not None:
            seen.add(given.id)
        if item is not None and edit is not None and given.id in kept:
            kept[given.id] = item
        elif item is not None:
            fresh.append(item)
    items = (*kept.values(), *fresh)
    if fresh and len(items) > most:
        draft.values.wrong(Code.LIMIT, "list_too_long", place, limit=most)
    return items if len(draft.errors) == errors else None

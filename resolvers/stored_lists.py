"""The lists of a record as they are, and as an input would have them."""

from collections.abc import Sequence
from typing import Any, Final

from domain.errors import Code
from domain.fields import LIST_KINDS, Field, Kind, camel
from domain.records import PRIMARY_OF
from resolvers.drafts import Draft
from resolvers.operation import Operation
from resolvers.product_rows import ROWS, concerns_rows
from resolvers.values import ExternalId, ListEdit, Point, edit_names

_STORED: Final = LIST_KINDS - {Kind.INVERSE}
SETTLED_APART: Final = frozenset({Kind.PRICES, Kind.ROWS, Kind.REQUISITES})
"""Lists whose items take more than themselves to work out: see the modules of these."""


async def load_lists(op: Operation, drafts: Sequence[Draft]) -> None:
    """Read the present lists of the drafts that touch them: one statement a list."""
    for draft in drafts:
        for declared in _touched(draft):
            if draft.before is not None:
                draft.lists_before[declared.name] = ()
    names = {declared.name for draft in drafts for declared in _touched(draft)}
    for name in sorted(names):
        group = [draft for draft in drafts if name in draft.lists_before]
        for draft, items in zip(group, await _read(op, group, name), strict=True):
            draft.lists_before[name] = items


def _touched(draft: Draft) -> list[Field]:
    entity = draft.entity
    names = {*draft.values.given, *draft.values.edits}
    names |= {
        many for (owner, main), many in PRIMARY_OF.items() if owner == entity.name and main in names
    }
    if concerns_rows(draft):
        names.add(ROWS)
    return [
        declared
        for declared in entity.fields
        if declared.name in names and declared.kind in _STORED
    ]


async def read_lists(op: Operation, draft: Draft) -> dict[str, tuple[Any, ...]]:
    """Give all lists of a record as they are, by name."""
    names = [field.name for field in draft.entity.fields if field.kind in _STORED]
    return {name: (await _read(op, [draft], name))[0] for name in names}


async def _read(op: Operation, drafts: Sequence[Draft], name: str) -> list[tuple[Any, ...]]:
    if not drafts:
        return []
    entity = drafts[0].entity
    declared = entity.get(name)
    ids = [draft.id for draft in drafts]
    if declared.kind is Kind.POINTS:
        loader = op.loaders.points(entity.name)
        found = await loader.load_many([(key, declared.points) for key in ids])
        return [tuple(Point(row.value, row.kind, row.id) for row in rows) for rows in found]
    if declared.kind is Kind.EXTERNAL_IDS:
        found = await op.loaders.external_ids(entity.name).load_many(ids)
        return [tuple(ExternalId(row.system, row.value) for row in rows) for rows in found]
    if declared.kind is Kind.ROWS:
        return list(map(tuple, await op.loaders.product_rows(entity.name).load_many(ids)))
    if declared.kind is Kind.REQUISITES:
        return list(map(tuple, await op.loaders.requisites(entity.name).load_many(ids)))
    if declared.kind is Kind.PRICES:
        return list(map(tuple, await op.loaders.product_prices().load_many(ids)))
    # With those in the recycle bin: a list that is edited keeps them.
    linked = await op.loaders.linked_ids(declared).load_many(ids)
    return [tuple(targets) for targets in linked]


def resolve_lists(drafts: Sequence[Draft]) -> None:
    """Work out the lists that the drafts will have: replaced ones, and changed ones."""
    for draft in drafts:
        for declared in _touched(draft):
            if declared.kind in SETTLED_APART:
                continue
            before = draft.lists_before.get(declared.name, ())
            if declared.name in draft.values.edits:
                if draft.before is None:
                    continue  # noted as not found already
                after = _edited(draft, declared, before, draft.values.edits[declared.name])
            elif declared.name in draft.given:
                after = draft.given[declared.name]
                if declared.kind is Kind.POINTS:
                    after = _with_identity(draft, declared, camel(declared.name), before, after)
                elif declared.kind is Kind.EXTERNAL_IDS:
                    # They have no order of their own; another one is no change.
                    after = tuple(sorted(after, key=lambda item: (item.system, item.value)))
            else:
                continue
            draft.lists[declared.name] = after


def _edited(
    draft: Draft, declared: Field, before: tuple[Any, ...], edit: ListEdit
) -> tuple[Any, ...]:
    """Give the list without what is removed and with what is added; known points are changed."""
    adding, removing = edit_names(declared)
    if not edit.remove <= {_key(item) for item in before}:
        draft.values.wrong(Code.NOT_FOUND, "not_found", removing, target=declared.item_prefix)
    kept = {_key(item): item for item in before if _key(item) not in edit.remove}
    added = edit.add
    if declared.kind is Kind.POINTS:
        added = _with_identity(draft, declared, adding, tuple(kept.values()), added)
    fresh = [item for item in added if _key(item) is None or _key(item) not in kept]
    # Adding what is there already leaves it as it is, unless its id says that it is meant.
    named = {item.id for item in edit.add if isinstance(item, Point)}
    changed = {_key(item): item for item in added if _key(item) in named & kept.keys()}
    return (*(changed.get(key, item) for key, item in kept.items()), *fresh)


def _key(item: Any) -> Any:
    return item.id if isinstance(item, Point) else item


def _with_identity(
    draft: Draft,
    declared: Field,
    name: str,
    before: tuple[Point, ...],
    after: Sequence[Point],
) -> tuple[Point, ...]:
    """Let given values keep the id of the stored value that they name, or repeat."""
    by_value = {point.value: point.id for point in before}
    known = {point.id for point in before}
    named = [point.id for point in after if point.id is not None]
    result: list[Point] = []
    for index, point in enumerate(after):
        if point.id is not None and point.id not in known:
            draft.values.wrong(Code.NOT_FOUND, "not_found", name, str(index), "id",
                               target=declared.points.lower())  # fmt: skip
        elif point.id is not None and point.id in {item.id for item in result}:
            draft.values.wrong(Code.DUPLICATE, "given_twice", name, str(index), "id")
        identity = point.id or by_value.get(point.value)
        # A value whose stored twin is given another value by its id is a new one.
        if point.id is None and identity in named:
            identity = None
        result.append(Point(point.value, point.kind, identity))
    return tuple(result)

"""Unique custom values: each held by one record of a type when a call is over."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from domain.errors import Code
from loaders.custom import find_same
from loaders.locking import lock_name
from loaders.rows import Row
from resolvers.custom_bookings import check_free_again
from resolvers.custom_pivot import pivot_value
from resolvers.custom_record import PLACE
from resolvers.custom_values import parts_of
from resolvers.defined_fields import fields_of
from resolvers.drafts import Draft
from resolvers.operation import Operation

_Value = tuple[str, tuple[str, Any]]
"""The key of a field, with the column and the value of its pivot."""


@dataclass(frozen=True, slots=True)
class _Claim:
    """What a draft makes of its values of a unique field; without any, it gives up what it had."""

    draft: Draft
    key: str
    field: Row
    values: frozenset[_Value]


async def check_unique(op: Operation, drafts: Sequence[Draft], *, atomic: bool) -> None:
    """Refuse values that two records would have after the call, at the later one.

    What a draft gives up is free for others. Without `atomic` that takes a draft that is written,
    so this comes after all other checks and goes over the drafts until none more is refused.
    """
    claims: dict[UUID, list[_Claim]] = {}
    for draft in drafts:
        # A record that is given twice is refused at the second place.
        claims.setdefault(draft.id, _claims(draft))
    held = await _holders(op, drafts[0].entity.name, claims)
    # In an atomic call what is refused for another reason may be mended and written with the rest.
    writing = {draft.id for draft in drafts if atomic or not draft.errors}
    while refused := _collisions(claims, held, writing):
        for claim in refused:
            place = claim.draft.custom_places.get(claim.key, (PLACE,))
            claim.draft.values.wrong(Code.DUPLICATE, "value_taken", *place, field=claim.field.code)
        if atomic:
            return
        writing -= {claim.draft.id for claim in refused}


def _claims(draft: Draft) -> list[_Claim]:
    stored = draft.current("custom") or {}
    return [
        _Claim(draft, key, field, _values(field, stored.get(key)))
        for key, field in draft.custom.items()
        if field.is_unique
    ]


def _values(field: Row, stored: Any) -> frozenset[_Value]:
    return frozenset((str(field.id), pivot_value(field, part)) for part in parts_of(stored))


async def _holders(
    op: Operation, entity: str, claims: Mapping[UUID, Sequence[_Claim]]
) -> dict[_Value, UUID]:
    """Give the records that have the claimed values now; whoever wants one waits from here on."""
    wanted: dict[str, set[_Value]] = {}
    for own in claims.values():
        for claim in own:
            if claim.values:
                wanted.setdefault(claim.key, set()).update(claim.values)
    held: dict[_Value, UUID] = {}
    for key in sorted(wanted):  # in one order, so that two calls never wait for each other
        await lock_name(op.session, f"unique {key}")
        found = await find_same(op.session, entity, UUID(key), [pair for _, pair in wanted[key]])
        held.update({(key, pair): owner for pair, owner in found.items()})
    return held


def _collisions(
    claims: Mapping[UUID, Sequence[_Claim]], held: Mapping[_Value, UUID], writing: Set[UUID]
) -> list[_Claim]:
    """Give the claims on what another record keeps, or what a draft before has claimed."""
    taken = {
        value: owner
        for value, owner in held.items()
        if owner not in writing or not _gives_up(claims.get(owner, ()), value)
    }
    refused: list[_Claim] = []
    for owner, own in claims.items():
        if owner not in writing:
            continue
        wrong = [claim for claim in own if any(taken.get(v, owner) != owner for v in claim.values)]
        refused.extend(wrong)
        if not wrong:
            taken.update({value: owner for claim in own for value in claim.values})
    return refused


def _gives_up(own: Sequence[_Claim], value: _Value) -> bool:
    return any(claim.key == value[0] and value not in claim.values for claim in own)


async def check_restored(op: Operation, draft: Draft) -> None:
    """Note what another record has taken since a record was deleted: values and booked times."""
    if draft.before is None or draft.errors:
        return
    fields = await fields_of(op, draft.entity.name)
    await check_free_again(op, fields, draft)
    for field in fields:
        value = draft.before.custom.get(str(field.id))
        if not field.is_unique or value is None:
            continue
        await lock_name(op.session, f"unique {field.id}")
        wanted = [pivot_value(field, part) for part in parts_of(value)]
        if await find_same(op.session, draft.entity.name, field.id, wanted):
            draft.values.wrong(Code.DUPLICATE, "value_taken", "id", field=field.code)

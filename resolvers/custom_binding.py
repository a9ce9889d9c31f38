"""Custom fields bound to pipelines or catalogues: which records show them, and may have values."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from domain.custom_fields import BOUND, CUSTOM_FIELD
from domain.errors import Code
from loaders.rows import Row
from resolvers.drafts import Draft
from resolvers.operation import Operation

Bindings = Mapping[UUID, frozenset[UUID]]
"""The pipelines or catalogues of the fields that are bound to some, by the ids of the fields."""


def bound_by(field: Row) -> str:
    """Name the column of records that says whether they show a bound field."""
    return BOUND[field.entity][1] if field.entity in BOUND else ""


async def load_bindings(op: Operation, fields: Sequence[Row]) -> Bindings:
    """Give the bindings of custom fields."""
    bindings: dict[UUID, frozenset[UUID]] = {}
    for entity, (name, _) in BOUND.items():
        own = [field.id for field in fields if field.entity == entity]
        if own:
            found = await op.loaders.linked(CUSTOM_FIELD.get(name)).load_batch(own)
            bindings.update(
                (key, frozenset(row.id for row in rows))
                for key, rows in zip(own, found, strict=True)
                if rows
            )
    return bindings


async def keep_to_bindings(op: Operation, drafts: Sequence[Draft]) -> None:
    """Refuse values of fields that records do not show; defaults are left away.

    What a deal has from another pipeline stays with it, unseen, and can be cleared.
    """
    column = BOUND.get(drafts[0].entity.name.upper(), ("", ""))[1]
    if not column:
        return
    fields = {field.id: field for draft in drafts for field in draft.custom.values()}
    bindings = await load_bindings(op, list(fields.values()))
    for draft in drafts:
        where, stored = draft.current(column), draft.current("custom")
        for key, field in list(draft.custom.items()):
            if where in bindings.get(field.id, (where,)) or key not in stored:
                continue
            place = draft.custom_places.get(key)
            if place is not None:
                message = "not_in_pipeline" if column == "pipeline_id" else "not_in_catalog"
                draft.values.wrong(Code.INVALID, message, *place, field=field.code)
            elif draft.before is None:
                del stored[key], draft.custom[key]

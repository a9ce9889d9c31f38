"""Custom fields bound to pipelines: which deals show them, and may be given a value."""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from domain.custom_fields import CUSTOM_FIELD, RecordType
from domain.errors import Code
from loaders.rows import Row
from resolvers.drafts import Draft
from resolvers.operation import Operation

Bindings = Mapping[UUID, frozenset[UUID]]
"""The pipelines of the fields that are bound to some, by the ids of the fields."""
# Records of other types have one pipeline, or none: there a binding leaves nothing out.
_BOUND: Final = RecordType.DEAL


async def load_bindings(op: Operation, fields: Sequence[Row]) -> Bindings:
    """Give the bindings of custom fields."""
    of_deals = [field.id for field in fields if field.entity == _BOUND.value]
    if not of_deals:
        return {}
    found = await op.loaders.linked(CUSTOM_FIELD.get("pipelines")).load_batch(of_deals)
    return {
        key: frozenset(row.id for row in rows)
        for key, rows in zip(of_deals, found, strict=True)
        if rows
    }


async def keep_to_pipelines(op: Operation, drafts: Sequence[Draft]) -> None:
    """Refuse values of fields that deals of the pipeline do not show; defaults are left away.

    What a deal has from another pipeline stays with it, unseen, and can be cleared.
    """
    if drafts[0].entity.name != _BOUND.value.lower():
        return
    fields = {field.id: field for draft in drafts for field in draft.custom.values()}
    bindings = await load_bindings(op, list(fields.values()))
    for draft in drafts:
        pipeline, stored = draft.current("pipeline_id"), draft.current("custom")
        for key, field in list(draft.custom.items()):
            if pipeline in bindings.get(field.id, (pipeline,)) or key not in stored:
                continue
            place = draft.custom_places.get(key)
            if place is not None:
                draft.values.wrong(Code.INVALID, "not_in_pipeline", *place, field=field.code)
            elif draft.before is None:
                del stored[key], draft.custom[key]

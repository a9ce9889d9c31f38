"""The surface of conversion: `convertLead`, and the preview that names what would be lost."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import strawberry

from domain.activities import LeadActivities
from domain.conversion import LossReason
from domain.custom_fields import RecordType
from domain.entities import ENTITIES
from domain.errors import RefusedError
from loaders.loaders import Loaders
from resolvers.conversion import Converted, convert_lead, preview_conversion
from resolvers.conversion_plan import Plan
from resolvers.operation import Operation
from schema.classes import OBJECTS
from schema.context import Info, operation
from schema.inputs import input_type
from schema.record_mutations import attempt, shown_rows
from schema.signatures import argument, declare_resolver
from schema.user_errors import shown_errors
from schema.write_types import id_input, payload_type

_MADE: Final = ("lead", "contact", "company", "deal")
_CREATE: Final = (bool | None, "Whether a new one is made of what the lead holds.")
_CLIENT: Final = input_type(
    "ConvertClientInput",
    "A contact or company of a lead: a new one, or one that is known.",
    {
        "create": _CREATE,
        "link_id": (strawberry.ID | None, "Id of a known one; nothing of the lead goes there."),
    },
)
_DEAL: Final = input_type(
    "ConvertDealInput",
    "A deal of a lead: a new one, or one that is known.",
    {
        "create": _CREATE,
        "pipeline_id": (strawberry.ID | None, "Pipeline of a new one; the default if left out."),
        "link_id": (strawberry.ID | None, "Id of a known one; it gets the lead and nothing else."),
    },
)
_FIELD: Final = input_type(
    "ConvertFieldInput",
    "Where a custom field of the lead goes, instead of to one of the same code or name.",
    {
        "from_": (str, "Code of the lead's field."),
        "entity": (RecordType, "What is made: CONTACT, COMPANY or DEAL."),
        "to": (str | None, "Code of the field there, of the same type; null: it goes nowhere."),
    },
)
_INPUT: Final = id_input(
    "ConvertLeadInput",
    "What a lead becomes; what is left out is not made.",
    {
        "contact": (_CLIENT | None, "The person."),
        "company": (_CLIENT | None, "The organisation."),
        "deal": (_DEAL | None, "The sale."),
        "field_map": (list[_FIELD] | None, "Where custom fields go."),  # type: ignore[valid-type]  # a type that is made above
        "activities": (
            LeadActivities | None,
            "What becomes of the lead's open activities; they are completed if left out.",
        ),
        "if_version": (int | None, "Only if the lead still has this version."),
    },
)
_PAYLOAD: Final = payload_type(
    "ConvertLeadPayload",
    "What came of converting a lead.",
    {
        name: (OBJECTS[name] | None, f"The {name}; null where there is none or it was refused.")
        for name in _MADE
    },
)


async def _convert(root: Any, info: Any, input: Mapping[str, Any]) -> Any:
    async def run(op: Operation) -> dict[str, Any]:
        done: Converted = await convert_lead(op, input)
        shown = {}
        for name in _MADE:
            row = getattr(done, name)
            (shown[name],) = await shown_rows(op, ENTITIES[name], [row])
        return shown

    def make(shown: dict[str, Any] | None, errors: list[Any]) -> Any:
        return _PAYLOAD(**(shown or dict.fromkeys(_MADE)), user_errors=errors)

    return await attempt(info, run, make)


CONVERT_LEAD: Final = strawberry.field(
    resolver=declare_resolver(_convert, {"input": argument(_INPUT, "What is asked.")}, _PAYLOAD),
    description="Converts a lead: makes or links a contact, a company and a deal, all or nothing; "
    "a converted lead can get further deals.",
)


@strawberry.type(description="A field of the lead that goes into something that is made of it.")
class KeptField:
    """A field of the lead that goes into something that is made of it."""

    field: str = strawberry.field(
        description="Name of the lead's field; a custom one as `custom.<code>`."
    )
    entity: RecordType = strawberry.field(description="What it goes into.")
    target: str = strawberry.field(description="Name of the field there.")


@strawberry.type(description="A field of the lead of which something gets into nothing.")
class LostField:
    """A field of the lead of which something gets into nothing."""

    field: str = strawberry.field(
        description="Name of the lead's field; a custom one as `custom.<code>`."
    )
    reason: LossReason = strawberry.field(description="Why.")


_PREVIEW: Final = payload_type(
    "ConvertLeadPreview",
    "What a conversion would do; the lead itself keeps all that it holds.",
    {
        "kept": (list[KeptField], "What goes where."),
        "lost": (list[LostField], "What gets into nothing, or not as a whole."),
        "unreadable": (
            list[str],
            "Fields that you may not read, whatever they hold: nothing of them goes anywhere.",
        ),
    },
)


async def _preview(root: Any, info: Info, input: Mapping[str, Any]) -> Any:
    op = operation(info)
    # Those of the operation read of a lead what its other fields ask for; here all is looked at.
    loaders = Loaders(op.session, op.actor)
    loaders.snapshots = op.loaders.snapshots
    try:
        plan: Plan = await preview_conversion(replace(op, loaders=loaders), input)
    except RefusedError as refusal:
        errors = shown_errors(refusal.errors, info.context.language)
        return _PREVIEW(kept=[], lost=[], unreadable=[], user_errors=errors)
    return _PREVIEW(
        kept=[
            KeptField(field=item.field, entity=RecordType(item.entity.upper()), target=item.target)
            for item in plan.kept
        ],
        lost=[LostField(field=item.field, reason=item.reason) for item in plan.lost],
        unreadable=plan.unreadable,
        user_errors=[],
    )


CONVERT_LEAD_PREVIEW: Final = strawberry.field(
    resolver=declare_resolver(_preview, {"input": argument(_INPUT, "What is asked.")}, _PREVIEW),
    description="What `convertLead` would do with the same input, and what would be lost.",
)

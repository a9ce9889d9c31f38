"""The mutations of definitions of custom fields."""

from typing import Any

import strawberry

from domain.custom_fields import CUSTOM_FIELD, CUSTOM_FIELD_OPTION, CustomFieldType, RecordType
from resolvers import custom_fields
from schema.classes import OBJECTS
from schema.inputs import input_type
from schema.record_mutations import attempt
from schema.settings_mutations import entry, reorder
from schema.signatures import argument, declare_resolver, list_of
from schema.write_types import create_fields, id_input, payload_type, update_fields

_OPTION = input_type(
    "CustomFieldOptionInput",
    "An option of a custom field of the type LIST.",
    {
        "id": (strawberry.ID | None, "Id of the option that is changed; a new one without."),
        **{
            name: given
            for name, given in create_fields(CUSTOM_FIELD_OPTION).items()
            if name != "custom_field_id"
        },
    },
)
_CREATE = input_type(
    "CreateCustomFieldInput",
    "A new custom field; entity, name and type suffice.",
    {
        **create_fields(CUSTOM_FIELD),
        "options": (list_of(_OPTION) | None, "What a field of the type LIST offers."),
    },
)
_UPDATE = input_type(
    "UpdateCustomFieldInput",
    "Changes of a custom field; omitted fields stay, null clears.",
    {
        **update_fields(CUSTOM_FIELD),
        "entity": (RecordType | None, "Never changes."),
        "code": (str | None, "Never changes."),
        "type": (CustomFieldType | None, "Never changes."),
        "is_multiple": (bool | None, "Never changes."),
        "options": (list_of(_OPTION) | None, "Options that are added or, by id, changed."),
        "delete_option_ids": (list[strawberry.ID] | None, "Options that go; none may be in use."),
    },
)
_DELETE = id_input(
    "DeleteCustomFieldInput",
    "Which custom field goes.",
    {"confirm": (bool | None, "Delete it with its values; else only tell what that affects.")},
)


@strawberry.type(description="What deleting a custom field affects.")
class CustomFieldUses:
    """What deleting a custom field affects."""

    records: int = strawberry.field(description="Records that lose a value.")
    stages: int = strawberry.field(description="Stages that ask for a value.")
    roles: int = strawberry.field(description="Roles that speak of it.")


_DELETED = payload_type(
    "DeleteCustomFieldPayload",
    "What deleting a custom field affects, or has affected.",
    {
        "custom_field": (OBJECTS["custom_field"] | None, "The field; null if refused."),
        "affected": (CustomFieldUses | None, "What it affects."),
        "is_deleted": (bool | None, "Whether it was deleted; not before it is confirmed."),
    },
)

CREATE_CUSTOM_FIELD = entry(
    CUSTOM_FIELD, "Create", _CREATE, "Adds a custom field to a type of record.",
    custom_fields.create_field,
)  # fmt: skip
UPDATE_CUSTOM_FIELD = entry(
    CUSTOM_FIELD, "Update", _UPDATE,
    "Changes a custom field: all but its type, code, record type and whether it is multiple.",
    custom_fields.update_field,
)  # fmt: skip
REORDER_CUSTOM_FIELDS = reorder(
    CUSTOM_FIELD, "Puts the custom fields of one type of record into an order.",
    custom_fields.reorder_fields,
)  # fmt: skip


async def _delete(root: Any, info: Any, input: Any) -> Any:
    def shown(found: Any, errors: Any) -> Any:
        row, affected, done = found or (None, None, False)
        uses = None if affected is None else CustomFieldUses(**affected)
        return _DELETED(custom_field=row, affected=uses, is_deleted=done, user_errors=errors)

    return await attempt(info, lambda op: custom_fields.delete_field(op, input), shown)


DELETE_CUSTOM_FIELD = strawberry.field(
    resolver=declare_resolver(_delete, {"input": argument(_DELETE, "What is asked.")}, _DELETED),
    description="Tells what deleting a custom field affects and, if confirmed, deletes it.",
)

"""The surface of `explainAccess`: what somebody may do, and which of their roles lets them."""

from collections.abc import Mapping
from typing import Any, Final

import strawberry

from domain.people import USER
from domain.roles import ROLE, FieldAccess, GrantEntity
from domain.roles import Action as RoleAction
from resolvers.explaining import Question, Reason, explain
from schema.classes import OBJECTS
from schema.context import Info, operation
from schema.filters import read_id
from schema.inputs import input_type
from schema.role_fields import Grant, grant_source
from schema.signatures import argument, declare_resolver, list_of, returns


def _reason_grant(root: Reason) -> Any:
    return None if root.grant is None else grant_source(root.grant)


AccessReason: Final[Any] = strawberry.type(
    type(
        "AccessReason",
        (),
        {
            "__annotations__": {
                "role": OBJECTS[ROLE.name],
                "matched": bool,
                "field_access": FieldAccess | None,
            },
            "role": strawberry.field(description="A role of the person."),
            "grant": strawberry.field(
                resolver=returns(_reason_grant, Grant | None),
                description="Its grant on what is asked; null of a role that has none, and of the "
                "administrator's, which needs none.",
            ),
            "matched": strawberry.field(
                description="Whether the grant is about the record, or about any where none is "
                "named."
            ),
            "field_access": strawberry.field(
                description="What the role lets do with the field; null where none is named."
            ),
        },
    ),
    description="What a role says to what is asked.",
)
AccessDecision: Final[Any] = strawberry.type(
    type(
        "AccessDecision",
        (),
        {
            "__annotations__": {
                "allowed": bool,
                "is_record_readable": bool | None,
                "reasons": list_of(AccessReason),
            },
            "allowed": strawberry.field(
                description="Whether it is allowed: some role has a grant that matches and lets "
                "use the field."
            ),
            "is_record_readable": strawberry.field(
                description="Whether the person may read the record: with one that may not be "
                "read nothing can be done. Null where none is named."
            ),
            "reasons": strawberry.field(description="What each role says, by grants."),
        },
    ),
    description="What somebody may do, and why.",
)
_INPUT: Final = input_type(
    "ExplainAccessInput",
    "What is asked: may somebody do something with a type of records, a record, a field?",
    {
        "user_id": (strawberry.ID | None, "The person; oneself if left out. Others take ROLES."),
        "action": (RoleAction, "What is to be done."),
        "entity": (GrantEntity, "The type of records."),
        "record_id": (strawberry.ID | None, "The record; any where it is left out."),
        "field": (str | None, "The field, by its name or by the code of a custom one."),
    },
)


async def _explain(root: Any, info: Info, input: Mapping[str, Any]) -> Any:
    entity = input["entity"].value.lower()
    user, record = input.get("userId"), input.get("recordId")
    question = Question(
        user=None if user is None else read_id(USER.name, user, ("input", "userId")),
        action=input["action"],
        entity=entity,
        record=None if record is None else read_id(entity, record, ("input", "recordId")),
        field=input.get("field"),
    )
    return await explain(operation(info), question)


EXPLAIN_ACCESS: Final = strawberry.field(
    resolver=declare_resolver(
        _explain, {"input": argument(_INPUT, "What is asked.")}, AccessDecision
    ),
    description="Whether somebody may do something, and which roles let them or do not.",
)

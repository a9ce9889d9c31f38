"""User errors as the API shows them, in the caller's language."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import strawberry

from domain.errors import Code, UserError
from domain.messages import say
from schema.classes import OBJECTS
from schema.context import Info, operation
from schema.signatures import list_of, returns


async def _changed_by(root: Any, info: Info) -> Any:
    return None if root.by is None else await operation(info).loaders.one("user").load(root.by)


FieldConflictType = strawberry.type(
    type(
        "FieldConflict",
        (),
        {
            "__annotations__": {"field": str, "at": datetime},
            "field": strawberry.field(description="Name of the field."),
            "by": strawberry.field(
                resolver=returns(_changed_by, OBJECTS["user"] | None),
                description="Who changed it.",
            ),
            "at": strawberry.field(description="When it was changed."),
        },
    ),
    description="A field that somebody changed since the version that the caller knows.",
)


CONFLICTS: Any = list_of(FieldConflictType)


@strawberry.type(name="UserError", description="One reason why a mutation was refused.")
class UserErrorType:
    """One reason why a mutation was refused."""

    code: Code = strawberry.field(description="What kind of reason; programs go by this.")
    message: str = strawberry.field(description="The reason in the caller's language.")
    path: list[str] = strawberry.field(
        description="Where in the input; starts with `input` (or the argument), indexes as strings."
    )
    conflicts: CONFLICTS = strawberry.field(
        description="For CONFLICT of versions: the fields changed since."
    )


def shown_errors(
    errors: Sequence[UserError], language: str, argument: str = "input"
) -> list[UserErrorType]:
    """Say errors in a language, with paths from the argument."""
    return [
        UserErrorType(
            code=error.code,
            message=say(error.message, language, error.values),
            path=[argument, *error.path],
            conflicts=list(error.conflicts),
        )
        for error in errors
    ]

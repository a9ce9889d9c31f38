"""The mutations of roles: what they grant, and who has them."""

from collections.abc import Iterator
from typing import Any, Final

import strawberry
from graphql import (
    GraphQLError,
    GraphQLSchema,
    coerce_input_value,
    get_nullable_type,
    is_input_object_type,
    is_list_type,
    validate_input_value,
)

from domain.errors import BadInputError, Code, RefusedError, UserError
from domain.fields import Entity
from domain.filters import Condition
from domain.roles import ROLE, ROLE_ASSIGNMENT, FieldAccess, GrantEntity, RowScope, SettingsRight
from domain.roles import Action as RoleAction
from resolvers import role_holders, roles
from resolvers.operation import Operation
from resolvers.role_contents import ReadCondition
from schema.classes import OBJECTS
from schema.custom_filters import has_custom, resolve_custom
from schema.filters import read_where
from schema.inputs import input_type
from schema.record_mutations import attempt
from schema.scalars import JSON
from schema.settings_mutations import deleting
from schema.signatures import argument, declare_resolver, list_of
from schema.write_types import Fields, payload_type

_GRANT: Final = input_type(
    "GrantInput",
    "A right that a role gives: an action on the records that it describes.",
    {
        "entity": (GrantEntity, "The type of records."),
        "action": (RoleAction, "What may be done."),
        "scope": (list[RowScope], "With which records; none: with none of the pipeline or stage."),
        "pipeline_id": (
            strawberry.ID | None,
            "Only in this pipeline, where it replaces what the role grants in general.",
        ),
        "stage_id": (
            strawberry.ID | None,
            "Only on this stage, where it replaces what the role grants elsewhere.",
        ),
        "where": (
            JSON | None,
            "Only with records that match this filter: what `where` of a list of the type takes. "
            'The id "viewer" stands for the person who has the role.',
        ),
    },
)
_RULE: Final = input_type(
    "FieldRuleInput",
    "What a role lets do with one field.",
    {
        "entity": (GrantEntity, "The type of records."),
        "field": (
            str,
            "Name of the field, or code of a custom field (custom.<code> where a field of the "
            "type has that name).",
        ),
        "access": (FieldAccess, "What may be done with it."),
    },
)
_DEFAULT: Final = input_type(
    "FieldDefaultInput",
    "What a role lets do with the fields of a type that it does not name.",
    {
        "entity": (GrantEntity, "The type of records."),
        "access": (FieldAccess, "What may be done with them; HIDDEN: rules list what is shown."),
    },
)
CONTENTS: Final[Fields] = {
    "name": (str | None, "Name that people see."),
    "grants": (list_of(_GRANT) | None, "What the role lets do with which records."),
    "fields": (list_of(_RULE) | None, "Fields that the role treats apart."),
    "field_defaults": (
        list_of(_DEFAULT) | None,
        "What holds for the fields that no rule names; they may be written where none is given.",
    ),
    "settings": (list[SettingsRight] | None, "What the role lets set up."),
}
"""What a role is made of, in inputs."""
_CREATE: Final = input_type("CreateRoleInput", "A new role.", CONTENTS)
_UPDATE: Final = input_type(
    "UpdateRoleInput",
    "Changes of a role; omitted fields stay, a list that is given replaces the whole list.",
    {"id": (strawberry.ID, "Id of the role."), **CONTENTS},
)
_HOLDER: Final[Fields] = {
    "user_id": (strawberry.ID | None, "A person."),
    "department_id": (strawberry.ID | None, "The people of a department."),
    "group_id": (strawberry.ID | None, "The people of a group."),
}
_ASSIGN: Final = input_type(
    "AssignRoleInput",
    "To whom a role is given: one of a person, a department, a group.",
    {
        "role_id": (strawberry.ID, "The role."),
        **_HOLDER,
        "include_subdepartments": (
            bool | None,
            "Whether the people of all departments below get it as well.",
        ),
    },
)
_UNASSIGN: Final = input_type(
    "UnassignRoleInput",
    "From whom a role is taken: by the id of the assignment, or by the role and who has it.",
    {
        "id": (strawberry.ID | None, "Id of the assignment."),
        "role_id": (strawberry.ID | None, "The role."),
        **_HOLDER,
    },
)


def _unknown(given: Any, kind: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Give the paths of what an input type does not have: GraphQL tells of what they stand in."""
    kind = get_nullable_type(kind)
    if is_list_type(kind) and isinstance(given, list):
        for index, item in enumerate(given):
            yield from _unknown(item, kind.of_type, (*path, str(index)))
    elif is_input_object_type(kind) and isinstance(given, dict):
        for name, value in given.items():
            if name in kind.fields:
                yield from _unknown(value, kind.fields[name].type, (*path, name))
            else:
                yield (*path, name[:50])


def reader_of(op: Operation, schema: GraphQLSchema) -> ReadCondition:
    """Give what reads the filters of grants by the types of a workspace's schema."""

    async def read(entity: Entity, given: Any, path: tuple[str, ...]) -> Condition:
        kind: Any = schema.type_map[f"{entity.type_name}Filter"]
        wrong: list[UserError] = []

        def note(error: GraphQLError, place: list[str | int]) -> None:
            where = (*path, *map(str, place))
            reason = error.message.rstrip(".")
            wrong.append(UserError(Code.INVALID, "no_condition", where, {"reason": reason}))

        wrong.extend(
            UserError(Code.INVALID, "no_field", (*path, *place), {"name": place[-1]})
            for place in _unknown(given, kind, ())
        )
        if not wrong:
            validate_input_value(given, kind, note, hide_suggestions=True)
        if wrong:
            raise RefusedError(wrong)
        try:
            tree = read_where(entity, coerce_input_value(given, kind), path)
            return await resolve_custom(op, tree) if has_custom(tree) else tree
        except BadInputError as error:
            reason = UserError(Code.INVALID, error.message, error.path, error.values)
            raise RefusedError([reason]) from error

    return read


def _writing(verb: str, given: Any, text: str, work: Any) -> Any:
    """Make the mutation that makes or changes a role, whose filters the schema reads."""
    payload = payload_type(
        f"{verb}RolePayload",
        "What came of the change of a role.",
        {ROLE.name: (OBJECTS[ROLE.name] | None, "The role; null if refused.")},
    )

    async def resolve(root: Any, info: Any, input: Any) -> Any:
        return await attempt(
            info,
            lambda op: work(op, input, reader_of(op, info._raw_info.schema)),
            lambda row, errors: payload(role=row, user_errors=errors),
        )

    arguments = {"input": argument(given, "What is asked.")}
    return strawberry.field(
        resolver=declare_resolver(resolve, arguments, payload), description=text
    )


CREATE_ROLE = _writing("Create", _CREATE, "Makes a role.", roles.create_role)
UPDATE_ROLE = _writing(
    "Update", _UPDATE, "Changes a role, from the next request on.", roles.update_role
)
DELETE_ROLE = deleting(
    ROLE,
    "Deletes a role: people lose it, API keys that are bound to it end. The administrator's stays.",
    roles.delete_role,
)


def _holding(verb: str, given: Any, text: str, work: Any) -> Any:
    payload = payload_type(
        f"{verb}RolePayload",
        "What came of giving or taking a role.",
        {
            ROLE_ASSIGNMENT.name: (
                OBJECTS[ROLE_ASSIGNMENT.name] | None,
                "Who has the role, or had it; null if refused.",
            )
        },
    )

    async def resolve(root: Any, info: Any, input: Any) -> Any:
        return await attempt(
            info,
            lambda op: work(op, input),
            lambda row, errors: payload(role_assignment=row, user_errors=errors),
        )

    arguments = {"input": argument(given, "What is asked.")}
    return strawberry.field(
        resolver=declare_resolver(resolve, arguments, payload), description=text
    )


ASSIGN_ROLE = _holding(
    "Assign",
    _ASSIGN,
    "Gives a role to a person, a department or a group; who has it already keeps it.",
    role_holders.assign_role,
)
UNASSIGN_ROLE = _holding(
    "Unassign",
    _UNASSIGN,
    "Takes a role from whom it was given to; an administrator is left.",
    role_holders.unassign_role,
)

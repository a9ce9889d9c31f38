"""The surface of `previewRole`: what a change of a role would do, told without making it."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import strawberry

from domain.people import USER
from domain.roles import Action as RoleAction
from domain.roles import GrantEntity, SettingsRight
from resolvers.hidden import field_label
from resolvers.previewing import MOST_PEOPLE, PersonPreview, Preview, TypePreview, preview_role
from resolvers.role_contents import shown_name
from schema.classes import OBJECTS
from schema.context import Info, operation
from schema.inputs import input_type
from schema.role_mutations import CONTENTS, reader_of
from schema.signatures import argument, declare_resolver, list_of, returns

_GRANTED: Final = {kind.value.lower(): kind for kind in GrantEntity}
_SIDES: Final = (("gained", "would"), ("lost", "would no longer"))
_COUNTED: Final = (
    ("records", RoleAction.READ, "see"),
    ("updatable", RoleAction.UPDATE, "change"),
    ("deletable", RoleAction.DELETE, "delete"),
)


def _made(name: str, description: str, parts: dict[str, tuple[Any, Any, str]]) -> Any:
    """Make an object type of parts: type, how it is read from the source, description."""
    fields = {
        key: strawberry.field(resolver=returns(read, kind), description=text)
        for key, (kind, read, text) in parts.items()
    }
    return strawberry.type(type(name, (), fields), description=description)


def _actions(side: str) -> Callable[[TypePreview], list[RoleAction]]:
    def read(root: TypePreview) -> list[RoleAction]:
        found = getattr(root, side).actions
        return [action for action in RoleAction if action in found]

    return read


def _fields(side: str, part: str) -> Callable[[TypePreview], list[str]]:
    def read(root: TypePreview) -> list[str]:
        names = getattr(getattr(root, side), part)
        return [shown_name(root.entity, name) for name in sorted(names)]

    return read


def _records(side: str, action: RoleAction) -> Callable[[TypePreview], int]:
    def read(root: TypePreview) -> int:
        found: int = getattr(root, side).records.get(action, 0)
        return found

    return read


def _entity(root: TypePreview) -> GrantEntity:
    return _GRANTED[root.entity]


RolePreviewType: Final = _made(
    "RolePreviewType",
    "What a change of a role would do for a type of records.",
    {
        "entity": (GrantEntity, _entity, "The type."),
        **{
            f"actions_{side}": (
                list[RoleAction],
                _actions(side),
                f"What somebody {would} be able to do with some record of the type.",
            )
            for side, would in _SIDES
        },
        **{
            f"fields_{side}": (
                list[str],
                _fields(side, "fields"),
                f"Fields that somebody {would} be able to read, on some record or on more of "
                "those that they see; custom ones by their codes.",
            )
            for side, would in _SIDES
        },
        **{
            f"writable_{side}": (
                list[str],
                _fields(side, "writable"),
                f"Fields that somebody {would} be able to write, on any record.",
            )
            for side, would in _SIDES
        },
        **{
            f"{part}_{side}": (
                int,
                _records(side, action),
                f"Records that the counted people {would} be able to {verb}, summed up over them.",
            )
            for part, action, verb in _COUNTED
            for side, would in _SIDES
        },
    },
)


def _user(root: PersonPreview) -> Any:
    return root.user


def _gained(root: PersonPreview) -> int:
    return root.gained


def _lost(root: PersonPreview) -> int:
    return root.lost


RolePreviewPerson: Final = _made(
    "RolePreviewPerson",
    "What a change of a role would do for a person.",
    {
        "user": (OBJECTS[USER.name], _user, "The person."),
        "records_gained": (int, _gained, "Records that they would see and do not see now."),
        "records_lost": (int, _lost, "Records that they see now and would not see."),
    },
)


def _all_fields(side: str) -> Callable[[Preview], list[str]]:
    def read(root: Preview) -> list[str]:
        return [
            field_label(kind.entity, name)
            for kind in root.types.values()
            for name in sorted(getattr(kind, side).fields)
        ]

    return read


def _all_records(side: str) -> Callable[[Preview], int]:
    def read(root: Preview) -> int:
        return sum(getattr(person, side) for person in root.people)

    return read


def _settings(side: str) -> Callable[[Preview], list[SettingsRight]]:
    def read(root: Preview) -> list[SettingsRight]:
        found = getattr(root, f"settings_{side}")
        return [right for right in SettingsRight if right in found]

    return read


def _differs(kind: TypePreview) -> bool:
    return any(
        side.actions or side.fields or side.writable or any(side.records.values())
        for side in (kind.gained, kind.lost)
    )


def _types(root: Preview) -> Sequence[Any]:
    return [kind for name, kind in root.types.items() if name in _GRANTED and _differs(kind)]


def _people(root: Preview) -> Sequence[Any]:
    return root.people


def _users_affected(root: Preview) -> int:
    return root.users_affected


def _keys_affected(root: Preview) -> int:
    return root.api_keys_affected


def _counted(root: Preview) -> int:
    return len(root.people)


RolePreview: Final = _made(
    "RolePreview",
    "What a change of a role, or a new one, would do.",
    {
        "users_affected": (
            int,
            _users_affected,
            "Active people whose rights would be others than now.",
        ),
        "users_counted": (
            int,
            _counted,
            f"Of how many of them records are counted: the first {MOST_PEOPLE}.",
        ),
        "api_keys_affected": (
            int,
            _keys_affected,
            "API keys that are bound to the role and that it would narrow otherwise.",
        ),
        **{
            f"fields_{side}": (
                list[str],
                _all_fields(side),
                f"Fields that somebody {would} be able to read, such as Deal.amount.",
            )
            for side, would in _SIDES
        },
        **{
            f"records_{side}": (
                int,
                _all_records(side),
                f"Records that the counted people {would} see, summed up over them.",
            )
            for side, would in _SIDES
        },
        **{
            f"settings_{side}": (
                list[SettingsRight],
                _settings(side),
                f"What somebody {would} be able to set up.",
            )
            for side, would in _SIDES
        },
        "types": (list_of(RolePreviewType), _types, "By type of records, where anything differs."),
        "people": (
            list_of(RolePreviewPerson),
            _people,
            f"By person: of those affected the first {MOST_PEOPLE}, by when they were added.",
        ),
    },
)
_INPUT: Final = input_type(
    "PreviewRoleInput",
    "A change of a role as `updateRole` takes it or, without an id, a new role as `createRole` "
    "does; and to whom it would be given besides those who have it.",
    {
        "id": (strawberry.ID | None, "Id of the role; a new one where it is left out."),
        **CONTENTS,
        "user_ids": (list[strawberry.ID] | None, "People to whom it would be given."),
        "department_ids": (list[strawberry.ID] | None, "Departments to which it would be given."),
        "include_subdepartments": (
            bool | None,
            "Whether the people of all departments below these would get it as well.",
        ),
        "group_ids": (list[strawberry.ID] | None, "Groups to which it would be given."),
    },
)


async def _preview(root: Any, info: Info, input: Any) -> Any:
    op = operation(info)
    return await preview_role(op, input, reader_of(op, info._raw_info.schema))


PREVIEW_ROLE: Final = strawberry.field(
    resolver=declare_resolver(
        _preview, {"input": argument(_INPUT, "What would be changed.")}, RolePreview
    ),
    description="What a change of a role would do to whom; nothing is changed. Takes the right "
    "ROLES and whatever else the change itself takes.",
)

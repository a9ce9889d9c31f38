"""What roles say, as types of the API, and what people's roles are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import strawberry

from domain.ids import decode_id
from domain.roles import (
    ROLE,
    ROLE_ASSIGNMENT,
    Action,
    FieldAccess,
    GrantEntity,
    RowScope,
    SettingsRight,
)
from loaders.rights import load_organisation, seen_roles
from loaders.rows import Row
from resolvers.role_contents import CUSTOM, shown_name
from schema.classes import OBJECTS
from schema.context import Context, running
from schema.execution.reading import BatchReader, batched_field, plain_field
from schema.scalars import JSON
from schema.signatures import list_of


@dataclass(frozen=True, slots=True)
class GrantSource:
    """A grant as a role keeps it."""

    entity: GrantEntity
    action: Action
    scope: Sequence[RowScope]
    pipeline_id: UUID | None
    stage_id: UUID | None
    where: Any


def grant_source(item: Mapping[str, Any]) -> GrantSource:
    """Read a grant from the form in which roles keep it."""
    pipeline_id, stage_id = (
        None if item[name] is None else decode_id(item[name])[1]
        for name in ("pipelineId", "stageId")
    )
    return GrantSource(
        GrantEntity(item["entity"]),
        Action(item["action"]),
        [RowScope(name) for name in item["scope"]],
        pipeline_id,
        stage_id,
        item["where"],
    )


def _place(entity: str) -> BatchReader:
    async def read(context: Context, sources: Sequence[GrantSource]) -> list[Any]:
        keys = [getattr(source, f"{entity}_id") for source in sources]
        there = [key for key in keys if key is not None]
        rows = iter(await running(context).loaders.one(entity).load_batch(there))
        return [None if key is None else next(rows) for key in keys]

    return read


Grant: Final[Any] = strawberry.type(
    type(
        "Grant",
        (),
        {
            "__annotations__": {
                "entity": GrantEntity,
                "action": Action,
                "scope": list[RowScope],
                "where": JSON | None,
            },
            "entity": strawberry.field(description="The type of records."),
            "action": strawberry.field(description="What may be done."),
            "scope": strawberry.field(
                description="With which records; none: with no records of the place."
            ),
            "pipeline": batched_field(
                "Only in this pipeline, where it replaces what the role grants in general.",
                OBJECTS["pipeline"] | None,
                ("pipeline_id",),
                _place("pipeline"),
            ),
            "stage": batched_field(
                "Only on this stage, where it replaces what the role grants elsewhere.",
                OBJECTS["stage"] | None,
                ("stage_id",),
                _place("stage"),
            ),
            "where": strawberry.field(
                description="Only with records that match this filter of their type."
            ),
        },
    ),
    description="A right that a role gives: an action on the records that it describes.",
)


@strawberry.type(description="What a role lets do with one field.")
class FieldRule:
    """What a role lets do with one field."""

    entity: GrantEntity = strawberry.field(description="The type of records.")
    field: str = strawberry.field(description="Name of the field, or code of the custom field.")
    is_custom: bool = strawberry.field(description="Whether it is a custom field.")
    access: FieldAccess = strawberry.field(description="What may be done with it.")


@strawberry.type(description="What a role lets do with the fields of a type that it does not name.")
class FieldDefault:
    """What a role lets do with the fields of a type that it does not name."""

    entity: GrantEntity = strawberry.field(description="The type of records.")
    access: FieldAccess = strawberry.field(description="What may be done with them.")


def _grants(items: Sequence[Mapping[str, Any]]) -> list[GrantSource]:
    return [grant_source(item) for item in items]


def _rules(items: Sequence[Mapping[str, Any]]) -> list[FieldRule]:
    return [
        FieldRule(
            entity=GrantEntity(item["entity"]),
            field=shown_name(item["entity"].lower(), item["field"]),
            is_custom=item["field"].startswith(CUSTOM),
            access=FieldAccess(item["access"]),
        )
        for item in items
    ]


def _defaults(items: Sequence[Mapping[str, Any]]) -> list[FieldDefault]:
    return [
        FieldDefault(entity=GrantEntity(item["entity"]), access=FieldAccess(item["access"]))
        for item in items
    ]


def _settings(items: Sequence[str]) -> list[SettingsRight]:
    return [SettingsRight(item) for item in items]


async def _assignments(context: Context, sources: Sequence[Row]) -> list[list[Row]]:
    loaders = running(context).loaders
    seen = await seen_roles(loaders)
    if seen is not None:
        return [list(seen.get(role.id, ())) for role in sources]
    found: list[list[Row]] = await loaders.children(ROLE.get("assignments")).load_batch(
        [role.id for role in sources]
    )
    return found


ROLE_FIELDS: Final[Mapping[str, Any]] = {
    "grants": plain_field(
        "What it lets do with which records; the administrator's role lets do everything.",
        list_of(Grant),
        ("grants",),
        convert=_grants,
    ),
    "fields": plain_field(
        "Fields that it treats apart.", list[FieldRule], ("field_rules",), convert=_rules
    ),
    "field_defaults": plain_field(
        "What holds for the fields that it does not name; they may be written where none is given.",
        list[FieldDefault],
        ("field_defaults",),
        convert=_defaults,
    ),
    "settings": plain_field(
        "What it lets set up.", list[SettingsRight], ("settings",), convert=_settings
    ),
    "assignments": batched_field(
        "Who has it; without the right ROLES only what gives it to you.",
        list_of(OBJECTS[ROLE_ASSIGNMENT.name]),
        ("id",),
        _assignments,
    ),
}
"""The fields of roles that are more than what is stored."""


async def roles_of(context: Context, people: Sequence[UUID]) -> list[list[Row] | None]:
    """Give the roles of people by name; None of those whose roles the caller may not see."""
    op = running(context)
    sees_all = op.actor.rights.has(SettingsRight.ROLES)
    organisation = await load_organisation(op.loaders)
    known = {row.id: row for row in await op.loaders.everything(ROLE.name)}
    return [
        [row for key, row in known.items() if key in held]
        if sees_all or person == op.actor.user_id
        else None
        for person in people
        for held in [organisation.held_by(person)]
    ]


async def _roles(context: Context, sources: Sequence[Row]) -> list[list[Row] | None]:
    return await roles_of(context, [row.id for row in sources])


async def _are_admins(context: Context, sources: Sequence[Row]) -> list[bool]:
    organisation = await load_organisation(running(context).loaders)
    return [any(role.is_administrator for role in organisation.roles_of(row.id)) for row in sources]


USER_FIELDS: Final[Mapping[str, Any]] = {
    "roles": batched_field(
        "Their roles by name; of others only with the right ROLES, else null.",
        list_of(OBJECTS[ROLE.name]) | None,
        ("id",),
        _roles,
    ),
    "is_admin": batched_field(
        "Whether they have the administrator's role.", bool | None, ("id",), _are_admins
    ),
}
"""The fields of people that follow from who has which role."""

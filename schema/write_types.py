"""Input and payload types of mutations, derived from the declarations."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, Final

import strawberry

from domain.entities import RECORDS
from domain.fields import EDITED_KINDS, Entity, Field, Kind
from domain.settings import PipelineEntity
from resolvers.pipelines import PipelineTemplate
from resolvers.values import edit_names
from schema.classes import OBJECTS
from schema.duplicates import duplicates_field
from schema.inputs import input_type
from schema.requisites import REQUISITE_INPUT
from schema.scalars import JSON, CurrencyCode
from schema.signatures import list_of
from schema.user_errors import UserErrorType
from schema.values import (
    CUSTOM_VALUE_INPUT,
    EXTERNAL_ID_INPUT,
    MONEY_INPUT,
    PART_INPUTS,
    POINT_INPUTS,
    PRODUCT_PRICE_INPUT,
    PRODUCT_ROW_INPUT,
)

Fields = dict[str, tuple[Any, str]]

_PLAIN: Final[dict[Kind, Any]] = {
    Kind.STRING: str,
    Kind.TEXT: str,
    Kind.EMAIL: str,
    Kind.COLOR: str,
    Kind.CURRENCY: CurrencyCode,
    Kind.INTEGER: int,
    Kind.BOOLEAN: bool,
    Kind.DECIMAL: Decimal,
    Kind.DATE: date,
    Kind.DATETIME: datetime,
    Kind.REFERENCE: strawberry.ID,
    Kind.LINKS: list[strawberry.ID],
    Kind.MONEY: MONEY_INPUT,
    Kind.EXTERNAL_IDS: list_of(EXTERNAL_ID_INPUT),
    Kind.JSON: JSON,
    Kind.CUSTOM: list_of(CUSTOM_VALUE_INPUT),
    Kind.PRICES: list_of(PRODUCT_PRICE_INPUT),
    Kind.ROWS: list_of(PRODUCT_ROW_INPUT),
    Kind.REQUISITES: list_of(REQUISITE_INPUT),
}


EXTRA_CREATE: Final[dict[str, Fields]] = {
    "user": {
        "password": (str, "Password, 8 to 200 characters."),
        "role_ids": (list[strawberry.ID] | None, "Roles that the person gets; takes ROLES."),
    },
    "pipeline": {
        "entity": (PipelineEntity | None, "The type of records; only deals have several."),
        "template": (PipelineTemplate | None, "A ready set of stages; the usual ones if left out."),
    },
}


def _annotation(declared: Field) -> Any:
    if declared.kind is Kind.POINTS:
        return list_of(POINT_INPUTS[declared.points])
    if declared.kind in PART_INPUTS:
        return PART_INPUTS[declared.kind]
    if declared.kind is Kind.ENUM:
        return declared.enum
    return _PLAIN[declared.kind]


def create_fields(entity: Entity, *, partial: bool = False) -> Fields:
    """Give the fields of an input that makes an entry; with `partial` none is required."""
    fields: Fields = {}
    for declared in entity.fields:
        if not (declared.creatable and declared.kind is not Kind.INVERSE):
            continue
        annotation = _annotation(declared)
        # An empty name is a user error with a path and a language, a missing reference is not one
        # that a person makes: it may be refused by the schema.
        strict = declared.required and not partial and declared.kind is Kind.REFERENCE
        fields[declared.input_name] = (annotation if strict else annotation | None, declared.doc)
    return fields


def update_fields(entity: Entity) -> Fields:
    """Give the fields of an input that changes an entry."""
    fields: Fields = {"id": (strawberry.ID, f"Id of the {entity.name.replace('_', ' ')}.")}
    if entity.is_versioned:
        what = "record" if entity.is_record else thing(entity)
        fields["if_version"] = (int | None, f"Only if the {what} still has this version.")
    for declared in entity.fields:
        if not declared.writable or declared.kind is Kind.INVERSE:
            continue
        fields[declared.input_name] = (_annotation(declared) | None, declared.doc)
        if declared.kind in EDITED_KINDS:
            add, remove = (_snake(name) for name in edit_names(declared))
            fields[add] = (_annotation(declared) | None, f"Adds to the list. {declared.doc}")
            fields[remove] = (
                list[strawberry.ID] | None, f"Removes from the list. {declared.doc}"
            )  # fmt: skip
    return fields


def _snake(name: str) -> str:
    return "".join(f"_{char.lower()}" if char.isupper() else char for char in name)


def thing(entity: Entity) -> str:
    """Say what an entity is called in texts."""
    return entity.name.replace("_", " ")


def things(entity: Entity) -> str:
    """Say what several of an entity are called in texts."""
    return entity.plural.replace("_", " ")


def plural_name(entity: Entity) -> str:
    """Give the plural of an entity as a part of names: PascalCase."""
    return "".join(part.capitalize() for part in entity.plural.split("_"))


def payload_type(
    name: str, text: str, fields: Fields, beside: Mapping[str, Any] | None = None
) -> Any:
    """Make the payload type of a mutation: what it made, and why it was refused.

    `beside` are fields that are declared already, read only where they are asked for.
    """
    cls: Any = type(name, (), {})
    cls.__annotations__ = {key: annotation for key, (annotation, _) in fields.items()}
    cls.__annotations__["user_errors"] = list[UserErrorType]
    for key, (_, words) in fields.items():
        setattr(cls, key, strawberry.field(description=words))
    for key, made in (beside or {}).items():
        setattr(cls, key, made)
    cls.user_errors = strawberry.field(
        description="Why the mutation was refused; empty when it was done."
    )
    cls.__module__ = __name__
    return strawberry.type(cls, description=text)


@cache
def create_input(entity: Entity) -> type:
    """Make Create<Thing>Input."""
    return input_type(
        f"Create{entity.type_name}Input",
        f"A new {thing(entity)}.",
        {**create_fields(entity), **EXTRA_CREATE.get(entity.name, {})},
    )


@cache
def update_input(entity: Entity) -> type:
    """Make Update<Thing>Input: omitted fields stay, null clears."""
    return input_type(
        f"Update{entity.type_name}Input",
        f"Changes of a {thing(entity)}; omitted fields stay, null clears.",
        update_fields(entity),
    )


def id_input(name: str, text: str, extra: Fields | None = None) -> type:
    """Make an input that names one entry by its id."""
    return input_type(name, text, {"id": (strawberry.ID, "Its id."), **(extra or {})})


def upsert_input(entity: Entity) -> type:
    """Make Upsert<Thing>Input: the external id finds the record, or is given to a new one."""
    return input_type(
        f"Upsert{entity.type_name}Input",
        f"A {thing(entity)} by its id in another system: changed if known, else made.",
        {
            "external_id": (EXTERNAL_ID_INPUT, "Id of the record in the other system."),
            **create_fields(entity, partial=True),
        },
    )


@cache
def import_input(entity: Entity) -> type:
    """Make Import<Thing>Input: an upsert that may say when what happened to a new record."""
    move = input_type(
        "ImportStageInput",
        "A record that is brought in came to a stage.",
        {
            "stage_id": (strawberry.ID, "The stage."),
            "at": (datetime, "When it came there; not before the one before, and not in future."),
            "by_id": (strawberry.ID | None, "Who moved it there."),
        },
    )
    return input_type(
        f"Import{entity.type_name}Input",
        f"A {thing(entity)} by its id in another system, with the times that it has there. One "
        "that is here already is changed as by an upsert; its times stay.",
        {
            "external_id": (EXTERNAL_ID_INPUT, "Id of the record in the other system."),
            **create_fields(entity, partial=True),
            "created_at": (
                datetime | None,
                "When it was made; when it came to its first stage if left out, else now.",
            ),
            "created_by_id": (strawberry.ID | None, "Who made it."),
            "stage_history": (
                list_of(move) | None,
                "The stages that it has been on, the first one first; it stands on the last.",
            ),
        },
    )


def result_type(entity: Entity) -> Any:
    """Make <Thing>Result: what became of one element of a bulk call."""
    return payload_type(
        f"{entity.type_name}Result",
        f"What became of one {thing(entity)} of a bulk call.",
        {
            "index": (int, "Its place in the input."),
            entity.name: (OBJECTS[entity.name] | None, "The record; null where it was refused."),
        },
        duplicates_field(entity),
    )


RESULTS: Final = {entity.name: result_type(entity) for entity in RECORDS}

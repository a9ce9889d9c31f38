"""The mutations of settings: pipelines, stages, dictionaries, people and rates."""

import datetime
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

import strawberry

from domain.fields import Entity
from domain.people import DEPARTMENT, GROUP, USER
from domain.records import DEAL
from domain.settings import DICTIONARY, DICTIONARY_ITEM, PIPELINE, STAGE
from domain.tunnels import TUNNEL
from resolvers import dictionaries, moves, people, pipelines, rates, tunnel_settings
from resolvers.operation import Operation
from schema.classes import OBJECTS
from schema.inputs import input_type
from schema.record_mutations import attempt, shown_rows
from schema.scalars import CurrencyCode
from schema.signatures import argument, declare_resolver, list_of
from schema.write_types import (
    create_input,
    id_input,
    payload_type,
    plural_name,
    thing,
    things,
    update_input,
)

Work = Callable[[Operation, Any], Awaitable[Any]]


def entry(entity: Entity, verb: str, given: Any, text: str, work: Work) -> Any:
    """Make a mutation whose payload is one entry."""
    payload = payload_type(
        f"{verb}{entity.type_name}Payload",
        f"What came of the change of a {thing(entity)}.",
        {entity.name: (OBJECTS[entity.name] | None, f"The {thing(entity)}; null if refused.")},
    )

    async def run(op: Operation, given: Any) -> Any:
        row = await work(op, given)
        return (await shown_rows(op, entity, [row]))[0] if entity.is_record else row

    async def resolve(root: Any, info: Any, input: Any) -> Any:
        return await attempt(
            info,
            lambda op: run(op, input),
            lambda row, errors: payload(**{entity.name: row, "user_errors": errors}),
        )

    arguments = {"input": argument(given, "What is asked.")}
    return strawberry.field(
        resolver=declare_resolver(resolve, arguments, payload), description=text
    )


def creating(entity: Entity, text: str, work: Work) -> Any:
    """Make `create<Thing>`."""
    return entry(entity, "Create", create_input(entity), text, work)


def updating(entity: Entity, text: str, work: Work) -> Any:
    """Make `update<Thing>`."""
    return entry(entity, "Update", update_input(entity), text, work)


def deleting(entity: Entity, text: str, work: Work, extra: tuple[str, str] | None = None) -> Any:
    """Make `delete<Thing>`; `extra` is an id of what takes its place."""
    fields = {extra[0]: (strawberry.ID | None, extra[1])} if extra else {}
    given = id_input(f"Delete{entity.type_name}Input", f"Which {thing(entity)} goes.", fields)
    return entry(entity, "Delete", given, text, work)


def reorder(entity: Entity, text: str, work: Work) -> Any:
    """Make a mutation that puts entries into an order."""
    plural = entity.plural
    payload = payload_type(
        f"Reorder{plural_name(entity)}Payload",
        f"What came of ordering {things(entity)}.",
        {
            plural: (
                list_of(OBJECTS[entity.name]) | None,
                "All in order; null if refused.",
            )
        },
    )

    async def resolve(root: Any, info: Any, ids: Any) -> Any:
        return await attempt(
            info,
            lambda op: work(op, ids),
            lambda rows, errors: payload(**{plural: rows, "user_errors": errors}),
            "ids",
        )

    arguments = {"ids": argument(list[strawberry.ID], "All ids in their new order.")}
    return strawberry.field(
        resolver=declare_resolver(resolve, arguments, payload), description=text
    )


def of_entity(entity: Entity, work: Callable[[Operation, Entity, Any], Awaitable[Any]]) -> Work:
    """Give the work of one entity out of work on any."""

    async def run(op: Operation, raw: Any) -> Any:
        return await work(op, entity, raw)

    return run


CREATE_PIPELINE = creating(
    PIPELINE, "Makes a pipeline with the stages of a template.", pipelines.create_pipeline
)
UPDATE_PIPELINE = updating(PIPELINE, "Renames a pipeline.", pipelines.update_pipeline)
DELETE_PIPELINE = deleting(
    PIPELINE,
    "Deletes a pipeline with its stages; the default one stays.",
    pipelines.delete_pipeline,
    ("move_to", "Id of the pipeline that its records go to, onto stages of the same meaning."),
)
REORDER_PIPELINES = reorder(
    PIPELINE, "Puts the pipelines of deals into an order.", pipelines.reorder_pipelines
)
CREATE_STAGE = creating(
    STAGE, "Adds a stage at the end of the open or the lost ones.", pipelines.create_stage
)
UPDATE_STAGE = updating(STAGE, "Renames or recolours a stage.", pipelines.update_stage)
DELETE_STAGE = deleting(
    STAGE,
    "Deletes a stage; the first, won and lost ones stay.",
    pipelines.delete_stage,
    ("move_to", "Id of the stage of the same pipeline that its records go to."),
)
REORDER_STAGES = reorder(
    STAGE, "Puts the stages of one pipeline into an order.", pipelines.reorder_stages
)
CREATE_TUNNEL = creating(
    TUNNEL, "Makes a tunnel from a stage to one of another pipeline.", tunnel_settings.create_tunnel
)
UPDATE_TUNNEL = updating(
    TUNNEL, "Lets a tunnel lead to another stage.", tunnel_settings.update_tunnel
)
DELETE_TUNNEL = deleting(
    TUNNEL, "Deletes a tunnel; what went through it stays.", tunnel_settings.delete_tunnel
)
CREATE_DICTIONARY = creating(
    DICTIONARY, "Makes a dictionary of your own.", dictionaries.create_dictionary
)
UPDATE_DICTIONARY = updating(DICTIONARY, "Renames a dictionary.", dictionaries.update_dictionary)
DELETE_DICTIONARY = deleting(
    DICTIONARY, "Deletes a dictionary of your own.", dictionaries.delete_dictionary
)
CREATE_ITEM = creating(
    DICTIONARY_ITEM, "Adds a value at the end of a dictionary.", dictionaries.create_item
)
UPDATE_ITEM = updating(DICTIONARY_ITEM, "Renames or recolours a value.", dictionaries.update_item)
DELETE_ITEM = deleting(
    DICTIONARY_ITEM,
    "Deletes a value of a dictionary.",
    dictionaries.delete_item,
    ("replace_with", "Id of the value that records which use it get instead."),
)
REORDER_ITEMS = reorder(
    DICTIONARY_ITEM, "Puts the values of one dictionary into an order.", dictionaries.reorder_items
)
CREATE_USER = creating(USER, "Adds a person.", people.create_user)
UPDATE_USER = updating(USER, "Changes a person.", people.update_user)
CREATE_DEPARTMENT = creating(
    DEPARTMENT, "Adds a department.", of_entity(DEPARTMENT, people.create_entry)
)
UPDATE_DEPARTMENT = updating(
    DEPARTMENT, "Changes a department.", of_entity(DEPARTMENT, people.update_entry)
)
DELETE_DEPARTMENT = deleting(DEPARTMENT, "Deletes an empty department.", people.delete_department)
CREATE_GROUP = creating(GROUP, "Adds a group.", of_entity(GROUP, people.create_entry))
UPDATE_GROUP = updating(GROUP, "Changes a group.", of_entity(GROUP, people.update_entry))
DELETE_GROUP = deleting(GROUP, "Deletes a group; its people stay.", people.delete_group)

_MOVE_INPUT = id_input(
    "MoveDealInput",
    "Where a deal goes.",
    {
        "stage_id": (strawberry.ID | None, "The stage."),
        "pipeline_id": (
            strawberry.ID | None,
            "The pipeline; alone, the deal goes onto its first stage of the same meaning.",
        ),
        "before": (strawberry.ID | None, "The deal that shall stand right below it."),
        "after": (strawberry.ID | None, "The deal that shall stand right above it."),
        "if_version": (int | None, "Only if the deal still has this version."),
    },
)
MOVE_DEAL = entry(
    DEAL, "Move", _MOVE_INPUT, "Moves a deal to a stage, a pipeline or a place in its column.",
    moves.move_deal,
)  # fmt: skip


@strawberry.type(description="What one unit of a currency is worth in the base currency.")
class ExchangeRate:
    """What one unit of a currency is worth in the base currency."""

    currency: CurrencyCode = strawberry.field(description="The currency.")
    date: datetime.date = strawberry.field(description="First day on which the rate holds.")
    rate: Decimal = strawberry.field(description="Units of the base currency for one.")


_RATE_INPUT = input_type(
    "SetExchangeRateInput",
    "What one unit of a currency is worth in the base currency from a day on.",
    {
        "currency": (CurrencyCode, "The currency."),
        "rate": (Decimal, "Units of the base currency for one."),
        "date": (datetime.date | None, "First day on which it holds; today if left out."),
    },
)
_RATE_PAYLOAD = payload_type(
    "SetExchangeRatePayload",
    "What came of setting a rate.",
    {"exchange_rate": (ExchangeRate | None, "The rate; null if refused.")},
)


async def _set_rate(root: Any, info: Any, input: Any) -> Any:
    return await attempt(
        info,
        lambda op: rates.set_rate(op, input),
        lambda row, errors: _RATE_PAYLOAD(exchange_rate=row, user_errors=errors),
    )


SET_EXCHANGE_RATE = strawberry.field(
    resolver=declare_resolver(
        _set_rate, {"input": argument(_RATE_INPUT, "What is asked.")}, _RATE_PAYLOAD
    ),
    description="Sets a rate; amounts of the currency that had no base amount get one.",
)

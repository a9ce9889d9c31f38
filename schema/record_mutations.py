"""The mutations that every type of record has: one factory for each verb."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

import strawberry

from domain.entities import RECORDS
from domain.errors import Code, RefusedError, UserError
from domain.fields import Entity, camel
from domain.roles import Action
from loaders.rows import Row
from resolvers import imports, records
from resolvers.audit import note_denial
from resolvers.operation import Operation
from resolvers.records import MAX_BATCH, Outcome
from schema.classes import OBJECTS
from schema.context import Info, operation
from schema.duplicates import duplicates_field
from schema.signatures import argument, declare_resolver, list_of
from schema.user_errors import shown_errors
from schema.write_types import (
    RESULTS,
    create_input,
    id_input,
    import_input,
    payload_type,
    plural_name,
    thing,
    things,
    update_input,
    upsert_input,
)

RECORD_MUTATIONS: Final = frozenset(
    camel(name)
    for entity in RECORDS
    for name in (
        *(f"{verb}_{entity.name}" for verb in ("create", "update", "delete", "restore", "purge")),
        *(f"{verb}_{entity.plural}" for verb in ("create", "update", "upsert", "delete")),
    )
)
"""Root fields that change records and no settings."""
Raw = Any
Work = Callable[[Operation], Awaitable[Any]]


async def attempt(info: Info, work: Work, make: Any, argument: str = "input") -> Any:
    """Do the work of a mutation and put what came of it, or the refusal, into its payload.

    `make` takes the result (None when refused) and the user errors.
    """
    op = operation(info)
    if op.failed:
        errors: Sequence[UserError] = [UserError(Code.CONFLICT, "earlier_refused", ())]
        return make(None, shown_errors(errors, info.context.language, argument))
    try:
        result = await work(op)
    except RefusedError as refusal:
        op.failed = True
        tell_refused(op, info.field_name, refusal.errors)
        return make(None, shown_errors(refusal.errors, info.context.language, argument))
    return make(result, [])


def tell_refused(op: Operation, field: str, errors: Sequence[UserError]) -> None:
    """Note for the audit log what of a mutation was refused for want of rights, once for each."""
    reasons = (
        (error.message, str(error.values.get("name", "")))
        for error in errors
        if error.code is Code.FORBIDDEN
    )
    for reason, name in dict.fromkeys(reasons):
        note_denial(op, reason, field, **({"refused": [name]} if name else {}))


async def shown_rows(
    op: Operation, entity: Entity, rows: Sequence[Row | None]
) -> Sequence[Row | None]:
    """Give rows as the caller may read them now that they are written; None where that is over."""
    rights = op.actor.rights
    if rights.is_free(entity.name, Action.READ) and not rights.has_masks(entity.name):
        return rows
    there = [row.id for row in rows if row is not None]
    found = iter(await op.loaders.one(entity.name, with_deleted=True).load_batch(there))
    return [None if row is None else next(found) for row in rows]


def _payload(entity: Entity, verb: str, text: str) -> Any:
    return payload_type(
        f"{verb}{entity.type_name}Payload",
        f"What came of {text} a {thing(entity)}.",
        {entity.name: (OBJECTS[entity.name] | None, f"The {thing(entity)}; null if refused.")},
        duplicates_field(entity) if verb == "Create" else None,
    )


def _one(entity: Entity, payload: Any) -> Any:
    """Give the maker of a payload from the outcome of one element."""

    def make(row: Any, errors: list[Any]) -> Any:
        return payload(**{entity.name: row, "user_errors": errors})

    return make


def _row(outcome: Outcome) -> Any:
    if outcome.errors:
        raise RefusedError(outcome.errors)
    return outcome.row


def _single(
    entity: Entity,
    verb: str,
    doing: str,
    text: str,
    argument_type: tuple[str, Any, str],
    work: Callable[[Operation, Any], Awaitable[Outcome]],
) -> Any:
    payload = _payload(entity, verb, doing)
    make = _one(entity, payload)
    name, annotation, words = argument_type

    async def resolve(root: Any, info: Any, **given: Any) -> Any:
        async def run(op: Operation) -> Any:
            (row,) = await shown_rows(op, entity, [_row(await work(op, given[name]))])
            return row

        return await attempt(info, run, make, name)

    arguments = {name: argument(annotation, words)}
    return strawberry.field(
        resolver=declare_resolver(resolve, arguments, payload), description=text
    )


def create_one(entity: Entity) -> Any:
    """Make `create<Thing>`."""

    async def work(op: Operation, raw: Raw) -> Outcome:
        return (await records.create(op, entity, [raw], single=True))[0]

    what = ("input", create_input(entity), f"The new {thing(entity)}.")
    return _single(entity, "Create", "making", f"Makes a {thing(entity)}.", what, work)


def update_one(entity: Entity) -> Any:
    """Make `update<Thing>`."""

    async def work(op: Operation, raw: Raw) -> Outcome:
        return (await records.update(op, entity, [raw], single=True))[0]

    what = ("input", update_input(entity), "The changes; omitted fields stay, null clears.")
    return _single(entity, "Update", "changing", f"Changes a {thing(entity)}.", what, work)


def delete_one(entity: Entity) -> Any:
    """Make `delete<Thing>`."""

    async def work(op: Operation, raw: Raw) -> Outcome:
        return (await records.delete(op, entity, [raw], single=True))[0]

    version = {"if_version": (int | None, "Only if the record still has this version.")}
    given = id_input(f"Delete{entity.type_name}Input", f"Which {thing(entity)} goes.", version)
    what = ("input", given, f"Which {thing(entity)} goes.")
    text = f"Puts a {thing(entity)} into the recycle bin."
    return _single(entity, "Delete", "deleting", text, what, work)


def restore_one(entity: Entity) -> Any:
    """Make `restore<Thing>`."""

    async def work(op: Operation, record_id: str) -> Outcome:
        return _at_argument(await records.restore(op, entity, {"id": record_id}))

    what = ("id", strawberry.ID, "Its id.")
    text = f"Takes a {thing(entity)} out of the recycle bin."
    return _single(entity, "Restore", "restoring", text, what, work)


def purge_one(entity: Entity) -> Any:
    """Make `purge<Thing>`."""

    async def work(op: Operation, record_id: str) -> Outcome:
        return _at_argument(await records.purge(op, entity, {"id": record_id}))

    what = ("id", strawberry.ID, "Its id.")
    text = f"Deletes a {thing(entity)} for good; it cannot be restored."
    return _single(entity, "Purge", "purging", text, what, work)


def _at_argument(outcome: Outcome) -> Outcome:
    """Let errors of a mutation that takes a bare id point to that argument."""
    errors = tuple(
        UserError(error.code, error.message, error.path[1:], error.values, error.conflicts)
        for error in outcome.errors
    )
    return Outcome(outcome.row, errors)


Many = Callable[[Operation, Sequence[Any], bool], Awaitable[list[Outcome]]]


def _bulk(entity: Entity, verb: str, text: str, element: tuple[str, Any, str], work: Many) -> Any:
    """Make a mutation on up to 500 elements, with one result for each."""
    result = RESULTS[entity.name]
    plural = plural_name(entity)
    payload = payload_type(
        f"{verb}{plural}Payload",
        f"What came of a bulk call on {things(entity)}.",
        {"results": (list_of(result), "One result for each element, in the order of the input.")},
    )
    name, annotation, words = element

    async def resolve(root: Any, info: Any, **given: Any) -> Any:
        items = given[name]

        async def run(op: Operation) -> Any:
            if len(items) > MAX_BATCH:
                raise RefusedError(
                    [UserError(Code.LIMIT, "too_many_items", (), {"limit": MAX_BATCH})]
                )
            outcomes = await work(op, items, given.get("atomic", True))
            tell_refused(op, info.field_name, [e for found in outcomes for e in found.errors])
            rows = await shown_rows(op, entity, [outcome.row for outcome in outcomes])
            language = info.context.language
            return [
                result(
                    **{
                        "index": index,
                        entity.name: row,
                        "user_errors": shown_errors(outcome.errors, language, name),
                    }
                )
                for index, (row, outcome) in enumerate(zip(rows, outcomes, strict=True))
            ]

        def make(results: Any, errors: list[Any]) -> Any:
            return payload(results=results or [], user_errors=errors)

        return await attempt(info, run, make, name)

    arguments = {name: argument(list_of(annotation), words), "atomic": ATOMIC}
    declared = declare_resolver(resolve, arguments, payload, defaults={"atomic": True})
    return strawberry.field(resolver=declared, description=text)


ATOMIC = argument(bool, "Whether one refused element refuses all; else the others are written.")


def create_many(entity: Entity) -> Any:
    """Make `create<Things>`."""

    async def work(op: Operation, items: Sequence[Any], atomic: bool) -> list[Outcome]:
        return await records.create(op, entity, items, single=False, atomic=atomic)

    element = ("input", create_input(entity), f"The new {things(entity)}, at most {MAX_BATCH}.")
    return _bulk(entity, "Create", f"Makes many {things(entity)} at once.", element, work)


def update_many(entity: Entity) -> Any:
    """Make `update<Things>`."""

    async def work(op: Operation, items: Sequence[Any], atomic: bool) -> list[Outcome]:
        return await records.update(op, entity, items, single=False, atomic=atomic)

    element = ("input", update_input(entity), f"The changes, at most {MAX_BATCH}.")
    return _bulk(entity, "Update", f"Changes many {things(entity)} at once.", element, work)


def upsert_many(entity: Entity) -> Any:
    """Make `upsert<Things>`."""

    async def work(op: Operation, items: Sequence[Any], atomic: bool) -> list[Outcome]:
        return await records.upsert(op, entity, items, atomic=atomic)

    element = ("input", upsert_input(entity), f"The {things(entity)}, at most {MAX_BATCH}.")
    text = f"Makes or changes many {things(entity)} by their ids in another system."
    return _bulk(entity, "Upsert", text, element, work)


def import_many(entity: Entity) -> Any:
    """Make `import<Things>`."""

    async def work(op: Operation, items: Sequence[Any], atomic: bool) -> list[Outcome]:
        return await imports.import_records(op, entity, items, atomic=atomic)

    element = ("input", import_input(entity), f"The {things(entity)}, at most {MAX_BATCH}.")
    text = (
        f"Brings {things(entity)} in from elsewhere with their own times; takes the right IMPORT. "
        "Nothing is set off by it."
    )
    return _bulk(entity, "Import", text, element, work)


def delete_many(entity: Entity) -> Any:
    """Make `delete<Things>`."""

    async def work(op: Operation, ids: Sequence[Any], atomic: bool) -> list[Outcome]:
        items = [{"id": record_id} for record_id in ids]
        outcomes = await records.delete(op, entity, items, single=False, atomic=atomic)
        return [
            Outcome(
                outcome.row,
                tuple(
                    UserError(error.code, error.message, error.path[:1], error.values)
                    for error in outcome.errors
                ),
            )
            for outcome in outcomes
        ]

    element = ("ids", strawberry.ID, f"Their ids, at most {MAX_BATCH}.")
    text = f"Puts many {things(entity)} into the recycle bin."
    return _bulk(entity, "Delete", text, element, work)

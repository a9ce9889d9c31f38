"""Finds records that may be the same as another one, as far as whoever asks may know of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from auth.policy import require
from auth.rights import Rights
from domain.duplicates import (
    SCORES,
    SOURCES,
    STRONG,
    DuplicateKind,
    DuplicateMode,
    full_name_probes,
    keys_of,
    name_probes,
    title_key,
    values_in,
)
from domain.entities import ENTITIES
from domain.errors import BadInputError, Code
from domain.fields import camel
from domain.ids import InvalidIdError, decode_id
from domain.requisites import is_inn, is_ogrn, without_spaces
from domain.roles import Action
from loaders.duplicates import (
    Match,
    StrongValues,
    Wanted,
    duplicate_control,
    find_matches,
    lock_keys,
    matched_sources,
    mode_of,
    strong_values,
)
from loaders.loaders import Loaders
from loaders.rights import shows
from resolvers.contact_points import InvalidPointError, normalize_point
from resolvers.drafts import Draft
from resolvers.hidden import refuse_field
from resolvers.operation import Operation

MOST_FOUND: Final = 100
MOST_VALUES: Final = 20
_NAME_LENGTH: Final = 255
_VALUE_LENGTH: Final = 500
_POINTS: Final = {"phones": DuplicateKind.PHONE, "emails": DuplicateKind.EMAIL}
_NUMBERS: Final = {"inn": (DuplicateKind.INN, is_inn), "ogrn": (DuplicateKind.OGRN, is_ogrn)}
Raw = Mapping[str, Any]
Probe = Mapping[Wanted, str]
"""What is looked for: each key, with what people write for it."""


@dataclass(frozen=True, slots=True)
class Reason:
    """What a record has in common with what was looked for."""

    kind: DuplicateKind
    value: str


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A record that may be the same as what was looked for."""

    entity: str
    record_id: UUID
    score: int
    reasons: tuple[Reason, ...]


def fresh_loaders(op: Operation) -> Loaders:
    """Give loaders that read records whole: those of the operation read what it shows of them."""
    found = Loaders(op.session, op.actor)
    found.snapshots = op.loaders.snapshots
    return found


def asked_entities(op: Operation, named: str | None) -> tuple[str, ...]:
    """Give the types of records to look among; raises ForbiddenError, BadInputError."""
    if named is None:
        found = tuple(name for name in SOURCES if op.actor.rights.allows(name, Action.READ))
        if not found:
            require(op.actor, Action.READ, next(iter(SOURCES)))
        return found
    if named not in SOURCES:
        raise BadInputError("no_duplicates_of", ("entity",), type=ENTITIES[named].type_name)
    require(op.actor, Action.READ, named)
    return (named,)


async def look_up(op: Operation, named: str | None, of: Raw, first: int) -> list[Duplicate]:
    """Give the records that are like another one, or have given values, the likeliest first.

    Raises BadInputError, and ForbiddenError where the caller may read a field of no record.
    """
    if not 0 <= first <= MOST_FOUND:
        raise BadInputError("page_size", ("first",), limit=MOST_FOUND)
    given = {name: value for name, value in of.items() if value is not None}
    if ("id" in given) == bool(given.keys() - {"id"}):
        raise BadInputError("id_or_values", ("of",))
    entities = asked_entities(op, named)
    if "id" not in given:
        probe = _values_probe(op, entities, given)
        (found,) = await find_duplicates(op, entities, [(None, probe)], first)
        return found
    entity, key = _read_id(given["id"])
    require(op.actor, Action.READ, entity)
    (found,) = await duplicates_of(op, entity, [key], entities, first)
    return found


def _read_id(text: str) -> tuple[str, UUID]:
    try:
        prefix, key = decode_id(text)
    except InvalidIdError as error:
        raise BadInputError("invalid_id", ("of", "id"), target="record") from error
    if prefix not in SOURCES:
        raise BadInputError(
            "id_of_another_type", ("of", "id"), target=" or ".join(SOURCES), found=prefix[:30]
        )
    return prefix, key


def _values_probe(op: Operation, entities: Sequence[str], given: Raw) -> Probe:
    probe: dict[Wanted, str] = {}
    for name, kind in _POINTS.items():
        if name not in given:
            continue
        if len(given[name]) > MOST_VALUES:
            raise BadInputError("list_too_long", ("of", name), limit=MOST_VALUES)
        _require_told(op.actor.rights, entities, (kind,))
        for index, text in enumerate(given[name]):
            stored = _stored(op, kind, text, ("of", name, str(index)))
            probe.update({(kind, key): stored for key in keys_of(kind, [stored])})
    for name, (kind, is_number) in _NUMBERS.items():
        if name in given:
            _require_told(op.actor.rights, entities, (kind,))
            number = without_spaces(given[name])
            if not is_number(number):
                raise BadInputError(f"invalid_{name}", ("of", name))
            probe.update({(kind, key): number for key in keys_of(kind, [number])})
    if "name" in given:
        text = given["name"].strip()
        if len(text) > _NAME_LENGTH:
            raise BadInputError("too_long", ("of", "name"), limit=_NAME_LENGTH)
        _require_told(op.actor.rights, entities, (DuplicateKind.NAME, DuplicateKind.TITLE))
        probe.update({(DuplicateKind.NAME, key): text for key in full_name_probes(text)})
        probe.update({(DuplicateKind.TITLE, key): text for key in [title_key(text)] if key})
    return probe


def _stored(op: Operation, kind: DuplicateKind, text: str, path: tuple[str, ...]) -> str:
    """Give a phone or an e-mail in the form in which it is kept."""
    if len(text) > _VALUE_LENGTH:
        raise BadInputError("too_long", path, limit=_VALUE_LENGTH)
    try:
        return normalize_point(kind.value, text.strip(), op.actor.locale)
    except InvalidPointError as error:
        raise BadInputError(f"invalid_{kind.value.lower()}", path) from error


def _require_told(rights: Rights, entities: Sequence[str], kinds: Sequence[DuplicateKind]) -> None:
    """Refuse what may be read of no record that is asked for; raises ForbiddenError."""
    sources = [
        (entity, source)
        for entity in entities
        for source in SOURCES[entity]
        if source.kind in kinds
    ]
    if sources and all(source not in matched_sources(rights, entity) for entity, source in sources):
        entity, source = sources[0]
        refuse_field(entity, source.shown_as)


async def duplicates_of(
    op: Operation,
    entity: str,
    records: Sequence[UUID],
    entities: Sequence[str],
    first: int,
) -> list[list[Duplicate]]:
    """Give the duplicates of records that are there, by what the caller may read of these."""
    loaders = fresh_loaders(op)
    probes = await _probes_of(loaders, entity, records)
    return await find_duplicates(op, entities, list(zip(records, probes, strict=True)), first)


async def _probes_of(
    loaders: Loaders, entity: str, records: Sequence[UUID]
) -> list[dict[Wanted, str]]:
    rows = await loaders.one(entity).load_batch(records)
    there = [row.id for row in rows if row is not None]
    values = await strong_values(loaders, entity, there)
    return [{} if row is None else dict(_keys_of_row(loaders, row, values)) for row in rows]


def _keys_of_row(loaders: Loaders, row: Any, values: StrongValues) -> Iterator[tuple[Wanted, str]]:
    rights, entity = loaders.actor.rights, row.declared.name
    for source in SOURCES[entity]:
        if not shows(loaders.actor, row, rights.cell(entity, source.shown_as)):
            continue
        if source.kind in STRONG:
            for value in values.get((row.id, source.kind.value), ()):
                for key in keys_of(source.kind, [value]):
                    yield (source.kind, key), value
            continue
        texts = [getattr(row, name) for name in source.fields]
        shown = " ".join(text for text in texts if text)
        probes = name_probes if source.kind is DuplicateKind.NAME else _title_probes
        for key in probes(*texts):
            yield (source.kind, key), shown


def _title_probes(title: str | None) -> tuple[str, ...]:
    return keys_of(DuplicateKind.TITLE, [title])


async def find_duplicates(
    op: Operation,
    entities: Sequence[str],
    probes: Sequence[tuple[UUID | None, Probe]],
    first: int,
) -> list[list[Duplicate]]:
    """Give for each probe the records that it finds, all by one statement.

    The record that a probe is made of is not its own duplicate.
    """
    wanted = {key for _, probe in probes for key in probe}
    by_key: dict[Wanted, list[Match]] = {}
    for match in await find_matches(op.loaders, entities, wanted):
        by_key.setdefault((match.kind, match.key), []).append(match)
    return [_ranked(own, probe, by_key)[:first] for own, probe in probes]


def _ranked(
    own: UUID | None, probe: Probe, by_key: Mapping[Wanted, Sequence[Match]]
) -> list[Duplicate]:
    reasons: dict[tuple[str, UUID], dict[Reason, None]] = {}
    for (kind, key), shown in probe.items():
        for match in by_key.get((kind, key), ()):
            if match.record_id != own:
                found = reasons.setdefault((match.entity, match.record_id), {})
                found[Reason(kind, shown)] = None
    duplicates = [
        Duplicate(entity, record, sum(SCORES[reason.kind] for reason in found), tuple(found))
        for (entity, record), found in reasons.items()
    ]
    # Of equals the newest first: ids grow with time.
    return sorted(duplicates, key=lambda item: (item.score, item.record_id.int), reverse=True)


async def refuse_known(op: Operation, drafts: Sequence[Draft], *, atomic: bool) -> None:
    """Refuse new records that have a phone, e-mail or tax number of another one, if so set up.

    Of records that the caller may not see nothing is told: they refuse nothing either.
    """
    fresh = [draft for draft in drafts if draft.before is None and not draft.errors]
    wanted = {draft.id: dict(_places(draft)) for draft in fresh}
    if not any(wanted.values()):
        return
    entity = fresh[0].entity.name
    if mode_of(await duplicate_control(op.loaders), entity) is not DuplicateMode.REFUSE:
        return
    keys = {key for own in wanted.values() for key in own}
    await lock_keys(op.loaders, entity, keys)
    known = {(item.kind, item.key) for item in await find_matches(op.loaders, [entity], keys)}
    for draft in fresh:
        for key, place in wanted[draft.id].items():
            if key in known:
                draft.values.wrong(Code.DUPLICATE, "known_already", *place)
        if atomic or not draft.errors:
            # The next ones of the call have it from this one.
            known.update(wanted[draft.id])


def _places(draft: Draft) -> Iterator[tuple[Wanted, tuple[str, ...]]]:
    """Give the keys that a new record can be refused for, and where in the input each stands."""
    for source in SOURCES.get(draft.entity.name, ()):
        if source.kind not in STRONG:
            continue
        (name,) = source.fields
        for index, item in enumerate(draft.lists.get(name, ())):
            for part, value in values_in(source.kind, item):
                # A phone is told by its place in the list.
                place = (camel(name), str(index), *([] if part == "value" else [part]))
                for key in keys_of(source.kind, [value]):
                    yield (source.kind, key), place

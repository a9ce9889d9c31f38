"""What custom values point to: that it is there, offered by the field, and free to be taken."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from domain.custom_fields import CustomFieldType
from domain.errors import Code
from domain.files import Place
from domain.ids import decode_id, encode_id
from loaders.rows import Row
from resolvers.attachments import claimable
from resolvers.custom_values import TARGETS, parts_of
from resolvers.drafts import Draft
from resolvers.operation import Operation

Target = tuple[str, UUID]
_HOLDERS: Final = ("resource", "user")


@dataclass(frozen=True, slots=True)
class _Found:
    """A reference in a given value, and where in the input it stands."""

    draft: Draft
    field: Row
    path: tuple[str, ...]
    target: Target


async def check_targets(op: Operation, drafts: Sequence[Draft]) -> None:
    """Note the references to what is not there, not offered, or held by another record."""
    found = list(_references(drafts))
    await _check_files(op, [item for item in found if item.target[0] == "file"])
    wanted: dict[str, set[UUID]] = {}
    others = [item for item in found if item.target[0] != "file"]
    for item in others:
        wanted.setdefault(item.target[0], set()).add(item.target[1])
    known: dict[Target, Row | None] = {}
    for entity, ids in wanted.items():
        ordered = sorted(ids)
        rows = await op.loaders.one(entity).load_batch(ordered)
        known.update({(entity, key): row for key, row in zip(ordered, rows, strict=True)})
    codes: dict[UUID, str] = {}
    if "dictionary_item" in wanted:
        codes = {row.id: row.code for row in await op.loaders.everything("dictionary")}
    for item in others:
        row = known[item.target]
        if row is None or not _fits(item, row, codes):
            item.draft.values.wrong(Code.NOT_FOUND, "not_found", *item.path,
                                    target=item.target[0], field=item.field.code)  # fmt: skip


def _references(drafts: Sequence[Draft]) -> Iterator[_Found]:
    for draft in drafts:
        for key, field in draft.custom.items():
            value = draft.columns.get("custom", {}).get(key)
            if value is None or key not in draft.custom_places:
                continue
            for place, part in enumerate(parts_of(value)):
                path = draft.custom_places[key] + ((str(place),) if field.is_multiple else ())
                for target, inside in targets_of(CustomFieldType(field.type), part):
                    if target[1] in draft.values.taken:
                        continue
                    yield _Found(draft, field, path + inside, target)


def targets_of(kind: CustomFieldType, part: Any) -> Iterator[tuple[Target, tuple[str, ...]]]:
    """Give what a single stored value points to, each with where inside the value that stands."""
    if kind is CustomFieldType.RECORD:
        yield decode_id(part), ()
    elif kind is CustomFieldType.BOOKING:
        if part["service"] is not None:
            yield ("booking_service", UUID(part["service"])), ("serviceId",)
        for name in _HOLDERS:
            for index, key in enumerate(part[f"{name}s"]):
                yield (name, UUID(key)), (f"{name}Ids", str(index))
    elif kind in TARGETS:
        yield (TARGETS[kind], UUID(part)), ()


def _fits(item: _Found, row: Row, dictionaries: Mapping[UUID, str]) -> bool:
    entity, settings = item.target[0], item.field.settings
    if item.field.type == CustomFieldType.BOOKING.value:
        offered = settings.get("services" if entity == "booking_service" else f"{entity}s")
        is_offered = offered is None or encode_id(entity, row.id) in offered
        return is_offered and getattr(row, "is_active", True)
    match entity:
        case "custom_field_option":
            return bool(row.custom_field_id == item.field.id)
        case "dictionary_item":
            return bool(dictionaries.get(row.dictionary_id) == settings["dictionary"])
        case "user":
            return bool(row.is_active)
        case "catalog_section" | "catalog_element" if "catalog" in settings:
            return bool(encode_id("catalog", row.catalog_id) == settings["catalog"])
    return True


async def _check_files(op: Operation, found: Sequence[_Found]) -> None:
    """Note the files that are not the caller's to give, too large, or of another kind."""
    if not found:
        return
    pairs = [
        (item.target[1], Place(item.draft.entity.name, item.draft.id, item.field.id))
        for item in found
    ]
    for item, row in zip(found, await claimable(op, pairs), strict=True):
        wrong, settings = item.draft.values.wrong, item.field.settings
        if row is None:
            wrong(Code.NOT_FOUND, "not_found", *item.path, target="file", field=item.field.code)
            continue
        most, extensions = settings.get("maxSize"), settings.get("extensions")
        if most is not None and row.size > most:
            wrong(Code.LIMIT, "file_too_large", *item.path, limit=most, field=item.field.code)
        if extensions is not None and _extension(row.name) not in extensions:
            wrong(Code.INVALID, "file_extension", *item.path, known=", ".join(extensions),
                  field=item.field.code)  # fmt: skip


def _extension(name: str) -> str:
    return name.rpartition(".")[2].lower()

"""The settings of custom fields, checked by type when a field is made or changed."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from pydantic_core import SchemaError

from domain.custom_fields import MAX_LENGTH, SETTINGS, CustomFieldType, RecordType
from domain.errors import Code
from domain.ids import encode_id
from loaders.custom import count_filled
from loaders.rows import Row
from resolvers.custom_values import WrongValueError, found_in, parse_one
from resolvers.drafts import Draft
from resolvers.operation import Operation
from resolvers.patterns import pattern

_MAX_PATTERN: Final = 500
_MAX_PRECISION: Final = 4
_SOURCES: Final = ("catalog", "dictionary")
_SIZES: Final = ("minLength", "maxLength")
_NOW: Final = "NOW"
_PLACE: Final = "settings"
_MAX_SIZE: Final = 2**31 - 1
_MAX_EXTENSIONS: Final = 50
_EXTENSION: Final = re.compile(r"[a-z0-9]{1,10}")
_OF_CATALOGS: Final = frozenset(
    {CustomFieldType.CATALOG_SECTION.value, CustomFieldType.CATALOG_ELEMENT.value}
)


async def check_settings(op: Operation, draft: Draft, kind: CustomFieldType) -> None:
    """Note what is wrong with the settings that a draft of a field will have."""
    settings = draft.columns["settings"]
    if not isinstance(settings, Mapping):
        draft.values.wrong(Code.INVALID, "expected", _PLACE, expected="an object",
                           found=found_in(settings))  # fmt: skip
        return
    draft.columns["settings"] = settings = {
        name: value for name, value in settings.items() if value is not None
    }
    for name in settings:
        if name not in SETTINGS[kind]:
            draft.values.wrong(Code.INVALID, "unknown_setting", _PLACE, str(name)[:50],
                               known=", ".join(sorted(SETTINGS[kind])) or "-")  # fmt: skip
    if draft.errors:
        return
    _check_bounds(draft, kind, settings)
    _check_others(draft, settings)
    if kind is CustomFieldType.RECORD:
        _check_types(draft, settings)
    if kind is CustomFieldType.DICTIONARY:
        codes = {row.code for row in await op.loaders.everything("dictionary")}
        if settings.get("dictionary") not in list(codes):
            draft.values.wrong(Code.INVALID, "no_dictionary", _PLACE, "dictionary")
    await _check_lists(op, draft, settings)
    if "default" in settings and not draft.errors:
        _check_default(draft, kind, settings)


async def check_source(op: Operation, draft: Draft, before: Row) -> None:
    """Note a change of what values are chosen from while records have some of before."""
    settings = draft.columns["settings"]
    moved = [name for name in _SOURCES if settings.get(name) != before.settings.get(name)]
    if moved and not draft.errors:
        used = await count_filled(op.session, before.entity.lower(), before.id)
        if used:
            draft.values.wrong(Code.IN_USE, "chosen_before", _PLACE, moved[0], count=used)


async def _check_lists(op: Operation, draft: Draft, settings: Mapping[str, Any]) -> None:
    """Note the ids in settings that are none of what they should be ids of."""
    for name, target in (("resources", "resource"), ("users", "user"),
                         ("services", "booking_service")):  # fmt: skip
        given = settings.get(name)
        if given is None:
            continue
        known = {encode_id(target, row.id) for row in await op.loaders.everything(target)}
        if not isinstance(given, list) or any(item not in known for item in map(str, given)):
            draft.values.wrong(Code.NOT_FOUND, "not_found", _PLACE, name, target=target)
    if draft.current("type") in _OF_CATALOGS:
        known = {encode_id("catalog", row.id) for row in await op.loaders.everything("catalog")}
        if str(settings.get("catalog")) not in known:
            draft.values.wrong(Code.NOT_FOUND, "not_found", _PLACE, "catalog", target="catalog")


def _check_others(draft: Draft, settings: Mapping[str, Any]) -> None:
    """Note what is wrong with the settings of bookings and files."""
    overbooking = settings.get("allowOverbooking", False)
    if not isinstance(overbooking, bool):
        draft.values.wrong(Code.INVALID, "expected", _PLACE, "allowOverbooking",
                           expected="true or false", found=found_in(overbooking))  # fmt: skip
    size = settings.get("maxSize")
    if size is not None and (type(size) is not int or not 1 <= size <= _MAX_SIZE):
        draft.values.wrong(Code.INVALID, "out_of_range", _PLACE, "maxSize", minimum=1,
                           maximum=_MAX_SIZE)  # fmt: skip
    extensions = settings.get("extensions")
    if extensions is not None and not _are_extensions(extensions):
        draft.values.wrong(Code.INVALID, "no_extensions", _PLACE, "extensions")


def _are_extensions(given: Any) -> bool:
    return (
        isinstance(given, list)
        and 0 < len(given) <= _MAX_EXTENSIONS
        and all(isinstance(item, str) and _EXTENSION.fullmatch(item) for item in given)
    )


def _check_bounds(draft: Draft, kind: CustomFieldType, settings: Mapping[str, Any]) -> None:
    _check_sizes(draft, kind, settings)
    if "pattern" in settings and not _is_pattern(settings["pattern"]):
        draft.values.wrong(Code.INVALID, "no_pattern", _PLACE, "pattern")
    bounds: dict[str, Any] = {name: settings[name] for name in _SIZES if name in settings}
    for name in ("min", "max"):
        if name in settings:
            try:
                bounds[name] = Decimal(str(parse_one(kind, {}, settings[name])))
            except WrongValueError as error:
                draft.values.wrong(error.code, error.message, _PLACE, name, **error.values)
    for low, high in (("minLength", "maxLength"), ("min", "max")):
        crossed = low in bounds and high in bounds and not draft.errors
        if crossed and bounds[low] > bounds[high]:
            draft.values.wrong(Code.INVALID, "bounds_crossed", _PLACE, high)


def _check_sizes(draft: Draft, kind: CustomFieldType, settings: Mapping[str, Any]) -> None:
    for name in (*_SIZES, "precision"):
        value = settings.get(name)
        most = _MAX_PRECISION if name == "precision" else MAX_LENGTH.get(kind, 0)
        if value is not None and (type(value) is not int or not 0 <= value <= most):
            draft.values.wrong(Code.INVALID, "out_of_range", _PLACE, name, minimum=0, maximum=most)


def _check_types(draft: Draft, settings: Mapping[str, Any]) -> None:
    types = settings.get("types")
    known = [kind.value for kind in RecordType]
    if not isinstance(types, list) or not types or any(item not in known for item in types):
        draft.values.wrong(Code.INVALID, "no_types", _PLACE, "types", known=", ".join(known))


def _check_default(draft: Draft, kind: CustomFieldType, settings: Mapping[str, Any]) -> None:
    default = settings["default"]
    if kind in {CustomFieldType.DATE, CustomFieldType.DATETIME} and default == _NOW:
        return
    try:
        if parse_one(kind, settings, default) is None:
            draft.values.wrong(Code.INVALID, "expected", _PLACE, "default",
                               expected="a value", found="an empty one")  # fmt: skip
    except WrongValueError as error:
        draft.values.wrong(error.code, error.message, _PLACE, "default", *error.path,
                           **error.values)  # fmt: skip


def _is_pattern(text: Any) -> bool:
    if not isinstance(text, str) or len(text) > _MAX_PATTERN:
        return False
    try:
        pattern(text)
    except SchemaError:
        return False
    return True

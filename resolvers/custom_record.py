"""The custom values of records on their way in: read, completed by defaults, checked, required."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from domain.custom_fields import CUSTOM_FIELD, CustomFieldType
from domain.errors import Code
from domain.money import Money
from loaders.rows import Row
from resolvers.checks import MAX_LIST
from resolvers.currencies import Rates, load_rates
from resolvers.custom_bookings import check_free, complete_bookings
from resolvers.custom_targets import check_targets
from resolvers.custom_values import WrongValueError, expected, parse_one, parts_of
from resolvers.defined_fields import fields_of
from resolvers.drafts import Draft
from resolvers.operation import Operation
from resolvers.values import Values

PLACE: Final = "customValues"


def take_typed(values: Values, custom: Mapping[str, Any] | None) -> None:
    """Take the values that an input gives by the names of the fields, beside those by code."""
    if custom:
        typed = [
            {"code": code, "value": as_json(value), "place": ("custom", code)}
            for code, value in custom.items()
        ]
        values.given["custom_values"] = [*(values.given.get("custom_values") or ()), *typed]


def as_json(value: Any) -> Any:
    """Give a value of the typed schema as it would have come in JSON."""
    if isinstance(value, list | tuple):
        return [as_json(part) for part in value]
    if isinstance(value, dict):
        return {name: as_json(part) for name, part in value.items()}
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value


async def fill_custom(op: Operation, drafts: Sequence[Draft]) -> None:
    """Read the custom values that drafts of records give; new records get the defaults."""
    fields = await fields_of(op, drafts[0].entity.name)
    by_code = {row.code: row for row in fields}
    options = await _default_options(op, fields) if any(d.before is None for d in drafts) else {}
    for draft in drafts:
        stored = {} if draft.before is None else dict(draft.before.custom)
        if draft.before is None:
            _take_defaults(op, draft, fields, stored, options)
        _read_given(draft, by_code, stored)
        if draft.before is None or stored != draft.before.custom:
            draft.columns["custom"] = stored
    await _complete_amounts(op, drafts)
    await check_targets(op, drafts)
    await complete_bookings(op, drafts)
    await check_free(op, drafts)


def _take_defaults(
    op: Operation,
    draft: Draft,
    fields: Sequence[Row],
    stored: dict[str, Any],
    options: Mapping[UUID, list[str]],
) -> None:
    given = {item["code"] for item in draft.given.get("custom_values") or ()}
    for field in fields:
        if field.code in given:
            continue
        chosen = options.get(field.id)
        if chosen:
            stored[str(field.id)] = chosen if field.is_multiple else chosen[0]
        elif "default" in field.settings:
            value = _default(op, field)
            stored[str(field.id)] = [value] if field.is_multiple else value
        else:
            continue
        draft.custom[str(field.id)] = field


def _default(op: Operation, field: Row) -> Any:
    kind, default = CustomFieldType(field.type), field.settings["default"]
    if default == "NOW" and kind is CustomFieldType.DATE:
        return op.now.date().isoformat()
    if default == "NOW" and kind is CustomFieldType.DATETIME:
        return parse_one(kind, {}, op.now.isoformat())
    return parse_one(kind, {}, default)


async def _default_options(op: Operation, fields: Sequence[Row]) -> dict[UUID, list[str]]:
    lists = [row for row in fields if row.type == CustomFieldType.LIST.value]
    loader = op.loaders.children(CUSTOM_FIELD.get("options"))
    found = await loader.load_batch([row.id for row in lists])
    return {
        field.id: [str(option.id) for option in options if option.is_default]
        for field, options in zip(lists, found, strict=True)
    }


def _read_given(draft: Draft, by_code: Mapping[str, Row], stored: dict[str, Any]) -> None:
    seen: set[str] = set()
    for index, item in enumerate(draft.given.get("custom_values") or ()):
        code = item["code"]
        typed = item.get("place")
        place = typed or (PLACE, str(index))
        inside = typed or (*place, "value")
        field = by_code.get(code)
        if field is None:
            where = typed or (*place, "code")
            draft.values.wrong(Code.NOT_FOUND, "no_custom_field", *where, name=code[:50])
            continue
        if code in seen:
            draft.values.wrong(Code.DUPLICATE, "given_twice", *(typed or (*place, "code")))
        seen.add(code)
        key = str(field.id)
        draft.custom[key] = field
        try:
            value = _value(field, item.get("value"))
        except WrongValueError as error:
            draft.values.wrong(error.code, error.message, *inside, *error.path,
                               field=code, **error.values)  # fmt: skip
            continue
        if value is None:
            stored.pop(key, None)
        else:
            stored[key] = value
        draft.custom_places[key] = inside


def _value(field: Row, raw: Any) -> Any:
    """Give the stored form of a field's value; None for an empty one."""
    kind = CustomFieldType(field.type)
    if raw is None:
        return None
    if not field.is_multiple:
        return parse_one(kind, field.settings, raw)
    if not isinstance(raw, list):
        raise expected("a list", raw)
    if len(raw) > MAX_LIST:
        raise WrongValueError("list_too_long", code=Code.LIMIT, limit=MAX_LIST)
    found = []
    for index, item in enumerate(raw):
        try:
            value = None if item is None else parse_one(kind, field.settings, item)
        except WrongValueError as error:
            raise WrongValueError(
                error.message, str(index), *error.path, code=error.code, **error.values
            ) from error
        if value is None:
            raise WrongValueError("expected", str(index), expected="a value", found="nothing")
        found.append(value)
    return found or None


async def _complete_amounts(op: Operation, drafts: Sequence[Draft]) -> None:
    """Give amounts their currency and their value in the base currency."""
    amounts = [
        part
        for draft in drafts
        for key, field in draft.custom.items()
        if field.type == CustomFieldType.MONEY.value
        for part in parts_of(draft.columns.get("custom", {}).get(key))
    ]
    foreign = any(part["currency"] not in ("", op.currency) for part in amounts)
    rates = Rates(op.currency, {})
    if foreign:
        rates = await load_rates(op.session, op.currency, op.now.date())
    for part in amounts:
        part["currency"] = part["currency"] or rates.base
        base = rates.to_base(Money(Decimal(part["amount"]), part["currency"]))
        part["base"] = None if base is None else str(base)


async def require_custom(op: Operation, drafts: Sequence[Draft]) -> None:
    """Note the custom fields that a record has to have and has not, on its stage."""
    fields = await fields_of(op, drafts[0].entity.name)
    if not fields:
        return
    bound = [row.id for row in fields]
    pipelines = await op.loaders.linked(CUSTOM_FIELD.get("pipelines")).load_batch(bound)
    stages = await op.loaders.linked(CUSTOM_FIELD.get("required_from")).load_batch(bound)
    for draft in drafts:
        custom = draft.current("custom") or {}
        stage_id = draft.current("stage_id") if "stage_id" in _columns(draft) else None
        moved = draft.before is None or (stage_id is not None and stage_id != draft.before.stage_id)
        stage = None if stage_id is None else await op.loaders.one("stage").load(stage_id)
        for field, only, points in zip(fields, pipelines, stages, strict=True):
            if str(field.id) in custom or not _is_shown(only, stage):
                continue
            # Bound to pipelines, it is asked for when the record comes into one of them.
            came = draft.before is None or (only and moved and _came(draft))
            cleared = str(field.id) in draft.custom
            if (field.is_required and (came or cleared)) or (
                (moved or cleared) and _is_due(points, stage)
            ):
                place = draft.custom_places.get(str(field.id), (PLACE,))
                draft.values.wrong(Code.REQUIRED, "required", *place, field=field.code)


def _came(draft: Draft) -> bool:
    """Tell whether the record goes to another pipeline."""
    before = draft.before
    return before is None or draft.current("pipeline_id") != getattr(before, "pipeline_id", None)


def _columns(draft: Draft) -> Iterable[str]:
    return ("stage_id",) if draft.entity.name in {"deal", "lead"} else ()


def _is_shown(only: Sequence[Row], stage: Row | None) -> bool:
    return not only or stage is None or any(row.id == stage.pipeline_id for row in only)


def _is_due(points: Sequence[Row], stage: Row | None) -> bool:
    if stage is None or stage.semantics == "LOST":
        return False
    return any(row.pipeline_id == stage.pipeline_id and row.sort <= stage.sort for row in points)

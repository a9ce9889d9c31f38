"""Changes of custom values as the event log keeps them."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from domain.custom_fields import CustomFieldType
from domain.fields import camel
from domain.ids import encode_id
from loaders.rows import Row
from resolvers.custom_values import TARGETS
from resolvers.drafts import Draft


def custom_differences(draft: Draft, before: Row | None, after: Row) -> dict[str, dict[str, Any]]:
    """Give the changes of custom values, each by the code of its field."""
    found: dict[str, dict[str, Any]] = {}
    for key, field in draft.custom.items():
        was = None if before is None else before.custom.get(key)
        now = after.custom.get(key)
        if was != now:
            found[f"custom.{field.code}"] = {
                "from": custom_as_json(field, was), "to": custom_as_json(field, now)
            }  # fmt: skip
    return found


def custom_as_json(field: Row, value: Any) -> Any:
    """Give a stored custom value as the API writes it."""
    if value is None:
        return None
    if isinstance(value, list):
        return [custom_as_json(field, part) for part in value]
    kind = CustomFieldType(field.type)
    if kind in TARGETS:
        return encode_id(TARGETS[kind], UUID(value))
    if kind is CustomFieldType.ADDRESS:
        return {camel(part): text for part, text in value.items()}
    if kind is CustomFieldType.MONEY:
        return {"amount": value["amount"], "currency": value["currency"]}
    if kind is CustomFieldType.BOOKING:
        return _booking_as_json(value)
    return value


def _booking_as_json(value: Mapping[str, Any]) -> dict[str, Any]:
    service = value["service"]
    return {
        "id": encode_id("booking", UUID(value["id"])),
        "from": value["from"],
        "to": value["to"],
        "serviceId": None if service is None else encode_id("booking_service", UUID(service)),
        "resourceIds": [encode_id("resource", UUID(key)) for key in value["resources"]],
        "userIds": [encode_id("user", UUID(key)) for key in value["users"]],
    }

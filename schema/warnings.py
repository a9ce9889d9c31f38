"""What the caller should know besides the answer: amounts that could not be compared."""

from collections.abc import Iterable
from typing import Any

from domain.entities import ENTITIES
from domain.fields import camel
from resolvers.operation import Operation


async def warn_of_unrated(op: Operation, amounts: Iterable[tuple[str, str]]) -> None:
    """Count, once an operation, the amounts of a field that have no rate to the base currency."""
    for entity, name in amounts:
        declared = ENTITIES[entity]
        key = f"{declared.type_name}.{camel(name)}"
        if key in op.warnings:
            continue
        warning: dict[str, Any] = {"code": "AMOUNTS_WITHOUT_RATE", "field": key, "count": 0}
        op.warnings[key] = warning
        warning["count"] = await op.loaders.unrated(entity, declared.get(name))

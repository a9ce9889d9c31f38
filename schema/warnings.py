"""What the caller should know besides the answer: amounts that could not be compared."""

from collections.abc import Iterable

from domain.entities import ENTITIES
from domain.fields import camel
from resolvers.operation import Operation


async def warn_of_unrated(op: Operation, amounts: Iterable[tuple[str, str]]) -> None:
    """Count the amounts of fields, as (entity, field), that have no rate to the base currency."""
    wanted = list(amounts)
    counts = await op.loaders.unrated().load_batch(wanted) if wanted else []
    for (entity, name), count in zip(wanted, counts, strict=True):
        declared = ENTITIES[entity]
        key = f"{declared.type_name}.{camel(name)}"
        op.warnings[key] = {"code": "AMOUNTS_WITHOUT_RATE", "field": key, "count": count}

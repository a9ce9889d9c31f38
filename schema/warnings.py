"""What the caller should know besides the answer: amounts that could not be compared."""

from collections.abc import Iterable

from domain.entities import ENTITIES
from domain.fields import camel
from loaders.lists import Amount
from resolvers.operation import Operation


async def warn_of_unrated(op: Operation, amounts: Iterable[Amount]) -> None:
    """Count the records with amounts that have no rate to the base currency."""
    wanted = list(amounts)
    counts = await op.loaders.unrated().load_batch(wanted) if wanted else []
    for amount, count in zip(wanted, counts, strict=True):
        name = camel(amount.name) if amount.field_id is None else f"custom.{amount.name}"
        key = f"{ENTITIES[amount.entity].type_name}.{name}"
        op.warnings[key] = {"code": "AMOUNTS_WITHOUT_RATE", "field": key, "count": count}

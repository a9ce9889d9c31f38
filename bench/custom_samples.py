"""What the lists are asked for: values of the data that about one deal in two hundred has."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import asyncpg

from bench.custom_fields import TWINS, Made
from bench.place import Place
from domain.custom_fields import CustomFieldType
from domain.ids import encode_id
from domain.money import from_scaled

_ONE_IN: Final = 200
_STATEMENTS: Final[Mapping[CustomFieldType, str]] = {
    CustomFieldType.INTEGER: """
        SELECT probability FROM deals WHERE workspace_id = $1 AND probability IS NOT NULL
        GROUP BY 1 ORDER BY abs(count(*) - $2), 1 LIMIT 1
    """,
    CustomFieldType.STRING: """
        SELECT title FROM deals WHERE workspace_id = $1
        GROUP BY 1 ORDER BY abs(count(*) - $2), 1 LIMIT 1
    """,
    CustomFieldType.DATE: """
        SELECT (SELECT array_agg(close_date ORDER BY close_date) FROM (
            SELECT close_date FROM deals WHERE workspace_id = $1 AND close_date IS NOT NULL
            ORDER BY close_date OFFSET $2 * 100 LIMIT $2) AS days)
    """,
    CustomFieldType.MONEY: """
        SELECT amount_base FROM deals WHERE workspace_id = $1 AND amount_base IS NOT NULL
        ORDER BY amount_base DESC OFFSET $2 - 1 LIMIT 1
    """,
    CustomFieldType.LIST: """
        SELECT source_id FROM deals WHERE workspace_id = $1 AND source_id IS NOT NULL
        GROUP BY 1 ORDER BY abs(count(*) - $2), 1 LIMIT 1
    """,
}


@dataclass(frozen=True, slots=True)
class Sample:
    """A condition on a custom field and the same on the field of the deal that it repeats."""

    operator: str
    custom: Any
    system: Any


async def take_samples(place: Place, made: Made) -> dict[str, Sample]:
    """Look into the data for what to ask of each filterable field, by its code."""
    wanted = max(place.deals // _ONE_IN, 1)
    connection = await asyncpg.connect(place.url)
    try:
        return {
            twin.code: _sample(
                made,
                twin.kind,
                await connection.fetchval(_STATEMENTS[twin.kind], place.workspace_id, wanted),
            )
            for twin in TWINS
        }
    finally:
        await connection.close()


def _sample(made: Made, kind: CustomFieldType, value: Any) -> Sample:
    match kind:
        case CustomFieldType.DATE:
            days = (value[0], value[-1])
            return Sample("between", days, days)
        case CustomFieldType.MONEY:
            least = from_scaled(value)
            return Sample("gte", least, least)
        case CustomFieldType.LIST:
            option = encode_id("custom_field_option", made.options[value])
            return Sample("eq", option, encode_id("dictionary_item", value))
        case _:
            return Sample("eq", value, value)

"""What values that point to something are ordered by: the rank of an option, the name of a person.

It is written beside the value, so that an order reads one index. When a rank or a name changes, the
values follow: a portion at once, the rest in the background.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from domain.custom_fields import CustomFieldType
from loaders.rows import Row
from resolvers.custom_values import TARGETS, parts_of
from resolvers.operation import Operation

Ranks = Mapping[tuple[str, UUID], Any]
_NAMES: Final = ("first_name", "last_name", "email")


@dataclass(frozen=True, slots=True)
class Rank:
    """Where the rank of a type's values stands in the pivot, and which columns of it decide."""

    column: str
    sources: tuple[str, ...]


_BY_SORT: Final = Rank("number", ("sort",))
_BY_NAME: Final = Rank("text", ("name",))
RANKS: Final[Mapping[CustomFieldType, Rank]] = {
    CustomFieldType.LIST: _BY_SORT,
    CustomFieldType.DICTIONARY: _BY_SORT,
    CustomFieldType.USER: Rank("text", _NAMES),
    CustomFieldType.CATALOG_SECTION: _BY_NAME,
    CustomFieldType.CATALOG_ELEMENT: _BY_NAME,
}
RANKED: Final[Mapping[str, Rank]] = {TARGETS[kind]: rank for kind, rank in RANKS.items()}
"""The same by what the values point to."""


async def load_ranks(op: Operation, values: Sequence[tuple[Row, Any]]) -> Ranks:
    """Give the ranks of what stored values of fields point to."""
    wanted: dict[str, dict[UUID, None]] = {}
    for field, value in values:
        kind = CustomFieldType(field.type)
        if value is not None and kind in RANKS:
            keys = wanted.setdefault(TARGETS[kind], {})
            keys.update((UUID(part), None) for part in parts_of(value))
    found: dict[tuple[str, UUID], Any] = {}
    for target, ids in wanted.items():
        rows = await op.loaders.truth(target).load_batch(list(ids))
        found.update({(target, row.id): rank_of(row) for row in rows if row is not None})
    return found


def rank_of(row: Row) -> Any:
    """Give what records that point to a row are ordered by."""
    rank = RANKED[row.declared.name]
    if rank.sources != _NAMES:
        return getattr(row, rank.sources[0])
    return " ".join(name for name in (row.first_name, row.last_name) if name) or row.email

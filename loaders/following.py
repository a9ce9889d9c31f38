"""Reads what rows point to along with the rows: one statement instead of one more per reference.

The list stays as it is; what its few rows point to is joined to the finished page. The loader of
the targets then knows them, so whoever follows the reference finds them there.
"""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, func, select

from db.tables import TABLES
from domain.fields import Field
from loaders.listing import ActorReader
from loaders.rows import Row

Followed = tuple[tuple[Field, type[Row]], ...]
"""References, and the classes of the rows that are read of their targets."""
Targets = Iterator[tuple[str, dict[UUID, Row | None]]]
"""By entity, what is known of rows by id; None for what may not be seen."""


def with_targets(statement: Select[Any], followed: Followed, reader: ActorReader) -> Select[Any]:
    """Give the SELECT of a list's rows, in their order, and after each what it points to."""
    if not followed:
        return statement
    page = statement.subquery("page")
    # PostgreSQL numbers rows in the order in which the subquery gives them.
    placed = select(*page.c, func.row_number().over().label("place")).subquery("placed")
    joined: Any = placed
    chosen: list[Any] = [placed.c[column.name] for column in page.c]
    for field, kind in followed:
        target = TABLES[field.target].alias(f"{field.name}_target")
        joined = joined.outerjoin(
            target,
            and_(reader.rows(field.target, target), target.c["id"] == placed.c[field.column]),
        )
        chosen.extend(
            column.label(f"{field.name}__{column.name}") for column in reader.columns(kind, target)
        )
    return select(*chosen).select_from(joined).order_by(placed.c["place"])


def targets_of(
    found: Sequence[Any], kind: type[Row], followed: Followed, *, skip: int, start: int
) -> Targets:
    """Give the targets of a result's rows by entity and id; None for what may not be seen.

    `skip` columns come before those of the row; those of the first target begin at `start`.
    """
    for field, target in followed:
        end = start + len(target.positions)
        reference = skip + kind.positions[field.column]
        at = start + target.positions["id"]
        known: dict[UUID, Row | None] = {}
        for row in found:
            key = row[reference]
            if key is not None and key not in known:
                known[key] = None if row[at] is None else target(row[start:end])
        yield field.target, known
        start = end

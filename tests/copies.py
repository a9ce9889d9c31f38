"""Workspaces copied inside the database: making one by the API takes ten times as long."""

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self
from uuid import UUID

from sqlalchemy import Table

from db.base import metadata
from db.database import Database
from domain.ids import encode_id

_UUID: Final = re.compile(rb"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{7})[0-9a-f]{5}")
_TYPE_ID: Final = re.compile(rb"([a-z]_[0-7][0-9a-hjkmnp-tv-z]{21})[0-9a-hjkmnp-tv-z]{4}(?!\w)")
"""Ids as columns have them and as events tell them; the last 20 bits, which are random, apart."""
_DIGITS, _LETTERS = "\x01", "\x02"
"""Stand for those bits until a copy puts its number there."""
_OF_NO_WORKSPACE: Final = {
    "workspaces": "id = ANY($1)",
    "identities": "id IN (SELECT identity_id FROM users WHERE workspace_id = ANY($1))",
}
"""Tables without `workspace_id` that belong to workspaces all the same: by which rows."""


@dataclass(frozen=True, slots=True)
class Copies:
    """All rows of some workspaces, to be put into the database again under other ids.

    The number of a copy takes the place of the last bits of every id, so ids keep their order.
    """

    tables: Sequence[tuple[Table, str]]
    """What COPY gives of each table, those first to whose rows the later ones point."""

    @classmethod
    async def of(cls, database: Database, *workspaces: UUID) -> Self:
        """Read the workspaces."""
        tables = []
        async with database.engine.connect() as connection:
            driver: Any = (await connection.get_raw_connection()).driver_connection
            for table in metadata.sorted_tables:
                if table.info.get("derived"):
                    continue  # triggers fill it with what they see of the other tables
                rows = await _read(driver, table, workspaces)
                rows = _UUID.sub(rb"\1" + _DIGITS.encode(), rows)
                rows = _TYPE_ID.sub(rb"\1" + _LETTERS.encode(), rows)
                tables.append((table, rows.decode()))
        return cls([(table, rows) for table, rows in tables if rows])

    async def put(self, database: Database, number: int, swaps: Mapping[str, str]) -> None:
        """Add a copy; `swaps` are other texts that it has in place of those of the original."""
        swaps = {_DIGITS: f"{number:05x}", _LETTERS: _letters(number), **swaps}
        async with database.engine.connect() as connection:
            driver: Any = (await connection.get_raw_connection()).driver_connection
            async with driver.transaction():
                for table, rows in self.tables:
                    await driver.copy_to_table(
                        table.name, columns=table.c.keys(), source=_swapped(rows, swaps)
                    )


def id_in_copy(original: str, number: int) -> str:
    """Give the id, as clients have it, of what a copy has in place of something."""
    return original[:-4] + _letters(number)


def _letters(number: int) -> str:
    return encode_id("copy", UUID(int=number))[-4:]


async def _read(driver: Any, table: Table, workspaces: Sequence[UUID]) -> bytes:
    owned = "workspace_id = ANY($1)" if "workspace_id" in table.c else None
    condition = _OF_NO_WORKSPACE.get(table.name, owned)
    if condition is None:
        return b""
    parts: list[bytes] = []

    async def keep(part: bytes) -> None:
        parts.append(bytes(part))

    statement = f"SELECT {', '.join(table.c.keys())} FROM {table.name} WHERE {condition}"  # noqa: S608 - our own names
    await driver.copy_from_query(statement, workspaces, output=keep)
    return b"".join(parts)


async def _swapped(rows: str, swaps: Mapping[str, str]) -> AsyncIterator[bytes]:
    """Give the rows with other texts in them, as the driver wants them."""
    for before, after in swaps.items():
        rows = rows.replace(before, after)
    yield rows.encode()

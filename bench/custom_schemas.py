"""What the schemas of many workspaces cost one process: `python -m bench.custom_schemas 500`.

Measured in a process that does nothing else, as a server holds them: the least recently used go.
"""

import asyncio
import gc
import os
import random
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import orjson
from graphql import parse, validate

from bench.accounts import rss_mib
from domain.custom_fields import CustomFieldType
from loaders.rows import Row, column_names, make_row
from resolvers.custom_binding import Bindings
from schema.build import build_schema
from schema.documents import DocumentCache
from schema.limits import Limits
from schema.workspace_schemas import MAX_SCHEMAS, WorkspaceSchemas
from server.serving import settle_collector

FEW: Final = 50
MANY: Final = MAX_SCHEMAS
MAX_MS: Final = 100.0
MAX_MIB: Final = 2.0
MAX_LEFT: Final = 0.1
_ROOT: Final = Path(__file__).parent.parent
# Of a record type, this many of a workspace's fields.
_FIELDS: Final = {"DEAL": 10, "COMPANY": 4, "CONTACT": 4, "LEAD": 2}
_KINDS: Final = tuple(CustomFieldType)
_NAMES: Final = ("contract", "region", "shipment", "budget", "channel", "model", "terms", "visit")
_MORE: Final = 5
_LEAST_MORE: Final = 50
"""Of fewer that go, what the allocator keeps back would be most of what they leave."""
"""One schema in so many is built beyond those that are held."""
_SEED: Final = 1


@dataclass(frozen=True, slots=True)
class Schemas:
    """What schemas cost in time and memory."""

    held: int
    """As many as the process keeps."""
    built: int
    fields: int
    """Custom fields of each workspace."""
    median_ms: float
    worst_ms: float
    collector_ms: float
    """The longest that the garbage collector took while one was built."""
    before_mib: float
    """The process without schemas of workspaces, and with as many as it keeps, and at the end."""
    full_mib: float
    after_mib: float

    @property
    def each_mib(self) -> float:
        """Memory of one schema."""
        return (self.full_mib - self.before_mib) / self.held

    @property
    def left(self) -> float:
        """The part of their memory that schemas leave behind when they go."""
        return (self.after_mib - self.full_mib) / (self.each_mib * (self.built - self.held))


async def measure_schemas(held: int) -> Schemas:
    """Let a process of its own build so many schemas, and some more."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.custom_schemas", str(held),
        stdout=asyncio.subprocess.PIPE, cwd=_ROOT,
    )  # fmt: skip
    said, _ = await process.communicate()
    if process.returncode != 0:
        raise RuntimeError(f"The schemas cannot be measured: exit code {process.returncode}")
    return Schemas(**orjson.loads(said))


async def _build(held: int) -> Schemas:
    schemas = WorkspaceSchemas(build_schema(DocumentCache(Limits())), held)
    settle_collector()
    before = full = rss_mib(os.getpid())
    built = held + max(held // _MORE, _LEAST_MORE)
    took, collected = [], []
    pauses = _Pauses()
    gc.callbacks.append(pauses.note)
    for number in range(built):
        rows = _rows(random.Random(f"{_SEED} {number}"), number)  # noqa: S311 - made-up data

        async def read(rows: Sequence[Row] = rows) -> tuple[Sequence[Row], Bindings]:
            return rows, {}

        pauses.ms = 0.0
        start = time.perf_counter()
        with await schemas.of(UUID(int=number), 1, read) as own:
            took.append((time.perf_counter() - start) * 1000)
            collected.append(pauses.ms)
            _use(own._schema, rows)
        if len(schemas) != min(number + 1, held):
            raise RuntimeError(f"{len(schemas)} schemas are held after {number + 1}")
        if number + 1 == held:
            full = rss_mib(os.getpid())
    return Schemas(
        held, built, sum(_FIELDS.values()), statistics.median(took), max(took), max(collected),
        before, full, rss_mib(os.getpid()),
    )  # fmt: skip


class _Pauses:
    """Adds up how long the garbage collector works."""

    def __init__(self) -> None:
        self.ms = 0.0
        self._start = 0.0

    def note(self, phase: str, _info: dict[str, int]) -> None:
        if phase == "start":
            self._start = time.perf_counter()
        else:
            self.ms += (time.perf_counter() - self._start) * 1000


def _rows(chance: random.Random, number: int) -> list[Row]:
    """Give the definitions of a workspace, unlike those of any other one."""
    return [
        make_row("custom_field", _values(chance, number, entity, place))
        for entity, count in _FIELDS.items()
        for place in range(count)
    ]


def _values(chance: random.Random, number: int, entity: str, place: int) -> list[Any]:
    kind = chance.choice(_KINDS)
    name = f"{chance.choice(_NAMES)}{number}n{place}"
    values = {
        "id": UUID(int=chance.getrandbits(128)),
        "entity": entity,
        "code": name,
        "name": name,
        "type": kind.value,
        "is_multiple": kind is not CustomFieldType.BOOLEAN and chance.random() < 0.2,
        "is_filterable": chance.random() < 0.7,
        "is_required": False,
        "is_unique": False,
        "settings": {},
        "sort": place,
        "created_at": datetime.now(UTC),
    }
    return [values.get(column) for column in column_names("custom_field")]


def _use(schema: Any, rows: Sequence[Row]) -> None:
    """Validate a document, so that what a schema works out at its first use is in its memory."""
    codes = " ".join(
        row.code for row in rows
        if row.entity == "DEAL" and row.type == CustomFieldType.STRING.value
    )  # fmt: skip
    document = parse(f"{{ deals(first: 1) {{ nodes {{ id custom {{ __typename {codes} }} }} }} }}")
    if errors := validate(schema, document):
        raise RuntimeError(f"A workspace's own document is refused: {errors[0]}")


if __name__ == "__main__":
    sys.stdout.buffer.write(orjson.dumps(asdict(asyncio.run(_build(int(sys.argv[1]))))))

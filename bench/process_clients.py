"""Who is there twice: a look-up by phone, e-mail and name among very many contacts."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final
from uuid import UUID

import asyncpg
from rich.progress import Progress

from auth.actor import Actor
from auth.policy import viewer_values
from bench.meter import Figures, Meter
from bench.place import SEED, Place
from db.base import new_id
from db.session import Session
from domain.duplicates import (
    SOURCES,
    DuplicateKind,
    email_key,
    name_probes,
    phone_key,
    record_keys,
)
from domain.records import CONTACT
from loaders.duplicates import Match, Wanted, find_matches
from loaders.loaders import Loaders
from server.demo.dice import Dice
from server.demo.words import Words

LOOK_UP_MS: Final = 5.0
_BATCH: Final = 20_000
_MADE: Final = "Bench"
"""The job title of those who are made here."""
_CONTACTS: Final = (
    "workspace_id", "id", "first_name", "middle_name", "last_name", "job_title", "responsible_id",
    "created_at", "updated_at",
)  # fmt: skip
_KEYS: Final = ("workspace_id", "entity", "kind", "key", "record_id")
_COUNT: Final = "SELECT count(*) FROM contacts WHERE workspace_id = $1 AND job_title = $2"
_USERS: Final = "SELECT id FROM users WHERE workspace_id = $1 ORDER BY id"
_COMMON: Final = """
SELECT key FROM duplicate_keys WHERE workspace_id = $1 AND entity = 'contact' AND kind = 'NAME'
GROUP BY key ORDER BY count(*) DESC LIMIT 1
"""


class Client:
    """A contact by its number: what it is called, and how it is reached."""

    def __init__(self, words: Words, number: int) -> None:
        """Make up the contact."""
        dice = Dice(b"bench contact", number)
        self.name = words.person(dice)
        self.phone = f"+7943{number:07d}"
        self.email = f"{self.name.latin}.{number}@example.com"

    @property
    def texts(self) -> dict[str, str | None]:
        """The fields that keys are made of."""
        name = self.name
        return {"first_name": name.first, "middle_name": name.middle, "last_name": name.last}

    def probes(self) -> list[Wanted]:
        """Give what one looks for who enters the contact anew."""
        name = self.name
        found = name_probes(name.first, name.middle, name.last)
        return [
            (DuplicateKind.PHONE, phone_key(self.phone)),
            (DuplicateKind.EMAIL, email_key(self.email)),
            *((DuplicateKind.NAME, key) for key in found),
        ]


async def add_clients(connection: asyncpg.Connection, place: Place, number: int) -> None:
    """Add contacts with their keys, as the product keeps them, unless they are there."""
    there = await connection.fetchval(_COUNT, place.workspace_id, _MADE)
    if there >= number:
        return
    people = [row["id"] for row in await connection.fetch(_USERS, place.workspace_id)]
    words = Words("ru", SEED)
    with Progress() as shown:
        task = shown.add_task(f"Making {number:,} contacts", total=number, completed=there)
        for start in range(there, number, _BATCH):
            numbers = range(start, min(start + _BATCH, number))
            rows = await asyncio.to_thread(_rows, place.workspace_id, words, numbers, people)
            async with connection.transaction():
                for table, columns, records in (
                    ("contacts", _CONTACTS, rows[0]), ("duplicate_keys", _KEYS, rows[1]),
                ):  # fmt: skip
                    await connection.copy_records_to_table(table, columns=columns, records=records)
            shown.update(task, completed=numbers.stop)
    for table in ("contacts", "duplicate_keys"):
        await connection.execute(f"VACUUM (ANALYZE) {table}")


def _rows(
    workspace: UUID, words: Words, numbers: Iterable[int], people: Sequence[UUID]
) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    contacts, keys = [], []
    now = datetime.now(UTC)
    for number in numbers:
        client, key = Client(words, number), new_id()
        texts = client.texts
        contacts.append(
            (workspace, key, *texts.values(), _MADE, people[number % len(people)], now, now)
        )
        points = {"PHONE": [client.phone], "EMAIL": [client.email]}
        keys += [
            (workspace, CONTACT.name, kind.value, text, key)
            for kind, text in record_keys(CONTACT.name, texts, points)
        ]
    return contacts, keys


async def measure_look_ups(
    meter: Meter, connection: asyncpg.Connection, place: Place, manager: Actor, number: int
) -> AsyncIterator[tuple[str, list[Figures]]]:
    """Measure looking for somebody known, for nobody, and for who has a name as many have."""
    words = Words("ru", SEED)
    known, unknown = (Client(words, at) for at in (number // 2, number + 1))
    common = await connection.fetchval(_COMMON, place.workspace_id)
    frequent: list[Wanted] = [*known.probes()[:2], (DuplicateKind.NAME, common)]
    for actor, who in ((place.actor, "administrator"), (manager, "sales manager")):
        for name, wanted, kinds in (
            ("somebody known", known.probes(), {"PHONE", "EMAIL", "NAME"}),
            ("nobody's phone and e-mail", unknown.probes(), set()),
            ("a name that many have", frequent, {"PHONE", "EMAIL", "NAME"}),
        ):
            look = partial(_look_up, actor=actor, wanted=wanted)
            found, figures = await meter.measure_sent(look)
            if missing := kinds - {match.kind.value for match in found}:
                raise LookupError(f"{name}: not found by {missing}")
            yield f"duplicates: {name}, {who}", figures


async def _look_up(session: Session, actor: Actor, wanted: Sequence[Wanted]) -> list[Match]:
    session.viewer = viewer_values(actor)
    return await find_matches(Loaders(session, actor), tuple(SOURCES), wanted)

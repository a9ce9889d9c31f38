"""What the server notes beside operations: refusals, failed tries, when tokens were used.

An operation that is refused leaves nothing behind, so what is to be kept of it goes here, and is
written together once a second. However many refusals one caller provokes, little is written: equal
ones are one entry a minute with a count, and what does not fit is counted and left out.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any, Final
from uuid import UUID

import orjson

from db.base import new_id
from db.database import Database
from db.session import Session
from domain.audit import AuditEntry, Origin
from server.logging import log

_SECONDS: Final = 1.0
_FOLDED_SECONDS: Final = 60.0
_MOST_ENTRIES: Final = 2_000
"""Different ones in a minute, of the whole process."""
_MOST_OF_ONE: Final = 30
"""Different ones in a minute of one person, or of one workspace's unknown ones."""
_MOST_TOKENS: Final = 10_000
_TOUCH_SECONDS: Final = 60.0


@dataclass(slots=True)
class _Folded:
    """Equal entries of a minute: the first, and how often it came again."""

    entry: AuditEntry
    since: float
    repeats: int = 0
    is_written: bool = False


class Journal:
    """Collects notes, and writes them while `writing` runs."""

    def __init__(self, database: Database) -> None:
        """Write to a database."""
        self._database = database
        self._folded: dict[bytes, _Folded] = {}
        self._of_one: dict[tuple[UUID, UUID | None], int] = {}
        self._left_out = 0
        self._touched: dict[UUID, float] = {}
        self._uses: dict[UUID, datetime] = {}
        self._flushing = asyncio.Lock()

    def add(self, entry: AuditEntry) -> None:
        """Note an entry of the audit log; equal ones of a minute become one."""
        owner = (entry.workspace_id, entry.user_id)
        if not self._is_folded(entry) and self._of_one.get(owner, 0) >= _MOST_OF_ONE:
            # Whoever provokes so many different ones gets one that stands for the rest.
            entry = replace(entry, about_id=None, token_id=None, origin=Origin(),
                            details={"further": True}, id=None)  # fmt: skip
        if self._is_folded(entry):
            self._folded[_key(entry)].repeats += 1
        elif len(self._folded) < _MOST_ENTRIES:
            self._of_one[owner] = self._of_one.get(owner, 0) + 1
            self._folded[_key(entry)] = _Folded(
                replace(entry, id=entry.id or new_id()), monotonic()
            )
        else:
            self._left_out += 1

    def used(self, token_id: UUID) -> None:
        """Note that a token was used now; told to the database at most once a minute."""
        now = monotonic()
        if now - self._touched.get(token_id, -_TOUCH_SECONDS) < _TOUCH_SECONDS:
            return
        if len(self._touched) >= _MOST_TOKENS:
            self._touched.clear()
        self._touched[token_id] = now
        self._uses[token_id] = datetime.now(UTC)

    @contextlib.asynccontextmanager
    async def writing(self) -> AsyncIterator[None]:
        """Write what comes while the block runs, and the rest at its end."""
        task = asyncio.create_task(self._run())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await self._try_flush(last=True)

    async def flush(self, *, last: bool = False) -> None:
        """Write what was noted; `last`: the counts of minutes that are not over, too."""
        async with self._flushing:
            now = monotonic()
            over = {
                key: folded
                for key, folded in self._folded.items()
                if last or now - folded.since >= _FOLDED_SECONDS
            }
            fresh = [folded for folded in self._folded.values() if not folded.is_written]
            repeated = [(folded, folded.repeats) for folded in over.values() if folded.repeats]
            entries = [folded.entry for folded in fresh]
            entries += [_repeated(folded.entry, count) for folded, count in repeated]
            uses = dict(self._uses)
            if uses or entries:
                await self._write(entries, uses)
            # Only now: what could not be written is tried again.
            self._uses = {key: at for key, at in self._uses.items() if uses.get(key) != at}
            for folded in fresh:
                folded.is_written = True
            self._forget(over)
            if self._left_out:
                log.warning("audit entries left out", count=self._left_out)
                self._left_out = 0

    async def _write(self, entries: Sequence[AuditEntry], uses: Mapping[UUID, datetime]) -> None:
        async with self._database.session(write=True) as session:
            if uses:
                await session.call("voronka_touch_tokens", list(uses), list(uses.values()))
            if entries:
                await write_entries(session, entries)

    def _forget(self, over: Mapping[bytes, _Folded]) -> None:
        for key, folded in over.items():
            del self._folded[key]
            owner = (folded.entry.workspace_id, folded.entry.user_id)
            self._of_one[owner] -= 1
            if not self._of_one[owner]:
                del self._of_one[owner]

    def _is_folded(self, entry: AuditEntry) -> bool:
        return _key(entry) in self._folded

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(_SECONDS)
            await self._try_flush()

    async def _try_flush(self, *, last: bool = False) -> None:
        try:
            await self.flush(last=last)
        except Exception as error:  # noqa: BLE001 - the next turn tries again
            log.error("journal not written", exc_info=error)


def same_id(milliseconds: int, seen: bytes) -> UUID:
    """Give the id of an entry that several processes may bring, by its time and what it is of."""
    number = (milliseconds & 0xFFFF_FFFF_FFFF) << 80 | int.from_bytes(seen[:10])
    return UUID(int=number & ~(0xF << 76) & ~(0x3 << 62) | (0x7 << 76) | (0x2 << 62))


async def write_entries(session: Session, entries: Sequence[AuditEntry]) -> None:
    """Write entries of whatever workspaces, in a session that is bound to none."""
    rows = [_row(entry) for entry in entries]
    await session.call("voronka_journal", orjson.dumps(rows).decode())


def _repeated(entry: AuditEntry, count: int) -> AuditEntry:
    """Give the entry that says how often the same came again within the minute."""
    at = entry.at + timedelta(seconds=_FOLDED_SECONDS)
    return replace(entry, id=new_id(), at=at, details={**entry.details, "repeated": count})


def _key(entry: AuditEntry) -> bytes:
    """Give what makes entries equal: all but their time."""
    return orjson.dumps(
        [entry.workspace_id, entry.kind, entry.user_id, entry.about_id, entry.token_id,
         entry.origin.address, entry.details, entry.id],
        default=str, option=orjson.OPT_SORT_KEYS,
    )  # fmt: skip


def _row(entry: AuditEntry) -> Mapping[str, Any]:
    return {
        "workspace_id": str(entry.workspace_id),
        "id": str(entry.id or new_id()),
        "at": entry.at.isoformat(),
        "kind": entry.kind.value,
        "user_id": _text(entry.user_id),
        "about_id": _text(entry.about_id),
        "token_id": _text(entry.token_id),
        "address": entry.origin.address,
        "user_agent": entry.origin.user_agent,
        "details": entry.details,
    }


def _text(key: UUID | None) -> str | None:
    return None if key is None else str(key)

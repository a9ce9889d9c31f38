"""Passwords: Argon2id with OWASP's minimum parameters, hashed off the event loop."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeVar

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from domain.errors import Code, refuse

# OWASP Password Storage Cheat Sheet: 19 MiB, two passes, one lane.
_hasher = PasswordHash([Argon2Hasher(memory_cost=19_456, time_cost=2, parallelism=1)])
_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="passwords")
_UNKNOWN: Final = _hasher.hash("nobody has this password")
_MOST_AT_ONCE: Final = 20
"""About half a second of work; whoever comes then is told to wait instead of piling up."""

_running: set[asyncio.Future[Any]] = set()
_Result = TypeVar("_Result")


async def hash_password(password: str) -> str:
    """Hash a password for storage; raises RefusedError where too many are being hashed."""
    return await _in_thread(lambda: _hasher.hash(password))


async def verify_password(password: str, stored: str | None) -> tuple[bool, str | None]:
    """Compare a password with a stored hash; takes as long where there is none.

    Gives besides the hash that is to replace a stored one that was made with other parameters.
    Raises RefusedError where too many are being compared.
    """
    matches, fresh = await _in_thread(
        lambda: _hasher.verify_and_update(password, stored or _UNKNOWN)
    )
    return (False, None) if stored is None else (matches, fresh)


async def _in_thread(work: Callable[[], _Result]) -> _Result:
    if len(_running) >= _MOST_AT_ONCE:
        raise refuse(Code.LIMIT, "too_many_attempts")
    task = asyncio.get_running_loop().run_in_executor(_threads, work)
    # Counted until the thread is done, even where nobody waits for it any more.
    _running.add(task)
    task.add_done_callback(_running.discard)
    return await asyncio.shield(task)

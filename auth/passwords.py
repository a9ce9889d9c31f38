"""Passwords: Argon2id with OWASP's minimum parameters, hashed off the event loop."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

MIN_LENGTH: Final = 8
MAX_LENGTH: Final = 200

# OWASP Password Storage Cheat Sheet: 19 MiB, two passes, one lane.
_hasher = PasswordHash([Argon2Hasher(memory_cost=19_456, time_cost=2, parallelism=1)])
_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="passwords")
_UNKNOWN: Final = _hasher.hash("nobody has this password")


async def hash_password(password: str) -> str:
    """Hash a password for storage."""
    return await asyncio.get_running_loop().run_in_executor(_threads, _hasher.hash, password)


async def verify_password(password: str, stored: str | None) -> bool:
    """Compare a password with a stored hash; takes as long where there is none."""
    matches = await asyncio.get_running_loop().run_in_executor(
        _threads, _hasher.verify, password, stored or _UNKNOWN
    )
    return matches and stored is not None

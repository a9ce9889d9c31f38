"""Which exceptions are the database's trouble rather than a bug, told by class and SQLSTATE.

The rest of the server sees only the code that comes out of here: no SQL, no driver's words.
"""

from collections.abc import Iterator
from typing import Final

from asyncpg import InterfaceError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from schema.errors import Code

# https://www.postgresql.org/docs/current/errcodes-appendix.html
_TOO_SLOW: Final = frozenset({"57014", "55P03"})  # query_canceled, lock_not_available
_AWAY: Final = frozenset({"57P01", "57P02", "57P03", "40001", "40P01"})  # shutdown; retries spent
_AWAY_CLASSES: Final = frozenset({"08", "53"})  # connection exception, insufficient resources
_BAD_VALUE_CLASS: Final = "22"  # data exception
# serialization failure, deadlock, and races for a unique key or a row that went away
_LOST: Final = frozenset({"40001", "40P01", "23505", "23503", "23P01"})


def fault(error: BaseException) -> Code | None:
    """Give the code of a database's trouble; None for everything else."""
    for cause in _chain(error):
        # asyncpg says InterfaceError itself of a closed connection, a subclass of a wrong value.
        if isinstance(cause, PoolTimeoutError | ConnectionError) or type(cause) is InterfaceError:
            return Code.UNAVAILABLE
        if isinstance(cause, DBAPIError) and cause.connection_invalidated:
            return Code.UNAVAILABLE
        code = _of_state(sqlstate(cause))
        if code is not None:
            return code
    return None


def lost_race(error: BaseException | None) -> bool:
    """Tell whether a transaction lost against another one, and may be tried again."""
    return error is not None and any(sqlstate(cause) in _LOST for cause in _chain(error))


def sqlstate(error: BaseException) -> str | None:
    """Give the SQLSTATE that a driver's exception carries."""
    state = getattr(error, "sqlstate", None)
    return state if isinstance(state, str) else None


def _of_state(state: str | None) -> Code | None:
    if state is None:
        return None
    if state in _TOO_SLOW:
        return Code.TIMEOUT
    if state in _AWAY or state[:2] in _AWAY_CLASSES:
        return Code.UNAVAILABLE
    return Code.BAD_USER_INPUT if state[:2] == _BAD_VALUE_CLASS else None


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Walk from an exception to what caused it, the driver's own included."""
    seen: set[int] = set()
    step: BaseException | None = error
    while step is not None and id(step) not in seen:
        seen.add(id(step))
        yield step
        original = getattr(step, "orig", None)
        step = original if isinstance(original, BaseException) else step.__cause__

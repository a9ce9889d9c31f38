"""The functions that find a workspace, by a token or a link: statements that call them.

What such a function gave before can be expected again: a statement then looks for it itself, and
gives no row where it is not so any more. That saves asking first, which takes as long as reading a
record.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Select,
    Text,
    Uuid,
    bindparam,
    cast,
    exists,
    func,
    literal_column,
    select,
    text,
)
from sqlalchemy.types import TypeEngine

ACTOR: Final[Mapping[str, TypeEngine[Any]]] = {
    "workspace_id": Uuid(),
    "user_id": Uuid(),
    "token_id": Uuid(),
    "kind": Text(),
    "scopes": ARRAY(Text()),
    "role_id": Uuid(),
    "locale": Text(),
    "currency": Text(),
    "settings_version": BigInteger(),
}
"""What is known of who shows a token."""
_PERSON: Final[Mapping[str, TypeEngine[Any]]] = {
    "workspace_id": Uuid(),
    "user_id": Uuid(),
    "email": Text(),
}
_GIVES: Final[Mapping[str, Mapping[str, TypeEngine[Any]]]] = {
    "voronka_authenticate": ACTOR,
    "voronka_admit": ACTOR,
    "voronka_authenticate_oidc": ACTOR,
    "voronka_calendar": ACTOR,
    "voronka_use_link": _PERSON,
}
"""What each function that finds a workspace gives, in this order.

By name: of what stands for all columns, SQLAlchemy finds out each time what they are.
"""


class MistakenError(RuntimeError):
    """What a query was begun with turned out otherwise: it has to be run without."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a function that finds a workspace gave for its arguments."""

    function: str
    arguments: tuple[Any, ...]
    found: tuple[Any, ...]
    values: Mapping[str, Any] = field(init=False, repr=False)
    """The values of the parameters by which a statement looks for it."""

    def __post_init__(self) -> None:
        """Put the values together once."""
        expected = zip(map(_expected, _GIVES[self.function]), self.found, strict=True)
        values = {**argument_values(self.arguments), **dict(expected)}
        object.__setattr__(self, "values", values)


def argument_values(arguments: Sequence[Any]) -> dict[str, Any]:
    """Name the arguments of a function."""
    return {f"argument_{index}": value for index, value in enumerate(arguments)}


@cache
def call_of(function: str, count: int) -> Select[Any]:
    """Give the SELECT of all that a function returns, for so many arguments."""
    if function in _GIVES:
        return select(*_found_by(function, count).c)
    return select(text("*")).select_from(_call(function, count).alias("found"))


@cache
def admission_of(function: str, count: int, names: tuple[str, ...]) -> Select[Any]:
    """Give the SELECT of `call_of` that sets the transaction's workspace and settings besides."""
    found = _found_by(function, count)
    workspace = cast(found.c["workspace_id"], Text())
    return select(
        *found.c,
        func.set_config("voronka.workspace_id", workspace, True),
        *(func.set_config(name, bindparam(name, type_=Text()), True) for name in names),
    ).select_from(found)


def expecting(statement: Select[Any], function: str, count: int) -> Select[Any]:
    """Give the rows of a SELECT as long as a function gives what an `Expectation` says."""
    found = _found_by(function, count)
    held = exists(
        select(literal_column("1"))
        .select_from(found)
        .where(
            *(
                found.c[name].is_not_distinct_from(bindparam(_expected(name), type_=kind))
                for name, kind in _GIVES[function].items()
            )
        )
    )
    # PostgreSQL decides it before it reads anything, and gives the rows in their order.
    inner = statement.subquery("expecting")
    return select(*inner.c).where(held)


def _expected(name: str) -> str:
    return f"expected_{name}"


def _call(function: str, count: int) -> Any:
    return getattr(func, function)(*map(bindparam, argument_values(range(count))))


def _found_by(function: str, count: int) -> Any:
    return _call(function, count).table_valued(*_GIVES[function], name="found")

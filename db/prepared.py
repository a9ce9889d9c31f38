"""Statements that are built and compiled once, and then go to the driver as they are.

Building a SELECT with SQLAlchemy and running it through its layers costs several times what the
query itself does. What is compiled here has been through the statement guard like any other; per
run only the values remain, in the places that the compiled text gives them.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, Final

import asyncpg
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.expression import ClauseElement

from db.base import Scaled
from db.found import Converter, Converters, Found, converted
from domain.money import from_scaled

_MAX_STATEMENTS: Final = 2_000
_NUMERIC: Final = 1700
"""PostgreSQL's number for the type numeric."""
Watcher = Callable[[str, tuple[Any, ...]], None]
"""Is told the text and the values of a statement before it is sent."""


class Prepared:
    """A compiled statement: its text, where values go in, and how results come out."""

    def __init__(self, statement: ClauseElement, dialect: Dialect) -> None:
        """Compile a statement; raises UnguardedStatementError."""
        compiled: Any = statement.compile(dialect=dialect)
        if compiled.post_compile_params or compiled.literal_execute_params:
            raise TypeError("a prepared statement has no part that depends on its values")
        self.text: str = compiled.string
        self._names: tuple[str, ...] = tuple(compiled.positiontup or ())
        self._own: Mapping[str, Any] = compiled.params
        self._bind: Mapping[str, Converter] = compiled._bind_processors
        columns = compiled._result_columns
        self.converters: Converters = tuple(
            (index, convert)
            for index, column in enumerate(columns)
            if (convert := _result_converter(column.type, dialect)) is not None
        )
        self._row: type[Found] | None = None
        self.beside: Any = None
        """What whoever built the statement keeps beside it."""

    def arguments(self, values: Mapping[str, Any]) -> list[Any]:
        """Give the arguments of a run: the statement's own values, `values` over them."""
        bind = self._bind
        found = []
        for name in self._names:
            value = values[name] if name in values else self._own[name]
            convert = bind.get(name)
            found.append(value if convert is None else convert(value))
        return found

    def rows(self, records: Sequence[asyncpg.Record]) -> list[Found]:
        """Give the rows of a result in the types that the statement's columns have."""
        if not records:
            return []
        row = self._row
        if row is None:
            # From the result, not from the compiled statement, which does not know of what `*` is.
            positions = {name: index for index, name in enumerate(records[0].keys())}
            row = self._row = type("Found", (Found,), {"__slots__": (), "positions": positions})
        return [row(values) for values in converted(records, self.converters)]


def _result_converter(type_: Any, dialect: Dialect) -> Converter | None:
    if isinstance(type_, Scaled):
        return from_scaled  # without the steps that SQLAlchemy puts around it
    # Asked by numeric types alone: how the driver hands numbers over, which is as decimals.
    converter: Converter | None = type_.dialect_impl(dialect).result_processor(dialect, _NUMERIC)
    return converter


class PreparedCache:
    """Compiled statements by key, the least recently used going first."""

    def __init__(self, dialect: Dialect, size: int = _MAX_STATEMENTS) -> None:
        """Compile for a dialect; keep at most `size`."""
        self.dialect = dialect
        self.watchers: list[Watcher] = []
        """Are told of what goes to the driver past SQLAlchemy."""
        self._size = size
        self._known: OrderedDict[Hashable, Prepared] = OrderedDict()

    def __len__(self) -> int:
        """Give how many are kept."""
        return len(self._known)

    def get(self, key: Hashable, build: Callable[[], ClauseElement]) -> Prepared:
        """Give the statement of a key, building and compiling it where it is new."""
        known = self._known.get(key)
        if known is not None:
            self._known.move_to_end(key)
            return known
        made = self._known[key] = Prepared(build(), self.dialect)
        if len(self._known) > self._size:
            self._known.popitem(last=False)
        return made

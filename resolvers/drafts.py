"""A draft: one record on its way into the database, as it was and as it becomes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from domain.errors import UserError
from domain.fields import Entity, Kind
from loaders.rows import Row
from resolvers.currencies import Rates
from resolvers.times import Times
from resolvers.values import Values


@dataclass(slots=True)
class Draft:
    """One element of a create, update or upsert."""

    entity: Entity
    id: UUID
    values: Values
    before: Row | None
    """The row as it is; None for a new record."""
    columns: dict[str, Any] = field(default_factory=dict)
    """Columns to be written, by name."""
    lists: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    """Lists to be written, by field name."""
    lists_before: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    custom: dict[str, Row] = field(default_factory=dict)
    """The custom fields that are given or filled with a default, by their keys in `custom`."""
    custom_places: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Where in the input their values stand."""
    if_version: int | None = None
    beside: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Differences of what is kept beside the row and its lists, or what else its event is to tell:
    name -> {"from": …, "to": …}."""
    times: Times | None = None
    """When what of a new record that is brought in from elsewhere happened there."""
    is_imported: bool = False
    """Whether it is brought in, or changed by what is: that sets nothing off."""

    @property
    def errors(self) -> list[UserError]:
        """What is wrong with it so far."""
        return self.values.errors

    @property
    def path(self) -> tuple[str, ...]:
        """Where in the input it stands."""
        return self.values.path

    @property
    def given(self) -> Mapping[str, Any]:
        """The values that the caller gave, by field name."""
        return self.values.given

    def current(self, column: str) -> Any:
        """Give a column as it will be: written, else as it was, else empty."""
        if column in self.columns:
            return self.columns[column]
        return None if self.before is None else getattr(self.before, column)


def fill_columns(draft: Draft, rates: Rates | None) -> None:
    """Turn the given plain values into columns; amounts get their value in the base currency."""
    for name, value in draft.given.items():
        declared = draft.entity.get(name)
        if declared.kind is Kind.CUSTOM:
            continue  # see resolvers/custom_record.py
        if declared.kind is Kind.MONEY:
            draft.columns.update(money_columns(name, value, rates))
        elif declared.columns:
            draft.columns[declared.column] = value


def money_columns(name: str, value: Any, rates: Rates | None) -> dict[str, Any]:
    """Give the columns of an amount: as given, its currency, and its value in the base currency."""
    if value is None or rates is None:
        return {name: None, f"{name}_currency": None, f"{name}_base": None}
    money = type(value)(value.amount, value.currency or rates.base)
    return {
        name: money.amount,
        f"{name}_currency": money.currency,
        f"{name}_base": rates.to_base(money),
    }

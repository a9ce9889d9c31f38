"""On whose behalf rows and fields are looked at: what every condition of a filter asks."""

from abc import ABC, abstractmethod
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, FromClause


class Reader(ABC):
    """On whose behalf rows and fields are looked at."""

    @abstractmethod
    def rows(self, entity: str, source: FromClause) -> ColumnElement[Any]:
        """Give the condition on rows that may be looked at, their workspace included."""

    @abstractmethod
    def cell(self, entity: str, name: str, source: FromClause) -> ColumnElement[Any] | None:
        """Give the condition under which a field, by its name in the API, may be looked at."""

    def custom_cell(
        self, entity: str, field: UUID, source: FromClause
    ) -> ColumnElement[Any] | None:
        """Give the condition under which a custom field may be looked at; None: always."""
        del entity, field, source
        return None

    def target(self, entity: str, source: FromClause) -> ColumnElement[Any] | None:
        """Give the condition under which rows that are referred to are there; None: always.

        Those in the recycle bin are, for who may read them.
        """
        del entity, source
        return None

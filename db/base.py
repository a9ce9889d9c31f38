"""What every table shares: the metadata, column types, the workspace in front of every key."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    Uuid,
    bindparam,
)
from sqlalchemy.engine import Dialect
from typing_extensions import override
from uuid_utils.compat import uuid7

from domain.money import from_scaled, to_scaled

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_1_name)s",
        "pk": "pk_%(table_name)s",
    }
)

WORKSPACE = bindparam("session_workspace", type_=Uuid())
"""The workspace of the session; every statement on a workspace's table compares with it."""


class Scaled(TypeDecorator[Decimal]):
    """A decimal of at most 18 digits and 4 places, stored as ten-thousandths in a bigint.

    A bigint keeps its index under row-level security, a numeric does not (its operators are not
    leakproof).
    """

    impl = BigInteger
    cache_ok = True

    @override
    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        return None if value is None else to_scaled(value)

    @override
    def process_result_value(self, value: Any | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else from_scaled(value)


def new_id() -> UUID:
    """Make an id: a UUIDv7, so that ids grow with time."""
    return uuid7()


def workspace_column() -> Column[UUID]:
    """Make the first column of every workspace's table."""
    return Column("workspace_id", Uuid(), primary_key=True, nullable=False)


def id_column() -> Column[UUID]:
    """Make the id column, the second half of the primary key."""
    return Column("id", Uuid(), primary_key=True, nullable=False)


def workspace_table(name: str, *items: Any, **more: Any) -> Table:
    """Declare a table of a workspace with its foreign key to the workspace."""
    return Table(
        name,
        metadata,
        workspace_column(),
        *items,
        ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name=f"fk_{name}_workspace_id",
            ondelete="CASCADE",
        ),
        **more,
    )


def reference(
    column: str,
    target: str,
    *,
    required: bool = False,
    clears: bool = False,
    belongs: bool = False,
) -> tuple[Column[UUID], ForeignKeyConstraint]:
    """Declare a column that points to a row of the same workspace.

    The key is composite, so a reference into another workspace cannot be stored. Deleting the
    target is refused, empties the column (and never `workspace_id`) where `clears` says so, or
    deletes the row with it where it `belongs` to the target.
    """
    then = "CASCADE" if belongs else f"SET NULL ({column})" if clears else None
    return Column(column, Uuid(), nullable=not required), _foreign_key(column, target, then)


def _foreign_key(column: str, target: str, ondelete: str | None) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["workspace_id", column],
        [f"{target}.workspace_id", f"{target}.id"],
        ondelete=ondelete,
    )


def link_table(
    name: str, owner: str, target: str, target_table: str, *, owner_table: str | None = None
) -> Table:
    """Declare the table behind a list of links, in the order of `sort`.

    Without an `owner_table` it serves several types of records, told apart by `record_type`.
    """
    shared = owner_table is None
    table = workspace_table(
        name,
        *([Column("record_type", Text(), primary_key=True)] if shared else []),
        Column(owner, Uuid(), primary_key=True),
        Column(target, Uuid(), primary_key=True),
        Column("sort", Integer(), nullable=False, server_default="0"),
        _foreign_key(target, target_table, "CASCADE"),
        *([] if owner_table is None else [_foreign_key(owner, owner_table, "CASCADE")]),
    )
    Index(f"ix_{name}_{target}", table.c.workspace_id, table.c[target], table.c[owner])
    return table


def text_column(name: str, *, required: bool = False, default: str | None = None) -> Column[str]:
    """Declare a text column; lengths are checked where values come in."""
    return Column(name, Text(), nullable=not required, server_default=default)


def trigram_index(name: str, table: Table, *columns: Any, where: Any = None) -> Index:
    """Declare the index behind `contains` and `search`: one GIN over all text columns."""
    names = [column.name for column in columns]
    return Index(
        name,
        table.c.workspace_id,
        *columns,
        postgresql_using="gin",
        postgresql_ops=dict.fromkeys(names, "gin_trgm_ops"),
        postgresql_where=where,
    )

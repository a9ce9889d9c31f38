"""What the tables of records share: common columns and the indexes behind filters and orders."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    Table,
    Text,
    func,
    literal_column,
)
from sqlalchemy.dialects.postgresql import JSONB

from db.base import Scaled, id_column, reference, text_column, trigram_index, workspace_table
from domain.fields import FILTERED_PARTS, TEXT_KINDS, Entity, Field, Kind

_SCALARS: dict[Kind, Any] = {
    Kind.STRING: Text,
    Kind.TEXT: Text,
    Kind.EMAIL: Text,
    Kind.CURRENCY: Text,
    Kind.COLOR: Text,
    Kind.ENUM: Text,
    Kind.INTEGER: Integer,
    Kind.BOOLEAN: Boolean,
    Kind.DECIMAL: Scaled,
    Kind.DATE: Date,
    Kind.ADDRESS: JSONB,
    Kind.UTM: JSONB,
}


def money_columns(name: str) -> tuple[Column[Any], ...]:
    """Declare an amount: as given, its currency, and its value in the base currency."""
    return (
        Column(name, Scaled()),
        Column(f"{name}_currency", Text()),
        Column(f"{name}_base", Scaled()),
    )


def flag(name: str, *, default: bool = False) -> Column[bool]:
    """Declare a yes/no column with a default."""
    return Column(name, Boolean(), nullable=False, server_default="true" if default else "false")


def moment(name: str, *, required: bool = False) -> Column[Any]:
    """Declare a point in time."""
    return Column(
        name,
        DateTime(timezone=True),
        nullable=not required,
        server_default=func.now() if required else None,
    )


def scalar(name: str, kind: Kind) -> Column[Any]:
    """Declare an optional column of a plain kind."""
    if kind is Kind.DATETIME:
        return moment(name)
    return Column(name, JSONB(none_as_null=True) if _SCALARS[kind] is JSONB else _SCALARS[kind]())


def record_table(entity: Entity, *own: Any) -> Table:
    """Declare the table of a record type: its own columns, the common ones, and all indexes."""
    table = workspace_table(
        entity.plural,
        id_column(),
        *own,
        *reference("responsible_id", "users"),
        flag("is_shared"),
        moment("created_at", required=True),
        *reference("created_by_id", "users"),
        moment("updated_at", required=True),
        *reference("updated_by_id", "users"),
        Column("version", Integer(), nullable=False, server_default="1"),
        moment("deleted_at"),
        Column("custom", JSONB(), nullable=False, server_default="{}"),
    )
    _index(entity, table)
    return table


def _index(entity: Entity, table: Table) -> None:
    alive = table.c.deleted_at.is_(None)
    for field in entity.fields:
        if not (field.filterable or field.sortable):
            continue
        if field.kind in FILTERED_PARTS:
            _index_parts(entity, table, field)
        elif field.columns:
            column = table.c[field.columns[-1]]
            bin_only = field.name == "deleted_at"
            Index(
                f"ix_{entity.plural}_{column.name}",
                table.c.workspace_id,
                column,
                table.c.id,
                postgresql_where=column.is_not(None) if bin_only else alive,
            )
    for field in entity.fields:
        if field.kind is Kind.MONEY:
            _index_unrated(entity, table, field)
    texts = [
        table.c[field.name]
        for field in entity.fields
        if field.kind in TEXT_KINDS and field.filterable
    ]
    trigram_index(f"ix_{entity.plural}_trigrams", table, *texts, where=alive)


def _index_unrated(entity: Entity, table: Table, field: Field) -> None:
    """Index the amounts without a rate: few, and counted whenever an amount is compared."""
    Index(
        f"ix_{entity.plural}_{field.name}_unrated",
        table.c.workspace_id,
        table.c[f"{field.name}_currency"],
        table.c.id,
        postgresql_where=table.c.deleted_at.is_(None)
        & table.c[field.name].is_not(None)
        & table.c[f"{field.name}_base"].is_(None),
    )


def _index_parts(entity: Entity, table: Table, field: Field) -> None:
    column = table.c[field.name]
    for part in FILTERED_PARTS[field.kind]:
        Index(
            f"ix_{entity.plural}_{field.name}_{part}",
            table.c.workspace_id,
            literal_column(f"({field.name} ->> '{part}')"),
            table.c.id,
            postgresql_where=table.c.deleted_at.is_(None) & column.is_not(None),
        )


def position_column(name: str) -> Column[int]:
    """Declare a rank with room between neighbours."""
    return Column(name, BigInteger(), nullable=False, server_default="0")


__all__ = [
    "flag",
    "moment",
    "money_columns",
    "position_column",
    "record_table",
    "scalar",
    "text_column",
]

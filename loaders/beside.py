"""Loaders of what stands beside records: phones and the like, ids elsewhere, links as ids."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Integer,
    Select,
    Text,
    Uuid,
    any_,
    bindparam,
    func,
    literal_column,
    select,
)

from db.base import WORKSPACE
from db.tables import contact_points, events, external_ids, lead_conversions, linking
from domain.fields import Field
from loaders.batching import BatchLoader
from loaders.scope import LoaderScope
from loaders.statements import KEYS_NAME

KEYS: Final = any_(bindparam(KEYS_NAME, type_=ARRAY(Uuid())))
"""The place of the keys of a batch in its statement."""
KEY_NAME: Final = "single_key"
KEY: Final = bindparam(KEY_NAME, type_=Uuid())
"""The place of a single key. PostgreSQL keeps the plan for one; for a list of unknown length it
plans anew each time, which costs eight times what the reading does."""


def id_array(ids: Sequence[UUID]) -> Any:
    """Bind many ids as one array, so that the statement is the same for any number."""
    return any_(bindparam(None, list(ids), type_=ARRAY(Uuid()), unique=True))


class ValueLoaders(LoaderScope):
    """The loaders of values that stand beside records, whoever may read those."""

    def linked_ids(self, field: Field) -> BatchLoader[UUID, list[UUID]]:
        """Load the ids that a LINKS field holds by owner id, whatever became of their rows."""
        declared = field.link
        if declared is None:
            raise TypeError(f"{field.name} is no link")

        async def batch(owners: Sequence[UUID]) -> Sequence[list[UUID]]:
            link = linking(declared)
            owner, target = link.c[declared.owner], link.c[declared.target]
            statement = (
                select(owner.label("owner_key"), target.label("target_key"))
                .where(link.c["workspace_id"] == WORKSPACE, owner == id_array(owners))
                .order_by(link.c["sort"], target)
            )
            if declared.owner_type is not None:
                statement = statement.where(link.c["record_type"] == declared.owner_type)
            grouped: dict[UUID, list[UUID]] = {}
            for row in await self.session.rows(statement):
                grouped.setdefault(row.owner_key, []).append(row.target_key)
            return [grouped.get(key, []) for key in owners]

        return self._loader(("linked_ids", field), batch)

    def points(self, entity: str) -> BatchLoader[tuple[UUID, str], list[Any]]:
        """Load phones, e-mails, websites, messengers by (record id, PHONE | EMAIL | …)."""

        async def batch(keys: Sequence[tuple[UUID, str]]) -> Sequence[list[Any]]:
            def build() -> Select[Any]:
                table = contact_points.alias()
                shown = ("record_id", "points", "id", "value", "kind")
                return (
                    select(*(table.c[name] for name in shown))
                    .where(
                        table.c.workspace_id == WORKSPACE,
                        table.c.record_type == entity,
                        table.c.record_id == KEYS,
                        table.c.points == any_(bindparam("kinds", type_=ARRAY(Text()))),
                    )
                    .order_by(table.c.sort, table.c.id)
                )

            owners = list(dict.fromkeys(owner for owner, _ in keys))
            kinds = sorted({points for _, points in keys})
            found = await self._fetch(("points", entity), build, owners, kinds=kinds)
            grouped: dict[tuple[UUID, str], list[Any]] = {}
            for row in found:
                grouped.setdefault((row.record_id, row.points), []).append(row)
            return [grouped.get(key, []) for key in keys]

        return self._loader(("points", entity), batch)

    def external_ids(self, entity: str) -> BatchLoader[UUID, list[Any]]:
        """Load the external ids of records by record id."""

        async def batch(owners: Sequence[UUID]) -> Sequence[list[Any]]:
            def build() -> Select[Any]:
                table = external_ids.alias()
                return (
                    select(table.c.record_id, table.c.system, table.c.value)
                    .where(
                        table.c.workspace_id == WORKSPACE,
                        table.c.record_type == entity,
                        table.c.record_id == KEYS,
                    )
                    .order_by(table.c.system, table.c.value)
                )

            found = await self._fetch(("external_ids", entity), build, owners)
            grouped: dict[UUID, list[Any]] = {}
            for row in found:
                grouped.setdefault(row.record_id, []).append(row)
            return [grouped.get(key, []) for key in owners]

        return self._loader(("external_ids", entity), batch)

    def conversions(self) -> BatchLoader[UUID, Any]:
        """Load what leads have become by lead id: contact, company, when, by whom; else None."""

        async def batch(leads: Sequence[UUID]) -> Sequence[Any]:
            def build() -> Select[Any]:
                table = lead_conversions.alias()
                shown = ("lead_id", "contact_id", "company_id", "at", "by_id")
                return select(*(table.c[name] for name in shown)).where(
                    table.c.workspace_id == WORKSPACE, table.c.lead_id == KEYS
                )

            found = await self._fetch(("conversions",), build, leads)
            by_lead = {row.lead_id: row for row in found}
            return [by_lead.get(key) for key in leads]

        return self._loader(("conversions",), batch)

    def stage_moves(self, entity: str, most: int) -> BatchLoader[UUID, list[Any]]:
        """Load the latest moves to stages by record id, the oldest first, from the event log."""

        async def batch(owners: Sequence[UUID]) -> Sequence[list[Any]]:
            found = await self._fetch(("stage_moves", entity), build, owners, most=most)
            grouped: dict[UUID, list[Any]] = {}
            for row in found:
                grouped.setdefault(row.record_id, []).append(row)
            return [grouped.get(key, []) for key in owners]

        def build() -> Select[Any]:
            table = events.alias()
            back = (table.c.transaction_id.desc(), table.c.id.desc())
            rank = func.row_number().over(partition_by=table.c.record_id, order_by=back)
            moves = (
                select(
                    *(table.c[name] for name in ("record_id", "at", "actor_id")),
                    table.c.changes["stage"]["to"].astext.label("stage"),
                    rank.label("rank"),
                )
                .where(
                    table.c.workspace_id == WORKSPACE,
                    table.c.record_type == entity,
                    table.c.record_id == KEYS,
                    # As the index has it: no parameter can stand there.
                    table.c.changes.has_key(literal_column("'stage'")),
                )
                .subquery()
            )
            return (
                select(moves)
                .where(moves.c.rank <= bindparam("most", type_=Integer()))
                .order_by(moves.c.rank.desc())
            )

        return self._loader(("stage_moves", entity, most), batch)

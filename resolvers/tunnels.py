"""Deals that come to a stage go through its tunnels, in the transaction of the move.

A tunnel is the workspace's own rule: it does what it does whoever moves the deal. What comes of it
is read by those who may read it there.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from db.base import new_id
from domain.custom_fields import CustomFieldType
from domain.errors import Code, RefusedError, refuse
from domain.fields import Kind
from domain.ids import encode_id
from domain.records import DEAL
from domain.settings import STAGE
from domain.timeline import TUNNEL as BY_TUNNEL
from domain.timeline import TimelineKind
from domain.tunnels import MOST_REPEATS, MOST_RUNS, TUNNEL, TunnelAction
from loaders.rows import Row
from resolvers import changes
from resolvers.custom_binding import load_bindings
from resolvers.custom_record import require_custom
from resolvers.defined_fields import fields_of
from resolvers.drafts import Draft
from resolvers.operation import Event, Operation
from resolvers.preparation import prepare
from resolvers.product_rows import ROWS, copied
from resolvers.rules import apply_rules
from resolvers.values import Values

_OF_ONE_RECORD: Final = frozenset({CustomFieldType.FILE.value, CustomFieldType.BOOKING.value})
_COPIED_COLUMNS: Final = tuple(
    column
    for declared in DEAL.fields
    if (declared.creatable and declared.kind is not Kind.CUSTOM)
    for column in declared.columns
    if declared.name not in {"stage", "pipeline"}
)
_COPIED_LISTS: Final = tuple(declared for declared in DEAL.fields if declared.kind is Kind.LINKS)


@dataclass(slots=True)
class _Trip:
    """All that one move of one deal sets off."""

    path: tuple[str, ...]
    """Where in the input the move stands."""
    runs: int = 0
    entered: Counter[UUID] = field(default_factory=Counter)
    """How often each tunnel was entered on the way to where the trip is."""


async def run_tunnels(op: Operation, drafts: Sequence[Draft], rows: Sequence[Row]) -> list[Row]:
    """Send deals that came to a stage through its tunnels; gives them as they are then."""
    if not drafts or drafts[0].entity is not DEAL:
        return list(rows)
    return [
        await _enter(op, row, _Trip(draft.path)) if _came(draft, row) else row
        for draft, row in zip(drafts, rows, strict=True)
    ]


def _came(draft: Draft, row: Row) -> bool:
    if draft.is_imported:
        return False  # what is brought in has gone its way already
    return draft.before is None or draft.before.stage_id != row.stage_id


async def _enter(op: Operation, deal: Row, trip: _Trip) -> Row:
    """Send a deal through the tunnels of its stage: copies first, then the deal itself."""
    tunnels: list[Row] = await op.loaders.children(STAGE.get("tunnels")).load(deal.stage_id)
    for tunnel in sorted(tunnels, key=lambda row: (row.action == "MOVE", row.id)):
        trip.entered[tunnel.id] += 1
        trip.runs += 1
        if trip.entered[tunnel.id] >= MOST_REPEATS:
            raise refuse(Code.CONFLICT, "tunnel_circle", *trip.path, "stageId", count=MOST_REPEATS)
        if trip.runs > MOST_RUNS:
            raise refuse(Code.LIMIT, "too_many_tunnels", *trip.path, "stageId", limit=MOST_RUNS)
        if tunnel.action == TunnelAction.COPY.value:
            await _enter(op, await _copy(op, deal, tunnel), trip)
        else:
            deal = await _enter(op, await _move(op, deal, tunnel, trip), trip)
        trip.entered[tunnel.id] -= 1
    return deal


async def _move(op: Operation, deal: Row, tunnel: Row, trip: _Trip) -> Row:
    draft = Draft(DEAL, deal.id, Values(trip.path, {"stage": tunnel.target_stage_id}), deal)
    _note(draft, tunnel)
    await prepare(op, [draft])
    await apply_rules(op, [draft])
    await require_custom(op, [draft])
    if draft.errors:
        raise RefusedError(draft.errors)
    return (await changes.change(op, [draft]))[0]


async def _copy(op: Operation, deal: Row, tunnel: Row) -> Row:
    """Make a copy on the tunnel's other end: all but ids elsewhere and what belongs to one record.

    Of a copy nothing more is asked than of the deal itself.
    """
    values = Values((), {"stage": tunnel.target_stage_id})
    draft = Draft(DEAL, new_id(), values, None)
    _note(draft, tunnel)
    draft.columns.update({name: getattr(deal, name) for name in _COPIED_COLUMNS})
    for declared in _COPIED_LISTS:
        items: Sequence[Any] = await op.loaders.linked_ids(declared).load(deal.id)
        draft.lists[declared.name] = tuple(items)
    lines = await op.loaders.product_rows(DEAL.name).load(deal.id)
    if lines:
        draft.lists[ROWS] = copied(lines)
    await apply_rules(op, [draft])
    await _copy_custom(op, deal, draft)
    (copy,) = await changes.create(op, [draft])
    _tell(op, deal, {"copy": copy})
    _tell(op, copy, {"copyOf": deal})
    return copy


async def _copy_custom(op: Operation, deal: Row, draft: Draft) -> None:
    fields = await fields_of(op, DEAL.name)
    bindings = await load_bindings(op, fields)
    where = draft.columns["pipeline_id"]
    draft.custom = {
        str(row.id): row
        for row in fields
        if str(row.id) in deal.custom
        and row.type not in _OF_ONE_RECORD
        and not row.is_unique
        and where in bindings.get(row.id, (where,))
    }
    draft.columns["custom"] = {key: deal.custom[key] for key in draft.custom}


def _note(draft: Draft, tunnel: Row) -> None:
    """Note that a tunnel did it, and not who moved the deal."""
    draft.beside[BY_TUNNEL] = {"from": None, "to": encode_id(TUNNEL.name, tunnel.id)}


def _tell(op: Operation, deal: Row, other: dict[str, Row]) -> None:
    """Append the event that both a deal and its copy get."""
    told = {name: {"from": None, "to": encode_id(DEAL.name, row.id)} for name, row in other.items()}
    kind = TimelineKind.COPIED.value
    op.events.append(Event(new_id(), kind, DEAL.name, deal.id, deal.version, told))

"""What a reply tells besides its data: what was left out, what a dry run would do, what it cost."""

from time import perf_counter
from typing import Any

from starlette.requests import Request
from strawberry.types import ExecutionResult

from auth.rights import Cell
from db.session import Session
from domain.ids import encode_id
from domain.roles import SettingsRight
from resolvers.changes import flush_events
from resolvers.operation import Operation
from schema.context import Context
from schema.denials import Denial, access_errors, access_report


async def settle(
    session: Session, op: Operation | None, result: ExecutionResult, *, write: bool, dry: bool
) -> dict[str, Any]:
    """Commit or roll back what the operation did, and tell what the caller should know."""
    extensions: dict[str, Any] = {}
    refused = bool(result.errors) or (op is not None and op.failed)
    if write and (refused or dry):
        session.doomed = True
    elif write and op is not None:
        await flush_events(op, already=0)
    if op is None:
        return extensions
    if write and dry:
        extensions["dryRun"] = _dry_run(op)
    warnings = [warning for warning in op.warnings.values() if warning["count"]]
    if warnings:
        extensions["warnings"] = warnings
    return extensions


def explained(session: Session, op: Operation | None, start: float) -> dict[str, Any]:
    """Tell an administrator what the operation has cost."""
    if op is None or not op.actor.rights.has(SettingsRight.DEBUG):
        return {}
    return {
        "execution": {
            "sql": session.statements,
            "rows": session.rows_read,
            "dbMs": round(session.seconds * 1000, 2),
            "totalMs": round((perf_counter() - start) * 1000, 2),
        }
    }


def tell_denials(
    request: Request, context: Context, result: ExecutionResult, extensions: dict[str, Any]
) -> None:
    """Tell of fields that were left out; last, for that undoes nothing of a mutation."""
    denied = context.denials.selections()
    if not denied:
        return
    extensions["access"] = access_report(denied)
    shown = shown_denials(request, context)
    if shown:
        errors = access_errors(shown, context.language)
        result.errors = [*(result.errors or ()), *errors]


def shown_denials(request: Request, context: Context) -> list[Denial]:
    """Give the fields that were left out and are errors: none where the caller wants none."""
    if request.headers.get("x-on-denied") == "null":
        return []
    return [denial for denial in context.denials.selections() if denial.path is not None]


def _dry_run(op: Operation) -> dict[str, Any]:
    events = [
        {
            "kind": event.kind,
            "type": event.record_type.upper(),
            "id": encode_id(event.record_type, event.record_id),
            "version": event.version,
        }
        for event in op.events
    ]
    rights = op.actor.rights
    changes = [
        {"id": shown["id"], "field": name, **change}
        for event, shown in zip(op.events, events, strict=True)
        for name, change in event.changes.items()
        if rights.cell(event.record_type, name) is Cell.FREE
    ]
    return {"changes": changes, "events": events}

"""Optimistic locking: refuse a change of a record that has moved on since the caller read it."""

from domain.errors import Code, FieldConflict, UserError
from loaders.locking import changes_since
from loaders.rights import shows
from resolvers.drafts import Draft
from resolvers.operation import Operation


async def check_version(op: Operation, draft: Draft) -> None:
    """Note a CONFLICT, with who changed which field when, where the version has moved on."""
    if draft.if_version is None or draft.before is None or draft.before.version == draft.if_version:
        return
    latest: dict[str, FieldConflict] = {}
    events = await changes_since(op.session, draft.entity.name, draft.id, draft.if_version)
    for event in events:
        for name in event["changes"]:
            cell = op.actor.rights.cell(draft.entity.name, name)
            if op.actor.rights.is_everything or shows(op.actor, draft.before, cell):
                latest[name] = FieldConflict(name, event["actor_id"], event["at"])
    draft.errors.append(
        UserError(
            Code.CONFLICT,
            "version_conflict",
            (*draft.path, "ifVersion"),
            {"version": draft.before.version},
            tuple(latest.values()),
        )
    )

"""Whether the caller may write what a draft of a record writes: the row, and each field of it.

A change needs the right on the row as it was and as it becomes. What follows from columns is
decided here; what a role's own filter says is asked of the database once the rows are written, in
the same transaction.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from auth.actor import Actor
from auth.rights import Branch, Rights, Rows
from domain.errors import Code, RefusedError, UserError
from domain.fields import Kind, camel
from domain.roles import Action, RowScope
from loaders.locking import allowed_rows
from loaders.rows import Row
from resolvers.drafts import Draft
from resolvers.hidden import field_label, refuse_field
from resolvers.operation import Operation
from resolvers.values import Values, edit_names

_FLAGS: Final = {Action.UPDATE: "updates", Action.DELETE: "deletes"}
_PLACES: Final = (("responsible", "responsibleId"), ("stage", "stageId"),
                  ("pipeline", "pipelineId"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Written:
    """A field that an input gives, and where in the input."""

    name: str
    path: tuple[str, ...]


def may_change(actor: Actor, row: Row) -> bool:
    """Tell whether the actor may change a row that was read with its flags."""
    return actor.rights.is_everything or bool(row.updates)


def require_fields(rights: Rights, draft: Draft, action: Action) -> None:
    """Refuse a field that the caller may write on no row; raises ForbiddenError."""
    if rights.is_everything:
        return
    entity = draft.entity.name
    for written in _written(draft):
        if not rights.writers(entity, written.name, action):
            refuse_field(entity, written.name, "field_fixed")


def _written(draft: Draft) -> Iterator[_Written]:
    values: Values = draft.values
    for name, value in values.given.items():
        declared = draft.entity.get(name)
        if declared.kind is Kind.CUSTOM:
            for index, item in enumerate(value or ()):
                place = item.get("place") or ("customValues", str(index))
                yield _Written(f"custom.{item['code']}", place)
        else:
            yield _Written(camel(name), (camel(declared.input_name),))
    for name in values.edits:
        yield _Written(camel(name), (edit_names(draft.entity.get(name))[0],))


def take_responsibility(op: Operation, draft: Draft) -> None:
    """Make the caller responsible for a new record where roles let one create such ones alone.

    That is where nobody is named; who is named, or left out on purpose, stays.
    """
    entity = draft.entity.name
    if "responsible" in draft.given or op.actor.rights.is_free(entity, Action.CREATE):
        return
    draft.columns["responsible_id"] = op.actor.user_id


def check_rows(op: Operation, drafts: Sequence[Draft], action: Action) -> None:
    """Note rows, and fields of rows, that the caller may read and not change."""
    if op.actor.rights.is_everything:
        return
    for draft in drafts:
        if draft.before is None or draft.errors:
            continue
        bits = getattr(draft.before, _FLAGS[action])
        if not bits:
            draft.values.wrong(Code.FORBIDDEN, "row_forbidden", "id")
        elif action is Action.UPDATE:
            _check_fields(op.actor.rights, draft, action, bits)


def _check_fields(rights: Rights, draft: Draft, action: Action, bits: int) -> None:
    entity = draft.entity.name
    for written in _written(draft):
        if not rights.writers(entity, written.name, action) & bits:
            label = field_label(entity, written.name)
            draft.values.wrong(Code.FORBIDDEN, "cell_forbidden", *written.path, name=label)


@dataclass(frozen=True, slots=True)
class Doubt:
    """A draft that only a role's own filter can allow, by these alternatives."""

    draft: Draft
    action: Action
    bits: int


def check_outcomes(op: Operation, drafts: Sequence[Draft]) -> list[Doubt]:
    """Note drafts that no role allows as they become; give those that only a filter allows."""
    if op.actor.rights.is_everything:
        return []
    doubts: list[Doubt] = []
    for draft in drafts:
        if draft.errors:
            continue
        action = Action.CREATE if draft.before is None else Action.UPDATE
        if action is Action.UPDATE and not _moves_rights(op.actor.rights, draft):
            continue
        actions = [action] if draft.times is None else [action, Action.IMPORT]
        checked = [_check_outcome(op.actor, draft, each) for each in actions]
        doubts.extend(doubt for doubt in checked if doubt is not None)
    return doubts


def _moves_rights(rights: Rights, draft: Draft) -> bool:
    """Tell whether a change may change what roles allow."""
    rules = rights.rows(draft.entity.name, Action.UPDATE)
    if any(branch.where is not None for rows in rules for part in rows for branch in part):
        return True
    columns = ("responsible_id", "is_shared", "stage_id", "pipeline_id")
    return "observers" in draft.lists or any(
        name in draft.columns and draft.columns[name] != getattr(draft.before, name)
        for name in columns
    )


def _check_outcome(actor: Actor, draft: Draft, action: Action) -> Doubt | None:
    rights, entity = actor.rights, draft.entity.name
    sure, maybe = _outcome(actor, draft, rights.rows(entity, action))
    needed = [rights.writers(entity, written.name, action) for written in _written(draft)]
    if sure and all(bits & sure for bits in needed):
        return None
    if maybe and all(bits & (sure | maybe) for bits in needed):
        return Doubt(draft, action, maybe)
    if not sure | maybe:
        draft.values.wrong(Code.FORBIDDEN, "becomes_forbidden", _place(actor, draft, action))
    else:
        _check_fields(rights, draft, action, sure | maybe)
    return None


def _place(actor: Actor, draft: Draft, action: Action) -> str:
    """Name what of the input makes the outcome one that no role allows."""
    rules = actor.rights.rows(draft.entity.name, action)
    given = [place for name, place in _PLACES if name in draft.given]
    own = {**_facts(draft), "responsible_id": actor.viewer.user_id}
    if any(_outcome_of(actor, own, rules)) or not given:
        return "responsibleId"
    return given[-1]


def _facts(draft: Draft) -> dict[str, Any]:
    names = ("responsible_id", "is_shared", "stage_id", "pipeline_id")
    known = {**({} if draft.before is None else draft.before.as_dict()), **draft.columns}
    found = {name: known.get(name) for name in names}
    observers = draft.lists.get("observers", () if draft.before is None else None)
    return {**found, "observers": observers}


def _outcome(actor: Actor, draft: Draft, rules: Sequence[Rows]) -> tuple[int, int]:
    """Give the alternatives, as bits, that surely allow an outcome, and those that may."""
    return _outcome_of(actor, _facts(draft), rules)


def _outcome_of(actor: Actor, facts: Mapping[str, Any], rules: Sequence[Rows]) -> tuple[int, int]:
    sure = maybe = 0
    for index, rows in enumerate(rules):
        parts = [max((_holds(actor, facts, item) for item in part), default=0) for part in rows]
        if all(part == _YES for part in parts):
            sure |= 1 << index
        elif all(parts):
            maybe |= 1 << index
    return sure, maybe


_YES: Final = 2
_MAYBE: Final = 1


def _holds(actor: Actor, facts: Mapping[str, Any], branch: Branch) -> int:
    """Tell whether a branch holds of a row: 2 surely, 1 as far as columns tell, 0 not."""
    stage, pipeline = facts["stage_id"], facts["pipeline_id"]
    is_elsewhere = (
        (branch.stage_id is not None and branch.stage_id != stage)
        or (branch.pipeline_id is not None and branch.pipeline_id != pipeline)
        or stage in branch.other_stages
        or pipeline in branch.other_pipelines
    )
    if is_elsewhere:
        return 0
    near = max(_in_scope(actor, facts, scope) for scope in branch.scopes)
    return min(near, _MAYBE) if branch.where is not None else near


def _in_scope(actor: Actor, facts: Mapping[str, Any], scope: RowScope) -> int:
    viewer, responsible = actor.viewer, facts["responsible_id"]
    match scope:
        case RowScope.ALL:
            holds = True
        case RowScope.OWN:
            holds = responsible is not None and responsible == viewer.user_id
        case RowScope.DEPARTMENT:
            holds = responsible in viewer.colleagues
        case RowScope.SUBDEPARTMENTS:
            holds = responsible in viewer.below
        case RowScope.SHARED:
            holds = bool(facts["is_shared"])
        case _:
            if facts["observers"] is None:
                return _MAYBE
            holds = viewer.user_id in facts["observers"]
    return _YES if holds else 0


async def settle_doubts(op: Operation, doubts: Sequence[Doubt]) -> None:
    """Ask the database about what was just written; raises RefusedError where no role allows it.

    What was written must not stay then; the drafts that are refused have the errors.
    """
    errors: list[UserError] = []
    for action in (Action.CREATE, Action.IMPORT, Action.UPDATE):
        own = {doubt.draft.id: doubt for doubt in doubts if doubt.action is action}
        if not own:
            continue
        entity = next(iter(own.values())).draft.entity.name
        allowed: Mapping[UUID, int] = await allowed_rows(
            op.session, op.actor, entity, action, list(own)
        )
        for key, doubt in own.items():
            bits = allowed.get(key, 0)
            draft = doubt.draft
            if not bits:
                draft.values.wrong(
                    Code.FORBIDDEN, "becomes_forbidden", _place(op.actor, draft, action)
                )
            else:
                _check_fields(op.actor.rights, draft, action, bits)
            errors.extend(draft.errors)
    if errors:
        raise RefusedError(errors)

"""Requisites of contacts and companies on their way into the database, and in the event log."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from domain.errors import Code
from domain.fields import camel
from domain.requisites import (
    MOST_REQUISITES,
    PARTS,
    Requisite,
    RequisiteKind,
    faults,
    restricted,
)
from resolvers.drafts import Draft
from resolvers.item_lists import changed_items, items_given
from resolvers.requisite_values import RequisiteInput

REQUISITES: Final = "requisites"


def settle_requisites(drafts: Sequence[Draft]) -> None:
    """Work out the requisites that drafts will have; notes what is wrong."""
    for draft in drafts:
        edited = REQUISITES in draft.values.edits
        if edited and draft.before is None:
            continue  # noted as not found already
        if edited or REQUISITES in draft.given:
            _settle(draft)


def _settle(draft: Draft) -> None:
    stored: Sequence[Requisite] = draft.lists_before.get(REQUISITES, ())
    given = items_given(draft, REQUISITES)
    # What comes from a merge is complete, and all of it stays.
    is_whole = all(isinstance(item, Requisite) for item in given)
    most = len(given) if is_whole else MOST_REQUISITES

    def complete(
        item: RequisiteInput | Requisite, known: Requisite | None, path: tuple[str, str]
    ) -> Requisite | None:
        return item if isinstance(item, Requisite) else _complete(draft, item, known, path)

    after = changed_items(draft, draft.entity.get(REQUISITES), stored, complete, most)
    if after is not None:
        draft.lists[REQUISITES] = after


def _complete(
    draft: Draft, item: RequisiteInput, known: Requisite | None, path: tuple[str, str]
) -> Requisite | None:
    """Give requisites as they will be; None where something is wrong with them, which is noted.

    What is left out of stored ones stays, but for what another kind does not have.
    """
    kind = item.given.get("kind", None if known is None else known.kind)
    if kind is None:
        draft.values.wrong(Code.REQUIRED, "required", *path, "kind")
        return None
    base = Requisite(kind) if known is None else restricted(known, RequisiteKind(kind))
    made = replace(base, **item.given)
    wrong = list(faults(made))
    for fault in wrong:
        draft.values.wrong(Code.INVALID, fault.message, *path, camel(fault.part), **fault.values)
    return None if wrong else made


def requisite_as_json(requisite: Requisite) -> dict[str, Any]:
    """Give requisites in the form in which the event log keeps them: what is not empty of them."""
    values = ((part, getattr(requisite, part.name)) for part in PARTS)
    found = {
        camel(part.name): value.isoformat() if part.is_date else value
        for part, value in values
        if value is not None
    }
    return {"kind": requisite.kind, **found}


def requisite_as_text(told: Mapping[str, Any]) -> str:
    """Write requisites of the event log: what their owner is called, and the tax number."""
    names = [told.get(name) for name in ("lastName", "firstName", "middleName")]
    person = " ".join(name for name in names if name)
    called = told.get("shortName") or told.get("fullName") or person or told.get("title")
    return " ".join(text for text in (called, told.get("inn")) if text) or str(told["kind"])

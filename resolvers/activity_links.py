"""Which records an activity is about, as an input names them and as its writer may change them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from auth.actor import Scope
from auth.policy import require, require_scope
from domain.activities import MOST_RECORDS
from domain.entities import ENTITIES, RECORDS
from domain.errors import Code
from domain.ids import InvalidIdError, decode_id, encode_id
from domain.roles import Action
from loaders.activities import About
from loaders.locking import lock_rows
from loaders.rows import Row
from resolvers.operation import Operation
from resolvers.permits import may_change
from resolvers.values import Values

Raw = Mapping[str, Any]
REPLACE: Final = "recordIds"
ADD: Final = "addRecordIds"
REMOVE: Final = "removeRecordIds"


@dataclass(slots=True)
class Wanted:
    """The records that an input names, with the places where it does."""

    values: Values
    replace: dict[About, tuple[str, ...]] | None = None
    add: dict[About, tuple[str, ...]] = field(default_factory=dict)
    remove: dict[About, tuple[str, ...]] = field(default_factory=dict)

    @property
    def added(self) -> dict[About, tuple[str, ...]]:
        """What the activity is to be about, as far as the input says."""
        return {**(self.replace or {}), **self.add}


def read_wanted(values: Values, raw: Raw, *, creating: bool) -> Wanted:
    """Read which records an input names; notes what is none."""
    found = Wanted(values)
    if creating or REPLACE in raw:
        found.replace = _read_ids(values, raw.get(REPLACE) or (), REPLACE)
        if not raw.get(REPLACE):
            values.wrong(Code.REQUIRED, "about_nothing", REPLACE)
    if not creating:
        found.add = _read_ids(values, raw.get(ADD) or (), ADD)
        found.remove = _read_ids(values, raw.get(REMOVE) or (), REMOVE)
        for name in (ADD, REMOVE):
            if found.replace is not None and raw.get(name):
                values.wrong(Code.INVALID, "list_given_twice", name)
        for link in found.add.keys() & found.remove.keys():
            values.wrong(Code.DUPLICATE, "given_twice", *found.remove[link])
    return found


def _read_ids(values: Values, ids: Sequence[str], name: str) -> dict[About, tuple[str, ...]]:
    found: dict[About, tuple[str, ...]] = {}
    for index, text in enumerate(ids):
        place = (name, str(index))
        try:
            prefix, key = decode_id(text)
        except InvalidIdError:
            values.wrong(Code.INVALID, "invalid_id", *place, target="record")
            continue
        if prefix not in ENTITIES or not ENTITIES[prefix].is_record:
            values.wrong(
                Code.INVALID, "id_of_another_type", *place, target="record", found=prefix[:30]
            )
            continue
        found.setdefault((prefix, key), place)
    if len(found) > MOST_RECORDS:
        values.wrong(Code.LIMIT, "too_many_records", name, limit=MOST_RECORDS)
    return found


async def hold_records(
    op: Operation, asked: Sequence[tuple[Values, Mapping[About, tuple[str, ...]]]]
) -> None:
    """Lock the records that activities are to be about; notes those that may not be changed.

    Raises ForbiddenError where the actor may change none of a type. They are locked in one order,
    so that two writers never wait crosswise.
    """
    require_scope(op.actor, Scope.WRITE)
    links = {link for _, named in asked for link in named}
    rows: dict[About, Row] = {}
    for entity in (entity.name for entity in RECORDS):
        ids = sorted(key for name, key in links if name == entity)
        if ids:
            require(op.actor, Action.UPDATE, entity)
            found = await lock_rows(op.session, op.actor, entity, ids, flagged=True)
            rows.update({(entity, key): row for key, row in found.items()})
    for values, named in asked:
        for link, place in named.items():
            row = rows.get(link)
            if row is None or row.deleted_at is not None:
                values.wrong(Code.NOT_FOUND, "not_found", *place, target=link[0])
            elif not may_change(op.actor, row):
                values.wrong(Code.FORBIDDEN, "row_forbidden", *place)


def encoded(links: Sequence[About]) -> list[str]:
    """Give the ids of records as the API has them."""
    return [encode_id(entity, key) for entity, key in links]

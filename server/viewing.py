"""Viewing as somebody: an administrator has queries answered as another person, or a role, gets.

The header `X-View-As` names a person or a role. Who may do it is decided by `loaders/rights.py`,
which gives the operation its rights and view; here the header is read, and its use is told of.
"""

import hashlib
from collections import OrderedDict
from datetime import UTC, datetime
from typing import Final

from starlette.requests import Request

from auth.actor import Actor
from domain.audit import AuditEntry, AuditKind
from domain.errors import BadInputError
from domain.ids import InvalidIdError, decode_id, encode_id
from domain.people import USER
from domain.roles import ROLE
from loaders.rights import VIEW_PLACE, View
from resolvers.operation import Operation
from server.journal import Journal, same_id

_SECONDS: Final = 300
_MOST_TOLD: Final = 10_000


def view_of(request: Request) -> View | None:
    """Give as whom the query is to be answered; raises BadInputError for what is no such id."""
    given = request.headers.get(VIEW_PLACE)
    if given is None:
        return None
    try:
        prefix, key = decode_id(given.strip())
    except InvalidIdError as error:
        raise BadInputError("invalid_id", (VIEW_PLACE,), target=USER.name) from error
    if prefix not in {USER.name, ROLE.name}:
        raise BadInputError(
            "id_of_another_type", (VIEW_PLACE,), target=USER.name, found=prefix[:30]
        )
    return View(prefix, key)


class Viewings:
    """Tells the audit log who viewed as whom: once in five minutes for the same."""

    def __init__(self, journal: Journal) -> None:
        """Tell it to a journal."""
        self._journal = journal
        self._told: OrderedDict[bytes, None] = OrderedDict()

    def tell(self, op: Operation, view: View) -> None:
        """Note an operation that is answered as a view says."""
        actor: Actor = op.actor
        by, now = actor.viewed_by, datetime.now(UTC)
        period = int(now.timestamp()) // _SECONDS
        named = (str(actor.workspace_id), str(by), view.entity, str(view.key), str(period))
        seen = hashlib.sha256(" ".join(named).encode()).digest()
        if seen in self._told:
            return
        self._told[seen] = None
        if len(self._told) > _MOST_TOLD:
            self._told.popitem(last=False)
        self._journal.add(
            AuditEntry(
                actor.workspace_id, AuditKind.VIEWED_AS, now, by,
                about_id=view.key if view.entity == USER.name else None,
                token_id=actor.token_id, origin=op.origin,
                details={"as": encode_id(view.entity, view.key)},
                # The same in every process, so that the database keeps one entry of it.
                id=same_id(period * _SECONDS * 1000, seen),
            )
        )  # fmt: skip

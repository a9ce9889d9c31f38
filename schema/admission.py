"""How a mutation holds the settings of its workspace, told by its root fields before it runs.

What is not named here changes settings, as far as anyone knows.
"""

from collections.abc import Set
from typing import Final

from db.holds import Hold
from schema.record_mutations import RECORD_MUTATIONS

COMMENTING: Final = frozenset({"addComment", "updateComment", "deleteComment", "pinComment"})
PLANNING: Final = frozenset(
    {
        "createActivity",
        "createActivities",
        "updateActivity",
        "completeActivity",
        "reopenActivity",
        "deleteActivity",
    }
)
USING: Final = RECORD_MUTATIONS | COMMENTING | PLANNING | {"moveDeal", "convertLead", "importDeals"}
"""Root fields that write by the settings and change none."""
FREE: Final = frozenset(
    {
        "uploadFile",
        "signOut",
        "changePassword",
        "createApiKey",
        "rotateApiKey",
        "revokeApiKey",
        "revokeSession",
        "revokeSessions",
        "createCalendarFeed",
        "revokeCalendarFeed",
        "__typename",
    }
)
"""Root fields that neither change settings nor depend on them."""


def hold_of(roots: Set[str]) -> Hold | None:
    """Tell how a mutation with these root fields holds the settings; None: not at all."""
    if roots <= FREE:
        return None
    return Hold.TO_USE if roots <= USING | FREE else Hold.TO_CHANGE

"""The sessions of people in the API: looked at, and ended from elsewhere."""

from datetime import datetime
from typing import Any

import strawberry

from domain.ids import encode_id
from resolvers import sessions
from schema.classes import OBJECTS
from schema.context import Info, operation
from schema.record_mutations import attempt
from schema.signatures import argument, declare_resolver, list_of, returns
from schema.values import ID_TEXT, Node, type_name
from schema.write_types import payload_type

USER = OBJECTS["user"]


def _session_id(root: Any) -> Any:
    return strawberry.ID(encode_id("session", root.id))


async def _session_user(root: Any, info: Info) -> Any:
    return await operation(info).loaders.one("user").load(root.user_id)


def _is_current(root: Any, info: Info) -> bool:
    return bool(root.id == operation(info).actor.token_id)


UserSession = strawberry.type(
    type(
        "Session",
        (Node,),
        {
            "__annotations__": {
                "created_at": datetime,
                "last_used_at": datetime | None,
                "expires_at": datetime,
                "address": str | None,
                "user_agent": str | None,
            },
            "id": strawberry.field(
                resolver=returns(_session_id, strawberry.ID), description=ID_TEXT
            ),
            "user": strawberry.field(
                resolver=returns(_session_user, USER | None), description="Whose it is."
            ),
            "created_at": strawberry.field(description="When the person signed in."),
            "last_used_at": strawberry.field(
                description="When it was last used, to about a minute."
            ),
            "expires_at": strawberry.field(description="When it ends by itself."),
            "address": strawberry.field(description="Network address that it began from."),
            "user_agent": strawberry.field(
                description="What the program called itself that it began from."
            ),
            "is_current": strawberry.field(
                resolver=_is_current, description="Whether it is the one in use."
            ),
            "is_type_of": classmethod(lambda _cls, obj, _info: type_name(obj) == "Session"),
        },
    ),
    description="A person's session: one that signed in and has not ended.",
)


async def _own(root: Any, info: Info) -> Any:
    op = operation(info)
    return await sessions.own_sessions(op.session, op.actor)


async def _of_person(root: Any, info: Any, user_id: str) -> Any:
    return await sessions.sessions_of(operation(info), user_id)


VIEWER_SESSIONS = strawberry.field(
    resolver=returns(_own, list_of(UserSession)),
    description="One's own sessions, the newest first.",
)
SESSIONS = strawberry.field(
    resolver=declare_resolver(
        _of_person,
        {"user_id": argument(strawberry.ID, "Whose, by the person's id.")},
        list_of(UserSession),
    ),
    description="A person's sessions, the newest first: one's own, or for administrators anyone's.",
)

RevokeSessionPayload = payload_type(
    "RevokeSessionPayload",
    "What came of ending a session.",
    {"session": (UserSession | None, "The session as it was.")},
)
RevokeSessionsPayload = payload_type(
    "RevokeSessionsPayload",
    "What came of ending one's other sessions.",
    {"count": (int | None, "How many ended.")},
)


async def _revoke(root: Any, info: Any, id: str) -> Any:
    return await attempt(
        info,
        lambda op: sessions.revoke_session(op, id),
        lambda row, errors: RevokeSessionPayload(session=row, user_errors=errors),
        "id",
    )


async def _revoke_others(root: Any, info: Any) -> Any:
    return await attempt(
        info,
        sessions.revoke_other_sessions,
        lambda count, errors: RevokeSessionsPayload(count=count, user_errors=errors),
    )


REVOKE_SESSION = strawberry.field(
    resolver=declare_resolver(
        _revoke, {"id": argument(strawberry.ID, "Id of the session.")}, RevokeSessionPayload
    ),
    description="Ends a session at once: one's own, or for administrators anyone's.",
)
REVOKE_SESSIONS = strawberry.field(
    resolver=declare_resolver(_revoke_others, {}, RevokeSessionsPayload),
    description="Ends all of one's sessions but the one in use.",
)

"""The surface of people and access: signing in, API keys, the viewer and the workspace."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import strawberry

from auth.actor import Scope
from domain.errors import RefusedError
from domain.ids import encode_id
from loaders.nodes import load_nodes
from loaders.people import workspace as load_workspace
from resolvers import people, sign_in, workspaces
from resolvers.operation import Operation
from schema.activity_viewer import VIEWER_ACTIVITIES
from schema.classes import OBJECTS
from schema.context import Info, operation
from schema.currencies import CURRENCY_WORK
from schema.duplicates import CONTROL_INPUT, DuplicateControl
from schema.inputs import input_type
from schema.record_mutations import attempt
from schema.role_fields import roles_of
from schema.scalars import CurrencyCode
from schema.sessions import VIEWER_SESSIONS
from schema.signatures import argument, declare_resolver, list_of, returns
from schema.values import Node, type_name
from schema.write_types import payload_type

USER = OBJECTS["user"]


def _id(prefix: str) -> Any:
    def read(root: Any) -> strawberry.ID:
        return strawberry.ID(encode_id(prefix, root.id))

    return strawberry.field(resolver=read, description="Global id; it says the type.")


@strawberry.type(description="A company's own CRM: its people, settings and records.")
class Workspace(Node):
    """A company's own CRM."""

    id: strawberry.ID = _id("workspace")
    name: str = strawberry.field(description="Its name.")
    locale: str = strawberry.field(description="Its language: ru or en.")
    currency: CurrencyCode = strawberry.field(description="Its base currency.")
    created_at: datetime = strawberry.field(description="When it was made.")
    currency_work = CURRENCY_WORK
    duplicate_control: DuplicateControl = strawberry.field(
        description="What happens to new records that are known already, by their type."
    )

    @classmethod
    def is_type_of(cls, obj: Any, _info: Any) -> bool:
        """Tell the row of a workspace."""
        return type_name(obj) == "Workspace"


async def _key_owner(root: Any, info: Info) -> Any:
    return await operation(info).loaders.one("user").load(root.user_id)


async def _key_role(root: Any, info: Info) -> Any:
    if root.role_id is None:
        return None
    (found,) = await load_nodes(operation(info).loaders, [("role", root.role_id)])
    return found


def _key_scopes(root: Any) -> list[Scope]:
    return [Scope(scope) for scope in root.scopes]


ApiKey = strawberry.type(
    type(
        "ApiKey",
        (Node,),
        {
            "__annotations__": {
                "name": str,
                "prefix": str,
                "created_at": datetime,
                "expires_at": datetime | None,
                "last_used_at": datetime | None,
            },
            "id": _id("api_key"),
            "name": strawberry.field(description="What it is called."),
            "prefix": strawberry.field(description="First characters of the secret."),
            "scopes": strawberry.field(resolver=_key_scopes, description="What it lets do."),
            "role": strawberry.field(
                resolver=returns(_key_role, OBJECTS["role"] | None),
                description="The role that narrows what it lets do; null of a key that is bound "
                "to none, and where the role is not to be seen.",
            ),
            "user": strawberry.field(
                resolver=returns(_key_owner, USER | None), description="Whose it is."
            ),
            "created_at": strawberry.field(description="When it was made."),
            "expires_at": strawberry.field(description="When it ends; null: when it is revoked."),
            "last_used_at": strawberry.field(
                description="When its present secret was last used, to about a minute."
            ),
            "is_type_of": classmethod(lambda _cls, obj, _info: type_name(obj) == "ApiKey"),
        },
    ),
    description="A key by which a program acts for a person; the secret is shown once.",
)


async def _viewer_user(root: Any, info: Info) -> Any:
    op = operation(info)
    return await op.loaders.one("user").load(op.actor.person_id)


async def _viewer_workspace(root: Any, info: Info) -> Any:
    return await load_workspace(operation(info).session)


async def _viewer_keys(root: Any, info: Info) -> Any:
    op = operation(info)
    return await sign_in.list_api_keys(op.session, op.actor)


async def _viewer_roles(root: Any, info: Info) -> Any:
    (found,) = await roles_of(info.context, [operation(info).actor.person_id])
    return found


def _viewer_scopes(root: Any, info: Info) -> list[Scope]:
    return sorted(operation(info).actor.scopes, key=lambda scope: scope.value)


Viewer = strawberry.type(
    type(
        "Viewer",
        (),
        {
            "user": strawberry.field(
                resolver=returns(_viewer_user, USER), description="Who is signed in."
            ),
            "workspace": strawberry.field(
                resolver=returns(_viewer_workspace, Workspace), description="Where."
            ),
            "scopes": strawberry.field(
                resolver=_viewer_scopes, description="What the token in use lets do."
            ),
            "roles": strawberry.field(
                resolver=returns(_viewer_roles, list_of(OBJECTS["role"])),
                description="One's roles by name.",
            ),
            "api_keys": strawberry.field(
                resolver=returns(_viewer_keys, list_of(ApiKey)),
                description="One's own API keys; an administrator sees everyone's.",
            ),
            "sessions": VIEWER_SESSIONS,
            **VIEWER_ACTIVITIES,
        },
    ),
    description="The person who asks.",
)


def read_viewer(info: Info) -> Any:
    """Give the viewer; raises UnauthenticatedError."""
    return operation(info)


CREATE_KEY_INPUT = input_type(
    "CreateApiKeyInput",
    "A new API key.",
    {
        "name": (str, "What it is called, 1 to 100 characters."),
        "scopes": (list[Scope] | None, "What it lets do; everything its owner may if left out."),
        "role_id": (
            strawberry.ID | None,
            "A role that narrows it: it lets do what both its owner's roles and this one allow.",
        ),
        "expires_at": (datetime | None, "When it ends; in a year if left out, at most."),
    },
)
CreateApiKeyPayload = payload_type(
    "CreateApiKeyPayload",
    "What came of making an API key.",
    {"api_key": (ApiKey | None, "The key."), "secret": (str | None, "The secret, shown once.")},
)
RevokeApiKeyPayload = payload_type(
    "RevokeApiKeyPayload",
    "What came of revoking an API key.",
    {"api_key": (ApiKey | None, "The key as it was.")},
)


RotateApiKeyPayload = payload_type(
    "RotateApiKeyPayload",
    "What came of giving an API key a new secret.",
    {"api_key": (ApiKey | None, "The key."),
     "secret": (str | None, "The new secret, shown once.")},
)  # fmt: skip
ROTATE_KEY_INPUT = input_type(
    "RotateApiKeyInput",
    "Which API key gets a new secret.",
    {
        "id": (strawberry.ID, "Id of a key of one's own."),
        "overlap_hours": (
            int | None,
            f"How many hours the former secret works on, 0 to {sign_in.MOST_OVERLAP}; "
            f"{sign_in.DEFAULT_OVERLAP} if left out.",
        ),
        "expires_at": (datetime | None, "When the key ends; in a year if left out, at most."),
    },
)


async def _rotate_key(root: Any, info: Any, input: Mapping[str, Any]) -> Any:
    def make(result: Any, errors: list[Any]) -> Any:
        key, secret = result or (None, None)
        return RotateApiKeyPayload(api_key=key, secret=secret, user_errors=errors)

    return await attempt(info, lambda op: sign_in.rotate_api_key(op, input), make)


async def _create_key(root: Any, info: Any, input: Mapping[str, Any]) -> Any:
    def make(result: Any, errors: list[Any]) -> Any:
        key, secret = result or (None, None)
        return CreateApiKeyPayload(api_key=key, secret=secret, user_errors=errors)

    return await attempt(info, lambda op: sign_in.create_api_key(op, input), make)


async def _revoke_key(root: Any, info: Any, id: str) -> Any:
    return await attempt(
        info,
        lambda op: sign_in.revoke_api_key(op, id),
        lambda key, errors: RevokeApiKeyPayload(api_key=key, user_errors=errors),
        "id",
    )


def _user_payload(name: str, text: str) -> Any:
    return payload_type(name, text, {"user": (USER | None, "The person; null if refused.")})


def _set_active(active: bool) -> Any:
    verb = "Activate" if active else "Deactivate"
    payload = _user_payload(f"{verb}UserPayload", f"What came of {verb.lower()[:-1]}ing a person.")

    async def resolve(root: Any, info: Any, id: str) -> Any:
        async def work(op: Operation) -> Any:
            try:
                return await people.set_active(op, id, active=active)
            except RefusedError as refusal:
                # The id is an argument of its own here, not a field of an input.
                errors = [replace(error, path=error.path[1:]) for error in refusal.errors]
                raise RefusedError(errors) from refusal

        return await attempt(
            info, work, lambda row, errors: payload(user=row, user_errors=errors), "id"
        )

    text = (
        "Lets a person sign in again."
        if active
        else "Lets a person no longer sign in; all their tokens end at once."
    )
    return strawberry.field(
        resolver=declare_resolver(resolve, {"id": argument(strawberry.ID, "Whose id.")}, payload),
        description=text,
    )


UpdateWorkspacePayload = payload_type(
    "UpdateWorkspacePayload",
    "What came of changing the workspace.",
    {"workspace": (Workspace | None, "The workspace; null if refused.")},
)
UPDATE_WORKSPACE_INPUT = input_type(
    "UpdateWorkspaceInput",
    "Changes of the workspace; omitted fields stay.",
    {
        "name": (str | None, "Its name."),
        "locale": (str | None, "Its language: ru or en."),
        "duplicate_control": (
            CONTROL_INPUT | None,
            "What happens to new records that are known already.",
        ),
    },
)


async def _update_workspace(root: Any, info: Any, input: Mapping[str, Any]) -> Any:
    return await attempt(
        info,
        lambda op: workspaces.update_workspace(op, input),
        lambda row, errors: UpdateWorkspacePayload(workspace=row, user_errors=errors),
    )


def _input_field(function: Any, input_class: Any, payload: Any, text: str) -> Any:
    arguments = {"input": argument(input_class, "What is asked.")}
    return strawberry.field(
        resolver=declare_resolver(function, arguments, payload), description=text
    )


CREATE_API_KEY = _input_field(
    _create_key, CREATE_KEY_INPUT, CreateApiKeyPayload, "Makes an API key of one's own."
)
ROTATE_API_KEY = _input_field(
    _rotate_key, ROTATE_KEY_INPUT, RotateApiKeyPayload,
    "Gives an API key of one's own a new secret; the former one works on for a while.",
)  # fmt: skip
REVOKE_API_KEY = strawberry.field(
    resolver=declare_resolver(
        _revoke_key, {"id": argument(strawberry.ID, "Id of the key.")}, RevokeApiKeyPayload
    ),
    description="Ends an API key at once.",
)
ACTIVATE_USER = _set_active(active=True)
DEACTIVATE_USER = _set_active(active=False)
UPDATE_WORKSPACE = _input_field(
    _update_workspace,
    UPDATE_WORKSPACE_INPUT,
    UpdateWorkspacePayload,
    "Changes the workspace itself: its name, its language, what is done about duplicates.",
)

"""Signing in, passwords and invitations in the API."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import strawberry

from domain.errors import RefusedError
from domain.passwords import MAX_LENGTH, MIN_LENGTH
from domain.people import USER as PERSON
from resolvers import links, passwords, people, sign_in
from resolvers.operation import Operation
from schema.classes import OBJECTS
from schema.inputs import input_type
from schema.record_mutations import attempt
from schema.signatures import argument, declare_resolver
from schema.user_errors import shown_errors
from schema.write_types import create_fields, payload_type

USER = OBJECTS["user"]
_PASSWORD: Final = f"The new password, {MIN_LENGTH} to {MAX_LENGTH} characters."
_FROM_LINK: Final = "The link, or what stands behind `token=` in it."
_LINK: Final = (
    "The link for the person, where the server has no mail server to send it by; it works once."
)


def _mutation(function: Any, given: Any, payload: Any, text: str) -> Any:
    """Make a mutation that takes an input."""
    arguments = {"input": argument(given, "What is asked.")}
    return strawberry.field(
        resolver=declare_resolver(function, arguments, payload), description=text
    )


async def _at_the_door(info: Any, work: Callable[[], Awaitable[Any]], make: Any) -> Any:
    """Do what needs no token, and put what came of it, or the refusal, into its payload."""
    try:
        result = await work()
    except RefusedError as refusal:
        return make(None, shown_errors(refusal.errors, info.context.language))
    return make(result, [])


def _session_payload(name: str, text: str) -> tuple[Any, Any]:
    payload = payload_type(
        name,
        text,
        {"token": (str | None, "Token of the session (vs_…), valid for 14 days."),
         "user": (USER | None, "Who signed in.")},
    )  # fmt: skip

    def make(result: Any, errors: list[Any]) -> Any:
        token, user = result or (None, None)
        return payload(token=token, user=user, user_errors=errors)

    return payload, make


SIGN_IN_INPUT = input_type(
    "SignInInput",
    "Who signs in.",
    {
        "email": (str, "E-mail address."),
        "password": (str, "Password."),
        "workspace": (str | None, "Name or id, for people of several workspaces."),
    },
)
SignInPayload, _made_session = _session_payload("SignInPayload", "What came of signing in.")


async def _sign_in(root: Any, info: Any, input: Mapping[str, Any]) -> Any:
    context = info.context
    return await _at_the_door(info, lambda: context.doors.sign_in(context, input), _made_session)


SignOutPayload = payload_type("SignOutPayload", "What came of signing out.", {})


async def _sign_out(root: Any, info: Any) -> Any:
    return await attempt(
        info, sign_in.sign_out, lambda _result, errors: SignOutPayload(user_errors=errors)
    )


ChangePasswordPayload = payload_type(
    "ChangePasswordPayload", "What came of changing one's password.", {}
)
CHANGE_PASSWORD_INPUT = input_type(
    "ChangePasswordInput",
    "One's old and new password.",
    {"current_password": (str, "The password until now."), "new_password": (str, _PASSWORD)},
)


async def _change_password(root: Any, info: Any, input: Mapping[str, Any]) -> Any:
    return await attempt(
        info,
        lambda op: passwords.change_password(op, input),
        lambda _result, errors: ChangePasswordPayload(user_errors=errors),
    )


RequestPasswordResetPayload = payload_type(
    "RequestPasswordResetPayload",
    "What came of asking for a new password: the same, whether the address is known or not.",
    {},
)
REQUEST_RESET_INPUT = input_type(
    "RequestPasswordResetInput",
    "Who has forgotten the password.",
    {"email": (str, "E-mail address that the person signs in with.")},
)


async def _request_reset(root: Any, info: Any, input: Mapping[str, Any]) -> Any:
    return await _at_the_door(
        info,
        lambda: info.context.doors.request_reset(input),
        lambda _result, errors: RequestPasswordResetPayload(user_errors=errors),
    )


ResetPasswordPayload = payload_type(
    "ResetPasswordPayload", "What came of setting a new password by a link.", {}
)
RESET_PASSWORD_INPUT = input_type(
    "ResetPasswordInput",
    "A new password, and the link that allows it.",
    {"token": (str, _FROM_LINK), "new_password": (str, _PASSWORD)},
)


async def _reset_password(root: Any, info: Any, input: Mapping[str, Any]) -> Any:
    context = info.context
    return await _at_the_door(
        info,
        lambda: context.doors.reset_password(context, input),
        lambda _result, errors: ResetPasswordPayload(user_errors=errors),
    )


ACCEPT_INPUT = input_type(
    "AcceptInvitationInput",
    "A password, and the link of the invitation.",
    {
        "token": (str, _FROM_LINK),
        "password": (str, _PASSWORD),
        "first_name": (str | None, "Given name; the one of the invitation stays if left out."),
        "last_name": (str | None, "Family name; the one of the invitation stays if left out."),
    },
)
AcceptInvitationPayload, _made_first_session = _session_payload(
    "AcceptInvitationPayload", "What came of accepting an invitation."
)


async def _accept(root: Any, info: Any, input: Mapping[str, Any]) -> Any:
    context = info.context
    return await _at_the_door(
        info, lambda: context.doors.accept_invitation(context, input), _made_first_session
    )


def _linking(
    name: str, text: str, work: Callable[[Operation, Any], Awaitable[Any]], given: Any = None
) -> Any:
    """Make a mutation that gives a person a link, by an input or the person's id."""
    title = name[0].upper() + name[1:]
    payload = payload_type(
        f"{title}Payload",
        "What came of giving a person a link.",
        {"user": (USER | None, "The person; null if refused."), "link": (str | None, _LINK)},
    )
    argument_name = "id" if given is None else "input"

    async def resolve(root: Any, info: Any, **arguments: Any) -> Any:
        def make(result: Any, errors: list[Any]) -> Any:
            user, link = result or (None, None)
            return payload(user=user, link=link, user_errors=errors)

        return await attempt(
            info, lambda op: work(op, arguments[argument_name]), make, argument_name
        )

    taken = (
        argument(strawberry.ID, "Whose id.")
        if given is None
        else argument(given, "Who is invited.")
    )
    return strawberry.field(
        resolver=declare_resolver(resolve, {argument_name: taken}, payload), description=text
    )


SIGN_IN = _mutation(_sign_in, SIGN_IN_INPUT, SignInPayload, "Signs a person in; needs no token.")
SIGN_OUT = strawberry.field(
    resolver=declare_resolver(_sign_out, {}, SignOutPayload),
    description="Ends the session of the token in use; an API key stays valid.",
)
CHANGE_PASSWORD = _mutation(
    _change_password, CHANGE_PASSWORD_INPUT, ChangePasswordPayload,
    "Changes one's own password; all other sessions and keys end.",
)  # fmt: skip
REQUEST_PASSWORD_RESET = _mutation(
    _request_reset, REQUEST_RESET_INPUT, RequestPasswordResetPayload,
    "Has a link to set a new password sent by e-mail, for an hour; needs no token.",
)  # fmt: skip
RESET_PASSWORD = _mutation(
    _reset_password, RESET_PASSWORD_INPUT, ResetPasswordPayload,
    "Sets a new password by a link; all sessions and keys of the person end. Needs no token.",
)  # fmt: skip
ACCEPT_INVITATION = _mutation(
    _accept, ACCEPT_INPUT, AcceptInvitationPayload,
    "Sets the password of an invited person and signs them in; needs no token.",
)  # fmt: skip
INVITE_USER = _linking(
    "inviteUser",
    "Adds a person who chooses a password by a link, which works for seven days.",
    people.invite_user,
    input_type("InviteUserInput", "Who is invited.", create_fields(PERSON)),
)
RENEW_INVITATION = _linking(
    "renewInvitation",
    "Gives a person who has not accepted yet a new link; the one until now ends.",
    links.renew_invitation,
)
ISSUE_PASSWORD_RESET = _linking(
    "issuePasswordReset",
    "Gives a person a link to set a new password, which works for an hour.",
    links.issue_reset,
)

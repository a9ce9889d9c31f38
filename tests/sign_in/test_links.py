"""Links that set a password, where there is no mail server: an administrator hands them on."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text

from resolvers.workspaces import create_workspace
from tests.client import Answer, Client
from tests.conftest import Server
from tests.people import Cast, password_of
from tests.sign_in.conftest import Log, knock

WHO = "{ viewer { user { id firstName lastName email } } }"
SHOWN = "user { id email firstName isActive departments { name } } link"
PASSWORD = "an old oak tree"
SIGN_IN = (
    "mutation ($given: SignInInput!) { signIn(input: $given) { token userErrors { code path } } }"
)


def secret_in(link: str, page: str) -> str:
    """Give the secret in a link to a page."""
    start = f"http://127.0.0.1:8000/{page}#token="
    assert link.startswith(f"{start}vl_")
    # Either may be given: the secret, or the link as it is.
    return link if page == "invitation" else link.removeprefix(start)


async def invite(people: Cast, name: str = "vera", **given: Any) -> tuple[str, str]:
    """Invite somebody; gives the id and the secret of the link."""
    email = f"{name}-{people.ids['root'][-9:]}@example.com"
    answer = await people.root.mutate("inviteUser", {"email": email, **given}, SHOWN)
    payload = answer.payload()
    return payload["user"]["id"], secret_in(payload["link"], "invitation")


async def reset_link(people: Cast, name: str) -> str:
    """Have an administrator make a link for somebody's new password; gives its secret."""
    answer = await people.root.mutate("issuePasswordReset", people.ids[name], SHOWN, "id")
    return secret_in(answer.payload()["link"], "reset-password")


async def reset(people: Cast, secret: str, password: str = PASSWORD) -> Answer:
    """Set a new password by a link."""
    given = {"token": secret, "newPassword": password}
    return await knock(people, "resetPassword", given, "")


async def can_sign_in(people: Cast, email: str, password: str) -> bool:
    """Tell whether somebody can sign in with a password."""
    answer = await knock(people, "signIn", {"email": email, "password": password}, "token")
    return bool(answer.data["signIn"]["token"])


async def test_vera_is_invited_and_chooses_her_password(people: Cast, log: Log) -> None:
    made = await people.root.mutate("createDepartment", {"name": "Sales"}, "department { id }")
    sales = made.payload()["department"]["id"]
    vera, secret = await invite(people, firstName="Vera", departmentIds=[sales])
    shown = await people.root.data(
        "query ($id: ID!) { user(id: $id) { isActive departments { name } } }", id=vera
    )
    assert shown["user"] == {"isActive": True, "departments": [{"name": "Sales"}]}

    given = {"token": secret, "password": PASSWORD, "lastName": "Petrova"}
    answer = await knock(people, "acceptInvitation", given, "token user { id fullName }")
    payload = answer.payload()
    assert payload["user"] == {"id": vera, "fullName": "Vera Petrova"}
    found = (await Client(people.anna.http, payload["token"]).data(WHO))["viewer"]["user"]
    assert (found["id"], found["firstName"], found["lastName"]) == (vera, "Vera", "Petrova")
    assert await can_sign_in(people, found["email"], PASSWORD)

    invited, accepted = await log("INVITED", "INVITATION_ACCEPTED")
    assert (invited["user"], invited["about"]) == ({"id": people.ids["root"]}, {"id": vera})
    assert (accepted["kind"], accepted["user"]) == ("INVITATION_ACCEPTED", {"id": vera})


async def test_a_link_works_once(people: Cast) -> None:
    vera, secret = await invite(people)
    given = {"token": secret, "password": PASSWORD}
    (await knock(people, "acceptInvitation", given, "token")).payload()
    again = await knock(
        people,
        "acceptInvitation",
        {"token": secret, "password": "another old tree"},
        "token user { id }",
    )
    assert again.refusals() == [("INVALID", "input.token")]
    assert again.data["acceptInvitation"]["token"] is None
    email = (await people.root.data("query ($id: ID!) { user(id: $id) { email } }", id=vera))[
        "user"
    ]
    assert not await can_sign_in(people, email["email"], "another old tree")


async def test_of_two_who_come_at_once_with_one_link_one_gets_in(people: Cast) -> None:
    _, secret = await invite(people)
    answers = await asyncio.gather(
        *(
            knock(
                people,
                "acceptInvitation",
                {"token": secret, "password": f"old tree {number}"},
                "token",
            )
            for number in range(3)
        )
    )
    tokens = [answer.data["acceptInvitation"]["token"] for answer in answers]
    assert sum(token is not None for token in tokens) == 1


async def test_without_the_invitation_accepted_nobody_signs_in(people: Cast) -> None:
    vera, _ = await invite(people)
    email = f"vera-{people.ids['root'][-9:]}@example.com"
    for password in ("", PASSWORD, "nobody has this password"):
        assert not await can_sign_in(people, email, password)
    never = await people.root.mutate("issuePasswordReset", vera, SHOWN, "id")
    assert never.refusals() == [("CONFLICT", "id")]
    assert never.data["issuePasswordReset"]["link"] is None


async def test_a_renewed_invitation_ends_the_one_before(people: Cast) -> None:
    vera, first = await invite(people)
    answer = await people.root.mutate("renewInvitation", vera, SHOWN, "id")
    second = secret_in(answer.payload()["link"], "invitation")
    given = {"password": PASSWORD}
    old = await knock(people, "acceptInvitation", {"token": first, **given}, "token")
    assert old.refusals() == [("INVALID", "input.token")]
    new = await knock(people, "acceptInvitation", {"token": second, **given}, "token")
    assert new.payload()["token"]
    accepted = await people.root.mutate("renewInvitation", vera, SHOWN, "id")
    assert accepted.refusals() == [("CONFLICT", "id")]


async def test_root_gives_anna_a_link_and_her_new_password_ends_all_else(
    people: Cast, log: Log
) -> None:
    secret = await reset_link(people, "anna")
    assert (await people.anna.run(WHO)).errors == []
    (await reset(people, secret)).payload()

    for ended in (people.anna, people.reader):
        assert (await ended.run(WHO)).status == 401
    assert (await people.boris.run(WHO)).errors == []
    assert not await can_sign_in(people, people.emails["anna"], password_of("anna"))
    assert await can_sign_in(people, people.emails["anna"], PASSWORD)
    again = await reset(people, secret, "one more old tree")
    assert again.refusals() == [("INVALID", "input.token")]
    asked, done = await log("PASSWORD_RESET_REQUESTED", "PASSWORD_RESET")
    anna, root = {"id": people.ids["anna"]}, {"id": people.ids["root"]}
    assert (asked["user"], asked["about"], done["user"]) == (root, anna, anna)


@pytest.mark.parametrize("mutation", ["issuePasswordReset", "renewInvitation"])
async def test_only_administrators_make_links_and_only_of_their_own_people(
    people: Cast, server: Server, mutation: str
) -> None:
    vera, _ = await invite(people)
    wanted = vera if mutation == "renewInvitation" else people.ids["boris"]
    for stranger, refusal in ((people.anna, ["FORBIDDEN"]), (people.reader, ["FORBIDDEN"])):
        assert (await stranger.mutate(mutation, wanted, SHOWN, "id")).codes == refusal
    foreign = await people.olga.mutate(mutation, wanted, SHOWN, "id")
    assert foreign.refusals() == [("NOT_FOUND", "id")]
    async with server.database.engine.connect() as connection:
        made = await connection.execute(
            text("SELECT count(*) FROM sign_in_links AS l JOIN users AS u USING (workspace_id)"
                 " WHERE u.id = l.user_id AND u.email LIKE :ending"),
            {"ending": f"%{people.ids['root'][-9:]}@example.com"},
        )  # fmt: skip
        assert made.scalar_one() == 1  # the invitation
    assert (await people.root.mutate(mutation, wanted, SHOWN, "id")).payload()["link"]


async def test_a_member_invites_nobody(people: Cast) -> None:
    given = {"email": f"ivan-{people.ids['root'][-9:]}@example.com"}
    assert (await people.anna.mutate("inviteUser", given, SHOWN)).codes == ["FORBIDDEN"]
    assert (await people.root.data("{ users { totalCount } }"))["users"]["totalCount"] == 3


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"email": "no address"}, ("INVALID", "input.email")),
        ({"email": None}, ("REQUIRED", "input.email")),
        ({"locale": "de"}, ("INVALID", "input.locale")),
        ({"departmentIds": ["department_none"]}, ("INVALID", "input.departmentIds.0")),
    ],
)
async def test_what_makes_no_person_is_not_invited(
    people: Cast, given: dict[str, Any], refusal: tuple[str, str]
) -> None:
    email = f"vera-{people.ids['root'][-9:]}@example.com"
    refused = await people.root.mutate("inviteUser", {"email": email, **given}, SHOWN)
    assert refused.refusals() == [refusal]
    assert refused.data["inviteUser"]["link"] is None
    assert (await people.root.data("{ users { totalCount } }"))["users"]["totalCount"] == 3


async def test_somebody_who_is_known_is_not_invited(people: Cast) -> None:
    for admin in (people.root, people.olga):
        refused = await admin.mutate("inviteUser", {"email": people.emails["anna"]}, SHOWN)
        assert refused.refusals() == [("DUPLICATE", "input.email")]
        assert refused.data["inviteUser"] | {"userErrors": []} == {
            "user": None, "link": None, "userErrors": [],
        }  # fmt: skip
    assert await can_sign_in(people, people.emails["anna"], password_of("anna"))


async def test_a_link_that_has_ended_or_is_of_somebody_gone_does_nothing(
    people: Cast, server: Server
) -> None:
    secret = await reset_link(people, "anna")
    (await people.root.mutate("deactivateUser", people.ids["anna"], "", "id")).payload()
    assert (await reset(people, secret)).refusals() == [("INVALID", "input.token")]
    gone = await people.root.mutate("issuePasswordReset", people.ids["anna"], SHOWN, "id")
    assert gone.refusals() == [("CONFLICT", "id")]
    (await people.root.mutate("activateUser", people.ids["anna"], "", "id")).payload()

    late = await reset_link(people, "boris")
    async with server.database.engine.begin() as connection:
        await connection.execute(
            text("UPDATE sign_in_links SET expires_at = now() - interval '1 second' FROM users AS u"
                 " WHERE u.id = user_id AND u.email = :email"), {"email": people.emails["boris"]},
        )  # fmt: skip
    assert (await reset(people, late)).refusals() == [("INVALID", "input.token")]
    for name in ("anna", "boris"):
        assert not await can_sign_in(people, people.emails[name], PASSWORD)


async def test_a_link_is_good_for_what_it_was_made_for_alone(people: Cast) -> None:
    _, invitation = await invite(people)
    assert (await reset(people, invitation)).refusals() == [("INVALID", "input.token")]
    secret = await reset_link(people, "anna")
    given = {"token": secret, "password": PASSWORD}
    wrong = await knock(people, "acceptInvitation", given, "token")
    assert wrong.refusals() == [("INVALID", "input.token")]
    for token in (secret, people.anna.token or "", "", "vl_made-up"):
        assert (await Client(people.anna.http, token or "vl_").run(WHO)).status in {200, 401}
    assert (await Client(people.anna.http, secret).run(WHO)).status == 401
    assert (await reset(people, people.anna.token or "")).refusals() == [("INVALID", "input.token")]
    (await reset(people, secret)).payload()


@pytest.mark.parametrize("password", ["short", "x" * 201, "password123", "QWERTY123", "aaaaaaaaaa",
                                      "nul\x00in the middle"])  # fmt: skip
async def test_a_password_that_is_tried_first_is_refused_and_the_link_stays_good(
    people: Cast, password: str
) -> None:
    secret = await reset_link(people, "anna")
    assert (await reset(people, secret, password)).refusals() == [("INVALID", "input.newPassword")]
    changed = {"currentPassword": password_of("anna"), "newPassword": password}
    own = await people.anna.mutate("changePassword", changed, "")
    assert own.refusals() == [("INVALID", "input.newPassword")]
    assert (await people.anna.run(WHO)).errors == []
    (await reset(people, secret)).payload()


async def test_a_password_is_not_the_address(people: Cast) -> None:
    secret = await reset_link(people, "anna")
    email = people.emails["anna"]
    for password in (email, email.upper(), f"{email.partition('@')[0]}123"):
        refused = await reset(people, secret, password)
        assert refused.refusals() == [("INVALID", "input.newPassword")]
    (await reset(people, secret, f"{email} is not all of it")).payload()


async def test_an_administrator_is_shown_no_link_of_who_works_elsewhere_too(
    people: Cast, server: Server
) -> None:
    second = f"Elsewhere {people.workspace_name}"
    await create_workspace(server.database, second, "en", "USD", people.emails["anna"])
    refused = await people.root.mutate("issuePasswordReset", people.ids["anna"], SHOWN, "id")
    assert refused.refusals() == [("CONFLICT", "id")]
    assert refused.data["issuePasswordReset"]["link"] is None


async def test_links_stand_alone_in_their_request(people: Cast) -> None:
    secret = await reset_link(people, "anna")
    twice = """mutation ($a: ResetPasswordInput!) {
      a: resetPassword(input: $a) { userErrors { code } }
      b: signIn(input: {email: "a@example.com", password: "x"}) { token } }"""
    answer = await people.nobody.run(twice, {"a": {"token": secret, "newPassword": PASSWORD}})
    assert "FORBIDDEN" in answer.codes
    # Nothing of it was kept: the old password holds, and so does the link.
    assert not await can_sign_in(people, people.emails["anna"], PASSWORD)
    assert (await people.anna.run(WHO)).errors == []
    (await reset(people, secret)).payload()


async def test_a_dry_run_changes_no_password(people: Cast) -> None:
    secret = await reset_link(people, "anna")
    document = """mutation ($given: ResetPasswordInput!) {
      resetPassword(input: $given) { userErrors { code } } }"""
    given = {"given": {"token": secret, "newPassword": PASSWORD}}
    assert (await people.nobody.run(document, given, {"X-Dry-Run": "1"})).errors == []
    assert (await people.anna.run(WHO)).errors == []
    assert not await can_sign_in(people, people.emails["anna"], PASSWORD)
    (await reset(people, secret)).payload()

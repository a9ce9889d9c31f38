"""Links by e-mail: sent by a worker, to the person alone, and the asker is told nothing."""

import json
import re
from collections.abc import Awaitable, Callable
from email.message import EmailMessage
from time import monotonic

import httpx
import pytest
from sqlalchemy import text

from domain.ids import decode_id
from tests.client import Client
from tests.conftest import Server
from tests.people import Cast, password_of
from tests.sign_in.conftest import Log, knock
from tests.sign_in.mailbox import Mailbox

Deliver = Callable[[], Awaitable[None]]
PASSWORD = "an old oak tree"
ASK = """mutation ($given: RequestPasswordResetInput!) {
  requestPasswordReset(input: $given) { userErrors { code message path } } }"""


def secret_of(message: EmailMessage, page: str) -> str:
    """Give the secret of the link in a message."""
    found = re.findall(r"^https://crm\.example\.com/([a-z-]+)#token=(vl_\S+)$",
                       message.get_content(), re.MULTILINE)  # fmt: skip
    assert [place for place, _ in found] == [page]
    return str(found[0][1])


def address(name: str, people: Cast) -> str:
    """Make up the e-mail address of somebody who is not in the cast."""
    return f"{name}-{people.ids['root'][-9:]}@example.com"


async def ask(post: httpx.AsyncClient, email: str, where: str) -> tuple[str, float]:
    """Ask for a new password; gives the answer and how many seconds it took."""
    started = monotonic()
    response = await post.post(
        "/graphql",
        json={"query": ASK, "variables": {"given": {"email": email}}},
        headers={"X-Forwarded-For": where},
    )
    assert response.status_code == 200
    return response.text, monotonic() - started


async def test_an_invitation_goes_by_mail_and_the_administrator_sees_no_link(
    people: Cast, post: httpx.AsyncClient, mailbox: Mailbox, deliver: Deliver, server: Server
) -> None:
    email = address("vera", people)
    root = Client(post, people.root.token)
    given = {"email": email, "locale": "ru"}
    made = (await root.mutate("inviteUser", given, "user { id } link")).payload()
    assert made["link"] is None
    async with server.database.engine.connect() as connection:
        waiting = await connection.execute(
            text("SELECT convert_from(payload, 'UTF8') FROM jobs.pgqueuer"
                 " WHERE entrypoint = 'send_link' AND convert_from(payload, 'UTF8') LIKE :user"),
            {"user": f"%{decode_id(made['user']['id'])[1]}%"},
        )  # fmt: skip
        (payload,) = [row[0] for row in waiting]
    # The secret is made by the worker: it waits nowhere.
    assert json.loads(payload)["arguments"].keys() == {"user", "purpose"}

    await deliver()
    (message,) = mailbox.to(email)
    assert message["From"] == "Voronka <crm@example.com>"
    assert message["Subject"] == f"Вас пригласили в {people.workspace_name}"
    accepted = await knock(
        people,
        "acceptInvitation",
        {"token": secret_of(message, "invitation"), "password": PASSWORD},
        "token user { id }",
    )
    assert accepted.payload()["user"] == {"id": made["user"]["id"]}


async def test_anna_has_forgotten_her_password(
    people: Cast, post: httpx.AsyncClient, mailbox: Mailbox, deliver: Deliver, log: Log
) -> None:
    email = people.emails["anna"]
    await ask(post, f" {email.upper()} ", "10.7.0.1")
    await deliver()
    (message,) = mailbox.to(email)
    assert message["Subject"] == f"A new password for {people.workspace_name}"
    # Nothing has happened to her yet.
    assert (await people.anna.run("{ viewer { user { id } } }")).errors == []

    given = {"token": secret_of(message, "reset-password"), "newPassword": PASSWORD}
    (await knock(people, "resetPassword", given, "")).payload()
    assert (await people.anna.run("{ viewer { user { id } } }")).status == 401
    signed = await knock(people, "signIn", {"email": email, "password": PASSWORD}, "token")
    assert signed.payload()["token"]
    (asked,) = await log("PASSWORD_RESET_REQUESTED")
    assert (asked["user"], asked["about"]) == (None, {"id": people.ids["anna"]})
    assert asked["address"] == "10.7.0.1"


async def test_who_asks_does_not_learn_who_is_known(
    people: Cast, post: httpx.AsyncClient, mailbox: Mailbox, deliver: Deliver
) -> None:
    (await people.root.mutate("deactivateUser", people.ids["boris"], "", "id")).payload()
    before = len(mailbox.messages)
    asked = [people.emails["anna"], address("nobody", people), people.emails["boris"], "no address"]
    answers = [await ask(post, email, f"10.7.1.{number}") for number, email in enumerate(asked)]

    assert {body for body, _ in answers} == {'{"data":{"requestPasswordReset":{"userErrors":[]}}}'}
    # All take as long as the slowest would.
    assert all(0.4 <= seconds < 2 for _, seconds in answers)
    await deliver()
    assert [message["To"] for message in mailbox.messages[before:]] == [people.emails["anna"]]


async def test_without_a_mail_server_nothing_is_sent_and_root_reads_who_asked(
    people: Cast, log: Log, mailbox: Mailbox, deliver: Deliver
) -> None:
    before = len(mailbox.messages)
    for email in (people.emails["anna"], address("nobody", people)):
        answer = await knock(people, "requestPasswordReset", {"email": email}, "")
        assert answer.body == {"data": {"requestPasswordReset": {"userErrors": []}}}
    await deliver()
    assert len(mailbox.messages) == before
    (entry,) = await log("PASSWORD_RESET_REQUESTED")
    assert entry["about"] == {"id": people.ids["anna"]}
    assert await log("PASSWORD_RESET_REQUESTED", admin=people.olga) == []


async def test_asking_again_and_again_sends_five_and_then_has_to_wait(
    people: Cast, post: httpx.AsyncClient, mailbox: Mailbox, deliver: Deliver
) -> None:
    for email in (people.emails["anna"], address("nobody", people)):
        answers = [(await ask(post, email, f"10.7.2.{number}"))[0] for number in range(6)]
        assert ["LIMIT" in answer for answer in answers] == [False] * 5 + [True]
    await deliver()
    messages = mailbox.to(people.emails["anna"])
    assert len(messages) == 5
    # Only the newest link is good.
    given = {"newPassword": PASSWORD}
    for message, is_good in ((messages[0], False), (messages[-1], True)):
        token = secret_of(message, "reset-password")
        answer = await knock(people, "resetPassword", {"token": token, **given}, "")
        assert (answer.refusals() == []) == is_good


async def test_mail_that_was_not_taken_is_sent_again(
    people: Cast, post: httpx.AsyncClient, mailbox: Mailbox, deliver: Deliver
) -> None:
    email = address("vera", people)
    root = Client(post, people.root.token)
    (await root.mutate("inviteUser", {"email": email}, "link")).payload()
    mailbox.is_open = False
    try:
        await deliver()
    finally:
        mailbox.is_open = True
    assert mailbox.to(email) == []
    vera = (await root.data('{ users(search: "vera") { nodes { id } } }'))["users"]["nodes"][0]
    (await root.mutate("renewInvitation", vera["id"], "link", "id")).payload()
    await deliver()
    assert secret_of(mailbox.to(email)[-1], "invitation")


async def test_a_reset_of_who_works_elsewhere_too_goes_to_them_alone(
    people: Cast, post: httpx.AsyncClient, mailbox: Mailbox, deliver: Deliver
) -> None:
    root = Client(post, people.root.token)
    answer = await root.mutate("issuePasswordReset", people.ids["anna"], "link user { id }", "id")
    assert answer.payload()["link"] is None
    await deliver()
    (message,) = mailbox.to(people.emails["anna"])
    given = {"token": secret_of(message, "reset-password"), "newPassword": PASSWORD}
    (await knock(people, "resetPassword", given, "")).payload()
    wrong = {"email": people.emails["anna"], "password": password_of("anna")}
    assert (await knock(people, "signIn", wrong, "token")).refusals() == [("INVALID", "input")]


@pytest.mark.parametrize("name", ["Two\r\nBcc: everyone@example.com", "Curly {link} {workspace}"])
async def test_a_workspaces_name_writes_no_headers(
    people: Cast, post: httpx.AsyncClient, mailbox: Mailbox, deliver: Deliver, name: str
) -> None:
    root = Client(post, people.root.token)
    (await root.mutate("updateWorkspace", {"name": name}, "workspace { id }")).payload()
    email = address("vera", people)
    (await root.mutate("inviteUser", {"email": email}, "link")).payload()
    await deliver()
    (message,) = mailbox.to(email)
    assert message["Bcc"] is None
    assert message["Subject"] == f"You are invited to {' '.join(name.split())}"
    assert secret_of(message, "invitation")

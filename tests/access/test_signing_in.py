"""Signing in and out, sessions in a browser, API keys: what a token is, and when it ends."""

import asyncio
import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from resolvers.workspaces import create_workspace
from tests.client import Answer, Client
from tests.conftest import Server
from tests.people import Cast

VIEWER = "{ viewer { user { id } workspace { name } scopes apiKeys { id name prefix scopes } } }"
SIGN_IN = """mutation ($given: SignInInput!) { signIn(input: $given) {
  token user { id email } userErrors { code message path } } }"""


_numbers = itertools.count()


async def email_of(person: Client) -> str:
    """Tell a person's e-mail address."""
    email: str = (await person.data("{ viewer { user { email } } }"))["viewer"]["user"]["email"]
    return email


async def sign_in(people: Cast, email: str, password: str, **more: Any) -> Answer:
    """Try to sign in, each time from another address: what counts here is the account."""
    number = next(_numbers)
    address = {"X-Forwarded-For": f"10.2.{number // 256}.{number % 256}"}
    given = {"email": email, "password": password, **more}
    return await people.nobody.run(SIGN_IN, {"given": given}, address)


async def test_anna_signs_in_with_her_e_mail_and_password(people: Cast) -> None:
    email = await email_of(people.anna)
    payload = (await sign_in(people, f"  {email.upper()} ", "anna's password")).payload()

    assert payload["user"] == {"id": people.ids["anna"], "email": email}
    assert payload["token"].startswith("vs_")
    assert len(payload["token"]) > 40
    anna = Client(people.anna.http, payload["token"])
    viewer = (await anna.data(VIEWER))["viewer"]
    assert viewer["user"] == {"id": people.ids["anna"]}
    assert viewer["workspace"] == {"name": people.workspace_name}
    assert viewer["scopes"] == ["READ", "WRITE"]


async def test_a_wrong_password_and_an_unknown_address_get_one_answer(people: Cast) -> None:
    email = await email_of(people.anna)
    wrong = await sign_in(people, email, "boris's password")
    unknown = await sign_in(people, f"un{email}", "anna's password")
    no_address = await sign_in(people, "anna", "anna's password")

    assert wrong.data["signIn"]["token"] is None
    assert wrong.refusals() == [("INVALID", "input")]
    assert wrong.body == unknown.body == no_address.body


async def test_a_person_who_is_not_active_gets_the_same_answer(people: Cast) -> None:
    email = await email_of(people.anna)
    wrong = await sign_in(people, email, "no password of hers")
    (await people.root.mutate("deactivateUser", people.ids["anna"], "user { id }", "id")).payload()

    gone = await sign_in(people, email, "anna's password")
    assert gone.body == wrong.body

    (await people.root.mutate("activateUser", people.ids["anna"], "user { id }", "id")).payload()
    assert (await sign_in(people, email, "anna's password")).payload()["token"]


async def test_the_refusal_is_said_in_russian_to_who_reads_russian(people: Cast) -> None:
    email = await email_of(people.anna)
    given = {"email": email, "password": "wrong"}
    answer = await people.nobody.run(
        SIGN_IN, {"given": given}, {"Accept-Language": "ru", "X-Forwarded-For": "10.3.0.1"}
    )
    (error,) = answer.data["signIn"]["userErrors"]
    assert error["message"] == "Неверный адрес или пароль."


async def test_the_sixth_try_within_a_minute_has_to_wait_and_others_do_not(people: Cast) -> None:
    email = await email_of(people.anna)
    assert (await sign_in(people, email, "anna's password")).payload()["token"]
    for _ in range(4):
        assert (await sign_in(people, email, "wrong")).refusals() == [("INVALID", "input")]

    late = await sign_in(people, email, "anna's password")
    assert late.refusals() == [("LIMIT", "input")]
    assert late.data["signIn"]["token"] is None
    assert (await sign_in(people, email.upper(), "wrong")).refusals() == [("LIMIT", "input")]

    boris = await email_of(people.boris)
    assert (await sign_in(people, boris, "boris's password")).payload()["token"]


async def test_one_address_tries_twenty_times_a_minute(people: Cast) -> None:
    tries = [
        await people.nobody.run(
            SIGN_IN,
            {
                "given": {
                    "email": f"person{number}@{people.ids['anna'][-8:]}.example",
                    "password": "x",
                }
            },
            {"X-Forwarded-For": "10.4.0.1"},
        )
        for number in range(21)
    ]
    assert [answer.refusals()[0][0] for answer in tries] == ["INVALID"] * 20 + ["LIMIT"]


async def test_a_person_of_two_workspaces_names_one(people: Cast, server: Server) -> None:
    email = await email_of(people.anna)
    second = await create_workspace(
        server.database, f"Second of {people.workspace_name}", "en", "USD", email
    )
    password = "anna's password"

    asked = await sign_in(people, email, password)
    assert asked.refusals() == [("REQUIRED", "input.workspace")]
    assert asked.data["signIn"]["token"] is None
    message = asked.data["signIn"]["userErrors"][0]["message"]
    assert people.workspace_name in message
    assert f"Second of {people.workspace_name}" in message

    for wanted in (people.workspace_name, f"Second of {people.workspace_name}"):
        token = (await sign_in(people, email, password, workspace=wanted)).payload()["token"]
        viewer = (await Client(people.anna.http, token).data(VIEWER))["viewer"]
        assert viewer["workspace"]["name"] == wanted
    key = Client(people.anna.http, second.api_key)
    assert (await key.data(VIEWER))["viewer"]["workspace"]["name"] == (
        f"Second of {people.workspace_name}"
    )


async def test_where_one_does_not_work_one_does_not_sign_in(people: Cast) -> None:
    email = await email_of(people.anna)
    answer = await sign_in(people, email, "anna's password", workspace="Second 1")
    assert answer.refusals() == [("INVALID", "input")]


async def test_sign_in_stands_alone_in_its_request(people: Cast) -> None:
    document = """mutation { signIn(input: {email: "a@example.com", password: "x"}) { token }
      createDeal(input: {title: "Smuggled"}) { deal { id } } }"""
    nobody = await people.nobody.run(document)
    assert (nobody.status, nobody.codes) == (401, ["UNAUTHENTICATED"])
    somebody = await people.anna.run(document)
    assert "FORBIDDEN" in somebody.codes
    assert (await people.anna.data("{ deals { totalCount } }"))["deals"]["totalCount"] == 0


async def test_signing_out_ends_this_session_and_no_other(people: Cast) -> None:
    other = (await sign_in(people, await email_of(people.anna), "anna's password")).payload()
    await people.anna.data("mutation { signOut { userErrors { code } } }")

    gone = await people.anna.run(VIEWER)
    assert (gone.status, gone.codes) == (401, ["UNAUTHENTICATED"])
    assert (await Client(people.anna.http, other["token"]).run(VIEWER)).errors == []
    assert (await people.boris.run(VIEWER)).errors == []


async def test_signing_out_with_a_key_leaves_the_key(people: Cast) -> None:
    await people.reader.data("mutation { signOut { userErrors { code } } }")
    assert (await people.reader.run(VIEWER)).errors == []


async def test_a_new_password_ends_all_other_sessions(people: Cast) -> None:
    email = await email_of(people.anna)
    other = (await sign_in(people, email, "anna's password")).payload()["token"]
    refused = await people.anna.mutate(
        "changePassword", {"currentPassword": "a guess", "newPassword": "a new password"}, ""
    )
    assert refused.refusals() == [("INVALID", "input.currentPassword")]
    short = {"currentPassword": "anna's password", "newPassword": "short"}
    assert (await people.anna.mutate("changePassword", short, "")).refusals() == [
        ("INVALID", "input.newPassword")
    ]
    assert (await Client(people.anna.http, other).run(VIEWER)).errors == []

    given = {"currentPassword": "anna's password", "newPassword": "a new password"}
    (await people.anna.mutate("changePassword", given, "")).payload()

    assert (await people.anna.run(VIEWER)).errors == []
    assert (await Client(people.anna.http, other).run(VIEWER)).status == 401
    assert (await people.reader.run(VIEWER)).status == 401
    assert (await sign_in(people, email, "anna's password")).refusals() == [("INVALID", "input")]
    assert (await sign_in(people, email, "a new password")).payload()["token"]


async def test_a_keys_secret_is_shown_once_and_works_at_once(people: Cast) -> None:
    made = await people.anna.mutate(
        "createApiKey", {"name": "Website"}, "apiKey { id name prefix scopes expiresAt } secret"
    )
    payload = made.payload()
    key, secret = payload["apiKey"], payload["secret"]
    assert secret.startswith("vk_")
    assert secret.startswith(key["prefix"])
    assert len(key["prefix"]) < len(secret) / 2
    assert key["name"] == "Website"
    assert key["scopes"] == ["READ", "WRITE"]
    life = datetime.fromisoformat(key["expiresAt"]) - datetime.now(UTC)
    assert timedelta(days=364) < life <= timedelta(days=365)

    listed = await people.anna.run(VIEWER)
    assert [item["name"] for item in listed.data["viewer"]["apiKeys"]] == ["Website", "reader"]
    assert secret not in str(listed.body)
    assert (await Client(people.anna.http, secret).data(VIEWER))["viewer"]["user"]["id"] == (
        people.ids["anna"]
    )


async def test_an_administrator_sees_everyones_keys_and_a_member_the_own(people: Cast) -> None:
    names = {item["name"] for item in (await people.root.data(VIEWER))["viewer"]["apiKeys"]}
    assert names == {"administrator", "reader"}
    assert (await people.boris.data(VIEWER))["viewer"]["apiKeys"] == []


async def test_a_revoked_key_ends_at_once(people: Cast) -> None:
    payload = (
        await people.anna.mutate("createApiKey", {"name": "Short-lived"}, "apiKey { id } secret")
    ).payload()
    program = Client(people.anna.http, payload["secret"])
    key_id = payload["apiKey"]["id"]
    assert (await program.run(VIEWER)).errors == []

    for stranger in (people.boris, people.olga):
        refused = await stranger.mutate("revokeApiKey", key_id, "apiKey { id }", "id")
        assert refused.refusals() == [("NOT_FOUND", "id")]
    assert (await program.run(VIEWER)).errors == []

    (await people.anna.mutate("revokeApiKey", key_id, "apiKey { id }", "id")).payload()
    ended = await program.run(VIEWER)
    assert (ended.status, ended.codes) == (401, ["UNAUTHENTICATED"])
    again = await people.anna.mutate("revokeApiKey", key_id, "apiKey { id }", "id")
    assert again.refusals() == [("NOT_FOUND", "id")]


async def test_an_administrator_revokes_anyones_key(people: Cast) -> None:
    (key,) = (await people.anna.data(VIEWER))["viewer"]["apiKeys"]
    assert (await people.reader.run(VIEWER)).errors == []
    (await people.root.mutate("revokeApiKey", key["id"], "apiKey { id }", "id")).payload()
    assert (await people.reader.run(VIEWER)).status == 401


async def test_scopes_only_narrow(people: Cast) -> None:
    assert (await people.reader.data(VIEWER))["viewer"]["scopes"] == ["READ"]
    wider = await people.reader.mutate(
        "createApiKey", {"name": "Wider", "scopes": ["READ", "WRITE"]}, "secret"
    )
    assert wider.codes == ["FORBIDDEN"]

    writer = await people.anna.mutate("createApiKey", {"name": "w", "scopes": ["WRITE"]}, "secret")
    program = Client(people.anna.http, writer.payload()["secret"])
    assert (await program.run("{ deals { totalCount } }")).codes == ["FORBIDDEN"]
    made = await program.mutate("createDeal", {"title": "From the website"}, "")
    made.payload()
    assert (await people.anna.data("{ deals { totalCount } }"))["deals"]["totalCount"] == 1


async def test_a_members_key_does_not_change_settings(people: Cast) -> None:
    key = await people.anna.mutate("createApiKey", {"name": "program"}, "secret")
    program = Client(people.anna.http, key.payload()["secret"])
    assert (await program.mutate("createPipeline", {"name": "Mine"}, "")).codes == ["FORBIDDEN"]


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"name": "  "}, "input.name"),
        ({"name": "x" * 101}, "input.name"),
        ({"name": "x", "expiresAt": "2020-01-01T00:00:00Z"}, "input.expiresAt"),
        ({"name": "x", "expiresAt": "2099-01-01T00:00:00Z"}, "input.expiresAt"),
    ],
)
async def test_a_key_has_a_name_and_ends_within_a_year(
    people: Cast, given: dict[str, Any], where: str
) -> None:
    refused = await people.anna.mutate("createApiKey", given, "secret apiKey { id }")
    assert refused.refusals() == [("INVALID", where)]
    assert refused.data["createApiKey"]["secret"] is None
    assert len((await people.anna.data(VIEWER))["viewer"]["apiKeys"]) == 1


async def test_an_expired_key_is_no_key(people: Cast) -> None:
    soon = (datetime.now(UTC) + timedelta(seconds=1)).isoformat()
    key = await people.anna.mutate("createApiKey", {"name": "brief", "expiresAt": soon}, "secret")
    program = Client(people.anna.http, key.payload()["secret"])
    assert (await program.run(VIEWER)).errors == []
    await asyncio.sleep(1.1)
    ended = await program.run(VIEWER)
    assert (ended.status, ended.codes) == (401, ["UNAUTHENTICATED"])


async def test_tokens_are_stored_as_hashes_only(people: Cast, server: Server) -> None:
    key = await people.anna.mutate("createApiKey", {"name": "kept"}, "secret")
    secret = key.payload()["secret"]
    async with server.database.engine.connect() as connection:
        rows = (await connection.execute(text("SELECT t::text FROM tokens AS t"))).all()
        passwords = (await connection.execute(text("SELECT password_hash FROM identities"))).all()
    assert rows
    assert not any(secret in row[0] or people.anna.token in row[0] for row in rows)
    assert all(row[0] is None or row[0].startswith("$argon2id$") for row in passwords)


async def test_a_browsers_session_counts_only_beside_its_header(
    people: Cast, server: Server
) -> None:
    async with httpx.AsyncClient(base_url=server.url) as browser:
        header = {"X-Voronka-CSRF": "1"}
        body = {"token": people.anna.token}
        assert (await browser.post("/session", json=body)).status_code == 403
        opened = await browser.post("/session", json=body, headers=header)
        assert opened.is_success
        cookie = opened.headers["set-cookie"]
        assert "httponly" in cookie.lower()
        assert "samesite=lax" in cookie.lower()
        asked = {"query": VIEWER}
        with_header = await browser.post("/graphql", json=asked, headers=header)
        assert with_header.json()["data"]["viewer"]["user"]["id"] == people.ids["anna"]
        without = await browser.post("/graphql", json=asked)
        assert without.status_code == 401
        # A token that is shown and wrong is not replaced by the cookie's.
        wrong = {**header, "Authorization": "Bearer vs_wrong"}
        assert (await browser.post("/graphql", json=asked, headers=wrong)).status_code == 401
        await browser.request("DELETE", "/session", headers=header)
        assert (await browser.post("/graphql", json=asked, headers=header)).status_code == 401


@pytest.mark.parametrize("header", ["Basic YW5uYTpwYXNz", "Bearer", "bearer  ", "vs_token"])
async def test_other_ways_to_authenticate_are_refused(
    people: Cast, server: Server, header: str
) -> None:
    async with httpx.AsyncClient(base_url=server.url) as client:
        answer = await client.post(
            "/graphql", json={"query": VIEWER}, headers={"Authorization": header.strip()}
        )
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")

"""Tries to sign in are counted in the database: all servers of an installation count together."""

import asyncio
from typing import Any

import httpx
import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from pydantic import SecretStr
from sqlalchemy import text

from server.settings import Settings
from tests.client import Answer, Client
from tests.conftest import Server
from tests.people import Cast, password_of
from tests.sign_in.conftest import Log, beside, knock

WHO = "{ viewer { user { id } } }"


async def sign_in(people: Cast, password: str, **more: Any) -> Answer:
    """Let somebody try as anna."""
    given = {"email": people.emails["anna"], "password": password, **more}
    return await knock(people, "signIn", given, "token")


async def succeed(people: Cast) -> None:
    """Let anna sign in: a try that succeeds counts like one that fails."""
    assert (await sign_in(people, password_of("anna"))).payload()["token"]


async def test_tries_at_one_server_count_at_the_other(
    people: Cast, settings: Settings, database_url: str
) -> None:
    async with (
        beside(settings, database_url, secret=SecretStr("x" * 40)) as other,
        httpx.AsyncClient(base_url=other.url) as http,
    ):
        people.nobody = Client(http, None)
        await succeed(people)
        for _ in range(4):
            assert (await sign_in(people, "wrong")).refusals() == [("INVALID", "input")]
    people.nobody = Client(people.anna.http, None)
    late = await sign_in(people, password_of("anna"))
    assert late.refusals() == [("LIMIT", "input")]


async def test_tries_at_once_are_all_counted(people: Cast) -> None:
    await succeed(people)
    answers = await asyncio.gather(*(sign_in(people, f"guess {n}") for n in range(12)))
    codes = [answer.refusals()[0][0] for answer in answers]
    assert sorted(codes) == ["INVALID"] * 4 + ["LIMIT"] * 8


async def test_a_minute_later_one_may_try_again(people: Cast, server: Server) -> None:
    await succeed(people)
    for _ in range(4):
        await sign_in(people, "wrong")
    assert (await sign_in(people, password_of("anna"))).refusals() == [("LIMIT", "input")]
    async with server.database.engine.begin() as connection:
        await connection.execute(
            text("UPDATE sign_in_attempts SET times = ARRAY(SELECT each - interval '61 seconds'"
                 " FROM unnest(times) AS each)")
        )  # fmt: skip
    assert (await sign_in(people, password_of("anna"))).payload()["token"]


async def test_who_tries_is_not_kept_in_clear(people: Cast, server: Server) -> None:
    await sign_in(people, "wrong")
    async with server.database.engine.connect() as connection:
        rows = (await connection.execute(text("SELECT key FROM sign_in_attempts"))).all()
    assert rows
    assert all(len(row[0]) == 32 for row in rows)


async def test_a_stolen_session_does_not_guess_the_password(people: Cast, log: Log) -> None:
    for number in range(5):
        given = {"currentPassword": f"guess {number}", "newPassword": "an old oak tree"}
        refused = await people.anna.mutate("changePassword", given, "")
        assert refused.refusals() == [("INVALID", "input.currentPassword")]
    given = {"currentPassword": password_of("anna"), "newPassword": "an old oak tree"}
    assert (await people.anna.mutate("changePassword", given, "")).refusals() == [
        ("LIMIT", "input")
    ]
    assert await log("PASSWORD_CHANGED") == []
    # That is another count than the one of signing in.
    assert (await sign_in(people, password_of("anna"))).payload()["token"]
    boris = {"currentPassword": password_of("boris"), "newPassword": "an old oak tree"}
    (await people.boris.mutate("changePassword", boris, "")).payload()
    (entry,) = await log("PASSWORD_CHANGED")
    assert entry["user"] == {"id": people.ids["boris"]}


@pytest.mark.usefixtures("slow_passwords")
async def test_a_hash_of_other_parameters_is_replaced_when_its_owner_signs_in(
    people: Cast, server: Server
) -> None:
    hasher = PasswordHash([Argon2Hasher(memory_cost=8_192, time_cost=1, parallelism=1)])
    weak = hasher.hash("an old oak tree")
    found = text("SELECT password_hash FROM identities WHERE email = :email")
    named = {"email": people.emails["anna"]}
    async with server.database.engine.begin() as connection:
        await connection.execute(
            text("UPDATE identities SET password_hash = :weak WHERE email = :email"),
            {"weak": weak, **named},
        )

    await sign_in(people, "wrong")
    async with server.database.engine.connect() as connection:
        assert (await connection.execute(found, named)).scalar_one() == weak
    assert (await sign_in(people, "an old oak tree")).payload()["token"]
    async with server.database.engine.connect() as connection:
        stored = (await connection.execute(found, named)).scalar_one()
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert (await people.anna.run(WHO)).errors == []
    assert (await sign_in(people, "an old oak tree")).payload()["token"]


async def test_what_signing_in_leaves_behind_is_cleared_away(
    people: Cast, server: Server, work: Any, log: Log
) -> None:
    key = (await people.anna.mutate("createApiKey", {"name": "Old"}, "apiKey { id }")).payload()
    (await people.anna.mutate("rotateApiKey", {"id": key["apiKey"]["id"]}, "secret")).payload()
    (await people.root.mutate("issuePasswordReset", people.ids["anna"], "link", "id")).payload()
    await sign_in(people, "wrong")
    before = len(await log())
    old = {"email": people.emails["anna"]}
    async with server.database.engine.begin() as connection:
        for statement in (
            "UPDATE tokens SET expires_at = now() - interval '31 days' WHERE user_id = u.id"
            " AND name = 'Old'",
            "UPDATE sign_in_links SET expires_at = now() - interval '31 days' WHERE user_id = u.id",
            "UPDATE sign_in_attempts SET until = now() - interval '1 second' WHERE u.id = u.id",
            "UPDATE audit_events SET at = now() - interval '401 days' WHERE user_id = u.id"
            " AND kind = 'KEY_ROTATED'",
        ):
            changed = statement.replace(" WHERE", " FROM users AS u WHERE u.email = :email AND", 1)
            await connection.execute(text(changed), old)
        # Another test's worker may have done it today.
        await connection.execute(
            text("DELETE FROM jobs.pgqueuer_schedules WHERE entrypoint = 'purge_tokens'")
        )

    await work(periodic={"purge_tokens": 0.0})

    async with server.database.engine.connect() as connection:
        for table, left in (("tokens", 2), ("sign_in_links", 0)):
            count = f"SELECT count(*) FROM {table} AS t JOIN users AS u ON u.id = t.user_id"  # noqa: S608 - our own tables' names
            rows = await connection.execute(text(f"{count} WHERE u.email = :email"), old)
            assert rows.scalar_one() == left, table
        attempts = await connection.execute(text("SELECT count(*) FROM sign_in_attempts"))
        assert attempts.scalar_one() == 0
    assert len(await log()) == before - 1
    assert "KEY_ROTATED" not in [entry["kind"] for entry in await log()]

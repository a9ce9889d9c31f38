"""New secrets of API keys: the former one works on for as long as it was said, and no longer."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from tests.client import Client
from tests.conftest import Server
from tests.people import Cast
from tests.sign_in.conftest import Log

WHO = "{ viewer { user { id } scopes } }"
KEYS = "{ viewer { apiKeys { id name prefix scopes expiresAt } } }"
KEY = "apiKey { id name prefix scopes expiresAt } secret"


async def key_of(person: Client, **given: Any) -> tuple[str, Client]:
    """Let somebody make a key; gives its id, and the program that has it."""
    made = (await person.mutate("createApiKey", {"name": "Website", **given}, KEY)).payload()
    return made["apiKey"]["id"], Client(person.http, made["secret"])


async def works(program: Client) -> bool:
    """Tell whether a program is let in."""
    return (await program.run(WHO)).status == 200


async def test_both_secrets_work_until_the_overlap_ends(people: Cast, server: Server) -> None:
    key, former = await key_of(people.anna, scopes=["READ"])
    made = (await people.anna.mutate("rotateApiKey", {"id": key, "overlapHours": 2}, KEY)).payload()
    program = Client(people.anna.http, made["secret"])

    assert made["apiKey"]["id"] == key
    assert made["apiKey"]["name"] == "Website"
    assert made["apiKey"]["scopes"] == ["READ"]
    assert made["secret"].startswith(made["apiKey"]["prefix"])
    life = datetime.fromisoformat(made["apiKey"]["expiresAt"]) - datetime.now(UTC)
    assert timedelta(days=364) < life <= timedelta(days=365)
    for each in (former, program):
        assert (await each.data(WHO))["viewer"]["scopes"] == ["READ"]
    listed = (await people.anna.data(KEYS))["viewer"]["apiKeys"]
    assert [row["id"] for row in listed].count(key) == 1
    assert len(listed) == 2

    async with server.database.engine.begin() as connection:
        ends = await connection.execute(
            text("UPDATE tokens SET expires_at = now() WHERE superseded_by_id IS NOT NULL"
                 " AND user_id = (SELECT user_id FROM tokens WHERE prefix = :prefix)"
                 " RETURNING created_at"), {"prefix": made["apiKey"]["prefix"]},
        )  # fmt: skip
        assert len(ends.all()) == 1
    assert not await works(former)
    assert await works(program)


async def test_without_an_overlap_the_former_secret_ends_at_once(people: Cast) -> None:
    key, former = await key_of(people.anna)
    made = (await people.anna.mutate("rotateApiKey", {"id": key, "overlapHours": 0}, KEY)).payload()
    assert not await works(former)
    assert await works(Client(people.anna.http, made["secret"]))


async def test_only_one_former_secret_works_at_a_time(people: Cast) -> None:
    key, first = await key_of(people.anna)
    answers = [await people.anna.mutate("rotateApiKey", {"id": key}, KEY) for _ in range(2)]
    second, third = (Client(people.anna.http, made.payload()["secret"]) for made in answers)
    assert [await works(each) for each in (first, second, third)] == [False, True, True]


async def test_revoking_a_key_ends_its_former_secret_too(people: Cast) -> None:
    key, former = await key_of(people.anna)
    made = (await people.anna.mutate("rotateApiKey", {"id": key}, KEY)).payload()
    (await people.anna.mutate("revokeApiKey", key, "apiKey { id }", "id")).payload()
    for each in (former, Client(people.anna.http, made["secret"])):
        assert not await works(each)


async def test_a_key_is_its_owners_to_rotate(people: Cast) -> None:
    key, program = await key_of(people.anna)
    # Whoever had the new secret would be anna: an administrator may end her key, no more.
    for stranger in (people.boris, people.olga, people.root):
        refused = await stranger.mutate("rotateApiKey", {"id": key}, KEY)
        assert refused.refusals() == [("NOT_FOUND", "input.id")]
        assert refused.data["rotateApiKey"] | {"userErrors": []} == {
            "apiKey": None, "secret": None, "userErrors": [],
        }  # fmt: skip
    assert (await people.reader.mutate("rotateApiKey", {"id": key}, KEY)).codes == ["FORBIDDEN"]
    assert await works(program)
    # The program rotates its own key.
    made = (await program.mutate("rotateApiKey", {"id": key}, KEY)).payload()
    assert await works(Client(people.anna.http, made["secret"]))


async def test_a_key_lends_no_scope_that_it_has_not(people: Cast) -> None:
    whole, _ = await key_of(people.anna)
    _, writer = await key_of(people.anna, scopes=["WRITE"])
    for scopes in (["READ"], ["READ", "WRITE"]):
        wider = await writer.mutate("createApiKey", {"name": "Wider", "scopes": scopes}, KEY)
        assert wider.codes == ["FORBIDDEN"]
    assert (await writer.mutate("rotateApiKey", {"id": whole}, KEY)).codes == ["FORBIDDEN"]
    made = (await writer.mutate("createApiKey", {"name": "As wide"}, KEY)).payload()
    assert made["apiKey"]["scopes"] == ["WRITE"]


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"overlapHours": -1}, "input.overlapHours"),
        ({"overlapHours": 169}, "input.overlapHours"),
        ({"expiresAt": "2020-01-01T00:00:00Z"}, "input.expiresAt"),
        ({"id": "api_key_none"}, "input.id"),
        ({"id": "user_01kbh3bv4h15g5e4g7x0nth82f"}, "input.id"),
    ],
)
async def test_what_makes_no_sense_leaves_the_key_as_it_is(
    people: Cast, given: dict[str, Any], where: str
) -> None:
    key, program = await key_of(people.anna)
    before = await people.anna.data(KEYS)
    refused = await people.anna.mutate("rotateApiKey", {"id": key, **given}, KEY)
    assert refused.refusals() == [("INVALID", where)]
    assert await people.anna.data(KEYS) == before
    assert await works(program)


async def test_what_happens_to_keys_is_in_the_log(people: Cast, log: Log) -> None:
    key, _ = await key_of(people.anna)
    await people.anna.mutate("rotateApiKey", {"id": key, "overlapHours": 1}, KEY)
    await people.root.mutate("revokeApiKey", key, "apiKey { id }", "id")
    entries = [
        entry
        for entry in await log("KEY_CREATED", "KEY_ROTATED", "KEY_REVOKED")
        if entry["subjectId"] == key
    ]
    anna, root = {"id": people.ids["anna"]}, {"id": people.ids["root"]}
    assert [
        (entry["kind"], entry["user"], entry["about"], entry["details"]) for entry in entries
    ] == [
        ("KEY_CREATED", anna, None, {"name": "Website", "scopes": ["READ", "WRITE"]}),
        ("KEY_ROTATED", anna, None, {"name": "Website", "overlapHours": 1}),
        ("KEY_REVOKED", root, anna, {"name": "Website"}),
    ]


async def test_rotating_twice_at_once_leaves_one_new_secret(people: Cast) -> None:
    key, _ = await key_of(people.anna)
    answers = await asyncio.gather(
        *(people.anna.mutate("rotateApiKey", {"id": key, "overlapHours": 0}, KEY) for _ in range(2))
    )
    secrets = [answer.payload()["secret"] for answer in answers]
    programs = [Client(people.anna.http, secret) for secret in secrets]
    assert sorted([await works(each) for each in programs]) == [False, True]

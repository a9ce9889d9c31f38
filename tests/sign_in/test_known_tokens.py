"""Tokens that the server has seen before: each answer still depends on what they are now.

The first statement of a query looks for the token itself, and queries without one, or that fail,
must not be told what they asked either once it has ended.
"""

from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest
from sqlalchemy import text

from server.settings import Settings
from tests.client import Client
from tests.conftest import Server
from tests.people import Cast
from tests.sign_in.conftest import beside

QUERIES = [
    pytest.param("{ deals { nodes { title } } }", id="a list"),
    pytest.param("{ leads { nodes { title } } }", id="a list without records"),
    pytest.param("{ deals { totalCount nodes { title company { title } } } }", id="several reads"),
    pytest.param("{ pipelines(entity: DEAL) { name } }", id="settings that the process holds"),
    pytest.param("{ viewer { user { firstName } } }", id="who asks"),
    pytest.param('{ node(id: "deal_01hzzzzzzzzzzzzzzzzzzzzzzz") { id } }', id="nothing found"),
    pytest.param('{ deals(after: "nowhere") { nodes { title } } }', id="a query that fails"),
    pytest.param("{ deals(first: 9999) { nodes { title } } }", id="another one that fails"),
    pytest.param("{ __schema { queryType { name } } }", id="the schema"),
]
WHO = "{ viewer { scopes } }"
PREFIX = "{ viewer { apiKeys { prefix name } } }"


@pytest.fixture(scope="session", params=["strict", "writes"])
async def asked(
    settings: Settings, database_url: str, request: pytest.FixtureRequest
) -> AsyncIterator[httpx.AsyncClient]:
    """Give a client of a server whose queries run under the policies of rows, or without."""
    async with (
        beside(settings, database_url, rls=request.param) as server,
        httpx.AsyncClient(base_url=server.url, timeout=30) as http,
    ):
        yield http


@pytest.fixture
async def program(people: Cast, asked: httpx.AsyncClient) -> Client:
    """Give a program with a key of anna's, in whose workspace there is a deal."""
    (await people.anna.mutate("createDeal", {"title": "Elevator"}, "deal { id }")).payload()
    made = await people.anna.mutate("createApiKey", {"name": "Website"}, "secret")
    return Client(asked, made.payload()["secret"])


@pytest.fixture
def change(people: Cast, server: Server) -> Callable[[str], Awaitable[None]]:
    """Give a function that changes the row of the program's key, past the server."""

    async def change(what: str) -> None:
        (key,) = (
            key["prefix"]
            for key in (await people.anna.data(PREFIX))["viewer"]["apiKeys"]
            if key["name"] == "Website"
        )
        async with server.database.engine.begin() as connection:
            done = await connection.execute(
                text(f"UPDATE tokens SET {what} WHERE prefix = :prefix"),  # noqa: S608 - the test's own
                {"prefix": key},
            )
            assert done.rowcount == 1

    return change


async def asked_often(program: Client, document: str) -> tuple[int, str]:
    """Ask until the server knows both the token and the query; give the answer."""
    await program.run(document)
    await program.run(document)
    answer = await program.run(document)
    return answer.status, str(answer.body)


@pytest.mark.parametrize("document", QUERIES)
@pytest.mark.parametrize("end", ["revoked_at = now()", "expires_at = now()"])
async def test_a_token_that_has_ended_gets_no_answer(
    program: Client, change: Callable[[str], Awaitable[None]], document: str, end: str
) -> None:
    status, _ = await asked_often(program, document)
    assert status != 401

    await change(end)
    refused = await program.run(document)

    assert (refused.status, refused.codes) == (401, ["UNAUTHENTICATED"])
    assert "data" not in refused.body
    assert "extensions" not in refused.body


@pytest.mark.parametrize("document", QUERIES)
async def test_a_person_who_may_no_longer_sign_in_gets_no_answer(
    people: Cast, program: Client, document: str
) -> None:
    await asked_often(program, document)

    (await people.root.mutate("deactivateUser", people.ids["anna"], "user { id }", "id")).payload()
    refused = await program.run(document)

    assert (refused.status, refused.codes) == (401, ["UNAUTHENTICATED"])


async def test_a_token_that_may_no_longer_read_is_refused_as_one_that_never_could(
    program: Client, change: Callable[[str], Awaitable[None]]
) -> None:
    document = "{ deals { nodes { title } } }"
    await asked_often(program, document)

    await change("scopes = '{WRITE}'")
    refused = await program.run(document)

    assert refused.codes == ["FORBIDDEN"]
    assert not refused.body.get("data")


async def test_what_a_role_no_longer_shows_is_not_in_the_next_answer(
    people: Cast, program: Client
) -> None:
    document = "{ deals { nodes { title } } }"
    assert "Elevator" in (await asked_often(program, document))[1]
    roles = (await people.root.data("{ roles { id code } }"))["roles"]
    (held,) = (role["id"] for role in roles if role["code"] == "HEAD_OF_SALES")
    given = {"roleId": held, "userId": people.ids["anna"]}
    (await people.root.mutate("unassignRole", given, "")).payload()

    after = await program.run(document)

    assert "Elevator" not in str(after.body)


async def test_the_answer_stays_the_same_and_costs_one_statement_less(people: Cast) -> None:
    document = "{ deals { totalCount nodes { title } } }"
    key = (await people.root.mutate("createApiKey", {"name": "New"}, "secret")).payload()
    program = Client(people.root.http, key["secret"])

    first, *others = [await program.run(document, headers={"X-Explain": "1"}) for _ in range(4)]

    assert [answer.body["data"] for answer in others] == [first.data] * 3
    counted = [answer.extensions["execution"]["sql"] for answer in (first, *others)]
    assert counted[1:] == [counted[0] - 1] * 3


async def test_a_list_without_records_costs_a_statement_more(people: Cast) -> None:
    """What has no rows may have none for want of the token, which is looked up then."""
    (await people.root.mutate("createDeal", {"title": "One"}, "deal { id }")).payload()
    counted = []
    for title in ("One", "None"):
        document = f'{{ deals(where: {{ title: {{ eq: "{title}" }} }}) {{ nodes {{ id }} }} }}'
        await asked_often(people.root, document)
        answer = await people.root.run(document, headers={"X-Explain": "1"})
        counted.append(answer.extensions["execution"]["sql"])

    assert counted[1] == counted[0] + 1


async def test_using_a_key_is_noted_as_before(people: Cast, program: Client) -> None:
    await asked_often(program, WHO)
    keys = (await people.anna.data("{ viewer { apiKeys { name lastUsedAt } } }"))["viewer"]

    assert [key["lastUsedAt"] is not None for key in keys["apiKeys"] if key["name"] == "Website"]

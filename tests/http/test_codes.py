"""Every top-level error has a code, the right status for each media type, and no secrets."""

import asyncio
import re
from typing import Any

import httpx
import pytest
from graphql import GraphQLError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.requests import Request
from strawberry.types import ExecutionResult

from schema.errors import Code
from schema.limits import Limits
from server.graphql_http import Reply
from tests.http.small_server import SECRET_TEXT, LogLines, build

PLAIN = "application/json"
NEWER = "application/graphql-response+json"

TOKEN_NEEDED = "A valid token is needed: sign in, or send an API key."

NUMBER = "query ($n: Int!) { double(number: $n) }"
NULLABLE = "query ($n: Int = 3) { double(number: $n) }"
REQUEST_ERRORS = [
    pytest.param("{ hello", {}, "GRAPHQL_PARSE_FAILED", id="syntax"),
    pytest.param("{ hello(name: \x00) }", {}, "GRAPHQL_PARSE_FAILED", id="a control character"),
    pytest.param("{" * 300, {}, "GRAPHQL_PARSE_FAILED", id="nested braces"),
    pytest.param("{ nope }", {}, "GRAPHQL_VALIDATION_FAILED", id="an unknown field"),
    pytest.param("{ deal }", {}, "GRAPHQL_VALIDATION_FAILED", id="no selection"),
    pytest.param('{ double(number: "x") }', {}, "GRAPHQL_VALIDATION_FAILED", id="a wrong type"),
    pytest.param("{ hello @nope }", {}, "GRAPHQL_VALIDATION_FAILED", id="an unknown directive"),
    pytest.param("type Query { a: Int } { hello }", {}, "GRAPHQL_VALIDATION_FAILED", id="SDL"),
    pytest.param(NUMBER, {}, "BAD_USER_INPUT", id="a variable left out"),
    pytest.param(NUMBER, {"n": None}, "BAD_USER_INPUT", id="a variable null"),
    pytest.param(NUMBER, {"n": "1"}, "BAD_USER_INPUT", id="a variable of a wrong type"),
    pytest.param(NUMBER, {"n": 2**31}, "BAD_USER_INPUT", id="a number too large for Int"),
    pytest.param("{" + " hello" * 31 + "}", {}, "QUERY_TOO_EXPENSIVE", id="a limit"),
]


async def ask(
    client: httpx.AsyncClient,
    query: str,
    variables: dict[str, Any] | None = None,
    accept: str = NEWER,
    **headers: str,
) -> httpx.Response:
    return await client.post(
        "/graphql",
        json={"query": query, "variables": variables},
        headers={"accept": accept} | headers,
    )


@pytest.mark.parametrize(("query", "variables", "code"), REQUEST_ERRORS)
async def test_a_request_error_has_a_code_and_no_data(
    client: httpx.AsyncClient, query: str, variables: dict[str, Any], code: str
) -> None:
    newer = await ask(client, query, variables, NEWER)
    plain = await ask(client, query, variables, PLAIN)

    assert (newer.status_code, plain.status_code) == (400, 200)
    assert newer.json() == plain.json()
    assert list(newer.json()) == ["errors"]
    assert {error["extensions"]["code"] for error in newer.json()["errors"]} == {code}


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        ("{ helo }", {}),
        ("{ deal { titel } }", {}),
        ('{ hello(nam: "x") }', {}),
        ("{ hello(color: REDD) }", {}),
        ('{ deal(where: { titel: "x" }) { title } }', {}),
        ("{ hello @skipp(if: true) }", {}),
        ("{ ... on Dea { title } }", {}),
        ("query ($c: Colour) { hello(color: $c) }", {}),
        ("query ($c: Color!) { hello(color: $c) }", {"c": "REDD"}),
        ("query ($w: DealFilter) { deal(where: $w) { title } }", {"w": {"titel": "x"}}),
        ("query ($o: DealOrder) { hello(order: $o) }", {"o": {"titel": "x"}}),
    ],
)
async def test_nothing_is_suggested(
    client: httpx.AsyncClient, query: str, variables: dict[str, Any]
) -> None:
    response = await ask(client, query, variables)

    assert response.status_code == 400
    assert "did you mean" not in response.text.lower()


@pytest.mark.parametrize(
    ("query", "variables", "message"),
    [
        (
            '{ hello(order: { title: "x", amount: 1 }) }',
            {},
            "OneOf Input Object 'DealOrder' must specify exactly one key.",
        ),
        (
            "fragment F on Query { hello(order: { title: $t }) } query ($t: String) { ...F }",
            {},
            "Variable 't' must be non-nullable to be used for OneOf Input Object 'DealOrder'.",
        ),
        (
            "{ hello(order: { title: $t }) }",
            {},
            "Variable '$t' is not defined.",
        ),
        (
            'mutation { createDeal(input: { title: "x", note: null }) }',
            {},
            "'note' may be left out, but not be null.",
        ),
    ],
)
async def test_rules_of_inputs_hold_wherever_they_stand(
    client: httpx.AsyncClient, query: str, variables: dict[str, Any], message: str
) -> None:
    response = await ask(client, query, variables)

    assert response.status_code == 400
    assert [error["message"] for error in response.json()["errors"]] == [message]
    assert response.json()["errors"][0]["extensions"] == {"code": "GRAPHQL_VALIDATION_FAILED"}


async def test_a_null_in_a_variable_is_told_without_python(client: httpx.AsyncClient) -> None:
    query = "mutation ($i: DealInput!) { createDeal(input: $i) }"

    response = await ask(client, query, {"i": {"title": "x", "note": None}})

    assert response.json()["errors"][0] == {
        "message": "Expected value of type 'str', found null.",
        "locations": [{"line": 1, "column": 29}],
        "path": ["createDeal"],
        "extensions": {"code": "BAD_USER_INPUT"},
    }


async def test_an_argument_that_fails_late_is_the_callers(client: httpx.AsyncClient) -> None:
    response = await ask(client, NULLABLE, {"n": None})

    error = response.json()["errors"][0]
    assert (error["path"], error["extensions"]) == (["double"], {"code": "BAD_USER_INPUT"})


async def test_a_refusal_from_below_has_its_code_and_words(client: httpx.AsyncClient) -> None:
    client.headers["accept-language"] = "ru"

    response = await ask(client, "{ deal { title forbidden } picky }")

    assert response.status_code == 200
    assert response.json() == {
        "data": {"deal": {"title": "Annual licence", "forbidden": None}, "picky": None},
        "errors": [
            {
                "message": "noAmount in ru with {}",
                "locations": [{"line": 1, "column": 16}],
                "path": ["deal", "forbidden"],
                "extensions": {"code": "FORBIDDEN"},
            },
            {
                "message": "tooSmall in ru with {'least': 3}",
                "locations": [{"line": 1, "column": 28}],
                "path": ["picky"],
                "extensions": {"code": "BAD_USER_INPUT", "path": ["where", "amount"]},
            },
        ],
    }


@pytest.mark.parametrize("field", ["bug", "tooBig"])
@pytest.mark.parametrize(
    ("accept_language", "message"),
    [("en", "Internal server error."), ("ru", "Внутренняя ошибка сервера.")],
)
async def test_a_bug_shows_a_request_id_and_nothing_else(
    client: httpx.AsyncClient, field: str, accept_language: str, message: str
) -> None:
    client.headers.update({"x-request-id": "trace-1", "accept-language": accept_language})
    response = await ask(client, f"{{ {field} }}")

    assert response.status_code == 200
    assert response.json() == {
        "data": {field: None},
        "errors": [
            {
                "message": message,
                "locations": [{"line": 1, "column": 3}],
                "path": [field],
                "extensions": {"code": "INTERNAL_SERVER_ERROR", "requestId": "trace-1"},
            }
        ],
    }


async def test_without_a_token_the_answer_is_a_401(client: httpx.AsyncClient) -> None:
    for accept in (PLAIN, NEWER):
        wrong = await ask(client, "{ hello }", accept=accept, authorization="Bearer vs_wrong")

        assert wrong.status_code == 401
        assert wrong.headers["www-authenticate"] == 'Bearer realm="voronka", error="invalid_token"'
        assert wrong.json() == {
            "errors": [{"message": TOKEN_NEEDED, "extensions": {"code": "UNAUTHENTICATED"}}]
        }

    del client.headers["authorization"]
    nothing = await ask(client, "{ hello }")
    assert nothing.headers["www-authenticate"] == 'Bearer realm="voronka"'


async def test_unauthenticated_in_a_result_is_a_401_too() -> None:
    async def run(*_: object) -> Reply:
        error = GraphQLError("Sign in.", extensions={"code": Code.UNAUTHENTICATED.value})
        return Reply(ExecutionResult(None, [error]))

    async with build(run=run).client() as client:
        response = await ask(client, "{ hello }", accept=PLAIN)

    assert response.status_code == 401
    assert response.json()["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}


async def test_an_operation_past_its_deadline_is_stopped() -> None:
    async with build(Limits(deadline_seconds=0.05)).client() as client:
        response = await ask(client, "{ slow }", accept=PLAIN)
        after = await ask(client, "{ hello }")

    assert response.status_code == 504
    assert response.json() == {
        "errors": [
            {
                "message": "The operation took too long and was stopped.",
                "extensions": {"code": "TIMEOUT"},
            }
        ]
    }
    assert after.json() == {"data": {"hello": "Hello, world"}}


class DriverError(Exception):
    """A driver's exception, with the text that it would have and its SQLSTATE."""

    def __init__(self, sqlstate: str) -> None:
        super().__init__(f"Key (email)=({SECRET_TEXT})")
        self.sqlstate = sqlstate


def from_database(sqlstate: str, disconnected: bool = False) -> DBAPIError:
    error = DBAPIError("SELECT email", {"email": SECRET_TEXT}, DriverError(sqlstate))
    error.connection_invalidated = disconnected
    return error


def _named(error: Exception) -> str:
    driver = getattr(error, "orig", None)
    return f"{type(error).__module__}.{type(error).__name__} {getattr(driver, 'sqlstate', '')}"


@pytest.mark.parametrize(
    ("error", "code", "status"),
    [
        (ConnectionRefusedError(SECRET_TEXT), "UNAVAILABLE", 503),
        (PoolTimeoutError(SECRET_TEXT), "UNAVAILABLE", 503),
        (from_database("08006"), "UNAVAILABLE", 503),
        (from_database("57P01"), "UNAVAILABLE", 503),
        (from_database("40001"), "UNAVAILABLE", 503),
        (from_database("XX000", disconnected=True), "UNAVAILABLE", 503),
        (from_database("57014"), "TIMEOUT", 504),
        (from_database("55P03"), "TIMEOUT", 504),
        (from_database("22021"), "BAD_USER_INPUT", 200),
        (from_database("42P01"), "INTERNAL_SERVER_ERROR", 500),
        (TimeoutError(SECRET_TEXT), "INTERNAL_SERVER_ERROR", 500),
        (RuntimeError(SECRET_TEXT), "INTERNAL_SERVER_ERROR", 500),
    ],
    ids=lambda value: _named(value) if isinstance(value, Exception) else str(value),
)
async def test_faults_outside_of_any_field_are_masked(
    log_lines: LogLines, error: Exception, code: str, status: int
) -> None:
    async def run(*_: object) -> Reply:
        raise error

    async with build(run=run).client() as client:
        response = await ask(client, "{ hello }", accept=PLAIN)

    assert response.status_code == status
    extensions = response.json()["errors"][0]["extensions"]
    assert extensions == {"code": code, "requestId": response.headers["x-request-id"]}
    assert (response.headers.get("retry-after") == "1") == (status == 503)
    assert "canary" not in response.text + log_lines.text
    assert log_lines.of("unexpected")[0]["request_id"] == response.headers["x-request-id"]


async def test_strange_operation_names_are_no_trouble(client: httpx.AsyncClient) -> None:
    for name in ("", " ", "Ж" * 1_000, "A\n", "__proto__"):
        response = await client.post(
            "/graphql", json={"query": "query A { hello }", "operationName": name}
        )

        assert response.status_code == 400
        assert response.json()["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT"}


async def test_a_cancelled_request_leaves_the_server_well() -> None:
    started = asyncio.Event()

    async def run(_request: Request, *_: object) -> Reply:
        started.set()
        await asyncio.Event().wait()
        raise AssertionError("never reached")

    async with build(run=run).client() as client:
        asking = asyncio.create_task(ask(client, "{ hello }"))
        await started.wait()
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking


def test_the_codes_are_those_of_the_contract() -> None:
    contract = """GRAPHQL_PARSE_FAILED GRAPHQL_VALIDATION_FAILED BAD_USER_INPUT UNAUTHENTICATED
        FORBIDDEN RATE_LIMITED QUERY_TOO_EXPENSIVE TIMEOUT UNAVAILABLE INTERNAL_SERVER_ERROR"""

    assert {code.value for code in Code} == set(re.findall(r"\w+", contract))

"""A client of the API as a test sees it: documents in, data and errors out, over HTTP."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back for one operation."""

    status: int
    body: Mapping[str, Any]

    @property
    def errors(self) -> list[dict[str, Any]]:
        """The top-level errors."""
        return list(self.body.get("errors", ()))

    @property
    def codes(self) -> list[str]:
        """The codes of the top-level errors."""
        return [error["extensions"]["code"] for error in self.errors]

    @property
    def data(self) -> Any:
        """The data; fails where there were errors."""
        assert not self.errors, self.errors
        return self.body["data"]

    @property
    def extensions(self) -> Mapping[str, Any]:
        """What the reply tells besides."""
        found: Mapping[str, Any] = self.body.get("extensions", {})
        return found

    def payload(self) -> Any:
        """The payload of the only mutation; fails where it was refused."""
        (payload,) = self.data.values()
        assert payload["userErrors"] == [], payload["userErrors"]
        return payload

    def refusals(self) -> list[tuple[str, str]]:
        """The codes and dotted paths of the only mutation's user errors."""
        (payload,) = self.data.values()
        return [(error["code"], ".".join(error["path"])) for error in payload["userErrors"]]


@dataclass(frozen=True, slots=True)
class Upload:
    """A file among the variables of an operation, which is sent as a part beside it."""

    name: str
    content: bytes
    kind: str = "application/octet-stream"
    """What the caller says that it is."""


PREFLIGHT: Final = {"GraphQL-Require-Preflight": "1"}


class Client:
    """Sends operations with one token (or none)."""

    def __init__(self, http: httpx.AsyncClient, token: str | None, language: str = "en") -> None:
        """Keep the connection and the token."""
        self.http = http
        self.token = token
        self.language = language

    async def run(
        self,
        document: str,
        variables: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send one operation and give its answer."""
        sent = {"Accept-Language": self.language, **(headers or {})}
        if self.token is not None:
            sent["Authorization"] = f"Bearer {self.token}"
        files: dict[str, Upload] = {}
        body = {"query": document, "variables": _taken_out(variables or {}, "variables", files)}
        if not files:
            response = await self.http.post("/graphql", json=body, headers=sent)
            return Answer(response.status_code, response.json())
        parts = {
            str(number): (file.name, file.content, file.kind)
            for number, file in enumerate(files.values())
        }
        places = {str(number): [path] for number, path in enumerate(files)}
        response = await self.http.post(
            "/graphql",
            data={"operations": json.dumps(body), "map": json.dumps(places)},
            files=parts,
            headers=PREFLIGHT | sent,
        )
        return Answer(response.status_code, response.json())

    async def data(self, document: str, **variables: Any) -> Any:
        """Send an operation that must succeed and give its data."""
        return (await self.run(document, variables)).data

    async def mutate(
        self, name: str, given: Any, selection: str, argument: str = "input"
    ) -> Answer:
        """Send a mutation with one argument, its type told by its name.

        `selection` is what is asked of the payload besides user errors.
        """
        kind = argument_type(name, argument)
        document = (
            f"mutation ($given: {kind}) {{ {name}({argument}: $given) {{ {selection} "
            "userErrors { code message path } } }"
        )
        return await self.run(document, {"given": given})


def _taken_out(value: Any, path: str, files: dict[str, Upload]) -> Any:
    """Give a value with null in place of its files, which are noted by their paths."""
    match value:
        case Upload():
            files[path] = value
            return None
        case dict():
            return {key: _taken_out(item, f"{path}.{key}", files) for key, item in value.items()}
        case list():
            return [_taken_out(item, f"{path}.{n}", files) for n, item in enumerate(value)]
        case _:
            return value


def argument_type(name: str, argument: str) -> str:
    """Name the type of a mutation's argument by the API's conventions."""
    if argument == "id":
        return "ID!"
    if argument == "ids":
        return "[ID!]!"
    return f"{name[0].upper()}{name[1:]}Input!"

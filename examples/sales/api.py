"""The GraphQL API over HTTP: documents in, data out, and everything else an error with a reason."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, TypeVar

import httpx

from sales.failures import LoadError, RefusalError, ServerError, TokenError

T = TypeVar("T")

# The most that one bulk mutation takes, and the most values in one list of a filter.
BULK: Final = 500
FILTER_LIST: Final = 200
_BUSY: Final = frozenset({"UNAVAILABLE", "TIMEOUT", "RATE_LIMITED"})


class Api:
    """Sends operations to one server with one token."""

    def __init__(self, url: str, token: str) -> None:
        """Keep the address, with or without `/graphql` at its end, and the token."""
        self.url = url.rstrip("/").removesuffix("/graphql") + "/graphql"
        self._http = httpx.Client(
            headers={"Authorization": f"Bearer {token}", "Accept-Language": "en"}, timeout=60
        )

    def ask(self, document: str, **variables: Any) -> Any:
        """Run an operation and give its data; raises TokenError or ServerError."""
        body = {"query": document, "variables": variables}
        try:
            response = self._http.post(self.url, json=body)
        except (httpx.TransportError, httpx.InvalidURL) as error:
            raise ServerError(f"No answer from {self.url}: {error}") from None
        try:
            answer = response.json()
        except ValueError:
            answer = None
        if not isinstance(answer, dict) or not answer.keys() & {"data", "errors"}:
            raise ServerError(f"{self.url} is no GraphQL API: HTTP {response.status_code}.")
        if answer.get("errors"):
            raise _failure(answer["errors"][0])
        return answer["data"]

    def change(self, name: str, given: Mapping[str, Any], selection: str, where: str) -> Any:
        """Run a mutation with the argument `input` and give its payload.

        Raises RefusalError, which names `where` the input came from.
        """
        document = (
            f"mutation ($input: {name[0].upper()}{name[1:]}Input!) {{ {name}(input: $input) "
            f"{{ {selection} userErrors {{ code message path }} }} }}"
        )
        payload = self.ask(document, input=given)[name]
        _raise_first(payload["userErrors"], where)
        return payload

    def put_in_order(self, name: str, ids: Sequence[str], where: str) -> None:
        """Run a mutation that takes the ids of all siblings in their new order."""
        selection = "{ userErrors { code message path } }"
        document = f"mutation ($ids: [ID!]!) {{ {name}(ids: $ids) {selection} }}"
        _raise_first(self.ask(document, ids=ids)[name]["userErrors"], where)

    def change_many(
        self,
        name: str,
        input_type: str,
        given: Sequence[tuple[Mapping[str, Any], str]],
        selection: str = "",
    ) -> list[Any]:
        """Run a bulk mutation, all or nothing, on pairs of an input and where it came from.

        Gives the results in the order of the inputs. Raises RefusalError for the first row refused.
        """
        document = (
            f"mutation ($input: [{input_type}!]!) {{ {name}(input: $input) {{ "
            f"results {{ {selection} userErrors {{ code message path }} }} "
            "userErrors { code message path } } }"
        )
        payload = self.ask(document, input=[item for item, _where in given])[name]
        for result, (_item, where) in zip(payload["results"], given, strict=False):
            _raise_first(result["userErrors"], where)
        _raise_first(payload["userErrors"], f"{given[0][1]} and what follows")
        results: list[Any] = payload["results"]
        return results


def batches(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Cut a sequence into pieces of at most `size`."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _failure(problem: Mapping[str, Any]) -> LoadError:
    """Tell what stops the load from the first of the top-level errors."""
    code, message = problem.get("extensions", {}).get("code"), problem["message"]
    if code == "UNAUTHENTICATED":
        return TokenError("The token is not valid, or no longer.")
    if code == "FORBIDDEN":
        return TokenError(f"The token does not allow this: {message}")
    return ServerError(f"The server {'is busy' if code in _BUSY else 'failed'} ({code}): {message}")


def _raise_first(errors: Sequence[Mapping[str, Any]], where: str) -> None:
    for error in errors:
        path = ".".join(error["path"])
        raise RefusalError(f"{where}: {error['message']} ({error['code']} at {path})")

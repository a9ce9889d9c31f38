"""Whether the answers are right: ours against SQL, the others' against ours; before the race."""

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import asyncpg
import httpx
import orjson

from bench.closed_loop import Call
from bench.contenders import Contender
from bench.outcome import OURS
from bench.place import Place
from bench.truth import TRUTHS, said
from domain.ids import decode_id

Compare: TypeAlias = Callable[[str, Any, Any], bool]
"""Tells whether a peer's answer to a workload says the same as ours."""
_SHOWN = frozenset({"title", "lastName", "name", "fullName", "email", "count", "totalCount"})


class DifferentAnswerError(Exception):
    """A server answers something else than it should."""


async def check(
    place: Place, contenders: Sequence[Contender], peers: Sequence[Contender], compare: Compare
) -> None:
    """Ask each server each workload once; raises DifferentAnswerError."""
    connection = await asyncpg.connect(place.url)
    try:
        for workload, truth in TRUTHS.items():
            answers = await _answers(workload, [*contenders, *peers])
            ours = answers[OURS]
            if said(workload, ours) != await truth(connection, place):
                raise DifferentAnswerError(f"{workload} says something else than the tables")
            for name, answer in answers.items():
                is_peer = any(peer.name == name for peer in peers)
                same = compare(workload, ours, answer) if is_peer else _is_same(name, answer, ours)
                if not same:
                    raise DifferentAnswerError(f"{name} answers {workload} differently")
        ours_calls = next(each.calls["write"] for each in contenders if each.name == OURS)
        for contender in (*contenders, *peers):
            if "write" in contender.calls:
                await _check_write(connection, contender, ours_calls)
    finally:
        await connection.close()


async def _answers(workload: str, contenders: Sequence[Contender]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for contender in contenders:
        if workload in contender.calls:
            async with httpx.AsyncClient(base_url=contender.url, timeout=60) as client:
                found[contender.name] = (await post(client, contender.calls[workload][0]))["data"]
    return found


def _is_same(name: str, theirs: Any, ours: Any) -> bool:
    """Compare exactly, but for the floors, which write ids and amounts as the tables have them."""
    if name.startswith("floor"):
        return bool(names(theirs) == names(ours))
    return bool(theirs == ours)


async def _check_write(
    connection: asyncpg.Connection, contender: Contender, ours: Sequence[Call]
) -> None:
    """Change a title twice, as one of the two may be there already, and look it up both times.

    All servers are given the same changes in the same order.
    """
    calls = contender.calls["write"]
    async with httpx.AsyncClient(base_url=contender.url, timeout=60) as client:
        for index in (0, len(calls) // 2):
            await post(client, calls[index])
            given = orjson.loads(ours[index].body)["variables"]["input"]
            title = await connection.fetchval(
                "SELECT title FROM deals WHERE id = $1", decode_id(given["id"])[1]
            )
            if title != given["title"]:
                raise DifferentAnswerError(f"{contender.name} does not change titles")


async def post(
    client: httpx.AsyncClient, call: Call, headers: dict[str, str] | None = None
) -> dict[str, Any]:
    """Send a call that must succeed; give the answer."""
    response = await client.post(
        call.path,
        content=call.body,
        headers={"Content-Type": "application/json", **dict(call.headers), **(headers or {})},
    )
    body: dict[str, Any] = response.json()
    if response.status_code != httpx.codes.OK or body.get("errors"):
        raise RuntimeError(f"{response.status_code} {response.url}: {response.text[:500]}")
    return body


def names(data: Any) -> Any:
    """Keep the names, titles and counts of an answer, in their order."""
    if isinstance(data, list):
        return [names(item) for item in data]
    if isinstance(data, dict):
        kept = {key: names(value) for key, value in data.items() if isinstance(value, dict | list)}
        return kept | {key: data[key] for key in data if key in _SHOWN}
    return data

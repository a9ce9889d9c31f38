"""The tutorial and the guides run: each page on a workspace as a first start makes it.

With `VORONKA_UPDATE_DOCS=1` the answers are written into the pages instead of compared; the change
is then read in the diff.
"""

import itertools
import json
import os
from pathlib import Path
from typing import Any, Protocol

import httpx
import pytest

from db.database import Database
from resolvers.workspaces import create_workspace
from tests.docs.pages import (
    ADMIN_TOKEN,
    PAGES,
    ROOT,
    Example,
    Known,
    examples,
    levelled,
    write_answer,
)

UPDATE = os.environ.get("VORONKA_UPDATE_DOCS") == "1"
RUNNING = [page for page in PAGES if any(example.answer for example in examples(page))]
_numbers = itertools.count(1)
_CONTENT = b"An offer.\n"
"""What is in every file that a page sends."""


class HasDatabase(Protocol):
    """What is needed of the server under test."""

    @property
    def database(self) -> Database: ...


@pytest.mark.parametrize("page", RUNNING, ids=lambda page: str(page.relative_to(ROOT)))
async def test_a_page_shows_what_the_server_answers(
    page: Path, server: HasDatabase, http: httpx.AsyncClient
) -> None:
    made = await create_workspace(server.database, "Voronka", "en", "USD", "admin@example.com")
    reader = f"10.9.8.{next(_numbers)}"
    known = Known({ADMIN_TOKEN: made.api_key})
    for number, example in enumerate(examples(page)):
        if example.answer is None:
            continue
        status, body = await _sent(http, example, known, reader)
        assert status == example.status, f"{example}: {body}"
        known.learn(example, body)
        if UPDATE:
            write_answer(page, number, body, known)
        else:
            expected = json.loads(known.real(example.answer.text))
            told = levelled(body, example.varies), levelled(expected, example.varies)
            assert told[0] == told[1], f"{example}: not what the page shows"


def test_the_tutorial_and_the_first_screen_are_among_them() -> None:
    names = {str(page.relative_to(ROOT)) for page in RUNNING}

    assert {"README.md", "docs/tutorial.md"} <= names


async def _sent(
    http: httpx.AsyncClient, example: Example, known: Known, reader: str
) -> tuple[int, Any]:
    told = {name: known.real(value) for name, value in example.headers}
    headers = {"X-Forwarded-For": reader, **told}
    if example.token != "none":
        headers["Authorization"] = f"Bearer {known.real(example.token)}"
    if example.parts:
        texts = {name: value for name, value in example.parts if not value.startswith("@")}
        files = {
            name: (value[1:], _CONTENT) for name, value in example.parts if value.startswith("@")
        }
        response = await http.post("/graphql", data=texts, files=files, headers=headers)
        return response.status_code, response.json()
    document = {
        "query": known.real(example.document),
        "variables": json.loads(known.real(example.variables)),
    }
    response = await http.post("/graphql", json=document, headers=headers)
    return response.status_code, response.json()

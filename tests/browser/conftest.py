"""A headless Chromium for the tests of the explorer, and a page that tolerates nothing odd."""

import os
import shutil
from collections.abc import AsyncIterator
from typing import NamedTuple

import pytest
from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    async_playwright,
    expect,
)

from tests.conftest import Server
from tests.people import Cast, password_of

# For one step: two workers on a busy machine, and the editor's megabytes to start.
PATIENCE_MS = 20_000
expect.set_options(timeout=PATIENCE_MS)

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--no-sandbox",  # the tests run as root in CI, where Chromium refuses its sandbox
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class ExplorerServer(NamedTuple):
    """Where a server runs, and who may sign in to it."""

    base_url: str
    email: str
    password: str
    address: str
    """Where the browser says it comes from: tries to sign in are counted per address."""


@pytest.fixture
def explorer_server(server: Server, people: Cast) -> ExplorerServer:
    """Give the server of all tests, and anna to sign in."""
    return ExplorerServer(server.url, people.emails["anna"], password_of("anna"), people.address)


def find_chromium() -> str:
    """Find the system's Chromium; skip without one, unless VORONKA_REQUIRE_BROWSER demands it."""
    for program in PROGRAMS:
        if path := shutil.which(program):
            return path
    message = "No Chromium is installed: run `apt-get install chromium` for the browser tests."
    if os.environ.get("VORONKA_REQUIRE_BROWSER") == "1":
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    program = find_chromium()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest.fixture
def locale() -> str:
    """The browser's language; a test that wants another one parametrizes it."""
    return "en-GB"


@pytest.fixture
async def context(
    browser: Browser, locale: str, explorer_server: ExplorerServer
) -> AsyncIterator[BrowserContext]:
    context = await browser.new_context(
        base_url=explorer_server.base_url,
        locale=locale,
        extra_http_headers={"X-Forwarded-For": explorer_server.address},
        viewport={"width": 1440, "height": 900},
    )
    context.set_default_timeout(PATIENCE_MS)
    yield context
    await context.close()


@pytest.fixture
async def page(context: BrowserContext, explorer_server: ExplorerServer) -> AsyncIterator[Page]:
    """A page that fails its test for a script error, a blocked resource or a foreign address."""
    page = await context.new_page()
    oddities: list[str] = []

    def note_console(message: ConsoleMessage) -> None:
        # Being told to sign in is how the page learns that nobody has.
        if message.type in ("error", "warning") and "401 (Unauthorized)" not in message.text:
            oddities.append(message.text)

    page.on("console", note_console)
    page.on("pageerror", lambda error: oddities.append(str(error)))
    page.on("request", lambda request: oddities.extend(foreign(request.url, explorer_server)))
    yield page
    assert oddities == []


def foreign(url: str, server: ExplorerServer) -> list[str]:
    """Name an address that is not the server's."""
    return [] if url.startswith((server.base_url, "data:", "blob:")) else [url]

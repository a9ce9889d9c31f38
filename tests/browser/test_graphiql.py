"""The explorer in a real browser: signing in, examples, docs, signing out."""

import re

import httpx
import pytest
from playwright.async_api import BrowserContext, Page, expect

from tests.browser.conftest import ExplorerServer

SIGN_IN = "mutation ($input: SignInInput!) { signIn(input: $input) { token } }"


async def fill_in(page: Page, email: str, password: str) -> None:
    """Fill in the form and send it."""
    await page.get_by_label("E-mail", exact=True).fill(email)
    await page.get_by_label("Password").fill(password)
    await page.get_by_role("button", name="Sign in").click()


async def sign_in(page: Page, server: ExplorerServer) -> None:
    """Open the explorer as the server's own user and wait for its editors."""
    await page.goto("/graphiql")
    await fill_in(page, server.email, server.password)
    await expect(page.get_by_role("button", name=re.compile("^Who am I"))).to_be_enabled()


async def open_example(page: Page, title: str) -> None:
    """Click an example of the list: its title is the first of its words."""
    await page.get_by_role("button", name=re.compile(f"^{title}")).click()


async def test_an_example_opens_in_a_tab_and_runs(
    page: Page, explorer_server: ExplorerServer
) -> None:
    await sign_in(page, explorer_server)

    await open_example(page, "First page of deals")
    await expect(page.get_by_role("tab", selected=True)).to_contain_text("Deals")
    await expect(page.get_by_role("region", name="Variables")).to_contain_text('"first": 20')
    await page.get_by_role("button", name="Execute query").click()

    answer = page.get_by_role("region", name="Result Window")
    await expect(answer).to_contain_text('"totalCount"')
    await expect(answer).not_to_contain_text('"errors"')


async def test_the_answer_to_who_am_i_is_the_one_who_signed_in(
    page: Page, explorer_server: ExplorerServer
) -> None:
    await sign_in(page, explorer_server)

    await open_example(page, "Who am I")
    await page.get_by_role("button", name="Execute query").click()

    answer = page.get_by_role("region", name="Result Window")
    await expect(answer).to_contain_text(f'"email": "{explorer_server.email}"')


async def test_the_docs_explorer_finds_a_type(page: Page, explorer_server: ExplorerServer) -> None:
    await sign_in(page, explorer_server)

    await page.get_by_role("button", name="Show Documentation Explorer").click()
    docs = page.get_by_role("region", name="Documentation Explorer")
    await docs.get_by_role("combobox").click()
    await page.keyboard.type("Deal")
    await page.get_by_role("option", name="Deal", exact=True).click()

    await expect(docs).to_contain_text("amount: Money")
    await expect(docs).to_contain_text("stage: Stage")


async def test_the_editor_underlines_an_unknown_field(
    page: Page, explorer_server: ExplorerServer
) -> None:
    await sign_in(page, explorer_server)

    await page.get_by_role("region", name="Operation Editor").locator(".view-lines").click()
    await page.keyboard.press("Control+A")
    await page.keyboard.type("{ noSuchField")

    await expect(page.locator(".squiggly-error").first).to_be_attached()


async def test_prettify_puts_an_operation_in_order(
    page: Page, explorer_server: ExplorerServer
) -> None:
    await sign_in(page, explorer_server)

    editor = page.get_by_role("region", name="Operation Editor")
    await editor.locator(".view-lines").click()
    await page.keyboard.press("Control+A")
    await page.keyboard.type("{viewer{user{id")  # the editor itself closes the braces
    await page.get_by_role("button", name="Prettify query").click()

    await expect(editor.locator(".view-line")).to_have_count(8)


async def test_a_wrong_password_is_refused_in_the_servers_words(
    page: Page, context: BrowserContext, explorer_server: ExplorerServer
) -> None:
    await page.goto("/graphiql")
    await fill_in(page, explorer_server.email, "not the password")

    await expect(page.get_by_role("alert")).to_have_text(re.compile(r"\w+"))
    await expect(page.get_by_label("Password")).to_be_visible()
    assert await context.cookies() == []


async def test_a_token_opens_the_explorer_and_an_unknown_key_does_not(
    page: Page, explorer_server: ExplorerServer
) -> None:
    server = explorer_server
    variables = {"input": {"email": server.email, "password": server.password}}
    async with httpx.AsyncClient(base_url=server.base_url) as client:
        answer = await client.post("/graphql", json={"query": SIGN_IN, "variables": variables})
    token = answer.json()["data"]["signIn"]["token"]

    await page.goto("/graphiql")
    await page.get_by_role("button", name="API key").click()
    await page.get_by_label("API key starts with vk_").fill("vk_unknown_unknown_unknown")
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("alert")).to_have_text("This key is unknown, revoked or expired.")

    await page.get_by_label("API key starts with vk_").fill(token)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("heading", name="Examples")).to_be_visible()


async def test_the_token_is_out_of_reach_of_scripts(
    page: Page, context: BrowserContext, explorer_server: ExplorerServer
) -> None:
    await sign_in(page, explorer_server)

    [cookie] = await context.cookies()
    assert cookie.get("name") == "voronka_session"
    assert cookie.get("httpOnly") is True
    assert cookie.get("sameSite") == "Lax"
    token = cookie.get("value", "")
    assert token.startswith("vs_")
    kept = await page.evaluate(
        "JSON.stringify([document.cookie, {...localStorage}, {...sessionStorage}])"
    )
    assert token not in kept
    assert explorer_server.password not in kept


async def test_signing_out_ends_the_session_on_the_server(
    page: Page, context: BrowserContext, explorer_server: ExplorerServer
) -> None:
    await sign_in(page, explorer_server)
    [cookie] = await context.cookies()

    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_label("Password")).to_be_visible()

    assert await context.cookies() == []
    async with httpx.AsyncClient(base_url=explorer_server.base_url) as client:
        answer = await client.post(
            "/graphql",
            json={"query": "{ viewer { user { id } } }"},
            headers={
                "Cookie": f"voronka_session={cookie.get('value', '')}",
                "X-Voronka-CSRF": "1",
            },
        )
    assert answer.status_code == 401


async def test_a_session_that_ended_elsewhere_leads_back_to_the_form(
    page: Page, context: BrowserContext, explorer_server: ExplorerServer
) -> None:
    await sign_in(page, explorer_server)
    await page.get_by_role("button", name="Show Documentation Explorer").click()
    docs = page.get_by_role("region", name="Documentation Explorer")
    await expect(docs).to_contain_text("Root Types")  # the schema has come
    await context.clear_cookies()

    await page.get_by_role("button", name="Execute query").click()
    form = page.get_by_role("form", name="Sign in")
    await expect(form.get_by_role("alert")).to_have_text("Your session has ended. Sign in again.")

    await fill_in(page, explorer_server.email, explorer_server.password)
    await expect(form).to_be_hidden()
    await expect(docs).to_contain_text("Root Types")


@pytest.mark.parametrize("locale", ["ru-RU"])
async def test_a_russian_browser_is_spoken_to_in_russian(
    page: Page, explorer_server: ExplorerServer
) -> None:
    await page.goto("/graphql")
    await page.get_by_label("Электронная почта").fill(explorer_server.email)
    await page.get_by_label("Пароль").fill(explorer_server.password)
    await page.get_by_role("button", name="Войти").click()

    await expect(page.get_by_role("button", name="Первая страница сделок")).to_be_visible()
    await expect(page.get_by_role("button", name="Выйти")).to_be_visible()

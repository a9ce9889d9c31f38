"""The pages that links lead to: a password is set there, and the link is left nowhere."""

import re

import httpx
import pytest
from playwright.async_api import Page, expect

from tests.conftest import Server
from tests.people import Cast

PASSWORD = "an old oak tree"
LINK = re.compile(r"^http://127\.0\.0\.1:8000(/[a-z-]+#token=vl_\S+)$")
SIGN_IN = "mutation ($given: SignInInput!) { signIn(input: $given) { token userErrors { code } } }"


async def link_of(people: Cast, mutation: str, given: object, argument: str) -> str:
    """Have an administrator make a link; gives its path and what follows."""
    answer = await people.root.mutate(mutation, given, "link", argument)
    found = LINK.match(answer.payload()["link"])
    assert found is not None
    return found[1]


async def signs_in(people: Cast, email: str) -> bool:
    """Tell whether the new password is somebody's."""
    given = {"email": email, "password": PASSWORD}
    answer = await people.nobody.run(SIGN_IN, {"given": given}, {"X-Forwarded-For": "10.5.9.9"})
    return bool(answer.data["signIn"]["token"])


async def test_anna_sets_a_new_password_and_the_link_leaves_the_address_bar(
    page: Page, people: Cast
) -> None:
    link = await link_of(people, "issuePasswordReset", people.ids["anna"], "id")
    await page.goto(link)
    await expect(page.get_by_role("heading")).to_have_text("A new password")
    assert page.url.endswith("/reset-password")
    await expect(page.get_by_label("First name")).to_be_hidden()

    await page.get_by_label("Password").fill("password123")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("alert")).to_contain_text("among the first that are tried")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("status")).to_contain_text("Done")
    assert await signs_in(people, people.emails["anna"])


@pytest.mark.parametrize("locale", ["ru-RU"])
async def test_ivan_accepts_an_invitation_in_russian(page: Page, people: Cast, locale: str) -> None:
    assert locale == "ru-RU"
    email = f"ivan-{people.ids['root'][-9:]}@example.com"
    await page.goto(await link_of(people, "inviteUser", {"email": email}, "input"))
    await expect(page.get_by_role("heading")).to_have_text("Добро пожаловать")
    await page.get_by_label("Имя").fill("Иван")
    await page.get_by_label("Пароль").fill(PASSWORD)
    await page.get_by_role("button", name="Сохранить").click()
    await expect(page.get_by_role("status")).to_contain_text("Готово")
    assert await signs_in(people, email)
    found = await people.root.data('{ users(search: "Иван") { nodes { firstName } } }')
    assert found["users"]["nodes"] == [{"firstName": "Иван"}]


async def test_a_link_without_its_end_says_so(page: Page) -> None:
    await page.goto("/reset-password")
    await expect(page.get_by_role("status")).to_have_text("The link is not complete.")
    await expect(page.get_by_role("button")).to_be_hidden()


@pytest.mark.parametrize("path", ["/reset-password", "/invitation"])
async def test_the_page_is_open_to_all_and_loads_from_the_server_alone(
    server: Server, path: str
) -> None:
    async with httpx.AsyncClient(base_url=server.url) as http:
        page = await http.get(path)
        assert page.headers["content-security-policy"].startswith("default-src 'none'")
        assert page.headers["referrer-policy"] == "no-referrer"
        assert page.headers["cache-control"] == "no-store"
        loaded = re.findall(r'(?:src|href)="(/[^"]+)"', page.text)
        assert loaded == ["/links/page.css", "/links/page.js"]
        for place, kind in zip(loaded, ("text/css", "text/javascript"), strict=True):
            answer = await http.get(place)
            assert answer.headers["content-type"].startswith(kind)
        assert (await http.get("/links/index.html")).status_code == 404

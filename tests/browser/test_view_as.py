"""Viewing as somebody in the explorer: the docs and answers that they would get."""

import re

from playwright.async_api import Locator, Page, expect

from tests.access.staff import grant, make_deal, make_role
from tests.client import Client
from tests.people import Cast


async def enter(page: Page, person: Client) -> None:
    """Open the explorer with somebody's key or token, and wait for its editors."""
    await page.goto("/graphiql")
    await page.get_by_role("button", name="API key").click()
    await page.get_by_label("API key starts with vk_").fill(person.token or "")
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("button", name=re.compile("^Who am I"))).to_be_enabled()


async def view(page: Page, name: str) -> Locator:
    """Choose as whom to view, and give the banner that says so."""
    await page.get_by_label("View as").select_option(label=name)
    banner = page.get_by_role("status").filter(has_text="Read-only")
    await expect(banner).to_contain_text(name)
    await expect(page.get_by_role("button", name=re.compile("^Who am I"))).to_be_enabled()
    return banner


async def run(page: Page, example: str) -> Locator:
    """Run an example, and give the answer."""
    await page.get_by_role("button", name=re.compile(f"^{example}")).click()
    await page.get_by_role("button", name="Execute query").click()
    return page.get_by_role("region", name="Result Window")


async def test_an_administrator_sees_the_docs_and_answers_of_a_role(
    page: Page, people: Cast
) -> None:
    hidden = {"entity": "DEAL", "field": "amount", "access": "HIDDEN"}
    await make_role(people.root, "Looking", grant("DEAL", "READ", "OWN"), fields=[hidden])
    await make_deal(people.anna, "Anna's", responsibleId=people.ids["anna"])
    await enter(page, people.root)
    await expect(page.get_by_role("status").filter(has_text="Read-only")).to_have_count(0)

    banner = await view(page, "Looking")

    await page.get_by_role("button", name="Show Documentation Explorer").click()
    docs = page.get_by_role("region", name="Documentation Explorer")
    await docs.get_by_role("combobox").click()
    await page.keyboard.type("Deal")
    await page.get_by_role("option", name="Deal", exact=True).click()
    await expect(docs).to_contain_text("title: String")
    await expect(docs).not_to_contain_text("amount: Money")
    await page.get_by_role("button", name="Show Examples").click()
    await expect(await run(page, "First page of deals")).to_contain_text('"totalCount": 0')

    await banner.get_by_role("button", name="Stop viewing").click()
    await expect(page.get_by_role("status").filter(has_text="Read-only")).to_have_count(0)
    await expect(await run(page, "First page of deals")).to_contain_text('"totalCount": 1')


async def test_an_administrator_views_as_a_person_and_changes_nothing(
    page: Page, people: Cast
) -> None:
    await enter(page, people.root)
    await view(page, "Anna Test")

    answer = await run(page, "Who am I")
    await expect(answer).to_contain_text(f'"email": "{people.emails["anna"]}"')
    await expect(await run(page, "Create a company")).to_contain_text('"FORBIDDEN"')

    found = await people.root.data("{ companies { totalCount } }")
    assert found["companies"]["totalCount"] == 0


async def test_who_is_no_administrator_has_nobody_to_choose(page: Page, people: Cast) -> None:
    await enter(page, people.anna)
    await expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    await expect(page.get_by_label("View as")).to_have_count(0)

"""Messages come in the language that the caller asks for; codes and paths stay the same."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.api.calling import mutation_document
from tests.api.conftest import NewCast, Stored
from tests.api.test_bad_input import BAD_QUERIES
from tests.api.test_filters import nested
from tests.api.world import World, build_settings
from tests.client import Answer, Client

Given = Callable[[World], dict[str, Any]]
DEALS = (
    "query ($where: DealFilter, $first: Int, $after: String, $orderBy: [DealOrder!])"
    " { deals(where: $where, first: $first, after: $after, orderBy: $orderBy) { totalCount } }"
)
CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)


def speaking(client: Client, language: str) -> Client:
    """Give the same person, who reads another language."""
    return Client(client.http, client.token, language)


async def in_both(client: Client, document: str, given: dict[str, Any]) -> tuple[Answer, Answer]:
    """Give the answers in English and in Russian."""
    english = await speaking(client, "en").run(document, given)
    return english, await speaking(client, "ru").run(document, given)


# --- errors of the whole request ----------------------------------------------------------------

TOP_LEVEL: list[tuple[str, str, Given, str, str]] = [
    ("nobody", DEALS, lambda _: {},
     "A valid token is needed: sign in, or send an API key.",
     "Нужен действующий токен: войдите или передайте ключ API."),
    ("anna", mutation_document("createGroup", "", ["input"]), lambda _: {"input": {"name": "G"}},
     "None of your roles has the right USERS.",
     "Ни у одной из ваших ролей нет права USERS."),
    ("reader", mutation_document("deleteDeals", "", ["ids"]), lambda _: {"ids": []},
     "The token's scopes do not allow this.",
     "Права токена этого не позволяют."),
    ("anna", DEALS, lambda _: {"after": "nonsense"},
     "This is no cursor of this list and order.",
     "Это не курсор этого списка с этим порядком."),
    ("anna", DEALS, lambda _: {"first": 201},
     "A page has 0 to 200 records.",
     "На странице от 0 до 200 записей."),
    ("anna", DEALS, lambda w: {"where": {"companyId": {"eq": w["ivan"]}}},
     "Expected an id of a company, this is one of a contact.",
     "Ожидался идентификатор company, а указан contact."),
    ("anna", DEALS, lambda _: {"where": {"title": None}},
     "A filter takes no null; use isNull.",
     "В фильтре нет null; используйте isNull."),
    ("anna", DEALS, lambda _: {"orderBy": [{"title": "ASC"}, {"title": "DESC"}]},
     "The key is given twice.",
     "Ключ указан дважды."),
    ("anna", DEALS, lambda _: {"where": nested(13)},
     "The filter deals.where is 13 levels deep; at most 12 are allowed.",
     "Вложенность фильтра deals.where: 13, допускается не больше 12."),
]  # fmt: skip


@pytest.mark.parametrize(
    ("who", "document", "given", "english", "russian"),
    TOP_LEVEL,
    ids=[case[3] for case in TOP_LEVEL],
)
async def test_a_refused_request_is_told_in_the_language_asked_for(
    world: World, who: str, document: str, given: Given, english: str, russian: str
) -> None:
    answers = await in_both(getattr(world.people, who), document, given(world))

    assert [answer.errors[0]["message"] for answer in answers] == [english, russian]
    assert answers[0].errors[0]["extensions"] == answers[1].errors[0]["extensions"]
    assert answers[0].status == answers[1].status


@pytest.mark.parametrize(("document", "given", "place"), BAD_QUERIES)
async def test_a_bad_query_is_the_same_in_both_languages(
    world: World, document: str, given: Given, place: str
) -> None:
    english, russian = await in_both(world.people.anna, document, given(world))

    assert [error["extensions"] for error in english.errors] == [
        error["extensions"] for error in russian.errors
    ]
    assert english.body.get("data") == russian.body.get("data")
    for error, translated in zip(english.errors, russian.errors, strict=True):
        assert not CYRILLIC.search(error["message"].replace("ы", ""))
        # What our rules refuse has a path and is translated; GraphQL's own checks speak English.
        ours = "path" in error["extensions"]
        assert bool(CYRILLIC.search(translated["message"])) is ours, place


# --- user errors --------------------------------------------------------------------------------

USER_ERRORS: list[tuple[str, Given, str, str]] = [
    ("createCompany", lambda _: {},
     "A value is required.", "Нужно указать значение."),
    ("createContact", lambda _: {},
     "A contact needs a first or a last name.", "У контакта должно быть имя или фамилия."),
    ("createCompany", lambda _: {"title": "x" * 256},
     "The text is longer than 255 characters.", "Текст длиннее 255 символов."),
    ("createDeal", lambda _: {"probability": 101},
     "The number must be between 0 and 100.", "Число должно быть от 0 до 100."),
    ("createLead", lambda _: {"phones": [{"value": "call me"}]},
     "This is no phone number.", "Это не номер телефона."),
    ("createLead", lambda _: {"emails": [{"value": "nobody"}]},
     "This is no e-mail address.", "Это не адрес электронной почты."),
    ("createDeal", lambda _: {"amount": {"amount": "1", "currency": "ZZZ"}},
     "There is no currency ZZZ.", "Нет такой валюты: ZZZ."),
    ("createDeal", lambda w: {"companyId": w["ivan"]},
     "Expected an id of a company, this is one of a contact.",
     "Ожидался идентификатор company, а указан contact."),
    ("createDeal", lambda w: {"companyId": w["acme"][:18] + "0" * 16},
     "There is no such company.", "Такого объекта нет: company."),
    ("createDeal", lambda w: {"pipelineId": w["support"], "stageId": w["sales:NEW"]},
     "The stage belongs to another pipeline.", "Стадия относится к другой воронке."),
    ("createDeal", lambda w: {"sourceId": w["INDUSTRY:IT"]},
     "The value is not one of the dictionary SOURCE.", "Значение не из справочника SOURCE."),
    ("updateCompany", lambda w: {"id": w["acme"], "ifVersion": 99, "comments": "x"},
     "The record has changed; its version is 1 now.",
     "Запись изменилась, её версия теперь 1."),
    ("updateCompany", lambda w: {"id": w["acme"], "parentId": w["acme"]},
     "The parent stands below this one.", "Выбранный родитель сам подчинён этому объекту."),
]  # fmt: skip


@pytest.mark.parametrize(
    ("mutation", "given", "english", "russian"),
    USER_ERRORS,
    ids=[f"{case[0]}: {case[2]}" for case in USER_ERRORS],
)
async def test_a_user_error_is_told_in_the_language_asked_for(
    world: World, stored: Stored, mutation: str, given: Given, english: str, russian: str
) -> None:
    before = await stored()
    document = mutation_document(mutation, "", ["input"])

    answers = await in_both(world.people.anna, document, {"input": given(world)})
    errors = [answer.data[mutation]["userErrors"] for answer in answers]

    assert [told["message"] for (told,) in errors] == [english, russian]
    assert [{**told, "message": None} for (told,) in errors[:1]] == [
        {**told, "message": None} for (told,) in errors[1:]
    ]
    assert await stored() == before


async def test_the_results_of_a_bulk_mutation_are_told_in_it_too(world: World) -> None:
    document = mutation_document("createCompanies", "results { userErrors { message } }", ["input"])

    answer = await speaking(world.people.anna, "ru").run(document, {"input": [{"title": "A"}, {}]})

    results = answer.data["createCompanies"]["results"]
    assert [result["userErrors"] for result in results] == [
        [], [{"message": "Нужно указать значение."}],
    ]  # fmt: skip


# --- which language -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "is_russian"),
    [
        ("ru", True),
        ("RU", True),
        ("ru-RU", True),
        ("ru-RU,ru;q=0.9,en-US;q=0.8,en;q=0.7", True),
        ("en;q=0.5, ru;q=0.6", True),
        ("de, ru;q=0.1", True),
        ("en", False),
        ("en-GB, ru;q=0.9", False),
        ("ru;q=0", False),
        ("de", False),
        ("*", False),
        ("", False),
        (";;;q=,ru", True),
    ],
)
async def test_the_best_liked_of_ours_is_taken(world: World, header: str, is_russian: bool) -> None:
    answer = await speaking(world.people.anna, header).run(DEALS, {"first": 201})

    assert bool(CYRILLIC.search(answer.errors[0]["message"])) is is_russian


async def test_the_workspace_has_a_language_of_its_own(new_cast: NewCast) -> None:
    """A Russian workspace has Russian names; messages still follow who asks."""
    office = await build_settings(await new_cast("ru", "RUB"))
    question = '{ pipelines { stages { name } } dictionary(code: "HONORIFIC") { items { name } } }'

    found = await office.people.anna.data(question)
    english, russian = await in_both(office.people.anna, DEALS, {"first": 201})

    assert [stage["name"] for stage in found["pipelines"][0]["stages"]][:2] == [
        "Новая", "Подготовка документов",
    ]  # fmt: skip
    assert [item["name"] for item in found["dictionary"]["items"]] == ["г-н", "г-жа"]
    assert not CYRILLIC.search(english.errors[0]["message"])
    assert CYRILLIC.search(russian.errors[0]["message"])

"""A new workspace: its dictionaries, pipelines and templates, to the letter, in both languages."""

from typing import Any

import pytest

from tests.client import Client
from tests.settings import expected
from tests.settings.conftest import Fresh
from tests.settings.office import STAGES, change

NAMES = {"en": 0, "ru": 1}
DICTIONARIES = """{ dictionaries { code name isSystem
  items { code sort isSystem name color dictionary { code } } } }"""
PIPELINES = f"""query ($entity: PipelineEntity!) {{ pipelines(entity: $entity)
  {{ name sort isDefault entity {STAGES.replace("id ", "")} }} }}"""

both_languages = pytest.mark.parametrize("locale", NAMES)


def shown_stages(stages: list[expected.Stage], locale: str) -> list[dict[str, Any]]:
    """Give stages as the API shows them."""
    return [
        {
            "code": code, "name": names[NAMES[locale]], "color": color, "sort": place * 10,
            "semantics": meaning, "isSystem": is_system,
        }
        for place, (code, color, meaning, is_system, *names) in enumerate(stages, start=1)
    ]  # fmt: skip


@both_languages
async def test_the_dictionaries(fresh: Fresh, locale: str) -> None:
    keeper = await fresh(locale)

    found = (await keeper.data(DICTIONARIES))["dictionaries"]

    assert {dictionary["code"]: dictionary for dictionary in found} == {
        code: {
            "code": code,
            "name": names[NAMES[locale]],
            "isSystem": True,
            "items": [
                {
                    "code": item.replace("{LANG}", locale.upper()), "sort": sort,
                    "isSystem": is_system, "name": words[NAMES[locale]], "color": None,
                    "dictionary": {"code": code},
                }
                for item, sort, is_system, *words in items
            ],
        }
        for code, (*names, items) in expected.DICTIONARIES.items()
    }  # fmt: skip
    assert len(found) == len(expected.DICTIONARIES)


async def test_a_dictionary_is_found_by_its_code(fresh: Fresh) -> None:
    keeper = await fresh("en")
    asked = "query ($code: String!) { dictionary(code: $code) { code items { code } } }"

    found = (await keeper.data(asked, code="EMPLOYEES"))["dictionary"]

    assert [item["code"] for item in found["items"]] == [f"EMPLOYEES_{n}" for n in (1, 2, 3, 4)]
    for code in ("NONE", "employees", ""):
        assert (await keeper.data(asked, code=code))["dictionary"] is None


@both_languages
@pytest.mark.parametrize("entity", expected.PIPELINES)
async def test_the_only_pipeline_of_each_type(fresh: Fresh, locale: str, entity: str) -> None:
    keeper = await fresh(locale)
    *names, stages = expected.PIPELINES[entity]

    found = (await keeper.data(PIPELINES, entity=entity))["pipelines"]

    assert found == [
        {
            "name": names[NAMES[locale]], "sort": 10, "isDefault": True, "entity": entity,
            "stages": shown_stages(stages, locale),
        }
    ]  # fmt: skip


async def test_pipelines_are_those_of_deals_unless_asked_otherwise(fresh: Fresh) -> None:
    keeper = await fresh("en")

    assert await keeper.data("{ pipelines { entity } }") == {"pipelines": [{"entity": "DEAL"}]}


@both_languages
@pytest.mark.parametrize("template", expected.TEMPLATES)
async def test_the_templates(fresh: Fresh, locale: str, template: str | None) -> None:
    keeper = await fresh(locale)
    given = {"name": "Second"} | ({} if template is None else {"template": template})

    made = await change(
        keeper, "createPipeline",
        f"pipeline {{ name sort isDefault entity {STAGES.replace('id ', '')} }}", input=given,
    )  # fmt: skip

    assert made == {
        "name": "Second", "sort": 20, "isDefault": False, "entity": "DEAL",
        "stages": shown_stages(expected.TEMPLATES[template], locale),
    }  # fmt: skip


def test_stages_follow_the_rules_from_the_start() -> None:
    sets = [*expected.TEMPLATES.values(), *(stages for *_, stages in expected.PIPELINES.values())]
    for stages in sets:
        meanings = [meaning for _, _, meaning, *_ in stages]
        assert meanings == sorted(meanings, key=["OPEN", "WON", "LOST"].index)
        assert meanings.count("WON") == 1
        kept = [code for code, _, _, is_system, *_ in stages if is_system]
        first = {meaning: stages[meanings.index(meaning)][0] for meaning in meanings}
        assert kept == list(first.values())


@pytest.mark.parametrize(("kind", "record"), [("Deal", "deal"), ("Lead", "lead")])
async def test_a_record_starts_on_the_first_stage(fresh: Fresh, kind: str, record: str) -> None:
    keeper = await fresh("en")

    made = await change(
        keeper, f"create{kind}", f"{record} {{ stage {{ code pipeline {{ isDefault entity }} }} }}",
        input={"title": "First"},
    )  # fmt: skip

    assert made["stage"] == {
        "code": "NEW", "pipeline": {"isDefault": True, "entity": record.upper()},
    }  # fmt: skip


async def test_another_language_renames_nothing_and_holds_for_what_comes(fresh: Fresh) -> None:
    keeper = await fresh("en")
    await change(keeper, "updateWorkspace", "workspace { id }", input={"locale": "ru"})

    await change(keeper, "createPipeline", "pipeline { id }", input={"name": "Вторая"})
    shown = await keeper.data("{ pipelines { name stages { name } } }")

    assert [pipeline["name"] for pipeline in shown["pipelines"]] == ["Sales", "Вторая"]
    assert [pipeline["stages"][0]["name"] for pipeline in shown["pipelines"]] == ["New", "Новая"]


async def test_two_workspaces_share_no_settings(fresh: Fresh) -> None:
    asked = "{ pipelines { id stages { id } } dictionaries { id items { id } } }"

    async def ids(client: Client) -> set[str]:
        found = await client.data(asked)
        outer = [*found["pipelines"], *found["dictionaries"]]
        inner = [item for thing in outer for item in thing.get("stages", thing.get("items"))]
        return {thing["id"] for thing in (*outer, *inner)}

    first, second = await ids(await fresh("ru")), await ids(await fresh("ru"))

    assert len(first) == len(second) > 60
    assert first & second == set()

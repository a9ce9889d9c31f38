"""The pipeline with its four stages, and the dictionary items that the accounts need."""

from collections.abc import Iterable
from typing import Any, Final

from sales.api import Api
from sales.meanings import STAGES, Item

PIPELINE: Final = "Sales opportunities"
_STAGES: Final = "stages { id name semantics isSystem }"
_WHERE: Final = f"The pipeline {PIPELINE!r}"


def load_pipeline(api: Api) -> tuple[str, dict[str, str]]:
    """Make the pipeline what the files need; give its id and the stages' ids by their names.

    A new pipeline comes with stages of its own, and some of those stay for good: they are renamed,
    the others deleted. Deals on a stage that has to go stop the load (IN_USE).
    """
    found = api.ask(f"{{ pipelines(entity: DEAL) {{ id name {_STAGES} }} }}")["pipelines"]
    pipeline = next((row for row in found if row["name"] == PIPELINE), None)
    if pipeline is None:
        given = {"name": PIPELINE, "entity": "DEAL"}
        selection = f"pipeline {{ id {_STAGES} }}"
        pipeline = api.change("createPipeline", given, selection, _WHERE)["pipeline"]
    stages: list[Any] = pipeline["stages"]
    ids = _keep_by_name(stages)
    # What stays for good is renamed first, so that only deletable stages are left over.
    spare = sorted(
        (stage for stage in stages if stage["id"] not in ids.values()),
        key=lambda stage: not stage["isSystem"],
    )
    for name, semantics in STAGES.items():
        if name not in ids:
            ids[name] = _stage_for(api, pipeline["id"], name, semantics, spare)
    for stage in spare:
        api.change("deleteStage", {"id": stage["id"]}, "", f"{_WHERE}, stage {stage['name']!r}")
    _put_in_order(api, pipeline["id"], [ids[name] for name in STAGES])
    return pipeline["id"], ids


def _keep_by_name(stages: Iterable[Any]) -> dict[str, str]:
    ids: dict[str, str] = {}
    for stage in stages:
        if STAGES.get(stage["name"]) == stage["semantics"]:
            ids.setdefault(stage["name"], stage["id"])
    return ids


def _stage_for(api: Api, pipeline: str, name: str, semantics: str, spare: list[Any]) -> str:
    """Rename a stage that is left over, or add one."""
    where = f"{_WHERE}, stage {name!r}"
    stage = next((stage for stage in spare if stage["semantics"] == semantics), None)
    if stage is not None:
        spare.remove(stage)
        api.change("updateStage", {"id": stage["id"], "name": name}, "", where)
    else:
        given = {"pipelineId": pipeline, "name": name, "semantics": semantics}
        stage = api.change("createStage", given, "stage { id }", where)["stage"]
    stage_id: str = stage["id"]
    return stage_id


def _put_in_order(api: Api, pipeline: str, ids: list[str]) -> None:
    asked = "query ($id: ID!) { pipeline(id: $id) { stages { id } } }"
    stages = api.ask(asked, id=pipeline)["pipeline"]["stages"]
    if [stage["id"] for stage in stages] != ids:
        api.put_in_order("reorderStages", ids, _WHERE)


def load_items(api: Api, dictionary: str, items: Iterable[Item]) -> dict[str, str]:
    """Make the items that a dictionary lacks; give the ids of its items by their codes."""
    asked = "query ($code: String!) { dictionary(code: $code) { id items { id code } } }"
    found = api.ask(asked, code=dictionary)["dictionary"]
    ids = {item["code"]: item["id"] for item in found["items"]}
    for item in items:
        if item.code not in ids:
            given = {"dictionaryId": found["id"], "code": item.code, "name": item.name}
            where = f"The dictionary {dictionary}, item {item.code}"
            made = api.change("createDictionaryItem", given, "dictionaryItem { id }", where)
            ids[item.code] = made["dictionaryItem"]["id"]
    return ids

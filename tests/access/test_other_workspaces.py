"""Ids of another workspace: everywhere they behave as ids that nobody has."""

from collections.abc import Iterator
from typing import Any

import pytest
from graphql import GraphQLInputObjectType, get_named_type

from tests.access.cases import (
    MUTATIONS,
    QUERIES,
    SDL,
    document,
    fields_of,
    id_places,
    put,
)
from tests.access.conftest import Stage
from tests.access.world import World, another_id, fingerprint
from tests.conftest import Server

LISTS = {"leads": "LeadFilter", "contacts": "ContactFilter", "companies": "CompanyFilter",
         "deals": "DealFilter", "users": "UserFilter", "activities": "ActivityFilter",
         "catalogElements": "CatalogElementFilter", "products": "ProductFilter",
         "auditEvents": "AuditEventFilter"}  # fmt: skip
# What an id stands for, by the last name on its path.
KINDS = {
    "companyId": "company", "companyIds": "company", "addCompanyIds": "company",
    "removeCompanyIds": "company", "contactId": "contact", "contactIds": "contact",
    "addContactIds": "contact", "removeContactIds": "contact", "leadId": "lead",
    "responsibleId": "user", "observerIds": "user", "addObserverIds": "user",
    "removeObserverIds": "user", "headId": "user", "memberIds": "user", "addMemberIds": "user",
    "removeMemberIds": "user", "departmentIds": "department", "addDepartmentIds": "department",
    "removeDepartmentIds": "department", "stageId": "stage", "pipelineId": "pipeline",
    "sourceId": "source_WEB", "typeId": "source_WEB", "industryId": "source_WEB",
    "employeesId": "source_WEB", "honorificId": "source_WEB", "dictionaryId": "dictionary",
    "replaceWith": "source_WEB", "before": "deal_beside", "after": "deal_beside",
    "removePhoneIds": "phone", "removeEmailIds": "email", "removeWebsiteIds": "website",
    "removeMessengerIds": "messenger", "movedById": "user", "createdById": "user",
    "byId": "user",
    "pipelineIds": "pipeline", "addPipelineIds": "pipeline", "removePipelineIds": "pipeline",
    "requiredFromIds": "stage", "addRequiredFromIds": "stage", "removeRequiredFromIds": "stage",
    "deleteOptionIds": "custom_field_option", "options": "custom_field_option",
    "updatedById": "user", "userId": "user", "aboutId": "user", "someUser": "user",
    "catalogId": "catalog", "catalogIds": "catalog",
    "addCatalogIds": "catalog", "removeCatalogIds": "catalog", "sectionId": "section",
    "roleId": "role", "roleIds": "role", "departmentId": "department",
    "groupId": "group", "recordId": "deal", "mentionIds": "user", "recordIds": "deal",
    "addRecordIds": "deal", "removeRecordIds": "deal", "participantIds": "user",
    "addParticipantIds": "user", "removeParticipantIds": "user",
    "productId": "product", "unitId": "unit", "taxRateId": "tax_rate",
    "prices": "product_price", "addPrices": "product_price",
    "productRows": "product_row", "addProductRows": "product_row",
    "removePriceIds": "product_price", "removeProductRowIds": "product_row",
    "requisites": "requisite", "addRequisites": "requisite", "removeRequisiteIds": "requisite",
}  # fmt: skip


_REPLACED = {
    "deletePipeline": "pipeline", "deleteCatalogSection": "section",
    "deleteProductSection": "product_section", "deleteMeasureUnit": "unit",
    "deleteTaxRate": "tax_rate",
}  # fmt: skip


def kind_of(mutation: str, path: tuple[str, ...], world: World) -> str:
    """Tell what the id at a path of a mutation stands for."""
    names = [name for name in path if name != "0"]
    last = names[-1]
    if last in {"moveTo", "replaceWith"}:
        return _REPLACED.get(mutation, KINDS.get(last, "stage"))
    if "Product" in mutation and last in {"sectionId", "parentId"}:
        return "product_section"
    if last in KINDS:
        return KINDS[last]
    if last == "parentId":
        if "Section" in mutation:
            return "section"
        return "department" if "Department" in mutation else "company"
    if last == "id" and len(names) > 2:
        owner = names[-2]
        return KINDS.get(owner, owner.removeprefix("add").lower().removesuffix("s"))
    if last == "linkId":
        return names[-2]
    if mutation == "unassignRole":
        return "role_assignment"
    own: Any = MUTATIONS[mutation](world)
    for name in path:
        own = own[0] if name == "0" else own[name]
    return next(key for key, value in world.ids.items() if value == own)


def _all_places() -> Iterator[Any]:
    for mutation in MUTATIONS:
        for path in id_places(mutation):
            yield pytest.param(mutation, path, id=f"{mutation}-{'.'.join(path)}")


def codes_in(answer: Any) -> list[str]:
    """Give the codes of all user errors anywhere in a payload."""
    if isinstance(answer, dict):
        own = [error["code"] for error in answer.get("userErrors") or ()]
        return own + [code for key, part in answer.items() if key != "userErrors"
                      for code in codes_in(part)]  # fmt: skip
    if isinstance(answer, list):
        return [code for part in answer for code in codes_in(part)]
    return []


@pytest.mark.parametrize(("mutation", "path"), list(_all_places()))
async def test_an_id_of_another_workspace_is_an_id_that_nobody_has(
    stage: Stage, server: Server, mutation: str, path: tuple[str, ...]
) -> None:
    foreign = stage.ours[kind_of(mutation, path, stage.theirs)]
    own = MUTATIONS[mutation](stage.theirs)
    before = await fingerprint(server.database, stage.ours, stage.theirs)

    answers = [
        (await stage.people.olga.run(document("Mutation", mutation), put(own, path, value))).data
        for value in (foreign, another_id(foreign))
    ]

    assert answers[0] == answers[1]
    # An order has to name all ids there are, so a wrong one is noticed as one too many.
    wanted = {"NOT_FOUND", "INVALID"} if mutation.startswith("reorder") else {"NOT_FOUND"}
    assert wanted & set(codes_in(answers[0]))
    assert await fingerprint(server.database, stage.ours, stage.theirs) == before


@pytest.mark.parametrize("name", QUERIES)
async def test_no_query_shows_anything_of_another_workspace(stage: Stage, name: str) -> None:
    arguments, text = QUERIES[name](stage.ours), document("Query", name)
    ours, theirs = set(stage.ours.ids.values()), set(stage.theirs.ids.values())

    seen_by_root = ids_in((await stage.people.root.run(text, arguments)).data)
    seen_by_olga = ids_in((await stage.people.olga.run(text, arguments)).data)

    if name not in {"exchangeRates", "convertLeadPreview", "record"}:  # what they tell has no id
        assert seen_by_root & ours
    assert not seen_by_olga & ours
    assert not seen_by_root & theirs


def ids_in(answer: Any) -> set[str]:
    """Give all ids in an answer."""
    if isinstance(answer, dict):
        found = {answer["id"]} if isinstance(answer.get("id"), str) else set()
        return found.union(*map(ids_in, answer.values()))
    if isinstance(answer, list):
        return set().union(*map(ids_in, answer))
    return set()


async def test_every_thing_with_an_id_is_a_node_of_its_own_workspace_only(stage: Stage) -> None:
    text = "query ($id: ID!) { node(id: $id) { __typename id } }"
    led = {"merged_deal": stage.ours["deal"]}
    for name, key in stage.ours.ids.items():
        own = (await stage.people.root.run(text, {"id": key})).data["node"]
        expected = None if name.startswith("deleted_") else led.get(name, key)
        assert (own and own["id"]) == expected, name
        assert (await stage.people.olga.run(text, {"id": key})).data["node"] is None, name
    ids = list(stage.ours.ids.values())
    many = await stage.people.olga.data("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=ids)
    assert many["nodes"] == [None] * len(ids)


_TREES = ("DepartmentIdFilter", "CatalogSectionIdFilter", "ProductSectionIdFilter")


def _id_filters(kind: str, depth: int) -> Iterator[tuple[str, ...]]:
    """Give the places for an id in a filter: all of its own, and the id of each relation."""
    declared = SDL.type_map[kind]
    assert isinstance(declared, GraphQLInputObjectType)
    for key, field in declared.fields.items():
        inner = get_named_type(field.type).name
        if inner in {"IdFilter", *_TREES} and (depth or key == "id"):
            yield (key, "eq")
            if depth:
                yield (key, "in")
            if inner in _TREES:
                yield (key, "inTree")
        elif key == "inTree":
            yield (key,)
        elif depth and inner.endswith("ListFilter"):
            for step in ("some", "none"):
                some = SDL.type_map[inner]
                assert isinstance(some, GraphQLInputObjectType)
                if step in some.fields:
                    target = get_named_type(some.fields[step].type).name
                    yield from ((key, step, *rest) for rest in _id_filters(target, 0))
        elif depth and inner.endswith("Filter") and inner != kind:
            yield from ((key, *rest) for rest in _id_filters(inner, 0))


@pytest.mark.parametrize("name", LISTS)
async def test_a_filter_by_an_id_of_another_workspace_tells_nothing(
    stage: Stage, name: str
) -> None:
    text = (
        f"query ($where: {LISTS[name]}) {{ {name}(where: $where) {{ totalCount nodes {{ id }} }} }}"
    )
    for path in _id_filters(LISTS[name], 1):
        foreign = stage.ours[_filtered_kind(name, path)]
        answers = []
        for value in (foreign, another_id(foreign)):
            where: Any = [value] if path[-1] in {"in", "inTree"} else value
            for key in reversed(path):
                where = {key: where}
            answers.append((await stage.people.olga.run(text, {"where": where})).data)
        assert answers[0] == answers[1], path
        if "none" not in path:
            assert answers[0][name] == {"totalCount": 0, "nodes": []}, path


_TARGETS = {
    "lead": "lead", "leads": "lead", "contact": "contact", "contacts": "contact",
    "company": "company", "companies": "company", "parent": "company", "subsidiaries": "company",
    "deals": "deal", "stage": "stage", "pipeline": "pipeline", "responsible": "user",
    "observers": "user", "createdBy": "user", "updatedBy": "user", "movedBy": "user",
    "departments": "department", "users": "user", "user": "user", "about": "user",
    "auditEvents": "audit_event", "catalogElements": "catalogElement",
    "catalog": "catalog", "section": "section", "sections": "section", "children": "section",
    "elements": "catalogElement", "products": "product", "product": "product",
    "productRows": "product", "unit": "unit", "taxRate": "tax_rate",
    "activities": "activity", "participants": "user",
}  # fmt: skip


def _filtered_kind(name: str, path: tuple[str, ...]) -> str:
    *holders, field = [name, *(key for key in path[:-1] if key not in {"some", "none"})]
    holder = holders[-1]
    if "products" in holders and {"section", "children", "sectionId"} & {*holders, field}:
        return "product_section"
    if field == "id":
        return _TARGETS.get(holder, "source_WEB")
    if field == "parentId":
        return "department" if holder == "departments" else "company"
    return KINDS.get(field) or _TARGETS.get(field, "source_WEB")


def test_the_lists_are_those_of_the_schema() -> None:
    lists = {
        name: get_named_type(field.args["where"].type).name
        for name, field in fields_of("Query").items()
        if "where" in field.args and name != "history"  # see tests/timeline/test_history.py
    }
    assert lists == LISTS

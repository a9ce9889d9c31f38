"""Bad input of every sort: a clear error with code and path, nothing written, nothing told."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from tests.api.calling import mutate
from tests.api.conftest import Stored
from tests.api.samples import samples
from tests.api.world import COMPANY, DEAL, LEAD, TYPES, Names, World, make_record
from tests.client import Answer

OURS = re.compile(
    r"select |insert |update .* set|sqlalchemy|asyncpg|postgres|traceback|\.py\b|line \d+, in"
    r"|did you mean '\w+'",
    re.IGNORECASE,
)
NOBODYS = "01" + "0" * 24
"""The rest of an id of the right form that nothing has."""

Given = Callable[[World], dict[str, Any]]


def assert_clean(answer: Answer) -> None:
    """No server error, and no word about the inside."""
    assert answer.status < 500
    assert "INTERNAL_SERVER_ERROR" not in answer.codes
    assert OURS.findall(repr(answer.body)) == []


def assert_whole_refusal(answer: Answer, code: str, place: str) -> None:
    """Top-level errors of one code, one of which names the place in its path or its text."""
    assert set(answer.codes) == {code}
    paths = [".".join(error["extensions"].get("path", ())) for error in answer.errors]
    assert place in paths or any(place in error["message"] for error in answer.errors), (
        answer.errors
    )


def with_points(kind: str, value: str) -> Given:
    return lambda _: {kind: [{"value": value}]}


# --- inputs that the type system refuses --------------------------------------------------------

ILL_TYPED: list[Any] = [
    pytest.param({"titel": "x"}, "'titel'", id="an unknown field"),
    pytest.param({"amount": {"amount": "1", "tax": "1"}}, ".amount", id="an unknown field inside"),
    pytest.param({"title": 5}, ".title", id="a number for a text"),
    pytest.param({"title": ["a"]}, ".title", id="a list for a text"),
    pytest.param({"title": {"a": 1}}, ".title", id="an object for a text"),
    pytest.param({"comments": True}, ".comments", id="yes for a text"),
    pytest.param({"probability": "30"}, ".probability", id="a text for a number"),
    pytest.param({"probability": 1.5}, ".probability", id="a fraction for a whole number"),
    pytest.param({"probability": 2**31}, ".probability", id="a number beyond 32 bits"),
    pytest.param({"isShared": "yes"}, ".isShared", id="a text for yes or no"),
    pytest.param({"isShared": 1}, ".isShared", id="a number for yes or no"),
    pytest.param({"amount": "12"}, ".amount", id="a text for money"),
    pytest.param({"amount": {}}, ".amount", id="money without an amount"),
    pytest.param({"amount": {"amount": None}}, ".amount.amount", id="money with null"),
    pytest.param({"amount": {"amount": "NaN"}}, ".amount.amount", id="not a number"),
    pytest.param({"amount": {"amount": "Infinity"}}, ".amount.amount", id="infinity"),
    pytest.param({"amount": {"amount": "1e400"}}, ".amount.amount", id="a huge exponent"),
    pytest.param({"amount": {"amount": "1e15"}}, ".amount.amount", id="19 digits"),
    pytest.param({"amount": {"amount": "0.00001"}}, ".amount.amount", id="five places"),
    pytest.param({"amount": {"amount": "1,5"}}, ".amount.amount", id="a decimal comma"),
    pytest.param({"amount": {"amount": ""}}, ".amount.amount", id="an empty decimal"),
    pytest.param({"amount": {"amount": True}}, ".amount.amount", id="yes for a decimal"),
    pytest.param({"amount": {"amount": [1]}}, ".amount.amount", id="a list for a decimal"),
    pytest.param({"amount": {"amount": "1", "currency": 1}}, ".amount.currency",
                 id="a number for a currency"),
    pytest.param({"beginDate": "2026-02-30"}, ".beginDate", id="a day that is not there"),
    pytest.param({"beginDate": "26-02-03"}, ".beginDate", id="a short year"),
    pytest.param({"beginDate": "2026-02-03T00:00:00Z"}, ".beginDate", id="a time for a day"),
    pytest.param({"beginDate": 20260203}, ".beginDate", id="a number for a day"),
    pytest.param({"companyId": {"id": "x"}}, ".companyId", id="an object for an id"),
    pytest.param({"companyId": 1.5}, ".companyId", id="a fraction for an id"),
    pytest.param({"contactIds": [None]}, ".contactIds[0]", id="null among ids"),
    pytest.param({"contactIds": [["x"]]}, ".contactIds[0]", id="a list among ids"),
    pytest.param({"utm": {"source": 1}}, ".utm.source", id="a number for a mark"),
    pytest.param({"externalIds": [{"system": "erp"}]}, ".externalIds[0]", id="half an external id"),
    pytest.param({"externalIds": [{"system": "erp", "value": None}]}, ".externalIds[0].value",
                 id="an external id with null"),
    pytest.param({"version": 3}, "'version'", id="a field that is not written"),
    pytest.param({"createdAt": "2026-01-01T00:00:00Z"}, "'createdAt'", id="a stamp"),
    pytest.param(None, "$input", id="null for all"),
    pytest.param([], "$input", id="a list for all"),
    pytest.param("x", "$input", id="a text for all"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "place"), ILL_TYPED)
async def test_ill_typed_input_is_refused_as_a_whole(
    world: World, stored: Stored, given: Any, place: str
) -> None:
    before = await stored()

    answer = await mutate(world.people.anna, "createDeal", "deal { id }", input=given)

    assert_clean(answer)
    assert_whole_refusal(answer, "BAD_USER_INPUT", place)
    assert "data" not in answer.body
    assert await stored() == before


@pytest.mark.parametrize("names", TYPES, ids=lambda names: names.one)
async def test_an_unknown_field_is_refused_in_variables_and_in_the_document(
    world: World, stored: Stored, names: Names
) -> None:
    anna = world.people.anna
    before = await stored()

    for verb in ("create", "update"):
        given = {"unheardOf": 1} | ({"id": "x"} if verb == "update" else {})
        name = f"{verb}{names.type}"
        by_variable = await mutate(anna, name, input=given)
        inside = ('id: "x", ' if verb == "update" else "") + "unheardOf: 1"
        by_document = await anna.run(
            f"mutation {{ {name}(input: {{ {inside} }}) {{ userErrors {{ code }} }} }}"
        )

        assert_clean(by_variable)
        assert_clean(by_document)
        assert_whole_refusal(by_variable, "BAD_USER_INPUT", "'unheardOf'")
        assert_whole_refusal(by_document, "GRAPHQL_VALIDATION_FAILED", "'unheardOf'")
    assert await stored() == before


# --- values that the rules refuse ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bad:
    """One bad value: in which record, what is given, and the user error that it gets."""

    name: str
    given: Given
    path: str
    code: str = "INVALID"
    names: Names = field(default=DEAL)


BAD_VALUES = [
    Bad("an id that is none", lambda _: {"companyId": "nonsense"}, "companyId"),
    Bad("an empty id", lambda _: {"companyId": ""}, "companyId"),
    Bad("a number for an id", lambda _: {"companyId": 7}, "companyId"),
    Bad("an id cut short", lambda w: {"companyId": w["acme"][:-1]}, "companyId"),
    Bad("an id in capitals", lambda w: {"companyId": w["acme"].upper()}, "companyId"),
    Bad("an id of another type", lambda w: {"companyId": w["ivan"]}, "companyId"),
    Bad("a bare uuid", lambda _: {"companyId": "0191d7a0-0000-7000-8000-000000000000"},
        "companyId"),
    Bad("an id that nothing has", lambda _: {"companyId": f"company_{NOBODYS}"}, "companyId",
        "NOT_FOUND"),
    Bad("a person of another type", lambda w: {"responsibleId": w["ivan"]}, "responsibleId"),
    Bad("one bad id of several", lambda w: {"contactIds": [w["ivan"], w["acme"]]}, "contactIds.1"),
    Bad("one unknown of several", lambda w: {"contactIds": [w["ivan"], f"contact_{NOBODYS}"]},
        "contactIds.1", "NOT_FOUND"),
    Bad("a stage of another pipeline",
        lambda w: {"pipelineId": w["sales"], "stageId": w["support:first OPEN"]}, "stageId"),
    Bad("a stage of leads", lambda w: {"stageId": w["lead stage:NEW"]}, "stageId"),
    Bad("a stage of deals for a lead", lambda w: {"stageId": w["sales:NEW"]}, "stageId",
        names=LEAD),
    Bad("a value of another dictionary", lambda w: {"sourceId": w["DEAL_TYPE:SALE"]}, "sourceId"),
    Bad("a dictionary for its value", lambda w: {"sourceId": w["sales"]}, "sourceId"),
    Bad("a currency that is none", lambda _: {"amount": {"amount": "1", "currency": "XXY"}},
        "amount.currency"),
    Bad("a currency in small letters", lambda _: {"amount": {"amount": "1", "currency": "usd"}},
        "amount.currency"),
    Bad("an empty currency", lambda _: {"amount": {"amount": "1", "currency": ""}},
        "amount.currency"),
    Bad("more than certain", lambda _: {"probability": 101}, "probability"),
    Bad("less than impossible", lambda _: {"probability": -1}, "probability"),
    Bad("a line that is too long", lambda _: {"title": "x" * 256}, "title", "LIMIT"),
    Bad("a text that is too long", lambda _: {"comments": "x" * 50_001}, "comments", "LIMIT"),
    Bad("a zero byte", lambda _: {"title": "a\x00b"}, "title"),
    Bad("a zero byte in a text", lambda _: {"comments": "a\x00b"}, "comments"),
    Bad("two lines for one", lambda _: {"title": "a\nb"}, "title"),
    Bad("a mark that is too long", lambda _: {"utm": {"source": "x" * 256}}, "utm.source",
        "LIMIT"),
    Bad("an external id without a system",
        lambda _: {"externalIds": [{"system": " ", "value": "1"}]}, "externalIds.0.system",
        "REQUIRED"),
    Bad("an external id without a value",
        lambda _: {"externalIds": [{"system": "erp", "value": ""}]}, "externalIds.0.value",
        "REQUIRED"),
    Bad("one system twice",
        lambda _: {"externalIds": [{"system": "erp", "value": value} for value in "12"]},
        "externalIds.1.system"),
    Bad("a phone of letters", with_points("phones", "call me"), "phones.0.value", names=COMPANY),
    Bad("a phone of two digits", with_points("phones", "12"), "phones.0.value", names=COMPANY),
    Bad("an endless phone", with_points("phones", "+1" + "2" * 30), "phones.0.value",
        names=COMPANY),
    Bad("an empty phone", with_points("phones", " "), "phones.0.value", "REQUIRED", COMPANY),
    Bad("a phone with SQL", with_points("phones", "'; DROP TABLE deals; --"), "phones.0.value",
        names=COMPANY),
    Bad("an e-mail without @", with_points("emails", "example.com"), "emails.0.value",
        names=COMPANY),
    Bad("an e-mail with two @", with_points("emails", "a@b@example.com"), "emails.0.value",
        names=COMPANY),
    Bad("an e-mail with spaces", with_points("emails", "a b@example.com"), "emails.0.value",
        names=COMPANY),
    Bad("an empty e-mail", with_points("emails", ""), "emails.0.value", "REQUIRED", COMPANY),
    Bad("a web address of another scheme", with_points("websites", "javascript:alert(1)"),
        "websites.0.value", names=COMPANY),
    Bad("a web address of a file", with_points("websites", "file:///etc/passwd"),
        "websites.0.value", names=COMPANY),
    Bad("a web address without a host", with_points("websites", "https://"), "websites.0.value",
        names=COMPANY),
    Bad("an endless messenger account", with_points("messengers", "x" * 501),
        "messengers.0.value", "LIMIT", COMPANY),
    Bad("more phones than a record takes",
        lambda _: {"phones": [{"value": f"+1202555{n:04}"} for n in range(201)]}, "phones",
        "LIMIT", COMPANY),
    Bad("an id of a phone that is not there",
        lambda _: {"phones": [{"id": f"phone_{NOBODYS}", "value": "+12025550123"}]},
        "phones.0.id", "NOT_FOUND", COMPANY),
    Bad("an id of an e-mail for a phone",
        lambda _: {"phones": [{"id": f"email_{NOBODYS}", "value": "+12025550123"}]},
        "phones.0.id", names=COMPANY),
    Bad("no title", lambda _: {"title": " "}, "title", "REQUIRED", COMPANY),
    Bad("a company above itself is unknown", lambda _: {"parentId": f"company_{NOBODYS}"},
        "parentId", "NOT_FOUND", COMPANY),
]  # fmt: skip
by_case = pytest.mark.parametrize("bad", BAD_VALUES, ids=lambda bad: bad.name)


@by_case
async def test_a_bad_value_is_refused_when_a_record_is_made(
    world: World, stored: Stored, bad: Bad
) -> None:
    before = await stored()
    given = {**world.named(bad.names), **bad.given(world)}

    answer = await mutate(
        world.people.anna, f"create{bad.names.type}", f"{bad.names.one} {{ id }}", input=given
    )

    assert_clean(answer)
    assert answer.refusals() == [(bad.code, f"input.{bad.path}")]
    assert answer.data[f"create{bad.names.type}"][bad.names.one] is None
    assert answer.data[f"create{bad.names.type}"]["userErrors"][0]["message"]
    assert await stored() == before


@by_case
async def test_a_bad_value_is_refused_when_a_record_is_changed(
    world: World, stored: Stored, bad: Bad
) -> None:
    anna = world.people.anna
    record = (await make_record(anna, bad.names, world.named(bad.names)))["id"]
    before = await stored()
    given = {"id": record, "comments": "Good", **bad.given(world)}

    one = await mutate(anna, f"update{bad.names.type}", input=given)
    many = await mutate(
        anna, f"update{bad.names.types}", "results { userErrors { code path } }", input=[given]
    )

    assert_clean(one)
    assert_clean(many)
    assert one.refusals() == [(bad.code, f"input.{bad.path}")]
    ((result),) = many.data[f"update{bad.names.types}"]["results"]
    path = ["input", "0", *bad.path.split(".")]
    assert result["userErrors"] == [{"code": bad.code, "path": path}]
    assert await stored() == before


async def test_all_bad_values_are_told_at_once(world: World, stored: Stored) -> None:
    before = await stored()
    given = {
        "title": "a\x00b",
        "probability": 101,
        "companyId": "nonsense",
        "contactIds": [f"contact_{NOBODYS}"],
        "amount": {"amount": "1", "currency": "XXY"},
    }

    answer = await mutate(world.people.anna, "createDeal", "deal { id }", input=given)

    assert sorted(answer.refusals()) == [
        ("INVALID", "input.amount.currency"),
        ("INVALID", "input.companyId"),
        ("INVALID", "input.probability"),
        ("INVALID", "input.title"),
        ("NOT_FOUND", "input.contactIds.0"),
    ]
    assert await stored() == before


# --- ids of another type, of another workspace, of nothing --------------------------------------


@pytest.mark.parametrize("names", TYPES, ids=lambda names: names.one)
async def test_a_wrong_id_is_refused_by_every_mutation(
    world: World, stored: Stored, names: Names
) -> None:
    anna = world.people.anna
    theirs = world.named(names, owner="olga")
    stranger = (await make_record(world.people.olga, names, theirs))["id"]
    other = world["ivan"] if names.one != "contact" else world["acme"]
    before = await stored()

    for record, code in (
        ("nonsense", "INVALID"),
        ("", "INVALID"),
        (other, "INVALID"),
        (world["sales"], "INVALID"),
        (f"{names.entity.name}_{NOBODYS}", "NOT_FOUND"),
        (stranger, "NOT_FOUND"),
    ):
        answers = [
            (
                await mutate(anna, f"update{names.type}", input={"id": record, names.note: "x"}),
                "input.id",
            ),
            (await mutate(anna, f"delete{names.type}", input={"id": record}), "input.id"),
            (await mutate(anna, f"restore{names.type}", id=record), "id"),
            (await mutate(anna, f"purge{names.type}", id=record), "id"),
        ]
        for answer, path in answers:
            assert_clean(answer)
            assert answer.refusals() == [(code, path)]
    assert await stored() == before


@pytest.mark.parametrize("names", TYPES, ids=lambda names: names.one)
async def test_a_wrong_id_is_refused_by_every_query(world: World, names: Names) -> None:
    anna = world.people.anna
    document = f"query ($id: ID!) {{ {names.one}(id: $id) {{ id }} }}"
    theirs = world.named(names, owner="olga")
    stranger = (await make_record(world.people.olga, names, theirs))["id"]
    other = world["ivan"] if names.one != "contact" else world["acme"]

    for record in ("nonsense", "", other, f"{names.entity.name}_{'z' * 26}"):
        answer = await anna.run(document, {"id": record})
        assert_clean(answer)
        assert_whole_refusal(answer, "BAD_USER_INPUT", "id")
    for record in (f"{names.entity.name}_{NOBODYS}", stranger):
        assert await anna.data(document, id=record) == {names.one: None}


@pytest.mark.parametrize("names", TYPES, ids=lambda names: names.one)
async def test_references_to_another_workspace_are_references_to_nothing(
    world: World, stored: Stored, names: Names
) -> None:
    """Every reference of the type, given the ids of olga's workspace."""
    people = world.people
    theirs = await olgas_ids(world)
    fields = samples(names, world)
    references = [
        sample
        for sample in fields
        if sample.name.endswith(("Id", "Ids")) and sample.name != "externalIds"
    ]
    before = await stored()

    for sample in references:
        kinds = {"responsibleId": "user", "observerIds": "user", "companyId": "company",
                 "parentId": "company", "companyIds": "company", "contactId": "contact",
                 "contactIds": "contact", "leadId": "lead", "pipelineId": "pipeline",
                 "stageId": f"{names.one} stage", "catalogId": "olga cars",
                 "sectionId": "olga sedans", "unitId": "unit", "taxRateId": "tax rate"}  # fmt: skip
        if names.one == "product":
            kinds["sectionId"] = "olga hoses"
        record = theirs[kinds.get(sample.name, "item")]
        many = sample.name.endswith("Ids")
        answer = await mutate(
            people.anna, f"create{names.type}",
            input={**world.named(names), sample.name: [record] if many else record},
        )  # fmt: skip
        path = f"input.{sample.name}.0" if many else f"input.{sample.name}"
        assert_clean(answer)
        assert answer.refusals() == [("NOT_FOUND", path)], sample.name
    assert await stored() == before


async def olgas_ids(world: World) -> dict[str, str]:
    """Make one of each record in olga's workspace and find its settings."""
    olga = world.people.olga
    found = await olga.data(
        '{ viewer { user { id } } dictionary(code: "SOURCE") { items { id } }'
        " pipelines { id stages { id } } leads: pipelines(entity: LEAD) { stages { id } }"
        " measureUnits { id } taxRates { id } }"
    )
    ids = {
        names.one: (await make_record(olga, names, world.named(names, owner="olga")))["id"]
        for names in TYPES
    }
    return ids | {
        "user": found["viewer"]["user"]["id"],
        "item": found["dictionary"]["items"][0]["id"],
        "unit": found["measureUnits"][0]["id"],
        "tax rate": found["taxRates"][0]["id"],
        "pipeline": found["pipelines"][0]["id"],
        "deal stage": found["pipelines"][0]["stages"][0]["id"],
        "lead stage": found["leads"][0]["stages"][0]["id"],
        **{name: world[name] for name in ("olga cars", "olga sedans", "olga hoses")},
    }


# --- queries ------------------------------------------------------------------------------------

WHERE = "query ($where: DealFilter) { deals(where: $where) { nodes { id } } }"
ORDER = "query ($orderBy: [DealOrder!]) { deals(orderBy: $orderBy) { nodes { id } } }"
PAGE = (
    "query ($first: Int, $after: String, $last: Int, $before: String, $search: String) "
    "{ deals(first: $first, after: $after, last: $last, before: $before, search: $search) "
    "{ nodes { id } pageInfo { endCursor } totalCount } }"
)

BAD_QUERIES: list[Any] = [
    pytest.param(WHERE, lambda _: {"where": {"titel": {"eq": "x"}}}, "'titel'",
                 id="an unknown field in a filter"),
    pytest.param(WHERE, lambda _: {"where": {"title": {"like": "x"}}}, ".title",
                 id="an unknown operator"),
    pytest.param(WHERE, lambda _: {"where": {"title": {"gt": "x"}}}, ".title",
                 id="an operator of another kind"),
    pytest.param(WHERE, lambda _: {"where": {"title": "x"}}, ".title", id="a bare value"),
    pytest.param(WHERE, lambda _: {"where": {"title": {"eq": 5}}}, ".title.eq",
                 id="a number for a text"),
    pytest.param(WHERE, lambda _: {"where": {"title": {"in": ["x", 5]}}}, ".title.in[1]",
                 id="a number among texts"),
    pytest.param(WHERE, lambda _: {"where": {"title": {"eq": None}}}, "where.title.eq",
                 id="null for a value"),
    pytest.param(WHERE, lambda _: {"where": {"title": None}}, "where.title",
                 id="null for a condition"),
    pytest.param(WHERE, lambda _: {"where": {"not": None}}, "where.not", id="null after not"),
    pytest.param(WHERE, lambda _: {"where": {"and": None}}, "where.and", id="null after and"),
    pytest.param(WHERE, lambda _: {"where": {"or": [{"title": {"eq": None}}]}},
                 "where.or.0.title.eq", id="null inside or"),
    pytest.param(WHERE, lambda _: {"where": {"title": {"isNull": None}}}, "where.title.isNull",
                 id="isNull null"),
    pytest.param(WHERE, lambda _: {"where": {"title": {"contains": "a\x00"}}},
                 "where.title.contains", id="a zero byte"),
    pytest.param(WHERE, lambda _: {"where": {"title": {"contains": "x" * 1001}}},
                 "where.title.contains", id="an endless text"),
    pytest.param(WHERE, lambda _: {"where": {"amount": {"gt": "many"}}}, ".amount.gt",
                 id="a text for an amount"),
    pytest.param(WHERE, lambda _: {"where": {"amount": {"between": ["1"]}}},
                 "where.amount.between", id="between one"),
    pytest.param(WHERE, lambda _: {"where": {"probability": {"between": [1, 2, 3]}}},
                 "where.probability.between", id="between three"),
    pytest.param(WHERE, lambda _: {"where": {"createdAt": {"gt": "2026-01-01"}}}, ".createdAt.gt",
                 id="a day for a time"),
    pytest.param(WHERE, lambda _: {"where": {"createdAt": {"gt": "2026-01-01T00:00:00"}}},
                 ".createdAt.gt", id="a time without offset"),
    pytest.param(WHERE, lambda _: {"where": {"closeDate": {"gt": "tomorrow"}}}, ".closeDate.gt",
                 id="a word for a day"),
    pytest.param(WHERE, lambda _: {"where": {"stage": {"semantics": {"eq": "MAYBE"}}}},
                 ".stage.semantics.eq", id="a name that is none"),
    pytest.param(WHERE, lambda _: {"where": {"companyId": {"eq": "nonsense"}}},
                 "where.companyId.eq", id="an id that is none"),
    pytest.param(WHERE, lambda w: {"where": {"companyId": {"in": [w["acme"], w["ivan"]]}}},
                 "where.companyId.in.1", id="an id of another type"),
    pytest.param(WHERE, lambda w: {"where": {"id": {"eq": w["ivan"]}}}, "where.id.eq",
                 id="an own id of another type"),
    pytest.param(WHERE, lambda w: {"where": {"contacts": {"some": {"companyId":
                                                                  {"eq": w["ivan"]}}}}},
                 "where.contacts.some.companyId.eq", id="an id of another type, deep"),
    pytest.param(WHERE, lambda _: {"where": {"contacts": {"most": {}}}}, ".contacts",
                 id="an unknown quantifier"),
    pytest.param(WHERE, lambda _: {"where": {"contacts": {"some": None}}}, "where.contacts.some",
                 id="null after some"),
    pytest.param(ORDER, lambda _: {"orderBy": [{"titel": "ASC"}]}, "'titel'",
                 id="an unknown field in an order"),
    pytest.param(ORDER, lambda _: {"orderBy": [{"title": "UP"}]}, "[0].title",
                 id="an unknown direction"),
    pytest.param(ORDER, lambda _: {"orderBy": [{"comments": "ASC"}]}, "'comments'",
                 id="a field that does not sort"),
    pytest.param(ORDER, lambda _: {"orderBy": [{"title": "ASC", "amount": "ASC"}]}, "orderBy",
                 id="two keys in one"),
    pytest.param(ORDER, lambda _: {"orderBy": [{}]}, "orderBy", id="no key in one"),
    pytest.param(ORDER, lambda _: {"orderBy": [{"title": None}]}, "orderBy", id="a null key"),
    pytest.param(ORDER, lambda _: {"orderBy": [None]}, "'$orderBy' has invalid value at [0]",
                 id="null for a key"),
    pytest.param(ORDER, lambda _: {"orderBy": [{"title": "ASC"}, {"title": "DESC"}]}, "orderBy.1",
                 id="a key twice"),
    pytest.param(ORDER, lambda _: {"orderBy": [{key: "ASC"} for key in
                                               ("title", "amount", "tax", "beginDate", "closeDate",
                                                "movedAt")]}, "orderBy", id="six keys"),
    pytest.param(PAGE, lambda _: {"first": -1}, "first", id="a page below zero"),
    pytest.param(PAGE, lambda _: {"first": 201}, "first", id="a page of 201"),
    pytest.param(PAGE, lambda _: {"last": 201}, "last", id="a last page of 201"),
    pytest.param(PAGE, lambda _: {"first": 1, "last": 1}, "last", id="first and last"),
    pytest.param(PAGE, lambda _: {"first": "2"}, "$first", id="a text for a page size"),
    pytest.param(PAGE, lambda _: {"after": "nonsense"}, "after", id="a cursor that is none"),
    pytest.param(PAGE, lambda _: {"after": ""}, "after", id="an empty cursor"),
    pytest.param(PAGE, lambda _: {"after": "ы" * 40}, "after", id="a cursor of other letters"),
    pytest.param(PAGE, lambda _: {"before": "A" * 5000}, "before", id="an endless cursor"),
    pytest.param(PAGE, lambda _: {"search": "a\x00b"}, "search", id="a zero byte to search"),
    pytest.param(PAGE, lambda _: {"search": "x" * 1001}, "search", id="an endless search"),
    pytest.param(PAGE, lambda _: {"search": "a b c d e f g h i j k"}, "search",
                 id="a search of eleven words"),
    pytest.param("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }",
                 lambda w: {"ids": [w["acme"], "nonsense"]}, "ids.1", id="a node that is none"),
    pytest.param("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }",
                 lambda w: {"ids": [w["acme"], None]}, "$ids", id="null among nodes"),
    pytest.param("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }",
                 lambda w: {"ids": [w["acme"]] * 201}, "ids", id="201 nodes"),
    pytest.param("query ($id: ID!) { node(id: $id) { id } }",
                 lambda w: {"id": "sheep" + w["acme"][-27:]}, "id", id="a node of no type"),
    pytest.param("query ($text: String!) { search(text: $text, first: 201) { nodes { id } } }",
                 lambda _: {"text": "a"}, "first", id="201 found"),
    pytest.param("query ($text: String!) { search(text: $text) { nodes { id } } }",
                 lambda _: {"text": "a\x00"}, "text", id="a zero byte to search everywhere"),
]  # fmt: skip


@pytest.mark.parametrize(("document", "given", "place"), BAD_QUERIES)
async def test_a_bad_query_is_refused(
    world: World, document: str, given: Given, place: str
) -> None:
    answer = await world.people.anna.run(document, given(world))

    assert_clean(answer)
    assert_whole_refusal(answer, "BAD_USER_INPUT", place)
    assert not answer.body.get("data") or set(answer.body["data"].values()) == {None}


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ("{ deals { nodes { id }", "GRAPHQL_PARSE_FAILED"),
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("", "BAD_USER_INPUT"),
        ("{ deels { nodes { id } } }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ deals { nodes { titel } } }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ deals { nodes } }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ deals(limit: 5) { nodes { id } } }", "GRAPHQL_VALIDATION_FAILED"),
        ('{ deals(where: { amount: { eq: "x" } }) { nodes { id } } }', "GRAPHQL_VALIDATION_FAILED"),
        ("{ deals(orderBy: [{ title: UP }]) { nodes { id } } }", "GRAPHQL_VALIDATION_FAILED"),
        ("mutation { createDeal { deal { id } } }", "GRAPHQL_VALIDATION_FAILED"),
        ("query ($id: ID!) { deal(id: $id) { id } }", "BAD_USER_INPUT"),
    ],
)
async def test_a_bad_document_is_refused(world: World, document: str, code: str) -> None:
    answer = await world.people.anna.run(document)

    assert_clean(answer)
    assert answer.codes == [code]
    assert "data" not in answer.body


# --- bodies -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        pytest.param(b'{"query": "{ viewer', 400, "BAD_USER_INPUT", id="broken JSON"),
        pytest.param(b"\xff\xfe{}", 400, "BAD_USER_INPUT", id="no text at all"),
        pytest.param(b"", 400, "BAD_USER_INPUT", id="nothing"),
        pytest.param(b"5", 400, "BAD_USER_INPUT", id="a number"),
        pytest.param(b'{"variables": {}}', 400, "BAD_USER_INPUT", id="no query"),
        pytest.param(b'{"query": 5}', 400, "BAD_USER_INPUT", id="a number for a query"),
        pytest.param(b'{"query": "{ __typename }", "variables": [1]}', 400, "BAD_USER_INPUT",
                     id="a list of variables"),
        pytest.param(b"[" * 100_000, 400, "BAD_USER_INPUT", id="a tower of brackets"),
        pytest.param(b'{"query": "{ viewer { user { id } } }' + b" " * 5_000_000 + b'"}', 413,
                     "QUERY_TOO_EXPENSIVE", id="5 MB"),
    ],
)  # fmt: skip
async def test_a_bad_body_is_refused(
    world: World, http: httpx.AsyncClient, stored: Stored, body: bytes, status: int, code: str
) -> None:
    before = await stored()

    response = await http.post(
        "/graphql",
        content=body,
        headers={
            "Authorization": f"Bearer {world.people.anna.token}",
            "Content-Type": "application/json",
        },
    )

    answer = Answer(response.status_code, response.json())
    assert_clean(answer)
    assert (answer.status, answer.codes) == (status, [code])
    assert await stored() == before

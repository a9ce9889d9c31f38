"""Values of custom fields: written, read back, filtered; required, unique, bound to stages."""

from typing import Any

import pytest

from tests.custom.fields import find, make_deal, make_field, read_values
from tests.people import Cast

BOMB = "(a+)+$"


@pytest.mark.parametrize(
    ("kind", "limits", "given", "kept", "shown"),
    [
        ("STRING", {}, " 15-A ", {"strings": ["15-A"]}, "15-A"),
        ("TEXT", {}, "two\nlines", {"strings": ["two\nlines"]}, "two\nlines"),
        ("URL", {}, "https://example.com/a", {"strings": ["https://example.com/a"]},
         "https://example.com/a"),
        ("INTEGER", {"min": 0}, 7, {"integers": [7]}, "7"),
        ("NUMBER", {"precision": 2}, "10.50", {"numbers": ["10.5"]}, "10.5"),
        ("BOOLEAN", {}, False, {"booleans": [False]}, "false"),
        ("DATE", {}, "2026-11-24", {"dates": ["2026-11-24"]}, "2026-11-24"),
        ("DATETIME", {}, "2026-11-24T10:00:00+03:00", {"times": ["2026-11-24T07:00:00Z"]},
         "2026-11-24T07:00:00Z"),
        ("MONEY", {}, {"amount": "5.10"}, {"amounts": [{"amount": "5.1", "currency": "USD"}]},
         "5.1 USD"),
        ("ADDRESS", {}, {"city": "Тверь", "country": "RU"},
         {"addresses": [{"city": "Тверь", "country": "RU"}]}, "Тверь, RU"),
    ],
)  # fmt: skip
async def test_what_was_written_is_read_back_and_found(
    people: Cast, kind: str, limits: Any, given: Any, kept: Any, shown: str
) -> None:
    await make_field(people.root, "Value", kind, settings=limits)
    await make_deal(people.anna, title="Without")

    deal = await make_deal(people.anna, ("value", given), title="With")

    (read,) = await read_values(people.anna, deal, "value")
    assert {name: read[name] for name in kept} == kept
    assert read["displayValue"] == shown
    assert await find(people.anna, "value", "isNull", False) == ["With"]
    assert await find(people.anna, "value", "isNull", True) == ["Without"]
    if kind != "ADDRESS":
        wanted = given["amount"] if kind == "MONEY" else given
        assert await find(people.anna, "value", "eq", wanted) == ["With"]


@pytest.mark.parametrize(
    ("kind", "limits", "bad", "code", "where"),
    [
        ("STRING", {}, 5, "INVALID", ""),
        ("STRING", {"maxLength": 3}, "long", "LIMIT", ""),
        ("STRING", {"pattern": "[0-9]{4}"}, "12345", "INVALID", ""),
        ("STRING", {"pattern": BOMB}, "a" * 200 + "!", "INVALID", ""),
        ("STRING", {}, "\x00", "INVALID", ""),
        ("URL", {}, "javascript:alert(1)", "INVALID", ""),
        ("INTEGER", {}, "7", "INVALID", ""),
        ("INTEGER", {}, True, "INVALID", ""),
        ("INTEGER", {}, 2**31, "INVALID", ""),
        ("INTEGER", {"max": 5}, 6, "INVALID", ""),
        ("NUMBER", {}, "1e400", "INVALID", ""),
        ("NUMBER", {}, "NaN", "INVALID", ""),
        ("NUMBER", {"precision": 1}, "1.25", "INVALID", ""),
        ("BOOLEAN", {}, 1, "INVALID", ""),
        ("DATE", {}, "2026-02-30", "INVALID", ""),
        ("DATETIME", {}, "2026-11-24T10:00:00", "INVALID", ""),
        ("MONEY", {}, 5, "INVALID", ""),
        ("MONEY", {}, {"amount": "5", "currency": "XXY"}, "INVALID", ".currency"),
        ("MONEY", {}, {"amount": "x"}, "INVALID", ".amount"),
        ("ADDRESS", {}, {"planet": "Mars"}, "INVALID", ".planet"),
        ("USER", {}, "user_00000000000000000000000000", "NOT_FOUND", ""),
        ("LIST", {}, "Nowhere", "INVALID", ""),
        ("RECORD", {"types": ["LEAD"]}, "deal_00000000000000000000000000", "INVALID", ""),
        ("STRING", {}, ["a"], "INVALID", ""),
    ],
)
async def test_a_bad_value_is_refused_by_its_path_and_nothing_is_written(
    people: Cast, kind: str, limits: Any, bad: Any, code: str, where: str
) -> None:
    await make_field(people.root, "Value", kind, settings=limits)
    wanted = {"title": "Bad", "customValues": [{"code": "value", "value": bad}]}

    answer = await people.anna.mutate("createDeal", wanted, "deal { id }")

    assert answer.refusals() == [(code, f"input.customValues.0.value{where}")]
    (payload,) = answer.data.values()
    assert payload["userErrors"][0]["message"].startswith("value: ")
    assert (await people.anna.data("{ deals { totalCount } }"))["deals"]["totalCount"] == 0


async def test_several_values(people: Cast) -> None:
    await make_field(people.root, "Colour", "STRING", isMultiple=True)
    deal = await make_deal(people.anna, ("colour", ["red", "blue"]), title="Both")
    await make_deal(people.anna, ("colour", ["blue"]), title="Blue")

    assert (await read_values(people.anna, deal, "colour"))[0]["strings"] == ["red", "blue"]
    assert await find(people.anna, "colour", "eq", "blue") == ["Blue", "Both"]
    assert await find(people.anna, "colour", "ne", "red") == ["Blue"]
    assert await find(people.anna, "colour", "in", ["red", "green"]) == ["Both"]
    for bad, place in (([None], ".0"), (["a", 5], ".1"), ("a", ""), (["a"] * 201, "")):
        wanted = {"id": deal, "customValues": [{"code": "colour", "value": bad}]}
        answer = await people.anna.mutate("updateDeal", wanted, "deal { id }")
        assert [path for _, path in answer.refusals()] == [f"input.customValues.0.value{place}"]
    assert (await read_values(people.anna, deal, "colour"))[0]["strings"] == ["red", "blue"]


async def test_a_change_is_an_event_and_null_clears(people: Cast) -> None:
    await make_field(people.root, "Number", "INTEGER")
    await make_field(people.root, "Note", "STRING")
    deal = await make_deal(people.anna, ("number", 1), ("note", "kept"))
    wanted = {"id": deal, "customValues": [{"code": "number", "value": 2}]}

    dry = await people.anna.run(
        "mutation ($input: UpdateDealInput!) { updateDeal(input: $input)"
        " { deal { version } userErrors { code path } } }",
        {"input": wanted},
        {"X-Dry-Run": "1"},
    )
    (await people.anna.mutate("updateDeal", wanted, "deal { id }")).payload()

    (change,) = dry.extensions["dryRun"]["changes"]
    assert change == {"id": deal, "field": "custom.number", "from": 1, "to": 2}
    assert await find(people.anna, "number", "gte", 2) == ["Deal"]
    assert await find(people.anna, "number", "lt", 2) == []
    cleared = {"id": deal, "customValues": [{"code": "number", "value": None}]}
    (await people.anna.mutate("updateDeal", cleared, "deal { id }")).payload()
    assert (await read_values(people.anna, deal, "number"))[0]["integers"] == []
    assert (await read_values(people.anna, deal, "note"))[0]["strings"] == ["kept"]
    assert await find(people.anna, "number", "isNull", False) == []


async def test_required_is_asked_for_when_a_record_is_made_or_cleared(people: Cast) -> None:
    early = await make_deal(people.anna, title="Early")
    await make_field(people.root, "Number", "INTEGER", isRequired=True)

    missing = await people.anna.mutate("createDeal", {"title": "Late"}, "deal { id }")
    deal = await make_deal(people.anna, ("number", 0))
    cleared = await people.anna.mutate(
        "updateDeal",
        {"id": deal, "customValues": [{"code": "number", "value": None}]},
        "deal { id }",
    )

    assert missing.refusals() == [("REQUIRED", "input.customValues")]
    assert cleared.refusals() == [("REQUIRED", "input.customValues.0.value")]
    renamed = {"id": early, "title": "Renamed"}
    (await people.anna.mutate("updateDeal", renamed, "deal { id }")).payload()


async def test_a_stage_asks_for_a_value_and_a_lost_one_does_not(people: Cast) -> None:
    found = await people.root.data("{ pipelines { id stages { id semantics } } }")
    stages = found["pipelines"][0]["stages"]
    won = next(stage["id"] for stage in stages if stage["semantics"] == "WON")
    lost = next(stage["id"] for stage in stages if stage["semantics"] == "LOST")
    await make_field(people.root, "Contract", "STRING", requiredFromIds=[stages[2]["id"]])
    deal = await make_deal(people.anna)

    early = await people.anna.mutate(
        "updateDeal", {"id": deal, "stageId": stages[1]["id"]}, "deal { id }"
    )
    refused = await people.anna.mutate("updateDeal", {"id": deal, "stageId": won}, "deal { id }")
    moved = await people.anna.mutate("moveDeal", {"id": deal, "stageId": won}, "deal { id }")
    away = await people.anna.mutate("updateDeal", {"id": deal, "stageId": lost}, "deal { id }")
    with_value = {"id": deal, "stageId": won,
                  "customValues": [{"code": "contract", "value": "5"}]}  # fmt: skip
    done = await people.anna.mutate("updateDeal", with_value, "deal { stage { id } }")

    early.payload()
    assert refused.refusals() == [("REQUIRED", "input.customValues")]
    assert moved.refusals() == [("REQUIRED", "input.customValues")]
    away.payload()
    assert done.payload()["deal"]["stage"]["id"] == won


async def test_unique_values(people: Cast) -> None:
    await make_field(people.root, "Number", "STRING", isUnique=True)
    first = await make_deal(people.anna, ("number", "A1"))

    second = {"title": "Second", "customValues": [{"code": "number", "value": "A1"}]}
    refused = await people.anna.mutate("createDeal", second, "deal { id }")
    same = {"id": first, "customValues": [{"code": "number", "value": "A1"}]}
    (await people.anna.mutate("updateDeal", same, "deal { id }")).payload()
    both = [{"title": name, "customValues": [{"code": "number", "value": "B"}]} for name in "xy"]
    bulk = await people.anna.run(
        "mutation ($input: [CreateDealInput!]!) { createDeals(input: $input)"
        " { results { deal { id } userErrors { code path } } userErrors { code path } } }",
        {"input": both},
    )

    assert refused.refusals() == [("DUPLICATE", "input.customValues.0.value")]
    assert [
        (error["code"], error["path"][-2:])
        for result in bulk.data["createDeals"]["results"]
        for error in result["userErrors"]
    ] == [("DUPLICATE", ["0", "value"])]


async def test_new_records_take_the_defaults(people: Cast) -> None:
    await make_field(people.root, "Grade", "STRING", settings={"default": "B"})
    options = [{"value": "No"}, {"value": "Yes", "isDefault": True}]
    made = await make_field(people.root, "Agreed", "LIST", options=options)

    deal = await make_deal(people.anna)
    other = await make_deal(people.anna, ("grade", None))

    grade, agreed = await read_values(people.anna, deal, "grade", "agreed")
    assert grade["strings"] == ["B"]
    assert agreed["options"] == [{"id": made["options"][1]["id"]}]
    assert agreed["displayValue"] == "Yes"
    assert (await read_values(people.anna, other, "grade"))[0]["strings"] == []


async def test_references(people: Cast) -> None:
    await make_field(people.root, "Partner", "RECORD", settings={"types": ["COMPANY"]})
    await make_field(people.root, "Curator", "USER")
    await make_field(people.root, "Origin", "DICTIONARY", settings={"dictionary": "SOURCE"})
    made = await people.anna.mutate("createCompany", {"title": "Acme"}, "company { id }")
    company = made.payload()["company"]["id"]
    found = await people.root.data(
        '{ viewer { user { id fullName } } dictionary(code: "SOURCE") { items { id name } } }'
    )
    user, item = found["viewer"]["user"], found["dictionary"]["items"][0]

    deal = await make_deal(
        people.anna, ("partner", company), ("curator", user["id"]), ("origin", item["id"])
    )

    partner, curator, origin = await read_values(people.anna, deal, "partner", "curator", "origin")
    assert (partner["records"], partner["displayValue"]) == ([{"id": company}], "Acme")
    assert (curator["users"], origin["items"]) == ([{"id": user["id"]}], [{"id": item["id"]}])
    assert (curator["displayValue"], origin["displayValue"]) == (user["fullName"], item["name"])
    assert await find(people.anna, "partner", "eq", company) == ["Deal"]


@pytest.mark.parametrize(
    ("where", "path"),
    [
        ({"code": "nope", "op": "eq", "value": 1}, "customWhere.0.code"),
        ({"code": "number", "op": "contains", "value": "1"}, "customWhere.0.op"),
        ({"code": "number", "op": "eq", "value": "one"}, "customWhere.0.value"),
        ({"code": "number", "op": "in", "value": 1}, "customWhere.0.value"),
        ({"code": "number", "op": "isNull", "value": "yes"}, "customWhere.0.value"),
        ({"code": "hidden", "op": "eq", "value": "x"}, "customWhere.0.code"),
    ],
)
async def test_a_bad_filter_is_refused(people: Cast, where: dict[str, Any], path: str) -> None:
    await make_field(people.root, "Number", "INTEGER")
    await make_field(people.root, "Hidden", "STRING", isFilterable=False)

    answer = await people.anna.run(
        "query ($where: [CustomFilter!]) { deals(customWhere: $where) { nodes { id } } }",
        {"where": [where]},
    )

    assert answer.codes == ["BAD_USER_INPUT"]
    assert answer.errors[0]["extensions"]["path"] == path.split(".")


async def test_a_restored_record_does_not_bring_back_a_taken_value(people: Cast) -> None:
    await make_field(people.root, "Number", "STRING", isUnique=True)
    first = await make_deal(people.anna, ("number", "A1"))
    (await people.anna.mutate("deleteDeal", {"id": first}, "deal { id }")).payload()
    second = await make_deal(people.anna, ("number", "A1"))

    refused = await people.anna.mutate("restoreDeal", first, "deal { id }", "id")
    (await people.anna.mutate("deleteDeal", {"id": second}, "deal { id }")).payload()
    restored = await people.anna.mutate("restoreDeal", first, "deal { id }", "id")

    assert refused.refusals() == [("DUPLICATE", "id")]
    assert restored.payload()["deal"]["id"] == first


async def test_a_pipelines_own_field_is_asked_for_when_a_deal_comes_into_it(people: Cast) -> None:
    made = await people.root.mutate("createPipeline", {"name": "Own"}, "pipeline { id }")
    own = made.payload()["pipeline"]["id"]
    await make_field(people.root, "Number", "STRING", isRequired=True, pipelineIds=[own])
    deal = await make_deal(people.anna)

    refused = await people.anna.mutate("moveDeal", {"id": deal, "pipelineId": own}, "deal { id }")
    given = {"id": deal, "customValues": [{"code": "number", "value": "5"}]}
    moved = await people.anna.mutate(
        "updateDeal", {**given, "pipelineId": own}, "deal { pipeline { id } }"
    )

    assert refused.refusals() == [("REQUIRED", "input.customValues")]
    assert moved.payload()["deal"]["pipeline"] == {"id": own}


@pytest.mark.parametrize(
    ("kind", "bad", "where"),
    [
        ("MONEY", {"amount": "1", "currency": ["EUR"]}, ".currency"),
        ("MONEY", {"amount": "1", "currency": {}}, ".currency"),
        ("MONEY", {"amount": {}}, ".amount"),
    ],
)
async def test_lists_and_objects_where_texts_belong(
    people: Cast, kind: str, bad: Any, where: str
) -> None:
    await make_field(people.root, "Value", kind)
    wanted = {"title": "Bad", "customValues": [{"code": "value", "value": bad}]}

    answer = await people.anna.mutate("createDeal", wanted, "deal { id }")

    assert answer.refusals() == [("INVALID", f"input.customValues.0.value{where}")]

"""Custom fields where they meet the rest: bulk calls, the bin, other workspaces, other servers."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, Final

import httpx
import pytest
from sqlalchemy import func, select

from db.base import WORKSPACE
from db.tables import custom_values
from domain.ids import decode_id
from server.app import build_app
from server.settings import Settings
from tests.api.calling import mutate
from tests.client import Answer, Client
from tests.conftest import Server
from tests.custom.fields import FIELD, find, make_deal, make_field, read_values, refuse_field
from tests.people import Cast

RESULTS: Final = "results { index deal { id title } userErrors { code path } }"
DRY: Final = {"X-Dry-Run": "1"}


def coded(**values: Any) -> list[dict[str, Any]]:
    """Give values by code."""
    return [{"code": code, "value": value} for code, value in values.items()]


def outcomes(answer: Answer) -> list[list[tuple[str, str]]]:
    """Give what was refused of each item of the only mutation."""
    (payload,) = answer.data.values()
    assert payload["userErrors"] == []
    return [
        [(error["code"], ".".join(error["path"])) for error in result["userErrors"]]
        for result in payload["results"]
    ]


async def change(client: Client, deal: str, **values: Any) -> Answer:
    wanted = {"id": deal, "customValues": coded(**values)}
    return await client.mutate("updateDeal", wanted, "deal { id }")


async def rows_of(server: Server, deal: str, workspace: str) -> int:
    """Count the rows by which a deal is found."""
    async with server.database.session(write=False) as session:
        await server.database.enter(session, decode_id(workspace)[1], write=False)
        statement = select(func.count()).where(
            custom_values.c.workspace_id == WORKSPACE,
            custom_values.c.record_id == decode_id(deal)[1],
        )
        return int(await session.scalar(statement))


# --- many at once -------------------------------------------------------------------------------


async def test_records_of_one_call_give_different_fields(people: Cast) -> None:
    for name in ("First", "Second", "Third"):
        await make_field(people.root, name, "STRING")
    given = [
        {"title": "A", "customValues": coded(first="1")},
        {"title": "B", "customValues": coded(second="2", third="3")},
        {"title": "C"},
        {"title": "D", "custom": {"first": "1", "third": "3"}},
    ]

    made = await mutate(people.anna, "createDeals", RESULTS, input=given)

    assert outcomes(made) == [[], [], [], []]
    assert await find(people.anna, "first", "eq", "1") == ["A", "D"]
    assert await find(people.anna, "second", "eq", "2") == ["B"]
    assert await find(people.anna, "third", "eq", "3") == ["B", "D"]

    ids = [result["deal"]["id"] for result in made.payload()["results"]]
    changes = [
        {"id": ids[0], "customValues": coded(second="2")},
        {"id": ids[1], "customValues": coded(third=None)},
        {"id": ids[2], "title": "C again"},
        {"id": ids[3], "custom": {"first": "one"}},
    ]
    changed = await mutate(people.anna, "updateDeals", RESULTS, input=changes)

    assert outcomes(changed) == [[], [], [], []]
    assert await find(people.anna, "first", "eq", "1") == ["A"]
    assert await find(people.anna, "first", "eq", "one") == ["D"]
    assert await find(people.anna, "first", "isNull", True) == ["B", "C again"]
    assert await find(people.anna, "second", "eq", "2") == ["A", "B"]
    assert await find(people.anna, "third", "isNull", False) == ["D"]


async def test_upserts_make_and_change_in_one_call(people: Cast) -> None:
    await make_field(people.root, "First", "INTEGER")
    await make_field(people.root, "Second", "STRING", isMultiple=True)
    key = {"system": "erp", "value": "1"}
    one = {"externalId": key, "title": "One", "customValues": coded(first=1, second=["a", "b"])}
    await mutate(people.anna, "upsertDeals", RESULTS, input=[one])

    answer = await mutate(
        people.anna, "upsertDeals", RESULTS,
        input=[{"externalId": key, "custom": {"first": 2}},
               {"externalId": {"system": "erp", "value": "2"}, "title": "Two",
                "customValues": coded(second=["b"])}],
    )  # fmt: skip

    assert outcomes(answer) == [[], []]
    assert await find(people.anna, "first", "eq", 2) == ["One"]
    assert await find(people.anna, "first", "eq", 1) == []
    assert await find(people.anna, "second", "eq", "b") == ["One", "Two"]
    assert await find(people.anna, "second", "ne", "a") == ["Two"]


@pytest.mark.parametrize("atomic", [True, False])
async def test_a_call_that_is_refused_in_part(people: Cast, atomic: bool) -> None:
    await make_field(people.root, "Number", "INTEGER", settings={"max": 10})
    await make_field(people.root, "Note", "STRING")
    old = await make_deal(people.anna, ("number", 1), ("note", "n"), title="Old")
    given = [
        {"title": "Good", "customValues": coded(number=5)},
        {"title": "Bad", "customValues": coded(note="n", number=11)},
    ]

    made = await mutate(people.anna, "createDeals", RESULTS, input=given, atomic=atomic)
    changed = await mutate(
        people.anna, "updateDeals", RESULTS, atomic=atomic,
        input=[{"id": old, "customValues": coded(number=11)}],
    )  # fmt: skip

    refused = [("INVALID", "input.1.customValues.1.value")]
    assert outcomes(made)[1] == refused
    assert outcomes(changed) == [[("INVALID", "input.0.customValues.0.value")]]
    assert await find(people.anna, "number", "gte", 0) == (["Old"] if atomic else ["Good", "Old"])
    assert await find(people.anna, "note", "eq", "n") == ["Old"]


async def test_a_dry_run_changes_nothing(people: Cast) -> None:
    made = await make_field(people.root, "Number", "INTEGER")
    deal = await make_deal(people.anna, ("number", 1))
    asks: list[tuple[Client, str, str, Any]] = [
        (people.anna, "createDeals", RESULTS, [{"title": "New", "customValues": coded(number=2)}]),
        (people.anna, "updateDeal", "", {"id": deal, "custom": {"number": 2}}),
        (people.root, "createCustomField", "", {"entity": "DEAL", "name": "X", "type": "URL"}),
        (people.root, "updateCustomField", "", {"id": made["id"], "name": "Renamed"}),
        (people.root, "deleteCustomField", "isDeleted", {"id": made["id"], "confirm": True}),
    ]
    for client, name, selection, given in asks:
        answer = await mutate(client, name, selection, DRY, input=given)
        answer.payload()
        assert "dryRun" in answer.extensions

    assert await find(people.anna, "number", "gte", 0) == ["Deal"]
    assert await find(people.anna, "number", "eq", 1) == ["Deal"]
    listed = await people.anna.data("{ customFields(entity: DEAL) { code name } }")
    assert listed["customFields"] == [{"code": "number", "name": "Number"}]
    typed = await people.anna.data("{ deals { nodes { custom { number } } } }")
    assert typed["deals"]["nodes"] == [{"custom": {"number": 1}}]


# --- the recycle bin ----------------------------------------------------------------------------


async def test_a_deal_goes_to_the_bin_and_comes_back_with_its_values(
    people: Cast, server: Server
) -> None:
    await make_field(people.root, "Number", "INTEGER")
    await make_field(people.root, "Note", "STRING", isMultiple=True)
    deal = await make_deal(people.anna, ("number", 1), ("note", ["a", "b"]))
    found = await people.anna.data("{ viewer { workspace { id } } }")
    workspace = found["viewer"]["workspace"]["id"]
    assert await rows_of(server, deal, workspace) == 3

    (await mutate(people.anna, "deleteDeal", input={"id": deal})).payload()
    assert await find(people.anna, "number", "eq", 1) == []
    (await mutate(people.anna, "restoreDeal", id=deal)).payload()

    assert await find(people.anna, "number", "eq", 1) == ["Deal"]
    assert await find(people.anna, "note", "eq", "b") == ["Deal"]
    assert (await read_values(people.anna, deal, "note"))[0]["strings"] == ["a", "b"]

    (await mutate(people.anna, "deleteDeal", input={"id": deal})).payload()
    (await mutate(people.anna, "purgeDeal", id=deal)).payload()

    assert await rows_of(server, deal, workspace) == 0


async def test_deleting_frees_a_unique_value(people: Cast) -> None:
    await make_field(people.root, "Number", "STRING", isUnique=True)
    first = await make_deal(people.anna, ("number", "A"), title="First")
    second = {"title": "Second", "customValues": coded(number="A")}
    denied = await people.anna.mutate("createDeal", second, "deal { id }")
    assert denied.refusals() == [("DUPLICATE", "input.customValues.0.value")]

    (await mutate(people.anna, "deleteDeal", input={"id": first})).payload()

    (await people.anna.mutate("createDeal", second, "deal { id }")).payload()
    assert await find(people.anna, "number", "eq", "A") == ["Second"]


async def test_restoring_does_not_make_a_unique_value_twice(people: Cast) -> None:
    await make_field(people.root, "Number", "STRING", isUnique=True)
    first = await make_deal(people.anna, ("number", "A"), title="First")
    (await mutate(people.anna, "deleteDeal", input={"id": first})).payload()
    await make_deal(people.anna, ("number", "A"), title="Second")

    await mutate(people.anna, "restoreDeal", id=first)

    assert await find(people.anna, "number", "eq", "A") == ["Second"]


# --- unique values ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "value"), [("STRING", "A"), ("INTEGER", 5), ("NUMBER", "0.5"), ("DATE", "2026-01-02")]
)
async def test_of_ten_at_once_with_one_value_one_succeeds(
    people: Cast, kind: str, value: Any
) -> None:
    await make_field(people.root, "Number", kind, isUnique=True, isFilterable=False)
    wanted = {"title": "Deal", "customValues": coded(number=value)}

    answers = await asyncio.gather(
        *(people.anna.mutate("createDeal", wanted, "deal { id }") for _ in range(10))
    )

    refusals = sorted(answer.refusals() for answer in answers)
    assert refusals == [[], *[[("DUPLICATE", "input.customValues.0.value")]] * 9]
    assert (await people.anna.data("{ deals { totalCount } }"))["deals"]["totalCount"] == 1


async def test_a_field_that_becomes_unique_knows_the_values_before(people: Cast) -> None:
    made = await make_field(people.root, "Number", "STRING", isFilterable=False)
    await make_deal(people.anna, ("number", "A"))
    wanted = {"id": made["id"], "isUnique": True}
    (await people.root.mutate("updateCustomField", wanted, "customField { id }")).payload()

    second = {"title": "Second", "customValues": coded(number="A")}
    answer = await people.anna.mutate("createDeal", second, "deal { id }")

    assert answer.refusals() == [("DUPLICATE", "input.customValues.0.value")]


async def test_a_field_that_becomes_filterable_finds_the_values_before(people: Cast) -> None:
    made = await make_field(people.root, "Number", "STRING", isFilterable=False)
    await make_deal(people.anna, ("number", "A"))

    wanted = {"id": made["id"], "isFilterable": True}
    (await people.root.mutate("updateCustomField", wanted, "customField { id }")).payload()

    assert await find(people.anna, "number", "eq", "A") == ["Deal"]


async def test_a_field_that_stops_being_filterable_is_in_no_filter(people: Cast) -> None:
    made = await make_field(people.root, "Number", "STRING")
    await make_deal(people.anna, ("number", "A"))
    wanted = {"id": made["id"], "isFilterable": False}
    (await people.root.mutate("updateCustomField", wanted, "customField { id }")).payload()

    by_code = await people.anna.run(
        '{ deals(customWhere: [{code: "number", op: "eq", value: "A"}]) { totalCount } }'
    )
    by_name = await people.anna.run(
        '{ deals(where: {custom: {number: {eq: "A"}}}) { totalCount } }'
    )

    assert by_code.codes == ["BAD_USER_INPUT"]
    assert by_name.codes == ["GRAPHQL_VALIDATION_FAILED"]


# --- definitions --------------------------------------------------------------------------------


async def test_a_renamed_field_keeps_its_values(people: Cast) -> None:
    made = await make_field(people.root, "Number", "STRING", labels={"ru": "Номер", "de": "Nr"})
    deal = await make_deal(people.anna, ("number", "A"))

    wanted = {"id": made["id"], "name": "Contract", "labels": {"ru": "Договор"}}
    after = (await people.root.mutate("updateCustomField", wanted, FIELD)).payload()

    assert after["customField"] == made | {"name": "Contract", "labels": {"ru": "Договор"}}
    assert (await read_values(people.anna, deal, "number"))[0]["strings"] == ["A"]
    assert await find(people.anna, "number", "eq", "A") == ["Deal"]
    shown = await people.anna.data(
        '{ __type(name: "DealCustomFields") { fields { name description } } }'
    )
    assert shown["__type"]["fields"] == [{"name": "number", "description": "Contract"}]


async def test_settings_that_are_not_named_stay_and_null_takes_one_away(people: Cast) -> None:
    made = await make_field(people.root, "N", "STRING", settings={"minLength": 1, "maxLength": 5})

    wanted = {"id": made["id"], "settings": {"minLength": None, "default": "abc"}}
    after = (await people.root.mutate("updateCustomField", wanted, FIELD)).payload()

    assert after["customField"]["settings"] == {"maxLength": 5, "default": "abc"}


async def test_an_option_that_nobody_has_any_more_is_deleted(people: Cast) -> None:
    options = [{"value": "North"}, {"value": "South"}]
    made = await make_field(people.root, "Region", "LIST", options=options, isMultiple=True)
    north, south = (option["id"] for option in made["options"])
    deal = await make_deal(people.anna, ("region", [north, south]))
    away = {"id": made["id"], "deleteOptionIds": [north]}
    used = await people.root.mutate("updateCustomField", away, "customField { id }")
    assert used.refusals() == [("IN_USE", "input.deleteOptionIds")]

    (await change(people.anna, deal, region=[south])).payload()
    (await people.root.mutate("updateCustomField", away, "customField { id }")).payload()

    late = await change(people.anna, deal, region=[north])
    assert late.refusals() == [("NOT_FOUND", "input.customValues.0.value.0")]
    assert (await read_values(people.anna, deal, "region"))[0]["options"] == [{"id": south}]


@pytest.mark.parametrize("many", [False, True])
async def test_an_empty_default_is_no_default(people: Cast, many: bool) -> None:
    wanted = {"settings": {"default": " "}, "isMultiple": many}

    refusals = await refuse_field(people.root, "One", "STRING", **wanted)

    assert refusals == [("INVALID", "input.settings.default")]


@pytest.mark.parametrize(
    "code", ["a", "custom", "on", "type", "null", "true", "input", "query", "deal", "x" * 50,
             "toString", "kwargs", "self", "class", "customValues", "title"],
)  # fmt: skip
async def test_odd_codes_are_codes(people: Cast, code: str) -> None:
    made = await make_field(people.root, "Odd", "STRING", code=code)
    assert made["code"] == code

    wanted = {"title": "Deal", "custom": {code: "v"}}
    deal = await people.anna.mutate("createDeal", wanted, f"deal {{ id custom {{ {code} }} }}")
    by_name = await people.anna.data(
        f'{{ deals(where: {{custom: {{{code}: {{eq: "v"}}}}}}) {{ nodes {{ id }} }} }}'
    )

    made_deal = deal.payload()["deal"]
    assert made_deal["custom"] == {code: "v"}
    assert by_name["deals"]["nodes"] == [{"id": made_deal["id"]}]
    assert await find(people.anna, code, "eq", "v") == ["Deal"]


@pytest.mark.parametrize(
    "code", ["__type", "Query", "_a", "x" * 51, "id", "and", "or", "not", "1a", "a b", "é", "a.b"]
)
async def test_other_codes_are_refused(people: Cast, code: str) -> None:
    refusals = await refuse_field(people.root, "Odd", "STRING", code=code)

    assert [path for _, path in refusals] == ["input.code"]
    await people.anna.data("{ deals { totalCount } }")


async def test_codes_that_differ_only_in_case(people: Cast) -> None:
    await make_field(people.root, "One", "STRING", code="dealSize")
    await make_field(people.root, "Two", "INTEGER", code="dealsize")
    wanted = {"title": "Deal", "custom": {"dealSize": "big", "dealsize": 5}}

    answer = await people.anna.mutate("createDeal", wanted, "deal { custom { dealSize dealsize } }")

    assert answer.payload()["deal"]["custom"] == wanted["custom"]
    assert await find(people.anna, "dealSize", "eq", "big") == ["Deal"]
    assert await find(people.anna, "dealsize", "eq", 5) == ["Deal"]
    again = await refuse_field(people.root, "Three", "STRING", code="dealSize")
    assert again == [("DUPLICATE", "input.code")]


async def test_thirty_fields(people: Cast) -> None:
    names = [f"f{number}" for number in range(30)]
    for name in names:
        await make_field(people.root, name, "INTEGER", code=name)
    values = {name: number for number, name in enumerate(names)}
    read = f"deal {{ id custom {{ {' '.join(names)} }} }}"

    answer = await people.anna.mutate("createDeal", {"title": "Deal", "custom": values}, read)

    deal = answer.payload()["deal"]
    assert deal["custom"] == values
    generic = await read_values(people.anna, deal["id"], *names)
    assert [value["integers"] for value in generic] == [[number] for number in range(30)]
    assert await find(people.anna, "f29", "eq", 29) == ["Deal"]


# --- pipelines and stages -----------------------------------------------------------------------


async def test_a_field_of_one_pipeline_is_shown_only_there(people: Cast) -> None:
    made = await mutate(
        people.root, "createPipeline", "pipeline { id stages { id } }", input={"name": "Second"}
    )
    second = made.payload()["pipeline"]
    await make_field(people.root, "Lot", "STRING", pipelineIds=[second["id"]], isRequired=True)
    here = await make_deal(people.anna, title="Here")
    given = {"title": "There", "pipelineId": second["id"]}
    denied = await people.anna.mutate("createDeal", given, "deal { id }")
    there = await people.anna.mutate(
        "createDeal", {**given, "customValues": coded(lot="5")}, "deal { id }"
    )

    assert denied.refusals() == [("REQUIRED", "input.customValues")]
    assert await read_values(people.anna, here, "lot") == []
    shown = await read_values(people.anna, there.payload()["deal"]["id"], "lot")
    assert [value["strings"] for value in shown] == [["5"]]


async def test_a_required_field_of_another_pipeline_can_be_cleared(people: Cast) -> None:
    made = await mutate(people.root, "createPipeline", "pipeline { id }", input={"name": "Second"})
    second = made.payload()["pipeline"]["id"]
    deal = await make_deal(people.anna)
    await make_field(people.root, "Lot", "STRING", pipelineIds=[second], isRequired=True)

    (await change(people.anna, deal, lot=None)).payload()


async def stages_of(client: Client) -> list[dict[str, str]]:
    found = await client.data("{ pipelines { stages { id semantics } } }")
    stages: list[dict[str, str]] = found["pipelines"][0]["stages"]
    return stages


@pytest.mark.parametrize("name", ["moveDeal", "updateDeal"])
async def test_a_stage_asks_for_a_value_however_a_deal_gets_there(people: Cast, name: str) -> None:
    stages = await stages_of(people.root)
    await make_field(people.root, "Contract", "STRING", requiredFromIds=[stages[2]["id"]])
    deal = await make_deal(people.anna)
    there = {"id": deal, "stageId": stages[3]["id"]}

    denied = await people.anna.mutate(name, there, "deal { id }")
    (await change(people.anna, deal, contract="5")).payload()
    moved = await people.anna.mutate(name, there, "deal { stage { id } }")

    assert denied.refusals() == [("REQUIRED", "input.customValues")]
    assert moved.payload()["deal"]["stage"]["id"] == stages[3]["id"]


async def test_what_a_stage_asks_for_is_not_cleared_on_it(people: Cast) -> None:
    stages = await stages_of(people.root)
    await make_field(people.root, "Contract", "STRING", requiredFromIds=[stages[1]["id"]])
    given = {"title": "D", "stageId": stages[2]["id"], "customValues": coded(contract="5")}
    made = await people.anna.mutate("createDeal", given, "deal { id }")

    answer = await change(people.anna, made.payload()["deal"]["id"], contract=None)

    assert answer.refusals() == [("REQUIRED", "input.customValues.0.value")]


# --- other workspaces, other servers ------------------------------------------------------------


async def test_nothing_of_a_workspace_is_seen_in_another(people: Cast) -> None:
    made = await make_field(people.root, "Secret", "LIST", options=[{"value": "North"}])
    option = made["options"][0]["id"]
    deal = await make_deal(people.anna, ("secret", option))
    theirs = await make_deal(people.olga, title="Theirs")
    olga = people.olga

    for field in (made["id"], option, deal):
        found = await olga.data("query ($id: ID!) { node(id: $id) { id } }", id=field)
        assert found == {"node": None}
    assert (await olga.data("{ customFields(entity: DEAL) { id } }"))["customFields"] == []
    assert await read_values(olga, theirs, "secret") == []
    answers = [
        await olga.run(
            '{ deals(customWhere: [{code: "secret", op: "isNull", value: true}]) { totalCount } }'
        ),
        await olga.run("{ deals(where: {custom: {secret: {isNull: true}}}) { totalCount } }"),
        await olga.run("{ deals { nodes { custom { secret { id } } } } }"),
        await olga.run(
            'mutation { createDeal(input: {title: "x", custom: {secret: "y"}}) { deal { id } } }'
        ),
    ]
    assert [answer.codes for answer in answers] == [
        ["BAD_USER_INPUT"], *[["GRAPHQL_VALIDATION_FAILED"]] * 3
    ]  # fmt: skip
    assert (await change(olga, theirs, secret=option)).refusals() == [
        ("NOT_FOUND", "input.customValues.0.code")
    ]
    types = await olga.data("{ __schema { types { name } } }")
    assert not [row for row in types["__schema"]["types"] if row["name"].startswith("DealCustom")]
    for name, given in (
        ("updateCustomField", {"id": made["id"], "name": "Mine"}),
        ("deleteCustomField", {"id": made["id"], "confirm": True}),
    ):
        assert (await olga.mutate(name, given, "customField { id }")).refusals() == [
            ("NOT_FOUND", "input.id")
        ]
    assert (await people.nobody.run("{ customFields(entity: DEAL) { id } }")).errors
    assert await find(people.reader, "secret", "eq", option) == ["Deal"]


@pytest.fixture
async def replica(settings: Settings, database_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """Give a second server on the same database."""
    app = build_app(settings, database_url)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://replica.test") as client:
        yield client
    await app.state.database.dispose()


async def test_a_field_is_in_the_schema_of_every_server(
    people: Cast, replica: httpx.AsyncClient
) -> None:
    elsewhere = Client(replica, people.anna.token)
    document = "{ deals { nodes { custom { number } } } }"
    for _ in range(2):
        assert (await elsewhere.run(document)).codes == ["GRAPHQL_VALIDATION_FAILED"]
        made = await make_field(people.root, "Number", "INTEGER")
        assert (await elsewhere.data(document))["deals"]["nodes"] == []
        gone = {"id": made["id"], "confirm": True}
        (await people.root.mutate("deleteCustomField", gone, "isDeleted")).payload()
    other = await make_field(people.root, "Number", "STRING")
    assert other["code"] == "number"
    await make_deal(elsewhere, ("number", "A"))
    assert (await elsewhere.data(document))["deals"]["nodes"] == [{"custom": {"number": "A"}}]


async def test_documents_go_on_working_while_fields_are_added(people: Cast) -> None:
    await make_field(people.root, "First", "STRING")
    await make_deal(people.anna, ("first", "A"))
    document = "{ deals { nodes { title custom { first } } } }"
    expected = {"deals": {"nodes": [{"title": "Deal", "custom": {"first": "A"}}]}}

    async def ask() -> None:
        for _ in range(15):
            assert await people.anna.data(document) == expected

    async def add() -> None:
        for number in range(5):
            await make_field(people.root, f"Other {number}", "STRING")

    await asyncio.gather(ask(), ask(), ask(), add())

    assert await people.anna.data(document) == expected


async def test_aliases_and_fragments(people: Cast) -> None:
    await make_field(people.root, "First", "STRING")
    await make_field(people.root, "Partner", "RECORD", settings={"types": ["COMPANY"]})
    await make_field(people.root, "Grade", "STRING", entity="COMPANY")
    given = {"title": "Acme", "custom": {"grade": "A"}}
    company = await people.anna.mutate("createCompany", given, "company { id }")
    acme = company.payload()["company"]["id"]
    deal = await make_deal(people.anna, ("first", "1"), ("partner", acme))

    found = await people.anna.data(
        "query ($id: ID!, $no: Boolean = false) { node(id: $id) { __typename ... on Deal {"
        " a: custom { x: first y: first ...F skipped: first @include(if: $no) }"
        " custom { __typename ...F } } ... on Record {"
        ' customFieldValues(codes: ["first"]) { displayValue } } } }'
        " fragment F on DealCustomFields { partner { __typename ... on Company"
        " { title custom { grade } } } }",
        id=deal,
    )

    partner = {"__typename": "Company", "title": "Acme", "custom": {"grade": "A"}}
    assert found["node"] == {
        "__typename": "Deal",
        "a": {"x": "1", "y": "1", "partner": partner},
        "custom": {"__typename": "DealCustomFields", "partner": partner},
        "customFieldValues": [{"displayValue": "1"}],
    }

"""Counts, sums, means and ends of lists: what Python works out of the same records, exactly."""

import itertools
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from graphql import GraphQLObjectType, get_named_type
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.calling import SDL
from tests.api.shop import filled
from tests.api.world import CONTACT, DEAL, TYPES, Names, World, make_record, make_records
from tests.client import Client

MONEY = {"amount", "tax", "revenue"}
_marks = itertools.count(1)
by_type = pytest.mark.parametrize("names", TYPES, ids=lambda names: names.one)


def aggregated(type_name: str) -> dict[str, list[str]]:
    """Give what the SDL aggregates of a type: field -> the numbers about it."""
    kind = SDL.type_map[f"{type_name}Aggregate"]
    assert isinstance(kind, GraphQLObjectType)
    return {
        name: list(inner.fields)
        for name, field in kind.fields.items()
        if not field.args and isinstance(inner := get_named_type(field.type), GraphQLObjectType)
    }


def selection(type_name: str) -> str:
    """Select everything that is aggregated of a type."""
    fields = aggregated(type_name)
    parts = " ".join(f"{name} {{ {' '.join(numbers)} }}" for name, numbers in fields.items())
    return f"totalCount aggregate {{ count {parts} }}"


def values(type_name: str) -> str:
    """Select the values themselves."""
    return " ".join(
        f"{name} {{ amount }}" if name in MONEY else name for name in aggregated(type_name)
    )


def expected(type_name: str, nodes: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Work out what a list of records amounts to."""
    found: dict[str, Any] = {"count": len(nodes)}
    for name, numbers in aggregated(type_name).items():
        filled_in = [node[name] for node in nodes if node[name] is not None]
        if name in MONEY:
            filled_in = [value["amount"] for value in filled_in]
        if "sum" in numbers:
            filled_in = [Decimal(value) for value in filled_in]
        worked_out = {part: _number(part, filled_in) for part in numbers}
        found[name] = worked_out
    return {"totalCount": len(nodes), "aggregate": found}


def _number(part: str, given: list[Any]) -> Any:
    if not given:
        return None
    if part == "avg":
        return (sum(given) / len(given)).quantize(Decimal("0.0001"), ROUND_HALF_UP)
    if part == "sum":
        return sum(given)
    return min(given) if part == "min" else max(given)


def exact(found: Any, wanted: Any) -> Any:
    """Give what was found with numbers in place of texts wherever a number is wanted."""
    if isinstance(wanted, dict):
        return {key: exact(found[key], value) for key, value in wanted.items()}
    return Decimal(found) if isinstance(wanted, Decimal) and found is not None else found


# --- the shop -----------------------------------------------------------------------------------


async def test_the_numbers_of_the_deals(shop: World) -> None:
    found = await shop.people.reader.data(
        "{ deals { totalCount aggregate { count probability { sum avg min max }"
        " amount { sum avg min max } tax { sum avg min max } beginDate { min max }"
        " closeDate { min max } deletedAt { min max } }"
        " nodes { closeDate isClosed } } }"
    )
    nodes = found["deals"].pop("nodes")
    closed = max(node["closeDate"] for node in nodes if node["isClosed"])

    assert found["deals"] == {
        "totalCount": 5,
        "aggregate": {
            "count": 5,
            # Of four that have one: 0, 50, 100, 50 and 100, 250.5, -1, 250.5.
            "probability": {"sum": "200", "avg": "50", "min": 0, "max": 100},
            "amount": {"sum": "600", "avg": "150", "min": "-1", "max": "250.5"},
            "tax": {"sum": "20", "avg": "20", "min": "20", "max": "20"},
            "beginDate": {"min": "2026-01-31", "max": "2026-03-31"},
            # The won and the lost deal were closed when they were made.
            "closeDate": {"min": "2026-02-01", "max": closed},
            "deletedAt": {"min": None, "max": None},
        },
    }


FILTERS: list[tuple[str, Any]] = [
    ("Deal", {}),
    ("Deal", {"probability": {"eq": 50}}),
    ("Deal", {"company": {"title": {"startsWith": "acme"}}}),
    ("Deal", {"contacts": {"some": {"id": {"eq": "$maria"}}}}),
    ("Deal", {"deletedAt": {"isNull": False}}),
    ("Deal", {"or": [{"deletedAt": {"isNull": False}}, {"deletedAt": {"isNull": True}}]}),
    ("Deal", {"id": {"eq": "$E"}}),
    ("Deal", {"or": []}),
    ("Lead", {}),
    ("Lead", {"amount": {"isNull": True}}),
    ("Contact", {}),
    ("Contact", {"deals": {"none": {}}}),
    ("Company", {}),
    ("Company", {"revenue": {"lt": "1000"}}),
    ("CatalogElement", {}),
    ("CatalogElement", {"sort": {"gt": 10}}),
    ("Product", {}),
    ("Product", {"isActive": {"eq": False}}),
    ("User", {}),
    ("User", {"firstName": {"eq": "Anna"}}),
]


@pytest.mark.parametrize(("type_name", "where"), FILTERS, ids=str)
async def test_every_number_is_that_of_the_records(shop: World, type_name: str, where: Any) -> None:
    many = "companies" if type_name == "Company" else f"{type_name[0].lower()}{type_name[1:]}s"
    found = await shop.people.reader.data(
        f"query ($where: {type_name}Filter) {{ found: {many}(where: $where, first: 200)"
        f" {{ nodes {{ {values(type_name)} }} {selection(type_name)} }} }}",
        where=filled(where, shop),
    )
    wanted = expected(type_name, found["found"].pop("nodes"))

    assert exact(found["found"], wanted) == wanted


async def test_the_page_does_not_change_the_numbers(shop: World) -> None:
    document = (
        "query ($first: Int, $after: String, $last: Int) { deals(first: $first, after: $after,"
        f" last: $last, orderBy: [{{ title: ASC }}]) {{ {selection('Deal')}"
        " pageInfo { endCursor } } }"
    )
    reader = shop.people.reader
    whole = (await reader.data(document))["deals"]
    cursor = (await reader.data(document, first=2))["deals"]["pageInfo"]["endCursor"]

    for window in ({"first": 0}, {"first": 1}, {"first": 2, "after": cursor}, {"last": 1}):
        page = (await reader.data(document, **window))["deals"]
        assert {**page, "pageInfo": None} == {**whole, "pageInfo": None}


@by_type
async def test_olga_counts_nothing_of_it(shop: World, names: Names) -> None:
    document = f"{{ found: {names.many} {{ {selection(names.type)} }} }}"
    wanted = expected(names.type, [])

    found = (await shop.people.olga.data(document))["found"]
    ours = (await shop.people.reader.data(document))["found"]

    assert exact(found, wanted) == wanted
    assert ours["totalCount"] > 0


# --- lists inside records -----------------------------------------------------------------------


def connections(type_name: str) -> list[tuple[str, str]]:
    """Give the lists of a type that are connections: field and type of the records in it."""
    kind = SDL.type_map[type_name]
    assert isinstance(kind, GraphQLObjectType)
    return [
        (name, get_named_type(field.type).name.removesuffix("Connection"))
        for name, field in kind.fields.items()
        if get_named_type(field.type).name.endswith("Connection")
        and "aggregate" in get_named_type(field.type).fields
    ]


@pytest.mark.parametrize(
    ("names", "field", "target"),
    [(names, field, target) for names in TYPES for field, target in connections(names.type)],
    ids=str,
)
async def test_the_numbers_of_a_list_inside_each_record(
    shop: World, names: Names, field: str, target: str
) -> None:
    found = await shop.people.reader.data(
        f"{{ found: {names.many} {{ nodes {{ inner: {field}(first: 200)"
        f" {{ nodes {{ {values(target)} }} {selection(target)} }} }} }} }}"
    )
    lists = [node["inner"] for node in found["found"]["nodes"]]
    counts = []

    for inner in lists:
        wanted = expected(target, inner.pop("nodes"))
        assert exact(inner, wanted) == wanted
        counts.append(inner["totalCount"])

    assert sum(counts) > 0
    assert len(counts) > 1


async def test_lists_inside_records_are_filtered_each_for_itself(shop: World) -> None:
    found = await shop.people.reader.data(
        "{ companies(orderBy: [{ title: ASC }]) { nodes { title all: deals { totalCount }"
        " won: deals(where: { isClosed: { eq: true } })"
        " { totalCount aggregate { amount { sum } } }"
        " old: deals(where: { deletedAt: { isNull: false } }) { totalCount } } } }"
    )

    numbers = {
        node["title"]: (
            node["all"]["totalCount"],
            node["won"]["totalCount"],
            node["won"]["aggregate"]["amount"]["sum"],
            node["old"]["totalCount"],
        )
        for node in found["companies"]["nodes"]
    }
    assert numbers == {
        "Acme": (2, 0, None, 1),
        "Globex Corporation": (1, 1, "250.5", 0),
        "Initech": (0, 0, None, 0),
    }


async def test_a_board_counts_and_sums_its_columns(shop: World) -> None:
    found = await shop.people.reader.data(
        "query ($id: ID!) { pipeline(id: $id) { board(first: 0) { stage { code } count"
        " sum { amount currency } deals { totalCount } } } }",
        id=shop["sales"],
    )

    board = found["pipeline"]["board"]
    assert {column["stage"]["code"]: column["count"] for column in board if column["count"]} == {
        "NEW": 2, "WON": 1, "LOSE": 1,
    }  # fmt: skip
    sums = {column["stage"]["code"]: column["sum"] for column in board}
    assert sums["NEW"] == {"amount": "100", "currency": "USD"}
    assert sums["EXECUTING"] == {"amount": "0", "currency": "USD"}
    assert all(column["deals"]["totalCount"] == column["count"] for column in board)


# --- any numbers --------------------------------------------------------------------------------

AMOUNTS = st.one_of(
    st.none(),
    st.decimals(min_value=-1000, max_value=1000, places=4),
    st.sampled_from([Decimal("99999999999999.9999"), Decimal("-99999999999999.9999")]),
)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(rows=st.lists(st.tuples(AMOUNTS, st.none() | st.integers(0, 100)), max_size=8))
async def test_any_numbers_add_up(
    world: World, rows: list[tuple[Decimal | None, int | None]]
) -> None:
    mark = f"Numbers {next(_marks)}"
    items = [
        {
            "lossReason": mark,
            "amount": None if amount is None else {"amount": str(amount)},
            "probability": probability,
        }
        for amount, probability in rows
    ]
    await make_records(world.people.anna, DEAL, items)

    found = await world.people.reader.data(
        f"query ($where: DealFilter) {{ deals(where: $where) {{ {selection('Deal')}"
        f" nodes {{ {values('Deal')} }} }} }}",
        where={"lossReason": {"eq": mark}},
    )

    wanted = expected("Deal", found["deals"].pop("nodes"))
    assert exact(found["deals"], wanted) == wanted
    assert wanted["aggregate"]["amount"]["sum"] == _number(
        "sum", [amount for amount, _ in rows if amount is not None]
    )


# --- nothing is worked out that nobody asks for -------------------------------------------------


async def statements(client: Client, watch: Any, fields: str) -> list[str]:
    """Give the SQL that a list of deals with these fields takes."""
    with watch() as seen:
        await client.data(f"{{ deals {{ {fields} }} }}")
    return list(seen.records)


@pytest.mark.parametrize(
    "fields",
    ["nodes { id }", "edges { cursor node { id } }", "pageInfo { hasNextPage endCursor }",
     "nodes { title } edges { cursor } pageInfo { hasPreviousPage }"],
)  # fmt: skip
async def test_a_page_alone_counts_nothing(shop: World, watch: Any, fields: str) -> None:
    (page,) = await statements(shop.people.reader, watch, fields)

    assert "count(" not in page
    assert "sum(" not in page


@pytest.mark.parametrize(
    ("fields", "worked_out"),
    [
        ("totalCount", ["FROM kept_numbers"]),
        ("aggregate { count }", ["FROM kept_numbers"]),
        ("totalCount aggregate { count }", ["FROM kept_numbers"]),
        ("aggregate { probability { sum } }", ["count(", "sum(deal.probability)"]),
        ("totalCount aggregate { probability { avg } beginDate { min } }",
         ["count(", "avg(deal.probability)", "min(deal.begin_date)"]),
    ],
)  # fmt: skip
async def test_numbers_alone_read_no_page_and_are_one_statement(
    shop: World, watch: Any, fields: str, worked_out: list[str]
) -> None:
    (numbers,) = await statements(shop.people.reader, watch, fields)

    assert all(part in numbers for part in worked_out)
    assert "LIMIT" not in numbers
    assert ("probability" in numbers) is ("probability" in fields)
    assert "amount" not in numbers


async def test_an_amount_asks_besides_for_those_without_a_rate(shop: World, watch: Any) -> None:
    seen = await statements(shop.people.reader, watch, "aggregate { amount { sum } tax { max } }")

    (numbers,) = [text for text in seen if "sum(deal.amount_base)" in text]
    (unrated,) = [text for text in seen if text != numbers]
    assert "max(deal.tax_base)" in numbers
    assert "amount_base IS NULL" in unrated
    assert "tax_base IS NULL" in unrated


async def test_an_empty_page_reads_no_page(shop: World, watch: Any) -> None:
    reader = shop.people.reader
    with watch() as seen:
        found = await reader.data(
            "{ deals(first: 0) { nodes { id } edges { cursor } pageInfo { hasNextPage }"
            " totalCount } }"
        )

    assert found["deals"]["totalCount"] == 5
    assert len(seen.records) == 1


async def test_counts_follow_what_is_written(own_world: World) -> None:
    anna = own_world.people.anna
    document = "{ deals { totalCount } contacts { totalCount } }"
    before = await anna.data(document)
    await make_record(anna, DEAL, {"title": "One more"})
    await make_record(anna, CONTACT, {"lastName": "One more"})
    after = await anna.data(document)

    assert before == {"deals": {"totalCount": 0}, "contacts": {"totalCount": 3}}
    assert after == {"deals": {"totalCount": 1}, "contacts": {"totalCount": 4}}

"""Any value of any custom field: read back as it was written and found again, by both faces."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, Final

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.client import Client
from tests.conftest import Server
from tests.custom.fields import VALUES, make_field
from tests.people import Cast, make_cast

few = settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
PARTS: Final = ("line1", "line2", "city", "postalCode", "region", "country")
SELECTION: Final[Mapping[str, str]] = {
    "MONEY": "{ amount currency }", "ADDRESS": f"{{ {' '.join(PARTS)} }}", "LIST": "{ id }",
    "USER": "{ id }", "RECORD": "{ id }", "DICTIONARY": "{ id }",
}  # fmt: skip
GENERIC: Final[Mapping[str, str]] = {
    "STRING": "strings", "TEXT": "strings", "URL": "strings", "INTEGER": "integers",
    "NUMBER": "numbers", "BOOLEAN": "booleans", "DATE": "dates", "DATETIME": "times",
    "MONEY": "amounts", "ADDRESS": "addresses", "LIST": "options", "USER": "users",
    "RECORD": "records", "DICTIONARY": "items",
}  # fmt: skip
TYPES: Final = tuple(GENERIC)
SHAPES: Final = [
    pytest.param(kind, many, id=f"{kind} {'several' if many else 'one'}")
    for kind in TYPES
    for many in (False, True)
    if not (kind == "BOOLEAN" and many)
]
SETTINGS: Final = {
    "RECORD": {"types": ["COMPANY", "CONTACT"]},
    "DICTIONARY": {"dictionary": "SOURCE"},
}


@dataclass(slots=True)
class Ground:
    """A workspace with a field of every shape, and the ids that values may point to."""

    anna: Client
    ids: dict[str, list[str]] = field(default_factory=dict)
    """By type of field."""
    deals: dict[str, str] = field(default_factory=dict)
    """A deal for each test, by the code of its field."""


def code_of(kind: str, many: bool) -> str:
    return f"{'many' if many else 'one'}{kind.capitalize()}"


@pytest.fixture(scope="session")
async def ground(server: Server, http: httpx.AsyncClient) -> Ground:
    """Give a workspace that tests share: each writes into a deal of its own."""
    people = await make_cast(server.database, http)
    found = Ground(people.anna)
    found.ids = await _references(people)
    for kind, many in (shape.values for shape in SHAPES):
        code = code_of(str(kind), bool(many))
        options = {"options": [{"value": name} for name in "abc"]} if kind == "LIST" else {}
        made = await make_field(
            people.root, code, str(kind), code=code, isMultiple=many,
            settings=SETTINGS.get(str(kind), {}), **options,
        )  # fmt: skip
        found.ids[code] = [option["id"] for option in made["options"]]
        deal = await people.anna.mutate("createDeal", {"title": code}, "deal { id }")
        found.deals[code] = deal.payload()["deal"]["id"]
    return found


async def _references(people: Cast) -> dict[str, list[str]]:
    records = []
    for name, given_name in (("Company", "title"), ("Contact", "lastName"), ("Company", "title")):
        made = await people.anna.mutate(
            f"create{name}", {given_name: "Acme"}, f"{name.lower()} {{ id }}"
        )
        records.append(made.payload()[name.lower()]["id"])
    items = await people.anna.data('{ dictionary(code: "SOURCE") { items { id } } }')
    return {
        "RECORD": records,
        "USER": [people.ids[name] for name in ("root", "anna", "boris")],
        "DICTIONARY": [item["id"] for item in items["dictionary"]["items"][:3]],
    }


# --- values -------------------------------------------------------------------------------------

LINE: Final = st.text(
    st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=60
).filter(lambda text: text.strip() != "")
ODD: Final = st.sampled_from(["%", "_", "\\", "a%b", "'; --", "\u202eabc", "ё", "Ё", "a" * 255,
                              "null", "[]", "{}", "👩‍👩‍👧", "e\u0301", "\u2028x"])  # fmt: skip
NUMBERS: Final = st.one_of(
    st.decimals(-(10**14) + 1, 10**14 - 1, places=4, allow_nan=False, allow_infinity=False),
    st.sampled_from([Decimal(text) for text in ("0", "-0.0001", "120000", "99999999999999.9999")]),
)
MOMENTS: Final = st.datetimes(
    datetime(2, 1, 1),  # noqa: DTZ001 - hypothesis wants bounds without an offset
    datetime(9998, 1, 1),  # noqa: DTZ001 - the same
    timezones=st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(
        timedelta(minutes=minutes))),
)  # fmt: skip
VALUE: Final[Mapping[str, st.SearchStrategy[Any]]] = {
    "STRING": LINE | ODD,
    "TEXT": st.text(
        st.characters(exclude_categories=["Cs"], exclude_characters="\x00"),
        min_size=1, max_size=300,
    ) | ODD | st.just("long " * 5_000),
    "URL": st.builds(
        "{}://{}/{}".format, st.sampled_from(["http", "https"]),
        st.sampled_from(["example.com", "пример.рф", "[::1]:80", "u:p@host"]),
        st.text("abcёж?&=#%/.", max_size=50),
    ),
    "INTEGER": st.integers(-(2**31), 2**31 - 1) | st.sampled_from([0, 2**31 - 1, -(2**31)]),
    "NUMBER": NUMBERS.map(str),
    "BOOLEAN": st.booleans(),
    "DATE": st.dates().map(date.isoformat),
    "DATETIME": MOMENTS.map(datetime.isoformat),
    "MONEY": st.fixed_dictionaries(
        {"amount": NUMBERS.map(str)}, optional={"currency": st.sampled_from(["USD", "EUR", "KWD"])}
    ),
    "ADDRESS": st.dictionaries(st.sampled_from(PARTS), LINE | ODD, min_size=1),
    **dict.fromkeys(("LIST", "USER", "RECORD", "DICTIONARY"), st.integers(0, 2)),
}  # fmt: skip
PAIRS: Final = st.data()


def draw_value(data: st.DataObject, ground: Ground, kind: str, many: bool) -> Any:
    """Draw a value of a field as a caller gives it; None clears."""
    code = code_of(kind, many)
    ids = ground.ids.get(kind) or ground.ids.get(code)

    def real(value: Any) -> Any:
        return ids[value] if ids and isinstance(value, int) else value

    if many:
        return [real(value) for value in data.draw(st.lists(VALUE[kind], max_size=4))]
    value = data.draw(st.none() | VALUE[kind])
    return real(value)


def known(kind: str, value: Any) -> Any:
    """Give what a value means, however it was written."""
    match kind:
        case "STRING" | "URL":
            return value.strip()
        case "NUMBER":
            assert "E" not in value.upper()
            return Decimal(value)
        case "DATETIME":
            return datetime.fromisoformat(value).astimezone(UTC)
        case "MONEY":
            return Decimal(value["amount"]), value.get("currency", "USD")
        case "ADDRESS":
            return {name: text.strip() for name, text in value.items() if text is not None}
        case "LIST" | "USER" | "RECORD" | "DICTIONARY":
            return value["id"] if isinstance(value, dict) else value
    return value


async def look(ground: Ground, kind: str, many: bool, wanted: Any) -> Any:
    """Read a field by both faces, and look for a value in both filters."""
    code = code_of(kind, many)
    op, operand = condition(kind, wanted)
    typed: Any = {op: operand}
    if many and op != "isNull":
        typed = {"some": typed}
    deal = ground.deals[code]
    document = (
        "query ($id: ID!, $codes: [String!], $custom: [CustomFilter!], $where: DealFilter) {"
        f" deal(id: $id) {{ {VALUES} customFieldValues(codes: $codes) {{"
        f" ... on AddressFieldValue {{ addresses {SELECTION['ADDRESS']} }} }}"
        f" custom {{ value: {code} {SELECTION.get(kind, '')} }} }}"
        " byCode: deals(customWhere: $custom, where: {id: {eq: $id}}) { totalCount }"
        " byName: deals(where: $where) { totalCount } }"
    )
    answer = await ground.anna.data(
        document, id=deal, codes=[code], custom=[{"code": code, "op": op, "value": operand}],
        where={"id": {"eq": deal}, "custom": {code: typed}},
    )  # fmt: skip
    (generic,) = answer["deal"]["customFieldValues"]
    named = answer["deal"]["custom"]["value"]
    return (
        [known(kind, part) for part in generic[GENERIC[kind]]],
        [known(kind, part) for part in (named if many else [named]) if part is not None],
        answer["byCode"]["totalCount"],
        answer["byName"]["totalCount"],
    )


def condition(kind: str, wanted: Any) -> tuple[str, Any]:
    """Give the condition that finds a value."""
    if wanted is None:
        return "isNull", True
    match kind:
        case "MONEY":
            is_base = wanted.get("currency", "USD") == "USD"
            return ("eq", wanted["amount"]) if is_base else ("currency", wanted["currency"])
        case "ADDRESS":
            return "contains", next(iter(wanted.values())).strip()
    return "eq", wanted


def parts_of(value: Any, many: bool) -> list[Any]:
    if many:
        return list(value)
    return [] if value is None else [value]


@pytest.mark.parametrize(("kind", "many"), SHAPES)
@few
@given(data=PAIRS)
async def test_what_was_written_is_read_and_found(
    ground: Ground, kind: str, many: bool, data: st.DataObject
) -> None:
    code = code_of(kind, many)
    first = draw_value(data, ground, kind, many)
    second = draw_value(data, ground, kind, many)

    for value, by in ((first, "code"), (second, "name")):
        custom: dict[str, Any] = (
            {"customValues": [{"code": code, "value": value}]}
            if by == "code"
            else {"custom": {code: value}}
        )
        wanted = {"id": ground.deals[code], **custom}
        (await ground.anna.mutate("updateDeal", wanted, "deal { id }")).payload()
        given_parts = parts_of(value, many)
        expected = [known(kind, part) for part in given_parts]

        for part in given_parts or [None]:
            assert await look(ground, kind, many, part) == (expected, expected, 1, 1)


@pytest.mark.parametrize(("kind", "many"), SHAPES)
@settings(few, max_examples=8)
@given(data=PAIRS)
async def test_what_was_overwritten_is_not_found(
    ground: Ground, kind: str, many: bool, data: st.DataObject
) -> None:
    code = code_of(kind, many)
    values = [draw_value(data, ground, kind, many) for _ in range(2)]
    for value in values:
        wanted = {"id": ground.deals[code], "custom": {code: value}}
        (await ground.anna.mutate("updateDeal", wanted, "deal { id }")).payload()
    before, after = (parts_of(value, many) for value in values)
    meant = [known(kind, part) for part in after]
    if kind in {"MONEY", "ADDRESS"}:
        # These are found by a part of the value, which both may have.
        lost = [] if after else before
    else:
        lost = [part for part in before if known(kind, part) not in meant]

    for part in lost:
        read = await look(ground, kind, many, part)
        assert read == (meant, meant, 0, 0)


# --- many changes against a model ---------------------------------------------------------------

Model = dict[str, dict[str, Any]]
POOL: Final[Mapping[str, Sequence[Any]]] = {
    "oneInteger": (-5, 0, 1, 7),
    "oneString": ("a", "A", "a%", "ё"),
    "oneDate": ("2026-01-01", "2026-02-28", "2026-03-01"),
    "manyString": (["a"], ["a", "A"], ["a%", "a"], ["ё"]),
    "manyInteger": ([0], [1, 7], [-5, -5]),
    "oneBoolean": (True, False),
}
ORDERED: Final = ("oneInteger", "oneDate")


@st.composite
def changes(draw: st.DrawFn) -> tuple[str, int, dict[str, Any]]:
    """Give a change: create or update the deal of a number, with values that may be null."""
    codes = draw(st.lists(st.sampled_from(sorted(POOL)), max_size=3, unique=True))
    values = {code: draw(st.none() | st.sampled_from(POOL[code])) for code in codes}
    return draw(st.sampled_from(["create", "code", "name"])), draw(st.integers(0, 9)), values


@st.composite
def questions(draw: st.DrawFn) -> tuple[str, str, Any]:
    """Give a condition on a field: its code, operator and operand."""
    code = draw(st.sampled_from(sorted(POOL)))
    pool = [part for value in POOL[code] for part in (value if code[0] == "m" else [value])]
    names = ["eq", "isNull"]
    if code != "oneBoolean":
        names += ["ne", "in"]
    if code.endswith("String"):
        names.append("notIn")  # the typed filters of days and numbers have none
    if code in ORDERED:
        names += ["gt", "gte", "lt", "lte", "between"]
    op = draw(st.sampled_from(names))
    if op == "isNull":
        return code, op, draw(st.booleans())
    if op in {"in", "notIn"}:
        return code, op, draw(st.lists(st.sampled_from(pool), max_size=3))
    if op == "between":
        return code, op, draw(st.lists(st.sampled_from(pool), min_size=2, max_size=2))
    return code, op, draw(st.sampled_from(pool))


def matches(value: Any, op: str, operand: Any) -> bool:
    """Tell whether a value of a record meets a condition, as plain Python."""
    parts = [] if value is None else value if isinstance(value, list) else [value]
    match op:
        case "isNull":
            return (not parts) is operand
        case "ne":
            return operand not in parts
        case "notIn":
            return not any(part in operand for part in parts)
        case "eq":
            return operand in parts
        case "in":
            return any(part in operand for part in parts)
        case "gt":
            return any(part > operand for part in parts)
        case "gte":
            return any(part >= operand for part in parts)
        case "lt":
            return any(part < operand for part in parts)
        case "lte":
            return any(part <= operand for part in parts)
    return any(operand[0] <= part <= operand[1] for part in parts)


def typed_condition(code: str, op: str, operand: Any) -> dict[str, Any]:
    """Write a condition in the typed face."""
    if code.startswith("one") or op == "isNull":
        return {code: {op: operand}}
    opposite = {"ne": "eq", "notIn": "in"}
    if op in opposite:
        return {code: {"none": {opposite[op]: operand}}}
    return {code: {"some": {op: operand}}}


async def apply(anna: Client, model: Model, change: tuple[str, int, dict[str, Any]]) -> None:
    """Make a change on the server and in the model."""
    how, number, values = change
    as_codes = [{"code": code, "value": value} for code, value in values.items()]
    if how == "create" or not model:
        made = await anna.mutate(
            "createDeal", {"title": "Model", "customValues": as_codes}, "deal { id }"
        )
        model[made.payload()["deal"]["id"]] = {k: v for k, v in values.items() if v is not None}
        return
    key = list(model)[number % len(model)]
    custom: dict[str, Any] = {"customValues": as_codes} if how == "code" else {"custom": values}
    (await anna.mutate("updateDeal", {"id": key, **custom}, "deal { id }")).payload()
    model[key].update(values)


@few
@given(
    steps=st.lists(changes(), min_size=1, max_size=8),
    asked=st.lists(questions(), min_size=1, max_size=8),
)
async def test_changes_in_any_order_leave_what_a_dict_would_hold(
    ground: Ground,
    steps: list[tuple[str, int, dict[str, Any]]],
    asked: list[tuple[str, str, Any]],
) -> None:
    model: Model = {}
    for step in steps:
        await apply(ground.anna, model, step)

    for code, op, operand in asked:
        answer = await ground.anna.data(
            "query ($ids: DealFilter, $custom: [CustomFilter!], $where: DealFilter) {"
            " byCode: deals(first: 200, where: $ids, customWhere: $custom) { nodes { id } }"
            " byName: deals(first: 200, where: $where) { nodes { id } } }",
            ids={"id": {"in": list(model)}},
            custom=[{"code": code, "op": op, "value": operand}],
            where={"id": {"in": list(model)}, "custom": typed_condition(code, op, operand)},
        )
        expected = {key for key, held in model.items() if matches(held.get(code), op, operand)}
        assert {node["id"] for node in answer["byCode"]["nodes"]} == expected
        assert {node["id"] for node in answer["byName"]["nodes"]} == expected

    read = await ground.anna.data(
        "query ($where: DealFilter) { deals(first: 200, where: $where) { nodes { id"
        f" custom {{ {' '.join(POOL)} }} }} }} }}",
        where={"id": {"in": list(model)}},
    )
    for node in read["deals"]["nodes"]:
        held = model[node["id"]]
        assert node["custom"] == {
            code: held.get(code) or ([] if code.startswith("many") else held.get(code))
            for code in POOL
        }
    assert len(read["deals"]["nodes"]) == len(model)


# --- found by what was written ------------------------------------------------------------------


@pytest.mark.parametrize("part", [" ", "b ", " a"])
async def test_spaces_count_in_a_part_of_a_text(people: Cast, part: str) -> None:
    await make_field(people.root, "Value", "STRING")
    wanted = {"title": "ab", "custom": {"value": "ab"}}
    (await people.anna.mutate("createDeal", wanted, "deal { id }")).payload()

    found = await people.anna.data(
        "query ($part: String!, $value: JSON!) {"
        " title: deals(where: {title: {contains: $part}}) { totalCount }"
        " byName: deals(where: {custom: {value: {contains: $part}}}) { totalCount }"
        ' byCode: deals(customWhere: [{code: "value", op: "contains", value: $value}])'
        " { totalCount } }",
        part=part, value=part,
    )  # fmt: skip

    assert found == {name: {"totalCount": 0} for name in ("title", "byName", "byCode")}


async def find_price(people: Cast, amount: str) -> int:
    found = await people.anna.data(
        "query ($amount: Decimal) {"
        " deals(where: {custom: {price: {eq: $amount}}}) { totalCount } }",
        amount=amount,
    )
    return int(found["deals"]["totalCount"])


async def set_rate(people: Cast) -> None:
    given = {"currency": "EUR", "rate": "2"}
    (await people.root.mutate("setExchangeRate", given, "exchangeRate { rate }")).payload()


async def test_an_amount_in_another_currency_is_found_by_its_worth(people: Cast) -> None:
    await set_rate(people)
    await make_field(people.root, "Price", "MONEY")
    wanted = {"title": "Deal", "custom": {"price": {"amount": "5", "currency": "EUR"}}}
    (await people.anna.mutate("createDeal", wanted, "deal { id }")).payload()

    assert await find_price(people, "10") == 1
    assert await find_price(people, "5") == 0


async def test_a_default_in_another_currency_is_found_by_its_worth(people: Cast) -> None:
    await set_rate(people)
    default = {"amount": "5", "currency": "EUR"}
    await make_field(people.root, "Price", "MONEY", settings={"default": default})
    (await people.anna.mutate("createDeal", {"title": "Deal"}, "deal { id }")).payload()

    assert await find_price(people, "10") == 1

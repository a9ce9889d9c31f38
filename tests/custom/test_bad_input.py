"""Bad values for custom fields of every type: refused by their path, nothing written or told."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import httpx
import pytest

from tests.client import Answer, Client
from tests.conftest import Server
from tests.custom.fields import make_field, refuse_field
from tests.people import Cast, make_cast

INSIDE: Final = re.compile(
    r"select |insert |update .* set|sqlalchemy|asyncpg|postgres|traceback|\.py\b|line \d+, in"
    r"|pydantic|typeerror|unhashable|surrogates not allowed",
    re.IGNORECASE,
)
NOBODYS: Final = "0" * 26
MANY: Final = 10_000
TEXTS: Final = ("STRING", "TEXT", "URL")
REFERENCES: Final = ("LIST", "USER", "RECORD", "DICTIONARY")
TYPES: Final = (*TEXTS, "INTEGER", "NUMBER", "BOOLEAN", "DATE", "DATETIME", "MONEY", "ADDRESS",
                *REFERENCES)  # fmt: skip
LIMITS: Final[dict[str, dict[str, Any]]] = {
    "STRING": {"minLength": 2, "maxLength": 10},
    "TEXT": {"maxLength": 100},
    "URL": {"maxLength": 100},
    "INTEGER": {"min": 0, "max": 100},
    "NUMBER": {"min": "0", "max": "100", "precision": 2},
    "RECORD": {"types": ["COMPANY"]},
    "DICTIONARY": {"dictionary": "SOURCE"},
}
GOOD: Final[dict[str, Any]] = {
    "STRING": "abc", "TEXT": "two\nlines", "URL": "https://example.com", "INTEGER": 5,
    "NUMBER": "1.25", "BOOLEAN": True, "DATE": "2026-11-24", "DATETIME": "2026-11-24T10:00:00Z",
    "MONEY": {"amount": "5", "currency": "USD"}, "ADDRESS": {"city": "Tver"},
}  # fmt: skip
NO_TEXT: Final[list[Any]] = [5, 1.5, True, False, {}, {"a": 1}, [], ["abc"], "NaN-", "Infinity-"]
NO_NUMBER: Final[list[Any]] = [
    "x", "", " ", True, {}, {"a": 1}, [], [5], "NaN", "sNaN", "Infinity", "-Infinity", "1e400",
    "1e-400", "1e999999999999999999999", "0x10", "1,5", "1_0", " 5 ", "１", "1e1", "+5", ".5",
    "5.", "5\n", 12345678901234.57, "\ud800", "\x00", "9" * 400, 10**400,
]  # fmt: skip
NO_DAY: Final[list[Any]] = [
    "x", "", 5, True, {}, [], ["2026-11-24"], "2026-02-30", "0000-01-01", "10000-01-01", "NOW",
    "2026-11-24T10:00:00", "24.11.2026", "2026-W48-2", "2026-W482", "20261124",
    "2026-328", "２026-11-24", "2026-11-24\n", "2026-11-2\ud800", "2026-11-2\x00", 20261124,
]  # fmt: skip
NO_ID: Final[list[Any]] = [
    "x", "", 5, True, {}, [], {"id": "x"}, "\x00", "\ud800", "user_", "_" * 40, "a" * MANY,
    f"deal_{NOBODYS}", "deal_zzzzzzzzzzzzzzzzzzzzzzzzzz", "stage_" + "é" * 26,
]  # fmt: skip
WRONG: Final[dict[str, list[Any]]] = {
    "STRING": [*NO_TEXT[:8], "a", "a" * 11, "a" * MANY, "a\x00b", "ab\ud800", "a\udfffb", "a\nb",
               "a\x7fb"],
    "TEXT": [*NO_TEXT[:8], "a" * 101, "a\x00b", "ab\ud800"],
    "URL": [*NO_TEXT[:8], "javascript:alert(1)", "https://", "http://[::1", "//example.com",
            "https://a b", "https://" + "a" * 100, "https://a\x00", "https://\ud800", "x"],
    "INTEGER": [*NO_NUMBER, "5", 1.5, -1, 101, 2**31, -(2**31) - 1, 1e30],
    "NUMBER": [*NO_NUMBER, "-1", "100.01", "1.255", 1.2555, "1.00001", 10**15],
    "BOOLEAN": [5, 0, 1, "true", "", "Y", {}, [], [True], "\ud800"],
    "DATE": NO_DAY,
    "DATETIME": [*NO_DAY, "2026-11-24", "2026-11-24T25:00:00Z", "2026-11-24T10:00:00+99:00",
                 "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "2026-11-24 10:00:00Z",
                 "2026-W48-2T10:00:00Z", "20261124T100000Z", "2026-11-24T10:00Z", "2026-11-24T10Z",
                 "2026-11-24T10:00:00,5Z", "2026-11-24T10:00:00.1234567Z", "2026-11-24T10:00:00.Z",
                 "2026-11-24T10:00:00+0300", "2026-11-24T10:00:00+03", "2026-11-24T24:00:00Z",
                 "2026-11-24T10:00:00+03:00:01", "2026-11-24T10:00:60Z", "2026-11-24T10:00:00Z\n"],
    "MONEY": [5, "5", True, [], {}, {"currency": "USD"}, {"amount": None}, {"amount": "NaN"},
              {"amount": "Infinity"}, {"amount": "1e400"}, {"amount": "1_000"},
              {"amount": " 5 "}, {"amount": "1e3"}, {"amount": "１"},
              {"amount": 12345678901234.57}, {"amount": True}, {"amount": {}},
              {"amount": "5", "currency": "XXY"}, {"amount": "5", "currency": 5},
              {"amount": "5", "currency": "usd"}, {"amount": "5", "currency": "\ud800"},
              {"amount": "5", "tax": "1"}, {"amount": "5", "\ud800": "1"}],
    "ADDRESS": [5, "Tver", True, [], {"planet": "Mars"}, {"city": 5}, {"city": ["Tver"]},
                {"city": "a" * 256}, {"city": "a\x00"}, {"city": "\ud800"}, {"\ud800": "a"}],
    "LIST": NO_ID, "USER": NO_ID, "RECORD": NO_ID, "DICTIONARY": NO_ID,
}  # fmt: skip
MONSTERS: Final[list[Any]] = [{"amount": "5", "currency": []}, {"amount": "5", "currency": {}}]
"""Values that no field takes and that Python cannot hash in part."""


@dataclass(slots=True)
class Ground:
    """A workspace with a single and a multiple field of every type, and a deal with values."""

    people: Cast
    victim: str = ""
    good: dict[str, Any] = field(default_factory=dict)
    foreign: dict[str, str] = field(default_factory=dict)
    """Ids of the other workspace, by type of field."""

    async def look(self) -> Any:
        """Give all that a refused change could have touched."""
        return await self.people.anna.data(
            "query ($id: ID!) { deals(first: 200) { totalCount } deal(id: $id) { version title"
            " customFieldValues { field { code } displayValue } } }",
            id=self.victim,
        )


def one(kind: str) -> str:
    return f"one{kind.capitalize()}"


def many(kind: str) -> str:
    return f"many{kind.capitalize()}"


@pytest.fixture(scope="session")
async def ground(server: Server, http: httpx.AsyncClient) -> Ground:
    """Give a workspace that tests share: they only do what is refused."""
    found = Ground(await make_cast(server.database, http))
    root, olga = found.people.root, found.people.olga
    own = await _references(root)
    found.foreign = await _references(olga)
    found.good = {**GOOD, **own}
    for kind in TYPES:
        given: dict[str, Any] = {"settings": LIMITS.get(kind, {})}
        if kind == "LIST":
            given["options"] = [{"value": "North"}]
        made = await make_field(root, one(kind), kind, code=one(kind), **given)
        several: dict[str, Any] = {}
        if kind != "BOOLEAN":
            several = await make_field(
                root, many(kind), kind, code=many(kind), isMultiple=True, **given
            )
        if kind == "LIST":
            found.good["LIST"] = made["options"][0]["id"]
            found.good["of another field"] = several["options"][0]["id"]
    theirs = await make_field(olga, "List", "LIST", options=[{"value": "North"}])
    found.foreign["LIST"] = theirs["options"][0]["id"]
    values = [{"code": one(kind), "value": found.good[kind]} for kind in TYPES]
    several_good = [kind for kind in TYPES if kind not in {"BOOLEAN", "LIST"}]
    values += [{"code": many(kind), "value": [found.good[kind]] * 2} for kind in several_good]
    wanted = {"title": "Victim", "customValues": values}
    made_deal = await found.people.anna.mutate("createDeal", wanted, "deal { id }")
    found.victim = made_deal.payload()["deal"]["id"]
    return found


async def _references(client: Client) -> dict[str, str]:
    """Give something that a field of each type could refer to."""
    company = await client.mutate("createCompany", {"title": "Acme"}, "company { id }")
    found = await client.data(
        '{ viewer { user { id } } dictionary(code: "SOURCE") { items { id } } }'
    )
    return {
        "RECORD": company.payload()["company"]["id"],
        "USER": found["viewer"]["user"]["id"],
        "DICTIONARY": found["dictionary"]["items"][0]["id"],
    }


async def send(client: Client, document: str, given: Any) -> Answer:
    """Send `$given` as Python's own JSON has it: with lone surrogates, NaN and Infinity."""
    response = await client.http.post(
        "/graphql",
        content=json.dumps({"query": document, "variables": {"given": given}}),
        headers={"Authorization": f"Bearer {client.token}", "Content-Type": "application/json"},
    )
    return Answer(response.status_code, response.json())


WHOLE: Final = {"BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED", "QUERY_TOO_EXPENSIVE"}
"""The codes of requests that are refused as a whole."""
UPDATE: Final = (
    "mutation ($given: UpdateDealInput!) { updateDeal(input: $given)"
    " { deal { id } userErrors { code message path } } }"
)
CREATE: Final = UPDATE.replace("Update", "Create").replace("updateDeal", "createDeal")
CUSTOM: Final = "query ($given: [CustomFilter!]) { deals(customWhere: $given) { totalCount } }"
WHERE: Final = "query ($given: DealFilter) { deals(where: $given) { totalCount } }"


def assert_clean(answer: Answer) -> None:
    """No server error, and no word about the inside."""
    assert answer.status < 500, answer.body
    assert "INTERNAL_SERVER_ERROR" not in answer.codes, answer.body
    assert INSIDE.findall(repr(answer.body)) == []


def is_odd(value: Any) -> bool:
    """Tell whether JSON as such has no such value: the whole request may be refused."""
    text = json.dumps(value).lower()
    return bool(re.search(r"\\ud[89a-f]|nan|infinity|[0-9]{100}", text))


async def refuses(ground: Ground, given: Any, place: str, *, typed: bool, odd: bool) -> None:
    """Try a change in an update and in a creation; both are refused at a place."""
    before = await ground.look()
    for document, item in (
        (UPDATE, {"id": ground.victim, "title": "Changed", **given}),
        (CREATE, {"title": "Bad", **given}),
    ):
        answer = await send(ground.people.anna, document, item)
        assert_clean(answer)
        if answer.errors and (typed or odd or set(answer.codes) == {"QUERY_TOO_EXPENSIVE"}):
            assert set(answer.codes) <= WHOLE, answer.body
            continue
        refusals = answer.refusals()
        assert refusals, (given, "was accepted")
        for code, path in refusals:
            assert code in {"INVALID", "LIMIT", "NOT_FOUND", "REQUIRED"}
            assert path == place or path.startswith(f"{place}."), path
    assert await ground.look() == before


def cases() -> Iterator[Any]:
    for kind in TYPES:
        for value in WRONG[kind]:
            yield pytest.param(kind, value, id=f"{kind} {ascii(value)[:30]}")
        for name in ("NaN", "Infinity", "-Infinity"):
            yield pytest.param(kind, float(name), id=f"{kind} raw {name}")


CASES: Final = list(cases())


@pytest.mark.parametrize(("kind", "value"), CASES)
async def test_a_wrong_value_is_refused_by_both_faces(
    ground: Ground, kind: str, value: Any
) -> None:
    odd = is_odd(value)
    by_code = {"customValues": [{"code": one(kind), "value": value}]}
    await refuses(ground, by_code, "input.customValues.0.value", typed=False, odd=odd)
    if typed_takes(kind, value):
        return
    by_name = {"custom": {one(kind): value}}
    await refuses(ground, by_name, f"input.custom.{one(kind)}", typed=True, odd=odd)


def typed_takes(kind: str, value: Any) -> bool:
    """Tell whether GraphQL itself makes a right value of one that is wrong in JSON."""
    # Input objects of one part, and lists, are as wrong there; only these are coerced.
    return kind == "MONEY" and value == {"amount": "5", "currency": "usd"}


@pytest.mark.parametrize(("kind", "value"), CASES)
async def test_a_wrong_value_among_several_is_refused_by_its_place(
    ground: Ground, kind: str, value: Any
) -> None:
    if kind == "BOOLEAN" or kind == "LIST":
        return  # never multiple; options have a test of their own
    good = ground.good[kind]
    odd = is_odd(value)
    by_code = {"customValues": [{"code": many(kind), "value": [good, value]}]}
    await refuses(ground, by_code, "input.customValues.0.value.1", typed=False, odd=odd)
    if not typed_takes(kind, value):
        by_name = {"custom": {many(kind): [good, value]}}
        await refuses(ground, by_name, f"input.custom.{many(kind)}.1", typed=True, odd=odd)


@pytest.mark.parametrize("kind", [kind for kind in TYPES if kind != "BOOLEAN"])
async def test_null_in_a_list_and_too_many_values(ground: Ground, kind: str) -> None:
    good = ground.good[kind] if kind != "LIST" else ground.good["of another field"]
    for value, place in (
        ([good, None], ".1"), ([None], ".0"), ([[good]], ".0"), ([good] * 201, ""),
        ([good] * MANY, ""), (good if not isinstance(good, list) else 5, ""),
    ):  # fmt: skip
        by_code = {"customValues": [{"code": many(kind), "value": value}]}
        where = f"input.customValues.0.value{place}"
        await refuses(ground, by_code, where, typed=False, odd=False)
        if isinstance(value, list):
            by_name = {"custom": {many(kind): value}}
            await refuses(
                ground, by_name, f"input.custom.{many(kind)}{place}", typed=True, odd=False
            )


@pytest.mark.parametrize("kind", REFERENCES)
async def test_ids_of_others_are_not_there(ground: Ground, kind: str) -> None:
    other = ground.good["USER" if kind == "RECORD" else "RECORD"]
    prefix = ground.good[kind].split("_")[0]
    values = [ground.foreign[kind], other, ground.people.ids["anna"] + "x",
              ground.good[kind].replace(prefix, "stage"), f"{prefix}_{NOBODYS}"]  # fmt: skip
    if kind == "LIST":
        values.append(ground.good["of another field"])
    for value in values:
        by_code = {"customValues": [{"code": one(kind), "value": value}]}
        await refuses(ground, by_code, "input.customValues.0.value", typed=False, odd=False)
        by_name = {"custom": {one(kind): value}}
        await refuses(ground, by_name, f"input.custom.{one(kind)}", typed=True, odd=False)


@pytest.mark.parametrize("value", MONSTERS, ids=repr)
@pytest.mark.parametrize("kind", TYPES)
async def test_a_currency_that_is_no_text_is_refused(ground: Ground, kind: str, value: Any) -> None:
    by_code = {"customValues": [{"code": one(kind), "value": value}]}
    await refuses(ground, by_code, "input.customValues.0.value", typed=False, odd=False)


@pytest.mark.parametrize("value", ["5" + " " * 40 + "x", "1." + "0" * 40 + "9"], ids=ascii)
@pytest.mark.parametrize("face", ["code", "name"])
async def test_a_number_is_read_to_its_end(people: Cast, face: str, value: str) -> None:
    await make_field(people.root, "Value", "NUMBER")
    by_code = {"customValues": [{"code": "value", "value": value}]}
    given = by_code if face == "code" else {"custom": {"value": value}}

    answer = await people.anna.mutate("createDeal", {"title": "D", **given}, "deal { id }")

    assert answer.errors or answer.refusals()


@pytest.mark.parametrize(
    "code", ["nope", "", "\x00", "\ud800", "one String", "a" * MANY, "__proto__", "id", "title"]
)
async def test_a_code_that_no_field_has(ground: Ground, code: str) -> None:
    by_code = {"customValues": [{"code": code, "value": 1}]}
    await refuses(ground, by_code, "input.customValues.0.code", typed=False, odd=is_odd(code))
    by_name = {"custom": {code: 1}}
    await refuses(ground, by_name, "input.custom", typed=True, odd=is_odd(code))
    answer = await send(ground.people.anna, CUSTOM, [{"code": code, "op": "eq", "value": 1}])
    assert_clean(answer)
    assert answer.codes == ["BAD_USER_INPUT"]


async def test_a_value_nested_without_end(ground: Ground) -> None:
    deep: Any = "x"
    for _ in range(500):
        deep = [deep]
    for kind in TYPES:
        by_code = {"customValues": [{"code": one(kind), "value": deep}]}
        await refuses(ground, by_code, "input.customValues.0.value", typed=False, odd=True)
        answer = await send(
            ground.people.anna, CUSTOM, [{"code": one(kind), "op": "eq", "value": deep}]
        )
        assert_clean(answer)
        assert answer.codes == ["QUERY_TOO_EXPENSIVE"]


async def test_numbers_too_long_for_python_in_the_document(ground: Ground) -> None:
    digits = "9" * 5_000
    for kind in TYPES:
        for number in (digits, "1e400", "-1e400", f"-1.{digits}"):
            document = (
                f'mutation {{ updateDeal(input: {{id: "{ground.victim}", customValues:'
                f' [{{code: "{one(kind)}", value: {number}}}]}})'
                " { deal { id } userErrors { code message path } } }"
            )
            answer = await ground.people.anna.run(document)
            assert_clean(answer)
            assert answer.errors or answer.refusals()


# --- filters ------------------------------------------------------------------------------------


def not_compared(kind: str, value: Any) -> bool:
    """Tell whether a value of a wrong kind cannot be compared either."""
    if kind in TEXTS:
        return not isinstance(value, str) or "\x00" in value
    if kind in {"INTEGER", "NUMBER"}:
        return value not in (-1, 101, "-1", "100.01", "1.255", 1.2555)
    if kind == "RECORD" and isinstance(value, str) and value.startswith("deal_"):
        return False  # an id of another type of record finds nothing
    return kind not in {"MONEY", "ADDRESS"}


def filter_cases() -> Iterator[Any]:
    for case in CASES:
        kind, value = case.values
        if not_compared(str(kind), value):
            yield pytest.param(kind, value, id=case.id)


@pytest.mark.parametrize(("kind", "value"), list(filter_cases()))
async def test_a_wrong_value_in_a_filter(ground: Ground, kind: str, value: Any) -> None:
    before = await ground.look()
    for op, held in (("eq", value), ("in", [value])):
        if kind == "BOOLEAN" and op == "in":
            continue
        given = [{"code": one(kind), "op": op, "value": held}]
        answer = await send(ground.people.anna, CUSTOM, given)
        assert_clean(answer)
        assert answer.codes == ["BAD_USER_INPUT"] or (is_odd(value) and answer.errors), answer.body
        if not is_odd(value):
            assert answer.errors[0]["extensions"]["path"][:3] == ["customWhere", "0", "value"]
        if kind == "INTEGER" and value == "5":
            continue
        where = {"custom": {one(kind): {op: held}}}
        answer = await send(ground.people.anna, WHERE, where)
        assert_clean(answer)
        assert answer.errors, answer.body
        assert set(answer.codes) <= WHOLE
    assert await ground.look() == before


@pytest.mark.parametrize("kind", TYPES)
async def test_operators_that_a_type_has_not(ground: Ground, kind: str) -> None:
    good = "x" if kind in {"MONEY", "ADDRESS"} else ground.good[kind]
    ops = ["", "EQ", "like", "inTree", "some", "and", "eq; DROP TABLE deals", "a" * MANY]
    for op in ops:
        given = [{"code": one(kind), "op": op, "value": good}]
        answer = await send(ground.people.anna, CUSTOM, given)
        assert_clean(Answer(answer.status, {"errors": answer.errors}))
        assert answer.codes == ["BAD_USER_INPUT"]
        assert answer.errors[0]["extensions"]["path"] == ["customWhere", "0", "op"]
    wrong: tuple[Any, ...] = ("yes", 1, [], "", [True])
    for value in wrong:
        given = [{"code": one(kind), "op": "isNull", "value": value}]
        answer = await send(ground.people.anna, CUSTOM, given)
        assert_clean(answer)
        assert answer.codes == ["BAD_USER_INPUT"]
        assert answer.errors[0]["extensions"]["path"] == ["customWhere", "0", "value"]


@pytest.mark.parametrize("kind", ["INTEGER", "NUMBER", "DATE", "DATETIME", "STRING"])
async def test_lists_of_a_wrong_length_in_a_filter(ground: Ground, kind: str) -> None:
    good = ground.good[kind]
    wrong: list[tuple[str, Any]] = [("in", [None]),
                                    ("in", good), ("notIn", good), ("eq", [])]  # fmt: skip
    if kind != "STRING":
        wrong += [("between", [good]), ("between", [good] * 3), ("between", good),
                  ("between", [good, None])]  # fmt: skip
    for op, value in wrong:
        given = [{"code": one(kind), "op": op, "value": value}]
        answer = await send(ground.people.anna, CUSTOM, given)
        assert_clean(answer)
        assert answer.codes == ["BAD_USER_INPUT"], (op, answer.body)
        assert answer.errors[0]["extensions"]["path"][:3] == ["customWhere", "0", "value"]


# --- what is odd and right ----------------------------------------------------------------------


@pytest.mark.parametrize("text", ["\u202eabc", "a\u200fb", "\u2066x\u2069", "👩‍👩‍👧", "e\u0301"])
async def test_marks_of_direction_are_kept_as_they_are(people: Cast, text: str) -> None:
    await make_field(people.root, "Value", "STRING")
    await make_field(people.root, "Long", "TEXT")
    values = [{"code": code, "value": text} for code in ("value", "long")]

    made = await people.anna.mutate(
        "createDeal", {"title": "Deal", "customValues": values}, "deal { custom { value long } }"
    )

    assert made.payload()["deal"]["custom"] == {"value": text, "long": text}


@pytest.mark.parametrize("bomb", ["(a+)+$", "(a|aa)+", "([a-zA-Z]+)*", "(.*a){25}", "(x+x+)+y"])
async def test_a_catastrophic_pattern_costs_nothing(people: Cast, bomb: str) -> None:
    await make_field(people.root, "Value", "TEXT", settings={"pattern": bomb})
    wanted = {"title": "D", "customValues": [{"code": "value", "value": "a" * 49_000 + "!"}]}

    refused = await people.anna.mutate("createDeal", wanted, "deal { id }")

    assert refused.refusals() == [("INVALID", "input.customValues.0.value")]


@pytest.mark.parametrize(
    ("kind", "limits"),
    [
        ("STRING", {"pattern": "(a{1000}){1000}{1000}"}),
        ("STRING", {"pattern": "a" * 501}),
        ("STRING", {"pattern": "(?=a)"}),
        ("STRING", {"pattern": "a)|(b"}),
        ("STRING", {"pattern": "\x00\ud800"}),
        ("STRING", {"pattern": 5}),
        ("STRING", {"maxLength": True}),
        ("STRING", {"maxLength": "5"}),
        ("STRING", {"default": "a\x00"}),
        ("STRING", {"default": {}}),
        ("STRING", {"\x00": 1}),
        ("STRING", {"\ud800": 1}),
        ("NUMBER", {"min": "NaN"}),
        ("NUMBER", {"precision": 5}),
        ("INTEGER", {"min": 10**400}),
        pytest.param(
            "DATE",
            {"default": []},
        ),
        pytest.param(
            "DATETIME",
            {"default": {}},
        ),
        pytest.param(
            "MONEY",
            {"default": {"amount": "1", "currency": []}},
        ),
        pytest.param(
            "DICTIONARY",
            {"dictionary": []},
        ),
        pytest.param(
            "DICTIONARY",
            {"dictionary": {}},
        ),
        ("DICTIONARY", {"dictionary": "\x00"}),
        ("RECORD", {"types": [[]]}),
        ("RECORD", {"types": {}}),
    ],
    ids=repr,
)
async def test_settings_that_make_no_sense(people: Cast, kind: str, limits: Any) -> None:
    document = (
        "mutation ($given: CreateCustomFieldInput!) { createCustomField(input: $given)"
        " { customField { id } userErrors { code message path } } }"
    )
    wanted = {"entity": "DEAL", "name": "Odd", "type": kind, "settings": limits}

    answer = await send(people.root, document, wanted)

    assert_clean(answer)
    if not answer.errors:
        assert [path.startswith("input.settings") for _, path in answer.refusals()] == [True]
    assert (await people.root.data("{ customFields(entity: DEAL) { id } }"))["customFields"] == []


LABELS: Final[list[Any]] = [[1], "a", 5, {"en": 5}, {"en": {}}, {"en": "a" * MANY}]


@pytest.mark.parametrize(
    "given",
    [*({"labels": labels} for labels in LABELS),
     {"help": "a\x00"}, {"name": "a" * 256}, {"code": "a" * 51}, {"code": "a-b"}, {"code": "é"},
     {"options": [{"value": "a\x00"}]}, {"options": [{"value": ""}]}],
    ids=lambda given: ascii(given)[:40],
)  # fmt: skip
async def test_definitions_that_make_no_sense(people: Cast, given: dict[str, Any]) -> None:
    given = dict(given)

    refusals = await refuse_field(people.root, given.pop("name", "Odd"), "LIST", **given)

    assert len(refusals) == 1
    assert (await people.root.data("{ customFields(entity: DEAL) { id } }"))["customFields"] == []

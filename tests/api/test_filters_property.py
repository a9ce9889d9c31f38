"""Any filter, over leads, contacts, companies and deals: the server finds what plain Python finds.

The records are made once and read back over the API before some of them go to the recycle bin;
`tests/api/oracle.py` says what a filter means.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final
from zlib import crc32

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.calling import mutate
from tests.api.conftest import NewCast
from tests.api.oracle import UNRATED, Memory
from tests.api.world import COMPANY, CONTACT, DEAL, LEAD, SALES, Names, World, build_settings
from tests.api.world import make_records as make
from tests.client import Client

TEXTS: Final = ("ab", "AB", "a%b", "a_b", "ёж", "Ёж b", "b\\a", None)
NUMBERS: Final = (0, 1, 50, 100, None)
DAYS: Final = ("2026-01-01", "2026-02-28", "2026-03-01", None)
# Dinars have no rate to the base currency.
MONEY: Final = (
    *({"amount": amount, "currency": "USD"} for amount in ("-1", "0", "2.5", "10")),
    {"amount": "10", "currency": "KWD"},
    None,
)
PHONES: Final[tuple[list[dict[str, str]], ...]] = (
    [],
    [{"value": "+12025550123", "kind": "WORK"}],
    [{"value": "+12025550123", "kind": "FAX"}, {"value": "+12025550124", "kind": "WORK"}],
)
SIZES: Final = ((COMPANY, 3), (COMPANY, 7), (CONTACT, 12), (LEAD, 12), (DEAL, 26))
BINNED: Final = ((COMPANY, 2), (COMPANY, 6), (CONTACT, 3), (LEAD, 4), (DEAL, 1), (DEAL, 7))

TO_ONE: Final = {"parent": "company", "company": "company", "contact": "contact", "lead": "lead",
                 "stage": "stage", "responsible": "user"}  # fmt: skip
TO_MANY: Final = {"companies": "company", "contacts": "contact", "observers": "user",
                  "subsidiaries": "company", "deals": "deal", "leads": "lead"}  # fmt: skip
READS: Final = {
    "company": "title isMine revenue { amount currency } parent { id } phones { value kind }"
    " responsible { id } observers { id } utm { source medium }",
    "contact": "firstName lastName birthDate isExportable company { id } phones { value kind }"
    " companies { nodes { id } } responsible { id }",
    "lead": "title amount { amount currency } company { id } contact { id } stage { id }"
    " contacts { nodes { id } } responsible { id } address { city country }",
    "deal": "title probability amount { amount currency } closeDate isClosed company { id }"
    " contact { id } contacts { nodes { id } } lead { id } stage { id } responsible { id }"
    " observers { id } externalIds { system value } utm { source medium }",
}
"""What is read back of the records, and so what the filters are about."""


# --- the records --------------------------------------------------------------------------------


def choices(names: Names, world: World, made: Mapping[str, list[str]], n: int) -> Any:
    """Give, for the inputs of a type, the values that each field may have."""
    utms = [None, *({"source": text, "medium": "cpc"} for text in TEXTS)]
    people = [world["anna"], world["boris"], None]
    common = {"responsibleId": people, "observerIds": [[], people[:1], people[:2]]}
    contacts = made["contact"]
    client = {
        "companyId": [*made["company"], None],
        "contactId": [*contacts, None],
        "contactIds": [[], contacts[:1], contacts[1:4]],
    }
    match names.one:
        case "company":
            return {**common, "title": TEXTS[:-1], "isMine": [True, False], "revenue": MONEY,
                    "phones": PHONES, "parentId": [*made["company"], None],
                    "utm": utms}  # fmt: skip
        case "contact":
            companies = made["company"]
            return {**common, "firstName": TEXTS, "lastName": TEXTS[:-1], "birthDate": DAYS,
                    "isExportable": [True, False], "phones": PHONES,
                    "companyIds": [[], companies[:1], companies[1:4]]}  # fmt: skip
        case "lead":
            stages = [world["lead stage:NEW"], world["lead stage:JUNK"]]
            places = [None, *({"city": text, "country": "RU"} for text in TEXTS)]
            return {**common, **client, "title": TEXTS, "amount": MONEY, "stageId": stages,
                    "address": places}  # fmt: skip
        case _:
            stages = [world[f"sales:{code}"] for code in ("NEW", "WON", "LOSE", "EXECUTING")]
            ids = [[], [{"system": "erp", "value": str(n)}], [{"system": "site", "value": str(n)}]]
            return {**common, **client, "title": TEXTS, "probability": NUMBERS, "amount": MONEY,
                    "closeDate": DAYS, "stageId": stages, "leadId": [*made["lead"], None],
                    "externalIds": ids, "utm": utms}  # fmt: skip


def chosen(names: Names, n: int, offered: Mapping[str, Any]) -> dict[str, Any]:
    """Give the input of the n-th record: the same in every run, and mixed well."""
    return {
        field: values[crc32(f"{names.one} {n} {field}".encode()) % len(values)]
        for field, values in offered.items()
    }


async def make_all(world: World) -> dict[str, list[str]]:
    """Make the records and give their ids by type."""
    made: dict[str, list[str]] = {names.one: [] for names in SALES}
    for names, size in SIZES:
        start = len(made[names.one])
        items = [
            chosen(names, n, choices(names, world, made, n)) for n in range(start, start + size)
        ]
        made[names.one] += [item["id"] for item in await make(world.people.anna, names, items)]
    return made


# --- as Python sees them ------------------------------------------------------------------------


def remembered(row: Mapping[str, Any]) -> dict[str, Any]:
    """Give a record as it was read, in the form in which the oracle compares it."""
    found: dict[str, Any] = {}
    for name, value in row.items():
        if name in TO_ONE:
            found[name] = found[f"{name}Id"] = value and value["id"]
        elif name in TO_MANY:
            members = value if isinstance(value, list) else value["nodes"]
            found[name] = [member["id"] for member in members]
        elif name in {"amount", "revenue"}:
            rated = value and (UNRATED if value["currency"] == "KWD" else Decimal(value["amount"]))
            found[name], found[f"{name}Currency"] = rated, value and value["currency"]
        else:
            found[name] = value
    return found


async def read_all(client: Client) -> dict[str, dict[str, Any]]:
    """Read all records back, with what people and stages they point to."""
    records: dict[str, dict[str, Any]] = {}
    for names in SALES:
        document = f"{{ all: {names.many}(first: 200) {{ nodes {{ id {READS[names.one]} }} }} }}"
        rows = (await client.data(document))["all"]["nodes"]
        records[names.one] = {row["id"]: remembered(row) for row in rows}
    others = await client.data(
        "{ user: users { nodes { id firstName } } deals: pipelines { stages { id semantics } }"
        " leads: pipelines(entity: LEAD) { stages { id semantics } } }"
    )
    records["user"] = {row["id"]: row for row in others["user"]["nodes"]}
    stages = [
        stage
        for name in ("deals", "leads")
        for pipeline in others[name]
        for stage in pipeline["stages"]
    ]
    records["stage"] = {stage["id"]: stage for stage in stages}
    for target, inverse in (("deal", "deals"), ("lead", "leads"), ("contact", "contacts"),
                            ("company", "subsidiaries")):  # fmt: skip
        for key, company in records["company"].items():
            via = "parent" if target == "company" else "company"
            company[inverse] = [row["id"] for row in records[target].values() if row[via] == key]
    for inverse, target in (("deals", "deal"), ("leads", "lead")):
        for key, contact in records["contact"].items():
            contact[inverse] = [
                row["id"] for row in records[target].values() if row["contact"] == key
            ]
    return records


@pytest.fixture(scope="module")
async def memory(new_cast: NewCast) -> tuple[Client, Memory]:
    """Give a reader of a workspace full of records, and the records as Python has them."""
    world = await build_settings(await new_cast())
    anna = world.people.anna
    made = await make_all(world)
    found = Memory(await read_all(anna), {**TO_ONE, **TO_MANY})
    for names, index in BINNED:
        gone = made[names.one][index]
        (await mutate(anna, f"delete{names.type}", input={"id": gone})).payload()
        found.deleted.add(gone)
    return world.people.reader, found


# --- filters ------------------------------------------------------------------------------------

PIECES: Final = (*TEXTS[:-1], "a", "B", "%", "_", "\\", "ё", " ", "")
AMOUNTS: Final = ("-1", "0", "2.5", "10", "10.0001")
Filters = st.SearchStrategy[dict[str, Any]]


def operators(values: Any, singles: str, lists: str = "", *, nullable: bool = True) -> Filters:
    """Give one or two operators with values for them."""
    value = st.sampled_from(values)
    offered: dict[str, st.SearchStrategy[Any]] = dict.fromkeys(singles.split(), value)
    offered |= dict.fromkeys(lists.split(), st.lists(value, max_size=3))
    if "gt" in offered:
        offered["between"] = st.lists(value, min_size=2, max_size=2)
    if nullable:
        offered["isNull"] = st.booleans()
    one = st.one_of(
        *(st.fixed_dictionaries({name: chosen_by}) for name, chosen_by in offered.items())
    )
    return st.one_of(one, st.tuples(one, one).map(lambda pair: {**pair[0], **pair[1]}))


def either(values: Any) -> Filters:
    return operators(values, "eq ne", "in notIn")


def ids(kind: str) -> Filters:
    """Give operators on ids; `$deal 3` stands for the id of the third deal."""
    return either([f"${kind} {number}" for number in range(4)])


def parts(**inner: Filters) -> Filters:
    return st.fixed_dictionaries({}, optional=inner)


def quantified(inner: Filters) -> Filters:
    return st.sampled_from(["some", "none", "every"]).flatmap(
        lambda name: st.fixed_dictionaries({name: inner})
    )


TEXT: Final = operators(PIECES, "eq ne contains startsWith endsWith", "in notIn")
YES_OR_NO: Final = operators([True, False], "eq")
NUMBER: Final = operators(NUMBERS[:-1], "eq ne gt gte lt lte", "in")
AMOUNT: Final = operators([Decimal(amount) for amount in AMOUNTS], "eq ne gt gte lt lte", "in")
DAY: Final = operators([*DAYS[:-1], "2026-02-01"], "eq ne gt gte lt lte", "in")
CURRENCY: Final = either(["USD", "KWD", "EUR"])
COMMON: Final = {
    "responsibleId": ids("user"),
    "deletedAt": st.fixed_dictionaries({"isNull": st.booleans()}),
}
PHONE: Final = quantified(parts(value=TEXT, kind=either(["WORK", "FAX"])))
UTM: Final = parts(source=TEXT, medium=TEXT)
CLIENT: Final = {"companyId": ids("company"), "contactId": ids("contact")}
FIELDS: Final[Mapping[str, Mapping[str, Filters]]] = {
    "company": {**COMMON, "id": ids("company"), "title": TEXT, "isMine": YES_OR_NO,
                "revenue": AMOUNT, "revenueCurrency": CURRENCY, "parentId": ids("company"),
                "phones": PHONE, "utm": UTM},
    "contact": {**COMMON, "id": ids("contact"), "firstName": TEXT, "lastName": TEXT,
                "birthDate": DAY, "isExportable": YES_OR_NO, "companyId": ids("company"),
                "phones": PHONE},
    "lead": {**COMMON, **CLIENT, "id": ids("lead"), "title": TEXT, "amount": AMOUNT,
             "amountCurrency": CURRENCY, "stageId": ids("stage"),
             "address": parts(city=TEXT, country=either(["RU", "US"]))},
    "deal": {**COMMON, **CLIENT, "id": ids("deal"), "title": TEXT, "probability": NUMBER,
             "amount": AMOUNT, "amountCurrency": CURRENCY, "closeDate": DAY,
             "isClosed": YES_OR_NO, "leadId": ids("lead"), "stageId": ids("stage"), "utm": UTM,
             "externalIds": quantified(parts(system=either(["erp", "site"]), value=TEXT))},
    "user": {"id": ids("user"), "firstName": TEXT},
    "stage": {"id": ids("stage"), "semantics": either(["OPEN", "WON", "LOST"])},
}  # fmt: skip
INVERSE: Final = {"company": ("contacts", "deals", "leads", "subsidiaries"),
                  "contact": ("deals", "leads"), "user": (), "stage": ()}  # fmt: skip


def relations(kind: str) -> list[str]:
    """Give the relations of a type that have been read back or worked out."""
    known = (*READS.get(kind, "").split(), *INVERSE.get(kind, ()))
    return [name for name in (*TO_ONE, *TO_MANY) if name in known]


@st.composite
def filters(draw: st.DrawFn, kind: str, depth: int) -> dict[str, Any]:
    """Give a filter of a type with one or two conditions; the deeper ones hold filters again."""
    names = list(FIELDS[kind])
    if depth:
        names += ["and", "or", "not", *relations(kind)]
    found: dict[str, Any] = {}
    for name in draw(st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True)):
        if name in {"and", "or"}:
            found[name] = draw(st.lists(filters(kind, depth - 1), max_size=2))
        elif name == "not":
            found[name] = draw(filters(kind, depth - 1))
        elif name in TO_ONE:
            found[name] = draw(filters(TO_ONE[name], depth - 1))
        elif name in TO_MANY:
            found[name] = draw(quantified(filters(TO_MANY[name], depth - 1)))
        else:
            found[name] = draw(FIELDS[kind][name])
    return found


QUESTIONS: Final = st.sampled_from(SALES).flatmap(
    lambda names: st.tuples(st.just(names), filters(names.one, 3))
)


def with_ids(where: Any, records: Mapping[str, Mapping[str, Any]]) -> Any:
    """Give a filter with ids in place of `$deal 3` and the like."""
    if isinstance(where, dict):
        return {key: with_ids(value, records) for key, value in where.items()}
    if isinstance(where, list):
        return [with_ids(value, records) for value in where]
    if isinstance(where, str) and where.startswith("$"):
        kind, number = where[1:].split(" ")
        known = list(records[kind])
        return known[int(number) % len(known)]
    return where


def as_json(where: Any) -> Any:
    """Give a filter as it is sent: decimals are strings on the wire."""
    if isinstance(where, dict):
        return {key: as_json(value) for key, value in where.items()}
    if isinstance(where, list):
        return [as_json(value) for value in where]
    return str(where) if isinstance(where, Decimal) else where


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(question=QUESTIONS)
async def test_any_filter_finds_what_python_finds(
    memory: tuple[Client, Memory], question: tuple[Names, dict[str, Any]]
) -> None:
    reader, known = memory
    names, drawn = question
    where = with_ids(drawn, known.records)

    answer = await reader.data(
        f"query ($where: {names.type}Filter) {{ found: {names.many}(where: $where, first: 200)"
        " { nodes { id } totalCount } }",
        where=as_json(where),
    )

    expected = known.found(names.one, where)
    assert {node["id"] for node in answer["found"]["nodes"]} == expected
    assert answer["found"]["totalCount"] == len(answer["found"]["nodes"]) == len(expected)

"""The filter language over the records of the shop: every operator, relation and connective."""

from collections.abc import Iterator
from typing import Any

import pytest
from graphql import GraphQLInputObjectType, get_named_type

from domain.fields import camel
from tests.api.calling import SDL, input_fields
from tests.api.samples import Sample, samples, written
from tests.api.shop import RECORDS, filled, named
from tests.api.world import COMPANY, TYPES, Names, World, make_records
from tests.client import Client

LISTS = {"leads": "LeadFilter", "contacts": "ContactFilter", "companies": "CompanyFilter",
         "deals": "DealFilter", "users": "UserFilter",
         "catalogElements": "CatalogElementFilter", "products": "ProductFilter"}  # fmt: skip
EVERYTHING = {
    "leads": ["call", "letter"], "contacts": ["ivan", "maria", "petr"],
    "companies": ["acme", "globex", "initech"], "deals": list("ABCDE"),
    "users": ["anna", "boris", "root"], "catalogElements": ["тент", "ковш"],
    "products": ["щуп", "цеп"],
}  # fmt: skip
POINTS = ("phones", "emails", "websites", "messengers")
LONG = "99999999999999.9999"


async def ids_of(client: Client, many: str, where: Any) -> tuple[list[str], list[str]]:
    """Give the ids of what matches and of what does not, which each list counts as well."""
    found = await client.data(
        f"query ($where: {LISTS[many]}, $not: {LISTS[many]}) {{"
        f" matching: {many}(where: $where, first: 200) {{ nodes {{ id }} totalCount }}"
        f" others: {many}(where: $not, first: 200) {{ nodes {{ id }} totalCount }} }}",
        where=where,
        **{"not": {"not": where}},
    )
    for part in found.values():
        assert part["totalCount"] == len(part["nodes"])
    matching, others = ([node["id"] for node in part["nodes"]] for part in found.values())
    return matching, others


# --- operators ----------------------------------------------------------------------------------

DEALS: list[tuple[Any, str]] = [
    # texts: A "Annual licence", B "annual LICENCE 2", C "Лицензия «Ёлка»", D "a\b", E none
    ({"title": {"eq": "Annual licence"}}, "A"),
    ({"title": {"eq": "annual licence"}}, ""),
    ({"title": {"ne": "Annual licence"}}, "BCDE"),
    ({"title": {"in": ["Annual licence", "a\\b", "nothing"]}}, "AD"),
    ({"title": {"in": []}}, ""),
    ({"title": {"notIn": ["Annual licence", "a\\b"]}}, "BCE"),
    ({"title": {"notIn": []}}, "ABCDE"),
    ({"title": {"isNull": True}}, "E"),
    ({"title": {"isNull": False}}, "ABCD"),
    ({"title": {"contains": "LICENCE"}}, "AB"),
    ({"title": {"contains": "ёлка"}}, "C"),
    ({"title": {"contains": "ЛИЦЕНЗИЯ"}}, "C"),
    ({"title": {"contains": ""}}, "ABCD"),
    ({"title": {"contains": "\\"}}, "D"),
    ({"title": {"contains": "l l"}}, "AB"),
    ({"title": {"startsWith": "ANNUAL"}}, "AB"),
    ({"title": {"startsWith": "licence"}}, ""),
    ({"title": {"startsWith": "лиц"}}, "C"),
    ({"title": {"endsWith": "Licence"}}, "A"),
    ({"title": {"endsWith": "annual"}}, ""),
    ({"title": {"endsWith": "КА»"}}, "C"),
    # what LIKE has for wildcards: A "50% off", B "50 % off", C "a_b", D "axb"
    ({"lossReason": {"contains": "%"}}, "AB"),
    ({"lossReason": {"contains": "0%"}}, "A"),
    ({"lossReason": {"contains": "_"}}, "C"),
    ({"lossReason": {"startsWith": "a_"}}, "C"),
    ({"lossReason": {"endsWith": "_b"}}, "C"),
    ({"lossReason": {"eq": "a_b"}}, "C"),
    ({"lossReason": {"eq": "%"}}, ""),
    # whole numbers: A 0, B 50, C 100, D 50, E none
    ({"probability": {"eq": 50}}, "BD"),
    ({"probability": {"ne": 50}}, "ACE"),
    ({"probability": {"gt": 50}}, "C"),
    ({"probability": {"gte": 50}}, "BCD"),
    ({"probability": {"lt": 50}}, "A"),
    ({"probability": {"lte": 50}}, "ABD"),
    ({"probability": {"in": [0, 100, 7]}}, "AC"),
    ({"probability": {"between": [0, 50]}}, "ABD"),
    ({"probability": {"between": [50, 0]}}, ""),
    ({"probability": {"isNull": True}}, "E"),
    ({"probability": {"isNull": False}}, "ABCD"),
    # amounts: A 100, B 250.5, C -1, D 250.5, E none
    ({"amount": {"eq": "250.50"}}, "BD"),
    ({"amount": {"ne": "250.5"}}, "ACE"),
    ({"amount": {"gt": "100"}}, "BD"),
    ({"amount": {"gte": "100.0000"}}, "ABD"),
    ({"amount": {"lt": "100"}}, "C"),
    ({"amount": {"lte": "100"}}, "AC"),
    ({"amount": {"lte": LONG}}, "ABCD"),
    ({"amount": {"in": ["-1", "100"]}}, "AC"),
    ({"amount": {"between": ["-1", "100"]}}, "AC"),
    ({"amount": {"isNull": True}}, "E"),
    ({"amount": {"isNull": False}}, "ABCD"),
    ({"tax": {"gt": "19.9999"}}, "A"),
    # currencies
    ({"amountCurrency": {"eq": "USD"}}, "ABCD"),
    ({"amountCurrency": {"ne": "USD"}}, "E"),
    ({"amountCurrency": {"in": ["EUR", "USD"]}}, "ABCD"),
    ({"amountCurrency": {"notIn": ["EUR"]}}, "ABCDE"),
    ({"amountCurrency": {"isNull": True}}, "E"),
    ({"taxCurrency": {"isNull": False}}, "A"),
    # days: A January 31, B February 28, C March 31, D and E none
    ({"beginDate": {"eq": "2026-01-31"}}, "A"),
    ({"beginDate": {"ne": "2026-01-31"}}, "BCDE"),
    ({"beginDate": {"gt": "2026-02-28"}}, "C"),
    ({"beginDate": {"gte": "2026-02-28"}}, "BC"),
    ({"beginDate": {"lt": "2026-02-28"}}, "A"),
    ({"beginDate": {"lte": "2026-02-28"}}, "AB"),
    ({"beginDate": {"in": ["2026-03-31", "2026-01-31"]}}, "AC"),
    ({"beginDate": {"between": ["2026-02-01", "2026-03-31"]}}, "BC"),
    ({"beginDate": {"isNull": True}}, "DE"),
    # times
    ({"createdAt": {"eq": "$createdAt of B"}}, "B"),
    ({"createdAt": {"ne": "$createdAt of B"}}, "ACDE"),
    ({"createdAt": {"gt": "$createdAt of B"}}, "CDE"),
    ({"createdAt": {"gte": "$createdAt of B"}}, "BCDE"),
    ({"createdAt": {"lt": "$createdAt of B"}}, "A"),
    ({"createdAt": {"lte": "$createdAt of B"}}, "AB"),
    ({"createdAt": {"in": ["$createdAt of A", "$createdAt of E"]}}, "AE"),
    ({"createdAt": {"between": ["$createdAt of B", "$createdAt of D"]}}, "BCD"),
    ({"createdAt": {"isNull": True}}, ""),
    ({"closedAt": {"isNull": True}}, "ACE"),
    ({"closedAt": {"gte": "$createdAt of B"}}, "BD"),
    ({"movedAt": {"eq": "$createdAt of C"}}, "C"),
    ({"updatedAt": {"lt": "$createdAt of A"}}, ""),
    # yes and no; B and D stand on final stages
    ({"isClosed": {"eq": True}}, "BD"),
    ({"isClosed": {"eq": False}}, "ACE"),
    ({"isShared": {"eq": True}}, "A"),
    ({"isShared": {"isNull": True}}, ""),
    ({"isReturning": {"isNull": False}}, "ABCDE"),
    # ids
    ({"id": {"eq": "$A"}}, "A"),
    ({"id": {"eq": "$F"}}, ""),
    ({"id": {"ne": "$A"}}, "BCDE"),
    ({"id": {"in": ["$A", "$C", "$F"]}}, "AC"),
    ({"id": {"notIn": ["$A", "$C"]}}, "BDE"),
    ({"id": {"isNull": True}}, ""),
    ({"companyId": {"eq": "$acme"}}, "AC"),
    ({"companyId": {"ne": "$acme"}}, "BDE"),
    ({"companyId": {"in": ["$globex", "$initech"]}}, "B"),
    ({"companyId": {"notIn": ["$globex", "$acme"]}}, "DE"),
    ({"companyId": {"isNull": True}}, "E"),
    ({"responsibleId": {"isNull": False}}, "ABC"),
    ({"movedById": {"eq": "$anna"}}, "ABCDE"),
    # names
    ({"stage": {"semantics": {"eq": "WON"}}}, "B"),
    ({"stage": {"semantics": {"ne": "OPEN"}}}, "BD"),
    ({"stage": {"semantics": {"in": ["OPEN", "LOST"]}}}, "ACDE"),
    ({"stage": {"semantics": {"notIn": ["OPEN", "LOST"]}}}, "B"),
    ({"stage": {"semantics": {"isNull": True}}}, ""),
    ({"pipeline": {"entity": {"eq": "DEAL"}}}, "ABCDE"),
    ({"pipeline": {"entity": {"ne": "DEAL"}}}, ""),
    ({"pipeline": {"entity": {"in": ["LEAD", "QUOTE"]}}}, ""),
    ({"pipeline": {"entity": {"notIn": ["LEAD"]}}}, "ABCDE"),
    ({"pipeline": {"entity": {"isNull": False}}}, "ABCDE"),
    # parts of composite values: A news/cpc/spring, B search/cpc
    ({"utm": {"source": {"eq": "news"}}}, "A"),
    ({"utm": {"source": {"ne": "news"}}}, "BCDE"),
    ({"utm": {"medium": {"in": ["cpc"]}, "source": {"startsWith": "S"}}}, "B"),
    ({"utm": {"campaign": {"isNull": True}}}, "BCDE"),
    ({"utm": {"campaign": {"notIn": ["spring"]}}}, "BCDE"),
    # several operators of one field must all hold
    ({"probability": {"gt": 0, "lt": 100}}, "BD"),
    ({"title": {"startsWith": "annual", "endsWith": "2", "ne": "x"}}, "B"),
    ({"title": {}}, "ABCDE"),
]  # fmt: skip

RELATIONS: list[tuple[Any, str]] = [
    # to one: acme buys A and C, globex B, a company in the bin D, nobody E
    ({"company": {"title": {"eq": "Acme"}}}, "AC"),
    ({"company": {}}, "ABC"),
    ({"company": {"title": {"ne": "Acme"}}}, "B"),
    ({"company": {"not": {"title": {"eq": "Acme"}}}}, "B"),
    ({"not": {"company": {"title": {"eq": "Acme"}}}}, "BDE"),
    ({"company": {"parent": {"title": {"eq": "Acme"}}}}, "B"),
    ({"company": {"industry": {"code": {"in": ["IT", "BANKING"]}}}}, "ABC"),
    ({"company": {"industry": {"dictionary": {"code": {"eq": "INDUSTRY"}}}}}, "ABC"),
    ({"company": {"parentId": {"isNull": True}}}, "AC"),
    ({"company": {"id": {"eq": "$gone"}}}, ""),
    ({"companyId": {"eq": "$gone"}}, "D"),
    ({"contact": {"lastName": {"eq": "Ёлкин"}}}, "A"),
    ({"lead": {"companyTitle": {"contains": "hooves"}}}, "A"),
    ({"source": {"code": {"eq": "WEB"}}}, "A"),
    ({"source": {"sort": {"lt": 30}}}, "B"),
    ({"source": {"isSystem": {"eq": False}}}, "A"),
    ({"stage": {"pipeline": {"isDefault": {"eq": False}}}}, "C"),
    ({"pipeline": {"stages": {"some": {"code": {"eq": "ANALYSIS"}}}}}, "C"),
    ({"responsible": {"firstName": {"eq": "Boris"}}}, "B"),
    ({"responsible": {"isActive": {"eq": True}}}, "ABC"),
    ({"responsible": {"departments": {"some": {"id": {"eq": "$north"}}}}}, "AC"),
    ({"responsible": {"departments": {"some": {"id": {"inTree": ["$sales department"]}}}}}, "ABC"),
    ({"responsible": {"departments": {"some": {"inTree": ["$north"]}}}}, "AC"),
    ({"responsible": {"departments": {"some": {"parent": {"name": {"eq": "Sales"}}}}}}, "AC"),
    ({"responsible": {"departments": {"some": {"parentId": {"inTree": ["$sales department"]}}}}},
     "AC"),
    ({"responsible": {"departments": {"every": {"headId": {"eq": "$anna"}}}}}, "AC"),
    # to many: A has ivan and maria, B maria, the others nobody
    ({"contacts": {"some": {"id": {"eq": "$maria"}}}}, "AB"),
    ({"contacts": {"none": {"id": {"eq": "$ivan"}}}}, "BCDE"),
    ({"contacts": {"every": {"id": {"eq": "$maria"}}}}, "BCDE"),
    ({"contacts": {"every": {"birthDate": {"isNull": False}}}}, "CDE"),
    ({"contacts": {"some": {"id": {"eq": "$ivan"}}, "every": {"id": {"eq": "$maria"}}}}, ""),
    ({"contacts": {"some": {"companies": {"some": {"title": {"eq": "Acme"}}}}}}, "A"),
    ({"contacts": {}}, "ABCDE"),
    ({"company": {"deals": {"some": {"title": {"contains": "ёлка"}}}}}, "AC"),
    ({"company": {"deals": {"every": {"probability": {"lte": 100}}}}}, "ABC"),
    ({"company": {"contacts": {"none": {"isExportable": {"eq": False}}}}}, "AC"),
    ({"company": {"subsidiaries": {"some": {"subsidiaries": {"some": {}}}}}}, "AC"),
    ({"observers": {"some": {"id": {"eq": "$boris"}}}}, "B"),
    ({"observers": {"every": {"id": {"eq": "$anna"}}}}, "ACDE"),
    ({"externalIds": {"some": {"system": {"eq": "erp"}, "value": {"eq": "2"}}}}, "B"),
    ({"externalIds": {"some": {"system": {"eq": "site"}, "value": {"eq": "2"}}}}, ""),
    ({"externalIds": {"none": {"value": {"eq": "1"}}}}, "CDE"),
    ({"externalIds": {"every": {"system": {"eq": "erp"}}}}, "ACDE"),
]  # fmt: skip

CONNECTIVES: list[tuple[Any, str]] = [
    ({}, "ABCDE"),
    ({"and": []}, "ABCDE"),
    ({"or": []}, ""),
    ({"not": {}}, ""),
    ({"or": [{}]}, "ABCDE"),
    ({"and": [{"probability": {"eq": 50}}, {"companyId": {"eq": "$globex"}}]}, "B"),
    ({"or": [{"probability": {"eq": 0}}, {"companyId": {"eq": "$globex"}}]}, "AB"),
    ({"not": {"probability": {"eq": 50}}}, "ACE"),
    ({"not": {"not": {"probability": {"eq": 50}}}}, "BD"),
    ({"not": {"or": [{"title": {"isNull": True}}, {"probability": {"gt": 0}}]}}, "A"),
    # conditions side by side must all hold, connectives among them
    ({"probability": {"eq": 50}, "isClosed": {"eq": True}, "companyId": {"eq": "$globex"}}, "B"),
    ({"probability": {"eq": 50}, "or": [{"title": {"contains": "2"}}, {"id": {"eq": "$A"}}]}, "B"),
    ({"and": [{"or": [{"id": {"eq": "$A"}}, {"id": {"eq": "$B"}}]},
              {"not": {"id": {"eq": "$B"}}}]}, "A"),
    # an operator on an empty value is false, so its complement holds
    ({"not": {"probability": {"lt": 50}}}, "BCDE"),
    ({"not": {"title": {"contains": "a"}}}, "CE"),
    ({"not": {"utm": {"source": {"startsWith": "n"}}}}, "BCDE"),
    ({"not": {"company": {}}}, "DE"),
    # the recycle bin is asked for by deletedAt alone
    ({"deletedAt": {"isNull": False}}, "F"),
    ({"deletedAt": {"isNull": True}}, "ABCDE"),
    ({"or": [{"deletedAt": {"isNull": False}}, {"probability": {"eq": 50}}]}, "BDF"),
    ({"not": {"deletedAt": {"isNull": True}}}, "F"),
    ({"company": {"deletedAt": {"isNull": False}}}, ""),
]  # fmt: skip

OTHERS: list[tuple[str, Any, str]] = [
    ("catalogElements", {"section": {"inTree": ["$vans", "$sedans"]}}, "тент"),
    ("catalogElements", {"section": {"inTree": ["$sedans"]}}, ""),
    ("catalogElements", {"section": {"inTree": []}}, ""),
    ("catalogElements", {"sectionId": {"inTree": ["$vans"]}}, "тент"),
    ("catalogElements", {"sectionId": {"eq": "$vans"}}, "тент"),
    ("catalogElements", {"sectionId": {"ne": "$vans"}}, "ковш"),
    ("catalogElements", {"sectionId": {"in": ["$vans", "$sedans"]}}, "тент"),
    ("catalogElements", {"sectionId": {"notIn": ["$vans"]}}, "ковш"),
    ("catalogElements", {"sectionId": {"isNull": True}}, "ковш"),
    ("catalogElements", {"section": {"catalog": {"elements": {"every": {"sort": {"lt": 20}}}}}},
     ""),
    ("catalogElements", {"catalog": {"sections": {"every": {"elements": {"some": {}}}}}}, ""),
    ("catalogElements", {"catalog": {"sections": {"none": {"elements": {"some": {}}}}}}, ""),
    ("catalogElements", {"catalog": {"sections": {"some": {"elements": {"none": {}}}}}},
     "ковш тент"),
    ("catalogElements", {"catalog": {"elements": {"some": {"code": {"eq": "Т-1"}}}}},
     "ковш тент"),
    ("catalogElements", {"catalog": {"elements": {"none": {"code": {"eq": "Т-1"}}}}}, ""),
    ("products", {"section": {"inTree": ["$pumps", "$hoses"]}}, "щуп"),
    ("products", {"section": {"inTree": ["$pumps"]}}, ""),
    ("products", {"sectionId": {"inTree": ["$hoses"]}}, "щуп"),
    ("products", {"sectionId": {"eq": "$hoses"}}, "щуп"),
    ("products", {"sectionId": {"ne": "$hoses"}}, "цеп"),
    ("products", {"sectionId": {"in": ["$pumps", "$hoses"]}}, "щуп"),
    ("products", {"sectionId": {"notIn": ["$hoses"]}}, "цеп"),
    ("products", {"sectionId": {"isNull": True}}, "цеп"),
    ("products", {"section": {"products": {"every": {"isActive": {"eq": True}}}}}, "щуп"),
    ("products", {"section": {"products": {"some": {"code": {"eq": "Щ-1"}}}}}, "щуп"),
    ("products", {"section": {"products": {"none": {}}}}, ""),
    ("products", {"section": {"children": {"none": {"name": {"eq": "Small"}}}}}, "щуп"),
    ("products", {"section": {"children": {"some": {}}}}, ""),
    ("products", {"section": {"children": {"every": {"name": {"eq": "Small"}}}}}, "щуп"),
    ("products", {"unit": {"code": {"eq": "KGM"}}}, "щуп"),
    ("products", {"taxRate": {"rate": {"gte": "10"}}}, "щуп"),
    ("products", {"isTaxIncluded": {"eq": False}}, "цеп"),
    ("deals", {"productRows": {"some": {"productId": {"eq": "$щуп"}}}}, "A"),
    ("deals", {"productRows": {"some": {"product": {"name": {"eq": "Щуп"}}}}}, "A"),
    ("deals", {"productRows": {"none": {}}}, "B C D E"),
    ("deals", {"productRows": {"every": {"productId": {"isNull": True}}}}, "B C D E"),
    ("companies", {"revenue": {"between": ["500.5", "999.9999"]}}, "globex"),
    ("companies", {"isMine": {"eq": True}}, "initech"),
    ("companies", {"type": {"code": {"eq": "CUSTOMER"}}}, "acme"),
    ("companies", {"parent": {"parent": {"title": {"eq": "Acme"}}}}, "initech"),
    ("companies", {"deals": {"some": {"stage": {"semantics": {"eq": "WON"}}}}}, "globex"),
    ("companies", {"deals": {"some": {"title": {"contains": "of old"}}}}, ""),
    ("companies", {"leads": {"some": {"amount": {"gte": "10"}}}}, "acme"),
    ("companies", {"phones": {"some": {"value": {"startsWith": "+1202"}}}}, "acme"),
    ("companies", {"phones": {"some": {"value": {"endsWith": "958"},
                                       "kind": {"eq": "WORK"}}}}, ""),
    ("companies", {"emails": {"some": {"value": {"contains": "@GLOBEX"}}}}, "globex"),
    ("companies", {"emails": {"every": {"kind": {"eq": "WORK"}}}}, "initech"),
    ("contacts", {"company": {"title": {"startsWith": "glob"}}}, "maria"),
    ("contacts", {"companies": {"some": {"id": {"eq": "$globex"}}}}, "ivan maria"),
    ("contacts", {"companies": {"every": {"id": {"eq": "$globex"}}}}, "maria petr"),
    ("contacts", {"birthDate": {"lt": "1980-03-01"}}, "ivan"),
    ("contacts", {"firstName": {"startsWith": "ив"}}, "ivan"),
    ("contacts", {"deals": {"some": {"isClosed": {"eq": True}}}}, "maria"),
    ("contacts", {"leads": {"none": {}}}, "maria petr"),
    ("leads", {"address": {"city": {"contains": "моск"}}}, "letter"),
    ("leads", {"address": {"country": {"ne": "US"}}}, "letter"),
    ("leads", {"address": {"city": {"eq": "Springfield"}, "country": {"eq": "RU"}}}, ""),
    ("leads", {"stage": {"code": {"eq": "IN_PROCESS"}}}, "call"),
    ("leads", {"contact": {"phones": {"some": {"kind": {"eq": "MOBILE"}}}}}, "call"),
    ("users", {"departments": {"some": {"children": {"some": {"name": {"eq": "North"}}}}}},
     "boris"),
    ("users", {"departments": {"some": {"members": {"some": {"id": {"eq": "$anna"}}}}}}, "anna"),
    ("users", {"departments": {"none": {"id": {"in": ["$north", "$sales department"]}}}}, "root"),
    ("users", {"departments": {"some": {"id": {"ne": "$north"}}}}, "boris"),
    ("users", {"departments": {"some": {"id": {"notIn": ["$north"]}}}}, "boris"),
    ("users", {"departments": {"some": {"parentId": {"isNull": True}}}}, "boris"),
    ("users", {"departments": {"some": {"head": {"email": {"startsWith": "anna"}}}}}, "anna"),
]  # fmt: skip


def _kinds() -> Iterator[tuple[str, Any, str]]:
    """Give the operators of each kind of phone, e-mail, … : one of acme's, one of globex's."""
    acme, globex = RECORDS[COMPANY]["acme"], RECORDS[COMPANY]["globex"]
    for points in POINTS:
        (other,) = (value["kind"] for value in globex[points])
        own = acme[points][0]["kind"]
        for operators, expected in (
            ({"eq": own}, "acme"),
            ({"ne": own}, "acme globex" if len(acme[points]) > 1 else "globex"),
            ({"in": [own, other]}, "acme globex"),
            ({"notIn": [value["kind"] for value in acme[points]]}, "globex"),
            ({"isNull": True}, ""),
        ):
            yield "companies", {points: {"some": {"kind": operators}}}, expected


QUANTIFIED: list[tuple[str, tuple[str, ...], str, str]] = [
    # list, path to a list of each record, who has some in it, who has none
    ("companies", ("contacts",), "acme globex", "initech"),
    ("companies", ("deals",), "acme globex", "initech"),
    ("companies", ("leads",), "acme", "globex initech"),
    ("companies", ("subsidiaries",), "acme globex", "initech"),
    ("companies", ("phones",), "acme globex", "initech"),
    ("companies", ("emails",), "acme globex", "initech"),
    ("companies", ("websites",), "acme globex", "initech"),
    ("companies", ("messengers",), "acme globex", "initech"),
    ("contacts", ("companies",), "ivan maria", "petr"),
    ("deals", ("contacts",), "A B", "C D E"),
    ("deals", ("observers",), "A B", "C D E"),
    ("deals", ("externalIds",), "A B", "C D E"),
    ("deals", ("pipeline", "stages"), "A B C D E", ""),
    ("deals", ("source", "dictionary", "items"), "A B", ""),
    ("users", ("departments",), "anna boris", "root"),
    ("users", ("departments", "some", "members"), "anna boris", ""),
]


def _quantifiers() -> Iterator[tuple[str, Any, str]]:
    """Give some, none and every of each list, with conditions that all or none of it fulfil."""
    for many, path, having, lacking in QUANTIFIED:
        field = "value" if path[-1] in {*POINTS, "externalIds"} else "id"
        for quantified, expected in (
            ({"some": {}}, having),
            ({"some": {field: {"isNull": False}}}, having),
            ({"some": {field: {"isNull": True}}}, ""),
            ({"none": {}}, lacking),
            ({"none": {field: {"isNull": True}}}, " ".join(sorted(f"{having} {lacking}".split()))),
            ({"every": {field: {"isNull": True}}}, lacking),
        ):
            where: Any = quantified
            for key in reversed(path):
                where = {key: where}
            yield many, where, expected


CASES: list[tuple[str, Any, list[str]]] = [
    *(("deals", where, list(found)) for where, found in DEALS + RELATIONS + CONNECTIVES),
    *((many, where, found.split()) for many, where, found in [*OTHERS, *_kinds(), *_quantifiers()]),
]
each_case = pytest.mark.parametrize(("many", "where", "expected"), CASES, ids=str)


@each_case
async def test_a_filter_finds_what_matches_and_its_complement_the_others(
    shop: World, many: str, where: Any, expected: list[str]
) -> None:
    found, others = await ids_of(shop.people.reader, many, filled(where, shop))

    assert sorted(named(found, shop)) == expected
    if "deletedAt" not in str(where):
        assert sorted(named(others, shop)) == sorted(set(EVERYTHING[many]) - set(expected))


@pytest.mark.parametrize("many", LISTS)
async def test_olga_finds_nothing_of_it_by_the_widest_filters(shop: World, many: str) -> None:
    widest: tuple[Any, ...] = (
        {},
        {"id": {"isNull": False}},
        {"or": [{}]},
        {"not": {"or": []}},
    )
    for where in widest:
        found, _ = await ids_of(shop.people.olga, many, where)
        assert not set(found) & set(shop.ids.values())


# --- the cases are all there are ----------------------------------------------------------------


def _asked(kind: str, where: Any) -> Iterator[tuple[str, str]]:
    """Give what a filter asks, as (input type, field)."""
    declared = SDL.type_map[kind]
    if isinstance(declared, GraphQLInputObjectType):
        for key, value in where.items():
            yield kind, key
            inner = get_named_type(declared.fields[key].type).name
            for part in value if isinstance(value, list) else [value]:
                yield from _asked(inner, part) if isinstance(part, dict) else ()


_ELSEWHERE = {
    "AuditKindFilter", "HistoryFilter", "ActivityKindFilter", "ActivityPriorityFilter",
    "ActivityListFilter",
}  # fmt: skip


def _is_filter_of_values(name: str) -> bool:
    """Tell the inputs of operators, quantifiers and parts from those of records."""
    # Custom fields have cases of their own.
    # Those of the audit log, of the history and of activities have tests of their own.
    own = name.endswith("Filter") and name not in {"CustomFilter", *_ELSEWHERE}
    return own and "and" not in input_fields(name)


def test_there_is_a_case_for_every_operator_of_every_filter() -> None:
    asked = {pair for many, where, _ in CASES for pair in _asked(LISTS[many], where)}
    offered = {
        (name, key)
        for name, kind in SDL.type_map.items()
        if isinstance(kind, GraphQLInputObjectType) and _is_filter_of_values(name)
        for key in kind.fields
    }

    assert sorted(offered - asked) == []


# --- every field --------------------------------------------------------------------------------


def equal(sample: Sample) -> Any:
    """Give the filter that holds for the first value of a sampled field, and not for the second."""
    value, name = sample.written[0], sample.name
    if name.endswith("Ids") and name != "externalIds":
        return {sample.key: {"some": {"id": {"eq": value[0]}}}}
    match value:
        case {"amount": amount}:
            return {name: {"eq": amount}}
        case dict():
            offered = input_fields(f"{name.capitalize()}Filter")
            return {name: {part: {"eq": value[part]} for part in value if part in offered}}
        case [dict(first), *_]:
            return {name: {"some": {part: {"eq": first[part]} for part in first}}}
    return {name: {"eq": value}}


@pytest.mark.parametrize("names", TYPES, ids=lambda names: names.one)
async def test_every_writable_field_is_filtered(world: World, names: Names) -> None:
    anna = world.people.anna
    fields = samples(names, world)
    made = await make_records(anna, names, [written(fields, 0), written(fields, 1)])
    ids = [item["id"] for item in made]
    unfiltered = {camel(field.name) for field in names.entity.fields if not field.filterable}
    filtered = [f for f in fields if f.key not in unfiltered and not (f.fixed or f.apart)]

    document = (
        f"query ($where: {LISTS[names.many]}) {{"
        f" {names.many}(where: $where) {{ nodes {{ id }} }} }}"
    )
    found = {}
    for field in filtered:
        where = {"id": {"in": ids}, **equal(field)}
        data = await anna.data(document, where=where)
        found[field.name] = [node["id"] for node in data[names.many]["nodes"]]

    assert found == {field.name: ids[:1] for field in filtered}


# --- limits -------------------------------------------------------------------------------------


def nested(depth: int) -> Any:
    """Give a filter of so many objects one inside another."""
    where: Any = {"probability": {"eq": 50}}
    for _ in range(depth - 2):
        where = {"not": where}
    return where


async def test_a_filter_is_12_deep_at_most(shop: World) -> None:
    reader = shop.people.reader
    document = "query ($where: DealFilter) { deals(where: $where) { totalCount } }"

    deepest = await reader.run(document, {"where": nested(12)})
    deeper = await reader.run(document, {"where": nested(13)})

    assert deepest.data == {"deals": {"totalCount": 2}}
    assert deeper.codes == ["QUERY_TOO_EXPENSIVE"]
    assert "data" not in deeper.body

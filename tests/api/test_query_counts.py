"""How many SQL statements a query takes: the same for 20 records as for one, and as many as known.

The documents are derived from the SDL, one for each field that leads from one thing to others, so a
new relation is counted the day it is added; a few screens of a CRM stand beside them. The counts
are data in `tests/query_counts.json`; `VORONKA_UPDATE_COUNTS=1` writes them instead of comparing.
"""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)

from tests.api.calling import SDL, mutation_document
from tests.api.crowd import SIZE, Crowd, Ids, inputs
from tests.api.samples import changes, samples, written
from tests.api.world import ELEMENT, TYPES, Names

COUNTS: Final = Path(__file__).parents[1] / "query_counts.json"
UPDATE: Final = os.environ.get("VORONKA_UPDATE_COUNTS") == "1"
PAGE: Final = "pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"
LISTS: Final = {"Lead": "leads", "Contact": "contacts", "Company": "companies", "Deal": "deals",
                "User": "users", "CatalogElement": "catalogElements"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Question:
    """A document and its variables for n records."""

    document: str
    kinds: tuple[str, ...] = ()
    """Types whose ids the document takes as `$ids`, the first n of each."""

    def given(self, ids: Ids, n: int) -> dict[str, Any]:
        """Give the variables for n records."""
        known: dict[str, Any] = {
            "n": n,
            "ids": [key for kind in self.kinds for key in ids[kind][:n]],
        }
        return {name: known[name] for name in known if f"${name}:" in self.document}


# --- derived ------------------------------------------------------------------------------------


def objects(kind: GraphQLObjectType | GraphQLInterfaceType) -> Iterator[tuple[str, GraphQLField]]:
    """Give the fields that lead to something with fields of its own and need no argument."""
    for name, declared in kind.fields.items():
        if is_leaf_type(get_named_type(declared.type)):
            continue
        if not any(is_required_argument(argument) for argument in declared.args.values()):
            yield name, declared


def leaves(kind: GraphQLObjectType) -> list[str]:
    """Give the fields that are values, with those of what is no thing of its own."""
    found = []
    for name, declared in kind.fields.items():
        inner = get_named_type(declared.type)
        if is_leaf_type(inner):
            found.append(name)
    return found


def selections(declared: GraphQLField) -> Iterator[tuple[str, str]]:
    """Give what is asked of a field, each with a name for it: a page, numbers, or the values.

    What has no id of its own, such as a column of a board, is gone into.
    """
    kind = get_named_type(declared.type)
    assert isinstance(kind, GraphQLObjectType | GraphQLInterfaceType)
    if kind.name.endswith("Connection") and "edges" in kind.fields:
        yield "", f"{{ nodes {{ id }} edges {{ cursor node {{ id }} }} {PAGE} }}"
        if "aggregate" not in kind.fields:
            return
        aggregate = get_named_type(kind.fields["aggregate"].type)
        assert isinstance(aggregate, GraphQLObjectType)
        parts = " ".join(f"{name} {{ max }}" for name, _ in objects(aggregate))
        yield " numbers", f"{{ totalCount aggregate {{ count {parts} }} }}"
    elif "id" in kind.fields or isinstance(kind, GraphQLInterfaceType):
        yield "", f"{{ __typename {' '.join(leaves(kind))} }}"  # type: ignore[arg-type]  # narrowed above
    else:
        if leaves(kind):
            yield "", f"{{ {' '.join(leaves(kind))} }}"
        for name, inner in objects(kind):
            for label, selected in selections(inner):
                yield f".{name}{label}", f"{{ {name} {selected} }}"


def relations() -> Iterator[tuple[str, Question]]:
    """Give a question for each relation of each thing with an id."""
    for kind in SDL.type_map.values():
        if not isinstance(kind, GraphQLObjectType) or "Node" not in map(str, kind.interfaces):
            continue
        for name, declared in objects(kind):
            for label, selected in selections(declared):
                yield f"{kind.name}.{name}{label}", _of_many(kind.name, f"{name} {selected}")


def _of_many(kind: str, fields: str) -> Question:
    """Ask for fields of many: in their list where there is one, else by their ids."""
    if kind in LISTS:
        asked = (
            f"{LISTS[kind]}(where: {{ id: {{ in: $ids }} }}, first: 200) {{ nodes {{ {fields} }} }}"
        )
    else:
        asked = f"nodes(ids: $ids) {{ ... on {kind} {{ {fields} }} }}"
    return Question(f"query ($ids: [ID!]!) {{ {asked} }}", (kind,))


# --- by hand ------------------------------------------------------------------------------------

PERSON: Final = "{ id fullName email }"
ITEM: Final = "{ id code name color }"
POINTS: Final = "phones { value kind } emails { value kind }"
CARD: Final = (
    "id title amount { amount currency } closeDate company { id title } contact { id fullName }"
    f" responsible {PERSON}"
)
SCREENS: Final[Mapping[str, Question]] = {
    "a board": Question(
        "query ($n: Int) { pipelines { id name board(first: $n) { stage { id name color semantics }"
        f" count sum {{ amount currency }} deals {{ nodes {{ {CARD} }} {PAGE} }} }} }} }}"
    ),
    "a page of deals": Question(
        "query ($n: Int) { deals(first: $n, orderBy: [{ company: { title: ASC } }],"
        ' where: { stage: { semantics: { eq: OPEN } }, amount: { gt: "0" } }) { totalCount'
        f" aggregate {{ amount {{ sum avg }} }} {PAGE} nodes {{ {CARD} version createdAt"
        f" type {ITEM} source {ITEM} pipeline {{ name }} stage {{ name color }}"
        f" observers {PERSON} externalIds {{ system value }} lead {{ title }}"
        f" contacts {{ nodes {{ fullName {POINTS} }} }} createdBy {PERSON} updatedBy {PERSON}"
        " } } }"
    ),
    "a page of companies": Question(
        "query ($n: Int) { companies(first: $n) { totalCount nodes { id title"
        f" industry {ITEM} employees {ITEM} revenue {{ amount }} parent {{ title }} {POINTS}"
        f" websites {{ value }} responsible {PERSON} contacts(first: 3) {{ totalCount"
        f" nodes {{ fullName {POINTS} deals(first: 3) {{ nodes {{ title stage {{ name }} }} }}"
        " } } deals { totalCount aggregate { amount { sum } } } } } }"
    ),
    "companies, their contacts and their deals": Question(
        "query ($n: Int) { companies(first: $n) { nodes { contacts { nodes { deals { nodes { id"
        " contact { company { title } } } } } } } } }"
    ),
    "lists with an amount asked for inside": Question(
        'query ($n: Int) { companies(first: $n) { nodes { deals(where: { amount: { gt: "1" } },'
        " orderBy: [{ amount: DESC }]) { totalCount aggregate { amount { sum } tax { max } }"
        " nodes { id } } } } }"
    ),
    "the viewer": Question(
        "{ viewer { user { id fullName departments { name parent { name } } }"
        " workspace { id name currency } scopes apiKeys { name user { fullName } } } }"
    ),
    "all settings": Question(
        "{ pipelines { id name stages { id name color semantics } }"
        " dictionaries { id code name items { id code name color } }"
        " exchangeRates { currency rate } catalogs { id name sections { name parent { name } } }"
        " resources { id name isActive } bookingServices { id name duration } }"
    ),
    "all people": Question(
        "query ($n: Int) { users(first: $n) { totalCount nodes { id fullName"
        " departments { name head { fullName } parent { name } } } }"
        " departments { name head { fullName } members { fullName } children { name } }"
        " groups { name members { fullName } } }"
    ),
    "things of every type by their ids": Question(
        "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id ... on Record"
        f" {{ version responsible {PERSON} createdBy {PERSON} }} }} }}",
        ("Lead", "Contact", "Company", "Deal", "User", "Department", "Stage", "Phone"),
    ),
    "a search of each type": Question(
        "query ($n: Int!) {"
        ' deals: search(text: "a", types: [DEAL], first: $n)'
        f" {{ nodes {{ ... on Deal {{ {CARD} }} }} }}"
        ' companies: search(text: "a", types: [COMPANY], first: $n) { nodes { id'
        f" responsible {PERSON} ... on Company {{ {POINTS} }} }} }} }}"
    ),
    "a calendar": Question(
        'query ($ids: [ID!]) { bookings(from: "2026-06-01T00:00:00Z", to: "2026-07-01T00:00:00Z",'
        f" resourceIds: $ids) {{ from to resources {{ name }} users {PERSON}"
        " service { name duration } } }",
        ("Resource",),
    ),
    "a page of elements": Question(
        "query ($n: Int) { catalogElements(first: $n, orderBy: [{ sort: ASC }]) { totalCount"
        f" {PAGE} nodes {{ id name code catalog {{ name }} section {{ name parent {{ name }} }}"
        f" responsible {PERSON} customFieldValues {{ displayValue }} }} }} }}"
    ),
    "a searched list": Question(
        'query ($n: Int) { contacts(search: "a", first: $n) { totalCount nodes { id fullName } } }'
    ),
}


QUESTIONS: Final = {**dict(relations()), **SCREENS}


# --- measured -----------------------------------------------------------------------------------


def bulk(names: Names, crowd: Crowd, n: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give the bulk mutations of a type with n records of all fields."""
    world = crowd.world
    ids = crowd.ids[names.type][:n]
    fresh = inputs(names, world, crowd.ids)[:n]
    for item in fresh:
        # Those of the crowd have been given away.
        item["externalIds"] = written(samples(names, world), 0)["externalIds"]
    changed = [{**changes(samples(names, world), 1), "id": key} for key in ids]
    if names is ELEMENT:
        # Each has a catalogue of its own, and moves between the sections of that one.
        for item, section in zip(changed, crowd.ids["TopSection"], strict=False):
            item["sectionId"] = section
    keyed = [
        {**item, "externalId": {"system": "crowd", "value": str(number)}}
        for number, item in enumerate(fresh)
    ]
    yield f"create{names.types}", {"input": fresh}
    yield f"update{names.types}", {"input": changed}
    yield f"upsert{names.types}", {"input": keyed}
    yield f"delete{names.types}", {"ids": ids}


def asked(crowd: Crowd, n: int) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Give all that is measured: a name, a document, its variables for n records."""
    for name, question in QUESTIONS.items():
        yield name, question.document, question.given(crowd.ids, n)
    for names in TYPES:
        for name, given in bulk(names, crowd, n):
            read = f"results {{ {names.one} {{ id version }} userErrors {{ code }} }}"
            yield name, mutation_document(name, read, list(given)), given


async def measured(crowd: Crowd, watch: Any, n: int) -> dict[str, list[str]]:
    """Give the SQL of everything that is asked, for n records; nothing of it is kept."""
    found = {}
    for name, document, given in asked(crowd, n):
        with watch() as seen:
            answer = await crowd.world.people.root.run(document, given, {"X-Dry-Run": "1"})
        assert refused(answer.data) == []
        found[name] = list(seen.records)
    return found


def refused(data: Any) -> list[Any]:
    """Give the user errors of a mutation and of its results."""
    if isinstance(data, dict):
        inner = [error for value in data.values() for error in refused(value)]
        return [*data.get("userErrors", ()), *inner]
    return [error for item in data for error in refused(item)] if isinstance(data, list) else []


async def test_twenty_take_as_many_statements_as_one_and_as_many_as_known(
    crowd: Crowd, watch: Any
) -> None:
    # From its first request on, the process holds the workspace's settings and people.
    await crowd.world.people.anna.data("{ viewer { user { id } } }")
    one = await measured(crowd, watch, 1)
    many = await measured(crowd, watch, SIZE)
    counts = {name: len(statements) for name, statements in one.items()}

    assert {name: len(statements) for name, statements in many.items()} == counts
    if UPDATE:
        COUNTS.write_text(json.dumps(counts, indent=2, ensure_ascii=False) + "\n", "utf-8")
    assert counts == json.loads(COUNTS.read_text("utf-8"))


def test_a_relation_of_each_type_is_asked_for() -> None:
    kinds = {name.partition(".")[0] for name in QUESTIONS if "." in name}

    assert {"Lead", "Contact", "Company", "Deal", "User", "Pipeline", "Stage", "Department",
            "Dictionary", "DictionaryItem", "Group", "ApiKey", "Catalog", "CatalogSection",
            "CatalogElement", "Booking"} <= kinds  # fmt: skip
    assert "Company.deals numbers" in QUESTIONS
    assert "Pipeline.board.deals" in QUESTIONS

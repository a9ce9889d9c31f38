"""Every field that a role can hide × every way by which it could be told: none of them tells.

Fields, relations, filters, orders, numbers and inputs are read from the schema of a workspace with
custom fields, so what is added to it is tested on that day; what cannot be tested fails.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import pytest
from graphql import (
    GraphQLInputObjectType,
    GraphQLObjectType,
    get_named_type,
)

from tests.access.cases import MUTATIONS
from tests.access.ground import (
    DRY,
    ENTITIES,
    FIELDS,
    NEVER_HIDDEN,
    NOT_SHOWN,
    OF_ELEMENTS,
    Ground,
    every_field,
    label,
    labels_of,
    one,
    refused,
)
from tests.access.paths import (
    MARK,
    PLURALS,
    RECORDS,
    any_value,
    around,
    field_of_key,
    keys_about,
    leaf_selection,
    marked,
    some_of,
)
from tests.client import Answer

# --- what is asked of every field ---------------------------------------------------------------


def test_all_fields_of_the_schema_are_walked(ground: Ground) -> None:
    for kind in RECORDS:
        known = {name for owner, name in FIELDS if owner == kind}
        custom = {f"custom.{code}" for code in ground.fields(f"{kind}CustomFields")}
        never = NEVER_HIDDEN[kind] | (OF_ELEMENTS if kind == "CatalogElement" else frozenset())
        assert known | never == set(ground.fields(kind)) | custom
    assert {kind for kind, _ in FIELDS} == set(PLURALS)


@pytest.mark.parametrize("kind", RECORDS)
async def test_nothing_else_can_be_hidden(ground: Ground, kind: str) -> None:
    for name in NEVER_HIDDEN[kind] - {
        "access",
        "customFieldValues",
        "custom",
        "activities",
        "timeline",
        "pinnedComments",
    }:
        rule = {"entity": ENTITIES[kind], "field": name, "access": "HIDDEN"}
        given = {"id": ground.role, "fields": [rule]}
        answer = await ground.root.mutate("updateRole", given, "role { id }")
        assert answer.refusals() == [("INVALID", "input.fields.0.field")], name


def number_of(kind: str, name: str) -> int:
    """Number the fields of a type."""
    return [field for owner, field in FIELDS if owner == kind].index(name)


async def selected(ground: Ground, kind: str, name: str) -> None:
    """It is empty wherever it is selected: through every relation, in every kind of fragment."""
    text = ground.selected(kind, name)
    ways = list(ground.ways[kind].values())
    own = ways[0] % text
    shapes = [way % text for way in some_of(ways, number_of(kind, name))]
    ways = [
        *shapes,
        own.replace(text, f"... on {kind} {{ {text} }}"),
        own.replace(text, "...Named"),
        own.replace(text, f"... {{ ... {{ {text} }} }}"),
    ]
    if kind in RECORDS and name in ground.fields("Record"):
        key = ground.world[one(kind)]
        ways.append(f'node(id: "{key}") {{ ... on Record {{ {text} }} }}')
        ways.append(f'nodes(ids: ["{key}"]) {{ ... {{ ... on Record {{ {text} }} }} }}')
    documents = []
    for start in range(0, len(ways), _AT_ONCE):
        several = ways[start : start + _AT_ONCE]
        inside = " ".join(f"w{number}: {way}" for number, way in enumerate(several))
        fragment = f" fragment Named on {kind} {{ {text} }}" if "...Named" in inside else ""
        documents.append(f"{{ {inside} }}{fragment}")
    for document, answer in zip(documents, await ground.ask(documents), strict=True):
        _check_left_out(ground, kind, name, answer, document)


_AT_ONCE: Final = 6
"""Ways in one document: more would be too expensive for one."""


def _check_left_out(ground: Ground, kind: str, name: str, answer: Answer, document: str) -> None:
    told = labels_of(ground, kind, name)
    if kind in {"Department", "Group"}:  # they are hidden together with the fields of people
        told |= {"User.departments", *(f"{kind}.{field}" for field in ground.fields(kind))}
    assert "data" in answer.body, (document, answer.body)
    values = marked(answer.body["data"])
    if kind == "User":  # of oneself one reads everything
        values = [pair for pair in values if pair[0] != ground.world["root"]]
    assert [value for _, value in values if value is not None] == [], document
    assert set(answer.codes) <= {"FORBIDDEN"}, (document, answer.body)
    fields = [error["extensions"].get("field") for error in answer.errors]
    assert set(fields) <= told, (document, answer.body)
    assert not values or label(kind, name) in fields, (document, answer.body)
    report = answer.extensions.get("access", {}).get("denied", [])
    assert {item["field"] for item in report} == set(fields)


@every_field
async def test_a_hidden_field_is_told_nowhere(ground: Ground, kind: str, name: str) -> None:
    await ground.hide((kind, name))
    for way in (selected, filtered, ordered, summed, searched, written, remembered):
        await way(ground, kind, name)


async def test_there_is_something_to_hide_at_the_end_of_every_way(ground: Ground) -> None:
    """Without this the test above would pass in an empty workspace."""
    ways = [(place, way) for ways in ground.ways.values() for place, way in ways.items()]
    found = await _root_finds(ground, [way % f"{MARK}: __typename" for _, way in ways])
    # Some places lead to several types: here they have one of them.
    reached = {place for (place, _), seen in zip(ways, found, strict=True) if seen}
    assert {place for place, _ in ways} - reached == UNREACHED

    lists = {"Department": "departments { %s }", "Group": "groups { %s }"}
    texts = [
        lists.get(kind, f"{PLURALS[kind]} {{ nodes {{ %s }} }}") % ground.selected(kind, name)
        for kind, name in FIELDS
    ]
    found = await _root_finds(ground, texts)
    empty = {(kind, name) for (kind, name), seen in zip(FIELDS, found, strict=True) if not seen}
    assert {name for _, name in empty} <= NOT_SHOWN, empty


async def _root_finds(ground: Ground, texts: Sequence[str]) -> list[list[Any]]:
    """Tell what an administrator finds under the mark by each text."""
    found: list[list[Any]] = []
    for start in range(0, len(texts), _AT_ONCE):
        several = texts[start : start + _AT_ONCE]
        inside = " ".join(f"w{number}: {text}" for number, text in enumerate(several))
        data = await ground.root.data(f"{{ {inside} }}")
        found += [
            [
                value
                for _, value in marked(data[f"w{number}"])
                if value not in (None, [], {"nodes": []})
            ]
            for number in range(len(several))
        ]
    return found


UNREACHED: Final = frozenset(
    {
        "CurrencyWork.by",
        "EntryLink.record",
        "FieldConflict.by",
        "LinkEntry.by",
        "LinkEntry.record",
        "Session.user",
        *(f"LeadConversion.{name}" for name in ("by", "contact", "company")),
    }
)
"""Ways on which nothing stands in this world."""


# --- filters, orders, numbers, search -----------------------------------------------------------


def filters_of(ground: Ground, kind: str, name: str) -> Iterator[tuple[str, str]]:
    """Give filters about a field: as the list that has them, and as arguments of it."""
    if name.startswith("custom."):
        code = name.removeprefix("custom.")
        made = ground.schema.type_map.get(f"{kind}CustomFilter")
        if isinstance(made, GraphQLInputObjectType) and code in made.fields:
            yield f"{{custom: {{{code}: {any_value(made.fields[code].type)}}}}}", ""
        yield "", f'[{{code: "{code}", op: "isNull", value: false}}]'
        return
    made = ground.schema.type_map.get(f"{kind}Filter")
    if not isinstance(made, GraphQLInputObjectType):
        return
    for key in keys_about(ground.schema, f"{kind}Filter", name, ground.fields(kind)):
        yield f"{{{key}: {any_value(made.fields[key].type)}}}", ""


async def filtered(ground: Ground, kind: str, name: str) -> None:
    told = labels_of(ground, kind, name)
    for where, custom in filters_of(ground, kind, name):
        asked = []
        if kind in (*RECORDS, "User"):
            plural = PLURALS[kind]
            argument = f"where: {where}" if where else f"customWhere: {custom}"
            asked += [
                f"{plural}({argument}) {{ nodes {{ id }} }}",
                f"{plural}({argument}, first: 0) {{ totalCount }}",
            ]
            if where:
                asked += [
                    f"{plural}(where: {{not: {where}}}) {{ totalCount }}",
                    f"{plural}(where: {{or: [{{and: [{where}]}}]}}) {{ totalCount }}",
                ]
        if where:
            asked += [
                f"{plural}(where: {outer % where}) {{ totalCount }}"
                for plural, outer in some_of(
                    list(around(ground.schema, kind, "Filter")), number_of(kind, name)
                )
            ]
        if kind == "Deal" and where:
            pipeline = ground.world["pipeline"]
            asked.append(f'pipeline(id: "{pipeline}") {{ board(where: {where}) {{ count }} }}')
        documents = [f"{{ found: {text} }}" for text in asked]
        for text, answer in zip(asked, await ground.ask(documents), strict=True):
            if kind == "User":  # one's own entry may be read: no refusal, and unknown of others
                _check_only_oneself(ground, answer, text)
            else:
                assert refused(answer, *told), (text, answer.body)


def _check_only_oneself(ground: Ground, answer: Answer, text: str) -> None:
    assert answer.errors == [], (text, answer.body)
    found = answer.body["data"]["found"]
    if "nodes" in found:
        assert {node["id"] for node in found["nodes"]} <= {ground.world["root"]}, text


async def ordered(ground: Ground, kind: str, name: str) -> None:
    if kind == "User":
        return  # see `test_people_are_ordered_as_if_the_hidden_were_empty`
    told = labels_of(ground, kind, name)
    keys = keys_about(ground.schema, f"{kind}Order", name, ground.fields(kind))
    orders = [f"{{{key}: {_first_leaf(ground, kind, key)}}}" for key in keys]
    if name.startswith("custom."):
        code = name.removeprefix("custom.")
        made = ground.schema.type_map.get(f"{kind}CustomOrder")
        if isinstance(made, GraphQLInputObjectType) and code in made.fields:
            orders = [f"{{custom: {{{code}: {_leaf(made.fields[code].type)}}}}}"]
    documents = []
    for order in orders:
        asked = [(PLURALS[kind], order)] if kind in RECORDS else []
        asked += [
            (plural, outer % order)
            for plural, outer in some_of(
                list(around(ground.schema, kind, "Order")), number_of(kind, name)
            )
            if order.count(":") == 1 or "custom" in order
        ]
        documents += [
            f"{{ {plural}(orderBy: [{text}]) {{ nodes {{ id }} edges {{ cursor }} }} }}"
            for plural, text in asked
        ]
    for document, answer in zip(documents, await ground.ask(documents), strict=True):
        assert refused(answer, *told), (document, answer.body)


def _first_leaf(ground: Ground, kind: str, key: str) -> str:
    return _leaf(ground.fields(f"{kind}Order")[key].type)


def _leaf(kind: Any) -> str:
    named = get_named_type(kind)
    if not isinstance(named, GraphQLInputObjectType):
        return "ASC"
    key = next(
        n for n, f in named.fields.items() if not get_named_type(f.type).name.endswith("Order")
    )
    return f"{{{key}: ASC}}"


async def summed(ground: Ground, kind: str, name: str) -> None:
    asked = []
    if name.startswith("custom."):
        code = name.removeprefix("custom.")
        asked.append(f'customAggregates(codes: ["{code}"]) {{ count sum }}')
        made = ground.schema.type_map.get(f"{kind}CustomAggregate")
        if isinstance(made, GraphQLObjectType) and code in made.fields:
            inner = leaf_selection(ground.schema, made.fields[code])
            asked.append(f"custom {{ {code} {inner} }}")
    elif f"{kind}Aggregate" in ground.schema.type_map and name in ground.fields(f"{kind}Aggregate"):
        asked.append(
            f"{name} {leaf_selection(ground.schema, ground.fields(f'{kind}Aggregate')[name])}"
        )
    for text in asked:
        answer = await ground.hidden_from.run(f"{{ {PLURALS[kind]} {{ aggregate {{ {text} }} }} }}")
        if kind == "User":
            assert answer.errors == [], answer.body
        elif answer.codes == ["BAD_USER_INPUT"]:  # of texts there are no numbers, for anybody
            document = f"{{ {PLURALS[kind]} {{ aggregate {{ {text} }} }} }}"
            assert (await ground.root.run(document)).body["errors"] == answer.errors
        else:
            assert refused(answer, label(kind, name)), (text, answer.body)
    if (kind, name) == ("Deal", "amount"):
        pipeline = ground.world["pipeline"]
        answer = await ground.hidden_from.run(
            f'{{ pipeline(id: "{pipeline}") {{ board {{ count sum {{ amount }} }} }} }}'
        )
        assert refused(answer, "Deal.amount")


async def searched(ground: Ground, kind: str, name: str) -> None:
    if kind in {"Department", "Group"} or name == "fullName":
        return  # a name put together is found by its parts, which are searched for themselves
    listed = f"{PLURALS[kind]} {{ nodes {{ {ground.selected(kind, name)} }} }}"
    answer = await ground.root.run(f"{{ {listed} }}")
    texts = {text for _, value in marked(answer.data) for text in _texts(value)}
    for text in texts:
        listed = f"{PLURALS[kind]}(search: $text) {{ totalCount }}"
        answer = await ground.hidden_from.run(
            f"query ($text: String!) {{ found: {listed} }}", {"text": text}
        )
        if not refused(answer, label(kind, name)):
            assert answer.data["found"]["totalCount"] == 0, text
        answer = await ground.hidden_from.run(
            "query ($text: String!) { search(text: $text) { nodes { __typename } } }",
            {"text": text},
        )
        found = {node["__typename"] for node in answer.data["search"]["nodes"]}
        assert kind not in found, text


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str) and "zq" in value:
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _texts(item)


# --- writing ------------------------------------------------------------------------------------


async def written(ground: Ground, kind: str, name: str) -> None:
    if kind not in RECORDS:
        return  # people are written by the right to keep people
    key = one(kind)
    needed = {"id": ground.world[key]}
    catalog = {"catalogId": ground.world["catalog"]} if kind == "CatalogElement" else {}
    for verb, base in (
        ("create", catalog),
        ("update", needed),
        ("upsert", {"externalId": {"system": "x", "value": "y"}, **catalog}),
    ):
        many = f"{PLURALS[kind][0].upper()}{PLURALS[kind][1:]}"
        for key, value in _inputs(ground, f"{verb.capitalize()}{kind}Input", kind, name):
            given = {**base, key: value}
            for mutation, sent in ((f"{verb}{kind}", given), (f"{verb}{many}", [given])):
                if mutation not in MUTATIONS:
                    continue
                document = (
                    f"mutation ($given: {_argument(ground, mutation)}) {{ {mutation}"
                    "(input: $given) { userErrors { code path } } }"
                )
                answer = await ground.hidden_from.run(document, {"given": sent}, DRY)
                assert refused(answer, label(kind, name)), (key, answer.body)


def _argument(ground: Ground, mutation: str) -> str:
    return str(ground.fields("Mutation")[mutation].args["input"].type)


def _inputs(ground: Ground, type_: str, kind: str, name: str) -> Iterator[tuple[str, Any]]:
    if name.startswith("custom."):
        code = name.removeprefix("custom.")
        yield "customValues", [{"code": code, "value": None}]
        yield "custom", {code: None}
        return
    made = ground.fields(type_)
    for key in keys_about(ground.schema, type_, name, ground.fields(kind)):
        if not str(made[key].type).endswith("!"):
            empty = {"Boolean": True, "String": "x"}.get(str(made[key].type))
            yield key, [] if str(made[key].type).startswith("[") else empty


async def remembered(ground: Ground, kind: str, name: str) -> None:
    """The history of a record says nothing of it."""
    if kind not in RECORDS:
        return
    key = ground.world[one(kind)]
    document = (
        f'{{ {one(kind)}(id: "{key}") {{ timeline(first: 100) {{ nodes {{ ... on ChangeEntry {{'
        " changes { field label from to fromDisplay toDisplay } } } } } }"
    )
    found = (await ground.hidden_from.data(document))[one(kind)]["timeline"]["nodes"]
    told = {change["field"] for entry in found for change in entry.get("changes", ())}
    assert told, "the record has changed"
    assert name not in told


def test_every_key_of_an_input_is_about_a_field(ground: Ground) -> None:
    others = {
        "and",
        "or",
        "not",
        "id",
        "ifVersion",
        "custom",
        "customValues",
        "externalId",
        "inTree",
    }
    for kind in PLURALS:
        patterns = (
            f"{kind}Filter",
            f"{kind}Order",
            f"Create{kind}Input",
            f"Update{kind}Input",
            f"Upsert{kind}Input",
        )
        for type_ in patterns:
            if type_ in ground.schema.type_map and kind in RECORDS:
                keys = set(ground.fields(type_)) - others
                assert [k for k in keys if not field_of_key(k, ground.fields(kind))] == [], type_

"""The schema: committed as it is printed, described throughout, named by the API's conventions."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    build_schema,
    get_named_type,
    is_specified_scalar_type,
)

import schema.build
from domain.entities import RECORDS
from domain.fields import camel
from schema.documents import DocumentCache
from schema.limits import Limits
from tests.architecture.sources import ROOT

COMMITTED = (ROOT / "schema" / "schema.graphql").read_text(encoding="utf-8")
SDL = build_schema(COMMITTED)
OWN = {
    name: declared
    for name, declared in SDL.type_map.items()
    if not name.startswith("__") and not is_specified_scalar_type(declared)
}
PAGED = [
    name
    for name in OWN
    if name.endswith("Connection") and name not in {"SearchConnection", "TimelineConnection"}
]
"""A search over all types is one page, the best of each; a timeline goes back in time only."""
PAGING = {"first": "Int", "after": "String", "last": "Int", "before": "String"}


def fields_of(declared: GraphQLNamedType) -> dict[str, Any]:
    """Give the fields of a type; none where it has no such thing."""
    kinds = GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType
    return dict(declared.fields) if isinstance(declared, kinds) else {}


def root_fields(name: str) -> dict[str, GraphQLField]:
    """Give the fields of Query or Mutation."""
    return fields_of(OWN[name])


def arguments(field: Any) -> dict[str, str]:
    """Give the arguments of a field with their types; an input's field has none."""
    return {name: str(argument.type) for name, argument in getattr(field, "args", {}).items()}


def parts() -> Iterator[tuple[str, str | None]]:
    """Give everything that wants a description: where it stands, and what it says."""
    for name, declared in OWN.items():
        yield name, declared.description
        for key, field in fields_of(declared).items():
            yield f"{name}.{key}", field.description
            for argument, given in getattr(field, "args", {}).items():
                yield f"{name}.{key}({argument})", given.description
        if isinstance(declared, GraphQLEnumType):
            for key, value in declared.values.items():
                yield f"{name}.{key}", value.description


def test_the_committed_file_is_what_the_code_prints() -> None:
    printed = schema.build.build_schema(DocumentCache(Limits())).as_str()

    assert printed == COMMITTED.removesuffix("\n"), "run ./voronka schema > schema/schema.graphql"


def test_everything_is_described_in_sentences() -> None:
    described = dict(parts())

    assert len(described) > 1_500
    assert [
        (place, said)
        for place, said in described.items()
        if said is None or not re.fullmatch(r"[^a-z\s].+[.!?]", said, re.DOTALL)
    ] == []


def test_names_have_the_case_of_their_kind() -> None:
    assert [name for name in OWN if not re.fullmatch(r"[A-Z][A-Za-z0-9]*", name)] == []
    for name, declared in OWN.items():
        for key, field in fields_of(declared).items():
            for word in (key, *arguments(field)):
                assert re.fullmatch(r"[a-z][A-Za-z0-9]*", word), f"{name}.{key}: {word}"
        if isinstance(declared, GraphQLEnumType):
            for value in declared.values:
                assert re.fullmatch(r"[A-Z][A-Z_]*", value), f"{name}.{value}"


@pytest.mark.parametrize("name", root_fields("Mutation"))
def test_a_mutation_takes_one_input_and_answers_with_its_payload(name: str) -> None:
    field = root_fields("Mutation")[name]
    title = name[0].upper() + name[1:]
    given = arguments(field)
    payload = fields_of(get_named_type(field.type))

    assert str(field.type) == f"{title}Payload!"
    assert str(payload.pop("userErrors").type) == "[UserError!]!"
    if "atomic" in given:
        assert given.pop("atomic") == "Boolean!"
        record = get_named_type(payload["results"].type).name.removesuffix("Result")
        assert {key: str(found.type) for key, found in payload.items()} == {
            "results": f"[{record}Result!]!"
        }
        verb = re.match(r"[a-z]+", name)
        assert verb is not None
        bulk = {"input": f"[{verb[0].capitalize()}{record}Input!]!"}
        assert given in (bulk, {"ids": "[ID!]!"})
    else:
        assert given in ({"input": f"{title}Input!"}, {"id": "ID!"}, {"ids": "[ID!]!"}, {})
        assert [key for key, found in payload.items() if str(found.type).endswith("!")] == []


def test_every_type_of_record_has_all_its_operations() -> None:
    for record in RECORDS:
        one, many = record.name, record.plural
        thing, things = record.type_name, "".join(part.capitalize() for part in many.split("_"))
        wanted = {
            f"{verb}{thing}" for verb in ("create", "update", "delete", "restore", "purge")
        } | {f"{verb}{things}" for verb in ("create", "update", "upsert", "delete")}

        assert wanted <= set(root_fields("Mutation"))
        assert {camel(one), camel(many)} <= set(root_fields("Query"))
        shown = OWN[thing]
        assert isinstance(shown, GraphQLObjectType)
        assert {item.name for item in shown.interfaces} == {"Record", "Node"}
        assert str(root_fields("Query")[camel(many)].type) == f"{thing}Connection!"


@pytest.mark.parametrize("name", PAGED)
def test_a_connection_pages_by_edges_and_nodes(name: str) -> None:
    thing = name.removesuffix("Connection")
    shown = {key: str(field.type) for key, field in fields_of(OWN[name]).items()}
    edge = {key: str(field.type) for key, field in fields_of(OWN[f"{thing}Edge"]).items()}
    node = edge["node"].removesuffix("!")

    assert shown["edges"] == f"[{thing}Edge!]!"
    assert shown["nodes"] == f"[{node}!]!"
    assert shown["pageInfo"] == "PageInfo!"
    assert edge == {"cursor": "String!", "node": f"{node}!"}
    assert node == thing


def test_whatever_gives_a_connection_pages_in_both_directions() -> None:
    places = [
        (f"{name}.{key}", arguments(field), get_named_type(field.type).name)
        for name, declared in OWN.items()
        for key, field in fields_of(declared).items()
        if get_named_type(field.type).name in PAGED
    ]

    assert len(places) > 10
    for place, given, connection in places:
        if place == "BoardColumn.deals":
            continue  # the first page; Stage.deals pages on
        thing = connection.removesuffix("Connection")
        wanted = {"where": f"{thing}Filter", "orderBy": f"[{thing}Order!]", "search": "String"}
        if thing not in {"User", "AuditEvent", "Activity"}:
            wanted["customWhere"] = "[CustomFilter!]"
        assert given == {**wanted, **PAGING}, place


def test_a_timeline_goes_back_in_time() -> None:
    shown = {key: str(field.type) for key, field in fields_of(OWN["TimelineConnection"]).items()}

    assert shown == {
        "nodes": "[TimelineEntry!]!", "edges": "[TimelineEdge!]!", "pageInfo": "PageInfo!",
    }  # fmt: skip
    for record in RECORDS:
        assert arguments(fields_of(OWN[record.type_name])["timeline"]) == {
            "first": "Int", "after": "String", "types": "[TimelineKind!]",
        }  # fmt: skip


def test_filters_combine_and_orders_take_one_key() -> None:
    for thing in (name.removesuffix("Connection") for name in PAGED):
        combined = {
            key: str(field.type)
            for key, field in fields_of(OWN[f"{thing}Filter"]).items()
            if key in {"and", "or", "not"}
        }
        assert combined == {
            "and": f"[{thing}Filter!]", "or": f"[{thing}Filter!]", "not": f"{thing}Filter",
        }  # fmt: skip
        order = OWN[f"{thing}Order"]
        assert isinstance(order, GraphQLInputObjectType)
        assert order.is_one_of


def test_inputs_end_in_input_filter_or_order_and_nothing_else_does() -> None:
    for name, declared in OWN.items():
        told = name.endswith(("Input", "Filter", "Order"))
        assert told == isinstance(declared, GraphQLInputObjectType), name


def test_whatever_has_an_id_is_a_node() -> None:
    holders = [
        declared
        for declared in OWN.values()
        if isinstance(declared, GraphQLObjectType) and "id" in declared.fields
    ]

    assert len(holders) > 15
    assert [
        item.name for item in holders if "Node" not in {face.name for face in item.interfaces}
    ] == []
    assert {str(item.fields["id"].type) for item in holders} == {"ID!"}

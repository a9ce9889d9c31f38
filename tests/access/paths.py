"""Ways to a field through the schema, found in it: selections, filters, orders, numbers, inputs.

Everything here is worked out from the schema of a workspace, so a field or a relation that is added
tomorrow is among the ways tomorrow.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)

PLURALS: Final = {"Lead": "leads", "Contact": "contacts", "Company": "companies", "Deal": "deals",
                  "CatalogElement": "catalogElements", "Product": "products", "User": "users",
                  "Department": "departments", "Group": "groups"}  # fmt: skip
"""The types whose fields roles hide, and their lists."""
RECORDS: Final = tuple(PLURALS)[:6]
MARK: Final = "marked"
"""The alias of what is looked for in an answer."""
_STEPS: Final = 7
_FEW: Final = 5


def leaf_selection(kind: GraphQLSchema, field: GraphQLField) -> str:
    """Select something of a field, down to the first leaf that needs no argument."""
    named = get_named_type(field.type)
    if is_leaf_type(named):
        return ""
    assert isinstance(named, GraphQLObjectType | GraphQLInterfaceType)
    if "nodes" in named.fields:
        return "{ nodes { id } }"
    inner = named.fields
    name = next((n for n in ("id", "amount", "value", "code") if n in inner), next(iter(inner)))
    return f"{{ {name} {leaf_selection(kind, inner[name])} }}"


def ways_to(schema: GraphQLSchema, target: str, roots: Mapping[str, str]) -> dict[str, str]:
    """Give, by place (`Company.deals`), a document's inside with `%s` for a selection of a type.

    `roots` are the root fields that one can start from, with their arguments. Every field of every
    object type that leads to the target is a place; those of payloads of mutations apart.
    """
    reached = _reached(schema, roots)
    found: dict[str, str] = {}
    for name, kind in schema.type_map.items():
        if name not in reached or not isinstance(kind, GraphQLObjectType):
            continue
        for field_name, field in kind.fields.items():
            arguments = roots.get(field_name, "") if name == "Query" else ""
            if name == "Query" and field_name not in roots:
                continue
            if any(is_required_argument(a) for a in field.args.values()) and not arguments:
                continue
            inside = _inside(schema, get_named_type(field.type), target)
            if inside is not None:
                step = f"{field_name}{arguments} {inside}"
                found[f"{name}.{field_name}"] = reached[name] % step
    return found


def _inside(schema: GraphQLSchema, kind: Any, target: str) -> str | None:
    """Give the selection in which a type's objects stand below a field of it."""
    if kind.name == target:
        return "{ %s }"
    if isinstance(kind, GraphQLInterfaceType):
        names = {item.name for item in schema.get_possible_types(kind)}
        return f"{{ ... on {target} {{ %s }} }}" if target in names else None
    return None


def _reached(schema: GraphQLSchema, roots: Mapping[str, str]) -> dict[str, str]:
    """Give, by object type, the shortest way to its objects."""
    reached = {"Query": "%s"}
    edge = ["Query"]
    for _ in range(_STEPS):
        following = []
        for name in edge:
            kind = schema.type_map[name]
            assert isinstance(kind, GraphQLObjectType)
            # Deals first: they have custom fields of all types.
            for field_name, field in sorted(
                kind.fields.items(), key=lambda pair: pair[0] != "deal"
            ):
                arguments = roots.get(field_name, "") if name == "Query" else ""
                if name == "Query" and field_name not in roots:
                    continue
                if any(is_required_argument(a) for a in field.args.values()) and not arguments:
                    continue
                for inner, inside in _objects(schema, get_named_type(field.type)):
                    if inner not in reached:
                        reached[inner] = reached[name] % f"{field_name}{arguments} {inside}"
                        following.append(inner)
        edge = following
    return reached


def _objects(schema: GraphQLSchema, kind: Any) -> Iterator[tuple[str, str]]:
    if isinstance(kind, GraphQLObjectType):
        yield kind.name, "{ %s }"
    elif isinstance(kind, GraphQLInterfaceType) and kind.name not in {"Node", "Record"}:
        for item in schema.get_possible_types(kind):
            yield item.name, f"{{ ... on {item.name} {{ %s }} }}"


def marked(value: Any) -> list[tuple[Any, Any]]:
    """Give all that an answer has under the mark, each with the id beside it."""
    if isinstance(value, list):
        return [found for item in value for found in marked(item)]
    if not isinstance(value, dict):
        return []
    own = [(value.get("id"), value[MARK])] if MARK in value else []
    return own + [found for key, item in value.items() if key != MARK for found in marked(item)]


# --- inputs: filters and orders -----------------------------------------------------------------


def field_of_key(key: str, fields: Any) -> str | None:
    """Name the field that a key of a filter, an order or an input is about; None: none."""
    candidates = [key, key.removesuffix("Id"), key.removesuffix("Currency")]
    for ending in ("Ids",):
        if key.endswith(ending):
            stem = key.removesuffix(ending)
            candidates += [f"{stem}s", f"{stem[:-1]}ies" if stem.endswith("y") else f"{stem}s"]
    for verb in ("add", "remove"):
        if key.startswith(verb):
            rest = key.removeprefix(verb)
            rest = f"{rest[0].lower()}{rest[1:]}"
            found = field_of_key(rest, fields)
            if found:
                return found
    return next((name for name in candidates if name in fields), None)


def keys_about(schema: GraphQLSchema, kind: str, name: str, fields: Any) -> list[str]:
    """Give the keys of an input type that are about a field."""
    made = schema.type_map.get(kind)
    if made is None:
        return []
    assert isinstance(made, GraphQLInputObjectType)
    return [key for key in made.fields if field_of_key(key, fields) == name]


def any_value(kind: Any, depth: int = 0) -> str:
    """Give some value of an input type that asks for something, as GraphQL text."""
    if isinstance(kind, GraphQLNonNull):
        return any_value(kind.of_type, depth)
    if isinstance(kind, GraphQLList):
        return "[]"
    if isinstance(kind, GraphQLEnumType):
        return str(next(iter(kind.values)))
    if isinstance(kind, GraphQLInputObjectType):
        usual = (name for name in ("isNull", "eq", "some", "id") if name in kind.fields)
        name = next(usual, next(iter(kind.fields)))
        return f"{{{name}: {any_value(kind.fields[name].type, depth + 1)}}}"
    return str({"Boolean": "true", "Int": "1"}.get(kind.name, '"x"'))


def some_of(ways: Sequence[Any], number: int) -> list[Any]:
    """Give a few of the ways to a type for its field of a number: other fields take other ways.

    All of them, where `VORONKA_EXAMPLES` asks for more than usual.
    """
    if "VORONKA_EXAMPLES" in os.environ or len(ways) <= _FEW:
        return list(ways)
    return [ways[(number * _FEW + step) % len(ways)] for step in range(_FEW)]


def around(schema: GraphQLSchema, kind: str, ending: str) -> Iterator[tuple[str, str]]:
    """Give, by name, filters (or orders) of records that hold one of a type: `%s` is it.

    The first part is the plural of the outer list.
    """
    for outer in (*RECORDS, "User"):
        made = schema.type_map.get(f"{outer}{ending}")
        if not isinstance(made, GraphQLInputObjectType):
            continue
        for key, field in made.fields.items():
            if key in {"and", "or", "not"}:
                continue
            named = get_named_type(field.type)
            if named.name == f"{kind}{ending}":
                yield PLURALS[outer], f"{{{key}: %s}}"
            elif ending == "Filter" and named.name == f"{kind}ListFilter":
                for how in ("some", "none", "every"):
                    yield PLURALS[outer], f"{{{key}: {{{how}: %s}}}}"

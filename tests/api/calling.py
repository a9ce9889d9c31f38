"""Call mutations by name: the types of their arguments come from the committed SDL."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from graphql import GraphQLInputObjectType, GraphQLObjectType, build_schema

from tests.client import Answer, Client

SDL = build_schema((Path(__file__).parents[2] / "schema" / "schema.graphql").read_text("utf-8"))
USER_ERRORS = "userErrors { code message path conflicts { field at by { id } } }"


def mutation_document(name: str, selection: str, arguments: Sequence[str]) -> str:
    """Write a mutation with its arguments as variables of the same names."""
    root = SDL.type_map["Mutation"]
    assert isinstance(root, GraphQLObjectType)
    declared = root.fields[name].args
    variables = ", ".join(f"${key}: {declared[key].type}" for key in arguments)
    passed = ", ".join(f"{key}: ${key}" for key in arguments)
    head = f"mutation ({variables}) {{ {name}({passed})" if arguments else f"mutation {{ {name}"
    return f"{head} {{ {selection} {USER_ERRORS} }} }}"


async def mutate(
    client: Client,
    name: str,
    selection: str = "",
    headers: Mapping[str, str] | None = None,
    **arguments: Any,
) -> Answer:
    """Run one mutation; `selection` is what is asked of its payload besides user errors."""
    document = mutation_document(name, selection, list(arguments))
    return await client.run(document, arguments, headers)


def input_fields(type_name: str) -> set[str]:
    """Give the names of an input type's fields, as the SDL has them."""
    found = SDL.type_map[type_name]
    assert isinstance(found, GraphQLInputObjectType)
    return set(found.fields)

"""How input types are made: plain classes whose values reach the resolvers as dictionaries.

Strawberry would turn each input into a dataclass; ours stay what graphql-core made of them (names
of the API, scalars and enums read), so that omitted and null stay apart and fields that are added
at run time need nothing more.
"""

from collections.abc import Mapping
from typing import Any

import strawberry
from strawberry.types.base import get_object_definition

from domain.fields import camel


def input_type(
    name: str, description: str, fields: Mapping[str, tuple[Any, str]], *, one_of: bool = False
) -> type:
    """Make an input type from snake_case names with their annotations and descriptions."""
    return declare_input(type(name, (), {}), description, fields, one_of=one_of)


def declare_input(
    cls: type, description: str, fields: Mapping[str, tuple[Any, str]], *, one_of: bool = False
) -> type:
    """Fill an empty class as an input type; for types that name each other."""
    cls.__annotations__ = {name: annotation for name, (annotation, _) in fields.items()}
    cls.__module__ = __name__
    for name, (annotation, text) in fields.items():
        optional = _is_optional(annotation)
        options: dict[str, Any] = {"default": strawberry.UNSET} if optional else {}
        setattr(cls, name, strawberry.field(description=text, name=api_name(name), **options))
    made: type = strawberry.input(cls, description=description, one_of=one_of or None)
    definition = get_object_definition(made, strict=True)
    definition.from_input = _as_given
    return made


def api_name(name: str) -> str:
    """Give the API's name of a snake_case one; a trailing underscore dodges Python's keywords."""
    return camel(name.rstrip("_"))


def _is_optional(annotation: Any) -> bool:
    return type(None) in getattr(annotation, "__args__", ())


def _as_given(_cls: type, value: Mapping[str, Any], _context: Any) -> Mapping[str, Any]:
    return value

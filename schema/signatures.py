"""Signatures of resolvers that are made at run time, as Strawberry reads them."""

import inspect
from collections.abc import Mapping
from types import GenericAlias
from typing import Annotated, Any

import strawberry

from schema.context import Info


def argument(annotation: Any, text: str, name: str | None = None) -> Any:
    """Describe an argument; `name` where Python has another meaning for it."""
    return Annotated[annotation, strawberry.argument(description=text, name=name)]


def returns(resolver: Any, annotation: Any) -> Any:
    """Say what a resolver returns."""
    resolver.__annotations__ = {**resolver.__annotations__, "return": annotation}
    return resolver


def declare_resolver(
    function: Any, arguments: dict[str, Any], result: Any, defaults: Mapping[str, Any] | None = None
) -> Any:
    """Write the signature of `function(root, info, **arguments)`; optional ones default to None."""
    given = defaults or {}
    parameters = [
        inspect.Parameter("root", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Any),
        inspect.Parameter("info", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Info),
        *(
            inspect.Parameter(
                name,
                inspect.Parameter.KEYWORD_ONLY,
                annotation=annotation,
                default=given.get(name, None if _optional(annotation) else inspect.Parameter.empty),
            )
            for name, annotation in arguments.items()
        ),
    ]
    function.__signature__ = inspect.Signature(parameters, return_annotation=result)
    function.__annotations__ = {"root": Any, "info": Info, **arguments, "return": result}
    return function


def _optional(annotation: Any) -> bool:
    inner = getattr(annotation, "__origin__", annotation)
    return type(None) in getattr(inner, "__args__", ())


def list_of(item: Any) -> Any:
    """Name the type of a list whose item type is made at run time."""
    return GenericAlias(list, (item,))

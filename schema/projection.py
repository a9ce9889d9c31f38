"""The schema as somebody is shown it: without the names that are of no use to them.

Documents are validated against the whole schema, so that one serves people of all roles; this copy
is what introspection and `/schema.graphql` tell.
"""

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from graphql import (
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_input_object_type,
    is_interface_type,
    is_introspection_type,
    is_object_type,
    is_union_type,
)
from graphql.type import (
    GraphQLArgument,
    GraphQLField,
    GraphQLInputField,
    GraphQLList,
    GraphQLNonNull,
)

from auth.rights import Rights
from schema.served import ServedSchema
from schema.shown_names import is_shown
from schema.typed_fields import take_apart
from schema.workspace_schemas import Lent

IsShown = Callable[[str, str], bool]
Names = dict[str, dict[str, Any]]


def project(schema: GraphQLSchema, shown: IsShown) -> GraphQLSchema:
    """Give a copy of a schema with the fields of types and inputs that are shown, and no others.

    What loses all its fields goes, with all fields and arguments of that type; what nothing leads
    to any more goes as well.
    """
    kept = _kept(schema, shown)
    return _Copy(schema, kept).schema()


def _fields(kind: GraphQLNamedType) -> Mapping[str, Any] | None:
    if is_object_type(kind) or is_interface_type(kind) or is_input_object_type(kind):
        fields: Mapping[str, Any] = kind.fields
        return fields
    return None


def _kept(schema: GraphQLSchema, shown: IsShown) -> Names:
    """Give the fields that stay, by type; types without fields of their own have an empty dict."""
    kept: Names = {}
    for name, kind in schema.type_map.items():
        fields = _fields(kind)
        if is_introspection_type(kind):
            continue
        kept[name] = {} if fields is None else {
            key: field for key, field in fields.items() if shown(name, key)
        }  # fmt: skip
    while _drop_empty(schema, kept) or _drop_unimplemented(schema, kept):
        pass
    reached = _reached(schema, kept)
    return {name: fields for name, fields in kept.items() if name in reached}


def _drop_empty(schema: GraphQLSchema, kept: Names) -> bool:
    """Drop the types that have lost all fields, and what is of them; tells whether any was."""
    gone = {
        name
        for name, fields in kept.items()
        if not fields and _fields(schema.type_map[name]) is not None
    }
    for name in gone:
        del kept[name]
    for fields in kept.values():
        for key in [key for key, field in fields.items() if not _is_there(field.type, kept)]:
            del fields[key]
    return bool(gone)


def _is_there(kind: Any, kept: Names) -> bool:
    named = get_named_type(kind)
    return named.name in kept or is_introspection_type(named)


def _drop_unimplemented(schema: GraphQLSchema, kept: Names) -> bool:
    """Drop the fields of interfaces that some type of theirs has lost; tells whether any was."""
    found = False
    for name, kind in schema.type_map.items():
        if name not in kept or not is_interface_type(kind):
            continue
        for made in schema.get_possible_types(kind):
            if made.name in kept:
                for key in [key for key in kept[name] if key not in kept[made.name]]:
                    del kept[name][key]
                    found = True
    return found


def _reached(schema: GraphQLSchema, kept: Names) -> set[str]:
    """Give the names of the types that the roots lead to."""
    roots = (schema.query_type, schema.mutation_type, schema.subscription_type)
    waiting = [root.name for root in roots if root is not None and root.name in kept]
    for directive in schema.directives:
        waiting.extend(get_named_type(item.type).name for item in directive.args.values())
    reached: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in reached or name not in kept:
            continue
        reached.add(name)
        waiting.extend(_leads_to(schema, name, kept))
    return reached


def _leads_to(schema: GraphQLSchema, name: str, kept: Names) -> Iterator[str]:
    kind = schema.type_map[name]
    for field in kept[name].values():
        yield get_named_type(field.type).name
        for argument in getattr(field, "args", {}).values():
            yield get_named_type(argument.type).name
    if is_interface_type(kind) or is_union_type(kind):
        yield from (made.name for made in schema.get_possible_types(kind))
    if is_object_type(kind) or is_interface_type(kind):
        yield from (each.name for each in kind.interfaces)


def _with(element: Any, **changed: Any) -> dict[str, Any]:
    """Give what a part of a schema is made of, with some of it changed."""
    return {**element.to_kwargs(), **changed}


class _Copy:
    """Makes the types of a copy; scalars and enums are those of the original."""

    def __init__(self, schema: GraphQLSchema, kept: Names) -> None:
        self._schema = schema
        self._kept = kept
        self._made: dict[str, Any] = {}

    def schema(self) -> GraphQLSchema:
        """Make the copy."""
        given = _with(self._schema)
        roots = {
            name: self._named(given[name].name)
            for name in ("query", "mutation", "subscription")
            if given[name] is not None and given[name].name in self._kept
        }
        types = [self._named(name) for name in self._kept]
        none = dict.fromkeys(("query", "mutation", "subscription"))
        return GraphQLSchema(**{**given, **none, **roots, "types": types, "assume_valid": True})

    def _named(self, name: str) -> Any:
        if name not in self._made:
            self._made[name] = self._make(self._schema.type_map[name])
        return self._made[name]

    def _make(self, kind: GraphQLNamedType) -> Any:
        name = kind.name
        if is_object_type(kind) or is_interface_type(kind):
            made: Any = GraphQLObjectType if is_object_type(kind) else GraphQLInterfaceType
            above = kind.interfaces
            return made(
                **_with(
                    kind,
                    fields=lambda: self._outputs(name),
                    interfaces=lambda: self._all(above),
                )
            )
        if is_input_object_type(kind):
            return GraphQLInputObjectType(**_with(kind, fields=lambda: self._inputs(name)))
        if is_union_type(kind):
            members = kind.types
            return GraphQLUnionType(**_with(kind, types=lambda: self._all(members)))
        return kind

    def _all(self, kinds: Sequence[Any]) -> list[Any]:
        return [self._named(kind.name) for kind in kinds if kind.name in self._kept]

    def _outputs(self, name: str) -> dict[str, GraphQLField]:
        return {
            key: GraphQLField(
                **_with(field, type_=self._type(field.type), args=self._arguments(field.args))
            )
            for key, field in self._kept[name].items()
        }

    def _arguments(self, declared: Mapping[str, GraphQLArgument]) -> dict[str, GraphQLArgument]:
        return {
            key: GraphQLArgument(**_with(item, type_=self._type(item.type)))
            for key, item in declared.items()
            if _is_there(item.type, self._kept)
        }

    def _inputs(self, name: str) -> dict[str, GraphQLInputField]:
        return {
            key: GraphQLInputField(**_with(field, type_=self._type(field.type)))
            for key, field in self._kept[name].items()
        }

    def _type(self, kind: Any) -> Any:
        if isinstance(kind, GraphQLNonNull):
            return GraphQLNonNull(self._type(kind.of_type))
        if isinstance(kind, GraphQLList):
            return GraphQLList(self._type(kind.of_type))
        return kind if is_introspection_type(kind) else self._named(kind.name)


class Shown:
    """A schema as it is shown to somebody, made when it is first asked for.

    Whoever has made it lets go of it: its types point to each other, and nothing but that would
    free them.
    """

    def __init__(self, whole: GraphQLSchema, rights: Rights) -> None:
        """Remember the whole schema, and to whom it is shown."""
        self._whole = whole
        self._rights = rights
        self._made: GraphQLSchema | None = None

    @property
    def schema(self) -> GraphQLSchema:
        """The schema, without what is of no use to them."""
        if self._rights.is_everything:
            return self._whole
        if self._made is None:
            self._made = project(self._whole, partial(is_shown, self._rights))
        return self._made

    def let_go(self) -> None:
        """Take it apart."""
        if self._made is not None:
            take_apart(self._whole, self._made)
            self._made = None


class ShownTo:
    """A schema of a workspace that was lent, as it is shown to somebody; use it by `with`."""

    def __init__(self, lent: Lent, rights: Rights) -> None:
        """Remember what was lent, and to whom it is shown."""
        self._lent = lent
        self._rights = rights
        self._shown: Shown | None = None

    def __enter__(self) -> ServedSchema:
        """Give the schema without what is of no use to them."""
        whole = self._lent.__enter__()
        self._shown = Shown(whole._schema, self._rights)
        own = copy.copy(whole)
        own._schema = self._shown.schema
        return own

    def __exit__(self, *raised: object) -> None:
        """Take it apart, and give back what was lent."""
        if self._shown is not None:
            self._shown.let_go()
        self._lent.__exit__(*raised)

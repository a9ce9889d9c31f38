"""Documents over the real schema, made by hypothesis: whatever a client may write, and some of
what it may not."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from graphql import (
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
)
from hypothesis import strategies as st

DEPTH: Final = 5
MOST_FIELDS: Final = 4
DIRECTIONS: Final = ("ASC", "DESC", "ASC_NULLS_FIRST", "DESC_NULLS_LAST")
FILTERS: Final = {
    "DealFilter": (
        "{ title: { contains: \"e\" } }",
        "{ stage: { semantics: { eq: OPEN } } }",
        "{ company: { title: { isNull: false } } }",
        "{ amount: { gte: \"10\" } }",
        "{ title: null }",
    ),
    "CompanyFilter": ("{ title: { contains: \"c\" } }", "{ contacts: { some: {} } }"),
    "ContactFilter": ("{ lastName: { isNull: true } }", "{ not: { firstName: { eq: \"Petr\" } } }"),
    "LeadFilter": ("{ title: { startsWith: \"C\" } }",),
    "UserFilter": ("{ email: { contains: \"@\" } }",),
}  # fmt: skip


# Kept: hypothesis looks through every new strategy, and that takes longer than to draw from it.
_one_of = cache(st.sampled_from)
_within = cache(st.integers)


@cache
def _some_of(names: tuple[str, ...]) -> st.SearchStrategy[list[str]]:
    return st.lists(_one_of(names), min_size=1, max_size=MOST_FIELDS)


@dataclass
class Draft:
    """A document on its way: its fragments, and the counter behind its aliases."""

    draw: st.DrawFn
    schema: GraphQLSchema
    ids: Sequence[str]
    fragments: dict[str, str] = field(default_factory=dict)
    count: int = 0

    def number(self) -> int:
        """Give the next number."""
        self.count += 1
        return self.count

    def chance(self, out_of: int) -> bool:
        """Decide something that happens once in so many times."""
        return self.draw(_within(1, out_of)) == 1

    def pick(self, options: Iterable[str]) -> str:
        """Choose one."""
        found: str = self.draw(_one_of(tuple(options)))
        return found


@st.composite
def documents(draw: st.DrawFn, schema: GraphQLSchema, ids: Sequence[str]) -> str:
    """Make a query with `$yes: Boolean!` and `$no: Boolean!`, and its fragments."""
    draft = Draft(draw, schema, ids)
    assert schema.query_type is not None
    body = selection(draft, schema.query_type, DEPTH)
    # The variables are always used, and declared to be true and false.
    head = "query ($yes: Boolean! = true, $no: Boolean! = false)"
    used = "used: __typename @include(if: $yes) @skip(if: $no)"
    return " ".join([f"{head} {{ {used} {body} }}", *draft.fragments.values()])


def selection(draft: Draft, kind: Any, depth: int) -> str:
    """Select some fields of a type, by themselves or through fragments."""
    if is_abstract_type(kind):
        return abstract_selection(draft, kind, depth)
    parts = [
        wrapped(draft, kind, one_field(draft, kind, name, depth))
        for name in draft.draw(_some_of(tuple(sorted(kind.fields))))
    ]
    if draft.chance(6):
        parts.append(f"t{draft.number()}: __typename")
    return " ".join(part for part in parts if part) or "__typename"


def abstract_selection(draft: Draft, kind: Any, depth: int) -> str:
    """Select fields of an interface or a union, and of the types behind it."""
    names = sorted(getattr(kind, "fields", {}))
    types = draft.schema.get_possible_types(kind)
    parts = [
        "__typename",
        *(one_field(draft, kind, name, depth) for name in names if draft.chance(3)),
        *(
            f"... on {possible.name} {{ {aliased(draft, possible, depth)} }}"
            for possible in types
            if draft.chance(4)
        ),
    ]
    return " ".join(part for part in parts if part)


def aliased(draft: Draft, kind: Any, depth: int) -> str:
    """Select a field under a name of its own: types behind an interface may not clash."""
    name = draft.pick(sorted(kind.fields))
    return one_field(draft, kind, name, depth, alias=True) or "__typename"


def wrapped(draft: Draft, kind: Any, text: str) -> str:
    """Put a field into a fragment or under a condition, now and then."""
    match draft.draw(_within(1, 12)):
        case 1:
            return f"... on {kind.name} {{ {text or '__typename'} }}"
        case 2:
            return f"... @include(if: $yes) {{ {text or '__typename'} }}"
        case 3:
            return f"... @skip(if: $yes) {{ {text or '__typename'} }}"
        case 4:
            name = f"F{draft.number()}"
            draft.fragments[name] = f"fragment {name} on {kind.name} {{ {text or '__typename'} }}"
            return f"...{name}"
        case _:
            return text


def one_field(draft: Draft, kind: Any, name: str, depth: int, *, alias: bool = False) -> str:
    """Select one field, with arguments where it has some; nothing where it would go too deep."""
    definition: GraphQLField = kind.fields[name]
    inner = get_named_type(definition.type)
    if not is_leaf_type(inner) and depth == 0:
        return ""
    given = arguments(draft, definition)
    # With arguments each needs a name of its own; without, the same field twice is merged.
    shown = f"a{draft.number()}: {name}" if given or alias or draft.chance(6) else name
    condition = draft.pick(("", "", "", "", "@include(if: $no)", "@skip(if: $no)"))
    body = "" if is_leaf_type(inner) else f"{{ {selection(draft, inner, depth - 1)} }}"
    return f"{shown}{given} {condition} {body}"


def arguments(draft: Draft, definition: GraphQLField) -> str:
    """Give some arguments to a field: those that it needs, and some of the others."""
    given = []
    for name, argument in definition.args.items():
        required = isinstance(argument.type, GraphQLNonNull)
        if required or draft.chance(3):
            value = argument_value(draft, name, argument.type)
            if value is not None:
                given.append(f"{name}: {value}")
    return f"({', '.join(given)})" if given else ""


def argument_value(draft: Draft, name: str, kind: GraphQLInputType) -> str | None:
    """Give a literal for an argument; mostly a good one."""
    inner = get_named_type(kind)
    match name:
        case "first" | "last":
            return draft.pick(("0", "1", "2", "3", "50", "1000"))
        case "after" | "before":
            return '"no cursor"' if draft.chance(8) else None
        case "where":
            return draft.pick(FILTERS.get(inner.name, ("{}",)))
        case "orderBy":
            return f"[{order(draft, inner)}]"
        case "id":
            return one_id(draft)
        case "ids":
            return f"[{', '.join(one_id(draft) for _ in range(draft.draw(_within(0, 4))))}]"
        case "text" | "search":
            return draft.pick(('"a"', '"acme"', '""', '"Иван"'))
        case "code":
            return draft.pick(('"SOURCE"', '"NONE"'))
        case _:
            return enum_value(draft, kind)


def one_id(draft: Draft) -> str:
    """Give the id of something, of nothing, or something else."""
    return f'"{draft.pick((*draft.ids, "deal_0", "nonsense"))}"'


def order(draft: Draft, kind: Any) -> str:
    """Give one key of an order."""
    assert isinstance(kind, GraphQLInputObjectType)
    plain = sorted(name for name, each in kind.fields.items() if is_leaf_type(each.type))
    direction = draft.pick(DIRECTIONS)
    return f"{{ {draft.pick(plain)}: {direction} }}"


def enum_value(draft: Draft, kind: GraphQLInputType) -> str | None:
    """Give a value of an enum, or a list of some; None for other types."""
    inner: Any = get_named_type(kind)
    if not hasattr(inner, "values"):
        return None
    value = draft.pick(sorted(inner.values))
    outer: Any = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
    return f"[{value}]" if isinstance(outer, GraphQLList) else value

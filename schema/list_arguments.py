"""The arguments of lists: filters, order, search and window, read into what a list asks for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from domain.errors import BadInputError
from domain.fields import Entity, Field, camel
from domain.filters import And, Direction, OrderKey
from loaders.lists import DEFAULT_PAGE, MAX_PAGE, ListSpec
from schema.custom_filters import CUSTOM_FILTER, has_custom, has_custom_key, named_conditions
from schema.filter_types import FILTERS, ORDERS
from schema.filters import mentions, read_order, read_search, read_where
from schema.signatures import argument, list_of


def list_arguments(entity: Entity) -> dict[str, Any]:
    """Give the annotations of the arguments that every list has."""
    plural = entity.plural.replace("_", " ")
    custom = {
        "custom_where": argument(
            list_of(CUSTOM_FILTER) | None, f"Only {plural} whose custom fields match."
        )
    }
    return {
        "where": argument(FILTERS[entity.name] | None, f"Only {plural} that match."),
        **(custom if entity.is_record else {}),
        "order_by": argument(
            list_of(ORDERS[entity.name]) | None,
            "Keys of the order; newest first if left out.",
        ),
        "search": argument(str | None, "Words that all occur in the main text fields."),
        "first": argument(
            int | None, f"Size of the page; {DEFAULT_PAGE} if left out, at most {MAX_PAGE}."
        ),
        "after": argument(str | None, "Cursor that the page starts after."),
        "last": argument(int | None, "Size of a page counted from the end."),
        "before": argument(str | None, "Cursor that the page ends before."),
    }


@dataclass(slots=True)
class ListArguments:
    """The arguments of a list, as given."""

    where: Any = None
    custom_where: Any = None
    order_by: Any = None
    search: str | None = None
    first: int | None = None
    after: str | None = None
    last: int | None = None
    before: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What the arguments of a list ask for, whatever it stands on."""

    spec: ListSpec
    limit: int
    backward: bool
    cursor: str | None
    is_custom: bool = False
    """Whether filter or order speak of custom fields, which only the workspace knows."""
    below: "tuple[Asked, ...]" = ()
    """What the lists on its rows ask for."""


def read_arguments(
    entity: Entity, given: Mapping[str, Any], relation: Field | None = None, parent: str = ""
) -> Asked:
    """Read the arguments of a list; raises BadInputError.

    `parent` is the entity that the list stands on with `relation`.
    """
    arguments = ListArguments(**given)
    where = read_where(entity, arguments.where)
    if arguments.custom_where:
        where = And((where, *named_conditions(entity.name, arguments.custom_where)))
    spec = ListSpec(
        entity=entity.name,
        where=where,
        search=read_search(arguments.search),
        order=read_order(entity, arguments.order_by) or _usual_order(entity, relation),
        relation=relation,
        parent=parent,
        with_deleted=mentions(entity, arguments.where, camel("deleted_at")),
    )
    is_custom = has_custom(where) or has_custom_key(spec.order)
    return Asked(spec, *_window(arguments), is_custom)


def _usual_order(entity: Entity, relation: Field | None) -> tuple[OrderKey, ...]:
    """Give the order of a list that asks for none: its relation's, else newest first."""
    if relation is None or not relation.order:
        return ()
    return (OrderKey((entity.get(relation.order),), Direction.ASC),)


def _window(given: ListArguments) -> tuple[int, bool, str | None]:
    """Give size, direction and cursor of the page; raises BadInputError where they do not fit."""
    if given.first is not None and given.last is not None:
        raise BadInputError("first_and_last", ("last",))
    backward = given.last is not None or (given.before is not None and given.first is None)
    if given.after is not None and (backward or given.before is not None):
        raise BadInputError("after_and_before", ("after",))
    if given.before is not None and not backward:
        raise BadInputError("after_and_before", ("before",))
    size = given.last if backward else given.first
    if size is not None and not 0 <= size <= MAX_PAGE:
        raise BadInputError("page_size", ("last" if backward else "first",), limit=MAX_PAGE)
    limit = DEFAULT_PAGE if size is None else size
    return limit, backward, given.before if backward else given.after

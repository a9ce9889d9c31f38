"""Fields of object types that are worked out rather than stored."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

import strawberry

from domain.records import DEAL
from domain.settings import PIPELINE, STAGE
from schema.classes import OBJECTS
from schema.connection import (
    CONNECTIONS,
    ConnectionSource,
    ListArguments,
    list_arguments,
    open_list,
)
from schema.context import Info, operation
from schema.signatures import declare_resolver, list_of, returns
from schema.values import Money


def _joined(*names: str) -> Any:
    def read(root: Any) -> str | None:
        return " ".join(part for name in names if (part := getattr(root, name))) or None

    return read


def _full_name(*names: str) -> Any:
    return strawberry.field(
        resolver=_joined(*names), description="The names put together; empty without any."
    )


def _user_name(root: Any) -> str:
    return _joined("first_name", "last_name")(root) or str(root.email)


class BoardColumnSource:
    """One column of a board: a stage and what the board asked for."""

    def __init__(self, stage: Any, arguments: ListArguments) -> None:
        """Keep both; nothing is read before a field is."""
        self.stage = stage
        self.arguments = arguments


_STAGE_DEALS: Final = STAGE.get("deals")


async def _open_column(root: BoardColumnSource, info: Info) -> ConnectionSource:
    place = ("stage", root.stage.id)
    return await open_list(info, DEAL, root.arguments, _STAGE_DEALS, place)


async def _column_deals(root: Any, info: Info) -> Any:
    return await _open_column(root, info)


async def _column_count(root: Any, info: Info) -> int:
    return int((await (await _open_column(root, info)).number("count"))["count"])


async def _column_sum(root: Any, info: Info) -> Money:
    numbers = await (await _open_column(root, info)).number("amount")
    return Money(amount=numbers["amount_sum"] or Decimal(0), currency=operation(info).currency)  # type: ignore[arg-type]  # a NewType at run time


def _column_stage(root: Any) -> Any:
    return root.stage


BoardColumn = strawberry.type(
    type(
        "BoardColumn",
        (),
        {
            "stage": strawberry.field(
                resolver=returns(_column_stage, OBJECTS["stage"]), description="The stage."
            ),
            "deals": strawberry.field(
                resolver=returns(_column_deals, CONNECTIONS["deal"]),
                description="The cards of the column, in their order.",
            ),
            "count": strawberry.field(resolver=_column_count, description="How many cards."),
            "sum": strawberry.field(
                resolver=_column_sum, description="Sum of their amounts in the base currency."
            ),
        },
    ),
    description="A column of a board: a stage and the deals on it.",
)


async def _board(root: Any, info: Info, **given: Any) -> Any:
    arguments = ListArguments(**given)
    stages = await operation(info).loaders.children(PIPELINE.get("stages")).load(root.id)
    return [BoardColumnSource(stage, arguments) for stage in stages]


_BOARD_ARGUMENTS: Final = {
    name: annotation
    for name, annotation in list_arguments(DEAL).items()
    if name in {"where", "order_by", "first"}
}
_PERSON_NAME: Final = ("first_name", "middle_name", "last_name")
EXTRA_FIELDS: Final[Mapping[str, Mapping[str, Any]]] = {
    "user": {
        "full_name": strawberry.field(
            resolver=_user_name, description="Given and family name; the e-mail without any."
        )
    },
    "contact": {"full_name": _full_name(*_PERSON_NAME)},
    "lead": {"full_name": _full_name(*_PERSON_NAME)},
    "pipeline": {
        "board": strawberry.field(
            resolver=declare_resolver(_board, _BOARD_ARGUMENTS, list_of(BoardColumn)),
            description="The kanban board: a column for each stage.",
        )
    },
}

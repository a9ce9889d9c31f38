"""Fields of object types that are worked out rather than stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import strawberry

from domain.files import FILE
from domain.ids import encode_id
from domain.records import DEAL
from domain.settings import PIPELINE, STAGE
from loaders.board_activities import DealCounts, board_counts
from schema.activity_fields import ACTIVITY_FIELDS
from schema.activity_viewer import DAY_ENDS, end_of_day
from schema.classes import OBJECTS
from schema.connection import CONNECTIONS, open_lists
from schema.context import Context, running
from schema.conversion_fields import CONVERSION
from schema.currency_fields import CURRENCY_FIELDS
from schema.execution.reading import batched_field, plain_field
from schema.list_arguments import Asked, list_arguments, read_arguments
from schema.list_sources import ConnectionSource, load_counts, load_numbers
from schema.role_fields import ROLE_FIELDS, USER_FIELDS
from schema.signatures import list_of
from schema.stage_history import STAGE_HISTORY
from schema.values import Money


def _joined(*names: str | None) -> str | None:
    return " ".join(name for name in names if name) or None


def _full_name(*names: str) -> Any:
    text = "The names put together; empty without any."
    return plain_field(text, str | None, names, combine=_joined)


def _user_name(first_name: str | None, last_name: str | None, email: str) -> str:
    return _joined(first_name, last_name) or email


def _file_url(key: UUID) -> str:
    return f"/files/{encode_id(FILE.name, key)}"


def _subject(kind: str | None, key: UUID | None) -> str | None:
    return None if kind is None or key is None else encode_id(kind, key)


@dataclass(frozen=True, slots=True)
class BoardColumnSource:
    """One column of a board: a stage and what the board asked for; nothing is read yet."""

    stage: Any
    asked: Asked


Columns = Sequence[BoardColumnSource]
_STAGE_DEALS: Final = STAGE.get("deals")


async def _column_deals(context: Context, sources: Columns) -> list[ConnectionSource]:
    """Open the lists of columns of one board, whose arguments are the same."""
    if not sources:
        return []
    return await open_lists(context, sources[0].asked, [source.stage.id for source in sources])


async def _column_counts(context: Context, sources: Columns) -> list[int]:
    return await load_counts(context, await _column_deals(context, sources))


async def _column_sums(context: Context, sources: Columns) -> list[Money]:
    lists = await _column_deals(context, sources)
    currency: Any = running(context).currency
    return [
        Money(amount=numbers["amount_sum"] or Decimal(0), currency=currency)
        for numbers in await load_numbers(context, lists, "amount", ("sum",))
    ]


async def _column_activities(
    context: Context, sources: Columns, day_ends: datetime | None = None
) -> list[DealCounts]:
    if not sources:
        return []
    op = running(context)
    opened = await _column_deals(context, sources)
    loader = board_counts(op.loaders, opened[0].spec, op.now, end_of_day(op, day_ends))
    return await loader.load_batch([source.stage.id for source in sources])


BoardActivityCounters = strawberry.type(
    type(
        "BoardActivityCounters",
        (),
        {
            "overdue": plain_field("Something was due before now.", int, ("overdue",)),
            "today": plain_field("Something is due later today.", int, ("today",)),
            "ahead": plain_field(
                "Something is due after today, or at no certain time.", int, ("ahead",)
            ),
            "none_planned": plain_field(
                "Open deals about which nothing is planned.", int, ("none_planned",)
            ),
        },
    ),
    description="How many deals of a column there are by their nearest open activity; each deal "
    "is counted once.",
)


def _column_stage(root: BoardColumnSource) -> Any:
    return root.stage


BoardColumn = strawberry.type(
    type(
        "BoardColumn",
        (),
        {
            "stage": plain_field("The stage.", OBJECTS["stage"], (), _column_stage),
            "deals": batched_field(
                "The cards of the column, in their order.", CONNECTIONS["deal"], (), _column_deals
            ),
            "count": batched_field("How many cards.", int, (), _column_counts),
            "sum": batched_field(
                "Sum of their amounts in the base currency.", Money, (), _column_sums
            ),
            "activity_counters": batched_field(
                "How many of the cards wait for something.",
                BoardActivityCounters,
                (),
                _column_activities,
                {"day_ends": DAY_ENDS},
            ),
        },
    ),
    description="A column of a board: a stage and the deals on it.",
)


def _read_board(given: Mapping[str, Any]) -> Asked:
    return read_arguments(DEAL, given, _STAGE_DEALS, STAGE.name)


async def _boards(context: Context, sources: Sequence[Any], asked: Asked) -> list[Any]:
    stages = running(context).loaders.children(PIPELINE.get("stages"))
    return [
        [BoardColumnSource(stage, asked) for stage in column]
        for column in await stages.load_batch([source.id for source in sources])
    ]


_BOARD_ARGUMENTS: Final = {
    name: annotation
    for name, annotation in list_arguments(DEAL).items()
    if name in {"where", "order_by", "first"}
}
_PERSON_NAME: Final = ("first_name", "middle_name", "last_name")
EXTRA_FIELDS: Final[Mapping[str, Mapping[str, Any]]] = {
    "user": {
        "full_name": plain_field(
            "Given and family name; the e-mail without any.",
            str,
            ("first_name", "last_name", "email"),
            combine=_user_name,
        ),
        **USER_FIELDS,
    },
    "currency": CURRENCY_FIELDS,
    "role": ROLE_FIELDS,
    "file": {
        "url": plain_field(
            "Where its content is, from the server's root; read with the same token.",
            str,
            ("id",),
            combine=_file_url,
        )
    },
    "activity": ACTIVITY_FIELDS,
    "audit_event": {
        "subject_id": plain_field(
            "Id of the thing that it is about, such as an API key; it may be gone.",
            strawberry.ID | None,
            ("subject_type", "subject_id"),
            combine=_subject,
        )
    },
    "contact": {"full_name": _full_name(*_PERSON_NAME)},
    "lead": {
        "full_name": _full_name(*_PERSON_NAME),
        "conversion": CONVERSION,
        "stage_history": STAGE_HISTORY,
    },
    "deal": {"stage_history": STAGE_HISTORY},
    "pipeline": {
        "board": batched_field(
            "The kanban board: a column for each stage.",
            list_of(BoardColumn),
            ("id",),
            _boards,
            _BOARD_ARGUMENTS,
            prepare=_read_board,
        )
    },
}

"""Comments in the API: what people say about a record, and the mutations by which they do."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import strawberry

from domain.timeline import COMMENT, LONGEST_COMMENT
from loaders.comments import Comment as StoredComment
from loaders.comments import CommentEdit as StoredEdit
from resolvers import comments
from resolvers.comments import MOST_PINNED
from resolvers.operation import Operation
from schema.classes import OBJECTS, Record
from schema.context import Context, running
from schema.execution.reading import IdOf, batched_field, plain_field
from schema.inputs import input_type
from schema.record_mutations import attempt
from schema.signatures import argument, declare_resolver, list_of
from schema.subjects import load_people
from schema.values import ID_TEXT, Node, type_name
from schema.write_types import payload_type

Stored = Sequence[StoredComment]
USER: Final = OBJECTS["user"]


async def _authors(context: Context, sources: Stored) -> list[Any]:
    return await load_people(context, [source.author_id for source in sources])


async def _editors(context: Context, sources: Sequence[StoredEdit]) -> list[Any]:
    return await load_people(context, [source.by_id for source in sources])


async def _mentions(context: Context, sources: Sequence[Any]) -> list[list[Any]]:
    people = [key for source in sources for key in source.mentions]
    rows = dict(zip(people, await load_people(context, people), strict=True))
    return [
        [row for key in source.mentions if (row := rows[key]) is not None] for source in sources
    ]


async def _records(context: Context, sources: Stored) -> list[Any]:
    loaders = running(context).loaders
    found: dict[tuple[str, UUID], Any] = {}
    for entity in {source.record_type for source in sources}:
        ids = list({item.record_id: None for item in sources if item.record_type == entity})
        rows = await loaders.one(entity, with_deleted=True).load_batch(ids)
        found.update({(entity, key): row for key, row in zip(ids, rows, strict=True)})
    return [found[source.record_type, source.record_id] for source in sources]


async def _edits(context: Context, sources: Stored) -> list[list[StoredEdit]]:
    return (
        await running(context).loaders.comment_edits().load_batch([source.id for source in sources])
    )


CommentEdit: Any = strawberry.type(
    type(
        "CommentEdit",
        (),
        {
            "at": plain_field("When it was changed.", datetime, ("at",)),
            "by": batched_field("Who changed it.", USER | None, (), _editors),
            "text": plain_field("What it said until then, in Markdown.", str, ("text",)),
            "mentions": batched_field(
                "The people whom it named until then.", list_of(USER), (), _mentions
            ),
        },
    ),
    description="A change of a comment.",
)
Comment: Any = strawberry.type(
    type(
        "Comment",
        (Node,),
        {
            "id": plain_field(ID_TEXT, strawberry.ID, ("id",), convert=IdOf(COMMENT.name)),
            "record": batched_field(
                "What it is about; null once that is gone.", Record | None, (), _records
            ),
            "text": plain_field(
                "What it says, in Markdown: as it was given, so show it with care.",
                str,
                ("text",),
            ),
            "author": batched_field("Who wrote it.", USER | None, (), _authors),
            "mentions": batched_field("The people whom it names.", list_of(USER), (), _mentions),
            "created_at": plain_field("When it was written.", datetime, ("created_at",)),
            "edited_at": plain_field(
                "When it was last changed; null if never.", datetime | None, ("edited_at",)
            ),
            "is_pinned": plain_field("Whether it is pinned to its record.", bool, ("is_pinned",)),
            "edits": batched_field(
                "What it said before, the latest change first.", list_of(CommentEdit), (), _edits
            ),
            "is_type_of": classmethod(lambda _cls, obj, _info: type_name(obj) == "Comment"),
        },
    ),
    description="What somebody said about a record.",
)


async def _pinned(context: Context, sources: Sequence[Any]) -> list[Any]:
    loaders = running(context).loaders
    found: dict[UUID, Any] = {}
    for entity in {source.declared.name for source in sources}:
        ids = [source.id for source in sources if source.declared.name == entity]
        pinned = await loaders.pinned_comments(entity).load_batch(ids)
        found.update(zip(ids, pinned, strict=True))
    return [found[source.id] for source in sources]


PINNED_COMMENTS: Final = batched_field(
    f"The comments that are pinned to the record, the one pinned last first; {MOST_PINNED} at "
    "most.",
    list_of(Comment),
    ("id",),
    _pinned,
)

_TEXT: Final = f"What it says, in Markdown, at most {LONGEST_COMMENT} characters."
_MENTIONS: Final = "Ids of the people whom it names."
_ADD: Final = input_type(
    "AddCommentInput",
    "A new comment.",
    {
        "record_id": (strawberry.ID, "Id of the record that it is about."),
        "text": (str, _TEXT),
        "mention_ids": (list[strawberry.ID] | None, _MENTIONS),
    },
)
_UPDATE: Final = input_type(
    "UpdateCommentInput",
    "A change of a comment; omitted fields stay.",
    {
        "id": (strawberry.ID, "Id of the comment."),
        "text": (str | None, _TEXT),
        "mention_ids": (list[strawberry.ID] | None, _MENTIONS),
    },
)
_DELETE: Final = input_type(
    "DeleteCommentInput",
    "Which comment is taken back.",
    {"id": (strawberry.ID, "Id of the comment.")},
)
_PIN: Final = input_type(
    "PinCommentInput",
    "Which comment is pinned to its record, or no longer is.",
    {
        "id": (strawberry.ID, "Id of the comment."),
        "is_pinned": (bool | None, "False takes the pin out; true if left out."),
    },
)
Work = Callable[[Operation, Mapping[str, Any]], Awaitable[Any]]


def _mutation(verb: str, doing: str, text: str, given: type, work: Work) -> Any:
    payload = payload_type(
        f"{verb}CommentPayload",
        f"What came of {doing} a comment.",
        {"comment": (Comment | None, "The comment; null if refused.")},
    )

    async def resolve(root: Any, info: Any, input: Mapping[str, Any]) -> Any:
        return await attempt(
            info,
            lambda op: work(op, input),
            lambda found, errors: payload(comment=found, user_errors=errors),
        )

    arguments = {"input": argument(given, "What is asked.")}
    return strawberry.field(
        resolver=declare_resolver(resolve, arguments, payload), description=text
    )


ADD_COMMENT: Final = _mutation(
    "Add", "writing", "Writes a comment on a record that the caller may change.", _ADD,
    comments.add_comment,
)  # fmt: skip
UPDATE_COMMENT: Final = _mutation(
    "Update", "changing", "Changes a comment: its author or an administrator.", _UPDATE,
    comments.update_comment,
)  # fmt: skip
DELETE_COMMENT: Final = _mutation(
    "Delete", "taking back", "Takes a comment back: its author or an administrator.", _DELETE,
    comments.delete_comment,
)  # fmt: skip
PIN_COMMENT: Final = _mutation(
    "Pin", "pinning", "Pins a comment to its record, or takes the pin out.", _PIN,
    comments.pin_comment,
)  # fmt: skip

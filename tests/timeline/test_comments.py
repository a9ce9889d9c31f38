"""Comments on records: who may write them, change them, pin them, and what is kept of them."""

from typing import Any, Final

import pytest

from tests.access.staff import Join, grant, make_deal, make_role
from tests.access.world import World, fingerprint
from tests.client import Answer, Client
from tests.conftest import Server
from tests.people import Cast
from tests.timeline.conftest import timeline

COMMENT: Final = """comment { id text author { firstName } mentions { firstName } isPinned
  editedAt edits { text by { firstName } mentions { firstName } } record { id } }"""
READ: Final = f"query ($id: ID!) {{ node(id: $id) {{ ... on Comment {COMMENT[8:]} }} }}"
DRY: Final = {"X-Dry-Run": "1"}


async def say(person: Client, record: str, text: str, **more: Any) -> Any:
    """Comment on a record and give the comment."""
    given = {"recordId": record, "text": text, **more}
    return (await person.mutate("addComment", given, COMMENT)).payload()["comment"]


async def read(person: Client, comment: str) -> Any:
    """Give a comment as a person sees it."""
    return (await person.data(READ, id=comment))["node"]


async def kinds(person: Client, record: str) -> list[str]:
    """Give the kinds of the entries of a timeline."""
    return [entry["kind"] for entry in (await timeline(person, record))["nodes"]]


@pytest.fixture
async def deal(people: Cast) -> str:
    """Make a deal of anna's."""
    return await make_deal(people.anna, "Tea", responsibleId=people.ids["anna"])


@pytest.fixture
async def world(people: Cast) -> World:
    """Give the workspace of the cast, to see that nothing of it changed."""
    found = await people.root.data("{ viewer { workspace { id } } }")
    return World({"workspace": found["viewer"]["workspace"]["id"]})


async def test_a_comment_is_kept_as_it_was_given(people: Cast, deal: str) -> None:
    text = "  **Call back**, <b>today</b>\n\n- a list\n"
    made = await say(people.anna, deal, text, mentionIds=[people.ids["boris"]])

    assert made == {
        "id": made["id"], "text": text, "author": {"firstName": "Anna"},
        "mentions": [{"firstName": "Boris"}], "isPinned": False, "editedAt": None, "edits": [],
        "record": {"id": deal},
    }  # fmt: skip
    assert await read(people.boris, made["id"]) == made
    ask = "{ nodes { kind by { firstName } ... on CommentEntry { comment { text } } } }"
    found = await people.reader.data(
        f"query ($id: ID!) {{ deal(id: $id) {{ version timeline(first: 1) {ask} }} }}", id=deal
    )
    assert found["deal"] == {
        "version": 1,
        "timeline": {
            "nodes": [{"kind": "COMMENTED", "by": {"firstName": "Anna"}, "comment": {"text": text}}]
        },
    }


async def test_what_a_comment_said_before_is_kept(people: Cast, deal: str) -> None:
    made = await say(people.anna, deal, "One", mentionIds=[people.ids["boris"]])
    changes: tuple[dict[str, Any], ...] = ({"text": "Two"}, {"text": "Two"}, {"mentionIds": []})
    for given in changes:
        done = await people.anna.mutate("updateComment", {"id": made["id"], **given}, COMMENT)
        done.payload()

    now = await read(people.boris, made["id"])

    assert (now["text"], now["mentions"]) == ("Two", [])
    assert now["editedAt"] is not None
    boris, anna = {"firstName": "Boris"}, {"firstName": "Anna"}
    assert now["edits"] == [
        {"text": "Two", "by": anna, "mentions": [boris]},
        {"text": "One", "by": anna, "mentions": [boris]},
    ]
    # What changes nothing is no change.
    assert await kinds(people.anna, deal) == [
        "COMMENT_CHANGED", "COMMENT_CHANGED", "COMMENTED", "CREATED",
    ]  # fmt: skip


async def test_pins_are_shown_the_latest_first_and_are_few(people: Cast, deal: str) -> None:
    made = [(await say(people.anna, deal, str(number)))["id"] for number in range(11)]
    pinned = "query ($id: ID!) { deal(id: $id) { pinnedComments { text } } }"
    for key in made[:10]:
        (await people.boris.mutate("pinComment", {"id": key}, COMMENT)).payload()
    before = await people.boris.data(pinned, id=deal)

    refused = await people.boris.mutate("pinComment", {"id": made[10]}, COMMENT)

    assert refused.refusals() == [("LIMIT", "input.id")]
    shown = [item["text"] for item in before["deal"]["pinnedComments"]]
    assert shown == [str(number) for number in range(9, -1, -1)]
    out = {"id": made[0], "isPinned": False}
    for _ in range(2):
        (await people.anna.mutate("pinComment", out, COMMENT)).payload()
    assert (await kinds(people.anna, deal))[:2] == ["COMMENT_UNPINNED", "COMMENT_PINNED"]
    (await people.boris.mutate("pinComment", {"id": made[10]}, COMMENT)).payload()


async def test_a_comment_is_changed_by_its_author_or_an_administrator(
    people: Cast, deal: str, world: World, server: Server
) -> None:
    made = await say(people.anna, deal, "Mine")
    before = await fingerprint(server.database, world)
    for name, given in (("updateComment", {"text": "Not mine"}), ("deleteComment", {})):
        refused = await people.boris.mutate(name, {"id": made["id"], **given}, COMMENT)
        assert refused.refusals() == [("FORBIDDEN", "input.id")]
    assert await fingerprint(server.database, world) == before

    change = {"id": made["id"], "text": "Checked"}
    (await people.root.mutate("updateComment", change, COMMENT)).payload()
    assert (await read(people.anna, made["id"]))["edits"][0]["by"] is not None
    taken = await people.anna.mutate("deleteComment", {"id": made["id"]}, COMMENT)
    assert taken.payload()["comment"]["text"] == "Checked"

    assert await read(people.root, made["id"]) is None
    asked = "query ($id: ID!) { deal(id: $id) { timeline { nodes { kind"
    asked += " ... on CommentEntry { comment { id } } } } } }"
    nodes = (await people.anna.data(asked, id=deal))["deal"]["timeline"]["nodes"]
    assert [(entry["kind"], entry.get("comment", "none")) for entry in nodes] == [
        ("COMMENT_DELETED", None), ("COMMENT_CHANGED", None), ("COMMENTED", None),
        ("CREATED", "none"),
    ]  # fmt: skip


async def tries(person: Client, deal: str, comment: str) -> list[Answer]:
    """Try all that can be done with comments on a deal."""
    return [
        await person.mutate("addComment", {"recordId": deal, "text": "Me too"}, COMMENT),
        await person.mutate("updateComment", {"id": comment, "text": "Me"}, COMMENT),
        await person.mutate("pinComment", {"id": comment}, COMMENT),
        await person.mutate("deleteComment", {"id": comment}, COMMENT),
    ]


async def test_comments_are_as_writable_as_their_record(
    people: Cast, join: Join, deal: str, world: World, server: Server
) -> None:
    reads = grant("DEAL", "READ", "ALL")
    own = grant("DEAL", "UPDATE", "OWN")
    looks = await join("lena", await make_role(people.root, "Looks", reads))
    writes = await join("pavel", await make_role(people.root, "Writes own", reads, own))
    blind = await join("vera", await make_role(
        people.root, "Own alone", grant("DEAL", "READ", "OWN"), own))  # fmt: skip
    made = await say(people.anna, deal, "Mine")
    before = await fingerprint(server.database, world)

    for answer in await tries(looks, deal, made["id"]):
        assert answer.codes == ["FORBIDDEN"]
    places = ["input.recordId", "input.id", "input.id", "input.id"]
    for answer, place in zip(await tries(writes, deal, made["id"]), places, strict=True):
        assert answer.refusals() == [("FORBIDDEN", place)]
    for person in (blind, people.olga):
        for answer, place in zip(await tries(person, deal, made["id"]), places, strict=True):
            assert answer.refusals() == [("NOT_FOUND", place)]
        assert await read(person, made["id"]) is None
    for answer in await tries(people.reader, deal, made["id"]):
        assert answer.codes == ["FORBIDDEN"]
    for answer in await tries(people.nobody, deal, made["id"]):
        assert (answer.status, answer.codes) == (401, ["UNAUTHENTICATED"])
    assert await fingerprint(server.database, world) == before

    assert (await read(looks, made["id"]))["text"] == "Mine"
    hers = await make_deal(people.anna, "Pavel's", responsibleId=people.ids["pavel"])
    assert (await say(writes, hers, "I call"))["author"] == {"firstName": "Pavel"}


async def test_a_dry_run_comments_nothing(
    people: Cast, deal: str, world: World, server: Server
) -> None:
    before = await fingerprint(server.database, world)
    text = f"mutation ($given: AddCommentInput!) {{ addComment(input: $given) {{ {COMMENT} }} }}"
    given = {"given": {"recordId": deal, "text": "Perhaps"}}

    tried = await people.anna.run(text, given, DRY)

    assert tried.data["addComment"]["comment"]["text"] == "Perhaps"
    (event,) = tried.extensions["dryRun"]["events"]
    assert (event["kind"], event["id"]) == ("COMMENTED", deal)
    assert await fingerprint(server.database, world) == before


async def test_comments_go_with_their_record(people: Cast, deal: str) -> None:
    made = await say(people.anna, deal, "Mine")
    (await people.anna.mutate("deleteDeal", {"id": deal}, "deal { id }")).payload()

    refused = await people.anna.mutate("addComment", {"recordId": deal, "text": "x"}, COMMENT)
    assert refused.refusals() == [("NOT_FOUND", "input.recordId")]
    (await people.anna.mutate("purgeDeal", deal, "deal { id }", "id")).payload()
    assert await read(people.root, made["id"]) is None


@pytest.mark.parametrize(
    ("given", "code", "place"),
    [
        ({"text": ""}, "REQUIRED", "text"),
        ({"text": " \n "}, "REQUIRED", "text"),
        ({"text": "x" * 20_001}, "LIMIT", "text"),
        ({"text": "\x00"}, "INVALID", "text"),
        ({"recordId": "nonsense"}, "INVALID", "recordId"),
        ({"recordId": "user_01kb1rnj47e65gh2bh8vgs9zm5"}, "INVALID", "recordId"),
        ({"recordId": "deal_01kb1rnj47e65gh2bh8vgs9zm5"}, "NOT_FOUND", "recordId"),
        ({"mentionIds": ["user_01kb1rnj47e65gh2bh8vgs9zm5"]}, "NOT_FOUND", "mentionIds.0"),
        ({"mentionIds": ["deal_01kb1rnj47e65gh2bh8vgs9zm5"]}, "INVALID", "mentionIds.0"),
    ],
)
async def test_what_makes_no_sense_is_refused_with_its_place(
    people: Cast, deal: str, given: dict[str, Any], code: str, place: str
) -> None:
    wanted = {"recordId": deal, "text": "Hello", **given}
    refused = await people.anna.mutate("addComment", wanted, COMMENT)
    assert refused.refusals() == [(code, f"input.{place}")]
    assert await kinds(people.anna, deal) == ["CREATED"]

"""What waits: counters of people and of boards, the agenda, lists with filters and orders."""

from typing import Any

import pytest

from tests.access.staff import Join, grant, make_deal, make_role
from tests.activities.conftest import ahead, complete, plan
from tests.client import Client
from tests.people import Cast

END = ahead(hours=3)
COUNTERS = """query ($id: ID, $end: DateTime) { viewer {
  activityCounters(responsibleId: $id, dayEnds: $end) { overdue today ahead } } }"""
BOARD = """query ($end: DateTime, $where: DealFilter) { pipelines { board(where: $where) {
  count activityCounters(dayEnds: $end) { overdue today ahead nonePlanned } } } }"""
AGENDA = """query ($from: DateTime!, $to: DateTime!) { viewer {
  agenda(from: $from, to: $to) { subject isCompleted } } }"""


async def counters(person: Client, whose: str | None = None) -> tuple[int, int, int]:
    """Give how much is overdue, due today and ahead."""
    found = (await person.data(COUNTERS, id=whose, end=END))["viewer"]["activityCounters"]
    return found["overdue"], found["today"], found["ahead"]


async def board(person: Client, **where: Any) -> list[tuple[int, int, int, int, int]]:
    """Give the first columns of the usual board: cards, overdue, today, ahead, none planned."""
    found = await person.data(BOARD, end=END, where=where or None)
    shown = []
    for column in found["pipelines"][0]["board"]:
        counts = column["activityCounters"]
        shown.append((column["count"], counts["overdue"], counts["today"], counts["ahead"],
                      counts["nonePlanned"]))  # fmt: skip
    return shown


async def test_open_activities_are_counted_by_when_they_are_due(
    people: Cast, deal: str, join: Join
) -> None:
    for times in (
        {"deadline": ahead(hours=-1)}, {"startAt": ahead(hours=-2), "endAt": ahead(hours=9)},
        {"deadline": ahead(hours=1)}, {"deadline": ahead(hours=9)}, {},
        {"startAt": ahead(days=-1), "deadline": ahead(days=2)},
    ):  # fmt: skip
        await plan(people.anna, deal, **times)
    done = await plan(people.anna, deal, deadline=ahead(hours=-5))
    (await complete(people.anna, done["id"])).payload()
    await plan(people.anna, deal, deadline=ahead(hours=1), responsibleId=people.ids["boris"])

    assert await counters(people.anna) == (2, 1, 3)
    assert await counters(people.boris) == (0, 1, 0)
    assert await counters(people.boris, people.ids["anna"]) == (2, 1, 3)
    stranger = await join("masha", await make_role(
        people.root, "Own deals", grant("DEAL", "READ", "OWN")))  # fmt: skip
    assert await counters(stranger, people.ids["anna"]) == (0, 0, 0)
    refused = await people.anna.run(COUNTERS, {"end": ahead(days=5)})
    assert refused.codes == ["BAD_USER_INPUT"]


async def test_a_board_counts_deals_by_their_nearest_activity(people: Cast, deal: str) -> None:
    late, today, far, bare = [
        await make_deal(people.anna, title) for title in ("Late", "Today", "Far", "Bare")
    ]
    await plan(people.anna, late, today, far, deadline=ahead(days=5))
    await plan(people.anna, late, today, deadline=ahead(hours=1))
    await plan(people.anna, late, deadline=ahead(hours=-1))
    done = await plan(people.anna, bare, deadline=ahead(hours=-1))
    (await complete(people.anna, done["id"])).payload()
    await plan(people.anna, deal)
    won = await people.root.data("{ pipelines { stages { id semantics } } }")
    stages = won["pipelines"][0]["stages"]
    last = next(stage["id"] for stage in stages if stage["semantics"] == "WON")
    await make_deal(people.anna, "Won", stageId=last)

    shown = await board(people.anna)

    assert shown[0] == (5, 1, 1, 2, 1)
    places = [place for place, stage in enumerate(stages) if stage["id"] == last]
    assert shown[places[0]] == (1, 0, 0, 0, 0)
    assert (await board(people.anna, title={"eq": "Late"}))[0] == (1, 1, 0, 0, 0)


async def test_a_board_counts_deals_that_one_sees(people: Cast, deal: str, join: Join) -> None:
    own = await make_role(people.root, "Own deals", grant("DEAL", "READ", "OWN"))
    masha = await join("masha", own)
    hers = await make_deal(people.anna, "Hers", responsibleId=people.ids["masha"])
    await plan(people.anna, deal, deadline=ahead(hours=-1))

    assert (await board(masha))[0] == (1, 0, 0, 0, 1)
    await plan(people.anna, hers, deadline=ahead(hours=-1))
    assert (await board(masha))[0] == (1, 1, 0, 0, 0)
    assert (await board(people.anna))[0] == (2, 2, 0, 0, 0)


async def test_the_agenda_is_what_falls_into_a_time(people: Cast, deal: str) -> None:
    anna = people.ids["anna"]
    plans: dict[str, dict[str, Any]] = {
        "Before": {"startAt": "2036-03-01T00:00:00Z", "endAt": "2036-03-02T00:00:00Z"},
        "Over": {"startAt": "2036-03-01T00:00:00Z", "endAt": "2036-03-09T00:00:00Z"},
        "At the start": {"startAt": "2036-03-02T00:00:00Z"},
        "Deadline": {"deadline": "2036-03-03T00:00:00Z", "responsibleId": people.ids["boris"],
                     "participantIds": [anna]},
        "Not hers": {"startAt": "2036-03-03T00:00:00Z", "responsibleId": people.ids["boris"]},
        "After": {"startAt": "2036-03-04T00:00:00Z"},
        "No time": {},
    }  # fmt: skip
    for subject, given in plans.items():
        await plan(people.anna, deal, subject=subject, **given)
    done = await plan(people.anna, deal, subject="Done", startAt="2036-03-02T01:00:00Z")
    (await complete(people.anna, done["id"])).payload()

    between = {"from": "2036-03-02T00:00:00Z", "to": "2036-03-04T00:00:00Z"}
    found = (await people.anna.data(AGENDA, **between))["viewer"]["agenda"]

    assert [(item["subject"], item["isCompleted"]) for item in found] == [
        ("Over", False), ("At the start", False), ("Done", True), ("Deadline", False),
    ]  # fmt: skip
    assert (await people.olga.data(AGENDA, **between))["viewer"]["agenda"] == []


@pytest.mark.parametrize(
    ("start", "end"),
    [(ahead(days=2), ahead(days=1)), (ahead(), ahead()), (ahead(), ahead(days=62, hours=1))],
    ids=["backwards", "empty", "too long"],
)
async def test_the_agenda_is_of_a_bounded_time(people: Cast, start: str, end: str) -> None:
    refused = await people.anna.run(AGENDA, {"from": start, "to": end})

    assert refused.codes == ["BAD_USER_INPUT"]
    assert refused.errors[0]["path"] == ["viewer", "agenda"]


async def test_lists_of_activities_are_filtered_ordered_and_paged(people: Cast, deal: str) -> None:
    other = await make_deal(people.anna, "Coffee")
    for number, (kind, record) in enumerate(
        (("CALL", deal), ("TASK", deal), ("CALL", other), ("CALL", deal), ("MEETING", deal))
    ):
        await plan(
            people.anna, record, kind=kind, subject=f"Number {number}",
            startAt=ahead(days=9 - number), priority="HIGH" if number == 3 else "LOW",
        )  # fmt: skip
    document = """query ($id: ID!, $where: ActivityFilter, $orderBy: [ActivityOrder!],
      $first: Int, $after: String, $search: String) { deal(id: $id) {
      activities(where: $where, orderBy: $orderBy, first: $first, after: $after, search: $search) {
        totalCount nodes { subject } pageInfo { hasNextPage endCursor } } } }"""

    async def ask(**given: Any) -> tuple[int, list[str], Any]:
        found = (await people.boris.data(document, id=deal, **given))["deal"]["activities"]
        return (found["totalCount"], [node["subject"][-1] for node in found["nodes"]],
                found["pageInfo"])  # fmt: skip

    assert (await ask())[:2] == (4, ["4", "3", "1", "0"])
    by_start = [{"startAt": "ASC"}]
    _, first, page = await ask(orderBy=by_start, first=3)
    assert (first, page["hasNextPage"]) == (["4", "3", "1"], True)
    rest = await ask(orderBy=by_start, first=3, after=page["endCursor"])
    assert (rest[1], rest[2]["hasNextPage"]) == (["0"], False)
    for where, found in (
        ({"kind": {"eq": "CALL"}}, ["3", "0"]),
        ({"priority": {"ne": "LOW"}}, ["3"]),
        ({"isCompleted": {"eq": True}}, []),
        ({"startAt": {"lt": ahead(days=7)}}, ["4", "3"]),
        ({"dueAt": {"gt": ahead(days=7)}}, ["1", "0"]),
        ({"deadline": {"isNull": False}}, []),
        ({"responsibleId": {"eq": people.ids["anna"]}, "kind": {"in": ["TASK"]}}, ["1"]),
        ({"not": {"kind": {"eq": "CALL"}}}, ["4", "1"]),
    ):
        assert (await ask(where=where))[1] == found
    assert (await ask(search="number 3"))[1] == ["3"]
    whole = await people.anna.data(
        "{ activities(orderBy: [{ startAt: ASC }], where: { kind: { eq: CALL } }) { nodes {"
        " subject } aggregate { startAt { min max } } } }"
    )
    assert [node["subject"][-1] for node in whole["activities"]["nodes"]] == ["3", "2", "0"]
    refused = await people.anna.run(document, {"id": deal, "first": 201})
    assert refused.codes == ["BAD_USER_INPUT"]


async def test_records_of_several_types_have_their_activities_at_once(
    people: Cast, deal: str
) -> None:
    made = await people.anna.mutate("createContact", {"lastName": "Petrov"}, "contact { id }")
    contact = made.payload()["contact"]["id"]
    await plan(people.anna, deal, contact, subject="Both")
    await plan(people.anna, contact, subject="One")
    document = """query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Record {
      activities(first: 5) { nodes { subject records { id } } } } } }"""

    found = (await people.anna.data(document, ids=[deal, contact]))["nodes"]

    subjects = [[node["subject"] for node in item["activities"]["nodes"]] for item in found]
    assert subjects == [["Both"], ["One", "Both"]]

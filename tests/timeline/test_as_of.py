"""A record as it was: each field with the value that it had at a moment, as one may read it."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from tests.access.staff import Join, grant, make_deal, make_role
from tests.api.world import TYPES, Names, World, build_world, make_record
from tests.client import Client
from tests.custom.fields import make_field
from tests.people import Cast
from tests.timeline.conftest import change

STATE: Final = """query ($id: ID!, $at: DateTime!, $fields: [String!]) {
  record(id: $id, asOf: $at) { at version isDeleted updatedAt updatedBy { firstName }
    record { id } values(fields: $fields) { field label value display } } }"""
ALL_DEALS: Final = grant("DEAL", "READ", "ALL")


@pytest.fixture
async def world(people: Cast) -> World:
    """Give a workspace with settings and a few records to point to."""
    return await build_world(people)


async def as_of(client: Client, record: str, moment: str, *fields: str) -> Any:
    """Ask for a record as it was, all of its fields or some."""
    found = await client.data(STATE, id=record, at=moment, fields=list(fields) or None)
    return found["record"]


async def updated_at(client: Client, record: str) -> str:
    found = await client.data(
        "query ($id: ID!) { node(id: $id) { ... on Record { updatedAt } } }", id=record
    )
    return str(found["node"]["updatedAt"])


def values(state: Any) -> dict[str, Any]:
    return {item["field"]: item["value"] for item in state["values"]}


async def test_a_deal_is_read_as_it_was_after_each_change(people: Cast, world: World) -> None:
    await make_field(people.root, "Number", "INTEGER")
    deal = await make_deal(people.anna, "Licence", companyId=world["acme"])
    made = await updated_at(people.anna, deal)
    await change(people.boris, deal, title="Big licence", contactIds=[world["ivan"]],
                 customValues=[{"code": "number", "value": 7}])  # fmt: skip
    changed = await updated_at(people.anna, deal)
    await change(people.anna, deal, companyId=None, contactIds=[],
                 customValues=[{"code": "number", "value": None}])  # fmt: skip

    fields = ("title", "company", "contacts", "custom.number")
    first = await as_of(people.anna, deal, made, *fields)
    second = await as_of(people.anna, deal, changed, *fields)
    third = await as_of(people.anna, deal, datetime.now(UTC).isoformat(), *fields)

    assert values(first) == {"title": "Licence", "company": world["acme"]}
    assert first["values"][1]["display"] == "Acme"
    assert values(second) == {
        "title": "Big licence", "company": world["acme"], "contacts": [world["ivan"]],
        "custom.number": 7,
    }  # fmt: skip
    assert values(third) == {"title": "Big licence"}
    assert [(state["version"], state["updatedBy"]["firstName"], state["isDeleted"])
            for state in (first, second, third)] == [
        (1, "Anna", False), (2, "Boris", False), (3, "Anna", False)
    ]  # fmt: skip
    assert second["updatedAt"] == changed
    assert second["record"] == {"id": deal}


@pytest.mark.parametrize("names", TYPES, ids=lambda names: names.one)
async def test_every_type_of_record_is_read_as_it_was(
    people: Cast, world: World, names: Names
) -> None:
    made = await make_record(people.anna, names, world.named(names, "Something"))

    state = await as_of(people.reader, made["id"], datetime.now(UTC).isoformat())

    told = (
        "query ($id: ID!) { node(id: $id) { ... on Record { timeline { nodes {"
        " ... on ChangeEntry { changes { field to } } } } } } }"
    )
    (created,) = (await people.reader.data(told, id=made["id"]))["node"]["timeline"]["nodes"]
    assert values(state) == {item["field"]: item["to"] for item in created["changes"]}


async def test_a_conversion_changes_no_field_by_what_it_tells(people: Cast, world: World) -> None:
    given = {"title": "Pumps", "contactId": world["ivan"]}
    lead = (await people.anna.mutate("createLead", given, "lead { id }")).payload()["lead"]["id"]
    made = await updated_at(people.anna, lead)
    parts = {"contact": {"linkId": world["ivan"]}, "company": {"create": True}}
    (await people.anna.mutate("convertLead", {"id": lead, **parts}, "lead { id }")).payload()

    state = await as_of(people.anna, lead, made, "contact", "company")

    assert values(state) == {"contact": world["ivan"]}


async def test_before_it_was_made_there_is_none(people: Cast, world: World) -> None:
    before = datetime.now(UTC)
    deal = await make_deal(people.anna, "Licence")

    assert await as_of(people.anna, deal, before.isoformat()) is None
    assert await as_of(people.anna, deal, (before + timedelta(days=400)).isoformat()) is not None


async def test_the_bin_is_told_of(people: Cast, world: World) -> None:
    deal = await make_deal(people.anna, "Licence")
    moments = [await updated_at(people.anna, deal)]
    (await people.anna.mutate("deleteDeal", {"id": deal}, "")).payload()
    moments.append(datetime.now(UTC).isoformat())
    (await people.boris.mutate("restoreDeal", deal, "deal { id }", "id")).payload()
    moments.append(datetime.now(UTC).isoformat())

    states = [await as_of(people.anna, deal, moment) for moment in moments]

    assert [state["isDeleted"] for state in states] == [False, True, False]
    assert [state["version"] for state in states] == [1, 2, 3]


async def test_what_one_may_not_read_now_is_not_told_of_then(people: Cast, join: Join) -> None:
    hides = [{"entity": "DEAL", "field": name, "access": "HIDDEN"}
             for name in ("amount", "updatedBy", "deletedAt")]  # fmt: skip
    masha = await join("masha", await make_role(people.root, "Blind", ALL_DEALS, fields=hides))
    own = await join("pavel", await make_role(people.root, "Own", grant("DEAL", "READ", "OWN")))
    deal = await make_deal(people.anna, "Tea", amount={"amount": "100"})
    moment = datetime.now(UTC).isoformat()
    await change(people.anna, deal, amount={"amount": "200"}, title="Coffee")

    seen = await as_of(people.anna, deal, moment, "title", "amount")
    assert values(seen) == {"title": "Tea", "amount": {"amount": "100", "currency": "USD"}}
    blind = await as_of(masha, deal, moment)
    assert values(blind)["title"] == "Tea"
    assert "amount" not in values(blind)
    assert (blind["updatedBy"], blind["isDeleted"]) == (None, None)
    for client in (own, people.olga):
        assert await as_of(client, deal, moment) is None
    refused = await people.nobody.run(STATE, {"id": deal, "at": moment})
    assert (refused.status, refused.codes) == (401, ["UNAUTHENTICATED"])


async def test_a_record_that_one_may_not_read_is_not_named(
    people: Cast, world: World, join: Join
) -> None:
    masha = await join("masha", await make_role(people.root, "Deals", ALL_DEALS))
    deal = await make_deal(people.anna, "Tea", companyId=world["acme"])

    moment = datetime.now(UTC).isoformat()
    assert values(await as_of(people.anna, deal, moment, "company")) == {"company": world["acme"]}
    (told,) = (await as_of(masha, deal, moment, "company"))["values"]
    assert (told["value"], told["display"]) == (None, None)


@pytest.mark.parametrize("given", ["user", "nonsense", "stage"])
async def test_what_is_no_record_is_refused(people: Cast, world: World, given: str) -> None:
    ids = {"user": people.ids["anna"], "nonsense": "nonsense", "stage": world["sales:WON"]}
    answer = await people.anna.run(STATE, {"id": ids[given], "at": datetime.now(UTC).isoformat()})
    assert answer.codes == ["BAD_USER_INPUT"]


TITLES = st.sampled_from(["Tea", "Coffee", ""])
EDITS = st.fixed_dictionaries(
    {},
    optional={
        "title": TITLES.map(lambda text: text or None),
        "comments": TITLES.map(lambda text: text or None),
        "amount": st.sampled_from([None, {"amount": "1", "currency": "USD"},
                                   {"amount": "2.5", "currency": "USD"}]),
        "closeDate": st.sampled_from([None, "2026-01-01", "2026-02-02"]),
    },
)  # fmt: skip


@examples(
    max_examples=15,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(edits=st.lists(EDITS, max_size=6))
async def test_any_history_is_read_back(people: Cast, edits: list[dict[str, Any]]) -> None:
    names = ("title", "comments", "amount", "closeDate")
    deal = await make_deal(people.anna, "Tea")
    known: dict[str, Any] = {"title": "Tea"}
    expected = []
    for edit in [{}, *edits]:
        if edit:
            await change(people.anna, deal, **edit)
        known = {name: value for name, value in {**known, **edit}.items() if value is not None}
        expected.append((datetime.now(UTC).isoformat(), known))

    for moment, wanted in expected:
        assert values(await as_of(people.anna, deal, moment, *names)) == wanted

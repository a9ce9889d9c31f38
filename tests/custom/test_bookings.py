"""Bookings as values: what is taken is refused, whoever asks and in whatever way."""

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest

from tests.client import Client
from tests.custom.fields import find, make_deal, make_field
from tests.people import Cast

CALENDAR = """
query ($from: DateTime!, $to: DateTime!, $of: [ID!]) {
  bookings(from: $from, to: $to, resourceIds: $of) {
    id from to service { name } resources { name } users { firstName } } }
"""


def day(hours: str) -> dict[str, str]:
    """Give a time on one day: "10-12"."""
    start, _, end = hours.partition("-")
    return {"from": f"2026-12-01T{start}:00:00Z", "to": f"2026-12-01T{end}:00:00Z"}


@dataclass(slots=True)
class Office:
    """A workspace with a room, a car, a service, and a field of deals that books them."""

    people: Cast
    room: str
    car: str
    service: str

    def slot(self, hours: str, *holders: str) -> dict[str, Any]:
        """Give the value that books something, the room unless said otherwise."""
        return {**day(hours), "resourceIds": list(holders or (self.room,))}

    async def book(self, value: Any, title: str = "Visit") -> str:
        """Make a deal that books something; gives its id."""
        return await make_deal(self.people.anna, ("visit", value), title=title)

    async def refused(self, value: Any) -> list[tuple[str, str]]:
        """Try to book; gives why that was refused."""
        given = {"title": "No", "customValues": [{"code": "visit", "value": value}]}
        return (await self.people.anna.mutate("createDeal", given, "deal { id }")).refusals()

    async def calendar(self, hours: str = "00-23", *holders: str) -> list[dict[str, Any]]:
        """Give what is booked on the day."""
        found = await self.people.anna.data(CALENDAR, **day(hours), of=list(holders) or None)
        return list(found["bookings"])


async def add(root: Client, thing: str, **given: Any) -> str:
    """Add something that can be booked, or a service; gives its id."""
    name = thing[0].lower() + thing[1:]
    made = await root.mutate(f"create{thing}", given, f"{name} {{ id }}")
    return str(made.payload()[name]["id"])


@pytest.fixture
async def office(people: Cast) -> Office:
    """Open an office."""
    room = await add(people.root, "Resource", name="Room")
    car = await add(people.root, "Resource", name="Car")
    service = await add(people.root, "BookingService", name="Consultation", duration=90)
    await make_field(people.root, "Visit", "BOOKING")
    return Office(people, room, car, service)


async def test_a_booking_is_read_as_it_was_written(office: Office) -> None:
    anna = office.people.anna
    value = {**day("10-12"), "resourceIds": [office.room], "userIds": [office.people.ids["boris"]]}
    deal = await office.book(value)

    read = """query ($id: ID!) { deal(id: $id) {
      custom { visit { id from to resources { id } users { id } service { id } } }
      customFieldValues { displayValue ... on BookingFieldValue { bookings { id from to } } } } }"""
    found = (await anna.data(read, id=deal))["deal"]

    booking = found["custom"]["visit"]
    assert booking["id"].startswith("booking_")
    assert {key: booking[key] for key in ("from", "to")} == day("10-12")
    assert booking["resources"] == [{"id": office.room}]
    assert booking["users"] == [{"id": office.people.ids["boris"]}]
    assert booking["service"] is None
    (value,) = found["customFieldValues"]
    assert value["bookings"] == [{"id": booking["id"], **day("10-12")}]
    assert value["displayValue"] == "2026-12-01T10:00:00Z – 2026-12-01T12:00:00Z"
    (entry,) = await office.calendar()
    assert entry["id"] == booking["id"]
    node = await anna.data(
        "query ($id: ID!) { node(id: $id) { ... on Booking { from } } }", id=booking["id"]
    )
    assert node["node"] == {"from": day("10-12")["from"]}


async def test_a_service_says_when_a_booking_ends(office: Office) -> None:
    value = {"from": day("10-12")["from"], "serviceId": office.service,
             "resourceIds": [office.room]}  # fmt: skip
    await office.book(value)

    (entry,) = await office.calendar()
    assert entry["to"] == "2026-12-01T11:30:00Z"
    assert entry["service"] == {"name": "Consultation"}


@pytest.mark.parametrize("hours", ["10-12", "11-13", "09-11", "09-13", "10-11"])
async def test_what_is_taken_is_refused(office: Office, hours: str) -> None:
    await office.book(office.slot("10-12"))

    assert await office.refused(office.slot(hours)) == [("CONFLICT", "input.customValues.0.value")]
    assert len(await office.calendar()) == 1


@pytest.mark.parametrize("hours", ["08-10", "12-13"])
async def test_a_neighbouring_time_and_another_resource_are_free(
    office: Office, hours: str
) -> None:
    await office.book(office.slot("10-12"))
    await office.book(office.slot(hours))
    await office.book(office.slot("10-12", office.car))

    assert len(await office.calendar()) == 3
    assert len(await office.calendar("00-23", office.car)) == 1
    assert len(await office.calendar("12-14")) == (1 if hours == "12-13" else 0)


async def test_two_of_one_call_cannot_have_the_same_time(office: Office) -> None:
    items = [
        {"title": str(n), "customValues": [{"code": "visit", "value": office.slot("10-12")}]}
        for n in range(2)
    ]
    document = """mutation ($input: [CreateDealInput!]!) { createDeals(input: $input) {
      results { userErrors { code path } } userErrors { code } } }"""

    answer = await office.people.anna.run(document, {"input": items})

    results = answer.data["createDeals"]["results"]
    assert [[error["code"] for error in result["userErrors"]] for result in results] == [
        [], ["CONFLICT"]
    ]  # fmt: skip
    assert await office.calendar() == []


async def test_a_time_that_another_of_the_call_gives_up_is_taken_still(office: Office) -> None:
    anna = office.people.anna
    first, second = await office.book(office.slot("10-12")), await make_deal(anna)
    document = """mutation ($input: [UpdateDealInput!]!) { updateDeals(input: $input) {
      results { userErrors { code path } } userErrors { code } } }"""
    given = [
        {"id": first, "customValues": [{"code": "visit", "value": office.slot("14-15")}]},
        {"id": second, "customValues": [{"code": "visit", "value": office.slot("10-12")}]},
    ]

    results = (await anna.run(document, {"input": given})).data["updateDeals"]["results"]

    assert [[error["code"] for error in result["userErrors"]] for result in results] == [
        [], ["CONFLICT"]
    ]  # fmt: skip
    assert [entry["from"] for entry in await office.calendar()] == [day("10-12")["from"]]


async def test_many_at_once_and_one_wins(office: Office) -> None:
    given = {"title": "Race", "customValues": [{"code": "visit", "value": office.slot("10-12")}]}
    answers = await asyncio.gather(
        *(office.people.anna.mutate("createDeal", given, "deal { id }") for _ in range(6))
    )

    refusals = sorted(str(answer.refusals()) for answer in answers)
    assert refusals.count("[]") == 1
    assert len(set(refusals)) == 2
    assert len(await office.calendar()) == 1


async def test_a_booking_moves_and_is_cleared(office: Office) -> None:
    anna = office.people.anna
    deal = await office.book(office.slot("10-12"))
    (before,) = await office.calendar()

    async def change(value: Any) -> None:
        given = {"id": deal, "customValues": [{"code": "visit", "value": value}]}
        (await anna.mutate("updateDeal", given, "deal { id }")).payload()

    await change({**office.slot("11-13"), "id": before["id"]})
    (moved,) = await office.calendar()
    assert (moved["id"], moved["from"]) == (before["id"], day("11-13")["from"])
    await office.book(office.slot("10-11"))
    await change(None)
    assert [entry["from"] for entry in await office.calendar()] == [day("10-11")["from"]]


async def test_the_bin_frees_the_time_and_takes_it_back(office: Office) -> None:
    anna = office.people.anna
    deal = await office.book(office.slot("10-12"))

    (await anna.mutate("deleteDeal", {"id": deal}, "deal { id }")).payload()
    assert await office.calendar() == []
    other = await office.book(office.slot("11-13"))
    refused = await anna.mutate("restoreDeal", deal, "deal { id }", "id")
    assert refused.refusals() == [("CONFLICT", "id")]
    (await anna.mutate("purgeDeal", other, "deal { id }", "id")).payload()
    (await anna.mutate("restoreDeal", deal, "deal { id }", "id")).payload()
    assert [entry["from"] for entry in await office.calendar()] == [day("10-12")["from"]]


async def test_a_field_may_allow_what_overlaps(people: Cast, office: Office) -> None:
    await make_field(people.root, "Lunch", "BOOKING", settings={"allowOverbooking": True})
    for _ in range(2):
        await make_deal(people.anna, ("lunch", office.slot("12-13")))

    assert len(await office.calendar()) == 2


async def test_filters_and_orders_by_time(office: Office) -> None:
    for hours in ("10-12", "08-09", "15-16"):
        await office.book(office.slot(hours), title=hours)
    await make_deal(office.people.anna, title="none")

    assert await find(office.people.anna, "visit", "overlaps", day("11-15")) == ["10-12"]
    assert await find(office.people.anna, "visit", "isNull", True) == ["none"]
    typed = await office.people.anna.data(
        """query ($span: TimeSpanInput) { deals(where: {custom: {visit: {overlaps: $span}}},
          orderBy: [{custom: {visit: ASC}}]) { nodes { title } } }""",
        span=day("08-12"),
    )
    assert [node["title"] for node in typed["deals"]["nodes"]] == ["08-09", "10-12"]
    ordered = await office.people.anna.data(
        "{ deals(orderBy: [{custom: {visit: DESC_NULLS_LAST}}]) { nodes { title } } }"
    )
    assert [node["title"] for node in ordered["deals"]["nodes"]] == [
        "15-16", "10-12", "08-09", "none"
    ]  # fmt: skip


async def test_another_workspace_books_and_sees_nothing(office: Office) -> None:
    olga = office.people.olga
    await make_field(olga, "Visit", "BOOKING")
    await office.book(office.slot("10-12"))

    given = {"title": "No", "customValues": [{"code": "visit", "value": office.slot("14-15")}]}
    refused = await olga.mutate("createDeal", given, "deal { id }")
    place = "input.customValues.0.value.resourceIds.0"
    assert refused.refusals() == [("NOT_FOUND", place)]
    assert (await olga.data(CALENDAR, **day("00-23"), of=None))["bookings"] == []
    assert len(await office.calendar()) == 1

"""What can be booked and the services that it is booked for, and the calendar of bookings.

What a booking may be is tested with custom values; here stands what the settings are held by.
"""

import asyncio
from typing import Any

import pytest

from tests.api.calling import mutate
from tests.settings.catalogs import make_field
from tests.settings.office import Office, change, refused

DRY = {"X-Dry-Run": "1"}
RESOURCE = "resource { id name description isActive sort }"
SERVICE = "bookingService { id name duration sort }"
KINDS = ["Resource", "BookingService"]
AT = "2026-09-01T09:00:00Z"


def payload(kind: str) -> str:
    """Give what a mutation is asked for."""
    return f"{kind[0].lower()}{kind[1:]} {{ id }}"


async def make(office: Office, kind: str, **given: Any) -> str:
    """Make a resource or a service, of half an hour unless said otherwise, and give its id."""
    duration = {"duration": 30} if kind == "BookingService" else {}
    wanted = {"name": "Test", **duration, **given}
    made = await change(office.keeper, f"create{kind}", payload(kind), input=wanted)
    return str(made["id"])


async def delete(office: Office, kind: str, key: str) -> None:
    """Delete a resource or a service."""
    await change(office.keeper, f"delete{kind}", payload(kind), input={"id": key})


async def listed(office: Office, kind: str) -> list[dict[str, Any]]:
    """Give all resources or services in their order."""
    many = f"{kind[0].lower()}{kind[1:]}s"
    found: list[dict[str, Any]] = (await office.seller.data(f"{{ {many} {{ id name sort }} }}"))[
        many
    ]
    return found


async def book(office: Office, field: str, **booking: Any) -> str:
    """Let the seller make a deal that books something, and give its id."""
    values = [{"code": field, "value": {"from": AT, **booking}}]
    deal = {"title": "Books", "customValues": values}
    made = await change(office.seller, "createDeal", "deal { id }", input=deal)
    return str(made["id"])


async def test_a_resource_is_made_changed_and_deleted(office: Office) -> None:
    given = {"name": "Room", "description": "With a window.", "isActive": False, "sort": 5}

    made = await change(office.keeper, "createResource", RESOURCE, input=given)
    plain = await change(office.keeper, "createResource", RESOURCE, input={"name": "Car"})
    changed = await change(
        office.keeper, "updateResource", RESOURCE,
        input={"id": made["id"], "name": "Hall", "isActive": True, "description": None},
    )  # fmt: skip
    await delete(office, "Resource", plain["id"])

    assert made == {**given, "id": made["id"]}
    assert (plain["isActive"], plain["description"]) == (True, None)
    assert changed == {**made, "name": "Hall", "isActive": True, "description": None}
    names = {item["id"]: item["name"] for item in await listed(office, "Resource")}
    assert names[made["id"]] == "Hall"
    assert plain["id"] not in names
    assert [kind for kind, _ in await office.log(plain["id"])] == ["CREATED", "PURGED"]
    assert (await office.log(made["id"]))[-1] == ("UPDATED", {
        "name": {"from": "Room", "to": "Hall"}, "isActive": {"from": False, "to": True},
        "description": {"from": "With a window.", "to": None},
    })  # fmt: skip


async def test_a_service_is_made_changed_and_deleted(office: Office) -> None:
    given = {"name": "Test drive", "duration": 45, "sort": 5}

    made = await change(office.keeper, "createBookingService", SERVICE, input=given)
    changed = await change(
        office.keeper, "updateBookingService", SERVICE, input={"id": made["id"], "duration": 60}
    )
    await delete(office, "BookingService", made["id"])

    assert made == {**given, "id": made["id"]}
    assert changed == {**made, "duration": 60}
    assert made["id"] not in {item["id"] for item in await listed(office, "BookingService")}
    assert await office.log(made["id"]) == [
        ("CREATED", {
            "name": {"from": None, "to": "Test drive"}, "duration": {"from": None, "to": 45},
            "sort": {"from": None, "to": 5},
        }),
        ("UPDATED", {"duration": {"from": 45, "to": 60}}),
        ("PURGED", {}),
    ]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
async def test_they_stand_in_their_order_the_new_ones_last(office: Office, kind: str) -> None:
    one, two = [await make(office, kind) for _ in range(2)]
    first = await make(office, kind, sort=-7)
    at_once = await asyncio.gather(*(make(office, kind) for _ in range(4)))

    found = await listed(office, kind)
    order = [item["id"] for item in found]

    assert order.index(first) < order.index(one) < order.index(two)
    assert [item["sort"] for item in found] == sorted(item["sort"] for item in found)
    places = [item["sort"] for item in found if item["id"] in at_once]
    assert len(set(places)) == 4
    await change(office.keeper, f"update{kind}", payload(kind), input={"id": two, "sort": -8})
    order = [item["id"] for item in await listed(office, kind)]
    assert order.index(two) < order.index(first)


@pytest.mark.parametrize(
    ("kind", "given", "reason"),
    [
        ("Resource", {"name": None}, ("REQUIRED", "input.name")),
        ("Resource", {"name": "x" * 256}, ("LIMIT", "input.name")),
        ("Resource", {"description": "x" * 5_001}, ("LIMIT", "input.description")),
        ("Resource", {"isActive": None}, ("REQUIRED", "input.isActive")),
        ("Resource", {"sort": None}, ("REQUIRED", "input.sort")),
        ("BookingService", {"name": " "}, ("REQUIRED", "input.name")),
        ("BookingService", {"duration": None}, ("REQUIRED", "input.duration")),
        ("BookingService", {"duration": 0}, ("INVALID", "input.duration")),
        ("BookingService", {"duration": 44_641}, ("INVALID", "input.duration")),
    ],
)
async def test_what_is_refused(
    office: Office, kind: str, given: dict[str, Any], reason: tuple[str, str]
) -> None:
    known = await make(office, kind)
    longest = {"duration": 44_640} if kind == "BookingService" else {}
    before = await office.stored()

    wrong = {"name": "x" * 255, **longest, **given}
    assert await refused(office.keeper, f"create{kind}", input=wrong) == [reason]
    changed = {"id": known, **given}
    assert await refused(office.keeper, f"update{kind}", input=changed) == [reason]
    assert await office.stored() == before
    await make(office, kind, name="x" * 255, **longest)


async def test_a_service_needs_a_duration(office: Office) -> None:
    before = await office.stored()
    reasons = await refused(office.keeper, "createBookingService", input={"name": "Endless"})
    assert reasons == [("REQUIRED", "input.duration")]
    assert await office.stored() == before


# --- in use -------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("in_bin", [False, True], ids=["kept", "in the bin"])
async def test_what_is_booked_stays(office: Office, kind: str, in_bin: bool) -> None:
    field = (await make_field(office, "BOOKING", {}))["code"]
    room, service = [await make(office, name) for name in KINDS]
    deal = await book(office, field, serviceId=service, resourceIds=[room])
    key = {"Resource": room, "BookingService": service}[kind]
    if in_bin:
        await change(office.seller, "deleteDeal", "deal { id }", input={"id": deal})
    before = await office.stored()

    assert await refused(office.keeper, f"delete{kind}", input={"id": key}) == [
        ("IN_USE", "input.id")
    ]
    assert await office.stored() == before
    if in_bin:
        # What may come back finds what it has booked.
        await change(office.seller, "restoreDeal", "deal { id }", id=deal)
    cleared = {"id": deal, "customValues": [{"code": field, "value": None}]}
    await change(office.seller, "updateDeal", "deal { id }", input=cleared)
    await delete(office, kind, key)


@pytest.mark.parametrize("kind", KINDS)
async def test_one_booking_of_several_is_a_use_too(office: Office, kind: str) -> None:
    field = (await make_field(office, "BOOKING", {}, isMultiple=True))["code"]
    rooms = [await make(office, "Resource") for _ in range(2)]
    services = [await make(office, "BookingService") for _ in range(2)]
    values = [
        {"from": AT, "serviceId": service, "resourceIds": [room]}
        for room, service in zip(rooms, services, strict=True)
    ]
    deal = {"title": "Two", "customValues": [{"code": field, "value": values}]}
    await change(office.seller, "createDeal", "deal { id }", input=deal)
    before = await office.stored()

    for key in {"Resource": rooms, "BookingService": services}[kind]:
        reasons = await refused(office.keeper, f"delete{kind}", input={"id": key})
        assert reasons == [("IN_USE", "input.id")]
    assert await office.stored() == before


@pytest.mark.parametrize("kind", KINDS)
async def test_what_a_field_offers_stays(office: Office, kind: str) -> None:
    key = await make(office, kind)
    name = {"Resource": "resources", "BookingService": "services"}[kind]
    field = await make_field(office, "BOOKING", {name: [key]})
    before = await office.stored()

    answer = await mutate(office.keeper, f"delete{kind}", input={"id": key})

    assert answer.refusals() == [("IN_USE", "input.id")]
    (error,) = answer.data[f"delete{kind}"]["userErrors"]
    assert error["message"] == f"Custom fields use it: {field['code']}."
    assert await office.stored() == before
    anything = {"id": field["id"], "settings": {name: None}}
    await change(office.keeper, "updateCustomField", "customField { id }", input=anything)
    await delete(office, kind, key)


async def test_an_inactive_resource_keeps_its_bookings_and_gets_no_more(office: Office) -> None:
    field = (await make_field(office, "BOOKING", {}))["code"]
    room = await make(office, "Resource")
    await book(office, field, to="2026-09-01T10:00:00Z", resourceIds=[room])
    closed = {"id": room, "isActive": False}
    await change(office.keeper, "updateResource", RESOURCE, input=closed)
    before = await office.stored()

    later = {"from": "2026-09-02T09:00:00Z", "to": "2026-09-02T10:00:00Z", "resourceIds": [room]}
    deal = {"title": "Late", "customValues": [{"code": field, "value": later}]}
    refusals = await refused(office.seller, "createDeal", input=deal)

    assert refusals == [("NOT_FOUND", "input.customValues.0.value.resourceIds.0")]
    assert await office.stored() == before
    assert await calendar(office, resourceIds=[room]) == [(AT, "2026-09-01T10:00:00Z", [room])]
    opened = {"id": room, "isActive": True}
    await change(office.keeper, "updateResource", RESOURCE, input=opened)
    await change(office.seller, "createDeal", "deal { id }", input=deal)


async def test_a_longer_service_leaves_its_bookings_as_they_are(office: Office) -> None:
    field = (await make_field(office, "BOOKING", {}))["code"]
    room, service = [await make(office, name) for name in KINDS]
    await book(office, field, serviceId=service, resourceIds=[room])
    longer = {"id": service, "duration": 90}
    await change(office.keeper, "updateBookingService", SERVICE, input=longer)

    assert await calendar(office, resourceIds=[room]) == [(AT, "2026-09-01T09:30:00Z", [room])]


# --- the calendar -------------------------------------------------------------------------------


async def calendar(
    office: Office, start: str = "2026-09-01T00:00:00Z", end: str = "2026-10-01T00:00:00Z",
    **given: Any,
) -> list[tuple[str, str, list[str]]]:  # fmt: skip
    """Give the bookings of a time: from, to, and what is booked."""
    found = await office.seller.data(
        "query ($from: DateTime!, $to: DateTime!, $resourceIds: [ID!], $userIds: [ID!])"
        " { bookings(from: $from, to: $to, resourceIds: $resourceIds, userIds: $userIds)"
        " { from to resources { id } users { id } } }",
        **{"from": start, "to": end, **given},
    )
    return [
        (item["from"], item["to"], [one["id"] for one in (*item["resources"], *item["users"])])
        for item in found["bookings"]
    ]


async def test_the_calendar_tells_who_is_booked_when(office: Office) -> None:
    field = (await make_field(office, "BOOKING", {}))["code"]
    room, car = [await make(office, "Resource") for _ in range(2)]
    anna = office.people.ids["anna"]
    end = "2026-09-01T10:00:00Z"
    await book(office, field, to=end, resourceIds=[room], userIds=[anna])
    deal = await book(office, field, to=end, resourceIds=[car])

    in_room, in_car = (AT, end, [room, anna]), (AT, end, [car])
    both = [room, car]
    assert await calendar(office, resourceIds=both) == [in_room, in_car]
    assert await calendar(office, resourceIds=[car]) == [in_car]
    assert await calendar(office, userIds=[anna]) == [in_room]
    assert await calendar(office, resourceIds=[car], userIds=[anna]) == [in_room, in_car]
    # It ends when the booking starts, starts when it ends; and one moment of it is enough.
    assert await calendar(office, end=AT, resourceIds=both) == []
    assert await calendar(office, start=end, resourceIds=both) == []
    late = "2026-09-01T09:59:59Z"
    assert await calendar(office, start=late, resourceIds=both) == [in_room, in_car]
    await change(office.seller, "deleteDeal", "deal { id }", input={"id": deal})
    assert await calendar(office, resourceIds=both) == [in_room]


async def test_a_calendar_of_no_time_or_of_strange_ids_is_refused(office: Office) -> None:
    room = await make(office, "Resource")
    document = (
        "query ($to: DateTime!, $ids: [ID!]) { bookings(from: \"2026-09-01T09:00:00Z\", to: $to,"
        " resourceIds: $ids) { id } }"
    )  # fmt: skip
    for given, place in (
        ({"to": AT}, ["to"]),
        ({"to": "2026-08-01T09:00:00Z"}, ["to"]),
        ({"to": "2026-09-02T09:00:00Z", "ids": [room, "nonsense"]}, ["resourceIds", "1"]),
        ({"to": "2026-09-02T09:00:00Z", "ids": [office.people.ids["anna"]]}, ["resourceIds", "0"]),
    ):
        answer = await office.seller.run(document, given)
        assert answer.codes == ["BAD_USER_INPUT"]
        assert answer.errors[0]["extensions"]["path"] == place
    theirs = await office.stranger.run(document, {"to": "2026-09-02T09:00:00Z", "ids": [room]})
    assert theirs.data == {"bookings": []}


# --- dry, and those who may not -----------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
async def test_everything_is_tried_dry(office: Office, kind: str) -> None:
    key = await make(office, kind)
    duration = {"duration": 5} if kind == "BookingService" else {}
    before = await office.stored()

    for verb, given, event in (
        ("create", {"name": "Tried", **duration}, "CREATED"),
        ("update", {"id": key, "name": "Tried"}, "UPDATED"),
        ("delete", {"id": key}, "PURGED"),
    ):
        tried = await mutate(office.keeper, f"{verb}{kind}", payload(kind), DRY, input=given)
        tried.payload()
        assert [item["kind"] for item in tried.extensions["dryRun"]["events"]] == [event]
    assert await office.stored() == before


@pytest.mark.parametrize("kind", KINDS)
async def test_a_member_and_another_workspace_set_nothing_up(office: Office, kind: str) -> None:
    key = await make(office, kind)
    duration = {"duration": 5} if kind == "BookingService" else {}
    before = await office.stored()

    for verb, given in (
        ("create", {"name": "Mine", **duration}),
        ("update", {"id": key, "name": "Mine"}),
        ("delete", {"id": key}),
    ):
        by_seller = await mutate(office.seller, f"{verb}{kind}", input=given)
        assert by_seller.codes == ["FORBIDDEN"]
        if verb != "create":
            reasons = await refused(office.stranger, f"{verb}{kind}", input=given)
            assert reasons == [("NOT_FOUND", "input.id")]
    assert await office.stored() == before

"""Calendar feeds: read by a secret address, with the rights of now, and ended at once."""

from datetime import UTC, datetime, timedelta
from typing import Any

import icalendar
import pytest

from auth.attempts import PER_ADDRESS, PER_CALENDAR
from tests.access.roles import only
from tests.access.staff import grant, make_role
from tests.activities.conftest import ahead, change, complete, plan
from tests.client import Client
from tests.people import Cast, password_of

MAKE = "mutation { createCalendarFeed { url userErrors { code path } } }"
END = "mutation { revokeCalendarFeed { userErrors { code path } } }"


async def make_feed(person: Client) -> str:
    """Make a feed of a person and give its path."""
    made = (await person.run(MAKE)).payload()
    url: str = made["url"]
    assert url.startswith("http://127.0.0.1:8000/calendar/vc_")
    return url.removeprefix("http://127.0.0.1:8000")


async def fetch(people: Cast, path: str, **headers: str) -> Any:
    """Read a feed as a calendar program does: without a token."""
    return await people.nobody.http.get(
        path, headers={"X-Forwarded-For": people.address, **headers}
    )


async def entries(people: Cast, path: str) -> list[Any]:
    """Give the entries of a feed."""
    found = await fetch(people, path)
    assert found.status_code == 200
    assert found.headers["content-type"] == "text/calendar; charset=utf-8"
    assert found.headers["cache-control"] == "private, no-cache"
    calendar: Any = icalendar.Calendar.from_ical(found.content)
    return list(calendar.subcomponents)


async def test_ones_own_activities_stand_in_the_feed(people: Cast, deal: str) -> None:
    start = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
    meeting = await plan(
        people.anna, deal, kind="MEETING", subject="Tea; with cakes, and \\ so on", priority="HIGH",
        startAt=ahead(days=1), endAt=ahead(days=1, hours=1), location="Here", reminders=[15],
        recurrence="FREQ=WEEKLY;COUNT=5",
    )  # fmt: skip
    task = await plan(
        people.boris, deal, kind="TASK", subject="Write", deadline=ahead(days=2),
        participantIds=[people.ids["anna"]],
    )  # fmt: skip
    await plan(people.boris, deal, subject="Not hers", startAt=ahead(days=1))
    await plan(people.anna, deal, subject="Long ago", startAt=ahead(days=-40))
    path = await make_feed(people.anna)

    event, todo = await entries(people, path)

    assert (event.name, event["summary"]) == ("VEVENT", "Tea; with cakes, and \\ so on")
    assert event["uid"] == f"{meeting['id']}@voronka"
    assert abs(event["dtstart"].dt - start) < timedelta(minutes=1)
    assert event["dtend"].dt - event["dtstart"].dt == timedelta(hours=1)
    assert (event["location"], event["priority"], event["sequence"]) == ("Here", 1, 0)
    assert event["rrule"].to_ical() == b"FREQ=WEEKLY;COUNT=5;INTERVAL=1"
    (alarm,) = event.subcomponents
    assert alarm["trigger"].dt == timedelta(minutes=-15)
    assert (todo.name, todo["uid"], todo["status"]) == (
        "VTODO", f"{task['id']}@voronka", "NEEDS-ACTION",
    )  # fmt: skip
    done = (await complete(people.anna, meeting["id"])).payload()
    (await complete(people.boris, task["id"])).payload()
    later = {entry["uid"]: entry for entry in await entries(people, path)}
    assert later[f"{task['id']}@voronka"]["status"] == "COMPLETED"
    following = later[f"{done['next']['id']}@voronka"]
    assert following["rrule"].to_ical() == b"FREQ=WEEKLY;COUNT=4;INTERVAL=1"
    assert "rrule" not in later[f"{meeting['id']}@voronka"]


async def test_a_feed_that_has_not_changed_is_not_sent_again(people: Cast, deal: str) -> None:
    made = await plan(people.anna, deal, startAt=ahead(days=1))
    path = await make_feed(people.anna)
    tag = (await fetch(people, path)).headers["etag"]

    same = await fetch(people, path, **{"If-None-Match": tag})

    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
    (await change(people.anna, made["id"], subject="Changed")).payload()
    assert (await fetch(people, path, **{"If-None-Match": tag})).status_code == 200


async def test_the_feed_shows_what_one_may_read_now(people: Cast, deal: str) -> None:
    await plan(people.anna, deal, startAt=ahead(days=1))
    path = await make_feed(people.anna)
    assert len(await entries(people, path)) == 1

    (await people.root.mutate("deleteDeal", {"id": deal}, "deal { id }")).payload()

    assert await entries(people, path) == []


async def test_an_address_that_ended_is_as_one_that_never_was(people: Cast) -> None:
    first = await make_feed(people.anna)
    second = await make_feed(people.anna)
    assert first != second
    gone = [await fetch(people, first), await fetch(people, "/calendar/vc_unknown.ics")]
    assert (await fetch(people, second)).status_code == 200
    assert (await people.anna.run(END)).payload() == {"userErrors": []}
    gone.append(await fetch(people, second))
    refused = await people.anna.run(END)
    assert refused.refusals() == [("NOT_FOUND", "input")]
    of_boris = await make_feed(people.boris)
    (await people.root.mutate("deactivateUser", people.ids["boris"], "", "id")).payload()
    gone.append(await fetch(people, of_boris))

    shown = {(answer.status_code, answer.text) for answer in gone}
    assert shown == {(404, "There is no such calendar.\n")}
    volatile = {"x-request-id", "date"}
    heads = {
        tuple(sorted((k, v) for k, v in answer.headers.items() if k not in volatile))
        for answer in gone
    }
    assert len(heads) == 1


async def test_a_new_password_ends_the_feed(people: Cast) -> None:
    path, of_boris = await make_feed(people.anna), await make_feed(people.boris)
    given = {"currentPassword": password_of("anna"), "newPassword": "another long password"}
    (await people.anna.mutate("changePassword", given, "")).payload()

    assert (await fetch(people, path)).status_code == 404
    assert (await fetch(people, of_boris)).status_code == 200


async def test_who_makes_and_ends_a_feed_is_in_the_audit_log(people: Cast) -> None:
    await make_feed(people.anna)
    (await people.anna.run(END)).payload()
    log = """{ auditEvents(where: { kind: { in: [CALENDAR_CREATED, CALENDAR_REVOKED] } }) {
      nodes { kind user { firstName } details } } }"""

    found = (await people.root.data(log))["auditEvents"]["nodes"]

    anna = {"user": {"firstName": "Anna"}, "details": {}}
    assert found == [{"kind": "CALENDAR_REVOKED", **anna}, {"kind": "CALENDAR_CREATED", **anna}]


async def test_a_narrowed_token_makes_no_feed(people: Cast) -> None:
    role = await make_role(people.root, "Reads", grant("DEAL", "READ", "ALL"))
    key = await people.root.mutate("createApiKey", {"name": "Narrow", "roleId": role}, "secret")
    narrow = Client(people.anna.http, key.payload()["secret"])

    assert (await narrow.run(MAKE)).codes == ["FORBIDDEN"]
    assert (await people.reader.run(MAKE)).codes == ["FORBIDDEN"]
    assert (await people.nobody.run(MAKE)).codes == ["UNAUTHENTICATED"]


async def test_the_secret_of_a_feed_is_no_token(people: Cast) -> None:
    path = await make_feed(people.anna)
    secret = path.removeprefix("/calendar/").removesuffix(".ics")

    refused = await Client(people.anna.http, secret).run("{ viewer { user { id } } }")

    assert refused.codes == ["UNAUTHENTICATED"]
    token = people.anna.token
    assert (await fetch(people, f"/calendar/{token}.ics")).status_code == 404


async def test_guesses_and_readings_are_limited(people: Cast) -> None:
    path = await make_feed(people.anna)
    read = [(await fetch(people, path)).status_code for _ in range(PER_CALENDAR + 1)]
    guessed = [
        (await fetch(people, f"/calendar/vc_{number}.ics")).status_code
        for number in range(PER_ADDRESS + 1)
    ]

    assert read == [200] * PER_CALENDAR + [429]
    assert guessed == [404] * PER_ADDRESS + [429]
    late = await fetch(people, path)
    assert (late.status_code, late.headers["retry-after"]) == (429, "60")


@pytest.mark.parametrize(
    "path", ["/calendar/", "/calendar/.ics", "/calendar/x", "/calendar/a/b.ics"]
)
async def test_other_addresses_lead_nowhere(people: Cast, path: str) -> None:
    assert (await fetch(people, path)).status_code == 404


async def test_without_rights_a_feed_holds_ones_own(people: Cast, deal: str) -> None:
    await plan(people.anna, deal, subject="Hers", startAt=ahead(days=1),
               participantIds=[people.ids["boris"]])  # fmt: skip
    path = await make_feed(people.boris)
    await only(people, "boris")

    assert [entry["summary"] for entry in await entries(people, path)] == ["Hers"]

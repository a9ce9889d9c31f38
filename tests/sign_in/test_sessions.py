"""Sessions: seen by whose they are and by administrators, ended from elsewhere at once."""

import re

from tests.client import Client
from tests.conftest import Server
from tests.people import Cast, password_of
from tests.sign_in.conftest import Log

SIGN_IN = "mutation ($given: SignInInput!) { signIn(input: $given) { token userErrors { code } } }"
SESSIONS = """{ viewer { sessions { id createdAt lastUsedAt expiresAt address userAgent isCurrent
  user { id } } } }"""
OF_PERSON = "query ($id: ID!) { sessions(userId: $id) { id isCurrent } }"
WHO = "{ viewer { user { id } } }"


async def another(people: Cast, name: str, agent: str, address: str = "10.9.0.1") -> Client:
    """Let somebody sign in once more, from another program."""
    given = {"email": people.emails[name], "password": password_of(name)}
    headers = {"User-Agent": agent, "X-Forwarded-For": address}
    answer = await people.nobody.run(SIGN_IN, {"given": given}, headers)
    return Client(people.anna.http, answer.payload()["token"])


async def sessions_of(person: Client) -> list[dict[str, object]]:
    """Give a person's own sessions."""
    found: list[dict[str, object]] = (await person.data(SESSIONS))["viewer"]["sessions"]
    return found


async def test_anna_sees_where_she_is_signed_in(people: Cast) -> None:
    phone = await another(people, "anna", "Phone/1.0\tof anna", "10.9.0.7")

    newest, first = await sessions_of(phone)
    assert (newest["isCurrent"], first["isCurrent"]) == (True, False)
    assert (newest["address"], newest["userAgent"]) == ("10.9.0.7", "Phone/1.0of anna")
    assert first["address"] == people.address
    assert newest["user"] == {"id": people.ids["anna"]}
    assert re.fullmatch(r"session_[0-9a-z]{26}", str(newest["id"]))
    # A key is no session, and boris has his own.
    assert await sessions_of(people.reader) == [
        {**row, "isCurrent": False} for row in (newest, first)
    ]
    assert len(await sessions_of(people.boris)) == 1


async def test_when_a_token_was_last_used_is_noted(people: Cast, server: Server) -> None:
    asked = "{ viewer { apiKeys { name lastUsedAt } } }"
    before = (await people.anna.data(asked))["viewer"]["apiKeys"]
    assert before == [{"name": "reader", "lastUsedAt": None}]
    await people.reader.data(WHO)
    await server.app.state.journal.flush()
    (after,) = (await people.anna.data(asked))["viewer"]["apiKeys"]
    assert after["lastUsedAt"] is not None


async def test_anna_ends_a_session_and_only_that_one(people: Cast, log: Log) -> None:
    phone = await another(people, "anna", "Phone")
    lost = next(row["id"] for row in await sessions_of(phone) if row["isCurrent"])

    for stranger in (people.boris, people.olga):
        refused = await stranger.mutate("revokeSession", lost, "session { id }", "id")
        assert refused.refusals() == [("NOT_FOUND", "id")]
        assert refused.data["revokeSession"]["session"] is None
    assert (await people.reader.mutate("revokeSession", lost, "", "id")).codes == ["FORBIDDEN"]
    assert (await phone.run(WHO)).errors == []
    assert await log("SESSION_REVOKED") == []

    ended = await people.anna.mutate("revokeSession", lost, "session { id userAgent }", "id")
    assert ended.payload()["session"] == {"id": lost, "userAgent": "Phone"}
    assert (await phone.run(WHO)).status == 401
    assert (await people.anna.run(WHO)).errors == []
    again = await people.anna.mutate("revokeSession", lost, "", "id")
    assert again.refusals() == [("NOT_FOUND", "id")]
    (entry,) = await log("SESSION_REVOKED")
    assert (entry["user"], entry["about"], entry["subjectId"]) == (
        {"id": people.ids["anna"]}, None, lost,
    )  # fmt: skip


async def test_anna_ends_all_other_sessions_and_keeps_her_keys(people: Cast) -> None:
    others = [await another(people, "anna", f"Browser {number}") for number in range(2)]
    refused = await people.reader.run("mutation { revokeSessions { count } }")
    assert refused.codes == ["FORBIDDEN"]

    ended = await people.anna.data("mutation { revokeSessions { count userErrors { code } } }")
    assert ended["revokeSessions"] == {"count": 2, "userErrors": []}
    for gone in others:
        assert (await gone.run(WHO)).status == 401
    for kept in (people.anna, people.reader, people.boris):
        assert (await kept.run(WHO)).errors == []


async def test_root_sees_and_ends_annas_sessions_and_members_each_their_own(people: Cast) -> None:
    phone = await another(people, "anna", "Phone")
    anna = people.ids["anna"]
    found = (await people.root.data(OF_PERSON, id=anna))["sessions"]
    assert len(found) == 2
    assert (await people.anna.data(OF_PERSON, id=anna))["sessions"][0]["id"] == found[0]["id"]
    assert (await people.boris.run(OF_PERSON, {"id": anna})).codes == ["FORBIDDEN"]
    assert (await people.olga.data(OF_PERSON, id=anna))["sessions"] == []
    wrong = await people.root.run(OF_PERSON, {"id": found[0]["id"]})
    assert wrong.codes == ["BAD_USER_INPUT"]

    node = "query ($id: ID!) { node(id: $id) { __typename id } }"
    for person, seen in ((people.root, True), (people.anna, True), (people.boris, False),
                         (people.olga, False)):  # fmt: skip
        shown = (await person.data(node, id=found[0]["id"]))["node"]
        assert shown == ({"__typename": "Session", "id": found[0]["id"]} if seen else None)

    await people.root.mutate("revokeSession", found[0]["id"], "", "id")
    assert (await phone.run(WHO)).status == 401
    assert (await people.anna.run(WHO)).errors == []

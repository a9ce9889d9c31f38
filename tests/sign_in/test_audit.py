"""The audit log: what it tells of, who reads it, and that nobody floods it."""

import asyncio
from datetime import UTC, datetime
from uuid import uuid4

from domain.audit import AuditEntry, AuditKind, Origin
from domain.ids import decode_id
from server.administration import create_token, set_password
from server.journal import Journal
from tests.client import Client
from tests.conftest import Server
from tests.people import Cast, password_of
from tests.sign_in.conftest import Log, knock

EVENTS = """query (
  $where: AuditEventFilter, $order: [AuditEventOrder!], $first: Int, $after: String) {
  auditEvents(where: $where, orderBy: $order, first: $first, after: $after) {
    totalCount nodes { id kind } pageInfo { hasNextPage endCursor } } }"""


async def test_signing_in_and_out_is_told(people: Cast, log: Log) -> None:
    given = {"email": people.emails["anna"], "password": password_of("anna")}
    document = "mutation ($g: SignInInput!) { signIn(input: $g) { token userErrors { code } } }"
    headers = {"X-Forwarded-For": "10.6.0.9", "User-Agent": "Phone/2"}
    token = (await people.nobody.run(document, {"g": given}, headers)).payload()["token"]
    await Client(people.anna.http, token).data("mutation { signOut { userErrors { code } } }")
    await people.reader.data("mutation { signOut { userErrors { code } } }")

    anna = {"id": people.ids["anna"]}
    entries = [entry for entry in await log("SIGNED_IN", "SIGNED_OUT") if entry["user"] == anna]
    assert [entry["kind"] for entry in entries] == ["SIGNED_IN", "SIGNED_IN", "SIGNED_OUT"]
    assert entries[0]["address"] == people.address
    assert (entries[1]["address"], entries[1]["userAgent"]) == ("10.6.0.9", "Phone/2")
    assert entries[1]["details"] == {"method": "password"}


async def test_a_failed_try_is_told_to_administrators_where_the_person_works(
    people: Cast, log: Log
) -> None:
    for email in (people.emails["anna"], f"un{people.emails['anna']}"):
        for _ in range(6):
            await knock(people, "signIn", {"email": email, "password": "a wrong one"}, "token")

    entries = await log("SIGN_IN_FAILED")
    assert {entry["about"]["id"] for entry in entries} == {people.ids["anna"]}
    assert [entry["user"] for entry in entries] == [None] * 6
    reasons = [entry["details"]["reason"] for entry in entries]
    assert reasons == ["wrong_credentials"] * 5 + ["too_many_attempts"]
    assert "a wrong one" not in str(entries)
    assert await log("SIGN_IN_FAILED", admin=people.olga) == []


async def test_what_was_refused_is_told_although_nothing_of_it_is_kept(
    people: Cast, log: Log
) -> None:
    assert (await people.anna.mutate("createPipeline", {"name": "Mine"}, "")).codes == ["FORBIDDEN"]
    assert (await people.reader.mutate("createDeal", {"title": "x"}, "")).codes == ["FORBIDDEN"]
    writer = await people.anna.mutate("createApiKey", {"name": "w", "scopes": ["WRITE"]}, "secret")
    blind = Client(people.anna.http, writer.payload()["secret"])
    assert (await blind.run("{ deals { totalCount } }")).codes == ["FORBIDDEN"]
    assert (await people.boris.run("{ auditEvents { totalCount } }")).codes == ["FORBIDDEN"]

    entries = await log("DENIED")
    told = {
        (entry["user"]["id"], entry["details"]["reason"], *entry["details"]["fields"])
        for entry in entries
    }
    assert len(entries) == len(told)
    assert told == {
        (people.ids["anna"], "right_missing", "createPipeline"),
        (people.ids["anna"], "token_scope", "createDeal"),
        (people.ids["anna"], "token_scope", "deals"),
        (people.ids["boris"], "right_missing", "auditEvents"),
    }
    pipelines = (await people.root.data("{ pipelines { name } }"))["pipelines"]
    assert "Mine" not in [item["name"] for item in pipelines]


async def test_the_same_refusal_again_and_again_is_one_entry(people: Cast, log: Log) -> None:
    answers = await asyncio.gather(
        *(people.anna.mutate("createGroup", {"name": f"g{n}"}, "") for n in range(40))
    )
    assert {tuple(answer.codes) for answer in answers} == {("FORBIDDEN",)}
    assert len(await log("DENIED")) == 1


async def test_whoever_is_refused_in_ever_new_ways_does_not_fill_the_log(
    people: Cast, server: Server
) -> None:
    journal = Journal(server.database)
    viewer = (await people.root.data("{ viewer { workspace { id } } }"))["viewer"]
    workspace = decode_id(viewer["workspace"]["id"])[1]
    anna = decode_id(people.ids["anna"])[1]
    for number in range(5_000):
        journal.add(
            AuditEntry(workspace, AuditKind.DENIED, datetime.now(UTC), anna,
                       token_id=uuid4(), origin=Origin(f"10.0.0.{number}"),
                       details={"fields": [str(number)]})
        )  # fmt: skip
    await journal.flush(last=True)

    where = {"kind": {"eq": "DENIED"}}
    text = (
        "query ($w: AuditEventFilter) { auditEvents(where: $w, first: 100) { nodes { details } } }"
    )
    nodes = (await people.root.data(text, w=where))["auditEvents"]["nodes"]
    assert len(nodes) == 32
    further = [node["details"] for node in nodes if "further" in node["details"]]
    assert sorted(further, key=len) == [{"further": True}, {"further": True, "repeated": 4_969}]


async def test_an_entry_that_several_processes_bring_is_kept_once(
    people: Cast, server: Server
) -> None:
    workspace = (await people.root.data("{ viewer { workspace { id } } }"))["viewer"]["workspace"]
    key = uuid4()
    for _ in range(2):
        journal = Journal(server.database)
        journal.add(AuditEntry(decode_id(workspace["id"])[1], AuditKind.VIEWED_AS,
                               datetime.now(UTC), id=key))  # fmt: skip
        # Of a workspace that is gone nothing is kept, and nothing of it holds the others up.
        journal.add(AuditEntry(uuid4(), AuditKind.VIEWED_AS, datetime.now(UTC)))
        await journal.flush()
    found = await people.root.data(EVENTS, where={"kind": {"eq": "VIEWED_AS"}})
    assert found["auditEvents"]["totalCount"] == 1


async def test_only_administrators_read_the_log_and_only_their_own(people: Cast, log: Log) -> None:
    entries = (await people.root.data(EVENTS))["auditEvents"]
    assert entries["totalCount"] > 0
    for person in (people.anna, people.boris, people.reader):
        assert (await person.run(EVENTS)).codes == ["FORBIDDEN"]
    assert (await people.nobody.run(EVENTS)).status == 401

    node = "query ($id: ID!) { node(id: $id) { __typename ... on AuditEvent { kind } } }"
    key = entries["nodes"][0]["id"]
    assert (await people.root.data(node, id=key))["node"]["__typename"] == "AuditEvent"
    for person in (people.anna, people.olga):
        assert (await person.data(node, id=key))["node"] is None
    ours = {entry["id"] for entry in (await people.root.data(EVENTS))["auditEvents"]["nodes"]}
    theirs = {entry["id"] for entry in (await people.olga.data(EVENTS))["auditEvents"]["nodes"]}
    assert not ours & theirs


async def test_the_log_is_paged_filtered_and_ordered_as_other_lists(people: Cast) -> None:
    anna = people.ids["anna"]
    for _ in range(3):
        await people.anna.mutate("createApiKey", {"name": "one more"}, "secret")
    where = {"userId": {"eq": anna}, "kind": {"in": ["KEY_CREATED", "SIGNED_IN"]}}
    first = (await people.root.data(EVENTS, where=where, order=[{"at": "ASC"}], first=2))[
        "auditEvents"
    ]
    assert first["totalCount"] == 5
    assert [node["kind"] for node in first["nodes"]] == ["SIGNED_IN", "KEY_CREATED"]
    after = first["pageInfo"]["endCursor"]
    rest = (await people.root.data(EVENTS, where=where, order=[{"at": "ASC"}], after=after))[
        "auditEvents"
    ]
    assert [node["kind"] for node in rest["nodes"]] == ["KEY_CREATED"] * 3
    by_name = {"user": {"firstName": {"eq": "Boris"}}}
    found = (await people.root.data(EVENTS, where=by_name))["auditEvents"]["nodes"]
    assert [node["kind"] for node in found] == ["SIGNED_IN"]
    newest = (await people.root.data(EVENTS, first=1))["auditEvents"]["nodes"]
    assert [node["kind"] for node in newest] == ["KEY_CREATED"]


async def test_a_dry_run_is_not_told_and_neither_is_what_was_refused_with_user_errors(
    people: Cast, log: Log
) -> None:
    before = await log()
    document = 'mutation { createApiKey(input: {name: "dry"}) { secret } }'
    await people.anna.run(document, headers={"X-Dry-Run": "1"})
    await people.anna.mutate("createApiKey", {"name": " "}, "secret")
    await people.root.run(
        "mutation ($id: ID!) { deactivateUser(id: $id) { userErrors { code } } }",
        {"id": people.ids["anna"]},
        {"X-Dry-Run": "1"},
    )
    assert await log() == before


async def test_what_an_operator_does_is_told(people: Cast, server: Server, log: Log) -> None:
    await set_password(server.database, people.emails["anna"], "an old oak tree")
    await create_token(server.database, people.workspace_name, "ERP", people.emails["anna"], (), 1)
    changed, made = (await log("PASSWORD_CHANGED", "KEY_CREATED"))[-2:]
    anna = {"id": people.ids["anna"]}
    assert (changed["user"], changed["about"], changed["address"]) == (None, anna, None)
    assert changed["details"] == {"by": "operator"}
    assert (made["user"], made["details"]["name"]) == (anna, "ERP")


async def test_who_may_sign_in_is_told(people: Cast, log: Log) -> None:
    for mutation in ("deactivateUser", "activateUser", "activateUser"):
        (await people.root.mutate(mutation, people.ids["anna"], "", "id")).payload()
    entries = await log("USER_ACTIVATED", "USER_DEACTIVATED")
    root, anna = {"id": people.ids["root"]}, {"id": people.ids["anna"]}
    assert [(entry["kind"], entry["user"], entry["about"]) for entry in entries] == [
        ("USER_DEACTIVATED", root, anna), ("USER_ACTIVATED", root, anna),
    ]  # fmt: skip

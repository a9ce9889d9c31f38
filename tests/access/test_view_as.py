"""Viewing as somebody: one gets what they would get, changes nothing, and it is told of."""

from collections.abc import Sequence
from typing import Any

import pytest

from domain.audit import AuditKind
from tests.access.conftest import Log
from tests.access.staff import Join, add_person, grant, make_deal, make_role
from tests.access.test_shown_schema import names, sound
from tests.client import Client
from tests.conftest import Server
from tests.people import Cast, ready_role

DEALS = "{ deals { totalCount nodes { title amount { amount } } } }"
WHO = "{ viewer { user { id } roles { name } } }"
MUTATION = 'mutation { createDeal(input: { title: "Seen" }) { userErrors { code } } }'
HIDDEN = {"entity": "DEAL", "field": "amount", "access": "HIDDEN"}
NOBODY = "user_01kb1rnj47e65gh2bh8vgs9zm5"
NO_ROLE = "role_01kb1rnj47e65gh2bh8vgs9zm5"


def viewing(whom: str) -> dict[str, str]:
    """Give the header by which one views as somebody."""
    return {"X-View-As": whom}


async def test_an_administrator_gets_what_somebody_would_get(
    people: Cast, join: Join, watch: Any
) -> None:
    own = await make_role(people.root, "Own", grant("DEAL", "READ", "OWN"))
    wide = await make_role(people.root, "Wide", grant("DEAL", "READ", "SHARED"), fields=[HIDDEN])
    masha = await join("masha", own, wide)
    await make_deal(people.anna, "Masha's", responsibleId=people.ids["masha"],
                    amount={"amount": "5"})  # fmt: skip
    await make_deal(people.anna, "Open", isShared=True, amount={"amount": "6"})
    await make_deal(people.anna, "Anna's", amount={"amount": "7"})
    documents: Sequence[str] = (
        DEALS,
        WHO,
        "{ leads { totalCount } roles { name } users { nodes { fullName email } } }",
        "{ deals(where: { amount: { gt: 5 } }) { totalCount } }",
        "{ explainAccess(input: { action: DELETE, entity: DEAL }) { allowed } }",
        "{ auditEvents { totalCount } }",
        '{ __type(name: "Mutation") { fields { name } } }',
    )

    for document in documents:
        mine = await masha.run(document)
        for _ in range(3):
            seen = await people.root.run(document, headers=viewing(people.ids["masha"]))
            assert seen == mine, document
        assert await people.root.run(document) != mine
    with watch() as counted:
        await people.root.run(DEALS, headers=viewing(people.ids["masha"]))
    assert len(counted.records) <= 2


async def test_a_role_is_seen_alone_and_with_ones_own_eyes(people: Cast) -> None:
    role = await make_role(people.root, "Own", grant("DEAL", "READ", "OWN"), fields=[HIDDEN])
    await make_deal(people.root, "Root's", responsibleId=people.ids["root"])
    await make_deal(people.anna, "Anna's", responsibleId=people.ids["anna"])

    seen = await people.root.run("{ deals { nodes { title } } }", headers=viewing(role))
    assert seen.data["deals"]["nodes"] == [{"title": "Root's"}]
    hidden = await people.root.run(DEALS, headers=viewing(role))
    assert hidden.codes == ["FORBIDDEN"]
    assert hidden.errors[0]["extensions"]["field"] == "Deal.amount"
    all_rights = await ready_role(people.root, "ADMINISTRATOR")
    everything = await people.root.run(DEALS, headers=viewing(all_rights))
    assert everything.data["deals"]["totalCount"] == 2


async def test_the_schema_is_shown_as_they_are_shown_it(people: Cast, join: Join) -> None:
    role = await make_role(people.root, "Own", grant("DEAL", "READ", "OWN"), fields=[HIDDEN])
    masha = await join("masha", role)

    async def text(person: Client, **headers: str) -> str:
        asked = {"Authorization": f"Bearer {person.token}", **headers}
        answer = await person.http.get("/schema.graphql", headers=asked)
        assert answer.status_code == 200
        assert "X-View-As" in answer.headers["vary"]
        return str(answer.text)

    mine = await text(masha)
    assert "amount" not in names(sound(mine), "Deal")
    for whom in (people.ids["masha"], role):
        assert await text(people.root, **viewing(whom)) == mine
    assert "amount" in names(sound(await text(people.root)), "Deal")
    refused = await people.anna.http.get(
        "/schema.graphql",
        headers={"Authorization": f"Bearer {people.anna.token}", **viewing(people.ids["masha"])},
    )
    assert refused.status_code == 403
    nobody = await people.anna.http.get(
        "/schema.graphql",
        headers={"Authorization": f"Bearer {people.root.token}", **viewing(NOBODY)},
    )
    assert nobody.status_code == 400


async def test_only_administrators_view_as_somebody(
    people: Cast, join: Join, server: Server, log: Log
) -> None:
    keeper = await make_role(
        people.root, "Keeper", grant("DEAL", "READ", "ALL"), settings=["ROLES", "USERS"]
    )
    masha = await join("masha", keeper)
    second = await add_person(people, server.database, "second",
                              (await ready_role(people.root, "ADMINISTRATOR"),))  # fmt: skip
    narrow = await people.root.mutate(
        "createApiKey", {"name": "n", "scopes": ["READ"], "roleId": keeper}, "secret"
    )
    bound = Client(people.root.http, narrow.payload()["secret"])
    whole = await people.root.mutate("createApiKey", {"name": "w", "scopes": ["READ"]}, "secret")
    reading = Client(people.root.http, whole.payload()["secret"])
    await make_deal(people.anna, "Anna's")

    for caller in (people.anna, masha, bound, people.reader):
        for whom in (people.ids["root"], people.ids["anna"], keeper, NOBODY, NO_ROLE):
            refused = await caller.run(DEALS, headers=viewing(whom))
            assert (refused.codes, refused.body.get("data")) == (["FORBIDDEN"], None)
    assert await log(AuditKind.VIEWED_AS) == []
    for caller in (people.root, second, reading):
        seen = await caller.run(DEALS, headers=viewing(people.ids["anna"]))
        assert seen.data["deals"]["totalCount"] == 1
    stranger = await people.olga.run(DEALS, headers=viewing(people.ids["anna"]))
    assert stranger.codes == ["BAD_USER_INPUT"]
    assert (await people.nobody.run(DEALS, headers=viewing(keeper))).codes == ["UNAUTHENTICATED"]


async def test_nothing_can_be_changed(people: Cast, log: Log) -> None:
    for whom in (people.ids["anna"], people.ids["root"], NOBODY,
                 await ready_role(people.root, "ADMINISTRATOR")):  # fmt: skip
        refused = await people.root.run(MUTATION, headers=viewing(whom))
        assert (refused.codes, refused.body.get("data")) == (["FORBIDDEN"], None)
    credentials = {"email": people.emails["anna"], "password": "anna's password"}
    text = "mutation ($g: SignInInput!) { signIn(input: $g) { token } }"
    for caller in (people.nobody, people.root):
        refused = await caller.run(text, {"g": credentials}, viewing(people.ids["anna"]))
        assert (refused.codes, refused.body.get("data")) == (["FORBIDDEN"], None)
    assert (await people.root.data(DEALS))["deals"]["totalCount"] == 0
    assert await log(AuditKind.VIEWED_AS) == []
    denied = [
        entry for entry in await log(AuditKind.DENIED) if entry["user"]["id"] == people.ids["root"]
    ]
    assert denied[0]["details"] == {"reason": "view_only_reads", "fields": ["createDeal"]}


@pytest.mark.parametrize("whom", [NOBODY, NO_ROLE, "deal_01kb1rnj47e65gh2bh8vgs9zm5", "anna", ""])
async def test_whom_there_is_not_nobody_views_as(people: Cast, whom: str) -> None:
    refused = await people.root.run(DEALS, headers=viewing(whom))
    assert (refused.codes, refused.body.get("data")) == (["BAD_USER_INPUT"], None)
    assert refused.errors[0]["extensions"]["path"] == ["X-View-As"]


async def test_each_use_is_told_of_once_in_some_minutes(people: Cast, log: Log) -> None:
    role = await make_role(people.root, "Own", grant("DEAL", "READ", "OWN"), fields=[HIDDEN])
    for _ in range(5):
        await people.root.run(DEALS, headers=viewing(people.ids["anna"]))
        await people.root.run(DEALS, headers=viewing(role))

    entries = await log(AuditKind.VIEWED_AS)

    root, anna = {"id": people.ids["root"]}, {"id": people.ids["anna"]}
    told = [(entry["user"], entry["about"], entry["details"]) for entry in entries]
    assert len(told) == 2
    assert (root, anna, {"as": anna["id"]}) in told
    assert (root, None, {"as": role}) in told
    assert await log(AuditKind.DENIED) == []

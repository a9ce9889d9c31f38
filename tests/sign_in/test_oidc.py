"""Tokens of an issuer: who is let in by them, and the many ways in which one is no good."""

import base64
import json
from time import time
from typing import Any

import httpx
import pytest

from resolvers.workspaces import create_workspace
from server.administration import CommandError, unlink
from tests.client import Client
from tests.conftest import Server
from tests.people import Cast
from tests.sign_in.conftest import AUDIENCE, Log
from tests.sign_in.issuer import Issuer

WHO = "{ viewer { user { id } workspace { name } scopes } }"
OTHERS = 3600


def known(people: Cast) -> dict[str, Any]:
    """Give the claims by which anna is known when she first comes."""
    return {"email": people.emails["anna"], "email_verified": True}


@pytest.mark.parametrize("key", ["rsa", "ec", "ed"])
async def test_anna_comes_with_a_token_of_the_issuer(
    people: Cast, issuer: Issuer, door: httpx.AsyncClient, key: str
) -> None:
    anna = Client(door, issuer.token("anna-1", key, **known(people)))
    assert (await anna.data(WHO))["viewer"] == {
        "user": {"id": people.ids["anna"]},
        "workspace": {"name": people.workspace_name},
        "scopes": ["READ", "WRITE"],
    }
    made = await anna.mutate("createDeal", {"title": "Anna's"}, "deal { createdBy { id } }")
    assert made.payload()["deal"]["createdBy"] == {"id": people.ids["anna"]}
    assert (await anna.mutate("createGroup", {"name": "Not hers"}, "")).codes == ["FORBIDDEN"]
    # From then on the issuer's own name for her is enough, whatever address it tells.
    for more in ({}, {"email": people.emails["boris"], "email_verified": True}):
        again = Client(door, issuer.token("anna-1", key, **more))
        assert (await again.data(WHO))["viewer"]["user"] == {"id": people.ids["anna"]}


async def test_a_server_that_trusts_no_issuer_accepts_none_of_its_tokens(
    people: Cast, issuer: Issuer
) -> None:
    stranger = Client(people.anna.http, issuer.token("anna-1", **known(people)))
    assert (await stranger.run(WHO)).status == 401


@pytest.mark.parametrize(
    "more",
    [{}, {"email_verified": False}, {"email_verified": "true"}, {"email": "nobody@example.com"},
     {"email": None}, {"email": 5}],
)  # fmt: skip
async def test_who_is_not_known_by_a_verified_address_stays_outside(
    people: Cast, issuer: Issuer, door: httpx.AsyncClient, more: dict[str, Any]
) -> None:
    claims = {"email": people.emails["anna"], **({"email_verified": True} if more else {}), **more}
    answer = await Client(door, issuer.token("stranger", **claims)).run(WHO)
    assert (answer.status, answer.codes) == (401, ["UNAUTHENTICATED"])


async def test_an_address_that_somebody_else_has_now_does_not_bring_the_account_along(
    people: Cast, issuer: Issuer, door: httpx.AsyncClient
) -> None:
    anna = Client(door, issuer.token("anna-1", **known(people)))
    assert (await anna.run(WHO)).errors == []
    successor = Client(door, issuer.token("anna-2", **known(people)))
    assert (await successor.run(WHO)).status == 401
    assert (await anna.run(WHO)).errors == []


async def test_the_operator_lets_the_next_one_be_joined(
    people: Cast, server: Server, issuer: Issuer, door: httpx.AsyncClient
) -> None:
    with pytest.raises(CommandError):
        await unlink(server.database, people.emails["anna"])
    old, new = (Client(door, issuer.token(name, **known(people))) for name in ("old", "new"))
    assert (await old.run(WHO)).errors == []
    await unlink(server.database, people.emails["anna"])
    assert (await new.run(WHO)).errors == []
    assert (await old.run(WHO)).status == 401


async def test_who_may_no_longer_sign_in_does_not_come_in_by_the_issuer(
    people: Cast, issuer: Issuer, door: httpx.AsyncClient
) -> None:
    anna = Client(door, issuer.token("anna-1", **known(people)))
    assert (await anna.run(WHO)).errors == []
    (await people.root.mutate("deactivateUser", people.ids["anna"], "", "id")).payload()
    assert (await anna.run(WHO)).status == 401
    (await people.root.mutate("activateUser", people.ids["anna"], "", "id")).payload()
    assert (await anna.run(WHO)).errors == []


async def test_who_came_before_is_looked_for_by_whatever_they_ask(
    people: Cast, issuer: Issuer, door: httpx.AsyncClient
) -> None:
    anna = Client(door, issuer.token("anna-1", **known(people)))
    (await anna.mutate("createDeal", {"title": "Elevator"}, "")).payload()
    documents = (
        "{ deals { nodes { title } } }",
        "{ leads { nodes { title } } }",
        "{ pipelines(entity: DEAL) { name } }",
        '{ deals(after: "nowhere") { nodes { title } } }',
    )
    before = [[await anna.run(document) for _ in range(3)][-1] for document in documents]
    (await people.root.mutate("deactivateUser", people.ids["anna"], "", "id")).payload()

    refused = [await anna.run(document) for document in documents]

    assert [(answer.status, answer.codes) for answer in refused] == [(401, ["UNAUTHENTICATED"])] * 4
    (await people.root.mutate("activateUser", people.ids["anna"], "", "id")).payload()
    after = [await anna.run(document) for document in documents]
    assert [each.body.get("data") for each in after] == [each.body.get("data") for each in before]
    assert after[0].data == {"deals": {"nodes": [{"title": "Elevator"}]}}


async def test_a_person_of_two_workspaces_names_one_in_a_header(
    people: Cast, server: Server, issuer: Issuer, door: httpx.AsyncClient
) -> None:
    second = f"Zweite {people.workspace_name}"
    await create_workspace(server.database, second, "en", "USD", people.emails["anna"])
    anna = Client(door, issuer.token("anna-1", **known(people)))
    assert (await anna.run(WHO)).status == 401
    for name in (people.workspace_name, second):
        found = (await anna.run(WHO, headers={"X-Workspace": name})).data["viewer"]
        assert found["workspace"] == {"name": name}
    other = await anna.run(WHO, headers={"X-Workspace": people.workspace_name[1:]})
    assert other.status == 401


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "https://id.example.com"},
        {"iss": None},
        {"aud": "another"},
        {"aud": ["another", "third"]},
        {"aud": None},
        {"exp": int(time()) - 60},
        {"exp": None},
        {"exp": "tomorrow"},
        {"exp": True},
        {"exp": 10**400},
        {"exp": int(time()) + 2 * 24 * OTHERS},
        {"iat": None},
        {"iat": int(time()) + OTHERS, "exp": int(time()) + 2 * OTHERS},
        {"nbf": int(time()) + OTHERS},
        {"sub": ""},
        {"sub": 7},
        {"sub": "x" * 256},
        {"sub": "nul\x00"},
    ],
)
async def test_a_claim_that_is_wrong_or_missing_keeps_anna_out(
    people: Cast, issuer: Issuer, door: httpx.AsyncClient, wrong: dict[str, Any]
) -> None:
    answer = await Client(door, issuer.token("anna-1", **{**known(people), **wrong})).run(WHO)
    assert (answer.status, answer.codes) == (401, ["UNAUTHENTICATED"])
    right = issuer.token("anna-1", aud=["another", AUDIENCE], **known(people))
    assert (await Client(door, right).run(WHO)).errors == []


def _unsigned(issuer: Issuer, claims: dict[str, Any]) -> str:
    parts = [{"alg": "none", "kid": "rsa"}, claims]
    coded = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in parts]
    return b".".join([*coded, b""]).decode()


async def test_a_signature_that_is_not_the_issuers_opens_nothing(
    people: Cast, issuer: Issuer, door: httpx.AsyncClient
) -> None:
    claims = issuer.claims("anna-1", **known(people))
    good = issuer.signed(claims, "rsa")
    stranger = Issuer()
    forged = {
        "no signature": _unsigned(issuer, claims),
        "published key as a secret": issuer.forged_by_public_key(claims),
        "another's key": stranger.signed(claims, "rsa"),
        "key of another kind": issuer.signed(claims, "ec", kid="rsa"),
        "unknown key": issuer.signed(claims, "rsa", kid="unknown"),
        "no key named": issuer.signed(claims, "rsa", kid=None),
        "a key of its own": issuer.signed(
            claims, "rsa", jwk=stranger.keys["rsa"].as_dict(private=False)
        ),
        "an address of keys": issuer.signed(claims, "rsa", jku=f"{issuer.url}/keys"),
        "another type": issuer.signed(claims, "rsa", typ="logout+jwt"),
        "cut": good[:-4],
        "changed": ".".join([*good.split(".")[:1], "e30", *good.split(".")[2:]]),
        "empty": "..",
        "no text": "ÿ.ÿ.ÿ".encode().decode("latin-1"),
        "long": f"{good}{'A' * 9_000}",
    }
    for name, token in forged.items():
        response = await door.post(
            "/graphql",
            json={"query": WHO},
            headers={b"Authorization": f"Bearer {token}".encode("latin-1", "replace")},
        )
        assert response.status_code == 401, name
    assert (await Client(door, good).run(WHO)).errors == []


async def test_keys_are_fetched_once_and_made_up_ids_cost_the_issuer_nothing(
    people: Cast, issuer: Issuer, door: httpx.AsyncClient
) -> None:
    claims = issuer.claims("anna-1", **known(people))
    for _ in range(3):
        assert (await Client(door, issuer.signed(claims, "rsa")).run(WHO)).errors == []
    assert issuer.fetches == 1
    for number in range(5):
        token = issuer.signed(claims, "rsa", kid=f"made-up-{number}")
        assert (await Client(door, token).run(WHO)).status == 401
    assert issuer.fetches == 1
    # What was fetched serves on while the issuer is away.
    issuer.is_away = True
    assert (await Client(door, issuer.signed(claims, "ec")).run(WHO)).errors == []


@pytest.mark.parametrize(
    ("named", "keys_url"),
    [("https://id.example.com", None), (None, "http://id.example.com/keys"),
     (None, "file:///etc/passwd"), (None, "http://user:password@127.0.0.1/keys")],
)  # fmt: skip
async def test_an_issuer_that_cannot_be_believed_is_not_asked_for_keys(
    people: Cast,
    issuer: Issuer,
    door: httpx.AsyncClient,
    named: str | None,
    keys_url: str | None,
) -> None:
    issuer.named, issuer.keys_url = named, keys_url
    answer = await Client(door, issuer.token("anna-1", **known(people))).run(WHO)
    assert (answer.status, answer.codes) == (503, ["UNAVAILABLE"])
    assert issuer.fetches == 0
    # Those of our own go on.
    assert (await Client(door, people.boris.token).run(WHO)).errors == []


async def test_the_first_use_of_a_token_is_a_sign_in(
    people: Cast, issuer: Issuer, door: httpx.AsyncClient, trusting: Server, log: Log
) -> None:
    token = issuer.token("anna-1", **known(people))
    for _ in range(3):
        assert (await Client(door, token).run(WHO)).errors == []
    await trusting.app.state.journal.flush()
    by_issuer = [
        entry for entry in await log("SIGNED_IN") if entry["details"] == {"method": "oidc"}
    ]
    assert [entry["user"] for entry in by_issuer] == [{"id": people.ids["anna"]}]

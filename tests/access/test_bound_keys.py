"""API keys bound to a role: they do what both their owner and the role allow, never more."""

from typing import Any

import pytest

from tests.access.staff import Join, grant, make_deal, make_role, titles
from tests.client import Client
from tests.people import Cast, ready_role

KEY = "secret apiKey { id role { id name } }"


async def bound_key(person: Client, role: str, **given: Any) -> Client:
    """Make a key that is bound to a role, and give its client."""
    made = await person.mutate("createApiKey", {"name": "bound", "roleId": role, **given}, KEY)
    assert made.payload()["apiKey"]["role"]["id"] == role
    return Client(person.http, made.payload()["secret"])


async def test_a_key_sees_what_both_its_owner_and_its_role_let_it(people: Cast, join: Join) -> None:
    shared = await make_role(people.root, "Shared", grant("DEAL", "READ", "SHARED"))
    wide = await make_role(people.root, "Wide", grant("DEAL", "READ", "ALL"))
    own = await make_role(people.root, "Own", grant("DEAL", "READ", "OWN"))
    masha = await join("masha", own, wide)
    oleg = await join("oleg", own, shared)
    await make_deal(people.anna, "Anna's")
    await make_deal(people.anna, "Open", isShared=True)
    await make_deal(people.anna, "Masha's", responsibleId=people.ids["masha"])
    await make_deal(people.anna, "Oleg's", responsibleId=people.ids["oleg"])
    assert await titles(masha) == ["Anna's", "Masha's", "Oleg's", "Open"]
    assert await titles(oleg) == ["Oleg's", "Open"]

    assert await titles(await bound_key(masha, own)) == ["Masha's"]
    assert await titles(await bound_key(oleg, shared)) == ["Open"]
    assert await titles(await bound_key(people.root, own)) == []
    # A role that its owner does not have adds nothing to the key.
    keeper = await join("keeper", shared, await make_role(people.root, "K", settings=["ROLES"]))
    assert await titles(await bound_key(keeper, wide)) == ["Open"]


async def test_a_key_is_bound_to_a_role_of_ones_own_or_by_a_keeper_of_roles_to_any(
    people: Cast, join: Join
) -> None:
    own = await make_role(people.root, "Own", grant("DEAL", "READ", "OWN"))
    masha = await join("masha", own)
    head = await ready_role(people.root, "HEAD_OF_SALES")
    for role, code in ((head, "NOT_FOUND"), (people.ids["anna"], "INVALID")):
        refused = await masha.mutate("createApiKey", {"name": "k", "roleId": role}, KEY)
        assert refused.refusals() == [(code, "input.roleId")]
        assert refused.data["createApiKey"]["secret"] is None
    keys = "{ viewer { apiKeys { name role { name } } } }"
    assert [key["name"] for key in (await masha.data(keys))["viewer"]["apiKeys"]] == ["masha"]

    await bound_key(masha, own)
    await bound_key(people.root, head)
    seen = (await masha.data(keys))["viewer"]["apiKeys"]
    assert {"name": "bound", "role": {"name": "Own"}} in seen
    assert {"name": "masha", "role": None} in seen


async def test_a_bound_key_makes_no_wider_one(people: Cast, join: Join) -> None:
    wide = await make_role(people.root, "Wide", grant("DEAL", "READ", "ALL"))
    own = await make_role(people.root, "Own", grant("DEAL", "READ", "OWN"))
    masha = await join("masha", wide, own)
    await make_deal(people.anna, "Anna's")
    narrow = await bound_key(masha, own)

    refused = await narrow.mutate("createApiKey", {"name": "wider", "roleId": wide}, KEY)
    assert refused.refusals() == [("FORBIDDEN", "input.roleId")]
    made = await narrow.mutate("createApiKey", {"name": "the same"}, KEY)
    assert made.payload()["apiKey"]["role"]["name"] == "Own"
    assert await titles(Client(narrow.http, made.payload()["secret"])) == []
    assert await titles(masha) == ["Anna's"]


@pytest.mark.parametrize("right", ["USERS", "ROLES"])
async def test_a_bound_key_sets_up_what_both_let_it(people: Cast, join: Join, right: str) -> None:
    keeper = await make_role(people.root, "Keeper", settings=[right])
    other = await make_role(people.root, "Other", settings=["CRM_SETTINGS"])
    masha = await join("masha", keeper, other)
    given: tuple[str, dict[str, Any]] = {
        "USERS": ("createGroup", {"name": "New"}),
        "ROLES": ("createRole", {"name": "New"}),
    }[right]

    narrowed = await bound_key(masha, other)
    assert (await narrowed.mutate(*given, "")).codes == ["FORBIDDEN"]
    (await narrowed.mutate("createPipeline", {"name": "New"}, "")).payload()
    (await (await bound_key(masha, keeper)).mutate(*given, "")).payload()

"""Records that somebody may not read: no filter, message or conflict says that they are there."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.api.calling import mutate
from tests.client import Client
from tests.people import Cast

ACTIONS = ("READ", "CREATE", "UPDATE", "DELETE")


async def set_up(people: Cast, companies: str, **more: Any) -> tuple[Client, dict[str, str]]:
    """Let a key read all deals, and companies in a scope; two companies with a deal each."""
    grants = [{"entity": "DEAL", "action": action, "scope": ["ALL"]} for action in ACTIONS]
    grants.append({"entity": "COMPANY", "action": "READ", "scope": [companies]})
    role = await mutate(
        people.root, "createRole", "role { id }", input={"name": "Some", "grants": grants, **more}
    )
    given = {"name": "some", "roleId": role.payload()["role"]["id"]}
    key = await mutate(people.root, "createApiKey", "secret", input=given)
    ids = {}
    for owner, name in (("root", "own"), ("boris", "other")):
        company = {"title": name, "responsibleId": people.ids[owner]}
        made = await mutate(people.root, "createCompany", "company { id }", input=company)
        ids[name] = made.payload()["company"]["id"]
        deal = {"title": f"with {name}", "companyId": ids[name]}
        made = await mutate(people.root, "createDeal", "deal { id }", input=deal)
        ids[f"{name} deal"] = made.payload()["deal"]["id"]
    return Client(people.root.http, key.payload()["secret"]), ids


async def titles(person: Client, where: Mapping[str, Any]) -> list[str]:
    document = "query ($w: DealFilter) { deals(where: $w) { totalCount nodes { title } } }"
    found = (await person.data(document, w=where))["deals"]
    assert found["totalCount"] == len(found["nodes"])
    return sorted(node["title"] for node in found["nodes"])


@pytest.mark.parametrize(
    ("operators", "restricted", "free"),
    [
        ({"eq": "$other"}, [], ["with other"]),
        ({"in": ["$own", "$other"]}, ["with own"], ["with other", "with own"]),
        ({"isNull": False}, ["with own"], ["with other", "with own"]),
        ({"isNull": True}, ["with other"], []),
        ({"ne": "$other"}, ["with other", "with own"], ["with own"]),
        ({"notIn": ["$other"]}, ["with other", "with own"], ["with own"]),
    ],
)
async def test_a_reference_to_what_one_may_not_read_is_empty_to_filters(
    people: Cast, operators: dict[str, Any], restricted: list[str], free: list[str]
) -> None:
    person, ids = await set_up(people, "OWN")

    def filled(value: Any) -> Any:
        if isinstance(value, list):
            return [filled(item) for item in value]
        return ids[value[1:]] if isinstance(value, str) else value

    where = {"companyId": {name: filled(value) for name, value in operators.items()}}
    assert await titles(person, where) == restricted
    assert await titles(people.root, where) == free
    both = {"with own", "with other"}
    assert await titles(person, {"not": where}) == sorted(both - set(restricted))


async def test_a_conflict_names_no_field_that_is_hidden_on_this_record(people: Cast) -> None:
    """Of two roles one shows all deals without amounts, the other one's own deals whole."""
    rule = {"entity": "DEAL", "field": "amount", "access": "HIDDEN"}
    grants = [{"entity": "DEAL", "action": action, "scope": ["ALL"]} for action in ACTIONS]
    own = [{"entity": "DEAL", "action": "READ", "scope": ["OWN"]}]
    nina = await people.root.mutate(
        "createUser", {"email": f"nina-{people.ids['anna'][-12:]}@example.com",
                       "password": "nina's password"}, "user { id }",
    )  # fmt: skip
    nina_id = nina.payload()["user"]["id"]
    for name, given in (("Most", {"grants": grants, "fields": [rule]}), ("Own", {"grants": own})):
        role = await mutate(people.root, "createRole", "role { id }", input={"name": name, **given})
        assigned = {"roleId": role.payload()["role"]["id"], "userId": nina_id}
        (await mutate(people.root, "assignRole", input=assigned)).payload()
    signed = await people.nobody.mutate(
        "signIn", {"email": f"nina-{people.ids['anna'][-12:]}@example.com",
                   "password": "nina's password"}, "token",
    )  # fmt: skip
    person = Client(people.root.http, signed.payload()["token"])
    for owner, told in ((nina_id, {"amount", "title"}), (people.ids["boris"], {"title"})):
        deal = {"title": "a", "amount": {"amount": "1"}, "responsibleId": owner}
        made = await mutate(people.root, "createDeal", "deal { id }", input=deal)
        key = made.payload()["deal"]["id"]
        changed = {"id": key, "title": "b", "amount": {"amount": "2"}}
        (await mutate(people.root, "updateDeal", input=changed)).payload()
        answer = await mutate(person, "updateDeal", input={"id": key, "ifVersion": 1, "title": "c"})
        (error,) = answer.data["updateDeal"]["userErrors"]
        assert {item["field"] for item in error["conflicts"]} == told


async def test_a_person_without_a_name_is_not_called_by_a_hidden_address(people: Cast) -> None:
    """Whoever may not read addresses is told the id; root, who may, is told the address."""
    person, _ = await set_up(people, "OWN")
    email = f"nameless-{people.ids['anna'][-12:]}@example.com"
    given = {"email": email, "password": "a good long passphrase"}
    made = await people.root.mutate("createUser", given, "user { id }")
    key = made.payload()["user"]["id"]
    read = "query ($id: ID!) { user(id: $id) { fullName email } }"
    assert (await people.root.data(read, id=key))["user"] == {"fullName": email, "email": email}

    shown = await person.run(read, {"id": key})

    assert email not in str(shown.body)
    assert shown.body["data"]["user"] == {"fullName": key, "email": None}


async def point_at_companies(people: Cast, ids: Mapping[str, str]) -> None:
    """Let the deals name their companies in a custom field, too."""
    field = {"entity": "DEAL", "name": "Partner", "type": "RECORD", "isFilterable": True,
             "settings": {"types": ["COMPANY", "CONTACT"]}}  # fmt: skip
    (await mutate(people.root, "createCustomField", "", input=field)).payload()
    for name in ("own", "other"):
        values = [{"code": "partner", "value": ids[name]}]
        deal = {"id": ids[f"{name} deal"], "customValues": values}
        (await mutate(people.root, "updateDeal", "", input=deal)).payload()


@pytest.mark.parametrize(
    ("op", "value", "restricted", "free"),
    [
        ("eq", "$other", [], ["with other"]),
        ("in", ["$own", "$other"], ["with own"], ["with other", "with own"]),
        ("isNull", False, ["with own"], ["with other", "with own"]),
        ("isNull", True, ["with other"], []),
        ("ne", "$other", ["with other", "with own"], ["with own"]),
    ],
)
async def test_a_custom_field_that_names_what_one_may_not_read_is_empty_to_filters(
    people: Cast, op: str, value: Any, restricted: list[str], free: list[str]
) -> None:
    person, ids = await set_up(people, "OWN")
    await point_at_companies(people, ids)

    def given(item: Any) -> Any:
        return ids[item[1:]] if isinstance(item, str) else item

    operand = [given(item) for item in value] if isinstance(value, list) else given(value)
    where = {"custom": {"partner": {op: operand}}}
    assert await titles(person, where) == restricted
    assert await titles(people.root, where) == free
    both = {"with own", "with other"}
    assert await titles(person, {"not": where}) == sorted(both - set(restricted))


async def test_an_element_that_one_may_not_read_has_no_place_in_an_order(people: Cast) -> None:
    made = await mutate(people.root, "createCatalog", "catalog { id }", input={"name": "Models"})
    catalog = made.payload()["catalog"]["id"]
    field = {"entity": "DEAL", "name": "Model", "type": "CATALOG_ELEMENT", "isFilterable": True,
             "settings": {"catalog": catalog}}  # fmt: skip
    (await mutate(people.root, "createCustomField", "", input=field)).payload()
    for name, owner in (("Aero", "boris"), ("Boat", "root"), ("Car", "root")):
        element = {"catalogId": catalog, "name": name, "responsibleId": people.ids[owner]}
        made = await mutate(
            people.root, "createCatalogElement", "catalogElement { id }", input=element
        )
        values = [{"code": "model", "value": made.payload()["catalogElement"]["id"]}]
        deal = {"title": f"for {name}", "customValues": values}
        (await mutate(people.root, "createDeal", "", input=deal)).payload()
    grants = [
        {"entity": "DEAL", "action": "READ", "scope": ["ALL"]},
        {"entity": "CATALOG_ELEMENT", "action": "READ", "scope": ["OWN"]},
    ]
    role = await mutate(
        people.root, "createRole", "role { id }", input={"name": "Some", "grants": grants}
    )
    given = {"name": "some", "roleId": role.payload()["role"]["id"]}
    key = await mutate(people.root, "createApiKey", "secret", input=given)
    document = "{ deals(orderBy: [{custom: {model: ASC}}]) { nodes { title } } }"

    def names(found: Any) -> list[str]:
        return [node["title"] for node in found["deals"]["nodes"]]

    person = Client(people.root.http, key.payload()["secret"])
    assert names(await person.data(document)) == ["for Boat", "for Car", "for Aero"]
    assert names(await people.root.data(document)) == ["for Aero", "for Boat", "for Car"]

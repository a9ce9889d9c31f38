"""Requisites are read and written by who may do that with the field, and by nobody else."""

from typing import Any

import pytest

from tests.access.staff import Join, grant, make_role
from tests.client import Client
from tests.conftest import Stored
from tests.people import Cast
from tests.requisites.clients import ORGANIZATION, PERSON, REQUISITES, change, make, read

ALL = [grant("COMPANY", action, "ALL") for action in ("READ", "CREATE", "UPDATE")]


async def clerk(people: Cast, join: Join, access: str) -> Client:
    """Add a person to whom requisites of companies are hidden, or only shown."""
    fields = [{"entity": "COMPANY", "field": "requisites", "access": access}]
    return await join("vera", await make_role(people.root, "Clerk", *ALL, fields=fields))


async def test_hidden_requisites_are_not_read_by_any_way(
    people: Cast, join: Join, stored: Stored
) -> None:
    vera = await clerk(people, join, "HIDDEN")
    company = await make(people.anna, ORGANIZATION)
    key, own = company["id"], company["requisites"][0]["id"]
    before = await stored()

    document = f"query ($id: ID!) {{ company(id: $id) {{ title {REQUISITES} }} }}"
    plain = await vera.run(document, {"id": key})
    node = await vera.data("query ($id: ID!) { node(id: $id) { id } }", id=own)
    told = await vera.data(
        """query ($id: ID!) { company(id: $id) { timeline { nodes {
          ... on ChangeEntry { changes { field } } } } } }""",
        id=key,
    )

    assert plain.body["data"]["company"] == {"title": "Volga", "requisites": None}
    assert plain.codes == ["FORBIDDEN"]
    assert node == {"node": None}
    fields = [item["field"] for item in told["company"]["timeline"]["nodes"][0]["changes"]]
    assert "title" in fields
    assert "requisites" not in fields
    assert await stored() == before
    assert await read(people.boris, key) == company["requisites"]


@pytest.mark.parametrize("access", ["HIDDEN", "READ"])
async def test_requisites_that_may_not_be_written_stay(
    people: Cast, join: Join, stored: Stored, access: str
) -> None:
    vera = await clerk(people, join, access)
    company = await make(people.anna, ORGANIZATION)
    key, own = company["id"], company["requisites"][0]["id"]
    before = await stored()

    tries: list[dict[str, Any]] = [
        {"requisites": []},
        {"addRequisites": [PERSON]},
        {"removeRequisiteIds": [own]},
    ]
    for given in tries:
        answer = await change(vera, key, **given)
        assert answer.codes[0] == "FORBIDDEN"
    made = await vera.mutate(
        "createCompany", {"title": "Oka", "requisites": [PERSON]}, "company { id }"
    )

    assert made.codes == ["FORBIDDEN"]
    assert await stored() == before
    renamed = await vera.mutate("updateCompany", {"id": key, "title": "Oka"}, "company { title }")
    assert renamed.payload()["company"] == {"title": "Oka"}


async def test_requisites_that_are_only_shown_are_read(people: Cast, join: Join) -> None:
    vera = await clerk(people, join, "READ")
    company = await make(people.anna, ORGANIZATION)

    assert await read(vera, company["id"]) == company["requisites"]
    node = await vera.data(
        "query ($id: ID!) { node(id: $id) { ... on Requisite { inn } } }",
        id=company["requisites"][0]["id"],
    )
    assert node == {"node": {"inn": "7707083893"}}


async def test_requisites_of_a_record_out_of_sight_are_out_of_sight(
    people: Cast, join: Join
) -> None:
    near = await make_role(people.root, "Near", grant("COMPANY", "READ", "OWN"))
    kate = await join("kate", near)
    company = await make(people.anna, ORGANIZATION)
    document = "query ($id: ID!) { node(id: $id) { id } }"
    key = company["requisites"][0]["id"]

    assert (await kate.data(document, id=key)) == {"node": None}
    (await change(people.anna, company["id"], responsibleId=people.ids["kate"])).payload()
    assert (await kate.data(document, id=key)) == {"node": {"id": key}}

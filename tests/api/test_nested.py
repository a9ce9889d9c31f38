"""Lists and references inside records: each parent has a page, an order and a filter of its own."""

from typing import Any

import pytest

from tests.api.calling import mutate
from tests.api.shop import named
from tests.api.world import COMPANY, CONTACT, DEAL, LEAD, Names, World, make_record, make_records
from tests.client import Client

PAGE = "pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"
LINKS = [
    # The list, how the one in it says so when it is made, and the parent's own type.
    pytest.param(COMPANY, "contacts", CONTACT, "companyId", id="Company.contacts"),
    pytest.param(COMPANY, "deals", DEAL, "companyId", id="Company.deals"),
    pytest.param(COMPANY, "leads", LEAD, "companyId", id="Company.leads"),
    pytest.param(COMPANY, "subsidiaries", COMPANY, "parentId", id="Company.subsidiaries"),
    pytest.param(CONTACT, "deals", DEAL, "contactId", id="Contact.deals"),
    pytest.param(CONTACT, "leads", LEAD, "contactId", id="Contact.leads"),
]


async def one(client: Client, document: str, **variables: Any) -> Any:
    """Ask for one record and give it."""
    (found,) = (await client.data(document, **variables)).values()
    return found


def titles(connection: Any) -> list[str]:
    return [node["title"] for node in connection["nodes"]]


# --- levels -------------------------------------------------------------------------------------


async def test_companies_their_contacts_and_their_deals(shop: World) -> None:
    found = await one(
        shop.people.reader,
        "{ companies(orderBy: [{ title: ASC }]) { nodes { title contacts { nodes { fullName"
        " deals { nodes { title company { title } contacts { nodes { firstName } } } } } } } } }",
    )

    assert found["nodes"] == [
        {
            "title": "Acme",
            "contacts": {
                "nodes": [
                    {
                        "fullName": "Иван Ёлкин",
                        "deals": {
                            "nodes": [
                                {
                                    "title": "Annual licence",
                                    "company": {"title": "Acme"},
                                    "contacts": {
                                        "nodes": [{"firstName": "Maria"}, {"firstName": "Иван"}]
                                    },
                                }
                            ]
                        },
                    }
                ]
            },
        },
        {
            "title": "Globex Corporation",
            "contacts": {
                "nodes": [
                    {
                        "fullName": "Maria Garcia",
                        "deals": {
                            "nodes": [
                                {
                                    "title": "annual LICENCE 2",
                                    "company": {"title": "Globex Corporation"},
                                    "contacts": {"nodes": [{"firstName": "Maria"}]},
                                }
                            ]
                        },
                    }
                ]
            },
        },
        {"title": "Initech", "contacts": {"nodes": []}},
    ]


async def test_references_lead_to_one_or_to_none(shop: World) -> None:
    found = await one(
        shop.people.reader,
        "query ($ids: [ID!]) { deals(where: { id: { in: $ids } }, orderBy: [{ createdAt: ASC }])"
        " { nodes { company { title parent { title } } contact { firstName } lead { title }"
        " source { code dictionary { code } } stage { code pipeline { name } }"
        " pipeline { isDefault } responsible { firstName departments { name parent { name } } }"
        " type { code } } } }",
        ids=[shop["B"], shop["E"]],
    )

    assert found["nodes"] == [
        {
            "company": {"title": "Globex Corporation", "parent": {"title": "Acme"}},
            "contact": {"firstName": "Maria"},
            "lead": None,
            "source": {"code": "CALL", "dictionary": {"code": "SOURCE"}},
            "stage": {"code": "WON", "pipeline": {"name": "Sales"}},
            "pipeline": {"isDefault": True},
            "responsible": {
                "firstName": "Boris",
                "departments": [{"name": "Sales", "parent": None}],
            },
            "type": None,
        },
        {
            "company": None,
            "contact": None,
            "lead": None,
            "source": None,
            "stage": {"code": "NEW", "pipeline": {"name": "Sales"}},
            "pipeline": {"isDefault": True},
            "responsible": None,
            "type": None,
        },
    ]


async def test_a_stage_lists_its_deals_in_the_order_of_the_board(own_world: World) -> None:
    anna = own_world.people.anna
    made = await make_records(anna, DEAL, [{"title": letter} for letter in "ABC"])
    ids = {letter: item["id"] for letter, item in zip("ABC", made, strict=True)}
    moved = {"id": ids["A"], "before": ids["C"]}
    (await mutate(anna, "moveDeal", input=moved)).payload()
    document = (
        "query ($id: ID!, $after: String) { node(id: $id) { ... on Stage"
        f" {{ deals(first: 2, after: $after) {{ nodes {{ title }} {PAGE} }} }} }} }}"
    )

    first = (await one(anna, document, id=own_world["sales:NEW"]))["deals"]
    after = first["pageInfo"]["endCursor"]
    second = (await one(anna, document, id=own_world["sales:NEW"], after=after))["deals"]
    board = await one(
        anna,
        "query ($id: ID!) { pipeline(id: $id) { board { deals { nodes { title } } } } }",
        id=own_world["sales"],
    )

    assert titles(first) + titles(second) == titles(board["board"][0]["deals"])
    assert sorted(titles(first) + titles(second)) == ["A", "B", "C"]
    assert "AC" in "".join(titles(first) + titles(second))


# --- pages of each parent -----------------------------------------------------------------------


@pytest.fixture
async def two(world: World) -> tuple[str, str]:
    """Give two companies: one has the deals A to E, the other X and Y."""
    anna = world.people.anna
    big, small = await make_records(anna, COMPANY, [{"title": "Big"}, {"title": "Small"}])
    items = [{"title": letter, "companyId": big["id"]} for letter in "ABCDE"]
    items += [{"title": letter, "companyId": small["id"]} for letter in "XY"]
    await make_records(anna, DEAL, items)
    return big["id"], small["id"]


def deals_of(arguments: str, fields: str = "") -> str:
    """Write a question for the deals of two companies, in the order of their making."""
    return (
        "query ($ids: [ID!]) { companies(where: { id: { in: $ids } },"
        " orderBy: [{ createdAt: ASC }]) { nodes {"
        f" deals{arguments} {{ nodes {{ title }} {PAGE} {fields} }} }} }} }}"
    )


async def ask(world: World, ids: tuple[str, str], document: str) -> list[Any]:
    found = await one(world.people.reader, document, ids=list(ids))
    return [node["deals"] for node in found["nodes"]]


async def test_each_parent_has_a_page_of_its_own(world: World, two: tuple[str, str]) -> None:
    big, small = await ask(world, two, deals_of("(first: 2)", "edges { cursor } totalCount"))

    assert (titles(big), titles(small)) == (["E", "D"], ["Y", "X"])
    assert (big["pageInfo"]["hasNextPage"], small["pageInfo"]["hasNextPage"]) == (True, False)
    assert (big["totalCount"], small["totalCount"]) == (5, 2)
    assert [edge["cursor"] for edge in big["edges"]] == [
        big["pageInfo"]["startCursor"], big["pageInfo"]["endCursor"],
    ]  # fmt: skip


async def test_a_page_goes_on_after_a_cursor_of_the_same_list(
    world: World, two: tuple[str, str]
) -> None:
    document = (
        "query ($id: ID!, $after: String) { company(id: $id) { deals(first: 2, after: $after)"
        f" {{ nodes {{ title }} {PAGE} }} }} }}"
    )
    pages: list[Any] = []
    after = None
    for _ in range(3):
        found = await one(world.people.reader, document, id=two[0], after=after)
        pages.append(found["deals"])
        after = found["deals"]["pageInfo"]["endCursor"]

    assert [titles(page) for page in pages] == [["E", "D"], ["C", "B"], ["A"]]
    assert [page["pageInfo"]["hasNextPage"] for page in pages] == [True, True, False]
    assert [page["pageInfo"]["hasPreviousPage"] for page in pages] == [False, True, True]


async def test_a_cursor_is_a_place_in_the_order_and_holds_for_every_parent(
    world: World, two: tuple[str, str]
) -> None:
    (big, _small) = await ask(world, two, deals_of("(first: 3)"))
    cursor = big["pageInfo"]["endCursor"]

    # X and Y are newer than C: they stand before it.
    rest = await ask(world, two, deals_of(f'(first: 9, after: "{cursor}")'))
    before = await ask(world, two, deals_of(f'(last: 9, before: "{cursor}")'))

    assert [titles(deals) for deals in rest] == [["B", "A"], []]
    assert [titles(deals) for deals in before] == [["E", "D"], ["Y", "X"]]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("", ("EDCBA", "YX")),
        ("(first: 0)", ("", "")),
        ("(last: 1)", ("A", "X")),
        ("(orderBy: [{ title: ASC }], first: 3)", ("ABC", "XY")),
        ("(orderBy: [{ title: DESC_NULLS_LAST }], last: 2)", ("BA", "YX")),
        ("(orderBy: [{ company: { title: DESC } }, { title: ASC }], first: 2)", ("AB", "XY")),
        ('(where: { title: { in: ["B", "D", "X"] } })', ("DB", "X")),
        ('(where: { company: { title: { eq: "Big" } } })', ("EDCBA", "")),
        ('(where: { not: { title: { eq: "X" } } }, orderBy: [{ createdAt: ASC }], first: 1)',
         ("A", "Y")),
        ('(search: "b")', ("B", "")),
    ],
)  # fmt: skip
async def test_each_parents_list_is_ordered_and_filtered(
    world: World, two: tuple[str, str], arguments: str, expected: tuple[str, str]
) -> None:
    found = await ask(world, two, deals_of(arguments))

    assert tuple("".join(titles(deals)) for deals in found) == expected


async def test_the_same_list_is_asked_for_twice_by_aliases(
    world: World, two: tuple[str, str]
) -> None:
    found = await one(
        world.people.reader,
        "query ($id: ID!) { company(id: $id) { newest: deals(first: 1) { nodes { title } }"
        " oldest: deals(last: 1) { nodes { title } } b: deals(where: { title: { eq: \"B\" } })"
        " { nodes { title } totalCount } } }",
        id=two[0],
    )  # fmt: skip

    assert (titles(found["newest"]), titles(found["oldest"])) == (["E"], ["A"])
    assert found["b"] == {"nodes": [{"title": "B"}], "totalCount": 1}


# --- every link ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("parent", "field", "child", "reference"), LINKS)
async def test_a_list_follows_what_points_to_its_parent(
    world: World, parent: Names, field: str, child: Names, reference: str
) -> None:
    people = world.people
    above, beside = await make_records(
        people.anna,
        parent,
        [world.named(parent, name) for name in ("Above", "Beside")],
    )
    made = await make_records(
        people.anna,
        child,
        [{**world.named(child, letter), reference: above["id"]} for letter in "ABC"],
    )
    fields = f"{field} {{ nodes {{ id }} totalCount }}"
    document = f"query ($id: ID!) {{ {parent.one}(id: $id) {{ {fields} }} }}"

    async def listed(key: str) -> list[str]:
        found = (await one(people.reader, document, id=key))[field]
        assert found["totalCount"] == len(found["nodes"])
        return [node["id"] for node in found["nodes"]]

    a, b, c = (item["id"] for item in made)
    assert await listed(above["id"]) == [c, b, a]
    moved = {"id": b, reference: beside["id"]}
    (await mutate(people.anna, f"update{child.type}", input=moved)).payload()
    (await mutate(people.anna, f"delete{child.type}", input={"id": c})).payload()
    assert await listed(above["id"]) == [a]
    assert await listed(beside["id"]) == [b]
    (await mutate(people.anna, f"restore{child.type}", id=c)).payload()
    assert await listed(above["id"]) == [c, a]


async def test_what_is_in_the_bin_is_nobodys_company(world: World) -> None:
    people = world.people
    company = await make_record(people.anna, COMPANY, {"title": "Comes and goes"})
    given = {"companyId": company["id"]}
    deal = await make_record(people.anna, DEAL, {"title": "Stays", **given})
    contact = await make_record(people.anna, CONTACT, {"lastName": "Stays", **given})
    document = (
        "query ($deal: ID!, $contact: ID!) { deal(id: $deal) { company { title } }"
        " contact(id: $contact) { company { title } companies { nodes { title } totalCount } } }"
    )

    async def seen() -> Any:
        return await people.reader.data(document, deal=deal["id"], contact=contact["id"])

    before = await seen()
    (await mutate(people.anna, "deleteCompany", input={"id": company["id"]})).payload()
    gone = await seen()
    (await mutate(people.anna, "restoreCompany", id=company["id"])).payload()

    there = {"title": "Comes and goes"}
    assert before == {
        "deal": {"company": there},
        "contact": {"company": there, "companies": {"nodes": [there], "totalCount": 1}},
    }
    assert gone == {
        "deal": {"company": None},
        "contact": {"company": None, "companies": {"nodes": [], "totalCount": 0}},
    }
    assert await seen() == before


async def test_the_bin_of_a_list_is_asked_for_by_deletedat(shop: World) -> None:
    found = await one(
        shop.people.reader,
        "query ($id: ID!) { company(id: $id) {"
        " bin: deals(where: { deletedAt: { isNull: false } }) { nodes { id } totalCount }"
        " all: deals(where: { or: [{ deletedAt: { isNull: false } },"
        " { deletedAt: { isNull: true } }] }, orderBy: [{ createdAt: ASC }])"
        " { nodes { id } totalCount } } }",
        id=shop["acme"],
    )

    names = {
        key: (named([node["id"] for node in deals["nodes"]], shop), deals["totalCount"])
        for key, deals in found.items()
    }
    assert names == {"bin": (["F"], 1), "all": (["A", "C", "F"], 3)}


async def test_depth_ends_somewhere(shop: World) -> None:
    """Tests allow 16 levels; a circle of references is still a document of finite size."""
    inner = "id"
    for _ in range(8):
        inner = f"parent {{ subsidiaries {{ nodes {{ {inner} }} }} }}"

    answer = await shop.people.reader.run(f"{{ companies {{ nodes {{ {inner} }} }} }}")

    assert answer.codes == ["QUERY_TOO_EXPENSIVE"]
    assert "data" not in answer.body

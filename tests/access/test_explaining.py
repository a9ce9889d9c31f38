"""Why somebody may do something: the grants of their roles, one by one."""

from typing import Any

import pytest

from tests.access.staff import Join, grant, make_deal, make_role
from tests.client import Client
from tests.people import Cast

NOBODYS = "deal_01kb1rnj47e65gh2bh8vgs9zm5"
EXPLAIN = """query ($input: ExplainAccessInput!) { explainAccess(input: $input) {
  allowed isRecordReadable reasons { role { name } grant { scope } matched fieldAccess } } }"""


async def explain(person: Client, action: str = "READ", **given: Any) -> Any:
    """Ask about deals, and give the answer in short: reasons as role, scope, matched, access."""
    asked = {"action": action, "entity": "DEAL", **given}
    found = (await person.run(EXPLAIN, {"input": asked})).data["explainAccess"]
    return (
        found["allowed"],
        found["isRecordReadable"],
        [
            (item["role"]["name"], item["grant"] and item["grant"]["scope"], item["matched"],
             item["fieldAccess"])
            for item in found["reasons"]
        ],
    )  # fmt: skip


async def test_each_grant_tells_whether_it_is_about_the_record(
    people: Cast, join: Join, watch: Any
) -> None:
    own = await make_role(
        people.root, "Own", grant("DEAL", "READ", "OWN"), grant("DEAL", "UPDATE", "OWN")
    )
    shared = await make_role(people.root, "Shared", grant("DEAL", "READ", "SHARED", "OBSERVED"))
    blind = await make_role(people.root, "Blind", grant("LEAD", "READ", "ALL"))
    masha = await join("masha", own, shared, blind)
    hers = await make_deal(people.anna, "Masha's", responsibleId=people.ids["masha"])
    open_ = await make_deal(people.anna, "Open", isShared=True)
    hidden = await make_deal(people.anna, "Anna's")
    about = {"userId": people.ids["masha"]}

    def read(own: bool, shared: bool) -> list[Any]:
        return [
            ("Own", ["OWN"], own, None),
            ("Shared", ["SHARED", "OBSERVED"], shared, None),
            ("Blind", None, False, None),
        ]

    for record, allowed, reasons in (
        (hers, True, read(True, False)), (open_, True, read(False, True)),
        (hidden, False, read(False, False)), (NOBODYS, False, read(False, False)),
    ):  # fmt: skip
        expected = (allowed, allowed, reasons)
        assert await explain(people.root, recordId=record, **about) == expected
        assert await explain(masha, recordId=record) == expected
        assert await explain(masha, recordId=record, **about) == expected

    with watch() as seen:
        await explain(people.root, recordId=hers, **about)
    assert len(seen.records) == 1
    update = await explain(people.root, "UPDATE", recordId=open_, **about)
    assert update == (False, True, [("Own", ["OWN"], False, None), ("Shared", None, False, None),
                                    ("Blind", None, False, None)])  # fmt: skip
    assert await explain(masha) == (True, None, read(True, True))
    assert (await explain(masha, "DELETE"))[0] is False


async def test_a_field_and_the_record_have_to_be_of_one_role(people: Cast, join: Join) -> None:
    rule = {"entity": "DEAL", "field": "amount", "access": "HIDDEN"}
    own = await make_role(people.root, "Own", grant("DEAL", "READ", "OWN"))
    wide = await make_role(people.root, "Wide", grant("DEAL", "READ", "ALL"), fields=[rule])
    masha = await join("masha", own, wide)
    hers = await make_deal(people.anna, "Masha's", responsibleId=people.ids["masha"])
    other = await make_deal(people.anna, "Anna's")

    def reasons(matched: bool) -> list[Any]:
        return [("Own", ["OWN"], matched, "WRITE"), ("Wide", ["ALL"], True, "HIDDEN")]

    assert await explain(masha, recordId=hers, field="amount") == (True, True, reasons(True))
    assert await explain(masha, recordId=other, field="amount") == (False, True, reasons(False))
    assert (await explain(masha, recordId=other, field="title"))[0] is True
    assert (await explain(masha, recordId=other, field="isShared"))[0] is True


async def test_the_administrators_role_needs_no_grant(people: Cast) -> None:
    deal = await make_deal(people.anna, "Anna's")
    for action in ("READ", "CREATE", "UPDATE", "DELETE", "EXPORT", "IMPORT"):
        assert await explain(people.root, action, recordId=deal) == (
            True, True, [("Administrator", None, True, None)],
        )  # fmt: skip


async def test_a_stages_grant_takes_the_place_of_the_others(people: Cast, join: Join) -> None:
    stages = (await people.root.data("{ pipelines { stages { id } } }"))["pipelines"][0]["stages"]
    first, second = stages[0]["id"], stages[1]["id"]
    role = await make_role(
        people.root, "Some", grant("DEAL", "READ", "ALL"), grant("DEAL", "READ", stageId=second)
    )
    masha = await join("masha", role)
    for stage, allowed in ((first, True), (second, False)):
        deal = await make_deal(people.anna, "A deal", stageId=stage)
        assert await explain(masha, recordId=deal) == (
            allowed, allowed, [("Some", ["ALL"], allowed, None), ("Some", [], False, None)],
        )  # fmt: skip


async def test_people_are_seen_by_everyone_and_more_of_them_by_a_grant(
    people: Cast, join: Join
) -> None:
    masha = await join("masha", await make_role(people.root, "None"))
    oleg = await join("oleg", await make_role(people.root, "Some", grant("USER", "READ", "ALL")))
    anna = {"entity": "USER", "recordId": people.ids["anna"]}
    assert (await explain(masha, **anna))[0] is True
    assert (await explain(masha, **anna, field="fullName"))[0] is True
    assert (await explain(masha, **anna, field="email"))[0] is False
    own = {**anna, "recordId": people.ids["masha"]}
    assert (await explain(masha, **own, field="email"))[0] is True
    assert await explain(oleg, **anna, field="email") == (
        True, None, [("Some", ["ALL"], True, "WRITE")],
    )  # fmt: skip


async def test_of_others_it_is_told_to_keepers_of_roles(people: Cast, join: Join) -> None:
    masha = await join("masha", await make_role(people.root, "Keeper", settings=["ROLES"]))
    asked = {"action": "READ", "entity": "DEAL", "userId": people.ids["boris"]}
    refused = await people.anna.run(EXPLAIN, {"input": asked})
    assert refused.codes == ["FORBIDDEN"]
    # A keeper of roles is told of records that they themselves may not read.
    deal = await make_deal(people.anna, "Anna's")
    assert (await explain(masha, recordId=deal, userId=people.ids["boris"]))[0] is True
    assert (await explain(masha, recordId=deal))[0] is False


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"field": "amonut"}, ["input", "field"]),
        ({"field": "amount", "action": "DELETE"}, ["input", "field"]),
        ({"recordId": "lead_01kb1rnj47e65gh2bh8vgs9zm5"}, ["input", "recordId"]),
        ({"userId": "user_01kb1rnj47e65gh2bh8vgs9zm5"}, ["input", "userId"]),
        ({"entity": "USER", "action": "UPDATE"}, ["input", "action"]),
    ],
)
async def test_a_question_that_makes_no_sense_is_refused(
    people: Cast, given: dict[str, str], path: list[str]
) -> None:
    asked = {"action": "READ", "entity": "DEAL", **given}
    refused = await people.root.run(EXPLAIN, {"input": asked})
    assert refused.codes == ["BAD_USER_INPUT"]
    assert refused.errors[0]["extensions"]["path"] == path

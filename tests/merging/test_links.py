"""All that points to records that are merged goes along, whatever it is, and comes back."""

import asyncio
from typing import Any

import asyncpg
import pytest

from db.pointers import ABOUT, OWN, about_records, pointers
from domain.ids import decode_id
from domain.merges import MERGED
from tests.client import Client
from tests.conftest import Work
from tests.merging.conftest import change, make, merge, read, unmerge
from tests.people import Cast

IRINA = {"lastName": "Smirnova"}


async def two(person: Client, entity: str) -> tuple[str, str]:
    """Make two records that are the same."""
    given = {"contact": IRINA, "company": {"title": "Acme"}}.get(entity, {"title": "Pumps"})
    return await make(person, entity, **given), await make(person, entity, **given)


async def talk(person: Client, record: str) -> None:
    """Comment on a record and plan an activity about it."""
    comment = {"recordId": record, "text": "She called."}
    (await person.mutate("addComment", comment, "comment { id }")).payload()
    plan = {"kind": "CALL", "subject": "Call", "recordIds": [record]}
    if record.startswith("contact_"):
        plan["contactIds"] = [record]
    (await person.mutate("createActivity", plan, "activity { id }")).payload()


async def point_to(person: Client, entity: str, record: str) -> None:
    """Let everything there is point to a record, and a record that is merged into it already."""
    await talk(person, record)
    match entity:
        case "contact":
            await make(person, "deal", title="Pumps", contactId=record)
            await make(person, "lead", title="Pumps", contactId=record)
        case "company":
            await make(person, "deal", title="Pumps", companyId=record)
            await make(person, "lead", title="Pumps", companyId=record)
            await make(person, "contact", lastName="Petrova", companyId=record)
            await make(person, "company", title="Daughter", parentId=record)
        case "lead":
            await make(person, "deal", title="Pumps", leadId=record)
    if entity in {"contact", "company"}:
        lead = await make(person, "lead", title="Fair")
        into = {"id": lead, entity: {"linkId": record}}
        (await person.mutate("convertLead", into, "lead { id }")).payload()
    earlier, _ = await two(person, entity)
    (await merge(person, record, earlier)).payload()


async def pointing(database_url: str, entity: str, record: str) -> dict[str, list[Any]]:
    """Give the rows that point to a record, by the places where they do."""
    key = decode_id(record)[1]
    connection = await asyncpg.connect(database_url)
    try:
        found = {}
        for pointer in pointers(entity):
            rows = await connection.fetch(
                f"SELECT to_jsonb(t) AS row FROM {pointer.table.name} t"  # noqa: S608 - our own names
                f" WHERE {pointer.column} = $1 ORDER BY 1",
                key,
            )
            found[pointer.place] = [row["row"] for row in rows]
        return found
    finally:
        await connection.close()


def test_of_each_table_about_records_it_is_known_whether_its_rows_go_along() -> None:
    assert about_records() <= ABOUT | OWN
    assert not ABOUT & OWN


@pytest.mark.parametrize("entity", sorted(MERGED))
async def test_everything_that_points_to_a_merged_record_goes_along_and_comes_back(
    people: Cast, database_url: str, entity: str
) -> None:
    survivor, double = await two(people.root, entity)
    await point_to(people.root, entity, double)
    before = await pointing(database_url, entity, double)
    # A lead that was converted survives, and a deal has nothing that a lead becomes.
    expected = {place for place in before if place != "lead_conversions.lead_id"}
    assert {place for place, rows in before.items() if rows} == expected

    done = (await merge(people.root, survivor, double)).payload()

    assert not any((await pointing(database_url, entity, double)).values())
    after = await pointing(database_url, entity, survivor)
    assert {place: len(rows) for place, rows in after.items()} == {
        # The double itself leads to who survives now.
        place: len(rows) + (place == "merged_records.survivor_id")
        for place, rows in before.items()
    }

    (await unmerge(people.root, done["merge"]["id"])).payload()

    assert await pointing(database_url, entity, double) == before
    assert not any((await pointing(database_url, entity, survivor)).values())


async def test_who_is_on_a_list_already_is_on_it_once(people: Cast, database_url: str) -> None:
    survivor, double = await two(people.anna, "contact")
    deal = await make(people.anna, "deal", title="Pumps", contactId=double,
                      contactIds=[double, survivor])  # fmt: skip
    done = (await merge(people.anna, survivor, double)).payload()
    selection = "version contact { id } contacts { nodes { id } }"
    found = await read(people.anna, "deal", deal, selection)
    # It goes on pointing to the same person: that is no change of the deal.
    assert found == {"version": 1, "contact": {"id": survivor},
                     "contacts": {"nodes": [{"id": survivor}]}}  # fmt: skip
    (await unmerge(people.anna, done["merge"]["id"])).payload()
    back = await read(people.anna, "deal", deal, selection)
    assert back["contact"] == {"id": double}
    assert {node["id"] for node in back["contacts"]["nodes"]} == {survivor, double}


async def test_what_is_changed_after_the_merge_stays(people: Cast) -> None:
    survivor, double = await two(people.anna, "contact")
    other = await make(people.anna, "contact", lastName="Petrova")
    mine = await make(people.anna, "deal", title="Mine", contactId=double)
    theirs = await make(people.anna, "deal", title="Theirs", contactId=double)
    done = (await merge(people.anna, survivor, double)).payload()
    (await change(people.anna, "deal", theirs, contactId=other, contactIds=[other])).payload()
    (await unmerge(people.anna, done["merge"]["id"])).payload()
    selection = "contact { id } contacts { nodes { id } }"
    assert await read(people.anna, "deal", mine, selection) == {
        "contact": {"id": double}, "contacts": {"nodes": [{"id": double}]},
    }  # fmt: skip
    assert await read(people.anna, "deal", theirs, selection) == {
        "contact": {"id": other}, "contacts": {"nodes": [{"id": other}]},
    }  # fmt: skip


async def test_links_of_records_that_are_gone_by_now_do_not_come_back(people: Cast) -> None:
    survivor, double = await two(people.root, "contact")
    deal = await make(people.root, "deal", title="Pumps", contactId=double)
    done = (await merge(people.root, survivor, double)).payload()
    (await people.root.mutate("deleteDeal", {"id": deal}, "")).payload()
    (await people.root.mutate("purgeDeal", deal, "deal { id }", "id")).payload()
    (await unmerge(people.root, done["merge"]["id"])).payload()
    assert await read(people.root, "contact", double, "deals { totalCount }") == {
        "deals": {"totalCount": 0}
    }


async def test_a_company_never_comes_to_stand_above_itself(people: Cast) -> None:
    top = await make(people.anna, "company", title="Acme")
    middle = await make(people.anna, "company", title="Branch", parentId=top)
    below = await make(people.anna, "company", title="acme", parentId=middle)
    child = await make(people.anna, "company", title="Acme.", parentId=top)
    # The child loses the parent that it becomes one with.
    (await merge(people.anna, top, child)).payload()
    assert await read(people.anna, "company", top, "parent { id }") == {"parent": None}
    refused = await merge(people.anna, top, below)
    assert refused.refusals() == [("INVALID", "input.targetId")]
    choice = [{"field": "parent", "recordId": top}]
    (await merge(people.anna, top, below, choices=choice)).payload()
    assert await read(people.anna, "company", top, "parent { id }") == {"parent": None}


async def test_who_is_merged_into_their_grandchild_stands_below_nobody(people: Cast) -> None:
    top = await make(people.anna, "company", title="Acme")
    middle = await make(people.anna, "company", title="Branch", parentId=top)
    below = await make(people.anna, "company", title="acme", parentId=middle)
    refused = await merge(people.anna, below, top)
    assert refused.refusals() == [("INVALID", "input.sourceIds")]
    choice = [{"field": "parent", "recordId": top}]
    (await merge(people.anna, below, top, choices=choice)).payload()
    found = await read(people.anna, "company", below, "parent { id } subsidiaries { totalCount }")
    assert found == {"parent": None, "subsidiaries": {"totalCount": 1}}


async def test_who_came_to_point_to_a_merged_record_meanwhile_is_moved_by_a_job(
    people: Cast, work: Work, database_url: str
) -> None:
    survivor, double = await two(people.anna, "contact")
    deal = await make(people.anna, "deal", title="Pumps")
    (await merge(people.anna, survivor, double)).payload()
    # As somebody does who looked whether the contact is there just before it was merged.
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute(
            "UPDATE deals SET contact_id = $1 WHERE id = $2",
            decode_id(double)[1],
            decode_id(deal)[1],
        )
    finally:
        await connection.close()
    assert await read(people.anna, "deal", deal, "contact { id }") == {"contact": None}
    await work()
    assert await read(people.anna, "deal", deal, "contact { id }") == {"contact": {"id": survivor}}


async def test_deals_that_come_in_while_their_contact_is_merged_are_the_survivors(
    people: Cast, work: Work
) -> None:
    survivor, double = await two(people.anna, "contact")

    async def sell(number: int) -> str:
        return await make(people.boris, "deal", title=f"Pumps {number}", contactId=double)

    early = [asyncio.create_task(sell(number)) for number in range(10)]
    merging = asyncio.create_task(merge(people.anna, survivor, double))
    late = [asyncio.create_task(sell(number)) for number in range(10, 20)]
    deals = await asyncio.gather(*early, *late)
    (await merging).payload()
    await work()
    for deal in deals:
        found = await read(people.anna, "deal", deal, "contact { id } contacts { nodes { id } }")
        assert found == {"contact": {"id": survivor}, "contacts": {"nodes": [{"id": survivor}]}}

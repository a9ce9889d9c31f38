"""What mutations, conflicts, files and bookings tell of fields that a role hides: nothing."""

from collections.abc import Iterator
from typing import Any

import pytest
from graphql import (
    GraphQLObjectType,
    get_named_type,
)

from tests.access.cases import MUTATIONS, RECORD_MUTATIONS
from tests.access.ground import (
    DRY,
    FIELDS,
    Ground,
    label,
    one,
)
from tests.access.paths import (
    MARK,
    PLURALS,
    RECORDS,
    marked,
)
from tests.access.world import BOOKED_AT
from tests.client import Client

# --- what mutations answer ----------------------------------------------------------------------


def hidden_but_the_name(kind: str) -> list[tuple[str, str]]:
    """Give all fields of a type but what its records are called by."""
    names = {"Contact": "lastName", "CatalogElement": "name", "Product": "name"}
    return [
        (owner, name)
        for owner, name in FIELDS
        if owner == kind and name not in {names.get(kind, "title"), "fullName"}
    ]


BESIDE = {"addComment", "pinComment"}
"""Mutations that answer with a record beside what they are about: their test is the next one."""
PLANNING = {"createActivity", "updateActivity", "completeActivity", "reopenActivity"}
"""Mutations that answer with the records of an activity: that test as well."""
MERGING = {"mergeRecords", "unmerge"}
"""Mutations that answer with records of any type: theirs is the test after that."""
WITHOUT = {"uploadFile", "createActivities", "deleteActivity"}
"""Mutations that answer with none."""
APART = BESIDE | PLANNING | MERGING | WITHOUT


@pytest.mark.parametrize("mutation", sorted(RECORD_MUTATIONS.keys() - APART))
async def test_no_mutation_answers_with_hidden_fields(ground: Ground, mutation: str) -> None:
    kind = next(
        k
        for k in sorted(RECORDS, key=len, reverse=True)
        if mutation.endswith((k, f"{PLURALS[k][0].upper()}{PLURALS[k][1:]}"))
    )
    hidden = hidden_but_the_name(kind)
    await ground.hide(*hidden)
    payload = get_named_type(ground.fields("Mutation")[mutation].type)
    assert isinstance(payload, GraphQLObjectType)
    texts = " ".join(
        ground.selected(kind, name).replace(f"id {MARK}: ", "").replace(f"{MARK}: ", "")
        for _, name in hidden
    )
    inner = f"{one(kind)} {{ id {texts} }}"
    if "results" in payload.fields:
        inner = f"results {{ {inner} userErrors {{ code path message }} }}"
    assert one(kind) in payload.fields or "results" in payload.fields
    argument, type_ = next(
        (k, a.type)
        for k, a in ground.fields("Mutation")[mutation].args.items()
        if k in {"input", "id", "ids"}
    )
    given = MUTATIONS[mutation](ground.world)[argument]
    if mutation in {"moveDeal", "convertLead", "importDeals"}:
        return  # a stage that may not be read may not be written: tested above
    document = (
        f"mutation ($given: {type_}) {{ {mutation}({argument}: $given) "
        f"{{ {inner} userErrors {{ code path message }} }} }}"
    )

    done = await ground.hidden_from.run(document, {"given": given}, DRY)

    assert set(done.codes) <= {"FORBIDDEN"}, done.body
    shown = (done.body["data"][mutation].get("results") or [done.body["data"][mutation]])[0]
    assert shown["userErrors"] == []
    assert set(_leaves({k: v for k, v in shown[one(kind)].items() if k != "id"})) <= {None}
    told = {error["extensions"]["field"] for error in done.errors}
    assert told == {label(kind, name) for _, name in hidden}
    names = {change["field"] for change in done.extensions["dryRun"]["changes"]}
    assert names.isdisjoint({name for _, name in hidden}), names


@pytest.mark.parametrize("mutation", sorted(BESIDE | PLANNING))
async def test_what_is_changed_beside_a_record_does_not_tell_of_it(
    ground: Ground, mutation: str
) -> None:
    await ground.hide(*hidden_but_the_name("Deal"))
    text = ground.selected("Deal", "amount")
    ((argument, given),) = MUTATIONS[mutation](ground.world).items()
    type_ = ground.fields("Mutation")[mutation].args[argument].type
    beside = "activity { records" if mutation in PLANNING else "comment { record"
    document = (
        f"mutation ($given: {type_}) {{ {mutation}({argument}: $given) {{ {beside} {{"
        f" ... on Deal {{ {text} }} }} }} userErrors {{ code }} }} }}"
    )
    done = await ground.hidden_from.run(document, {"given": given}, DRY)
    assert "data" in done.body, done.body
    assert [value for _, value in marked(done.body["data"])] == [None]
    assert [error["extensions"].get("field") for error in done.errors] == ["Deal.amount"]


async def test_who_does_not_see_all_merges_nothing_and_parts_without_seeing_more(
    ground: Ground,
) -> None:
    await ground.hide(("Deal", "amount"), ("Contact", "phones"))
    text = ground.selected("Deal", "amount")
    (given,) = MUTATIONS["mergeRecords"](ground.world).values()
    merged = await ground.hidden_from.mutate("mergeRecords", given, "record { id }")
    assert merged.refusals() == [("FORBIDDEN", "input.targetId")]
    assert "phones" not in str(merged.body)
    document = (
        "mutation ($given: UnmergeInput!) { unmerge(input: $given) {"
        f" record {{ ... on Deal {{ {text} }} }} restored {{ ... on Deal {{ {text} }} }}"
        " userErrors { code } } }"
    )
    (given,) = MUTATIONS["unmerge"](ground.world).values()
    parted = await ground.hidden_from.run(document, {"given": given}, DRY)
    assert [value for _, value in marked(parted.body["data"])] == [None, None]
    assert {error["extensions"].get("field") for error in parted.errors} == {"Deal.amount"}


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for item in value.values():
            yield from _leaves(item)
    else:
        yield value


@pytest.mark.parametrize("kind", RECORDS)
async def test_conflicts_and_access_do_not_name_hidden_fields(ground: Ground, kind: str) -> None:
    hidden = hidden_but_the_name(kind)
    await ground.hide(*hidden)
    given = {"id": ground.world[one(kind)], "ifVersion": 1}
    document = (
        f"mutation ($given: Update{kind}Input!) {{ update{kind}(input: $given)"
        " { userErrors { code conflicts { field } } } }"
    )
    read = f'{{ {one(kind)}(id: "{given["id"]}") {{ access {{ readable writable }} }} }}'
    names = {name for _, name in hidden}

    told = await ground.root.run(document, {"given": given})
    (error,) = told.data[f"update{kind}"]["userErrors"]
    assert {item["field"] for item in error["conflicts"]} & names, "nothing was changed"
    told = await ground.hidden_from.run(document, {"given": given})
    (error,) = told.data[f"update{kind}"]["userErrors"]
    assert error["code"] == "CONFLICT"
    assert not {item["field"] for item in error["conflicts"]} & names

    access = (await ground.hidden_from.data(read))[one(kind)]["access"]
    assert not (set(access["readable"]) | set(access["writable"])) & names


async def test_what_hidden_fields_hold_is_not_to_be_had_elsewhere(ground: Ground) -> None:
    document = (
        f'query ($file: ID!, $booking: ID!) {{ bookings(from: "{BOOKED_AT}",'
        ' to: "2026-06-01T10:00:00Z") { id } file: node(id: $file) { id }'
        " booking: node(id: $booking) { id } }"
    )
    ids = {"file": ground.world["hidden_file"], "booking": ground.world["booking"]}
    path = f"/files/{ids['file']}"

    async def fetch(client: Client) -> int:
        headers = {"Authorization": f"Bearer {client.token}"}
        return (await client.http.get(path, headers=headers)).status_code

    found = await ground.root.data(document, **ids)
    assert len(found["bookings"]) == 2
    assert found["file"] == {"id": ids["file"]}
    assert await fetch(ground.root) == 200

    await ground.hide(
        ("Deal", "custom.ownBooking"), ("Deal", "custom.ownFile"), ("CatalogElement", "custom.trip")
    )
    found = await ground.hidden_from.data(document, **ids)
    assert found["bookings"] == []
    assert found["booking"] is None
    holder = await ground.hidden_from.data(f'{{ deal(id: "{ground.world["deal"]}") {{ id }} }}')
    assert holder["deal"]

"""Records that were there before there were keys get theirs in the background."""

from typing import Any
from unittest.mock import patch

import asyncpg

from domain.ids import decode_id
from resolvers import duplicate_keys
from tests.conftest import Work
from tests.duplicates.conftest import found, make, points
from tests.people import Cast
from tests.requisites.clients import PROPRIETOR

PHONE = "+12025550123"


async def test_a_job_makes_the_keys_of_all_records(
    people: Cast, work: Work, database_url: str
) -> None:
    anna = people.anna
    ids = [
        *[await make(anna, "contact", lastName="One", phones=points(PHONE)) for _ in range(3)],
        await make(anna, "company", title="Two", phones=points(PHONE), requisites=[PROPRIETOR]),
        await make(anna, "lead", title="Three", phones=points(PHONE)),
    ]
    gone = await make(anna, "lead", title="Four", phones=points(PHONE))
    (await anna.mutate("deleteLead", {"id": gone}, "")).payload()
    numbers: dict[str, Any] = {"inn": PROPRIETOR["inn"], "ogrn": PROPRIETOR["ogrnip"]}
    whole = sorted(await found(anna, phones=[PHONE], **numbers))
    assert max(score for _, score, _ in whole) == 150
    viewer = (await people.root.data("{ viewer { workspace { id } } }"))["viewer"]
    workspace = decode_id(viewer["workspace"]["id"])[1]
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute("DELETE FROM duplicate_keys WHERE workspace_id = $1", workspace)
        # As the migration leaves it for each workspace.
        await connection.execute(
            "SELECT set_config('voronka.workspace_id', $1, false)", str(workspace)
        )
        left = "SELECT voronka_enqueue(ARRAY['duplicates.fill'], ARRAY['{}'], NULL)"
        await connection.execute(left)
    finally:
        await connection.close()
    assert await found(anna, phones=[PHONE], **numbers) == []

    with patch.object(duplicate_keys, "PORTION", 2):
        await work()

    assert sorted(await found(anna, phones=[PHONE], **numbers)) == whole
    assert {item[0] for item in whole} == set(ids)

"""Every query and mutation of the schema, asked by those who may and by those who may not."""

from typing import Any

import pytest

from tests.access.cases import (
    ADMIN_QUERIES,
    MUTATIONS,
    OWN_MUTATIONS,
    QUERIES,
    RECORD_MUTATIONS,
    SESSION_MUTATIONS,
    SETTINGS_MUTATIONS,
    WITHOUT_EVENTS,
    document,
    fields_of,
)
from tests.access.conftest import Stage
from tests.access.world import fingerprint
from tests.client import Answer
from tests.conftest import Server

DRY = {"X-Dry-Run": "1"}


def test_there_is_a_case_for_every_field_of_the_schema() -> None:
    assert {*MUTATIONS, *SESSION_MUTATIONS} == set(fields_of("Mutation"))
    assert {*QUERIES, *ADMIN_QUERIES} == set(fields_of("Query"))


def user_errors(answer: Answer) -> list[Any]:
    """Give the user errors of a mutation, those of single elements too."""
    (payload,) = answer.data.values()
    inner = [error for result in payload.get("results", ()) for error in result["userErrors"]]
    return [*payload["userErrors"], *inner]


@pytest.mark.parametrize("name", MUTATIONS)
async def test_nobody_changes_anything_and_who_may_does(
    stage: Stage, server: Server, name: str
) -> None:
    people, arguments = stage.people, MUTATIONS[name](stage.ours)
    before = await fingerprint(server.database, stage.ours)

    refused = await people.nobody.run(document("Mutation", name), arguments)
    assert (refused.status, refused.codes) == (401, ["UNAUTHENTICATED"])
    assert "data" not in refused.body

    # The same document by an administrator goes through; a dry run leaves the world as it is.
    done = await people.root.run(document("Mutation", name), arguments, DRY)
    assert user_errors(done) == []
    assert (done.extensions["dryRun"]["events"] != []) == (name not in WITHOUT_EVENTS)
    assert await fingerprint(server.database, stage.ours) == before


@pytest.mark.parametrize("name", MUTATIONS)
async def test_a_token_that_only_reads_changes_nothing(
    stage: Stage, server: Server, name: str
) -> None:
    arguments = MUTATIONS[name](stage.ours)
    before = await fingerprint(server.database, stage.ours)

    refused = await stage.people.reader.run(document("Mutation", name), arguments)

    assert refused.codes == ["FORBIDDEN"]
    assert refused.body["errors"][0]["path"] == [name]
    assert await fingerprint(server.database, stage.ours) == before


@pytest.mark.parametrize("name", SETTINGS_MUTATIONS)
async def test_a_member_changes_no_settings(stage: Stage, server: Server, name: str) -> None:
    arguments = SETTINGS_MUTATIONS[name](stage.ours)
    before = await fingerprint(server.database, stage.ours)

    refused = await stage.people.anna.run(document("Mutation", name), arguments)

    assert refused.codes == ["FORBIDDEN"]
    assert await fingerprint(server.database, stage.ours) == before


@pytest.mark.parametrize("name", [*RECORD_MUTATIONS, "createApiKey"])
async def test_a_member_changes_records_and_makes_keys(stage: Stage, name: str) -> None:
    done = await stage.people.anna.run(document("Mutation", name), MUTATIONS[name](stage.ours), DRY)
    assert user_errors(done) == []


async def test_a_members_key_is_not_anothers_to_revoke(stage: Stage, server: Server) -> None:
    assert {"createApiKey", "revokeApiKey"} <= set(OWN_MUTATIONS)
    before = await fingerprint(server.database, stage.ours)
    refused = await stage.people.anna.mutate(
        "revokeApiKey", stage.ours["api_key"], "apiKey { id }", "id"
    )
    assert refused.refusals() == [("NOT_FOUND", "id")]
    assert await fingerprint(server.database, stage.ours) == before


@pytest.mark.parametrize("name", QUERIES)
async def test_a_query_answers_everyone_of_the_workspace_and_nobody_else(
    stage: Stage, name: str
) -> None:
    arguments, text = QUERIES[name](stage.ours), document("Query", name)

    refused = await stage.people.nobody.run(text, arguments)
    assert (refused.status, refused.codes) == (401, ["UNAUTHENTICATED"])
    assert "data" not in refused.body

    for person in (stage.people.root, stage.people.anna, stage.people.reader):
        found = (await person.run(text, arguments)).data[name]
        assert found not in (None, [], {"nodes": []})


@pytest.mark.parametrize("token", ["vk_", "vs_x", "vk_" + "a" * 43, "vk_%00", "x" * 5_000])
async def test_a_token_that_was_never_issued_is_no_token(stage: Stage, token: str) -> None:
    answer = await stage.people.nobody.run(
        "{ viewer { user { id } } }",
        headers={"Authorization": f"Bearer {token}"},
    )
    assert (answer.status, answer.codes) == (401, ["UNAUTHENTICATED"])


async def test_without_a_token_only_the_type_of_the_root_is_told(stage: Stage) -> None:
    nobody = stage.people.nobody
    assert (await nobody.run("{ __typename }")).data == {"__typename": "Query"}
    for text in (
        "{ __schema { queryType { name } } }",
        '{ __type(name: "Deal") { name } }',
        "{ __typename viewer { user { id } } }",
        "{ ...F } fragment F on Query { deals { totalCount } }",
        "{ deals: __typename pipelines { id } }",
    ):
        answer = await nobody.run(text)
        assert (answer.status, answer.codes) == (401, ["UNAUTHENTICATED"])

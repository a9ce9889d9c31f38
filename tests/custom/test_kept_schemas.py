"""The schemas of workspaces in one process: as many as it keeps, and no trace of those that go."""

import asyncio
import gc
import weakref
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from types import MappingProxyType
from typing import Any
from uuid import UUID

import httpx
import pytest
from graphql import GraphQLSchema, parse, validate
from sqlalchemy import text

from domain.custom_fields import CustomFieldType
from domain.ids import decode_id
from loaders.rows import Row, column_names, make_row
from resolvers.custom_binding import Bindings
from schema.build import build_schema
from schema.documents import DocumentCache
from schema.limits import Limits
from schema.served import ServedSchema
from schema.workspace_schemas import Lent, WorkspaceSchemas
from server import operations
from server.app import build_app
from server.settings import Settings
from tests.client import Client
from tests.conftest import Server
from tests.custom.fields import make_field
from tests.people import Cast


@pytest.fixture(scope="module")
def shared() -> ServedSchema:
    """Give the schema of a workspace without fields."""
    return build_schema(DocumentCache(Limits()))


@pytest.fixture
def resting_collector() -> Iterator[None]:
    """Let only reference counts free what is old, as in a server whose collector rests."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def field_of_each_type(workspace: int) -> list[Row]:
    """Define fields of deals, one of each type, with codes of the workspace's own."""
    rows = []
    for place, kind in enumerate(CustomFieldType):
        code = f"{kind.name.lower().replace('_', '')}{workspace}"
        values = {"id": UUID(int=workspace * 100 + place), "entity": "DEAL", "code": code,
                  "name": code, "type": kind.value, "is_multiple": False, "is_filterable": True,
                  "is_required": False, "is_unique": False, "settings": {}, "sort": place,
                  "created_at": datetime.now(UTC)}  # fmt: skip
        rows.append(
            make_row("custom_field", [values.get(name) for name in column_names("custom_field")])
        )
    return rows


async def lend(schemas: WorkspaceSchemas, workspace: int, version: int = 1) -> Lent:
    """Ask for the schema of a workspace whose fields differ with each version."""

    async def fields() -> tuple[Sequence[Row], Bindings]:
        return field_of_each_type(workspace * 1000 + version), MappingProxyType({})

    lent = await schemas.of(UUID(int=workspace), version, fields)
    gc.collect(0)  # what building leaves behind is collected while it is young, in a server too
    return lent


def parts_of(schema: GraphQLSchema) -> list[weakref.ref[Any]]:
    """Watch types that a schema has for itself, of every kind, and fields of them."""
    names = ("Query", "Mutation", "Deal", "DealCustomFields", "DealCustomInput", "DealFilter",
             "Record", "OrderDirection", "Decimal")  # fmt: skip
    types: list[Any] = [schema.type_map[name] for name in names]
    return [weakref.ref(part) for part in (*types, types[0].fields["deals"])]


def use(schema: GraphQLSchema) -> None:
    """Validate a document, so that the schema has worked out all that it works out late."""
    document = parse("{ deals(first: 1) { nodes { id custom { __typename } } } }")
    assert validate(schema, document) == []


@pytest.mark.usefixtures("resting_collector")
async def test_schemas_beyond_those_that_are_kept_leave_memory_at_once(
    shared: ServedSchema,
) -> None:
    schemas = WorkspaceSchemas(shared, 2)
    watched: list[list[weakref.ref[Any]]] = []
    for workspace in range(1, 4):
        with await lend(schemas, workspace) as schema:
            use(schema._schema)
            watched.append(parts_of(schema._schema))
        del schema

    alive = [[part() is not None for part in parts] for parts in watched]
    assert [any(each) for each in alive] == [False, True, True]
    assert [all(each) for each in alive] == [False, True, True]
    assert len(schemas) == 2
    assert validate(shared._schema, parse("{ deals { nodes { id title } } }")) == []


@pytest.mark.usefixtures("resting_collector")
async def test_a_schema_whose_fields_have_changed_leaves_memory_at_once(
    shared: ServedSchema,
) -> None:
    schemas = WorkspaceSchemas(shared)
    with await lend(schemas, 1, version=1) as schema:
        watched = parts_of(schema._schema)
    del schema
    with await lend(schemas, 1, version=2) as after:
        assert not any(part() is not None for part in watched)
        use(after._schema)


async def test_a_schema_in_use_stays_whole_until_the_last_user_ends(shared: ServedSchema) -> None:
    schemas = WorkspaceSchemas(shared, 1)
    first, second = await lend(schemas, 1), await lend(schemas, 1)
    assert first is second
    with first as schema:
        with second:
            (await lend(schemas, 2)).__enter__()
        use(schema._schema)
        types = schema._schema.type_map
    assert not any(vars(types[name]) for name in ("Query", "Deal", "DealCustomFields"))
    assert vars(shared._schema.type_map["Query"])


async def test_who_began_before_a_change_gets_a_schema_of_that_time(shared: ServedSchema) -> None:
    schemas = WorkspaceSchemas(shared)
    with await lend(schemas, 1, version=2) as new, await lend(schemas, 1, version=1) as old:
        assert "integer1001" in old._schema.type_map["DealCustomFields"].fields  # type: ignore[attr-defined]  # an object type
        use(old._schema)
        with await lend(schemas, 1, version=2) as again:
            assert again is new
    use(new._schema)


@pytest.fixture
async def forgetful(
    settings: Settings, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[httpx.AsyncClient]:
    """Give a server that keeps the schema of one workspace."""
    monkeypatch.setattr(operations, "WorkspaceSchemas", partial(WorkspaceSchemas, size=1))
    app = build_app(settings, database_url)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://forgetful.test") as client:
        yield client
    await app.state.database.dispose()


async def test_an_operation_completes_on_a_schema_that_went_meanwhile(
    people: Cast, forgetful: httpx.AsyncClient, server: Server
) -> None:
    anna, olga = Client(forgetful, people.anna.token), Client(forgetful, people.olga.token)
    await make_field(people.root, "Contract number", "STRING")
    await make_field(people.olga, "Route", "STRING")
    given = {"title": "Deal", "custom": {"contractNumber": "15-A"}}
    shown = "deal { id title custom { contractNumber } }"
    made = (await anna.mutate("createDeal", given, shown)).payload()["deal"]

    async with server.database.engine.begin() as other:
        lock = text("SELECT FROM deals WHERE id = :id FOR UPDATE")
        await other.execute(lock, {"id": decode_id(made["id"])[1]})
        change = {"id": made["id"], "title": "Late", "custom": {"contractNumber": "16"}}
        waiting = asyncio.create_task(anna.mutate("updateDeal", change, shown))
        await asyncio.sleep(0.3)
        assert await olga.data("{ deals { nodes { custom { route } } } }") == {
            "deals": {"nodes": []}
        }
        assert not waiting.done()

    expected = {**made, "title": "Late", "custom": {"contractNumber": "16"}}
    assert (await waiting).payload() == {"deal": expected, "userErrors": []}
    again = "query ($id: ID!) { deal(id: $id) { id title custom { contractNumber } } }"
    assert (await anna.data(again, id=made["id"]))["deal"] == expected
    assert (await olga.run("{ deals { nodes { custom { contractNumber } } } }")).codes == [
        "GRAPHQL_VALIDATION_FAILED"
    ]

"""An office whose settings are tested: its people, and looks at what is set, stored and logged."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from db.base import WORKSPACE
from db.database import Database
from db.tables import events
from domain.ids import decode_id
from tests.access import world
from tests.api.calling import mutate
from tests.client import Client
from tests.people import Cast

STAGES = "stages { id code name color sort semantics isSystem }"


@dataclass(slots=True)
class Office:
    """A workspace: the keeper of its settings, and a seller who may not touch them."""

    people: Cast
    database: Database
    workspace: str

    @property
    def keeper(self) -> Client:
        """The administrator."""
        return self.people.root

    @property
    def seller(self) -> Client:
        """A member."""
        return self.people.anna

    @property
    def stranger(self) -> Client:
        """The administrator of another workspace."""
        return self.people.olga

    async def stored(self) -> dict[str, str]:
        """Give a checksum of every table's rows in the workspace."""
        return await world.fingerprint(self.database, world.World({"workspace": self.workspace}))

    async def log(self, thing: str) -> list[tuple[str, dict[str, Any]]]:
        """Give the events of a thing, the oldest first: what happened, and what changed how."""
        table = events.alias()
        statement = (
            select(table.c.kind, table.c.changes)
            .where(table.c.workspace_id == WORKSPACE, table.c.record_id == decode_id(thing)[1])
            .order_by(table.c.transaction_id, table.c.id)
        )
        async with self.database.session(write=False) as session:
            await self.database.enter(session, decode_id(self.workspace)[1], write=False)
            return [(row.kind, row.changes) for row in await session.rows(statement)]


@dataclass(slots=True)
class Pipeline:
    """A pipeline with the ids of its stages by code."""

    id: str
    stages: dict[str, str] = field(default_factory=dict)

    def __getitem__(self, code: str) -> str:
        """Give the id of a stage."""
        return self.stages[code]


async def change(client: Client, name: str, read: str, **arguments: Any) -> Any:
    """Run a mutation that must succeed and give the thing in its payload."""
    payload = (await mutate(client, name, read, **arguments)).payload()
    (thing,) = (value for key, value in payload.items() if key != "userErrors")
    return thing


async def refused(client: Client, name: str, read: str = "", **arguments: Any) -> Any:
    """Run a mutation that must be refused and give the codes and paths of its reasons."""
    answer = await mutate(client, name, read, **arguments)
    found = answer.refusals()
    assert found != []
    return found


async def make_pipeline(client: Client, name: str = "Second", **given: Any) -> Pipeline:
    """Make a pipeline of deals."""
    read = "pipeline { id stages { id code } }"
    made = await change(client, "createPipeline", read, input={"name": name, **given})
    return Pipeline(made["id"], {stage["code"]: stage["id"] for stage in made["stages"]})


async def default_pipeline(client: Client, entity: str = "DEAL") -> Pipeline:
    """Give the pipeline that records of a type come to by themselves."""
    found = await client.data(
        "query ($entity: PipelineEntity!) { pipelines(entity: $entity)"
        " { id isDefault stages { id code } } }",
        entity=entity,
    )
    (made,) = (pipeline for pipeline in found["pipelines"] if pipeline["isDefault"])
    return Pipeline(made["id"], {stage["code"]: stage["id"] for stage in made["stages"]})


async def stages_of(client: Client, pipeline: Pipeline) -> list[dict[str, Any]]:
    """Give the stages of a pipeline in their order, as they are now."""
    found = await client.data(
        f"query ($id: ID!) {{ pipeline(id: $id) {{ {STAGES} }} }}", id=pipeline.id
    )
    stages: list[dict[str, Any]] = found["pipeline"]["stages"]
    return stages


async def codes_of(client: Client, pipeline: Pipeline) -> list[str]:
    """Give the codes of a pipeline's stages in their order."""
    return [stage["code"] for stage in await stages_of(client, pipeline)]


async def make_deal(client: Client, stage: str, read: str = "id", **given: Any) -> Any:
    """Make a deal on a stage and give what is read of it."""
    deal = {"title": "Annual licence", "stageId": stage, **given}
    return await change(client, "createDeal", f"deal {{ {read} }}", input=deal)


async def look(client: Client, thing: str, read: str) -> Any:
    """Give what is read of one record."""
    head, *rest = thing.rpartition("_")[0].split("_")
    kind = head + "".join(part.capitalize() for part in rest)
    found = await client.data(f"query ($id: ID!) {{ {kind}(id: $id) {{ {read} }} }}", id=thing)
    return found[kind]

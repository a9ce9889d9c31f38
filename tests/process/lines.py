"""Two pipelines with tunnels between them, and deals that move."""

from typing import Final

from tests.client import Answer, Client
from tests.people import Cast

READ: Final = "id title stage { code } pipeline { name }"


class Lines:
    """Two pipelines, and the ids of their stages by name of the pipeline and code."""

    def __init__(self, stages: dict[tuple[str, str], str], pipelines: dict[str, str]) -> None:
        """Remember them."""
        self.stages = stages
        self.pipelines = pipelines

    def __getitem__(self, place: tuple[str, str]) -> str:
        """Give the id of a stage."""
        return self.stages[place]


async def make_lines(people: Cast) -> Lines:
    """Let root make the pipelines Sales and Service."""
    stages, pipelines = {}, {}
    for name in ("Sales", "Service"):
        made = await people.root.mutate(
            "createPipeline", {"name": name}, "pipeline { id stages { id code } }"
        )
        pipeline = made.payload()["pipeline"]
        pipelines[name] = pipeline["id"]
        stages.update({(name, stage["code"]): stage["id"] for stage in pipeline["stages"]})
    return Lines(stages, pipelines)


async def dig(person: Client, start: str, end: str, action: str = "COPY") -> Answer:
    """Let somebody make a tunnel."""
    given = {"stageId": start, "targetStageId": end, "action": action}
    read = "tunnel { id action stage { id } targetStage { id } }"
    return await person.mutate("createTunnel", given, read)


async def move(person: Client, deal: str, stage: str) -> Answer:
    """Let somebody move a deal."""
    return await person.mutate("moveDeal", {"id": deal, "stageId": stage}, f"deal {{ {READ} }}")

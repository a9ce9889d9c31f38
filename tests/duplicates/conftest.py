"""People with roles of a test's own making, and what tests of duplicates ask."""

from typing import Any, Final

from tests.client import Client

LOOK: Final = """query ($of: DuplicateProbeInput!, $entity: RecordType, $first: Int! = 20) {
  duplicates(of: $of, entity: $entity, first: $first) {
    record { __typename id } score reasons { kind value } } }"""


async def make(person: Client, entity: str, **given: Any) -> str:
    """Make a record and give its id."""
    name = entity.capitalize()
    made = await person.mutate(f"create{name}", given, f"{entity} {{ id }}")
    return str(made.payload()[entity]["id"])


async def found(
    person: Client, entity: str | None = None, first: int = 20, **of: Any
) -> list[tuple[str, int, list[str]]]:
    """Look for duplicates: their ids, each with its score and what there is in common."""
    answer = await person.data(LOOK, of=of, entity=entity, first=first)
    return [
        (item["record"]["id"], item["score"], [reason["kind"] for reason in item["reasons"]])
        for item in answer["duplicates"]
    ]


def points(*values: str) -> list[dict[str, str]]:
    """Give phones or e-mails as inputs have them."""
    return [{"value": value} for value in values]

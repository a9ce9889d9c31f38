"""A firm whose people see different records, and what each of them is told of their numbers.

root    administrator
dora    reads what people of her department answer for, hers are she and owen
owen    reads what he answers for
sam     sales manager: reads what is theirs, shared or observed by them
mia     reads all records, the amounts of those that are hers or that she observes
pat     reads all of the second pipeline but one of its stages, where only shared deals are hers to
        see, and her own elsewhere
wes     reads by a condition on the records: what he is told is counted
"""

from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from db.database import Database
from domain.ids import decode_id, encode_id
from loaders.kept_differences import find_differences
from resolvers.kept_numbers import fold
from tests.access.staff import Join, give, grant, make_role
from tests.client import Client
from tests.people import Cast
from tests.settings.office import Pipeline, change, default_pipeline, make_pipeline

TYPES: Final = ("DEAL", "LEAD", "CONTACT", "COMPANY")
ROLES: Final = ("dora", "owen", "sam", "mia", "pat", "wes")
ELSEWHERE: Final = {"not": {"id": {"eq": encode_id("deal", UUID(int=1))}}}
"""A filter that lets all deals through, and that kept numbers know nothing of."""
_ALL_BUT: Final = {
    "leads": {"not": {"id": {"eq": encode_id("lead", UUID(int=1))}}},
    "contacts": {"not": {"id": {"eq": encode_id("contact", UUID(int=1))}}},
    "companies": {"not": {"id": {"eq": encode_id("company", UUID(int=1))}}},
    "deals": ELSEWHERE,
}
NUMBERS: Final = {
    "deals": "totalCount aggregate { count amount { sum avg } }",
    "leads": "totalCount aggregate { amount { sum } }",
    "contacts": "totalCount aggregate { count }",
    "companies": "totalCount aggregate { revenue { avg sum } }",
}


@dataclass(slots=True)
class Firm:
    """A workspace with two pipelines and people who see different parts of it."""

    people: Cast
    database: Database
    workspace: UUID
    first: Pipeline
    second: Pipeline
    staff: dict[str, Client] = field(default_factory=dict)
    records: dict[str, list[str]] = field(default_factory=dict)
    """Ids of records that are there, by type, and those in the bin as `bin`."""

    @property
    def root(self) -> Client:
        """The administrator."""
        return self.people.root

    @property
    def stages(self) -> list[str]:
        """The stages that deals are put on."""
        return [*list(self.first.stages.values())[:3], *list(self.second.stages.values())[:3]]

    def id_of(self, name: str) -> str:
        """Give the id of one of the people."""
        return self.people.ids[name]

    async def fold(self) -> int:
        """Do what the job does; gives how many rows went."""
        async with self.database.session(write=True) as session:
            await self.database.enter(session, self.workspace, write=True)
            return await fold(session)

    async def differences(self) -> list[tuple[Any, ...]]:
        """Give where kept numbers are not what the records are."""
        async with self.database.session(write=False) as session:
            await self.database.enter(session, self.workspace, write=False)
            return [tuple(row) for row in await find_differences(session)]


async def open_firm(people: Cast, database: Database, join: Join) -> Firm:
    """Make the firm; a deal that comes to the first pipeline's third stage has a copy made."""
    root = people.root
    viewer = (await root.data("{ viewer { workspace { id } user { id } } }"))["viewer"]
    people.ids["root"] = viewer["user"]["id"]
    first, second = await default_pipeline(root), await make_pipeline(root, template="SALES")
    workspace = decode_id(viewer["workspace"]["id"])[1]
    firm = Firm(people, database, workspace, first, second)
    stages = list(second.stages.values())
    amounts = (("DEAL", "amount"), ("LEAD", "amount"), ("COMPANY", "revenue"))
    hidden = [{"entity": kind, "field": name, "access": "HIDDEN"} for kind, name in amounts]
    roles = {
        "dora": [await _reading(root, "Department", "DEPARTMENT")],
        "owen": [await _reading(root, "Own", "OWN")],
        "sam": [await _ready(root, "SALES_MANAGER")],
        "mia": [
            await _reading(root, "All without amounts", "ALL", fields=hidden),
            await _reading(root, "Own and observed", "OWN", "OBSERVED"),
        ],
        "pat": [
            await make_role(
                root, "Partners", grant("DEAL", "READ", "OWN"),
                grant("DEAL", "READ", "ALL", pipelineId=second.id),
                grant("DEAL", "READ", "SHARED", stageId=stages[1]),
                *(grant(kind, "READ", "OWN", "OBSERVED") for kind in TYPES[1:]),
            )
        ],
        "wes": [
            await make_role(
                root, "Not his own",
                *(grant(kind, "READ", "ALL", where={"responsibleId": {"ne": "viewer"}})
                  for kind in TYPES),
            )
        ],
    }  # fmt: skip
    firm.staff = {name: await join(name) for name in ROLES}
    for name, given in roles.items():
        for role in given:
            await give(root, role, userId=people.ids[name])
    department = await change(root, "createDepartment", "department { id }", input={"name": "All"})
    for name in ("dora", "owen"):
        given_ = {"id": people.ids[name], "departmentIds": [department["id"]]}
        await change(root, "updateUser", "user { id }", input=given_)
    tunnel = {"stageId": firm.stages[2], "targetStageId": stages[0], "action": "COPY"}
    await change(root, "createTunnel", "tunnel { id }", input=tunnel)
    return firm


async def _reading(root: Client, name: str, *scope: str, **more: Any) -> str:
    return await make_role(root, name, *(grant(kind, "READ", *scope) for kind in TYPES), **more)


async def _ready(root: Client, code: str) -> str:
    found = await root.data("{ roles { id code } }")
    return next(str(role["id"]) for role in found["roles"] if role["code"] == code)


def filters_of(firm: Firm) -> list[dict[str, Any]]:
    """Give filters of deals that look at nothing but places."""
    return [
        {"isShared": {"eq": True}},
        {"stageId": {"in": firm.stages[:2]}},
        {"responsibleId": {"isNull": True}},
        {"not": {"or": [{"stageId": {"eq": firm.stages[0]}},
                        {"responsibleId": {"eq": firm.id_of("owen")}}]}},
        {"stage": {"semantics": {"ne": "WON"}}, "responsible": {"firstName": {"eq": "Sam"}}},
        {"pipelineId": {"ne": firm.second.id}},
    ]  # fmt: skip


async def compare(firm: Firm, person: Client) -> dict[str, Any]:
    """Ask for all numbers, kept and counted, in one query; gives them once they are the same."""
    filters = filters_of(firm)
    parts = [
        f"kept_{plural}: {plural} {{ {numbers} }}"
        f" counted_{plural}: {plural}(where: $all_{plural}) {{ {numbers} }}"
        for plural, numbers in NUMBERS.items()
    ]
    parts += [
        f"kept_{index}: deals(where: $kept_{index}) {{ {NUMBERS['deals']} }}"
        f" counted_{index}: deals(where: $counted_{index}) {{ {NUMBERS['deals']} }}"
        for index in range(len(filters))
    ]
    column = "stage { id } count sum { amount }"
    parts += [
        f"kept_{name}: pipeline(id: $id_{name}) {{ board {{ {column} }} }}"
        f" counted_{name}: pipeline(id: $id_{name}) {{"
        f" board(where: $all_deals) {{ {column} }} }}"
        for name in ("first", "second")
    ]
    types = {"leads": "Lead", "contacts": "Contact", "companies": "Company", "deals": "Deal"}
    declared = [f"$all_{plural}: {name}Filter" for plural, name in types.items()]
    declared += [f"${way}_{index}: DealFilter" for index in range(len(filters))
                 for way in ("kept", "counted")]  # fmt: skip
    declared += ["$id_first: ID!", "$id_second: ID!"]
    given: dict[str, Any] = {f"all_{plural}": where for plural, where in _ALL_BUT.items()}
    for index, where in enumerate(filters):
        given[f"kept_{index}"] = where
        given[f"counted_{index}"] = {"and": [where, ELSEWHERE]}
    given |= {"id_first": firm.first.id, "id_second": firm.second.id}
    found = await person.data(f"query ({', '.join(declared)}) {{ {' '.join(parts)} }}", **given)
    kept, counted = (
        {key.removeprefix(way): value for key, value in found.items() if key.startswith(way)}
        for way in ("kept_", "counted_")
    )
    assert kept == counted
    return kept

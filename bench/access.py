"""What roles cost: the page and the other workloads for a sales manager and an administrator.

The manager has two roles. One shows the deals of the department without three of the page's
fields, the other one's own deals whole, so that each row's cells have to be told apart.
"""

import timeit
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx
import orjson

from auth.actor import Actor, Scope
from bench.accounts import cpu_ms, has_cpu_clock
from bench.check import post
from bench.closed_loop import Call, run
from bench.contenders import calls_for
from bench.place import Place
from bench.product import access_key, product
from db.database import Database, RowSecurity
from db.session import Session
from db.snapshot import Snapshots
from domain.ids import decode_id, encode_id
from loaders.rights import load_organisation, with_rights
from resolvers.operation import Operation
from server.administration import create_token

MIN_RATIO: Final = 0.9
MAX_RIGHTS_MS: Final = 0.3
WORKLOADS: Final = ("page", "deep", "board", "filter")
_EMAIL: Final = "manager@bench.example"
_HIDDEN: Final = ("probability", "beginDate", "isClosed")
_CONNECTIONS: Final = 16
_SECONDS: Final = 3.0
_WARM_SECONDS: Final = 1.0
_ROUNDS: Final = 3
_TIMES: Final = 2_000
_SALES: Final = ("LEAD", "CONTACT", "COMPANY", "DEAL")
_ROLES: Final[Mapping[str, tuple[list[str], list[str]]]] = {
    "Bench: department": (["OWN", "DEPARTMENT"], list(_HIDDEN)),
    "Bench: own": (["OWN"], []),
}
"""By name: the scope of a role on deals, and what it hides of them."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What the server does with a workload for one person; the better round counts."""

    rps: float
    p50_ms: float
    cpu_ms: float | None
    bytes: int


@dataclass(frozen=True, slots=True)
class Access:
    """All that is measured of roles."""

    administrator: Mapping[str, Cost]
    manager: Mapping[str, Cost]
    rights_ms: float
    """Working out the rights of a request, where the process holds the workspace's settings."""

    def ratio(self, workload: str) -> float:
        """How fast the manager is served, against the administrator."""
        return self.manager[workload].rps / self.administrator[workload].rps


async def measure_access(place: Place) -> Access:
    """Give a manager two roles, then send the workloads of both people by turns."""
    admin = await access_key(place, "access")
    with product(place) as (url, pid):
        async with httpx.AsyncClient(base_url=url, timeout=60) as client:
            person = await _furnish(client, admin)
        manager = await _key_of(place)
        best: dict[tuple[str, str], Cost] = {}
        for _ in range(_ROUNDS):
            for workload in WORKLOADS:
                for name, key in (("administrator", admin), ("manager", manager)):
                    calls = [_quiet(call) for call in calls_for(workload, place, key)]
                    found = await _measure(url, pid, calls)
                    known = best.get((name, workload))
                    if known is None or found.rps > known.rps:
                        best[name, workload] = found
    by_name: dict[str, dict[str, Cost]] = {"administrator": {}, "manager": {}}
    for (name, workload), cost in best.items():
        by_name[name][workload] = cost
    rights = await _time_rights(place, person)
    return Access(by_name["administrator"], by_name["manager"], rights)


def _quiet(call: Call) -> Call:
    """Let cells that are left out be told in the extensions alone, as a frontend would."""
    return Call(call.path, call.body, (*call.headers, ("X-On-Denied", "null")))


async def _measure(url: str, pid: int, calls: list[Call]) -> Cost:
    await run(url, calls, _CONNECTIONS, _WARM_SECONDS)
    clocked = has_cpu_clock()
    before = cpu_ms(pid) if clocked else 0.0
    loop = await run(url, calls, _CONNECTIONS, _SECONDS)
    used = (cpu_ms(pid) - before) / loop.requests if clocked else None
    return Cost(loop.rps, loop.median_ms, used, loop.size)


async def _furnish(client: httpx.AsyncClient, key: str) -> str:
    """Make the manager and the roles where they are missing; give the manager's id."""

    async def ask(document: str, **variables: Any) -> Any:
        body = orjson.dumps({"query": document, "variables": variables})
        call = Call("/graphql", body, (("Authorization", f"Bearer {key}"),))
        return (await post(client, call))["data"]

    known = await ask(
        "query ($email: String) { users(where: { email: { eq: $email } }) { nodes { id } } "
        "departments { id members { id } } roles { id name } }",
        email=_EMAIL,
    )
    departments = sorted(known["departments"], key=lambda each: -len(each["members"]))
    people = [each["id"] for each in known["users"]["nodes"]]
    if not people:
        made = await ask(
            "mutation ($given: CreateUserInput!) { createUser(input: $given) "
            "{ user { id } userErrors { message } } }",
            given={"email": _EMAIL, "password": "a long password of the bench",
                   "departmentIds": [departments[0]["id"]]},
        )  # fmt: skip
        people = [made["createUser"]["user"]["id"]]
    names = {each["name"] for each in known["roles"]}
    for name, (scope, hidden) in _ROLES.items():
        if name in names:
            continue
        made = await ask(
            "mutation ($given: CreateRoleInput!) { createRole(input: $given) "
            "{ role { id } userErrors { message path } } }",
            given=_role(name, scope, hidden),
        )
        await ask(
            "mutation ($given: AssignRoleInput!) { assignRole(input: $given) "
            "{ userErrors { message } } }",
            given={"roleId": made["createRole"]["role"]["id"], "userId": people[0]},
        )
    return str(people[0])


def _role(name: str, scope: list[str], hidden: list[str]) -> dict[str, Any]:
    grants = [
        {"entity": entity, "action": "READ", "scope": scope if entity == "DEAL" else ["ALL"]}
        for entity in (*_SALES, "USER")
    ]
    rules = [{"entity": "DEAL", "field": field, "access": "HIDDEN"} for field in hidden]
    return {"name": name, "grants": grants, "fields": rules}


async def _key_of(place: Place) -> str:
    database = Database(place.url, row_security=RowSecurity.WRITES, pool_size=1)
    workspace = encode_id("workspace", place.workspace_id)
    try:
        scopes = tuple(Scope)
        _, key = await create_token(database, workspace, "bench", _EMAIL, scopes, 1)
    finally:
        await database.dispose()
    return key


async def _time_rights(place: Place, person: str) -> float:
    """Time what a request does to know its rights, in milliseconds."""
    database = Database(place.url, row_security=RowSecurity.WRITES, pool_size=1)
    actor = Actor(
        place.workspace_id, decode_id(person)[1], None, is_session=False,
        scopes=frozenset(Scope), locale="en", currency="USD",
    )  # fmt: skip
    try:
        async with database.session(write=False) as session:
            await database.enter(session, place.workspace_id, write=False)
            return await _loop(session, actor)
    finally:
        await database.dispose()


async def _loop(session: Session, actor: Actor) -> float:
    op = Operation.begin(session, actor)
    op.loaders.snapshots = Snapshots()
    await op.admit()
    start = timeit.default_timer()
    for _ in range(_TIMES):
        organisation = await load_organisation(op.loaders)
        op.loaders.take_rights(with_rights(organisation, actor))
    return (timeit.default_timer() - start) / _TIMES * 1000

"""What roles cost: the page and the other workloads for a sales manager and an administrator."""

import timeit
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from auth.actor import Actor, Scope
from bench.accounts import cpu_ms, has_cpu_clock
from bench.closed_loop import Call, run
from bench.contenders import calls_for
from bench.place import Place
from bench.product import access_key, product
from bench.two_roles import furnish, quiet
from db.database import Database, RowSecurity
from db.session import Session
from db.snapshot import Snapshots
from domain.ids import decode_id
from loaders.rights import load_organisation, with_rights
from resolvers.operation import Operation

MIN_RATIO: Final = 0.9
MAX_RIGHTS_MS: Final = 0.3
WORKLOADS: Final = ("page", "deep", "board", "filter")
"""The first is the one of which something is promised."""
_CONNECTIONS: Final = 16
_SECONDS: Final = 2.0
_WARM_SECONDS: Final = 0.5
_ROUNDS: Final = 6
_OTHERS_ROUNDS: Final = 2
"""Of workloads of which nothing is promised."""
_TIMES: Final = 2_000


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
        manager = await furnish(place, url, admin)
        best: dict[tuple[str, str], Cost] = {}
        for turn in range(_ROUNDS):
            for workload in WORKLOADS[: None if turn < _OTHERS_ROUNDS else 1]:
                for name, key in (("administrator", admin), ("manager", manager.key)):
                    calls = [quiet(call) for call in calls_for(workload, place, key)]
                    found = await _measure(url, pid, calls)
                    known = best.get((name, workload))
                    if known is None or found.rps > known.rps:
                        best[name, workload] = found
    by_name: dict[str, dict[str, Cost]] = {"administrator": {}, "manager": {}}
    for (name, workload), cost in best.items():
        by_name[name][workload] = cost
    rights = await _time_rights(place, manager.id)
    return Access(by_name["administrator"], by_name["manager"], rights)


async def _measure(url: str, pid: int, calls: list[Call]) -> Cost:
    await run(url, calls, _CONNECTIONS, _WARM_SECONDS)
    clocked = has_cpu_clock()
    before = cpu_ms(pid) if clocked else 0.0
    loop = await run(url, calls, _CONNECTIONS, _SECONDS)
    used = (cpu_ms(pid) - before) / loop.requests if clocked else None
    return Cost(loop.rps, loop.median_ms, used, loop.size)


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

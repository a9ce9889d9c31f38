"""The peers: Mercurius and PostGraphile, which run on Node; their files are in `bench/peers`.

Mercurius answers our documents, with our ids and amounts. PostGraphile makes its own schema from
the tables, so it is asked documents of its own that mean the same.
"""

import contextlib
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import orjson

from bench.closed_loop import Call
from bench.contenders import WORKLOADS, Contender, Tells, calls_for
from bench.place import Place
from domain.ids import decode_id, encode_id
from domain.money import from_scaled
from schema.scalars import serialize_datetime, serialize_decimal

_PEERS: Final = Path(__file__).parent / "peers"
_MODULES: Final = _PEERS / "node_modules"
_INSTALLED: Final = _MODULES / ".installed.json"
_PATIENCE: Final = 60.0

# Names that a schema made from the tables gives are long; aliases bring back ours.
_ALIVE: Final = "condition: { workspaceId: $workspace, deletedAt: null }"
_PAGE: Final = f"""
query ($workspace: UUID!) {{
  deals: allDeals(first: 50, orderBy: PRIMARY_KEY_DESC, {_ALIVE}) {{ nodes {{
    id: rowId title amount currency: amountCurrency probability beginDate closeDate isClosed
    createdAt version
    company: companyByWorkspaceIdAndCompanyId {{ id: rowId title }}
    contact: contactByWorkspaceIdAndContactId {{ id: rowId firstName lastName }}
    stage: stageByWorkspaceIdAndStageId {{ id: rowId name semantics color }}
    responsible: userByWorkspaceIdAndResponsibleId {{ id: rowId firstName lastName email }}
  }} }} }}
"""
_CHILDREN: Final = "first: 5, orderBy: PRIMARY_KEY_DESC, condition: { deletedAt: null }"
_DEEP: Final = f"""
query ($workspace: UUID!) {{
  companies: allCompanies(first: 20, orderBy: PRIMARY_KEY_DESC, {_ALIVE}) {{ nodes {{
    id: rowId title contacts: contactsByWorkspaceIdAndCompanyId({_CHILDREN}) {{ nodes {{
      id: rowId lastName deals: dealsByWorkspaceIdAndContactId({_CHILDREN}) {{ nodes {{
        id: rowId title stage: stageByWorkspaceIdAndStageId {{ name }} }} }} }} }} }} }} }}
"""
_POINT: Final = """
query ($workspace: UUID!, $id: UUID!) {
  deal: dealByWorkspaceIdAndRowId(workspaceId: $workspace, rowId: $id) {
    id: rowId title
    company: companyByWorkspaceIdAndCompanyId { title }
    contact: contactByWorkspaceIdAndContactId { lastName }
    stage: stageByWorkspaceIdAndStageId { name }
    responsible: userByWorkspaceIdAndResponsibleId { lastName } } }
"""
# A million is kept in ten-thousandths.
_FILTER: Final = f"""
query ($workspace: UUID!) {{
  deals: allDeals(first: 20, orderBy: [AMOUNT_BASE_DESC, PRIMARY_KEY_DESC], {_ALIVE}, filter: {{
      stageByWorkspaceIdAndStageId: {{ semantics: {{ equalTo: "OPEN" }} }}
      amountBase: {{ greaterThanOrEqualTo: "10000000000" }} }}) {{
    totalCount nodes {{ id: rowId title amount }} }} }}
"""
_WRITE: Final = """
mutation ($workspace: UUID!, $id: UUID!, $title: String!) {
  updateDeal: updateDealByWorkspaceIdAndRowId(
      input: { workspaceId: $workspace, rowId: $id, dealPatch: { title: $title } }) {
    deal { id: rowId title version } } }
"""
_DOCUMENTS: Final[Mapping[str, str]] = {
    "page": _PAGE, "deep": _DEEP, "point": _POINT, "filter": _FILTER, "write": _WRITE,
}  # fmt: skip
_KINDS: Final = {
    "deals": "deal", "deal": "deal", "companies": "company", "company": "company",
    "contacts": "contact", "contact": "contact", "stage": "stage", "responsible": "user",
}  # fmt: skip
"""Of what kind the objects in a field are; their ids say it."""


def is_there() -> bool:
    """Tell whether this machine has Node and npm."""
    return bool(shutil.which("node") and shutil.which("npm"))


def prepare() -> None:
    """Install the packages of the peers, unless they are the ones that are there."""
    wanted = (_PEERS / "package.json").read_bytes()
    if _INSTALLED.exists() and _INSTALLED.read_bytes() == wanted:
        return
    subprocess.run(
        # A lock file would name the registry; no package needs a script to be run.
        ["npm", "install", "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund",  # noqa: S607 - wherever npm is
         "--loglevel", "error"],
        cwd=_PEERS,
        stdout=subprocess.DEVNULL,
        check=True,
    )  # fmt: skip
    _INSTALLED.write_bytes(wanted)


def node_contenders(place: Place, stack: contextlib.ExitStack) -> list[Contender]:
    """Start both servers on the database, a process each; they end with the stack."""
    ours = {workload: calls_for(workload, place, "") for workload in WORKLOADS}
    theirs = {workload: _postgraphile_calls(workload, place) for workload in _DOCUMENTS}
    return [
        Contender(name, *stack.enter_context(_served(place, name)), calls, tells)
        for name, calls, tells in (
            ("mercurius", ours, Tells.COUNTS),
            ("postgraphile", theirs, Tells.NOTHING),
        )
    ]


def compare(workload: str, ours: Any, theirs: Any) -> bool:
    """Tell whether an answer says exactly the same as ours, be it in our words or the tables'."""
    if workload not in WORKLOADS:
        raise LookupError(workload)
    try:
        return bool(theirs == ours or _in_our_words(theirs) == ours)
    except ValueError:
        return False  # neither our ids or amounts nor those of the tables


def _postgraphile_calls(workload: str, place: Place) -> list[Call]:
    """Give what PostGraphile is asked: our calls with their variables in its words."""
    found = []
    for call in calls_for(workload, place, ""):
        given = orjson.loads(call.body)["variables"]
        variables = {"workspace": str(place.workspace_id)} | given.get("input", given)
        if "id" in variables:
            variables["id"] = str(decode_id(variables["id"])[1])
        body = orjson.dumps({"query": _DOCUMENTS[workload], "variables": variables})
        found.append(Call(call.path, body))
    return found


def _in_our_words(value: Any, kind: str = "") -> Any:
    """Write what PostGraphile says as we do: ids with their kinds, money with its currency."""
    if isinstance(value, list):
        return [_in_our_words(each, kind) for each in value]
    if not isinstance(value, dict):
        return value
    found: dict[str, Any] = {}
    for key, each in value.items():
        match key:
            case "id":
                found[key] = encode_id(kind, UUID(each))
            case "createdAt":
                found[key] = serialize_datetime(datetime.fromisoformat(each))
            case "amount":
                found[key] = _money(value)
            case "currency":
                pass  # goes into the amount
            case _:
                found[key] = _in_our_words(each, _KINDS.get(key, kind))
    return found


def _money(row: Mapping[str, Any]) -> dict[str, Any] | None:
    if row["amount"] is None:
        return None
    amount = {"amount": serialize_decimal(from_scaled(int(row["amount"])))}
    return amount | {key: row[key] for key in ("currency",) if key in row}


@contextlib.contextmanager
def _served(place: Place, name: str) -> Iterator[tuple[str, int]]:
    """Run a server; give its address, which it writes when it can answer, and its process."""
    settings = {
        "VORONKA_DATABASE_URL": place.url,
        "BENCH_WORKSPACE": str(place.workspace_id),
        "NODE_ENV": "production",
        "GRAPHILE_ENV": "production",
    }
    process = subprocess.Popen(
        [_node(), f"{name}.mjs"],
        cwd=_PEERS,
        env=dict(os.environ) | settings,
        stdout=subprocess.PIPE,
        text=True,
    )
    late = threading.Timer(_PATIENCE, process.kill)
    late.start()
    try:
        address = process.stdout.readline().strip() if process.stdout else ""
        late.cancel()
        if not address:
            raise RuntimeError(f"{name} did not start")
        yield address, process.pid
    finally:
        late.cancel()
        process.terminate()
        process.wait(20)


def _node() -> str:
    """Find the Node that came with the packages; elsewhere than on Linux it is the machine's."""
    brought = next(_MODULES.glob("node-linux-*/bin/node"), None)
    return str(brought or shutil.which("node"))

"""What a run leaves behind for machines, pages and eyes: latest.json, latest.md, latest.png."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson

from bench.access import Access
from bench.access_tables import access_as_markdown
from bench.accounts import cores
from bench.custom import CustomFields
from bench.custom_tables import HEADING, custom_as_markdown
from bench.memory import Memory
from bench.outcome import Results
from bench.plot import draw
from bench.process import Process
from bench.process_tables import process_as_markdown
from bench.processor import Spent
from bench.standings import as_markdown
from bench.workers import Runs


def keep(
    folder: Path,
    deals: int,
    results: Results,
    memory: Memory,
    workers: Runs | None,
    spent: Mapping[str, Spent],
) -> None:
    """Write all figures to a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    body = {
        "deals": deals,
        "cores": cores(),
        "workloads": {
            workload: {name: asdict(result) for name, result in found.items()}
            for workload, found in results.items()
        },
        "memory": asdict(memory),
        "workers": None if workers is None else _as_json(workers),
        "cpu": {workload: asdict(each) for workload, each in spent.items()},
    }
    (folder / "latest.json").write_bytes(orjson.dumps(body, option=orjson.OPT_INDENT_2))
    (folder / "latest.md").write_text(as_markdown(results), encoding="utf-8")
    draw(folder / "latest.png", results)


def keep_access(folder: Path, found: Access) -> None:
    """Add what roles cost to the figures in a folder, or replace what was there."""
    path = folder / "latest.json"
    folder.mkdir(parents=True, exist_ok=True)
    body = orjson.loads(path.read_bytes()) if path.exists() else {}
    body["access"] = asdict(found)
    path.write_bytes(orjson.dumps(body, option=orjson.OPT_INDENT_2))
    page = folder / "access.md"
    page.write_text(access_as_markdown(found), encoding="utf-8")


def keep_process(folder: Path, found: Process) -> None:
    """Add what the sales process costs to the figures in a folder, or replace what was there."""
    path = folder / "latest.json"
    folder.mkdir(parents=True, exist_ok=True)
    body = orjson.loads(path.read_bytes()) if path.exists() else {}
    body["process"] = {"cores": cores(), **asdict(found)}
    path.write_bytes(orjson.dumps(body, option=orjson.OPT_INDENT_2))
    (folder / "process.md").write_text(process_as_markdown(found), encoding="utf-8")


def keep_custom(folder: Path, deals: int, found: CustomFields) -> None:
    """Add what custom fields cost to the figures in a folder, or replace what was there."""
    path = folder / "latest.json"
    folder.mkdir(parents=True, exist_ok=True)
    body = orjson.loads(path.read_bytes()) if path.exists() else {}
    body["custom_fields"] = {"deals": deals, "cores": cores(), **found.as_json()}
    path.write_bytes(orjson.dumps(body, option=orjson.OPT_INDENT_2))
    page = folder / "latest.md"
    before = page.read_text(encoding="utf-8") if page.exists() else ""
    before = before.partition(HEADING)[0]
    page.write_text(before + custom_as_markdown(found), encoding="utf-8")


def _as_json(runs: Runs) -> dict[str, Any]:
    return {
        workload: {str(count): asdict(run) for count, run in found.items()}
        for workload, found in runs.items()
    }

"""The tables of custom fields, printed and in Markdown, and what is promised of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from rich.console import Console
from rich.table import Table

from bench.custom import CustomFields
from bench.custom_lists import MAX_TIMES, Compared
from bench.custom_page import MAX_COST, Pages
from bench.custom_schemas import MAX_LEFT, MAX_MIB, MAX_MS, Schemas
from bench.marks import mark, number

HEADING: Final = "\n## Custom fields\n\n"
"""Where the section of custom fields begins."""
_PAGE_TITLES: Final = ("page of 50 deals", "rps", "p50 ms", "CPU ms", "bytes")
_LIST_TITLES: Final = (
    "first 50 deals by", "rows", "custom ms", "own ms", "times", "SQL custom ms", "SQL own ms",
    "SQL times",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Promise:
    text: str
    value: float
    most: float

    @property
    def miss(self) -> bool:
        """Tell whether it was not kept."""
        return self.value > self.most


def show_custom(console: Console, found: CustomFields) -> int:
    """Print all tables; give the number of missed targets."""
    return (
        _show(console, "Ten custom fields on a page, 16 clients in a closed loop", _PAGE_TITLES,
              _page_rows(found.pages), list(_page_promises(found.pages)))
        + _show_lists(console, found.lists)
        + _show(console, "Schemas of workspaces in one process", ("", "measured"),
                _schema_rows(found.schemas), list(_schema_promises(found.schemas)))
    )  # fmt: skip


def custom_as_markdown(found: CustomFields) -> str:
    """Give the same tables in Markdown."""
    parts = [
        _markdown(_PAGE_TITLES, _page_rows(found.pages)),
        _markdown(_LIST_TITLES, [_list_row(each) for each in found.lists]),
        _markdown(("schemas of workspaces", "measured"), _schema_rows(found.schemas)),
        _markdown(
            ("promise", "measured", "target"),
            [(each.text, number(each.value), f"≤ {each.most:g}")
             for each in (*_page_promises(found.pages), *_schema_promises(found.schemas))],
        ),
    ]  # fmt: skip
    return HEADING + "\n".join(parts)


def _show(
    console: Console,
    title: str,
    titles: Sequence[str],
    rows: Sequence[Sequence[str]],
    promises: Sequence[_Promise],
) -> int:
    table = Table(title=title)
    for index, name in enumerate(titles):
        table.add_column(name, justify="right" if index else "left")
    for row in rows:
        table.add_row(*row)
    console.print(table)
    for each in promises:
        verdict = mark(each.most, miss=each.miss)
        console.print(f"{each.text}: {number(each.value)}, target ≤ {each.most:g} {verdict}")
    return sum(each.miss for each in promises)


def _show_lists(console: Console, lists: Sequence[Compared]) -> int:
    table = Table(
        title="Lists by a custom field and by a field of the deal that holds the same; one client, "
        f"medians; target ≤ {MAX_TIMES:g} times the wait"
    )
    for index, name in enumerate((*_LIST_TITLES, "")):
        table.add_column(name, justify="right" if 0 < index < len(_LIST_TITLES) else "left")
    missed = 0
    for each in lists:
        miss = each.times_request > MAX_TIMES
        missed += miss
        table.add_row(*_list_row(each), mark(MAX_TIMES, miss=miss))
    console.print(table)
    return missed


def _list_row(each: Compared) -> tuple[str, ...]:
    return (
        each.name,
        str(each.rows),
        number(each.custom.request),
        number(each.system.request),
        number(each.times_request),
        number(each.custom.database),
        number(each.system.database),
        number(each.times_database),
    )


def _page_rows(pages: Pages) -> list[tuple[str, ...]]:
    return [
        (name, number(cost.rps), number(cost.p50_ms), number(cost.cpu_ms), f"{cost.bytes:,}")
        for name, cost in (("without", pages.bare), ("with ten custom fields", pages.custom))
    ]


def _page_promises(pages: Pages) -> Iterator[_Promise]:
    if pages.times_cpu is not None:
        yield _Promise("times the processor time of the server", pages.times_cpu, MAX_COST)
    yield _Promise("times as few requests per second", pages.times_rps, MAX_COST)


def _schema_rows(schemas: Schemas) -> list[tuple[str, ...]]:
    return [
        ("held; built in all", f"{schemas.held}; {schemas.built}"),
        ("custom fields of each", str(schemas.fields)),
        ("to build one, ms: median; worst",
         f"{number(schemas.median_ms)}; {number(schemas.worst_ms)}"),
        ("longest work of the collector meanwhile, ms", number(schemas.collector_ms)),
        ("memory of one, MiB", number(schemas.each_mib)),
        ("process before; full; at the end, MiB",
         "; ".join(map(number, (schemas.before_mib, schemas.full_mib, schemas.after_mib)))),
    ]  # fmt: skip


def _schema_promises(schemas: Schemas) -> Iterator[_Promise]:
    yield _Promise("to build the slowest schema, ms", schemas.worst_ms, MAX_MS)
    yield _Promise("memory of a schema, MiB", schemas.each_mib, MAX_MIB)
    yield _Promise(
        "part of its memory that a schema leaves behind when it goes", schemas.left, MAX_LEFT
    )


def _markdown(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(titles)} |", "|---" * len(titles) + "|"]
    lines += [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join(lines) + "\n"

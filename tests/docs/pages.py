"""The examples in the pages, as tests read them.

An example is a fenced block ``graphql`` (or ``sh`` with one curl command, which may send files),
then, if it has any, its variables in a block ``json variables``, then what comes back in a block
``json answer``. Answers are compared exactly. What cannot be the same for every reader is told in a
comment right before the example, which a page that is shown does not show::

    <!-- example
    captures: data.createDeal.deal.id as deal_01kb...
    varies: data.createDeal.deal.createdAt
    token: vs_Gq1s...
    header: X-Dry-Run: 1
    status: 401
    schema: own
    -->

``captures`` says that the text stands, from here to the end of the page, for what the server really
gave at that path. ``varies`` names values of which only the type is compared; ``*`` stands for
every element of a list. ``token`` is sent instead of the administrator's, ``none`` for no token at
all. ``schema: own`` says that the document speaks of the reader's own custom fields, which are not
in the committed schema: only the server checks it. A comment that begins with ``examples`` tells
the same of all examples after it.
"""

import json
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from typing_extensions import override

ROOT: Final = Path(__file__).resolve().parents[2]
PAGES: Final = tuple(sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]))
ADMIN_TOKEN: Final = "$(cat .data/admin.token)"
_BLOCK: Final = re.compile(r"^```([^\n`]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_COMMENT: Final = "<!-- example\n"
_FOR_ALL: Final = re.compile(r"^<!-- examples\n(.*?)^-->$", re.MULTILINE | re.DOTALL)
_WIDTH: Final = 96
_OF_CURL: Final = frozenset({"Authorization", "Content-Type"})
"""Headers that are sent for what they say elsewhere in an example."""


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block: what it says it is, its text, and where in the page the text stands."""

    info: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Example:
    """One operation of a page; `answer` is None where the page does not show what comes back."""

    page: Path
    line: int
    document: str
    variables: str = "{}"
    headers: tuple[tuple[str, str], ...] = ()
    token: str = ADMIN_TOKEN
    status: int = 200
    captures: tuple[tuple[str, str], ...] = ()
    """Pairs of a path in the answer and the text that stands for what is there."""
    varies: tuple[str, ...] = ()
    schema: str = "shared"
    parts: tuple[tuple[str, str], ...] = ()
    """The parts of a multipart request; a file's value is its name with an @ in front."""
    answer: Block | None = None

    @override
    def __str__(self) -> str:
        """Say where it is."""
        return f"{self.page.relative_to(ROOT)}:{self.line}"


@dataclass(slots=True)
class Known:
    """What texts of a page stand for what values of this run."""

    values: dict[str, str] = field(default_factory=dict)

    def real(self, text: str) -> str:
        """Put the values of this run into a text of the page."""
        return _replaced(text, self.values.items())

    def written(self, text: str) -> str:
        """Put the texts of the page into what this run gave."""
        return _replaced(text, ((real, shown) for shown, real in self.values.items()))

    def learn(self, example: Example, body: Any) -> None:
        """Take the values that the example captures out of its answer."""
        for path, shown in example.captures:
            ((holder, key),) = places(body, path)
            self.values[shown] = holder[key]


def blocks(text: str) -> list[Block]:
    """List the fenced blocks of a page."""
    return [
        Block(found[1].strip(), found[2], found.start(2), found.end(2))
        for found in _BLOCK.finditer(text)
    ]


def examples(page: Path) -> list[Example]:
    """List the examples of a page in their order."""
    text = page.read_text(encoding="utf-8")
    found = blocks(text)
    made: list[Example] = []
    for index, block in enumerate(found):
        is_curl = block.info == "sh" and block.text.startswith("curl ")
        if block.info != "graphql" and not is_curl:
            continue
        following = found[index + 1 : index + 3]
        parts: dict[str, Any] = {"document": block.text}
        if is_curl:
            parts = _curl(block.text)
        if following and following[0].info == "json variables":
            parts["variables"] = following.pop(0).text
        if following and following[0].info == "json answer":
            parts["answer"] = following[0]
        before = text[: block.start - len(f"```{block.info}\n")]
        told: dict[str, Any] = {}
        for comment in _FOR_ALL.findall(before):
            told |= _told(comment)
        if before.rstrip().endswith("-->"):
            told |= _told(before.rpartition(_COMMENT)[2])
        made.append(Example(page, text.count("\n", 0, block.start), **{**parts, **told}))
    return made


def _told(comment: str) -> dict[str, Any]:
    told: dict[str, Any] = {"captures": (), "varies": (), "headers": ()}
    for line in comment.strip().removesuffix("-->").splitlines():
        name, _, value = (part.strip() for part in line.partition(":"))
        match name:
            case "captures":
                path, _, shown = value.partition(" as ")
                told["captures"] += ((path, shown),)
            case "varies":
                told["varies"] += (value,)
            case "header":
                header, _, content = value.partition(": ")
                told["headers"] += ((header, content),)
            case "token" | "schema":
                told[name] = value
            case "status":
                told["status"] = int(value)
            case _:
                raise ValueError(f"an example cannot have {line!r}")
    return {key: value for key, value in told.items() if value}


def _curl(command: str) -> dict[str, Any]:
    """Read the forms of curl that the pages use: a URL, headers, a JSON body or parts."""
    program, *words = shlex.split(command.replace("\\\n", " "))
    assert program == "curl"
    headers: list[tuple[str, str]] = []
    body: dict[str, Any] = {}
    parts: list[tuple[str, str]] = []
    rest = iter(words)
    for word in rest:
        match word:
            case "-H":
                name, _, value = next(rest).partition(": ")
                headers.append((name, value))
            case "-d" | "--data":
                body = json.loads(next(rest))
            case "-F":
                name, _, value = next(rest).partition("=")
                parts.append((name, value))
                if name == "operations":
                    body = json.loads(value)
            case _:
                assert word == "-s" or word.startswith("http"), word
    tokens = [value.removeprefix("Bearer ") for name, value in headers if name == "Authorization"]
    return {
        "document": body["query"],
        "variables": json.dumps(body.get("variables", {})),
        "token": tokens[0] if tokens else "none",
        "headers": tuple(pair for pair in headers if pair[0] not in _OF_CURL),
        "parts": tuple(parts),
    }


def places(value: Any, path: str) -> list[tuple[Any, Any]]:
    """Find what a dotted path leads to, as pairs of a container and a key in it."""
    steps = path.split(".")
    holders = [value]
    for step in steps[:-1]:
        holders = [holder[key] for holder in holders for key in _keys(holder, step)]
    return [(holder, key) for holder in holders for key in _keys(holder, steps[-1])]


def _keys(holder: Any, step: str) -> Sequence[Any]:
    if isinstance(holder, list):
        return range(len(holder)) if step == "*" else [int(step)]
    return [step]


def levelled(body: Any, varies: Sequence[str]) -> Any:
    """Give a copy of an answer in which values that vary are known by their type alone."""
    copy = json.loads(json.dumps(body))
    for path in varies:
        for holder, key in places(copy, path):
            holder[key] = f"<{type(holder[key]).__name__}>"
    return copy


def write_answer(page: Path, number: int, body: Any, known: Known) -> None:
    """Replace the answer of a page's example by what the server gave."""
    # Read anew each time: the answers before it may have changed in length.
    example = examples(page)[number]
    assert example.answer is not None
    text = page.read_text(encoding="utf-8")
    shown = json.loads(known.written(json.dumps(body)))
    before = json.loads(example.answer.text or "null")
    for path in example.varies:
        kept = _old_places(before, path)
        for index, (holder, key) in enumerate(places(shown, path)):
            if index < len(kept):
                holder[key] = kept[index]
    answer = pretty(shown) + "\n"
    page.write_text(
        text[: example.answer.start] + answer + text[example.answer.end :], encoding="utf-8"
    )


def _old_places(before: Any, path: str) -> list[Any]:
    try:
        return [holder[key] for holder, key in places(before, path)]
    except (KeyError, IndexError, TypeError):
        return []  # the old answer had another shape


def pretty(value: Any, indent: str = "") -> str:
    """Write JSON for people: what fits on a line stays on one."""
    flat = json.dumps(value, ensure_ascii=False)
    if len(indent) + len(flat) < _WIDTH or not isinstance(value, dict | list) or not value:
        return flat
    inner = indent + "  "
    if isinstance(value, list):
        lines = [inner + pretty(item, inner) for item in value]
        return "[\n" + ",\n".join(lines) + f"\n{indent}]"
    lines = [f"{inner}{json.dumps(key)}: {pretty(item, inner)}" for key, item in value.items()]
    return "{\n" + ",\n".join(lines) + f"\n{indent}}}"


def _replaced(text: str, pairs: Any) -> str:
    for old, new in pairs:
        text = text.replace(old, new)
    return text


def tables(page: Path, heading: str) -> Iterator[Mapping[int, str]]:
    """Read the rows of the first table under a heading, columns by number from 0."""
    text = page.read_text(encoding="utf-8")
    assert f"\n{heading}\n" in text, f"{page.name} has no heading {heading!r}"
    lines = text.partition(f"\n{heading}\n")[2].splitlines()
    start = next(index for index, line in enumerate(lines) if line.startswith("|"))
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            return
        yield dict(enumerate(cell.strip() for cell in line.strip().strip("|").split(" | ")))

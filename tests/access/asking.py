"""What is asked in the property test of access, and what the reference has to say to it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from hypothesis import strategies as st

from tests.access.office import AMOUNTS, NUMBERS, TEXTS, Draw, Office
from tests.access.reference import LINKS, TARGETS, Reference, Row
from tests.client import Answer

SCALARS: Final = {
    "deal": ("title", "probability", "amount", "isShared", "custom"),
    "company": ("title", "revenue"),
    "contact": ("firstName", "lastName", "fullName"),
}
RELATIONS: Final = {
    "deal": ("company", "contact", "contacts", "responsible", "stage", "observers"),
    "company": ("parent", "deals", "contacts", "subsidiaries", "responsible"),
    "contact": ("company", "deals", "responsible"),
}
MONEY: Final = frozenset({"amount", "revenue"})
SEARCHED: Final = {
    "deal": ("title",),
    "company": ("title", "phones", "emails"),
    "contact": ("firstName", "middleName", "lastName", "phones", "emails"),
}
SUMMED: Final = {
    "deal": ("amount", "probability", "custom.score"),
    "company": ("revenue",),
    "contact": (),
}


def type_of(kind: str) -> str:
    return kind.capitalize()


# --- what is asked ------------------------------------------------------------------------------


@dataclass(slots=True)
class Asked:
    """A selection of a type: what is selected, and lists below with their filters."""

    kind: str
    parts: list[tuple[str, "Asked | None", dict[str, Any] | None]] = field(default_factory=list)

    def written(self, variables: dict[str, tuple[str, Any]]) -> str:
        """Write it down; filters become variables."""
        words = ["id"]
        for name, inner, where in self.parts:
            if name == "custom":
                words.append("custom { score }")
            elif name in MONEY:
                words.append(f"{name} {{ amount }}")
            elif inner is None:
                words.append(name)
            elif where is None:
                words.append(f"{name} {{ {inner.written(variables)} }}")
            else:
                key = f"w{len(variables)}"
                variables[key] = (f"{type_of(inner.kind)}Filter", where)
                words.append(
                    f"{name}(where: ${key}, first: 50) "
                    f"{{ totalCount nodes {{ {inner.written(variables)} }} }}"
                )
        return " ".join(words)

    def filters(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Give the filters of all lists below."""
        for _, inner, where in self.parts:
            if inner is not None:
                if where is not None:
                    yield inner.kind, where
                yield from inner.filters()


def selection(office: Office, reference: Reference, draw: Draw, kind: str, depth: int) -> Asked:
    """Draw a selection."""
    asked = Asked(kind)
    if kind in {"user", "stage"}:
        return asked
    offered = SCALARS[kind] + (RELATIONS[kind] if depth else ())
    for name in draw(st.lists(st.sampled_from(offered), min_size=1, max_size=4, unique=True)):
        inner, where = None, None
        if name in TARGETS:
            target = TARGETS[name]
            inner = selection(office, reference, draw, target, depth - 1)
            if name in LINKS and name != "observers":
                plain = draw(st.sampled_from([True, True, False]))
                where = {} if plain else filters(reference, draw, target, 1)
        asked.parts.append((name, inner, where))
    return asked


def filters(reference: Reference, draw: Draw, kind: str, depth: int) -> dict[str, Any]:
    """Draw a filter of a type."""
    ids = {name: list(rows) for name, rows in reference.records.items()}
    text = _operators(draw, TEXTS[:-1], "eq ne contains startsWith", "in notIn")
    number = _operators(draw, NUMBERS[:-1], "eq ne gt lte", "in")
    amount = _operators(draw, [Decimal(item) for item in AMOUNTS[:-1] if item], "gt lte ne", "in")

    def by_id(target: str) -> Any:
        return _operators(draw, ids[target], "eq ne", "in notIn")

    offered: dict[str, Any] = {
        "isShared": lambda: {"eq": draw(st.booleans())},
        "responsibleId": by_id("user"),
    }
    if kind == "deal":
        offered |= {
            "title": text,
            "probability": number,
            "amount": amount,
            "companyId": by_id("company"),
            "contactId": by_id("contact"),
            "stageId": by_id("stage"),
            "custom": lambda: {"score": number()},
        }
    elif kind == "company":
        offered |= {"title": text, "revenue": amount, "parentId": by_id("company")}
    else:
        offered |= {"firstName": text, "lastName": text, "companyId": by_id("company")}
    names = list(offered)
    if depth:
        names += [
            "and",
            "or",
            "not",
            *(name for name in RELATIONS[kind] if TARGETS[name] not in {"user", "stage"}),
        ]
    found: dict[str, Any] = {}
    for name in draw(st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True)):
        if name in {"and", "or"}:
            count = draw(st.integers(1, 2))
            found[name] = [filters(reference, draw, kind, depth - 1) for _ in range(count)]
        elif name == "not":
            found[name] = filters(reference, draw, kind, depth - 1)
        elif name in LINKS:
            how = draw(st.sampled_from(["some", "none", "every"]))
            found[name] = {how: filters(reference, draw, TARGETS[name], depth - 1)}
        elif name in TARGETS:
            found[name] = filters(reference, draw, TARGETS[name], depth - 1)
        else:
            found[name] = offered[name]()
    return found


def _operators(draw: Draw, values: Any, singles: str, lists: str) -> Any:
    value = st.sampled_from(list(values))
    offered: dict[str, st.SearchStrategy[Any]] = dict.fromkeys(singles.split(), value)
    offered |= dict.fromkeys(lists.split(), st.lists(value, max_size=2))
    offered["isNull"] = st.booleans()

    def drawn() -> dict[str, Any]:
        name = draw(st.sampled_from(list(offered)))
        return {name: draw(offered[name])}

    return drawn


def used(kind: str, where: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Give the fields that a filter uses, with their types."""
    for name, given_ in where.items():
        plain = name.removesuffix("Id")
        if name in {"and", "or"}:
            for part in given_:
                yield from used(kind, part)
        elif name == "not":
            yield from used(kind, given_)
        elif name == "custom":
            yield from ((kind, f"custom.{code}") for code in given_)
        else:
            yield kind, plain
            if name in LINKS:
                for inner in given_.values():
                    yield from used(TARGETS[name], inner)
            elif name in TARGETS:
                yield from used(TARGETS[name], given_)


# --- what is expected ---------------------------------------------------------------------------


@dataclass(slots=True)
class Expected:
    """What somebody is to be shown, and what is left out of it."""

    reference: Reference
    user: str
    left_out: dict[tuple[Any, ...], list[Any]] = field(default_factory=dict)
    """By selection and field: how often, and where first."""

    def shown(self, row: Row, asked: Asked, answer: Any, path: list[Any]) -> dict[str, Any]:
        """Give a record as it is to be shown; the order of lists is taken from the answer."""
        kind, found = asked.kind, {"id": row["id"]}
        answer = answer if isinstance(answer, dict) else {}
        for name, inner, where in asked.parts:
            if name == "custom":
                score = self._value(kind, row, "custom.score", [*path, "custom", "score"])
                found[name] = {"score": score}
                continue
            place = [*path, name]
            if name not in TARGETS:
                found[name] = self._value(kind, row, name, place)
                continue
            if not self._may(kind, row, name, place) or inner is None:
                found[name] = None
                continue
            found[name] = self._related(row, (kind, name, inner, where), answer.get(name), place)
        return found

    def _related(self, row: Row, selected: Any, answer: Any, place: list[Any]) -> Any:
        kind, name, inner, where = selected
        targets = self.reference.related(self.user, kind, row, name)
        if name not in LINKS:
            return self.shown(targets[0], inner, answer, place) if targets else None
        if where is None:
            return self.listed(targets, inner, answer, place)
        chosen = [
            other for other in targets if self.reference.truth(self.user, inner.kind, other, where)
        ]
        nodes = answer["nodes"] if isinstance(answer, dict) else []
        shown = self.listed(chosen, inner, nodes, [*place, "nodes"])
        return {"totalCount": len(chosen), "nodes": shown}

    def listed(self, rows: list[Row], asked: Asked, answer: Any, path: list[Any]) -> list[Any]:
        """Give records as they are to be listed."""
        order = [node["id"] for node in answer or []]
        if sorted(order) == sorted(row["id"] for row in rows):
            rows = sorted(rows, key=lambda row: order.index(row["id"]))
        answers = list(answer or []) + [None] * len(rows)
        return [
            self.shown(row, asked, answers[place], [*path, place]) for place, row in enumerate(rows)
        ]

    def _value(self, kind: str, row: Row, name: str, path: list[Any]) -> Any:
        if not self._may(kind, row, name, path):
            return None
        if name == "fullName":
            return " ".join(row[part] for part in ("firstName", "lastName") if row[part]) or None
        return {"amount": row[name]} if name in MONEY and row[name] is not None else row[name]

    def _may(self, kind: str, row: Row, name: str, path: list[Any]) -> bool:
        if self.reference.reads(self.user, kind, row, name):
            return True
        keys = tuple(step for step in path if isinstance(step, str))
        entry = self.left_out.setdefault((keys, f"{type_of(kind)}.{name}"), [0, path])
        entry[0] += 1
        entry[1] = min(entry[1], path, key=lambda p: [s for s in p if isinstance(s, int)])
        return False

    def denials(self) -> list[Any]:
        """Give what is left out, selection by selection."""
        return sorted(
            ([label, rows, path] for (_, label), (rows, path) in self.left_out.items()), key=repr
        )

    def never(self, uses: Any) -> set[str]:
        """Give those of some uses of fields that are refused."""
        return {
            f"{type_of(kind)}.{name}"
            for kind, name in uses
            if not self.reference.reads(self.user, kind, None, name)
        }


def as_decimals(value: Any) -> Any:
    """Give an answer with decimals for its amounts."""
    if isinstance(value, list):
        return [as_decimals(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: Decimal(item) if key in _DECIMALS and isinstance(item, str) else as_decimals(item)
        for key, item in value.items()
    }


_DECIMALS: Final = frozenset({"amount", "sum", "min", "max"})


def check(answer: Answer, expected: Expected, data: Any) -> None:
    """Compare an answer with what is expected of it, errors and report included."""
    assert as_decimals(answer.body["data"]) == data
    told = [
        [error["extensions"]["field"], error["extensions"]["rows"], error["path"]]
        for error in answer.errors
    ]
    assert set(answer.codes) <= {"FORBIDDEN"}
    assert sorted(told, key=repr) == expected.denials()
    report = answer.extensions.get("access", {}).get("denied", [])
    reported = [[item["field"], item["rows"], item["path"]] for item in report]
    assert sorted(reported, key=repr) == expected.denials()


def check_refused(answer: Answer, fields: set[str]) -> None:
    """Check that an operation was refused for one of some fields."""
    assert answer.codes == ["FORBIDDEN"], answer.body
    assert answer.body.get("data") is None
    assert answer.errors[0]["extensions"]["field"] in fields

"""Any records, roles and questions: everyone is told what the reference tells, and nothing else.

`tests/access/reference.py` says by brute force who may see what; `tests/access/office.py` draws the
records and the roles. What a question leaves out, refuses or finds is compared word by word.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from tests.access.asking import (
    SEARCHED,
    SUMMED,
    Asked,
    Expected,
    as_decimals,
    check,
    check_refused,
    filters,
    selection,
    type_of,
    used,
)
from tests.access.office import (
    PLURALS,
    Draw,
    Office,
    as_input,
    as_json,
    drawn_record,
    fill,
    give_roles,
    open_office,
)
from tests.access.reference import TARGETS, Reference, Row, access
from tests.api.calling import mutate
from tests.client import Answer
from tests.conftest import Server

EXAMPLES: Final = int(os.environ.get("VORONKA_EXAMPLES", "40"))
QUESTIONS: Final = 8
"""How much is asked of each office."""
ORDERS: Final = {
    "deal": (
        ("title",),
        ("probability",),
        ("amount",),
        ("company", "title"),
        ("company", "revenue"),
        ("contact", "lastName"),
        ("custom", "score"),
    ),
    "company": (("title",), ("revenue",), ("parent", "title")),
    "contact": (("firstName",), ("lastName",), ("company", "title")),
}
DIRECTIONS: Final = ("ASC", "DESC", "ASC_NULLS_FIRST", "DESC_NULLS_LAST")


# --- questions ----------------------------------------------------------------------------------


@dataclass(slots=True)
class Interview:
    """One office, as drawn, and who asks."""

    office: Office
    reference: Reference
    draw: Draw
    user: str

    @property
    def expected(self) -> Expected:
        return Expected(self.reference, self.user)

    async def run(self, document: str, given_: Mapping[str, tuple[str, Any]]) -> Answer:
        declared = ", ".join(f"${name}: {kind}" for name, (kind, _) in given_.items())
        head = f"query ({declared})" if declared else "query"
        variables = {name: as_json(value) for name, (_, value) in given_.items()}
        return await self.office.clients[self.user].run(f"{head} {document}", variables)

    async def ask_list(self) -> None:
        """Ask for a list: filtered, ordered, searched, counted, summed."""
        draw, reference, expected = self.draw, self.reference, self.expected
        kind = draw(st.sampled_from(["deal", "deal", "company", "contact"]))
        asked = selection(self.office, reference, draw, kind, 2)
        where = filters(reference, draw, kind, 2) if draw(st.booleans()) else {}
        search = draw(st.sampled_from(["", "", "", "a", "b"]))
        order = draw(
            st.lists(
                st.tuples(st.sampled_from(ORDERS[kind]), st.sampled_from(DIRECTIONS)),
                max_size=2,
                unique_by=lambda key: key[0],
            )
        )
        summed = [name for name in SUMMED[kind] if draw(st.integers(0, 4)) == 0]
        sums = {name: "min max sum" for name in summed if not name.startswith("custom")}
        aggregate = " ".join(
            [
                "count",
                *(f"{name} {{ {parts} }}" for name, parts in sums.items()),
                *(["custom { score { min max sum } }"] if "custom.score" in summed else []),
            ]
        )
        keys = [_nested([*path, direction]) for path, direction in order]
        given_: dict[str, Any] = {
            "where": (f"{type_of(kind)}Filter", where),
            "order": (f"[{type_of(kind)}Order!]", keys),
            "search": ("String", search or None),
        }
        text = asked.written(given_)
        answer = await self.run(
            f"{{ found: {PLURALS[kind]}(where: $where, orderBy: $order, search: $search, first: 50)"
            f" {{ totalCount aggregate {{ {aggregate} }} nodes {{ {text} }} }} }}",
            given_,
        )

        uses = [*used(kind, where), *((kind, name) for name in summed)]
        uses += [use for inner, below in asked.filters() for use in used(inner, below)]
        uses += [use for path, _ in order for use in _order_uses(kind, path)]
        refused = expected.never(uses)
        columns = SEARCHED[kind]
        if search and not any(reference.reads(self.user, kind, None, name) for name in columns):
            refused.add(f"{type_of(kind)}.{columns[0]}")
        if refused:
            check_refused(answer, refused)
            return
        rows = [
            row
            for row in reference.records[kind].values()
            if reference.sees(self.user, kind, row)
            and reference.truth(self.user, kind, row, where)
            and (not search or self._is_found(kind, row, search))
        ]
        assert answer.body.get("data"), answer.body
        found = answer.body["data"]["found"]
        shown = expected.listed(rows, asked, found["nodes"], ["found", "nodes"])
        numbers = self._numbers(kind, summed, rows)
        check(
            answer,
            expected,
            {"found": {"totalCount": len(rows), "aggregate": numbers, "nodes": shown}},
        )
        by_id = reference.records[kind]
        ranks = [self._ranks(kind, by_id[node["id"]], order) for node in found["nodes"]]
        assert ranks == sorted(ranks)
        if order and len(rows) > 1:
            await self._walk(kind, given_, [node["id"] for node in found["nodes"]])

    async def _walk(self, kind: str, given_: dict[str, Any], whole: list[str]) -> None:
        given_ = {name: given_[name] for name in ("where", "order", "search")}
        seen: list[str] = []
        cursor = None
        while len(seen) <= len(whole):
            answer = await self.run(
                f"{{ found: {PLURALS[kind]}(where: $where, orderBy: $order, search: $search,"
                " first: 2, after: $after) { nodes { id } pageInfo { endCursor hasNextPage } } }",
                {**given_, "after": ("String", cursor)},
            )
            found = answer.data["found"]
            seen += [node["id"] for node in found["nodes"]]
            cursor = found["pageInfo"]["endCursor"]
            if not found["pageInfo"]["hasNextPage"]:
                break
        assert seen == whole

    def _is_found(self, kind: str, row: Row, search: str) -> bool:
        return any(
            search in (row.get(name) or "") and self.reference.reads(self.user, kind, row, name)
            for name in SEARCHED[kind]
        )

    def _numbers(self, kind: str, summed: list[str], rows: list[Row]) -> dict[str, Any]:
        found: dict[str, Any] = {"count": len(rows)}
        for name in summed:
            values = [
                row[name]
                for row in rows
                if row[name] is not None and self.reference.reads(self.user, kind, row, name)
            ]
            numbers = {
                "min": min(values, default=None),
                "max": max(values, default=None),
                "sum": sum(values) if values else None,
            }
            if name == "custom.score":
                found["custom"] = {"score": numbers}
            else:
                found[name] = numbers
        return found

    def _ranks(self, kind: str, row: Row, order: Any) -> list[Any]:
        return [_rank(self._key(kind, row, path), direction) for path, direction in order]

    def _key(self, kind: str, row: Row, path: tuple[str, ...]) -> Any:
        name = ".".join(path) if path[0] == "custom" else path[0]
        if not self.reference.reads(self.user, kind, row, name):
            return None
        if name not in TARGETS:
            return row[name]
        targets = self.reference.related(self.user, kind, row, name)
        return self._key(TARGETS[name], targets[0], path[1:]) if targets else None

    async def ask_node(self) -> None:
        """Ask for a record by its id, alone or among others."""
        kind = self.draw(st.sampled_from(list(PLURALS)))
        row = self.reference.records[kind][
            self.draw(st.sampled_from(list(self.reference.records[kind])))
        ]
        asked = selection(self.office, self.reference, self.draw, kind, 2)
        root = self.draw(st.sampled_from([f"{kind}(id: $id)", "node(id: $id)"]))
        given_: dict[str, Any] = {"id": ("ID!", row["id"])}
        text = asked.written(given_)
        inner = text if root.startswith(kind) else f"... on {type_of(kind)} {{ {text} }}"
        answer = await self.run(f"{{ found: {root} {{ {inner} }} }}", given_)

        expected = self.expected
        refused = expected.never(
            use for below, where in asked.filters() for use in used(below, where)
        )
        if refused:
            check_refused(answer, refused)
            return
        there = self.reference.sees(self.user, kind, row)
        found = (answer.body["data"] or {}).get("found")
        shown = expected.shown(row, asked, found, ["found"]) if there else None
        check(answer, expected, {"found": shown})

    # --- changes ---

    async def change(self) -> None:
        """Change, make or delete a deal; then look at what there is, as an administrator."""
        action = self.draw(st.sampled_from(["UPDATE", "UPDATE", "UPDATE", "CREATE", "DELETE"]))
        deals = self.reference.records["deal"]
        key = self.draw(st.sampled_from(list(deals)))
        changes = drawn_record(self.office, self.draw, "deal", self.reference)
        names = self.draw(
            st.lists(
                st.sampled_from(sorted(changes.keys() - {"pipeline", "contact", "contacts"})),
                min_size=1,
                max_size=3,
                unique=True,
            )
        )
        if action == "CREATE" and "stage" not in names:
            names.append("stage")
        changes = {name: changes[name] for name in (() if action == "DELETE" else names)}
        input_ = as_input("deal", changes) | ({} if action == "CREATE" else {"id": key})
        text = "deal { id title amount { amount } } "
        name = f"{action.lower()}Deal"
        answer = await mutate(self.office.clients[self.user], name, text, input=as_json(input_))

        refusals = self._refusals(action, deals[key], changes)
        if refusals is None:
            assert answer.codes == ["FORBIDDEN"]
            assert answer.body["data"] is None
        else:
            payload = answer.body["data"][name]
            told = {(error["code"], ".".join(error["path"])) for error in payload["userErrors"]}
            if refusals == {("FORBIDDEN", "input.*")}:
                assert {code for code, _ in told} == {"FORBIDDEN"}
            else:
                assert told == refusals
            if not told:
                self._carry_out(action, key, changes, answer)
        await self._look()

    def _refusals(self, action: str, row: Row, changes: dict[str, Any]) -> Any:
        """Give the errors that a change is to meet; None: it is refused before any SQL."""
        reference, user = self.reference, self.user
        able = reference.granting(user, action, "deal", None)
        if not able or any(not _writes(able, name) for name in changes):
            return None
        found = set()
        company = changes.get("company")
        if company and not reference.sees(user, "company", reference.records["company"][company]):
            found.add(("NOT_FOUND", "input.companyId"))
        if action != "CREATE":
            if not reference.sees(user, "deal", row):
                return found | {("NOT_FOUND", "input.id")}
            able = reference.granting(user, action, "deal", row)
            if not able:
                return found | {("FORBIDDEN", "input.id")}
            found |= {("FORBIDDEN", _place(name)) for name in changes if not _writes(able, name)}
        if found or action == "DELETE":
            return found
        after = self._after(action, row, changes)
        able = reference.granting(user, action, "deal", after)
        if not able or any(not _writes(able, name) for name in changes):
            return {("FORBIDDEN", "input.*")}
        return set()

    def _after(self, action: str, row: Row, changes: dict[str, Any]) -> dict[str, Any]:
        empty: dict[str, Any] = {
            **dict.fromkeys(
                (
                    "title",
                    "probability",
                    "amount",
                    "custom.score",
                    "company",
                    "contact",
                    "responsible",
                )
            ),
            "observers": [],
            "contacts": [],
            "isShared": False,
            "id": "",
        }
        after = {**(empty if action == "CREATE" else row), **changes}
        if "stage" in changes:
            after["pipeline"] = self.office.stages[changes["stage"]]
        if action == "CREATE" and "responsible" not in changes and not self._creates_any():
            after["responsible"] = self.user
        return after

    def _creates_any(self) -> bool:
        grants = [
            [g for g in role["grants"] if (g["entity"], g["action"]) == ("DEAL", "CREATE")]
            for role in self.reference.granting(self.user, "CREATE", "deal", None)
        ]
        return any(
            any("ALL" in g["scope"] and len(g) == _BARE for g in own)
            and not any("stageId" in g or "pipelineId" in g for g in own)
            for own in grants
        )

    def _carry_out(self, action: str, key: str, changes: dict[str, Any], answer: Answer) -> None:
        deals, name = self.reference.records["deal"], f"{action.lower()}Deal"
        expected, shown = self.expected, answer.body["data"][name]["deal"]
        if action == "DELETE":
            row = deals.pop(key)
        else:
            after = self._after(action, deals[key], changes)
            if action == "CREATE":
                seen = self.reference.sees(self.user, "deal", after)
                assert (shown is not None) == seen
                key = shown["id"] if shown else ""
            row = deals[key] = {**after, "id": key}
            if not key:
                del deals[key]  # nobody was told its id: `_look` finds it
        if action != "CREATE" or shown:
            asked = Asked("deal", [("title", None, None), ("amount", None, None)])
            there = self.reference.sees(self.user, "deal", row)
            data = expected.shown(row, asked, shown, [name, "deal"]) if there else None
            check(answer, expected, {name: {"deal": data, "userErrors": []}})

    async def _look(self) -> None:
        found = await self.office.root.data(
            "{ deals(first: 200) { nodes { id title probability amount { amount } isShared"
            " responsible { id } company { id } stage { id } observers { id }"
            " custom { score } } } }"
        )
        rows = {node["id"]: node for node in as_decimals(found)["deals"]["nodes"]}
        deals = self.reference.records["deal"]
        for key in rows.keys() - deals.keys():  # made by somebody who may not read it
            deals[key] = self._read_back(rows[key])
        assert {key: _seen(row) for key, row in deals.items()} == {
            key: _seen(self._read_back(row)) for key, row in rows.items()
        }

    def _read_back(self, node: Row) -> dict[str, Any]:
        found = {
            name: node[name] and node[name]["id"] for name in ("responsible", "company", "stage")
        }
        return {
            **node,
            **found,
            "amount": node["amount"] and node["amount"]["amount"],
            "observers": sorted(item["id"] for item in node["observers"]),
            "custom.score": node["custom"]["score"],
            "contact": None,
            "contacts": [],
            "pipeline": self.office.stages[found["stage"]],
        }


_BARE: Final = 3
"""Entity, action and scope: what a grant on all rows has."""


def _seen(row: Row) -> dict[str, Any]:
    names = (
        "title",
        "probability",
        "amount",
        "isShared",
        "responsible",
        "company",
        "stage",
        "custom.score",
    )
    return {**{name: row[name] for name in names}, "observers": sorted(row["observers"])}


def _place(name: str) -> str:
    inner = {"custom.score": "customValues.0", "observers": "observerIds"}
    return f"input.{inner.get(name) or (f'{name}Id' if name in TARGETS else name)}"


def _writes(roles: list[Any], name: str) -> bool:
    return any(access(role, "deal", name) == "WRITE" for role in roles)


def _nested(path: list[str]) -> Any:
    head, *rest = path
    return {head: _nested(rest)} if rest else head


def _order_uses(kind: str, path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if path[0] == "custom":
        yield kind, ".".join(path)
        return
    yield kind, path[0]
    if path[1:]:
        yield from _order_uses(TARGETS[path[0]], path[1:])


def _rank(value: Any, direction: str) -> tuple[int, Any]:
    descending = direction.startswith("DESC")
    nulls_first = direction.endswith("FIRST") or direction == "DESC"
    if value is None:
        return (-1 if nulls_first else 1, 0)
    number = ord(value) if isinstance(value, str) else value
    return (0, -number if descending else number)


@pytest.fixture(scope="module")
async def office(server: Server, http: httpx.AsyncClient) -> Office:
    """Give the office, with nothing in it yet."""
    return await open_office(server, http)


@pytest.mark.timeout(3_600 if "VORONKA_EXAMPLES" in os.environ else 300)
@examples(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize="VORONKA_EXAMPLES" not in os.environ,
    suppress_health_check=list(HealthCheck),
)
@given(data=st.data())
async def test_everyone_is_told_what_the_reference_tells(
    office: Office, data: st.DataObject
) -> None:
    reference = await fill(office, data.draw)
    await give_roles(office, data.draw, reference)
    for _ in range(QUESTIONS):
        user = data.draw(st.sampled_from(office.people))
        interview = Interview(office, reference, data.draw, user)
        how = data.draw(st.sampled_from(["list", "list", "list", "node", "change"]))
        if how == "list":
            await interview.ask_list()
        elif how == "node":
            await interview.ask_node()
        else:
            await interview.change()

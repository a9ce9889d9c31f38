"""What roles mean, in plain Python and by brute force: the oracle of the property test of access.

Rights are the union of roles, cell by cell. A cell that may not be read is *unknown*, and so is
what follows from it alone (Kleene); a record that may not be read is not there.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tests.api.oracle import operators_hold

Row = Mapping[str, Any]
OPEN: Final = frozenset({"id", "isShared", "createdAt", "externalIds"})
MADE_OF: Final = {("contact", "fullName"): ("firstName", "middleName", "lastName")}
TARGETS: Final = {
    "company": "company",
    "parent": "company",
    "contact": "contact",
    "stage": "stage",
    "responsible": "user",
    "contacts": "contact",
    "deals": "deal",
    "subsidiaries": "company",
    "observers": "user",
}
INVERSE: Final = {
    ("company", "deals"): "company",
    ("company", "contacts"): "company",
    ("contact", "deals"): "contact",
    ("company", "subsidiaries"): "parent",
}
LINKS: Final = frozenset({"contacts", "deals", "subsidiaries", "observers"})


@dataclass(slots=True)
class Reference:
    """Everything that there is, and who may see it."""

    records: dict[str, dict[str, Row]]
    """By type and id; settings and people, which everyone sees, among them."""
    roles: list[dict[str, Any]] = field(default_factory=list)
    """As `createRole` takes them, with `holders`: the people who have them."""
    circles: Mapping[str, Mapping[str, frozenset[str]]] = field(default_factory=dict)
    """By person and scope: whose records DEPARTMENT and SUBDEPARTMENTS mean."""

    def granting(self, user: str, action: str, kind: str, row: Row | None) -> list[dict[str, Any]]:
        """Give the roles of a person that let do something with a row; with any, without one."""
        return [
            role
            for role in self.roles
            if user in role["holders"]
            and any(
                grant["scope"] if row is None else self._grants(user, grant, row)
                for grant in nearest(role["grants"], action, kind, row)
            )
        ]

    def _grants(self, user: str, grant: dict[str, Any], row: Row) -> bool:
        near = {
            "ALL": True,
            "SHARED": row["isShared"],
            "OWN": row["responsible"] == user,
            "OBSERVED": user in row["observers"],
        }
        circles = {name: row["responsible"] in who for name, who in self.circles[user].items()}
        where = for_viewer(grant.get("where") or {}, user)
        in_scope = any((near | circles)[scope] for scope in grant["scope"])
        return in_scope and self.truth(None, grant["entity"].lower(), row, where) is True

    def sees(self, user: str | None, kind: str, row: Row) -> bool:
        """Tell whether there is a row for a person (None: for whom there is everything)."""
        settings = kind in {"user", "stage"}
        return user is None or settings or bool(self.granting(user, "READ", kind, row))

    def reads(self, user: str | None, kind: str, row: Row | None, name: str) -> bool:
        """Tell whether a person may read a cell; without a row: any of its column."""
        if user is None or kind in {"user", "stage"} or name in OPEN:
            return True
        source = INVERSE.get((kind, name))
        if source and not self.reads(user, TARGETS[name], None, source):
            return False
        names = (name, *MADE_OF.get((kind, name), ()))
        return any(
            all(access(role, kind, item) != "HIDDEN" for item in names)
            for role in self.granting(user, "READ", kind, row)
        )

    def related(self, user: str | None, kind: str, row: Row, name: str) -> list[Row]:
        """Give the rows at the other end of a relation that are there for a person."""
        target, source = TARGETS[name], INVERSE.get((kind, name))
        every = self.records[target].values()
        if source:
            found = [
                other
                for other in every
                if other[source] == row["id"] and self.reads(user, target, other, source)
            ]
        else:
            held = row[name] if name in LINKS else (row[name],)
            found = [other for other in every if other["id"] in held]
        return [other for other in found if self.sees(user, target, other)]

    def truth(self, user: str | None, kind: str, row: Row, where: Row) -> bool | None:
        """Tell whether a filter holds for a row; None: that is unknown."""
        return every(self._holds(user, kind, row, name, given) for name, given in where.items())

    def _holds(self, user: str | None, kind: str, row: Row, name: str, given: Any) -> bool | None:
        if name in {"and", "or"}:
            return (every if name == "and" else some)(
                [self.truth(user, kind, row, part) for part in given]
            )
        if name == "not":
            return opposite(self.truth(user, kind, row, given))
        if name == "custom":
            return every(
                self._holds(user, kind, row, f"custom.{code}", operators)
                for code, operators in given.items()
            )
        plain = name.removesuffix("Id")
        if not self.reads(user, kind, row, plain):
            return None
        if plain not in TARGETS:
            return operators_hold(row[name], given)
        targets = self.related(user, kind, row, plain)
        if plain != name:
            return operators_hold(targets[0]["id"] if targets else None, given)
        if name not in LINKS:
            return some(self.truth(user, TARGETS[name], other, given) for other in targets)
        return every(
            QUANTIFIERS[how](self.truth(user, TARGETS[name], other, where) for other in targets)
            for how, where in given.items()
        )


def nearest(grants: Iterable[Row], action: str, kind: str, row: Row | None) -> list[Any]:
    """Give the grants of one role that count for a row: its stage's, its pipeline's, or others."""
    own = [g for g in grants if g["action"] == action and g["entity"].lower() == kind]
    if row is None:
        return own
    stage = [g for g in own if g.get("stageId") and g["stageId"] == row.get("stage")]
    pipeline = [
        g
        for g in own
        if not g.get("stageId") and g.get("pipelineId") and g["pipelineId"] == row.get("pipeline")
    ]
    return stage or pipeline or [g for g in own if not g.get("stageId") and not g.get("pipelineId")]


def access(role: Row, kind: str, name: str) -> str:
    """Tell what a role says of a field."""
    code = name.removeprefix("custom.")
    rules = {(rule["entity"].lower(), rule["field"]): rule["access"] for rule in role["fields"]}
    defaults = {rule["entity"].lower(): rule["access"] for rule in role["fieldDefaults"]}
    found: str = rules.get((kind, code), defaults.get(kind, "WRITE"))
    return found


def for_viewer(where: Any, user: str) -> Any:
    """Give a filter with somebody in place of `viewer`."""
    if isinstance(where, dict):
        return {key: for_viewer(value, user) for key, value in where.items()}
    if isinstance(where, list):
        return [for_viewer(value, user) for value in where]
    return user if where == "viewer" else where


def every(parts: Iterable[bool | None]) -> bool | None:
    """Tell whether all hold."""
    known = set(parts)
    return False if False in known else None if None in known else True


def some(parts: Iterable[bool | None]) -> bool | None:
    """Tell whether one holds."""
    return opposite(every(map(opposite, parts)))


def opposite(value: bool | None) -> bool | None:
    """Give the opposite."""
    return None if value is None else not value


QUANTIFIERS: Final[Mapping[str, Callable[[Any], bool | None]]] = {
    "some": some,
    "every": every,
    "none": lambda parts: opposite(some(parts)),
}

"""An office of four people for the property test of access: records and roles as they are drawn."""

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

import httpx
from hypothesis import strategies as st
from sqlalchemy import text

from domain.ids import decode_id
from tests.access.reference import TARGETS, Reference
from tests.api.calling import mutate
from tests.client import Client
from tests.conftest import Server
from tests.people import Cast, make_cast

Draw = Callable[..., Any]
"""Draws a value from a strategy of hypothesis."""

_role_names = itertools.count(1)
PARENTS: Final = {"top": None, "north": "top", "deep": "north", "south": None}
MEMBERS: Final = {"ann": ("top",), "bob": ("north",), "cat": ("deep",), "dan": ("south", "north")}
GROUP: Final = ("bob", "dan")
TEXTS: Final = ("a", "b", "c", None)
AMOUNTS: Final = ("-1", "0", "2.5", "10", None)
NUMBERS: Final = (0, 1, 2, None)
FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "deal": ("title", "probability", "amount", "company", "contact", "contacts", "responsible",
             "observers", "stage", "score"),
    "company": ("title", "revenue", "parent", "responsible", "deals", "contacts", "subsidiaries"),
    "contact": ("firstName", "lastName", "company", "responsible", "deals"),
}  # fmt: skip
"""What roles are drawn to speak of; `score` is a custom field."""
PLURALS: Final = {"deal": "deals", "company": "companies", "contact": "contacts"}
_TABLES: Final = ("record_observers", "deal_contacts", "contact_companies", "custom_values",
                  "events", "deals", "contacts", "companies")  # fmt: skip


@dataclass(slots=True)
class Office:
    """The workspace, its people, and what records can point to."""

    root: Client
    server: Server
    workspace: str
    ids: dict[str, str] = field(default_factory=dict)
    """Ids of people, departments, the group, by their names."""
    clients: dict[str, Client] = field(default_factory=dict)
    """By user id."""
    stages: dict[str, str] = field(default_factory=dict)
    """Stages of the two pipelines: by id, their pipeline."""

    @property
    def people(self) -> list[str]:
        """The ids of the four."""
        return list(self.clients)

    def in_departments(self, names: set[str]) -> frozenset[str]:
        """Give the people of some departments."""
        return frozenset(self.ids[who] for who, own in MEMBERS.items() if names & set(own))

    def circles(self) -> dict[str, dict[str, frozenset[str]]]:
        """Tell whose records the scopes of departments mean to each."""
        return {
            self.ids[who]: {"DEPARTMENT": self.in_departments(set(own)),
                            "SUBDEPARTMENTS": self.in_departments(below(set(own)))}
            for who, own in MEMBERS.items()
        }  # fmt: skip


def below(names: set[str]) -> set[str]:
    """Give departments with all below them."""
    more = names | {name for name, parent in PARENTS.items() if parent in names}
    return more if more == names else below(more)


async def open_office(server: Server, http: httpx.AsyncClient) -> Office:
    """Make the workspace."""
    cast: Cast = await make_cast(server.database, http)
    root = cast.root
    found = await root.data("{ viewer { workspace { id } } }")
    office = Office(root, server, found["viewer"]["workspace"]["id"])
    given: dict[str, Any]
    for name, parent in PARENTS.items():
        given = {"name": name} | ({} if parent is None else {"parentId": office.ids[parent]})
        office.ids[name] = await _made(root, "createDepartment", "department", given)
    for number, (name, own) in enumerate(MEMBERS.items()):
        email = f"{name}-of-the-office@example.com"
        given = {"email": email, "password": "a good password", "firstName": name,
                 "departmentIds": [office.ids[item] for item in own]}  # fmt: skip
        person = office.ids[name] = await _made(root, "createUser", "user", given)
        signed = await cast.nobody.run(
            "mutation ($given: SignInInput!) { signIn(input: $given) { token"
            " userErrors { code } } }",
            {"given": {"email": email, "password": "a good password"}},
            {"X-Forwarded-For": f"10.7.0.{number}"},
        )
        office.clients[person] = Client(http, signed.payload()["token"])
    members = [office.ids[name] for name in GROUP]
    office.ids["group"] = await _made(
        root, "createGroup", "group", {"name": "Both", "memberIds": members}
    )
    await _made(root, "createPipeline", "pipeline", {"name": "Second", "template": "SALES"})
    pipelines = (await root.data("{ pipelines { id stages { id semantics } } }"))["pipelines"]
    for pipeline in pipelines:
        opened = [stage["id"] for stage in pipeline["stages"] if stage["semantics"] == "OPEN"]
        office.stages |= dict.fromkeys(opened[:2], pipeline["id"])
    score = {"entity": "DEAL", "name": "Score", "code": "score", "type": "INTEGER"}
    await _made(root, "createCustomField", "customField", score)
    return office


async def _made(root: Client, mutation: str, thing: str, given: dict[str, Any]) -> str:
    made = await mutate(root, mutation, f"{thing} {{ id }}", input=given)
    found: str = made.payload()[thing]["id"]
    return found


# --- records ------------------------------------------------------------------------------------


def _some(draw: Draw, values: Any) -> Any:
    return draw(st.sampled_from(list(values)))


def _subset(draw: Draw, values: Any, **sizes: Any) -> list[Any]:
    found: list[Any] = draw(st.lists(st.sampled_from(list(values)), unique=True, **sizes))
    return found


async def fill(office: Office, draw: Draw) -> Reference:
    """Put drawn records in the place of all that there are, and give them as the reference."""
    await _sweep(office)
    reference = Reference(
        {"user": {key: {"id": key, "firstName": name} for name, key in office.ids.items()
                  if key in office.clients},
         "stage": {key: {"id": key} for key in office.stages},
         "company": {}, "contact": {}, "deal": {}},
        circles=office.circles(),
    )  # fmt: skip
    for kind, most in (("company", 3), ("company", 1), ("contact", 3), ("deal", 7)):
        drawn = [drawn_record(office, draw, kind, reference)
                 for _ in range(draw(st.integers(1, most)))]  # fmt: skip
        name = f"create{PLURALS[kind].capitalize()}"
        read = f"results {{ {kind} {{ id }} userErrors {{ code path }} }}"
        answer = await mutate(office.root, name, read, input=[as_input(kind, r) for r in drawn])
        for record, result in zip(drawn, answer.payload()["results"], strict=True):
            key = result[kind]["id"]
            reference.records[kind][key] = {**record, "id": key}
    return reference


async def _sweep(office: Office) -> None:
    workspace = decode_id(office.workspace)[1]
    async with office.server.database.engine.begin() as connection:
        for table in _TABLES:
            statement = text(f"DELETE FROM {table} WHERE workspace_id = :w")  # noqa: S608 - our own tables
            await connection.execute(statement, {"w": workspace})


def drawn_record(office: Office, draw: Draw, kind: str, reference: Reference) -> dict[str, Any]:
    """Draw a record, in the form that the reference has it in."""
    known = {name: [*reference.records[name], None] for name in ("company", "contact")}
    record: dict[str, Any] = {
        "responsible": _some(draw, [*office.people, None]),
        "isShared": _some(draw, [False, False, True]),
        "observers": _subset(draw, office.people, max_size=2),
    }
    if kind == "company":
        return {**record, "title": _some(draw, TEXTS[:-1]), "revenue": _amount(draw),
                "parent": _some(draw, known["company"])}  # fmt: skip
    if kind == "contact":
        names = {"firstName": _some(draw, TEXTS), "lastName": _some(draw, TEXTS[:-1])}
        return {**record, **names, "middleName": None, "company": _some(draw, known["company"])}
    stage, contact = _some(draw, office.stages), _some(draw, known["contact"])
    return {**record, "title": _some(draw, TEXTS), "probability": _some(draw, NUMBERS),
            "amount": _amount(draw), "custom.score": _some(draw, NUMBERS), "stage": stage,
            "pipeline": office.stages[stage], "company": _some(draw, known["company"]),
            "contact": contact, "contacts": [contact] if contact else []}  # fmt: skip


def _amount(draw: Draw) -> Decimal | None:
    found = _some(draw, AMOUNTS)
    return None if found is None else Decimal(found)


def as_input(kind: str, record: Mapping[str, Any]) -> dict[str, Any]:
    """Give (some of) a record as mutations take it."""
    given: dict[str, Any] = {}
    for name, value in record.items():
        if name in {"pipeline", "contacts", "id"}:
            continue
        if name in {"amount", "revenue"}:
            given[name] = None if value is None else {"amount": str(value)}
        elif name == "custom.score":
            given["customValues"] = [{"code": "score", "value": value}]
        elif name == "observers":
            given["observerIds"] = value
        else:
            given[f"{name}Id" if name in TARGETS else name] = value
    return given


# --- roles --------------------------------------------------------------------------------------

SCOPES: Final = ("OWN", "DEPARTMENT", "SUBDEPARTMENTS", "SHARED", "OBSERVED", "ALL")
WHERES: Final = {
    "deal": ({"amount": {"gte": Decimal("2.5")}}, {"not": {"title": {"eq": "a"}}},
             {"company": {"title": {"eq": "a"}}}, {"custom": {"score": {"gt": 0}}},
             {"responsibleId": {"ne": "viewer"}},
             {"or": [{"probability": {"isNull": True}}, {"contactId": {"isNull": False}}]}),
    "company": ({"deals": {"some": {"amount": {"gt": Decimal(0)}}}}, {"revenue": {"isNull": True}},
                {"parentId": {"isNull": True}}),
    "contact": ({"company": {"revenue": {"gt": Decimal(0)}}}, {"firstName": {"isNull": False}}),
}  # fmt: skip


def drawn_role(office: Office, draw: Draw) -> dict[str, Any]:
    """Draw a role, as `createRole` takes it."""
    grants: dict[Any, dict[str, Any]] = {}
    for kind in FIELDS:
        actions = ["READ", *_subset(draw, ("UPDATE", "CREATE", "DELETE"), max_size=2)]
        for action in actions:
            for _ in range(_some(draw, (1, 1, 1, 2, 3, 0))):
                grant = _grant(office, draw, kind, action)
                place = tuple(grant.get(name) for name in ("pipelineId", "stageId"))
                grants[(kind, action, *place, str(grant.get("where")))] = grant
    rules = [
        {"entity": kind.upper(), "field": name, "access": _some(draw, ("HIDDEN", "READ", "WRITE"))}
        for kind, names in FIELDS.items()
        for name in _subset(draw, names, max_size=3)
    ]
    defaults = [
        {"entity": kind.upper(), "access": _some(draw, ("HIDDEN", "READ", "WRITE"))}
        for kind in FIELDS
        if _some(draw, (False, False, True))
    ]
    return {"grants": list(grants.values()), "fields": rules, "fieldDefaults": defaults}


def _grant(office: Office, draw: Draw, kind: str, action: str) -> dict[str, Any]:
    grant: dict[str, Any] = {"entity": kind.upper(), "action": action}
    place = _some(draw, ("", "", "pipeline", "stage")) if kind == "deal" else ""
    if place:
        stage = _some(draw, office.stages)
        grant |= {"stageId": stage} if place == "stage" else {"pipelineId": office.stages[stage]}
    grant["scope"] = _subset(draw, SCOPES, min_size=0 if place else 1, max_size=2)
    if _some(draw, (False, False, True)):
        grant["where"] = _some(draw, WHERES[kind])
    return grant


def drawn_holder(office: Office, draw: Draw) -> tuple[dict[str, Any], frozenset[str]]:
    """Draw whom a role is given to: as `assignRole` takes it, and who has it then."""
    how = _some(draw, ("user", "user", "department", "group"))
    if how == "user":
        person = _some(draw, office.people)
        return {"userId": person}, frozenset({person})
    if how == "group":
        return {"groupId": office.ids["group"]}, frozenset(office.ids[name] for name in GROUP)
    name, deep = _some(draw, PARENTS), draw(st.booleans())
    given = {"departmentId": office.ids[name], "includeSubdepartments": deep}
    return given, office.in_departments(below({name}) if deep else {name})


async def give_roles(office: Office, draw: Draw, reference: Reference) -> None:
    """Make drawn roles and give them to people, in the place of those that there were."""
    for role in (await office.root.data("{ roles { id code } }"))["roles"]:
        if role["code"] is None:
            (await mutate(office.root, "deleteRole", input={"id": role["id"]})).payload()
    for _ in range(draw(st.integers(1, 3))):
        role = drawn_role(office, draw)
        given = {**as_json(role), "name": f"Role {next(_role_names)}"}
        key = await _made(office.root, "createRole", "role", given)
        holders: frozenset[str] = frozenset()
        for assignment, people in {
            str(sorted(chosen.items())): (chosen, people)
            for chosen, people in (drawn_holder(office, draw) for _ in range(2))
        }.values():
            assigned = {"roleId": key, **assignment}
            (await mutate(office.root, "assignRole", input=assigned)).payload()
            holders |= people
        reference.roles.append({**role, "holders": holders})


def as_json(value: Any) -> Any:
    """Give a value as it is sent: decimals are strings on the wire."""
    if isinstance(value, dict):
        return {key: as_json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_json(item) for item in value]
    return str(value) if isinstance(value, Decimal) else value

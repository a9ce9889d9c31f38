"""The offices as departments and the people in them as users.

An office has several managers and a department one head. So each manager heads a team below the
office, and the office is headed by the manager whom the file names first there. Everyone belongs
to the team and to the office, so that a filter by the office finds all its people.
"""

import re
import secrets
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sales.api import FILTER_LIST, Api, batches
from sales.failures import FlawError
from sales.files import Agent


@dataclass(frozen=True, slots=True)
class _Person:
    name: str
    email: str
    job_title: str
    departments: tuple[str, ...]
    where: str


def load_people(
    api: Api, agents: Sequence[Agent], domain: str, advance: Callable[[int], object]
) -> dict[str, str]:
    """Make the departments and users that are not there yet; give user ids by the agents' names."""
    _check_addresses(agents, domain)
    departments = _Departments(api)
    people: dict[str, _Person] = {}
    for agent in agents:
        office = departments.named(agent.office, None, agent.where)
        team = departments.named(f"Team of {agent.manager}", office, agent.where)
        for name, job_title in ((agent.manager, "Sales manager"), (agent.name, "Sales agent")):
            email = email_of(name, domain)
            person = _Person(name, email, job_title, (office, team), agent.where)
            people.setdefault(email, person)
    users = _known_users(api, list(people))
    ids: dict[str, str] = {}
    for person in people.values():
        ids[person.name] = _ensure_user(api, person, users.get(person.email))
        advance(1)
    for agent in agents:
        manager = people[email_of(agent.manager, domain)]
        for department in manager.departments:
            departments.headed(department, ids[manager.name], agent.where)
    return ids


def _check_addresses(agents: Sequence[Agent], domain: str) -> None:
    """Refuse, before anything is made, two names that would share an address."""
    owners: dict[str, str] = {}
    for agent in agents:
        for name in (agent.manager, agent.name):
            owner = owners.setdefault(email_of(name, domain), name)
            if owner != name:
                raise FlawError(f"{agent.where}: {name!r} has the e-mail address of {owner!r}.")


def email_of(name: str, domain: str) -> str:
    """Derive an address from a name: nobody's own, as the files have none."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return f"{re.sub(r'[^a-z0-9-]+', '.', plain).strip('.')}@{domain}"


class _Departments:
    """The departments of the workspace, with those that are missing made as they are asked for."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._ids: dict[tuple[str, str | None], str] = {}
        found = api.ask("{ departments { id name parent { id } head { id } } }")["departments"]
        for row in found:
            self._ids[row["name"], row["parent"] and row["parent"]["id"]] = row["id"]
        self._heads = {row["id"]: row["head"] and row["head"]["id"] for row in found}
        self._settled: set[str] = set()

    def named(self, name: str, parent: str | None, where: str) -> str:
        """Give the id of a department."""
        if (name, parent) not in self._ids:
            given = {"name": name, "parentId": parent}
            made = self._api.change("createDepartment", given, "department { id }", where)
            self._ids[name, parent] = made["department"]["id"]
        return self._ids[name, parent]

    def headed(self, department: str, user: str, where: str) -> None:
        """Give a department its head; only the first one counts."""
        if department in self._settled:
            return
        self._settled.add(department)
        if self._heads.get(department) != user:
            given = {"id": department, "headId": user}
            self._api.change("updateDepartment", given, "", where)


def _known_users(api: Api, emails: Sequence[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for some in batches(emails, FILTER_LIST):
        page = api.ask(
            "query ($emails: [String!]) { users(where: { email: { in: $emails } }, first: 200) "
            "{ nodes { id email departments { id } } } }",
            emails=some,
        )
        found.update({user["email"]: user for user in page["users"]["nodes"]})
    return found


def _ensure_user(api: Api, person: _Person, user: Any) -> str:
    if user is None:
        first, _, last = person.name.partition(" ")
        given = {
            "email": person.email,
            # Nobody is told it: the person exists to answer for deals, not to sign in.
            "password": secrets.token_urlsafe(24),
            "firstName": first,
            "lastName": last or None,
            "jobTitle": person.job_title,
            "departmentIds": person.departments,
        }
        where = f"{person.where}, user {person.email} (--domain gives another address)"
        user = api.change("createUser", given, "user { id }", where)["user"]
    else:
        present = {department["id"] for department in user["departments"]}
        missing = [department for department in person.departments if department not in present]
        if missing:
            added = {"id": user["id"], "addDepartmentIds": missing}
            api.change("updateUser", added, "", person.where)
    user_id: str = user["id"]
    return user_id

"""The cast of the tests: named people with rights, each in a workspace of their own making.

root    administrator: settings and people
anna    sales manager, a member: reads and writes records, changes no settings
boris   head of sales, a member
olga    administrator of another workspace, who must never see anything of this one
reader  anna's API key with the scope READ
nobody  no token at all
"""

import itertools
from dataclasses import dataclass

import httpx

from db.database import Database
from resolvers.workspaces import create_workspace
from server import administration
from tests.client import Client

_numbers = itertools.count(1)
"""E-mail addresses are unique in an installation, so each cast has a number of its own."""


@dataclass(slots=True)
class Cast:
    """The people of one test, and their two workspaces."""

    root: Client
    anna: Client
    boris: Client
    olga: Client
    reader: Client
    nobody: Client
    ids: dict[str, str]
    """User ids by name."""
    emails: dict[str, str]
    """E-mail addresses by name, of those who can sign in with `password_of(name)`."""
    address: str
    """The network address that the cast signs in from: one may try 20 times a minute."""
    workspace_name: str


def password_of(name: str) -> str:
    """Tell the password of a member of the cast."""
    return f"{name}'s password"


_JOIN = """mutation ($anna: CreateUserInput!, $boris: CreateUserInput!) {
  anna: createUser(input: $anna) { user { id } }
  boris: createUser(input: $boris) { user { id } }
}"""
_ENTER = """mutation ($given: SignInInput!) {
  signIn(input: $given) { token userErrors { code } }
}"""


async def make_cast(
    database: Database, http: httpx.AsyncClient, locale: str = "en", currency: str = "USD"
) -> Cast:
    """Make two workspaces and the people in them."""
    number = next(_numbers)
    first = await create_workspace(
        database, f"First {number}", locale, currency, f"root{number}@example.com"
    )
    second = await create_workspace(
        database, f"Second {number}", locale, currency, f"olga{number}@example.com"
    )
    root = Client(http, first.api_key)
    emails = {name: f"{name}{number}@example.com" for name in ("anna", "boris")}
    address = f"10.1.{number // 256}.{number % 256}"
    persons = {
        name: {
            "email": email,
            "password": password_of(name),
            "firstName": name.capitalize(),
            "lastName": "Test",
        }
        for name, email in emails.items()
    }
    made = (await root.run(_JOIN, persons)).data
    ids = {name: made[name]["user"]["id"] for name in persons}
    for email in emails.values():
        await administration.give_role(database, first.workspace_id, email, "HEAD_OF_SALES")
    tokens = {}
    for name, given in persons.items():
        entering = {"email": given["email"], "password": given["password"]}
        signed = await Client(http, None).run(
            _ENTER, {"given": entering}, {"X-Forwarded-For": address}
        )
        tokens[name] = signed.payload()["token"]
    ids["root"] = (await root.data("{ viewer { user { id } } }"))["viewer"]["user"]["id"]
    anna = Client(http, tokens["anna"])
    key = await anna.mutate("createApiKey", {"name": "reader", "scopes": ["READ"]}, "secret")
    return Cast(
        root=root,
        anna=anna,
        boris=Client(http, tokens["boris"]),
        olga=Client(http, second.api_key),
        reader=Client(http, key.payload()["secret"]),
        nobody=Client(http, None),
        ids=ids,
        emails=emails,
        address=address,
        workspace_name=f"First {number}",
    )


async def ready_role(person: Client, code: str) -> str:
    """Give the id of one of the roles that come with a workspace, as an administrator sees it."""
    found = (await person.data("{ roles { id code } }"))["roles"]
    return next(str(role["id"]) for role in found if role["code"] == code)

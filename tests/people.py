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

from auth.tokens import TokenKind, digest, new_token
from db.database import Database
from domain.ids import encode_id
from resolvers.workspaces import create_workspace
from server import administration
from tests.client import Client
from tests.copies import Copies, id_in_copy

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
    """Give two workspaces and the people in them.

    The first of a kind is made as customers do it, and kept from tests: they get copies of it.
    """
    kind = (database, locale, currency)
    if kind not in _firsts:
        _firsts[kind] = await _make_first(database, http, locale, currency)
    return await _firsts[kind].copy(database, http, next(_numbers))


@dataclass(frozen=True, slots=True)
class _First:
    """A cast that others are copies of."""

    cast: Cast
    names: list[str]
    workspaces: Copies

    async def copy(self, database: Database, http: httpx.AsyncClient, number: int) -> Cast:
        """Give a cast with ids, names, addresses and tokens of its own."""
        first, swaps = self.cast, dict(zip(self.names, _names(number), strict=True))
        people = {}
        for name in ("root", "anna", "boris", "olga", "reader"):
            former = str(getattr(first, name).token)
            token = new_token(TokenKind(former[:2]))
            swaps[digest(former).hex()] = token.digest.hex()
            swaps[former[: len(token.prefix)]] = token.prefix
            people[name] = Client(http, token.secret)
        await self.workspaces.put(database, number, swaps)
        return Cast(
            **people,
            nobody=Client(http, None),
            ids={name: id_in_copy(text, number) for name, text in first.ids.items()},
            emails={name: swaps[email] for name, email in first.emails.items()},
            address=swaps[first.address],
            workspace_name=swaps[first.workspace_name],
        )


_firsts: dict[tuple[Database, str, str], _First] = {}


def _names(number: int) -> list[str]:
    """Give what casts are told apart by: workspaces, the address, e-mail addresses."""
    emails = [f"{name}{number}@example.com" for name in ("root", "olga", "anna", "boris")]
    return [f"First {number}", f"Second {number}", f"10.1.{number // 256}.{number % 256}", *emails]


async def _make_first(
    database: Database, http: httpx.AsyncClient, locale: str, currency: str
) -> _First:
    names = _names(next(_numbers))
    first_name, second_name, address, root_email, olga_email, *others = names
    first = await create_workspace(database, first_name, locale, currency, root_email)
    second = await create_workspace(database, second_name, locale, currency, olga_email)
    root = Client(http, first.api_key)
    emails = dict(zip(("anna", "boris"), others, strict=True))
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
    ids["root"] = encode_id("user", first.admin_id)
    for email in emails.values():
        await administration.give_role(database, first.workspace_id, email, "HEAD_OF_SALES")
    tokens = {}
    for name, given in persons.items():
        entering = {"email": given["email"], "password": given["password"]}
        signed = await Client(http, None).run(
            _ENTER, {"given": entering}, {"X-Forwarded-For": address}
        )
        tokens[name] = signed.payload()["token"]
    anna = Client(http, tokens["anna"])
    key = await anna.mutate("createApiKey", {"name": "reader", "scopes": ["READ"]}, "secret")
    cast = Cast(
        root=root,
        anna=anna,
        boris=Client(http, tokens["boris"]),
        olga=Client(http, second.api_key),
        reader=Client(http, key.payload()["secret"]),
        nobody=Client(http, None),
        ids=ids,
        emails=emails,
        address=address,
        workspace_name=first_name,
    )
    copies = await Copies.of(database, first.workspace_id, second.workspace_id)
    return _First(cast, names, copies)


async def ready_role(person: Client, code: str) -> str:
    """Give the id of one of the roles that come with a workspace, as an administrator sees it."""
    found = (await person.data("{ roles { id code } }"))["roles"]
    return next(str(role["id"]) for role in found if role["code"] == code)

"""Casts are copies of one that was made by the API: like it in everything, and not the same."""

import re
from collections import Counter

import httpx
from sqlalchemy import text

from db.base import metadata
from domain.ids import decode_id
from tests.conftest import Server
from tests.people import Cast, make_cast, password_of

UNIQUE = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|[a-z]+_[0-9a-z]{26}|\w+@example\.com|\\x[0-9a-f]+")
"""Ids as the database has them and as clients do, addresses, hashes of tokens."""


async def rows_of(people: Cast, server: Server) -> list[tuple[str, str]]:
    """Give all rows of both workspaces: the table, and the row as text."""
    asked = "{ viewer { workspace { id } } }"
    viewers = [(await admin.data(asked))["viewer"] for admin in (people.root, people.olga)]
    ids = [decode_id(viewer["workspace"]["id"])[1] for viewer in viewers]
    parts = [
        f"SELECT '{table.name}', to_jsonb(t)::text FROM {table.name} AS t"  # noqa: S608 - our own names
        " WHERE workspace_id = ANY(:ids)"
        for table in metadata.sorted_tables
        if "workspace_id" in table.c
    ]
    async with server.database.engine.connect() as connection:
        rows = await connection.execute(text(" UNION ALL ".join(parts)), {"ids": ids})
        return [(row[0], row[1]) for row in rows]


async def test_casts_have_as_much_and_nothing_in_common(
    people: Cast, server: Server, http: httpx.AsyncClient
) -> None:
    ours = await rows_of(people, server)
    theirs = await rows_of(await make_cast(server.database, http), server)

    assert Counter(name for name, _ in ours) == Counter(name for name, _ in theirs)
    known, others = [
        {value for _, row in rows for value in UNIQUE.findall(row)} for rows in (ours, theirs)
    ]
    assert known & others == set()
    assert len(known) == len(others) > len(ours)


async def test_everybody_of_a_cast_is_who_they_are(people: Cast) -> None:
    asked = "{ viewer { user { id email } roles { code } scopes workspace { name } } }"
    number = people.workspace_name.split()[-1]
    people.ids |= {"reader": people.ids["anna"]}
    for name, first, role, scopes in (
        ("root", "First", "ADMINISTRATOR", ["READ", "WRITE"]),
        ("anna", "First", "HEAD_OF_SALES", ["READ", "WRITE"]),
        ("boris", "First", "HEAD_OF_SALES", ["READ", "WRITE"]),
        ("reader", "First", "HEAD_OF_SALES", ["READ"]),
        ("olga", "Second", "ADMINISTRATOR", ["READ", "WRITE"]),
    ):
        viewer = (await getattr(people, name).data(asked))["viewer"]
        user = viewer.pop("user")
        assert user["id"] == people.ids.get(name, user["id"])
        assert user["email"] == f"{'anna' if name == 'reader' else name}{number}@example.com"
        assert viewer == {
            "roles": [{"code": role}],
            "scopes": scopes,
            "workspace": {"name": f"{first} {number}"},
        }


async def test_members_of_a_cast_sign_in_with_their_passwords(people: Cast) -> None:
    document = """mutation ($given: SignInInput!) {
      signIn(input: $given) { user { id } userErrors { code } } }"""
    for name, email in people.emails.items():
        given = {"email": email, "password": password_of(name)}
        signed = await people.nobody.run(
            document, {"given": given}, {"X-Forwarded-For": people.address}
        )
        assert signed.payload()["user"] == {"id": people.ids[name]}

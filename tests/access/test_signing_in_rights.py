"""Signing in shows no more than what the person who signs in may read."""

from typing import Any

from tests.access.roles import only
from tests.client import Client
from tests.people import Cast, password_of

SIGN_IN = """mutation ($given: SignInInput!) { signIn(input: $given) {
    user { id email departments { name members { id email } } } userErrors { code } } }"""


async def test_whoever_has_no_role_sees_their_own_entry_and_no_address_of_others(
    people: Cast,
) -> None:
    """Anna and Boris work in one department; Anna has no role, Boris has one."""
    made = await people.root.mutate("createDepartment", {"name": "Sales"}, "department { id }")
    members = {"departmentIds": [made.payload()["department"]["id"]]}
    for name in ("anna", "boris"):
        given = {"id": people.ids[name], **members}
        (await people.root.mutate("updateUser", given, "user { id }")).payload()
    await only(people, "anna")

    async def sign_in(name: str) -> dict[str, Any]:
        given = {"email": people.emails[name], "password": password_of(name)}
        answer = await Client(people.root.http, None).run(
            SIGN_IN, {"given": given}, {"X-Forwarded-For": people.address}
        )
        user: dict[str, Any] = answer.body["data"]["signIn"]["user"]
        return user

    boris = await sign_in("boris")
    emails = {people.emails["anna"], people.emails["boris"]}
    (sales,) = boris["departments"]
    assert {member["email"] for member in sales["members"]} == emails

    anna = await sign_in("anna")
    assert anna["email"] == people.emails["anna"]
    (sales,) = anna["departments"]
    assert sales == {"name": "Sales", "members": None}

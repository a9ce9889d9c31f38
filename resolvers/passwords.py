"""New passwords: changed by whoever knows the old one, or set by a link."""

from collections.abc import Mapping, Sequence
from typing import Any

from auth.actor import Scope
from auth.attempts import account, check_attempts
from auth.passwords import hash_password, verify_password
from domain.audit import AuditKind
from domain.errors import Code, ForbiddenError, RefusedError, UserError, refuse
from domain.passwords import MAX_LENGTH, MIN_LENGTH, password_problem
from resolvers.audit import audit
from resolvers.operation import Operation

CHANGING = "change password"
"""What tries at the old password are counted as."""


async def change_password(op: Operation, raw: Mapping[str, Any]) -> None:
    """Change one's own password; all other tokens of the person end."""
    if Scope.WRITE not in op.actor.scopes:
        raise ForbiddenError("token_scope")
    user = await op.loaders.one("user").load(op.actor.person_id)
    email = user.email if user is not None else ""
    errors = password_errors(raw["newPassword"], "newPassword", email=email)
    if errors:
        raise RefusedError(errors)
    counted = account(email, CHANGING)
    await check_attempts(op.session, counted)
    found = await op.session.call("voronka_identity", email)
    matches, _ = await verify_password(
        raw["currentPassword"], found[0].password_hash if found else None
    )
    if not matches:
        op.failed_tries.append(counted[0])
        raise refuse(Code.INVALID, "wrong_credentials", "currentPassword")
    stored = await hash_password(raw["newPassword"])
    await op.session.call("voronka_replace_password", email, stored, op.actor.token_id)
    await audit(op, AuditKind.PASSWORD_CHANGED)


def password_errors(password: str | None, *path: str, email: str = "") -> Sequence[UserError]:
    """Say what is wrong with a new password of the person with an e-mail address."""
    key = password_problem(password, email)
    if key is None:
        return []
    limits = {"minimum": MIN_LENGTH, "maximum": MAX_LENGTH}
    return [UserError(Code.INVALID, key, path, limits if key == "password_length" else {})]

"""Roles decide what people may see and do; who was an administrator or a member gets a ready one.

Revision ID: 0008
Revises: 0007
"""

import json

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from db.policies import ADMIT, protect, publish

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

AUTHENTICATE = """
CREATE FUNCTION voronka_authenticate(token_hash bytea)
RETURNS TABLE (workspace_id uuid, user_id uuid, token_id uuid, kind text, scopes text[],
               role_id uuid, locale text, currency text, settings_version bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT token.workspace_id, token.user_id, token.id, token.kind, token.scopes,
           token.role_id, workspace.locale, workspace.currency, workspace.settings_version
    FROM tokens AS token
    JOIN users AS person
      ON person.workspace_id = token.workspace_id AND person.id = token.user_id
    JOIN workspaces AS workspace ON workspace.id = token.workspace_id
    WHERE token.hash = token_hash
      AND token.revoked_at IS NULL
      AND (token.expires_at IS NULL OR token.expires_at > now())
      AND person.is_active
$$
"""
AUTHENTICATE_OIDC = """
CREATE FUNCTION voronka_authenticate_oidc(
    of_issuer text, of_subject text, wanted_name text, wanted_id uuid)
RETURNS TABLE (workspace_id uuid, user_id uuid, token_id uuid, kind text, scopes text[],
               role_id uuid, locale text, currency text, settings_version bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH place AS (
        SELECT person.workspace_id, person.id, workspace.locale, workspace.currency,
               workspace.settings_version
        FROM oidc_identities AS known
        JOIN users AS person ON person.identity_id = known.identity_id AND person.is_active
        JOIN workspaces AS workspace ON workspace.id = person.workspace_id
        WHERE known.issuer = of_issuer AND known.subject = of_subject
          AND (wanted_name IS NULL OR workspace.name = wanted_name OR workspace.id = wanted_id)
    )
    SELECT place.workspace_id, place.id, NULL::uuid, 'OIDC', ARRAY['READ', 'WRITE'],
           NULL::uuid, place.locale, place.currency, place.settings_version
    FROM place WHERE (SELECT count(*) FROM place) = 1
$$
"""
AUTHENTICATE_OIDC_BEFORE = (
    AUTHENTICATE_OIDC.replace("role_id uuid", "is_admin boolean")
    .replace("person.id, workspace.locale", "person.id, person.is_admin, workspace.locale")
    .replace("NULL::uuid, place.locale", "place.is_admin, place.locale")
)
AUTHENTICATE_BEFORE = """
CREATE FUNCTION voronka_authenticate(token_hash bytea)
RETURNS TABLE (workspace_id uuid, user_id uuid, token_id uuid, kind text, scopes text[],
               is_admin boolean, locale text, currency text, settings_version bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT token.workspace_id, token.user_id, token.id, token.kind, token.scopes,
           person.is_admin, workspace.locale, workspace.currency, workspace.settings_version
    FROM tokens AS token
    JOIN users AS person
      ON person.workspace_id = token.workspace_id AND person.id = token.user_id
    JOIN workspaces AS workspace ON workspace.id = token.workspace_id
    WHERE token.hash = token_hash
      AND token.revoked_at IS NULL
      AND (token.expires_at IS NULL OR token.expires_at > now())
      AND person.is_active
$$
"""
SALES = ("LEAD", "CONTACT", "COMPANY", "DEAL")
NEAR = ["OWN", "SHARED", "OBSERVED"]


def _grants(*given: tuple[str, str, list[str]]) -> str:
    return json.dumps(
        [
            {"entity": entity, "action": action, "scope": scope, "pipelineId": None,
             "stageId": None, "where": None}
            for entity, action, scope in given
        ]
    )  # fmt: skip


LOOKING = (("CATALOG_ELEMENT", "READ", ["ALL"]), ("USER", "READ", ["ALL"]))
ACTIONS = ("READ", "CREATE", "UPDATE", "DELETE", "EXPORT", "IMPORT")
ROLES = (
    ("ADMINISTRATOR", "Administrator", "Администратор", "[]"),
    (
        "HEAD_OF_SALES",
        "Head of sales",
        "Руководитель отдела продаж",
        _grants(
            *((entity, action, ["ALL"]) for entity in (*SALES, "CATALOG_ELEMENT")
              for action in ACTIONS),
            LOOKING[1],
        ),
    ),
    (
        "SALES_MANAGER",
        "Sales manager",
        "Менеджер по продажам",
        _grants(
            *((entity, action, scope) for entity in SALES for action, scope in (
                ("READ", NEAR), ("CREATE", ["OWN"]), ("UPDATE", NEAR), ("IMPORT", ["OWN"]))),
            *LOOKING,
        ),
    ),
    (
        "OBSERVER",
        "Observer",
        "Наблюдатель",
        _grants(*((entity, "READ", NEAR) for entity in SALES), *LOOKING),
    ),
)  # fmt: skip
# An id that tells the time, as the application makes them (RFC 9562, UUID version 7).
NEW_ID = """encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid()) placing substring(
    int8send(floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3) FROM 1 FOR 6),
    52, 1), 53, 1), 'hex')::uuid"""
ADD_ROLES = sa.text(f"""
INSERT INTO roles (workspace_id, id, name, code, grants)
SELECT workspace.id, {NEW_ID}, CASE workspace.locale WHEN 'ru' THEN :ru ELSE :en END,
       :code, CAST(:grants AS jsonb)
FROM workspaces AS workspace
""")  # noqa: S608 - made of the constant above
GIVE_ROLES = f"""
INSERT INTO role_assignments (workspace_id, id, role_id, user_id)
SELECT person.workspace_id, {NEW_ID}, role.id, person.id
FROM users AS person JOIN roles AS role ON role.workspace_id = person.workspace_id
 AND role.code = CASE WHEN person.is_admin THEN 'ADMINISTRATOR' ELSE 'SALES_MANAGER' END
"""  # noqa: S608 - made of the constant above
TAKE_ROLES = """
UPDATE users AS person SET is_admin = true
FROM role_assignments AS given JOIN roles AS role
  ON role.workspace_id = given.workspace_id AND role.id = given.role_id
WHERE given.workspace_id = person.workspace_id AND given.user_id = person.id
  AND role.code = 'ADMINISTRATOR'
"""


def _list(name: str) -> sa.Column[object]:
    return sa.Column(
        name, postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False
    )


def _moment() -> sa.Column[object]:
    return sa.Column(
        "created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False
    )


def _belongs(column: str, table: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["workspace_id", column],
        [f"{target}.workspace_id", f"{target}.id"],
        name=op.f(f"fk_{table}_{column}"),
        ondelete="CASCADE",
    )


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "roles",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        _list("grants"),
        _list("field_rules"),
        _list("field_defaults"),
        _list("settings"),
        _moment(),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name="fk_roles_workspace_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_roles")),
        sa.UniqueConstraint("workspace_id", "code", name=op.f("uq_roles_workspace_id_code")),
    )
    op.create_index("ix_roles_name", "roles", ["workspace_id", "name", "id"])
    table = "role_assignments"
    op.create_table(
        table,
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("role_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("department_id", sa.Uuid(), nullable=True),
        sa.Column("include_subdepartments", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=True),
        _moment(),
        sa.CheckConstraint(
            "num_nonnulls(user_id, department_id, group_id) = 1",
            name=op.f("ck_role_assignments_one_holder"),
        ),
        _belongs("role_id", table, "roles"),
        _belongs("user_id", table, "users"),
        _belongs("department_id", table, "departments"),
        _belongs("group_id", table, "groups"),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name="fk_role_assignments_workspace_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_role_assignments")),
    )
    for column in ("user_id", "department_id", "group_id"):
        op.create_index(f"ix_{table}_{column}", table, ["workspace_id", column])
    op.create_index(
        "uq_role_assignments_holder",
        table,
        ["workspace_id", "role_id", sa.text("coalesce(user_id, department_id, group_id)")],
        unique=True,
    )
    for name in ("roles", table):
        for statement in protect(name):
            op.execute(statement)
    for code, english, russian, grants in ROLES:
        op.execute(ADD_ROLES.bindparams(code=code, en=english, ru=russian, grants=grants))
    op.execute(GIVE_ROLES)
    op.add_column("tokens", sa.Column("role_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_tokens_role_id"),
        "tokens",
        "roles",
        ["workspace_id", "role_id"],
        ["workspace_id", "id"],
        ondelete="CASCADE",
    )
    admit = ADMIT.replace("is_admin boolean", "role_id uuid")
    _replace_authenticate(admit, AUTHENTICATE, AUTHENTICATE_OIDC)
    op.drop_column("users", "is_admin")


def downgrade() -> None:
    """Take the change back."""
    op.add_column(
        "users", sa.Column("is_admin", sa.Boolean(), server_default="false", nullable=False)
    )
    op.execute(TAKE_ROLES)
    _replace_authenticate(ADMIT, AUTHENTICATE_BEFORE, AUTHENTICATE_OIDC_BEFORE)
    op.drop_constraint(op.f("fk_tokens_role_id"), "tokens")
    op.drop_column("tokens", "role_id")
    op.drop_table("role_assignments")
    op.drop_table("roles")


def _replace_authenticate(*bodies: str) -> None:
    """Replace the functions that know tokens, and the one that gives what those give."""
    signatures = (
        "voronka_admit(bytea, boolean, integer)",
        "voronka_authenticate(bytea)",
        "voronka_authenticate_oidc(text, text, text, uuid)",
    )
    for signature in signatures:
        op.execute(f"DROP FUNCTION {signature}")
    for signature, body in zip(signatures, bodies, strict=True):
        for statement in publish(signature, body):
            op.execute(statement)

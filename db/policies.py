"""Row-level security: SQL of roles, policies, and functions that run before a workspace is known.

Used by migrations only. The application's login owns the tables, so its reads are free of policies;
`SET LOCAL ROLE voronka_app` puts a transaction under them.
"""

from typing import Final

CREATE_ROLE: Final = """
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'voronka_app') THEN
        CREATE ROLE voronka_app NOLOGIN NOBYPASSRLS;
    END IF;
    -- PostgreSQL 15 knows no SET: there a member may become the role.
    IF NOT pg_has_role(current_user, 'voronka_app', CASE
        WHEN current_setting('server_version_num')::int < 160000 THEN 'MEMBER' ELSE 'SET' END) THEN
        EXECUTE format('GRANT voronka_app TO %I', current_user);
    END IF;
END $$
"""

EXTENSIONS: Final = ("pg_trgm", "btree_gin")
"""Trusted extensions: the owner of a database may create them."""

CURRENT_WORKSPACE: Final = (
    "(SELECT nullif(current_setting('voronka.workspace_id', true), '')::uuid)"
)

AUTHENTICATE: Final = """
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

ADMIT: Final = """
CREATE FUNCTION voronka_admit(token_hash bytea, alone boolean, patience integer)
RETURNS TABLE (workspace_id uuid, user_id uuid, token_id uuid, kind text, scopes text[],
               is_admin boolean, locale text, currency text, settings_version bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    lock bigint;
BEGIN
    SELECT hashtextextended(token.workspace_id || '/settings', 0) INTO lock
    FROM tokens AS token
    WHERE token.hash = token_hash
      AND token.revoked_at IS NULL
      AND (token.expires_at IS NULL OR token.expires_at > now());
    IF FOUND THEN
        PERFORM set_config('lock_timeout', patience::text, true);
        IF alone THEN
            PERFORM pg_advisory_xact_lock(lock);
        ELSE
            PERFORM pg_advisory_xact_lock_shared(lock);
        END IF;
        -- A statement of its own: it sees what was committed while this one waited.
        RETURN QUERY SELECT * FROM voronka_authenticate(token_hash);
    END IF;
END $$
"""
"""Finds who shows a token, and holds the settings of the workspace until the transaction ends."""

IDENTITY: Final = """
CREATE FUNCTION voronka_identity(wanted text)
RETURNS TABLE (identity_id uuid, password_hash text, workspace_id uuid, workspace_name text,
               user_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT identity.id, identity.password_hash, workspace.id, workspace.name, person.id
    FROM identities AS identity
    LEFT JOIN users AS person ON person.identity_id = identity.id AND person.is_active
    LEFT JOIN workspaces AS workspace ON workspace.id = person.workspace_id
    WHERE identity.email = wanted
    ORDER BY workspace.created_at, workspace.id
$$
"""

REGISTER_IDENTITY: Final = """
CREATE FUNCTION voronka_register_identity(new_id uuid, new_email text, new_hash text)
RETURNS TABLE (identity_id uuid, is_new boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO identities AS identity (id, email, password_hash)
    VALUES (new_id, new_email, new_hash) ON CONFLICT (email) DO NOTHING;
    RETURN QUERY SELECT identity.id, identity.id = new_id
    FROM identities AS identity WHERE identity.email = new_email;
END $$
"""

STORE_HASH: Final = """
CREATE FUNCTION voronka_set_password(wanted text, new_hash text)
RETURNS TABLE (identity_id uuid)
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE identities SET password_hash = new_hash WHERE email = wanted RETURNING id
$$
"""

WORKSPACES: Final = """
CREATE FUNCTION voronka_workspaces()
RETURNS TABLE (id uuid, name text, locale text, currency text, created_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT id, name, locale, currency, created_at FROM workspaces ORDER BY created_at, id
$$
"""

FUNCTIONS: Final = (
    ("voronka_authenticate(bytea)", AUTHENTICATE),
    ("voronka_identity(text)", IDENTITY),
    ("voronka_register_identity(uuid, text, text)", REGISTER_IDENTITY),
    ("voronka_set_password(text, text)", STORE_HASH),
    ("voronka_workspaces()", WORKSPACES),
)


def protect(table: str, column: str = "workspace_id") -> tuple[str, ...]:
    """Give the statements that put a table of this schema under the workspace policy."""
    holds = f"{column} = {CURRENT_WORKSPACE}"
    return (
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"CREATE POLICY workspace ON {table} USING ({holds}) WITH CHECK ({holds})",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO voronka_app",
    )


def publish(signature: str, body: str) -> tuple[str, ...]:
    """Give the statements that create a function for the application's role alone."""
    return (
        body,
        f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC",
        f"GRANT EXECUTE ON FUNCTION {signature} TO voronka_app",
    )

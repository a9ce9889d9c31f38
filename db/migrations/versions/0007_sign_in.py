"""Sessions that can be looked at, links that set a password, OpenID Connect, the audit log."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from db.policies import protect, publish

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# The keys come sorted, so that two tries cannot wait for each other. A moving window: a try that
# is refused is not one of those that count.
ATTEMPT = """
CREATE FUNCTION voronka_attempt(keys bytea[], most integer[], seconds integer)
RETURNS TABLE (allowed boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    moment timestamptz := clock_timestamp();
    life interval := make_interval(secs => seconds);
    kept timestamptz[];
BEGIN
    allowed := true;
    FOR place IN 1 .. cardinality(keys) LOOP
        INSERT INTO sign_in_attempts AS attempt (key, times, until)
        VALUES (keys[place], '{}', moment + life)
        ON CONFLICT (key) DO UPDATE SET until = moment + life
        RETURNING attempt.times INTO kept;
        kept := ARRAY(SELECT each FROM unnest(kept) AS each WHERE each > moment - life);
        IF cardinality(kept) < most[place] THEN
            kept := kept || moment;
        ELSE
            allowed := false;
        END IF;
        UPDATE sign_in_attempts AS attempt SET times = kept WHERE attempt.key = keys[place];
    END LOOP;
    RETURN NEXT;
END $$
"""

ATTEMPTS = """
CREATE FUNCTION voronka_attempts(wanted bytea, seconds integer)
RETURNS TABLE (count bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT count(*) FROM sign_in_attempts AS attempt, unnest(attempt.times) AS each
    WHERE attempt.key = wanted AND each > clock_timestamp() - make_interval(secs => seconds)
$$
"""

# Waits for whoever is changing the password, and keeps it from being changed.
HOLD_IDENTITY = """
CREATE FUNCTION voronka_hold_identity(wanted text)
RETURNS TABLE (password_hash text)
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT identity.password_hash FROM identities AS identity WHERE identity.email = wanted
    FOR SHARE
$$
"""

# The identity first: who signs in at this moment holds it, and is seen by the next statements.
NEW_HASH = """
CREATE FUNCTION voronka_replace_password(wanted text, new_hash text, kept uuid)
RETURNS TABLE (identity_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE identities AS identity SET password_hash = new_hash WHERE identity.email = wanted
    RETURNING identity.id INTO identity_id;
    UPDATE tokens AS token SET revoked_at = now()
    FROM users AS person
    WHERE person.identity_id = voronka_replace_password.identity_id
      AND token.workspace_id = person.workspace_id AND token.user_id = person.id
      AND token.revoked_at IS NULL AND token.id IS DISTINCT FROM kept;
    UPDATE sign_in_links AS link SET used_at = now()
    FROM users AS person
    WHERE person.identity_id = voronka_replace_password.identity_id
      AND link.workspace_id = person.workspace_id AND link.user_id = person.id
      AND link.used_at IS NULL;
    IF identity_id IS NOT NULL THEN
        RETURN NEXT;
    END IF;
END $$
"""

FIND_LINK = """
CREATE FUNCTION voronka_find_link(wanted bytea, wanted_purpose text)
RETURNS TABLE (workspace_id uuid, user_id uuid, email text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT person.workspace_id, person.id, identity.email
    FROM sign_in_links AS link
    JOIN users AS person
      ON person.workspace_id = link.workspace_id AND person.id = link.user_id
    JOIN identities AS identity ON identity.id = person.identity_id
    WHERE link.hash = wanted AND link.purpose = wanted_purpose
      AND link.used_at IS NULL AND link.expires_at > now() AND person.is_active
$$
"""

# Of two who come with one link, the second waits for the first and finds it used.
USE_LINK = """
CREATE FUNCTION voronka_use_link(wanted bytea, wanted_purpose text)
RETURNS TABLE (workspace_id uuid, user_id uuid, email text)
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE sign_in_links AS link SET used_at = now()
    FROM users AS person, identities AS identity
    WHERE link.hash = wanted AND link.purpose = wanted_purpose
      AND link.used_at IS NULL AND link.expires_at > now()
      AND person.workspace_id = link.workspace_id AND person.id = link.user_id
      AND person.is_active AND identity.id = person.identity_id
    RETURNING person.workspace_id, person.id, identity.email
$$
"""

IDENTITY_STATE = """
CREATE FUNCTION voronka_identity_state(wanted text)
RETURNS TABLE (has_password boolean, workspaces bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT identity.password_hash IS NOT NULL,
           (SELECT count(*) FROM users AS person WHERE person.identity_id = identity.id)
    FROM identities AS identity WHERE identity.email = wanted
$$
"""

# An address that went to somebody else does not bring the account along: once a person of the
# issuer has come, only that person is let in.
LINK_OIDC = """
CREATE FUNCTION voronka_link_oidc(of_issuer text, of_subject text, of_email text)
RETURNS TABLE (is_known boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO oidc_identities (issuer, subject, identity_id)
    SELECT of_issuer, of_subject, identity.id FROM identities AS identity
    WHERE identity.email = of_email AND NOT EXISTS (
        SELECT FROM oidc_identities AS known
        WHERE known.issuer = of_issuer AND known.identity_id = identity.id)
    ON CONFLICT DO NOTHING;
    RETURN QUERY SELECT EXISTS (
        SELECT FROM oidc_identities AS known
        WHERE known.issuer = of_issuer AND known.subject = of_subject);
END $$
"""

UNLINK_OIDC = """
CREATE FUNCTION voronka_unlink_oidc(wanted text)
RETURNS TABLE (subject text)
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DELETE FROM oidc_identities AS known USING identities AS identity
    WHERE identity.email = wanted AND known.identity_id = identity.id
    RETURNING known.subject
$$
"""

# One row or none: whoever works in several workspaces has to name one.
AUTHENTICATE_OIDC = """
CREATE FUNCTION voronka_authenticate_oidc(
    of_issuer text, of_subject text, wanted_name text, wanted_id uuid)
RETURNS TABLE (workspace_id uuid, user_id uuid, token_id uuid, kind text, scopes text[],
               is_admin boolean, locale text, currency text, settings_version bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH place AS (
        SELECT person.workspace_id, person.id, person.is_admin, workspace.locale,
               workspace.currency, workspace.settings_version
        FROM oidc_identities AS known
        JOIN users AS person ON person.identity_id = known.identity_id AND person.is_active
        JOIN workspaces AS workspace ON workspace.id = person.workspace_id
        WHERE known.issuer = of_issuer AND known.subject = of_subject
          AND (wanted_name IS NULL OR workspace.name = wanted_name OR workspace.id = wanted_id)
    )
    SELECT place.workspace_id, place.id, NULL::uuid, 'OIDC', ARRAY['READ', 'WRITE'],
           place.is_admin, place.locale, place.currency, place.settings_version
    FROM place WHERE (SELECT count(*) FROM place) = 1
$$
"""

# Beside any operation, of whatever workspaces: only the server's own journal calls it.
JOURNAL = """
CREATE FUNCTION voronka_journal(entries text)
RETURNS TABLE (id uuid)
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    INSERT INTO audit_events AS entry
        (workspace_id, id, at, kind, user_id, about_id, token_id, address, user_agent, details)
    SELECT given.workspace_id, given.id, given.at, given.kind, given.user_id, given.about_id,
           given.token_id, given.address, given.user_agent, given.details
    FROM jsonb_to_recordset(entries::jsonb) AS given (
        workspace_id uuid, id uuid, at timestamptz, kind text, user_id uuid, about_id uuid,
        token_id uuid, address text, user_agent text, details jsonb)
    WHERE EXISTS (SELECT FROM workspaces WHERE workspaces.id = given.workspace_id)
    ON CONFLICT DO NOTHING
    RETURNING entry.id
$$
"""

TOUCH_TOKENS = """
CREATE FUNCTION voronka_touch_tokens(ids uuid[], moments timestamptz[])
RETURNS TABLE (id uuid)
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE tokens AS token SET last_used_at = used.moment
    FROM unnest(ids, moments) AS used (id, moment)
    WHERE token.id = used.id
      AND (token.last_used_at IS NULL OR token.last_used_at < used.moment - interval '30 seconds')
    RETURNING token.id
$$
"""

# The application can add to the log and forget what is old, nothing else.
PURGE = """
CREATE FUNCTION voronka_purge_sign_in()
RETURNS TABLE (forgotten bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    DELETE FROM sign_in_attempts AS attempt WHERE attempt.until < now();
    DELETE FROM audit_events AS entry
    WHERE entry.workspace_id = current_setting('voronka.workspace_id')::uuid
      AND entry.at < now() - interval '400 days';
    GET DIAGNOSTICS forgotten = ROW_COUNT;
    RETURN NEXT;
END $$
"""

OF_THE_APPLICATION = (
    ("voronka_attempt(bytea[], integer[], integer)", ATTEMPT),
    ("voronka_attempts(bytea, integer)", ATTEMPTS),
    ("voronka_hold_identity(text)", HOLD_IDENTITY),
    ("voronka_replace_password(text, text, uuid)", NEW_HASH),
    ("voronka_find_link(bytea, text)", FIND_LINK),
    ("voronka_use_link(bytea, text)", USE_LINK),
    ("voronka_identity_state(text)", IDENTITY_STATE),
    ("voronka_link_oidc(text, text, text)", LINK_OIDC),
    ("voronka_unlink_oidc(text)", UNLINK_OIDC),
    ("voronka_authenticate_oidc(text, text, text, uuid)", AUTHENTICATE_OIDC),
    ("voronka_purge_sign_in()", PURGE),
)
OF_THE_SERVER = (
    ("voronka_journal(text)", JOURNAL),
    ("voronka_touch_tokens(uuid[], timestamptz[])", TOUCH_TOKENS),
)
AUDIT_INDEXES = ("at", "kind", "user_id", "about_id")


def upgrade() -> None:
    """Apply the change."""
    _create_tables()
    for name in AUDIT_INDEXES:
        op.create_index(f"ix_audit_events_{name}", "audit_events", ["workspace_id", name, "id"])
    op.create_index(
        "ix_audit_events_trigrams",
        "audit_events",
        ["workspace_id", "address", "user_agent"],
        postgresql_using="gin",
        postgresql_ops={"address": "gin_trgm_ops", "user_agent": "gin_trgm_ops"},
    )
    for table in ("audit_events", "sign_in_links"):
        for statement in protect(table):
            op.execute(statement)
    op.execute("REVOKE UPDATE, DELETE ON audit_events FROM voronka_app")
    op.execute("ALTER TABLE oidc_identities ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE sign_in_attempts ENABLE ROW LEVEL SECURITY")
    for signature, body in OF_THE_APPLICATION:
        for statement in publish(signature, body):
            op.execute(statement)
    for signature, body in OF_THE_SERVER:
        op.execute(body)
        op.execute(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")


def _create_tables() -> None:
    for name in ("address", "user_agent"):
        op.add_column("tokens", sa.Column(name, sa.Text(), nullable=True))
    op.add_column("tokens", sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("tokens", sa.Column("superseded_by_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_tokens_superseded_by_id"),
        "tokens",
        "tokens",
        ["workspace_id", "superseded_by_id"],
        ["workspace_id", "id"],
    )
    op.create_index(
        "ix_tokens_superseded_by_id",
        "tokens",
        ["workspace_id", "superseded_by_id"],
        postgresql_where=sa.text("superseded_by_id IS NOT NULL"),
    )
    op.create_table(
        "audit_events",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        _moment("at"),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("about_id", sa.Uuid(), nullable=True),
        sa.Column("token_id", sa.Uuid(), nullable=True),
        sa.Column("subject_type", sa.Text(), nullable=True),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("user_agent", sa.Text(), nullable=True),
        sa.Column("details", postgresql.JSONB(), server_default="{}", nullable=False),
        _person("audit_events", "user_id"),
        _person("audit_events", "about_id"),
        _workspace("audit_events"),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_audit_events")),
    )
    op.create_table(
        "sign_in_links",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        _moment("created_at"),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        _person("sign_in_links", "user_id"),
        _workspace("sign_in_links"),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_sign_in_links")),
        sa.UniqueConstraint("hash", name=op.f("uq_sign_in_links_hash")),
    )
    op.create_index("ix_sign_in_links_user_id", "sign_in_links", ["workspace_id", "user_id"])
    op.create_table(
        "oidc_identities",
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("identity_id", sa.Uuid(), nullable=False),
        _moment("created_at"),
        sa.ForeignKeyConstraint(
            ["identity_id"],
            ["identities.id"],
            name="fk_oidc_identities_identity_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("issuer", "subject", name=op.f("pk_oidc_identities")),
    )
    op.create_index("ix_oidc_identities_identity_id", "oidc_identities", ["identity_id"])
    op.create_table(
        "sign_in_attempts",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("times", postgresql.ARRAY(sa.DateTime(timezone=True)), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_sign_in_attempts")),
        prefixes=["UNLOGGED"],
    )


def _moment(name: str) -> sa.Column[object]:
    return sa.Column(
        name, sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
    )


def _person(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["workspace_id", column],
        ["users.workspace_id", "users.id"],
        name=op.f(f"fk_{table}_{column}"),
    )


def _workspace(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["workspace_id"], ["workspaces.id"], name=f"fk_{table}_workspace_id", ondelete="CASCADE"
    )


def downgrade() -> None:
    """Take the change back."""
    for signature, _ in (*OF_THE_APPLICATION, *OF_THE_SERVER):
        op.execute(f"DROP FUNCTION {signature}")
    for table in ("sign_in_attempts", "oidc_identities", "sign_in_links", "audit_events"):
        op.drop_table(table)
    op.drop_index("ix_tokens_superseded_by_id", table_name="tokens")
    op.drop_constraint(op.f("fk_tokens_superseded_by_id"), "tokens", type_="foreignkey")
    for name in ("superseded_by_id", "last_used_at", "user_agent", "address"):
        op.drop_column("tokens", name)

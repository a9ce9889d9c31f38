"""What workspaces made before there were products lack: units, tax rates, rights on products.

Only where there never was anything of the kind, and in roles that are as they were delivered.

Revision ID: 0020
Revises: 0019
"""

import json
from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

# Codes in OKEI, and in UN/ECE Recommendation 20.
UNITS = (
    ("796", "шт", "C62", "pcs"), ("166", "кг", "KGM", "kg"), ("163", "г", "GRM", "g"),
    ("006", "м", "MTR", "m"), ("055", "м²", "MTK", "m²"), ("113", "м³", "MTQ", "m³"),
    ("112", "л", "LTR", "l"), ("356", "ч", "HUR", "h"), ("359", "сут", "DAY", "day"),
    ("362", "мес", "MON", "month"), ("778", "упак", "PK", "pack"),
)  # fmt: skip
TAX_RATES = {
    "ru": (("Без НДС", 0), ("НДС 10 %", 10), ("НДС 20 %", 20), ("НДС 22 %", 22)),
    "en": (("No tax", 0),),
}
# The first one of each is the usual one. What has ever been made is told of in the log.
ADD_UNITS = sa.text("""
WITH added AS (
    INSERT INTO measure_units (workspace_id, id, code, name, is_default, sort)
    SELECT workspace.id, gen_random_uuid(), ready.code, ready.name, ready.place = 1,
           ready.place * 10
    FROM workspaces AS workspace
    JOIN jsonb_to_recordset(CAST(:ready AS jsonb))
      AS ready (locale text, place integer, code text, name text)
      ON ready.locale = workspace.locale
    WHERE NOT EXISTS (SELECT FROM measure_units AS known WHERE known.workspace_id = workspace.id)
      AND NOT EXISTS (SELECT FROM events AS told WHERE told.workspace_id = workspace.id
                      AND told.record_type = 'measure_unit')
    RETURNING workspace_id
)
UPDATE workspaces SET settings_version = settings_version + 1
WHERE id IN (SELECT workspace_id FROM added)
""")
ADD_TAX_RATES = sa.text("""
WITH added AS (
    INSERT INTO tax_rates (workspace_id, id, name, rate, is_default, sort)
    SELECT workspace.id, gen_random_uuid(), ready.name, ready.rate * 10000, ready.place = 1,
           ready.place * 10
    FROM workspaces AS workspace
    JOIN jsonb_to_recordset(CAST(:ready AS jsonb))
      AS ready (locale text, place integer, name text, rate bigint)
      ON ready.locale = workspace.locale
    WHERE NOT EXISTS (SELECT FROM tax_rates AS known WHERE known.workspace_id = workspace.id)
      AND NOT EXISTS (SELECT FROM events AS told WHERE told.workspace_id = workspace.id
                      AND told.record_type = 'tax_rate')
    RETURNING workspace_id
)
UPDATE workspaces SET settings_version = settings_version + 1
WHERE id IN (SELECT workspace_id FROM added)
""")
GRANT = sa.text("""
WITH granted AS (
    UPDATE roles SET grants = CAST(:after AS jsonb)
    WHERE code = :code AND grants = CAST(:before AS jsonb)
      AND field_rules = '[]' AND field_defaults = '[]' AND settings = '[]'
    RETURNING workspace_id
)
UPDATE workspaces SET settings_version = settings_version + 1
WHERE id IN (SELECT workspace_id FROM granted)
""")

Given = tuple[str, str, list[str]]
SALES = ("LEAD", "CONTACT", "COMPANY", "DEAL")
NEAR = ["OWN", "SHARED", "OBSERVED"]
ACTIONS = ("READ", "CREATE", "UPDATE", "DELETE", "EXPORT", "IMPORT")


def _everything(*entities: str) -> list[Given]:
    return [(entity, action, ["ALL"]) for entity in entities for action in ACTIONS]


ELEMENTS, PRODUCTS, PEOPLE = (
    (entity, "READ", ["ALL"]) for entity in ("CATALOG_ELEMENT", "PRODUCT", "USER")
)
MANAGER = [
    (entity, action, scope)
    for entity in SALES
    for action, scope in (("READ", NEAR), ("CREATE", ["OWN"]), ("UPDATE", NEAR),
                          ("IMPORT", ["OWN"]))
]  # fmt: skip
OBSERVER = [(entity, "READ", NEAR) for entity in SALES]
ROLES: tuple[tuple[str, list[Given], list[Given]], ...] = (
    (
        "HEAD_OF_SALES",
        [*_everything(*SALES, "CATALOG_ELEMENT"), PEOPLE],
        [*_everything(*SALES, "CATALOG_ELEMENT", "PRODUCT"), PEOPLE],
    ),
    ("SALES_MANAGER", [*MANAGER, ELEMENTS, PEOPLE], [*MANAGER, ELEMENTS, PRODUCTS, PEOPLE]),
    ("OBSERVER", [*OBSERVER, ELEMENTS, PEOPLE], [*OBSERVER, ELEMENTS, PRODUCTS, PEOPLE]),
)
"""By code: what was granted, and what is."""


def _stored(given: Sequence[Given]) -> str:
    return json.dumps(
        [
            {"entity": entity, "action": action, "scope": scope, "pipelineId": None,
             "stageId": None, "where": None}
            for entity, action, scope in given
        ]
    )  # fmt: skip


def upgrade() -> None:
    """Apply the change."""
    units = [
        {"locale": locale, "place": place, "code": code, "name": name}
        for place, (okei, russian, un_ece, english) in enumerate(UNITS, 1)
        for locale, code, name in (("ru", okei, russian), ("en", un_ece, english))
    ]
    rates = [
        {"locale": locale, "place": place, "name": name, "rate": rate}
        for locale, rows in TAX_RATES.items()
        for place, (name, rate) in enumerate(rows, 1)
    ]
    op.execute(ADD_UNITS.bindparams(ready=json.dumps(units)))
    op.execute(ADD_TAX_RATES.bindparams(ready=json.dumps(rates)))
    for code, before, after in ROLES:
        op.execute(GRANT.bindparams(code=code, before=_stored(before), after=_stored(after)))


def downgrade() -> None:
    """Leave what was added, which may be in use by now: it is no harm to what was before."""

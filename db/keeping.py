"""Triggers that keep the numbers of a table of records: see `db/models/kept_numbers.py`.

Used by migrations only. Whoever writes a record adds the difference, in the same transaction and
without a lock on what others have added, so each transaction sees the numbers of the records that
it sees.
"""

from string import Template
from typing import Final

_PLACE: Final = ("pipeline_id", "stage_id", "responsible_id", "is_shared")

_FUNCTION: Final = Template("""
CREATE FUNCTION voronka_keep_numbers_of_$table() RETURNS trigger LANGUAGE plpgsql AS $$$$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO kept_numbers (workspace_id, record_type, $place, count, valued, amount)
        SELECT workspace_id, '$entity', $of_row, count(*), count($amount), coalesce(sum($amount), 0)
        FROM written WHERE deleted_at IS NULL
        GROUP BY workspace_id, $grouped;
    ELSIF TG_OP = 'DELETE' THEN
        -- With a workspace all its numbers go, so there is nothing to take away from.
        INSERT INTO kept_numbers (workspace_id, record_type, $place, count, valued, amount)
        SELECT workspace_id, '$entity', $of_row, -count(*), -count($amount),
               -coalesce(sum($amount), 0)
        FROM written WHERE deleted_at IS NULL
          AND EXISTS (SELECT FROM workspaces WHERE workspaces.id = written.workspace_id)
        GROUP BY workspace_id, $grouped;
    ELSIF OLD.deleted_at IS NULL AND NEW.deleted_at IS NULL
          AND ($old_grouped) IS NOT DISTINCT FROM ($new_grouped) THEN
        INSERT INTO kept_numbers (workspace_id, record_type, $place, count, valued, amount)
        VALUES (NEW.workspace_id, '$entity', $of_new, 0,
                num_nonnulls($new_amount) - num_nonnulls($old_amount),
                coalesce($new_amount, 0)::numeric - coalesce($old_amount, 0));
    ELSE
        INSERT INTO kept_numbers (workspace_id, record_type, $place, count, valued, amount)
        SELECT NEW.workspace_id, '$entity', $place, count, valued, amount
        FROM (VALUES
            (OLD.deleted_at, $of_old, -1, -num_nonnulls($old_amount),
             -coalesce($old_amount, 0)::numeric),
            (NEW.deleted_at, $of_new, 1, num_nonnulls($new_amount),
             coalesce($new_amount, 0)::numeric)
        ) AS moved (deleted_at, $place, count, valued, amount)
        WHERE deleted_at IS NULL;
    END IF;
    RETURN NULL;
END $$$$
""")
_TRIGGERS: Final = (
    Template(
        "CREATE TRIGGER keep_numbers_added AFTER INSERT ON $table"
        " REFERENCING NEW TABLE AS written FOR EACH STATEMENT"
        " EXECUTE FUNCTION voronka_keep_numbers_of_$table()"
    ),
    Template(
        "CREATE TRIGGER keep_numbers_removed AFTER DELETE ON $table"
        " REFERENCING OLD TABLE AS written FOR EACH STATEMENT"
        " EXECUTE FUNCTION voronka_keep_numbers_of_$table()"
    ),
    # Of each row, so that all other changes cost the comparison and nothing else.
    Template(
        "CREATE TRIGGER keep_numbers_changed AFTER UPDATE ON $table FOR EACH ROW"
        " WHEN ((OLD.deleted_at IS NULL, $old_amount, $old_grouped)"
        " IS DISTINCT FROM (NEW.deleted_at IS NULL, $new_amount, $new_grouped))"
        " EXECUTE FUNCTION voronka_keep_numbers_of_$table()"
    ),
)
_REVOKE: Final = Template("REVOKE ALL ON FUNCTION voronka_keep_numbers_of_$table() FROM PUBLIC")
_FILL: Final = Template("""
INSERT INTO kept_numbers (workspace_id, record_type, $place, count, valued, amount)
SELECT workspace_id, '$entity', $of_row, count(*), count($amount), coalesce(sum($amount), 0)
FROM $table WHERE deleted_at IS NULL
GROUP BY workspace_id, $grouped
""")


def keep_numbers(
    table: str, entity: str, *columns: str, amount: str | None = None
) -> tuple[str, ...]:
    """Give the statements that keep the numbers of a table from now on, and count what is there.

    `columns` are those of a place that the table has, `amount` is the base amount to add up. Nobody
    writes between the triggers and the counting: the former lock the table.
    """
    parts = {
        "table": table,
        "entity": entity,
        "place": ", ".join(_PLACE),
        "grouped": ", ".join(columns),
        "of_row": _values("", columns),
        "of_old": _values("OLD.", columns),
        "of_new": _values("NEW.", columns),
        "amount": _amount("", amount),
        "old_amount": _amount("OLD.", amount),
        "new_amount": _amount("NEW.", amount),
        "old_grouped": ", ".join(f"OLD.{column}" for column in columns),
        "new_grouped": ", ".join(f"NEW.{column}" for column in columns),
    }
    templates = (_FUNCTION, _REVOKE, *_TRIGGERS, _FILL)
    return tuple(template.substitute(parts) for template in templates)


def stop_keeping_numbers(table: str) -> tuple[str, ...]:
    """Give the statements that take the triggers of a table away."""
    return (f"DROP FUNCTION voronka_keep_numbers_of_{table}() CASCADE",)


def _values(row: str, columns: tuple[str, ...]) -> str:
    return ", ".join(f"{row}{column}" if column in columns else "NULL::uuid" for column in _PLACE)


def _amount(row: str, amount: str | None) -> str:
    return "NULL::bigint" if amount is None else f"{row}{amount}"

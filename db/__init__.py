"""The database: tables, sessions with the statement guard, filters as SQL, migrations.

Knows rows and statements, not who asks; imports `domain` only.
"""

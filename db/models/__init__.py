"""The tables, a file per group; `db/tables.py` lists them all."""

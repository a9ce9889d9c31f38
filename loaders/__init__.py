"""Batched reads over aiodataloader; the only SELECTs on records and settings.

One statement per relation and level, whatever the number of rows. Knows who asks (`auth`), knows no
GraphQL.
"""

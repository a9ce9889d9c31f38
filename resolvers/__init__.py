"""Business operations, one use case a module: (operation, input) to rows.

Know no GraphQL and no HTTP; writes go through `resolvers/changes.py` alone.
"""

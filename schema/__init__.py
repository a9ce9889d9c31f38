"""The GraphQL surface: types, arguments, payloads and errors; speaks GraphQL, never SQL.

Types are derived from the declarations in `domain`; what they do is in `resolvers` and `loaders`.
"""

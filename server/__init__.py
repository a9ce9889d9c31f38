"""The composition root: settings, commands, the HTTP application and the embedded database.

It may import every other package and is imported by none. What people and programs can do lives
below, in `schema` and `resolvers`; here it is only put together and run.
"""

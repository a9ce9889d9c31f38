"""Who asks, and what they may do: actors, tokens, passwords and the access policy.

Sits between the database and everything that reads or writes records.
"""

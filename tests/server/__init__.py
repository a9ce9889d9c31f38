"""The server as people run it: its database, its commands, its image."""

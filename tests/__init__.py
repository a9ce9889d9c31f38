"""Tests, by what they need: operations on a database, HTTP, a browser, the server as it is run."""

"""The explorer: its page in a real browser, its session, its built files."""

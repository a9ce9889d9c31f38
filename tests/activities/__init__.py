"""Activities: planned, done, reminded of, and shown in calendars."""

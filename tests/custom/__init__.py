"""Custom fields: definitions, values, filters."""

"""The database below the API: migrations, the statement guard, the policies, sessions, races."""

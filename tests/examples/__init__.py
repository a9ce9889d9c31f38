"""The programs under examples/, run as a partner runs them: as processes of their own."""

"""Records that become one, and part again."""

"""Who may do what: signing in, keys, people, and every root field asked by every caller."""

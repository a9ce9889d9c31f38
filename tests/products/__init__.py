"""Products, their rows in deals and leads, and currencies."""

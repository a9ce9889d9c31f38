"""Requisites of clients: what they are, how they are kept, and who may see them."""

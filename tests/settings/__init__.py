"""Pipelines, stages, dictionaries, rates, and the deals that move through them."""

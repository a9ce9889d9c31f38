"""Measures the product's own SQL and HTTP on a workspace of a hundred thousand or a million deals.

`python -m bench` (or `make bench`) prints tables; the plans of all statements lie in bench/results.
"""

"""Counts and sums that are kept as records change: exact at any moment, for everyone."""

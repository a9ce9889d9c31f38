"""Timelines and the history."""

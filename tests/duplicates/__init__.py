"""Tests of duplicates: how they are found, told, refused and merged."""

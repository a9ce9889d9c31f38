"""A believable workspace for demonstrations and measurements, of any size, from a seed.

People, departments and settings come in by the write path, records through `COPY`: a million of
them would take hours otherwise. Each record follows from the seed and its number alone, so that one
can name another (its company, its lead) without either being kept in memory.
"""

from server.demo.generator import DemoCounts, generate

__all__ = ["DemoCounts", "generate"]

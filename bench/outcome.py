"""What one server did with one workload: the figures that are shown, kept and compared."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Result:
    """What one server did with one workload."""

    rps: float
    p50_ms: float
    p99_ms: float
    cpu_ms: float | None
    """Processor time of the server for a request."""
    pg_cpu_ms: float | None
    """Processor time of PostgreSQL for a request."""
    sql: float | None
    """Statements for a request, where the server tells."""
    bytes: int
    rss_mib: float
    """Memory of the server afterwards."""
    low_rate_p50_ms: float | None = None
    """The same at a few requests a second, where that was measured."""
    low_rate_p99_ms: float | None = None


Results = dict[str, dict[str, Result]]
"""By workload, then by server."""
OURS = "voronka"
WITH_ROLES = "manager"
"""Ours, asked by a sales manager with two roles."""

"""The race as a picture: requests per second of each server, by workload, on a log scale."""

from pathlib import Path
from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench.outcome import Results

_BAR: Final = 1.0
_GAP: Final = 1.2
# Told apart by people who do not see all colours.
_COLOURS: Final = (
    "#0072B2", "#56B4E9", "#D55E00", "#999999", "#CCCCCC", "#009E73", "#E69F00", "#CC79A7",
)  # fmt: skip


def draw(path: Path, results: Results) -> None:
    """Draw the bars into a PNG file."""
    servers = list(dict.fromkeys(name for found in results.values() for name in found))
    figure = Figure(figsize=(14, 6.5), layout="constrained")
    axes = figure.subplots()
    middles: list[float] = []
    at = 0.0
    for found in results.values():
        middles.append(at + (len(found) - 1) * _BAR / 2)
        for name, result in found.items():
            colour = _COLOURS[servers.index(name) % len(_COLOURS)]
            axes.bar(at, result.rps, width=_BAR * 0.92, color=colour)
            axes.annotate(
                f"{result.rps:,.0f}" if result.rps >= 10 else f"{result.rps:.1f}",
                (at, result.rps),
                xytext=(0, 2),
                textcoords="offset points",
                ha="center",
                fontsize=8,
            )
            at += _BAR
        at += _GAP
    axes.set_xticks(middles, list(results))
    _dress(axes, servers)
    figure.savefig(path, dpi=120)


def _dress(axes: Axes, servers: list[str]) -> None:
    axes.set_yscale("log")
    axes.margins(x=0.01, y=0.08)
    axes.set_ylabel("requests per second")
    axes.set_title("Requests per second by workload and server")
    axes.grid(axis="y", which="major", alpha=0.4)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    for index, name in enumerate(servers):
        axes.bar(0, 0, color=_COLOURS[index % len(_COLOURS)], label=name)
    axes.legend(ncols=len(servers), loc="upper center", bbox_to_anchor=(0.5, -0.05), frameon=False)

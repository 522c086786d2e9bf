"""Duality gap over the seconds for a window: every coder and convex solver, both axes logarithmic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lsalsa.study.figures import _style
from lsalsa.study.shown import Shown
from papers.crsae.speed.findings import METHODS, in_order

needs = ("crsae.window_times",)
subject = "study"
caption = "Duality gap over the seconds that coders and convex solvers take for a window of a recording."

LOOKS = {
    "exact": {"color": "#b2182b", "marker": "*", "markersize": 13},
    "exact_certified": {"color": "#b2182b", "marker": "P", "markersize": 8},
    "fista": {"color": "#0072b2", "marker": "s", "markersize": 6},
    "interior_point": {"color": "#009e73", "marker": "D", "markersize": 6},
    "clarabel": {"color": "#000000", "marker": "o", "markersize": 6},
    "ecos": {"color": "#8c8c8c", "marker": "v", "markersize": 7},
}
LOWEST = 1e-16
"""Gaps below are rounding, and are drawn here."""

WORDS = (
    "Down and left is better. Points of a line: layers T of the encoder, tolerances of a solver. The gap bounds how far"
    " an objective is above the optimum; hollow squares are that distance itself for the encoder, whose gap is loose."
)

Row = Mapping[str, Any]


def plot(data: Mapping[str, Any], shown: Shown) -> Figure:
    """Plot a panel per rate of spikes."""
    rows = [row for row in in_order(data["crsae.window_times"]) if row["seconds"] is not None]
    panels = {rate: list(group) for rate, group in groupby(rows, key=lambda row: row["rate"])}
    figure = _style.new_figure(5.0 * max(2, len(panels)), 4.2, shown.heading, WORDS)
    grid = _style.new_axes(figure, 1, max(1, len(panels)), sharey=True)
    for axes, (rate, group) in zip(grid[0], panels.items(), strict=False):
        _plot_rate(axes, group)
        axes.set_title(f"{rate:g} spikes per second")
    _style.common_legend(figure, grid)
    return figure


def _plot_rate(axes: Axes, rows: Sequence[Row]) -> None:
    for method, name in METHODS.items():
        found = sorted((row for row in rows if row["method"] == method), key=lambda row: row["n_iterations"] or 0)
        _plot_line(axes, found, "relative_gap", name, LOOKS[method])
        if method == "fista":
            hollow = {**LOOKS[method], "markerfacecolor": "white", "linestyle": ":"}
            _plot_line(axes, found, "relative_excess", f"{name}: excess", hollow)
            _name_layers(axes, found)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.margins(x=0.08, y=0.08)
    axes.set_xlabel("seconds per window")
    axes.set_ylabel("relative duality gap")


def _plot_line(axes: Axes, rows: Sequence[Row], column: str, name: str, look: Mapping[str, Any]) -> None:
    if rows:
        y = [max(row[column], LOWEST) for row in rows]
        axes.plot([row["seconds"] for row in rows], y, label=name, linewidth=1.2, **look)


def _name_layers(axes: Axes, rows: Sequence[Row]) -> None:
    """Write T above the fixed numbers of layers."""
    place = {"xytext": (0, 6), "textcoords": "offset points", "ha": "center", "fontsize": 8, "color": _style.GREY}
    for row in rows:
        if row["depth"] is not None:
            axes.annotate(f"{row['depth']}", (row["seconds"], max(row["relative_gap"], LOWEST)), **place)

"""Assumptions of theorems 1 and 2 about trained encoders, one mark per encoder (LSALSA paper, section 5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from lsalsa.errors import DataError
from lsalsa.study.figures import _style
from lsalsa.study.shown import Shown
from lsalsa.study.summaries.repetitions import FINISHED
from papers.lsalsa.theory.checks import Row

needs = ("lsalsa.assumptions",)
subject = "study"
caption = (
    "What theorems 1 and 2 assume of trained encoders, one mark per encoder. At the left, marks of one T stand side by"
    " side, in the order of the legend, so that none hides another: T itself is the tick in their middle."
)

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8c1c3c")
MARKERS = ("o", "s", "^", "D", "v", "P")


def plot(data: Mapping[str, Any], shown: Shown) -> Figure:
    """Plot two panels: ratio of curvatures over depth (theorem 2), gradient over the asymmetry of S (theorem 1)."""
    done = [row for row in data["lsalsa.assumptions"] if row["status"] in FINISHED]
    if not done:
        raise DataError("none of the encoders could be measured; there is nothing to plot")
    figure = _style.new_figure(
        10.0, 4.3, shown.heading, f"{_takeaway(done)} Left: marks of one T stand side by side around its tick."
    )
    panels = _style.new_axes(figure, 1, 2)
    left, right = panels[0]
    styles = _styles(done)
    for number, ((task, method), style) in enumerate(styles.items()):
        own = [row for row in done if (row["task"], row["method"]) == (task, method)]
        beside = 1.03 ** (number - (len(styles) - 1) / 2)  # puts marks of different tasks side by side
        _scatter(left, [(row["depth"] * beside, row["ratio"]) for row in own], **style)
        _scatter(right, [(row["asymmetry"], row["stationarity"]) for row in own], **style)
    _explain(left, done, shown.details)
    _finish_theorem_2(left, done)
    _finish_theorem_1(right, done)
    _style.common_legend(figure, panels)
    return figure


def _styles(rows: Sequence[Row]) -> dict[tuple[str, str], dict[str, Any]]:
    """Return a colour per task and a marker per method."""
    colours, markers = _assigned(rows, "task", COLOURS), _assigned(rows, "method", MARKERS)
    groups = dict.fromkeys((row["task"], row["method"]) for row in rows)
    return {(task, method): {"color": colours[task], "marker": markers[method]} for task, method in groups}


def _assigned(rows: Sequence[Row], column: str, looks: Sequence[str]) -> dict[str, str]:
    """Give each name in a column one of the looks, in order, and begin again if they are too few."""
    return dict(zip(dict.fromkeys(row[column] for row in rows), cycle(looks), strict=False))


def _explain(axes: Axes, rows: Sequence[Row], names: Mapping[str, Mapping[str, str]]) -> None:
    """Add entries of the legend for each colour and each marker: titles of tasks, labels of methods."""
    for task, colour in _assigned(rows, "task", COLOURS).items():
        axes.plot([], [], linestyle="none", marker="o", color=colour, label=names["titles"][task])
    for method, marker in _assigned(rows, "method", MARKERS).items():
        axes.plot([], [], linestyle="none", marker=marker, color=_style.GREY, label=names["labels"][method])


def _scatter(axes: Axes, points: Sequence[tuple[float, float]], **style: Any) -> None:
    axes.plot(*zip(*points, strict=True), linestyle="none", markersize=6, alpha=0.75, **style)


def _finish_theorem_2(axes: Axes, rows: Sequence[Row]) -> None:
    """Let the axis span at least one percent, so that rounding does not look like an effect."""
    ratios = [row["ratio"] for row in rows]
    axes.set_ylim(min(0.99, *ratios) - 0.002, max(1.01, *ratios) + 0.002)
    _style.depth_axis(axes, sorted({row["depth"] for row in rows}))
    _style.reference_line(axes, 1.0)
    axes.set_xlabel("T: layers")
    axes.set_ylabel("curvature: learned / original")
    axes.set_title("Theorem 2: does the learned cost curve more?")


def _finish_theorem_1(axes: Axes, rows: Sequence[Row]) -> None:
    """Show percent. If a gradient exceeds its terms, the axis is logarithmic above 10 %, to show both 1 and 10,000."""
    _style.reference_line(axes, 0.0, "theorem 1")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(5))
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:,g} %"))
    steepest = max(row["stationarity"] for row in rows)
    if steepest > 1:
        axes.set_yscale("symlog", linthresh=0.1)
        axes.set_ylim(-0.02, 3 * steepest)
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:,.0f} %"))
    axes.set_xlabel("asymmetry of S: |S - Sᵀ| / |S|")
    axes.set_ylabel("gradient at the x-update / its terms")
    axes.set_title("Theorem 1: is the learned gradient 0 there?")


def _takeaway(rows: Sequence[Row]) -> str:
    steeper, exact, definite = (
        sum(row["theorem_2"] for row in rows),
        sum(row["theorem_1"] for row in rows),
        sum(row["smallest_eigenvalue"] > 0 for row in rows),
    )
    return (
        f"The learned cost curves more than SALSA's in {steeper} of {len(rows)} encoders; theorem 2 assumes it of all."
        f" S is symmetric and positive definite, as theorem 1 needs, in {exact} of them; its symmetric part is positive"
        f" definite in {definite}."
    )

"""Methods side by side: a line each, a panel per quantity, a mark per depth, the certified codes as a level."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from lsalsa.study.figures import _style
from lsalsa.study.pages.table import Row
from lsalsa.study.shown import Shown
from lsalsa.study.summaries.side_by_side import CERTIFIED, nearest, rows_of

needs = ("evaluation", "timing", "exact", "codes")
subject = "tasks"
caption = (
    "Distance to the optimal codes, objective, support, time and number of learned weights of each method, a mark per"
    " depth. Methods are sorted by their distance; broken lines: a solver that certifies its codes."
)


class Panel(NamedTuple):
    """One quantity.

    Attributes
    ----------
    column : str
        Of the rows.
    title : str
    logarithmic : bool
    level : bool
        Whether the certified codes have a value to draw.
    """

    column: str
    title: str
    logarithmic: bool
    level: bool


PANELS = (
    Panel("rmse", "RMSE of the codes\n(left is better)", True, False),
    Panel("objective_excess_percent", "objective above the\nleast, in percent (left)", True, False),
    Panel("support_f1", "F1 of the support\n(right is better)", False, False),
    Panel("microseconds", "µs per sample\n(left is better)", True, True),
    Panel("n_learned", "learned numbers\n(a solver has none)", True, False),
)
LEAST_GAP = 0.17
"""Of two ticks' names, as a share of a logarithmic axis."""

MARKERS = ("o", "s", "D", "^", "v")
COLOURS = ("#9ec5e8", "#0b3c6f", "#56b4e9", "#8c8c8c", "#000000")


def plot(data: Mapping[str, Any], shown: Shown) -> Figure:
    """Plot a row of panels per task; the methods are sorted by their RMSE at the largest depth, the best on top."""
    rows = rows_of(data, shown)
    orders = {task: _order(rows, task, shown) for task in shown.tasks}
    height = sum(0.9 + 0.24 * len(order) for order in orders.values())
    figure = _style.new_figure(11.0, height, shown.heading, _explanation(rows, shown))
    panels = _style.new_axes(figure, len(orders), len(PANELS), sharey="row")
    for of_task, (task, order) in zip(panels, orders.items(), strict=True):
        for axes, panel in zip(of_task, PANELS, strict=True):
            _plot_panel(axes, panel, [row for row in rows if row["task"] == task], order, shown)
        of_task[0].set_yticks(range(len(order)), [shown.labels[method] for method in order])
        of_task[0].set_ylim(-0.6, len(order) - 0.4)
        of_task[0].set_ylabel(shown.tasks[task]["title"], fontsize=11, fontweight="bold", labelpad=8)
    for axes, panel in zip(panels[0], PANELS, strict=True):
        axes.set_title(panel.title, fontsize=9.5)
    _style.common_legend(figure, panels)
    return figure


def _order(rows: Sequence[Row], task: str, shown: Shown) -> list[str]:
    """Return the methods of a task from the bottom to the top; those without a result at the bottom."""
    last = max(shown.depths)
    worst = float("inf")
    found = {row["method"]: row["rmse"] for row in rows if (row["task"], row["depth"]) == (task, last)}
    value = {method: worst if found.get(method) is None else found[method] for method in shown.methods}
    return sorted(shown.methods, key=lambda method: (-value[method], method))


def _plot_panel(axes: Axes, panel: Panel, rows: Sequence[Row], order: Sequence[str], shown: Shown) -> None:
    for depth, marker, colour in zip(shown.depths, _cycled(MARKERS, shown), _cycled(COLOURS, shown), strict=True):
        found = [row for row in rows if row["depth"] == depth and row[panel.column] is not None]
        for learned in (True, False):
            part = [row for row in found if (row["n_learned"] is not None) == learned]
            if part:
                places = [order.index(row["method"]) for row in part]
                label = f"T = {depth}, {'learned' if learned else 'solver'}"
                face = colour if learned else "white"
                look = {"marker": marker, "facecolor": face, "edgecolor": colour, "linewidth": 1.2, "zorder": 3}
                axes.scatter([row[panel.column] for row in part], places, s=34, label=label, **look)
    levels = [row[panel.column] for row in rows if row["method"] == CERTIFIED and panel.level]
    for level in levels:
        axes.axvline(level, color="#b2182b", linestyle=(0, (4, 2)), linewidth=1.2, label="certified codes")
    if panel.logarithmic:
        axes.set_xscale("log")
        axes.xaxis.set_major_locator(FixedLocator(apart(*axes.get_xlim())))
        axes.xaxis.set_major_formatter(
            FuncFormatter(lambda value, _: f"{value:g}" if value < 1e3 else f"{value / 1e3:g}k")
        )
        axes.xaxis.set_minor_locator(NullLocator())
    axes.tick_params(axis="x", labelsize=8)
    axes.tick_params(axis="y", length=0)


def apart(low: float, high: float) -> list[float]:
    """Return round numbers between two positive ones, as many as a narrow logarithmic axis can name.

    Powers of ten come first, then 2 and 5 times them, then the rest.
    """
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    taken: list[float] = []
    for digit in (1, 2, 5, 3, 7, 4, 6, 8, 9, 1.5):
        for exponent in range(first, last + 1):
            tick = digit * 10.0**exponent
            near = [other for other in taken if abs(math.log(tick / other)) < LEAST_GAP * math.log(high / low)]
            if low <= tick <= high and not near:
                taken.append(tick)
    return sorted(taken)


def _cycled(values: Sequence[str], shown: Shown) -> list[str]:
    return [values[i % len(values)] for i in range(len(shown.depths))]


def _explanation(rows: Sequence[Row], shown: Shown) -> str:
    depth, found = max(shown.depths), []
    for task, facts in shown.tasks.items():
        if best := nearest(rows, task, depth):
            found.append(f"{shown.labels[best['method']]} ({facts['title'].lower()}, RMSE {best['rmse']:.3f})")
    first = f"At T = {depth} the learned codes nearest to the optimal ones are those of {' and '.join(found)}. "
    return (first if found else "") + (
        "A line per method, the nearest on top; a mark per depth T, hollow for solvers, which learn nothing. Red: the"
        " time of a solver that goes on until its codes are certified as optimal."
    )

"""Accuracy for the time spent: every method at every depth, beside solvers that go on until the code is right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lsalsa.study.figures import _style
from lsalsa.study.figures._data import Curve, block_of, over_time, size_of
from lsalsa.study.figures._exact import EXACT, Point, beaten_words, exact_point, plot_exact
from lsalsa.study.shown import Shown
from lsalsa.study.summaries.repetitions import curve

needs = ("evaluation", "timing", "exact", "codes", "problems")
subject = "task"
caption = (
    "Distance of the codes to the optimal codes for the time spent, beside solvers that go on until the code is right."
    " Grey: the frontier, where nothing is both faster and nearer, with the depth T or the duality gap of its points."
    " An exact solver goes on to the certified relative duality gap beside its mark; what lies below the axis is drawn"
    " at its lower edge. A solver whose package is missing is named as not measured. Marks on a line: the values of T."
)

BELOW = 5
"""The axis ends at the lowest RMSE of a curve divided by this; exact solvers lie further down."""

NEAR = 1.25
"""Labels of two points overlap within this factor in time and its cube in RMSE."""


def plot(data: Mapping[str, Any], shown: Shown) -> Figure:
    """Plot one panel, RMSE over time: curves of the methods, marks of the exact solvers, the frontier behind them."""
    level = size_of(data["codes"][shown.task]["codes"][:, block_of(data["problems"][shown.task], shown)])
    rows = [row for row in data["evaluation"] if row["depth"] in shown.depths]
    curves = {m: curve(rows, "rmse", method=m, component=shown.component) for m in shown.methods}
    curves = {method: one for method, one in curves.items() if one}
    points = _points(curves, shown, data["timing"])
    exact = [row for row in data["exact"] if row["status"] == "ok"]
    best = frontier([*points, *map(exact_point, exact)])
    lowest = min((value.mean for one in curves.values() for value in one.values()), default=level) / BELOW
    figure = _style.new_figure(10.0, 5.4, shown.heading, _explanation(points, data["exact"]))
    panels = _style.new_axes(figure, 1, 1)
    axes = panels[0, 0]
    for method, one in curves.items():
        _style.plot_curve(axes, method, shown, over_time(one, method, data["timing"]))
    plot_exact(axes, exact, lowest)
    _plot_frontier(axes, best, lowest)
    _finish(axes, level, lowest)
    _style.common_legend(figure, panels)
    return figure


def frontier(points: Sequence[Point]) -> list[Point]:
    """Return the unbeaten points, the fastest first: no other is as fast and nearer, or as near and faster."""
    best: list[Point] = []
    for point in sorted(points):
        if not best or point.rmse < best[-1].rmse:
            best.append(point)
    return best


def _points(curves: Mapping[str, Curve], shown: Shown, timing: Sequence[Mapping]) -> list[Point]:
    points = []
    for method, one in curves.items():
        for (time, mean, _), depth in zip(over_time(one, method, timing), one, strict=True):
            points.append(Point(time, mean, shown.labels[method], f"T = {depth}"))
    return points


def _plot_frontier(axes: Axes, best: Sequence[Point], lowest: float) -> None:
    """Plot a broad grey staircase, with the depth or gap of each of its points."""
    x, y = [point.time for point in best], [max(point.rmse, lowest) for point in best]
    axes.step(x, y, where="post", color="#d0d0d0", linewidth=6, zorder=1, label="frontier", solid_joinstyle="round")
    place = {"xytext": (-6, -6), "textcoords": "offset points", "ha": "right", "va": "top"}
    for point in apart([point for point in best if point.step]):
        axes.annotate(point.step, (point.time, max(point.rmse, lowest)), fontsize=8, color=_style.GREY, **place)


def apart(best: Sequence[Point]) -> list[Point]:
    """Return the points of a frontier that are far enough from earlier ones to have a label."""
    labelled: list[Point] = []
    for point in best:
        if not labelled or point.time > NEAR * labelled[-1].time or point.rmse * NEAR**3 < labelled[-1].rmse:
            labelled.append(point)
    return labelled


def _finish(axes: Axes, level: float, lowest: float) -> None:
    _style.seconds_axis(axes)
    _style.log_value_axis(axes)
    _style.reference_line(axes, level, "a code of zeros")
    axes.set_ylim(0.5 * lowest, max(1.6 * level, axes.get_ylim()[1]))
    axes.margins(x=0.08)
    axes.set_ylabel("RMSE of the code against the optimal code")


def _explanation(points: Sequence[Point], exact: Sequence[Mapping[str, Any]]) -> str:
    absent = [EXACT[row["method"]][0].removeprefix("exact: ") for row in exact if row["status"] != "ok"]
    words = [beaten_words(points, exact), "Down and left is better; grey: nothing is both faster and nearer."]
    words += [f"Not measured: {', '.join(dict.fromkeys(absent))}."] * bool(absent)
    return " ".join(filter(None, words))

"""Accuracy for the time spent: every method at every depth, beside solvers that go on until the code is right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lsalsa.study.figures import _style
from lsalsa.study.figures._data import Curve, block_of, over_time, size_of
from lsalsa.study.repetitions import curve
from lsalsa.study.shown import Shown

needs = ("evaluation", "timing", "exact", "codes", "problems")
subject = "task"
caption = (
    "Distance of the codes to the optimal codes for the time spent, beside solvers that go on until the code is right."
    " Grey: the frontier, where nothing is both faster and nearer."
)

BELOW = 5
"""The axis ends at the lowest RMSE of a curve divided by this; exact solvers lie further down."""

NEAR = 1.25
"""Labels of two points overlap within this factor in time and its cube in RMSE."""

EXACT = {
    "exact_active_set": ("exact: active set", "*", "#b2182b"),
    "exact_proximal": ("exact: proximal", "X", "#b2182b"),
    "exact_spams": ("exact: SPAMS LARS", "P", "#4d4d4d"),
    "exact_scikit_learn": ("exact: scikit-learn", "h", "#4d4d4d"),
}
"""Method of `exact/{task}.parquet` -> its label, marker and colour."""


class Point(NamedTuple):
    """A result in the plane of time and error.

    Attributes
    ----------
    time : float
        Microseconds per sample.
    rmse : float
    name : str
        Of the method, in print.
    step : str
        Depth, or duality gap.
    """

    time: float
    rmse: float
    name: str
    step: str


def plot(data: Mapping[str, Any], shown: Shown) -> Figure:
    """Plot one panel, RMSE over time: curves of the methods, marks of the exact solvers, the frontier behind them."""
    level = size_of(data["codes"][shown.task]["codes"][:, block_of(data["problems"][shown.task], shown)])
    rows = [row for row in data["evaluation"] if row["depth"] in shown.depths]
    curves = {m: curve(rows, "rmse", method=m, component=shown.component) for m in shown.methods}
    curves = {method: one for method, one in curves.items() if one}
    exact = [row for row in data["exact"] if row["status"] == "ok"]
    best = frontier(_points(curves, shown, data["timing"], exact))
    lowest = min((value.mean for one in curves.values() for value in one.values()), default=level) / BELOW
    figure = _style.new_figure(10.0, 5.4, shown.heading, _explanation(best, data["exact"], lowest))
    panels = _style.new_axes(figure, 1, 1)
    axes = panels[0, 0]
    for method, one in curves.items():
        _style.plot_curve(axes, method, shown, over_time(one, method, data["timing"]))
    _plot_exact(axes, exact, lowest)
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


def _points(
    curves: Mapping[str, Curve], shown: Shown, timing: Sequence[Mapping], exact: Sequence[Mapping]
) -> list[Point]:
    points = []
    for method, one in curves.items():
        for (time, mean, _), depth in zip(over_time(one, method, timing), one, strict=True):
            points.append(Point(time, mean, shown.labels[method], f"T = {depth}"))
    for row in exact:
        step = "" if row["tolerance"] is None else f"gap {row['tolerance']:g}"
        points.append(Point(1e6 * row["seconds_per_sample"], row["rmse"], EXACT[row["method"]][0], step))
    return points


def _plot_exact(axes: Axes, exact: Sequence[Mapping[str, Any]], lowest: float) -> None:
    """Plot a mark per run of an exact solver, at the lower edge if it lies below."""
    for method, (label, marker, colour) in EXACT.items():
        rows = sorted((row for row in exact if row["method"] == method), key=lambda row: row["seconds_per_sample"])
        x = [1e6 * row["seconds_per_sample"] for row in rows]
        y = [max(row["rmse"], lowest) for row in rows]
        if rows:
            look = {"markersize": 10, "markeredgecolor": "white", "linewidth": 1, "linestyle": ":", "zorder": 4}
            axes.plot(x, y, label=label, marker=marker, color=colour, clip_on=False, **look)


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


def _explanation(best: Sequence[Point], exact: Sequence[Mapping[str, Any]], lowest: float) -> str:
    runs = []
    for name, group in groupby(best, key=lambda point: point.name):
        steps = [point.step for point in group if point.step]
        runs.append(f"{name} ({' to '.join(dict.fromkeys((steps[0], steps[-1])))})" if steps else name)
    absent = {row["method"]: row["reason"] for row in exact if row["status"] != "ok"}
    missing = "; ".join(f"{EXACT[method][0].removeprefix('exact: ')} ({reason})" for method, reason in absent.items())
    return (
        f"Down and left is better. Grey: the frontier, where nothing is both faster and nearer to the optimal codes:"
        f" {', '.join(runs)}. Exact solvers go on until the code is right, to the certified duality gap where one is"
        f" named; what lies below {lowest:.2g} is drawn at the lower edge."
        f"{f' Not measured: {missing}.' if missing else ''}"
    )

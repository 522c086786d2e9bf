"""Each algorithm at its best beside its printed form, and beside the exact solver: RMSE over depth and over time."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from matplotlib.figure import Figure

from lsalsa.study.figures import _style
from lsalsa.study.figures._data import Curve, block_of, over_depth, over_time, size_of
from lsalsa.study.figures._exact import Point, beaten_words, fastest_exact, plot_exact
from lsalsa.study.shown import Shown
from lsalsa.study.summaries import best
from lsalsa.study.summaries.repetitions import Measured, Row, by_cell, curve, measured

needs = ("evaluation", "timing", "exact", "codes", "problems")
subject = "task"
caption = (
    "Distance of the codes to the optimal codes after T steps (left) and for the time spent (right). Full line: the"
    " variant of the algorithm (read-out, optimiser, loss, form of its layers) that came nearest to the optimal codes"
    " on validation signals, chosen anew at each T; the table of the same name says which. It leaves out each T that"
    " came no nearer than a smaller one, as where the better variants were not run so deep. Pale, broken line: the"
    " method as printed, where an algorithm has several variants. Marks at the right: solvers that go on until the code"
    " is right; what lies below the axis is drawn at its lower edge."
)

BELOW = 5
"""The axis ends at the lowest RMSE of a curve divided by this."""

PALE = {"linestyle": (0, (2, 1.5)), "linewidth": 1.2, "alpha": 0.55, "markersize": 4, "markerfacecolor": "white"}

Curves = Mapping[str, Curve]


def plot(data: Mapping[str, Any], shown: Shown) -> Figure:
    """Plot two panels with a common height: a full line per algorithm at its best, a pale one as printed."""
    rows = [row for row in data["evaluation"] if row["depth"] in shown.depths]
    variants = best.chosen(rows, shown.families)
    methods = [method for method in best.printed(shown.families).values() if method in shown.labels]
    taken = best.at_best(rows, variants, shown.families)
    at_best = _curves(taken, methods, shown)
    several = [m for m in at_best if sum(f == shown.families[m] for f in shown.families.values()) > 1]
    at_best |= {method: _while_nearer(at_best[method], method, taken) for method in several}
    printed = _curves(rows, several, shown)
    timed = best.at_best(data["timing"], variants, shown.families)
    level = size_of(data["codes"][shown.task]["codes"][:, block_of(data["problems"][shown.task], shown)])
    lowest = min((value.mean for one in at_best.values() for value in one.values()), default=level) / BELOW
    words = " ".join(filter(None, _sentences(at_best, printed, timed, data["exact"], shown)))
    figure = _style.new_figure(10.0, 4.5, shown.heading, words)
    panels = _style.new_axes(figure, 1, 2, sharey="row")
    for axes, points in zip(panels[0], (_over_depth, over_time), strict=True):
        for method, one in printed.items():
            pale = {**PALE, "label": f"{shown.labels[method]} as printed"}
            _style.plot_curve(axes, method, shown, points(one, method, data["timing"]), **pale)
        for method, one in at_best.items():
            label = f"{shown.labels[method]} at its best" if method in several else shown.labels[method]
            _style.plot_curve(axes, method, shown, points(one, method, timed), label=label, linewidth=2)
    plot_exact(panels[0, 1], data["exact"], lowest)
    _style.rmse_panels(panels[0, 0], panels[0, 1], level)
    panels[0, 0].set_ylim(bottom=0.7 * lowest)
    _style.depth_axis(panels[0, 0], shown.depths)
    _style.seconds_axis(panels[0, 1])
    _style.common_legend(figure, panels)
    return figure


def _curves(rows: Sequence[Row], methods: Sequence[str], shown: Shown) -> dict[str, Curve]:
    """Return method -> its curve, without methods that have no finished run."""
    found = {m: curve(rows, "rmse", method=m, component=shown.component) for m in methods}
    return {method: one for method, one in found.items() if one}


def _while_nearer(one: Curve, method: str, rows: Sequence[Row]) -> Curve:
    """Leave out depths that came no nearer on validation signals than a smaller one: nobody would take those."""
    runs, nearest = by_cell(rows, None), math.inf
    kept: dict[int, Measured] = {}
    for depth, value in one.items():
        found = measured(runs.get((depth, method), []), "validation_rmse")
        if not kept or (found and found.mean < nearest):
            kept[depth] = value
            nearest = found.mean if found else nearest
    return kept


def _over_depth(one: Curve, method: str, timing: Sequence[Row]) -> list[tuple[float, float, float | None]]:
    return over_depth(one)


def _sentences(
    at_best: Curves, printed: Curves, timed: Sequence[Row], exact: Sequence[Row], shown: Shown
) -> Iterator[str]:
    """Say how near each algorithm with variants comes, and in how much of the exact solver's time."""
    certified = fastest_exact(exact)
    points = {
        method: [
            Point(time, mean, shown.labels[method], f"T = {depth}")
            for (time, mean, _), depth in zip(over_time(one, method, timed), one, strict=True)
        ]
        for method, one in at_best.items()
    }
    nearest = []
    for last in (points[method][-1] for method in printed):
        time = f", {last.time / certified.time:.2g}\N{MULTIPLICATION SIGN}" if certified else ""
        nearest.append(f"{last.name} {last.rmse:.3g} ({last.step}{time})")
    if nearest:
        beside = ", and time beside the exact solver's" if certified else ""
        yield f"Lowest RMSE at best{beside}: {'; '.join(nearest)}."
    yield beaten_words([point for of_method in points.values() for point in of_method], exact)
    yield "Down and left is better."

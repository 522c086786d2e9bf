"""Quality of each separated source against depth, beside the optimal code and what no method is needed for."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lsalsa.study.figures import _style
from lsalsa.study.figures._data import Curve, over_depth
from lsalsa.study.shown import Shown
from lsalsa.study.summaries.repetitions import curve

needs = ("evaluation",)
subject = "task"
truth = True
caption = (
    "Peak signal-to-noise ratio of each separated source against the true one after T steps; up is better. Dotted: the"
    " source of the optimal code, which is every method's aim, and what a code of zeros and one constant grey reach."
    " Bands: one standard deviation over trainings that differ in their seed."
)

LEVELS = {
    "source_psnr_of_optimal": ("optimal code", "right"),
    "source_psnr_of_grey": ("one constant grey", "right"),
    "source_psnr_of_zeros": ("a code of zeros", "left"),
}
"""Column -> the name of a level, and the end at which it stands, so that two levels near each other can be read."""

ROOM_DB = 3.0
"""Room below the lowest level: what is further down is worse than no code at all, and may leave the page."""


def plot(data: Mapping[str, Any], shown: Shown) -> Figure:
    """Plot one panel per component: PSNR of its source over depth, with the levels."""
    names = [shown.component] if shown.component else list(shown.components)
    rows = [row for row in data["evaluation"] if row["depth"] in shown.depths]
    curves = {name: _curves(rows, name, shown) for name in names}
    levels = {name: _levels(rows, name) for name in names}
    n_columns = min(len(names), 2)
    n_rows = -(-len(names) // n_columns)
    explanation = " ".join(_sentences(curves, levels, shown))
    figure = _style.new_figure(5.2 * max(n_columns, 1.5), 0.4 + 3.9 * n_rows, shown.heading, explanation)
    panels = _style.new_axes(figure, n_rows, n_columns)
    for axes, name in zip(panels.flat, names, strict=False):
        for method, one in curves[name].items():
            _style.plot_curve(axes, method, shown, over_depth(one))
        _finish(axes, levels[name], curves[name])
        _style.depth_axis(axes, shown.depths)
        axes.set_title(shown.components[name])
    for axes in panels.flat[len(names) :]:
        axes.set_visible(False)
    panels[0, 0].set_ylabel("PSNR of the source in dB")
    _style.common_legend(figure, panels)
    return figure


def _curves(rows: Sequence[Mapping[str, Any]], name: str, shown: Shown) -> dict[str, Curve]:
    """Return method -> its curve, without methods that have no finished run."""
    found = {method: curve(rows, "source_psnr", method=method, component=name) for method in shown.methods}
    return {method: one for method, one in found.items() if one}


def _levels(rows: Sequence[Mapping[str, Any]], name: str) -> dict[str, float]:
    """Return column -> the level, which all rows of a component share."""
    first = next((row for row in rows if row["component"] == name), {})
    return {column: first[column] for column in LEVELS if column in first}


def _finish(axes: Axes, levels: Mapping[str, float], curves: Mapping[str, Curve]) -> None:
    """Add the levels with their names, and keep to what is worth seeing."""
    for column, level in levels.items():
        words, side = LEVELS[column]
        axes.axhline(level, color=_style.GREY, linewidth=1, linestyle=(0, (1, 2)), zorder=1)
        place = {"xycoords": axes.get_yaxis_transform(), "xytext": (0, 2), "textcoords": "offset points"}
        x = 0.995 if side == "right" else 0.005
        axes.annotate(words, (x, level), ha=side, va="bottom", fontsize=8, color=_style.GREY, **place)
    means = [value.mean for one in curves.values() for value in one.values() if math.isfinite(value.mean)]
    known = [*levels.values(), *means]
    if known:
        lowest = min(levels.values(), default=min(known)) - ROOM_DB
        axes.set_ylim(max(min(known) - 1.0, lowest), max(known) + 1.5)


def _sentences(
    curves: Mapping[str, Mapping[str, Curve]], levels: Mapping[str, Mapping[str, float]], shown: Shown
) -> Iterator[str]:
    """Name the best method at each depth, by source; say where curves leave the page."""
    yield "How near each separated source comes to the true one; up is better."
    for name, of_methods in curves.items():
        best: dict[str, list[str]] = {}
        for depth in shown.depths:
            values = {m: one[depth].mean for m, one in of_methods.items() if depth in one}
            if values:
                best.setdefault(max(values, key=lambda m: values[m]), []).append(str(depth))
        if best:
            who = ", ".join(f"{shown.labels[m]} (T = {', '.join(depths)})" for m, depths in best.items())
            yield f"Best {shown.components[name]}: {who}."
    if any(_leaves(of_methods, levels[name]) for name, of_methods in curves.items()):
        yield "Curves that leave the page are worse than no code."


def _leaves(curves: Mapping[str, Curve], levels: Mapping[str, float]) -> bool:
    lowest = min(levels.values(), default=-math.inf) - ROOM_DB
    return any(value.mean < lowest for one in curves.values() for value in one.values())

"""Classification error against inference time (LSALSA paper, figures 5, 12, 13, 15, 17 and 19)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lsalsa.study.figures import _style
from lsalsa.study.figures._data import Curve, marker_words, over_time
from lsalsa.study.shown import Shown
from lsalsa.study.summaries.repetitions import curve

needs = ("evaluation", "timing", "classifiers")
subject = "task"
caption = (
    "Classification error for the time spent, by both protocols. The dotted line is the error on the optimal codes."
)

PROTOCOLS = {
    "fitted_on_test": "classifier fitted on these images' optimal codes",
    "fitted_on_train": "classifier fitted on train images' optimal codes",
}
"""Protocol -> words in a panel's title."""


def plot(data: Mapping[str, Any], shown: Shown) -> Figure:
    """Plot classification error over time, one panel per component and protocol; the optimal codes give a level."""
    evaluation = [row for row in data["evaluation"] if row["depth"] in shown.depths]
    parts = [
        (protocol, name)
        for protocol in PROTOCOLS
        for name in ([shown.component] if shown.component else shown.components)
    ]
    curves = {part: _curves(evaluation, shown, *part) for part in parts}
    explanation = (
        "How often a linear classifier misses the class of a test image when it reads estimated codes; dotted: when it"
        " reads the optimal codes. Down and left is better. "
    ) + marker_words(shown.depths, [curve for part in parts for curve in curves[part].values()])
    n_columns = max(2, len(parts) // 2)
    figure = _style.new_figure(10.0, 0.6 + 3.5 * (len(parts) // n_columns), shown.heading, explanation)
    panels = _style.new_axes(figure, len(parts) // n_columns, n_columns, sharex=True)
    for axes, (protocol, name) in zip(panels.flat, parts, strict=True):
        facts = data["classifiers"][shown.task]
        floor, guess = facts["floor_error_percent"][name][protocol], facts["guess_error_percent"][name]
        _plot_panel(axes, curves[protocol, name], shown, data["timing"], floor)
        levels = f"dotted: {floor:.1f} % missed; guessing misses {guess:.0f} %"
        axes.set_title(f"{shown.components[name]}: {PROTOCOLS[protocol]}\n({levels})", fontsize=9.5)
    for axes in panels[:, 0]:
        axes.set_ylabel("images missed, in percent")
    for axes in panels[-1]:
        _style.seconds_axis(axes)
    _style.common_legend(figure, panels)
    return figure


def _curves(evaluation: list, shown: Shown, protocol: str, name: str) -> dict[str, Curve]:
    return {m: curve(evaluation, f"error_percent_{protocol}", method=m, component=name) for m in shown.methods}


def _plot_panel(
    axes: Axes, curves: Mapping[str, Curve], shown: Shown, timing: list[Mapping[str, Any]], floor: float
) -> None:
    _style.percent_axis(axes, min([floor, *(value.mean for one in curves.values() for value in one.values())]))
    for method, one in curves.items():
        if one:
            _style.plot_curve(axes, method, shown, over_time(one, method, timing))
    _style.reference_line(axes, floor)

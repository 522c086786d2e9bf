"""Classification error against inference time (LSALSA paper, figures 5, 12, 13, 15, 17 and 19)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lsalsa.study.figures import _style
from lsalsa.study.figures._data import marker_words, over_time
from lsalsa.study.heading import Heading
from lsalsa.study.tables import value_and_spread

needs = ("evaluation", "timing", "classifiers")
subject = "task"

PROTOCOLS = {
    "paper": ("error_percent", "classifier fitted on these images' optimal codes"),
    "honest": ("error_percent_honest", "classifier fitted on train images' optimal codes"),
}
"""Protocol -> column of the evaluation, words in a panel's title."""


def draw(
    data: Mapping[str, Any],
    *,
    heading: Heading,
    methods: Sequence[str],
    depths: Sequence[int],
    component: str | None,
    components: Mapping[str, str],
) -> Figure:
    """A panel per component and protocol: classification error over time, the error on optimal codes as a level."""
    evaluation = [row for row in data["evaluation"] if row["depth"] in depths]
    parts = [(protocol, name) for protocol in PROTOCOLS for name in ([component] if component else components)]
    curves = {part: _curves(evaluation, methods, *part) for part in parts}
    explanation = (
        "How often a linear classifier misses the class of a test image when it reads estimated codes; dotted: when it"
        " reads the optimal codes. Down and left is better. "
    ) + marker_words(depths, [curve for part in parts for curve in curves[part].values()])
    n_columns = max(2, len(parts) // 2)
    figure = _style.new_page(10.0, 0.6 + 3.5 * (len(parts) // n_columns), heading, explanation)
    panels = _style.new_axes(figure, len(parts) // n_columns, n_columns, sharex=True)
    for axes, (protocol, name) in zip(panels.flat, parts, strict=True):
        floor = data["classifiers"]["floor_error_percent"][name][protocol]
        _draw_panel(axes, curves[protocol, name], methods, data["timing"], floor)
        guess = data["classifiers"]["guess_error_percent"][name]
        levels = f"dotted: {floor:.1f} % missed; guessing misses {guess:.0f} %"
        axes.set_title(f"{components[name]}: {PROTOCOLS[protocol][1]}\n({levels})", fontsize=9.5)
    for axes in panels[:, 0]:
        axes.set_ylabel("images missed, in percent")
    for axes in panels[-1]:
        _style.seconds_axis(axes)
    _style.common_legend(figure, panels)
    return figure


def _curves(evaluation: list, methods: Sequence[str], protocol: str, name: str) -> dict[str, list[tuple]]:
    column = PROTOCOLS[protocol][0]
    return {m: value_and_spread(evaluation, column, method=m, component=name) for m in methods}


def _draw_panel(
    axes: Axes,
    curves: Mapping[str, Sequence[tuple]],
    methods: Sequence[str],
    timing: Sequence[Mapping[str, Any]],
    floor: float,
) -> None:
    _style.percent_axis(axes, min([floor, *(mean for curve in curves.values() for _, mean, *_ in curve)]))
    for method, curve in curves.items():
        if curve:
            _style.plot_curve(axes, method, methods, over_time(curve, method, timing))
    _style.reference_line(axes, floor)

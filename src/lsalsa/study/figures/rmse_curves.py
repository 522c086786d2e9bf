"""RMSE of the code against depth and against time (LSALSA paper, figures 3, 4, 14, 16 and 18)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lsalsa.study.figures import _style
from lsalsa.study.figures._data import block_of, marker_words, over_time
from lsalsa.study.tables import followers, method_label, value_and_spread

needs = ("evaluation", "timing", "codes", "problem")


def draw(
    data: Mapping[str, Any],
    *,
    title: str,
    methods: Sequence[str],
    depths: Sequence[int],
    component: str | None,
    components: Sequence[str],
) -> Figure:
    """Two panels that share their height: RMSE over depth, RMSE over seconds; the zero code as a level."""
    evaluation = [row for row in data["evaluation"] if row["depth"] in depths]
    curves = {m: value_and_spread(evaluation, "rmse", method=m, component=component) for m in methods}
    curves = {method: curve for method, curve in curves.items() if curve}
    explanation = f"{_takeaway(curves)} {marker_words(depths, curves.values())}"
    figure = _style.new_page(10.0, 4.3, title, explanation)
    panels = _style.new_axes(figure, 1, 2, sharey=True)
    left, right = panels[0]
    for method, curve in curves.items():
        _style.plot_curve(left, method, methods, [(d, mean, std) for d, mean, std, _ in curve])
        _style.plot_curve(right, method, methods, over_time(curve, method, data["timing"]))
    _style.depth_axis(left, depths)
    _style.seconds_axis(right)
    _finish(left, right, data["codes"]["codes"][:, block_of(data["problem"], component, components)])
    _style.common_legend(figure, panels)
    return figure


def _finish(left: Axes, right: Axes, targets: Any) -> None:
    """Labels, and the level of the zero code, whose RMSE is the size of the optimal codes `targets`."""
    level = float(np.sqrt(targets.multiply(targets).sum(dtype=np.float64) / np.prod(targets.shape)))
    for axes in (left, right):
        _style.log_value_axis(axes)
        _style.reference_line(axes, level, "a code of zeros")
        axes.set_ylim(top=max(1.35 * level, axes.get_ylim()[1]))
    left.set_ylabel("RMSE of the code against the optimal code")
    left.set_title("Accuracy after T steps")
    right.set_title("Accuracy for the time spent (down and left is better)")


def _takeaway(curves: Mapping[str, Sequence[tuple]]) -> str:
    """The best method at the smallest depth, and the depth that each other needs to get as near."""
    if not curves:
        return "No run has finished."
    first = min(curve[0][0] for curve in curves.values())
    starts = {method: curve[0][1] for method, curve in curves.items() if curve[0][0] == first}
    best = min(starts, key=lambda method: starts[method])
    sentence = f"At T = {first} {method_label(best)} comes nearest to the optimal code (RMSE {starts[best]:.3f})."
    others = {method: curve for method, curve in curves.items() if method != best}
    return f"{sentence} {followers(others, starts[best])}".strip()

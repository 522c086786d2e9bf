"""Errors of filters learned from simulated spikes, epoch by epoch: a panel for each gradient."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from lsalsa.study.figures import _style
from lsalsa.study.shown import Shown
from papers.crsae.simulation.summaries import LABELS, NEAR, STARTS, STEPS, worst_errors

needs = ("crsae.simulation",)
subject = "study"
caption = "Error of the worse of two filters over the epochs, with and without the tangent step."

WORDS = (
    "Error of the worse of the two learned filters, against epochs; 0 would be perfect. Solid: learning starts from"
    " filters that are half wrong. Dashed: it starts from the true filters, whose error is 0, and is drawn from the"
    " first epoch on. Thick lines are means over seeds, thin ones single seeds."
)
COLOURS = {True: "#0072b2", False: "#d55e00"}
FIRST = {"close": 0, "truth": 1}
"""The epoch from which a curve is drawn: the error of the true filters, 0, has no place on a logarithmic axis."""
LINES = {"close": "-", "truth": (0, (4, 2))}

Row = Mapping[str, Any]


def plot(data: Mapping[str, Any], shown: Shown) -> Figure:
    """Plot a panel per gradient."""
    rows = data["crsae.simulation"]
    gradients = [name for name in LABELS if any(row["gradient"] == name for row in rows)]
    figure = _style.new_figure(max(7.0, 3.4 * len(gradients)), 3.4, shown.heading, WORDS)
    panels = _style.new_axes(figure, 1, len(gradients), sharey=True)
    for axes, gradient in zip(panels.flat, gradients, strict=True):
        _plot_gradient(axes, [row for row in rows if row["gradient"] == gradient])
        axes.set_title(LABELS[gradient])
    panels[0, 0].set_ylabel("error of the worse filter")
    _style.common_legend(figure, panels)
    return figure


def _plot_gradient(axes: Axes, rows: Sequence[Row]) -> None:
    for tangent, step in STEPS.items():
        for start, words in STARTS.items():
            runs: dict[int, list[Row]] = {}
            for row in rows:
                if (row["tangent"], row["start"]) == (tangent, start):
                    runs.setdefault(row["repetition"], []).append(row)
            first = FIRST[start]
            curves = [{e: error for e, error in worst_errors(run).items() if e >= first} for run in runs.values()]
            _plot_curves(axes, curves, f"{step}, from {words}", color=COLOURS[tangent], linestyle=LINES[start])
    _style.log_value_axis(axes)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlabel("epoch")
    _style.reference_line(axes, NEAR, f"{NEAR:g}: found")


def _plot_curves(axes: Axes, curves: Sequence[Mapping[int, float]], label: str, **style: Any) -> None:
    """Plot every seed's curve, and the mean over those that got as far."""
    if not curves:
        return
    for curve in curves:
        axes.plot(list(curve), list(curve.values()), linewidth=0.7, alpha=0.5, **style)
    epochs = sorted({epoch for curve in curves for epoch in curve})
    means = [np.mean([curve[epoch] for curve in curves if epoch in curve]) for epoch in epochs]
    axes.plot(epochs, means, linewidth=2.0, label=label, **style)

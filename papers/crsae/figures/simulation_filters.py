"""True filters, where learning starts, and where it ends: a row for each filter, a column for each gradient."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from lsalsa.metrics import filter_errors
from lsalsa.study.figures import _style
from lsalsa.study.shown import Shown
from papers.crsae.simulation.learning import GRADIENTS
from papers.crsae.simulation.summaries import LABELS

needs = ("crsae.simulation_filters",)
subject = "study"
caption = "True filters of simulated spikes, the start of learning, and the filters learned by every gradient."

WORDS = (
    "Each filter is a wave form of 1.8 ms. Grey: the true one. Dotted: where learning starts, half wrong. Blue: learned"
    " with the tangent step. Orange: learned with plain Adam. Numbers are errors after the last epoch. Shifts in time"
    " are no errors, so every learned filter is drawn where it fits best. First seed."
)
LOOKS = {"tangent": {"color": "#0072b2"}, "plain": {"color": "#d55e00"}}


def plot(data: Mapping[str, Any], shown: Shown) -> Figure:
    """Plot a panel per filter and gradient."""
    banks = data["crsae.simulation_filters"]
    true, start = banks["true"], banks["start"]
    gradients = [name for name in GRADIENTS if f"{name}_tangent_close" in banks]
    n_filters = true.shape[1]
    figure = _style.new_figure(max(7.0, 3.2 * len(gradients)), 2.0 * n_filters + 0.5, shown.heading, WORDS)
    panels = _style.new_axes(figure, n_filters, len(gradients), sharex=True, sharey=True)
    for column, gradient in enumerate(gradients):
        panels[0, column].set_title(LABELS[gradient])
        panels[-1, column].set_xlabel("sample")
        for c in range(n_filters):
            axes = panels[c, column]
            axes.plot(true[:, c], color="#b0b0b0", linewidth=4.5, label="true")
            axes.plot(start[:, c], color="#404040", linewidth=1.0, linestyle=(0, (1, 1.5)), label="start")
    for column, gradient in enumerate(gradients):
        for step, look in LOOKS.items():
            learned = banks[f"{gradient}_{step}_close"]
            errors = filter_errors(learned, true)
            for c in range(n_filters):
                axes = panels[c, column]
                axes.plot(*_nearest(learned, true[:, c]), linewidth=1.5, label=f"learned, {step}", **look)
                height = 0.06 if step == "tangent" else 0.17
                axes.text(0.98, height, f"{errors[c]:.3f}", transform=axes.transAxes, ha="right", fontsize=9, **look)
    for c in range(n_filters):
        panels[c, 0].set_ylabel(f"filter {c + 1}")
    _style.common_legend(figure, panels)
    return figure


def _nearest(learned: np.ndarray, true: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return samples and values of the learned filter that is most like a true one, shifted and signed like it."""
    overlaps = np.array([np.correlate(one, true, "full") for one in learned.T])
    c, place = np.unravel_index(np.abs(overlaps).argmax(), overlaps.shape)
    samples = np.arange(len(true)) - (place - (len(true) - 1))
    return samples, learned[:, c] * np.sign(overlaps[c, place])

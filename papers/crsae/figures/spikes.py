"""Missed against false spikes over the threshold, a panel per number of channels, a curve per method."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lsalsa.study.figures import _style
from lsalsa.study.shown import Shown
from papers.crsae.spikes.labels import METHODS, method_label
from papers.crsae.spikes.summary import rows_by_method

needs = ("crsae.spike_curves", "crsae.spikes")
subject = "study"
caption = "Missed against false spikes as the threshold moves; markers are the thresholds that the first half chose."

LOOKS: dict[str, dict[str, Any]] = {
    "true": {"color": "#000000", "linestyle": "-", "marker": "o"},
    "kmeans": {"color": "#8c8c8c", "linestyle": (0, (1, 1.2)), "marker": "v"},
    "decoder_only": {"color": "#0072b2", "linestyle": (0, (4, 1.5)), "marker": "s"},
    "implicit": {"color": "#d55e00", "linestyle": "-", "marker": "D"},
    "em": {"color": "#009e73", "linestyle": (0, (6, 1.2, 1.2, 1.2)), "marker": "^"},
}
GRID = np.linspace(0.0, 100.0, 401)
LIMIT = 50.0

Row = Mapping[str, Any]


def plot(data: Mapping[str, Any], shown: Shown) -> Figure:
    """Plot means over cells and seeds: of the false spikes at equal shares of missed ones."""
    curves, means = data["crsae.spike_curves"], rows_by_method(data["crsae.spikes"])
    panels = list(dict.fromkeys((row["recording"], row["origin"], row["n_channels"]) for row in means))
    words = (
        "Down and left is better. A curve is the mean over cells and seeds of the least share of false spikes at a"
        " share of missed ones; a marker is the mean at the thresholds that the first half chose."
    )
    figure = _style.new_figure(4.6 * max(len(panels), 2), 3.8, shown.heading, words)
    axes = _style.new_axes(figure, 1, len(panels))
    for place, (recording, origin, n_channels) in zip(axes[0], panels, strict=True):
        own = [row for row in curves if (row["recording"], row["n_channels"]) == (recording, n_channels)]
        points = [row for row in means if (row["recording"], row["n_channels"]) == (recording, n_channels)]
        _panel(place, own, points)
        place.set_title(f"{n_channels} channel{'s' * (n_channels > 1)}\n{origin}")
    _style.common_legend(figure, axes)
    return figure


def _panel(axes: Axes, curves: Sequence[Row], points: Sequence[Row]) -> None:
    for method in METHODS:
        own = [row for row in curves if row["method"] == method]
        if own:
            look = LOOKS[method]
            line = {key: look[key] for key in ("color", "linestyle")}
            axes.plot(*mean_curve(own), label=method_label(method), linewidth=1.6, **line)
            marks = [(row["missed_percent"], row["false_percent"]) for row in points if row["method"] == method]
            axes.plot(*zip(*marks, strict=True), look["marker"], color=look["color"], markersize=6)
    axes.set_xlim(0, LIMIT)
    axes.set_ylim(0, LIMIT)
    axes.set_xlabel("true spikes missed in percent")
    axes.set_ylabel("estimated spikes false in percent")


def mean_curve(rows: Sequence[Row]) -> tuple[np.ndarray, np.ndarray]:
    """Average the curves of several cells and seeds.

    Parameters
    ----------
    rows : sequence of rows
        Points of one method's curves: unit, repetition, missed_percent, false_percent.

    Returns
    -------
    missed, false : array, (n,)
        In percent. False is the mean over curves of the least share with at most this share missed; only where every
        curve gets there.
    """
    cells: dict[tuple, list[Row]] = {}
    for row in rows:
        cells.setdefault((row["unit"], row["repetition"]), []).append(row)
    least = []
    for own in cells.values():
        own = sorted(own, key=lambda row: row["missed_percent"])
        missed = np.array([row["missed_percent"] for row in own])
        false = np.minimum.accumulate([row["false_percent"] for row in own])
        reached = np.searchsorted(missed, GRID, side="right") - 1
        least.append(np.where(reached >= 0, false[reached], np.nan))
    mean = np.mean(least, axis=0)
    known = np.isfinite(mean)
    return GRID[known], mean[known]

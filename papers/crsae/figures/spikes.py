"""Missed against false spikes over the threshold: recordings down, numbers of channels across, a curve per method."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
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
LEAST = 10.0
"""Percent that an axis reaches at least."""
SHARES = ("missed_percent", "false_percent")

Row = Mapping[str, Any]


def plot(data: Mapping[str, Any], shown: Shown) -> Figure:
    """Plot means over cells and seeds: of the false spikes at equal shares of missed ones."""
    curves, means = data["crsae.spike_curves"], rows_by_method(data["crsae.spikes"])
    recordings = list(dict.fromkeys(row["recording"] for row in means))
    channels = sorted({row["n_channels"] for row in means}, reverse=True)
    origins = "; ".join(dict.fromkeys(f"{row['recording']}: {row['origin']}" for row in means))
    words = (
        "Means over cells and seeds; down and left is better. A marker is at the thresholds that the first half of the"
        " recording chose. Along a curve all of them move by the same step."
        f" {origins}."
    )
    width, height = 4.6 * max(len(channels), 2), 3.4 * len(recordings) + 0.4
    figure = _style.new_figure(width, height, shown.heading, words)
    axes = _style.new_axes(figure, len(recordings), len(channels))
    for place, (recording, n_channels) in zip(axes.flat, product(recordings, channels), strict=True):
        own = [row for row in curves if (row["recording"], row["n_channels"]) == (recording, n_channels)]
        points = [row for row in means if (row["recording"], row["n_channels"]) == (recording, n_channels)]
        if points:
            _panel(place, own, points)
            place.set_title(f"{recording}, {n_channels} channel{'s' * (n_channels > 1)}")
        else:
            place.set_axis_off()
    _style.common_legend(figure, axes)
    return figure


def _panel(axes: Axes, curves: Sequence[Row], points: Sequence[Row]) -> None:
    marks = []
    for method in METHODS:
        own = [row for row in curves if row["method"] == method]
        known = [row for row in points if row["method"] == method and row["missed_percent"] is not None]
        if own and known:
            look, line = LOOKS[method], {key: LOOKS[method][key] for key in ("color", "linestyle")}
            axes.plot(*mean_curve(own), linewidth=1.6, **line)
            marks += [(row["missed_percent"], row["false_percent"]) for row in known]
            axes.plot(*marks[-1], label=method_label(method), marker=look["marker"], markersize=7, **line)
    furthest = max((max(mark) for mark in marks), default=LEAST)
    axes.set_xlim(0, _limit(furthest))
    axes.set_ylim(0, _limit(furthest))
    axes.set_xlabel("true spikes missed in percent")
    axes.set_ylabel("estimated spikes false in percent")


def _limit(furthest: float) -> float:
    """Return the end of an axis, so that a point is well inside."""
    return min(100.0, max(LEAST, 1.5 * furthest))


def mean_curve(rows: Sequence[Row]) -> tuple[np.ndarray, np.ndarray]:
    """Average missed and false spikes over cells and seeds, as all thresholds move by the same step.

    Parameters
    ----------
    rows : sequence of rows
        Points of one method's curves: shift, missed_percent, false_percent.

    Returns
    -------
    missed, false : array, (n_shifts,)
        In percent.
    """
    shifts = sorted({row["shift"] for row in rows})
    groups: dict[float, list[Row]] = {shift: [] for shift in shifts}
    for row in rows:
        groups[row["shift"]].append(row)
    means = [[np.mean([row[name] for row in groups[shift]]) for shift in shifts] for name in SHARES]
    return np.array(means[0]), np.array(means[1])

"""The filters of every arm, the smoothest first."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from lsalsa.study.figures import _style
from lsalsa.study.figures.atoms import mosaic
from lsalsa.study.shown import Shown
from papers.crsae.denoising.arms import arm_label

needs = ("crsae.denoising_filters",)
subject = "study"
caption = "Filters learned from pictures by every arm, beside the random ones that they start from."

WORDS = (
    "Every picture is rebuilt as a sum of a few of these filters, each at some places. Mid-grey is zero, and a constant"
    " filter is white all over; each filter is scaled to its own largest value and shown with the sign of its largest"
    " value positive. Sorted by how fast they change from pixel to pixel, the smoothest at the top left. First seed."
)
INCHES = 2.6


def plot(data: Mapping[str, Any], shown: Shown) -> Figure:
    """Plot one mosaic for the start and one for each arm."""
    files = data["crsae.denoising_filters"]
    arms = [arm for arm in shown.details["arms"] if arm in files]
    banks = {
        "random, at the start": files[arms[0]]["start_0"],
        **{arm_label(a): files[a]["learned_0"] for a in arms},
    }
    n_columns = min(4, len(banks))
    n_rows = math.ceil(len(banks) / n_columns)
    figure = _style.new_figure(max(n_columns, 3) * INCHES, n_rows * (INCHES + 0.3), shown.heading, WORDS)
    axes = _style.new_axes(figure, n_rows, n_columns)
    for place in axes.flat:
        place.set_axis_off()
    for place, (title, filters) in zip(axes.flat, banks.items(), strict=False):
        columns = _upright(filters)
        place.imshow(mosaic(columns, smoothest_first(filters)), cmap="gray", vmin=-1, vmax=1, interpolation="none")
        place.set_title(title, fontsize=8.5)
    return figure


def _upright(filters: np.ndarray) -> np.ndarray:
    """Return the filters as columns, each with the sign that makes its largest value positive."""
    columns = filters.reshape(-1, filters.shape[2]).astype(np.float64)
    largest = columns[np.abs(columns).argmax(axis=0), np.arange(columns.shape[1])]
    return columns * np.where(largest < 0, -1.0, 1.0)


def smoothest_first(filters: np.ndarray) -> np.ndarray:
    """Return the order of the filters by the energy of their differences from pixel to pixel, per energy.

    Parameters
    ----------
    filters : array, (height, width, n_filters)
    """
    down, across = np.diff(filters, axis=0), np.diff(filters, axis=1)
    energy = sum((step.astype(np.float64) ** 2).sum(axis=(0, 1)) for step in (down, across))
    return np.argsort(energy / (filters.astype(np.float64) ** 2).sum(axis=(0, 1)), kind="stable")

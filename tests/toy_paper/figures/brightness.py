"""Brightness as bars."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure

from lsalsa.study.figures import _style
from lsalsa.study.shown import Shown

needs = ("toy.brightness",)
subject = "study"
caption = "Mean grey value of sets of images."


def plot(data: Mapping[str, Any], shown: Shown) -> Figure:
    """A bar per set of images."""
    figure = _style.new_figure(5.0, 3.0, shown.heading, "1 is white, 0 black.")
    axes = _style.new_axes(figure, 1, 1)[0, 0]
    axes.bar([run["images"] for run in data["toy.brightness"]], [run["brightness"] for run in data["toy.brightness"]])
    return figure

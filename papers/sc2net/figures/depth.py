"""Accuracy of SLSTM over its number of steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure

from lsalsa.study.shown import Shown
from papers.sc2net.figures._sweeps import sweep
from papers.sc2net.findings import steps

needs = ("sc2net.variants",)
subject = "study"
caption = "Accuracy on the official split with more and with fewer steps of SLSTM."


def plot(data: Mapping[str, Any], shown: Shown) -> Figure:
    """A panel per set of images."""
    return sweep(data, shown, "depth", "steps of SLSTM", steps)

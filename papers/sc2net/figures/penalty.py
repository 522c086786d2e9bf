"""Accuracy over the weight of the l1 norm."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure

from lsalsa.study.shown import Shown
from papers.sc2net.figures._sweeps import sweep
from papers.sc2net.findings import penalties

needs = ("sc2net.variants",)
subject = "study"
caption = "Accuracy on the official split under different weights of the l1 norm."


def plot(data: Mapping[str, Any], shown: Shown) -> Figure:
    """A panel per set of images."""
    return sweep(data, shown, "penalty", "weight of the l1 norm", penalties)

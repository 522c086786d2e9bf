"""Mean norm of the atoms over the epochs, with and without projection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from lsalsa.study.figures import _style
from lsalsa.study.shown import Shown
from papers.sc2net.figures._sweeps import new_panels
from papers.sc2net.labels import data_labels, variant_label
from papers.sc2net.tables._variants import rows_of

needs = ("sc2net.variants", "sc2net.histories")
subject = "study"
caption = "Mean norm of the atoms over the epochs of training, with and without projection."


WORDS = "The loss does not bound the norms of the atoms. Projected: atoms clipped to norm 1 after each step."


def plot(data: Mapping[str, Any], shown: Shown) -> Figure:
    """Plot a panel per set of images."""
    table = rows_of(data["sc2net.variants"], shown.details["variants"])
    sets = data_labels(table)
    figure, panels = new_panels(len(sets), shown, WORDS)
    for axes, (images, title) in zip(panels, sets.items(), strict=True):
        for number, variant in enumerate(shown.details["variants"]):
            history = [r for r in data["sc2net.histories"] if (r["images"], r["variant"]) == (images, variant)]
            style = {"color": (*_style.SPARE_COLOURS, "#0072b2")[number], "linestyle": "--" if number > 1 else "-"}
            axes.plot(*_norms(history), label=variant_label(variant), **style)
        axes.set_xlabel("epoch")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.set_ylabel("mean norm of the atoms")
        axes.set_title(title)
    _style.common_legend(figure, panels)
    return figure


def _norms(rows: Sequence[Mapping[str, Any]]) -> tuple[list[int], list[float]]:
    """Return the epochs, and the mean norm over repetitions in each."""
    epochs = sorted({row["epoch"] for row in rows})
    return epochs, [float(np.mean([row["atom_norm_mean"] for row in rows if row["epoch"] == e])) for e in epochs]

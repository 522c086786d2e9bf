"""Objective over the steps of every method, a panel per set of images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lsalsa.study.figures import _style
from lsalsa.study.shown import Shown
from papers.sc2net.figures._sweeps import new_panels
from papers.sc2net.labels import data_labels, variant_label
from papers.sc2net.objectives import LIMIT, rows_of

needs = ("sc2net.variants", "sc2net.solvers")
subject = "study"
caption = (
    "Mean objective of the codes of the test images after T iterations of a solver, or by networks with T layers or"
    " steps. ISTA, FISTA, LISTA and LFISTA share one dictionary, whose optimum is the dotted line; adaptive ISTA and"
    " SLSTM learn their own, which is scaled to atoms of norm 1."
)

WORDS = (
    "Objective of the test images; lower is better. Adaptive ISTA and SLSTM learn their own dictionary (here scaled to"
    " norm 1) and may fall below the optimum of the others' (dotted)."
)


def plot(data: Mapping[str, Any], shown: Shown) -> Figure:
    """Plot a curve for each method in each panel."""
    rows = rows_of(data["sc2net.variants"], data["sc2net.solvers"], shown.details["variants"])
    sets = data_labels(rows)
    figure, panels = new_panels(len(sets), shown, WORDS)
    for axes, (images, title) in zip(panels, sets.items(), strict=True):
        _plot_panel(axes, [row for row in rows if row["images"] == images and row["objective"] is not None], shown)
        axes.set_title(title)
    _style.common_legend(figure, panels)
    return figure


def _plot_panel(axes: Axes, rows: Sequence[Mapping[str, Any]], shown: Shown) -> None:
    methods = list(dict.fromkeys(row["method"] for row in rows if row["method"] != LIMIT))
    labels = {method: variant_label(method) for method in methods}
    named = Shown(shown.name, shown.heading, labels=labels, algorithms={name: name.split("_d")[0] for name in methods})
    for method in methods:
        curve = [(row["depth"], row["objective"], row["objective_std"]) for row in rows if row["method"] == method]
        _style.plot_curve(axes, method, named, curve)
    for row in rows:
        if row["method"] == LIMIT:
            _style.reference_line(axes, row["objective"])
    _style.depth_axis(axes, sorted({row["depth"] for row in rows if row["depth"] is not None}))
    _style.log_value_axis(axes)
    axes.set_xlabel("T: iterations, layers or steps")
    axes.set_ylabel("objective")

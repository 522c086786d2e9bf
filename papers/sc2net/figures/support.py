"""Share of the true support that each method finds, over the size of the support."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from lsalsa.study.figures import _style
from lsalsa.study.shown import Shown
from papers.sc2net.figures._sweeps import new_panels
from papers.sc2net.labels import case_label, variant_label
from papers.sc2net.tables.support import rows_of

needs = ("sc2net.support",)
subject = "study"
caption = "Share of the true support of synthetic codes that each method finds."

WORDS = "Percentage of the true support among the k largest entries of the code, k being its size; higher is better."


def plot(data: Mapping[str, Any], shown: Shown) -> Figure:
    """Plot a panel per case."""
    table = rows_of(data["sc2net.support"])
    cases = list(dict.fromkeys(row["case"] for row in table))
    figure, panels = new_panels(len(cases), shown, WORDS)
    for axes, case in zip(panels, cases, strict=True):
        _plot_case(axes, [row for row in table if row["case"] == case])
        axes.set_title(case_label(case))
    _style.common_legend(figure, panels)
    return figure


def _plot_case(axes: Axes, rows: list[Mapping[str, Any]]) -> None:
    variants = list(dict.fromkeys(row["variant"] for row in rows))
    algorithms = {variant: variant.removesuffix("_sc2net") for variant in variants}
    for variant in variants:
        known = [row for row in rows if row["variant"] == variant and row["recovered_percent"] is not None]
        curve = [(row["n_nonzero"], row["recovered_percent"]) for row in known]
        if curve:
            style = _style.method_style(variant, algorithms)
            axes.plot(*zip(*curve, strict=True), label=variant_label(variant), markersize=5, linewidth=1.6, **style)
    guesses = sorted({(row["n_nonzero"], row["guess_percent"]) for row in rows})
    axes.plot(*zip(*guesses, strict=True), label="a guess", color=_style.GREY, linewidth=0.8, zorder=1)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlabel("non-zero entries of the true code")
    axes.set_ylabel("recovered in percent")

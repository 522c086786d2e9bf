"""Sparsity and accuracy of every test sample (LSALSA paper, figures 6 and 20)."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lsalsa.study.figures import _style
from lsalsa.study.figures._data import block_of
from lsalsa.study.shown import Shown

needs = ("samples", "codes", "problems")
subject = "task"
caption = (
    "Every point is a test sample: how many entries of its code are zero, and how far the code is from the optimal one."
)

MOST_POINTS = 300
"""Points per method and panel: enough to see the cloud, few enough to see through it."""


def plot(data: Mapping[str, Any], shown: Shown) -> Figure:
    """Plot one panel per depth: share of zeros across, RMSE up, a point per sample, a large mark at the mean."""
    methods, depths = shown.methods, shown.depths
    targets = data["codes"][shown.task]["codes"][:, block_of(data["problems"][shown.task], shown)]
    optimal = 1.0 - np.asarray((targets != 0).mean(axis=1)).ravel()
    block = 0 if shown.component is None else 1 + list(shown.components).index(shown.component)
    explanation = (
        "Each point is a test sample, each large mark a method's mean. A good code lies low and near the dashed"
        f" line, the mean share of zeros of the optimal codes ({optimal.mean():.2f}); the grey band holds 90 % of"
        " those codes."
    )
    n_columns = min(len(depths), 3)
    n_rows = -(-len(depths) // n_columns)
    figure = _style.new_figure(10.0, 0.6 + 3.1 * n_rows, shown.heading, explanation)
    panels = _style.new_axes(figure, n_rows, n_columns, sharex=True, sharey=True)
    for axes, depth in zip(panels.flat, depths, strict=False):
        axes.axvspan(*np.quantile(optimal, (0.05, 0.95)), color="#ececec", zorder=0)
        axes.axvline(optimal.mean(), color=_style.GREY, linestyle=(0, (4, 2)), linewidth=1, zorder=1)
        absent = [m for m in methods if not _plot_cloud(axes, m, shown, data["samples"][m], depth, block)]
        axes.set_title(f"T = {depth}")
        if absent:
            words = textwrap.fill(
                f"no codes at this T: {', '.join(shown.labels[m] for m in absent)}", int(120 / n_columns)
            )
            axes.text(0.03, 0.97, words, transform=axes.transAxes, va="top", fontsize=7.5, color=_style.GREY)
    _label(panels, len(depths))
    _style.common_legend(figure, panels)
    return figure


def _plot_cloud(axes: Axes, method: str, shown: Shown, samples: Mapping[str, Any], depth: int, block: int) -> bool:
    """Plot a method's points and their mean; return False if it was not run at this depth, or diverged."""
    positions = np.flatnonzero(samples["depths"] == depth)
    if not len(positions):
        return False
    zeros, rmse = samples["zero_share"][positions[0], block], samples["rmse"][positions[0], block]
    if not np.all(np.isfinite(rmse)):
        return False
    some = np.linspace(0, len(rmse) - 1, min(MOST_POINTS, len(rmse))).astype(int)
    style = _style.method_style(method, shown.algorithms)
    point = {"color": style["color"], "marker": style["marker"]}
    axes.scatter(zeros[some], rmse[some], s=7, alpha=0.3, linewidths=0, rasterized=True, zorder=2, **point)
    mean = {"s": 70, "edgecolors": "white", "linewidths": 1, "zorder": 4, "label": shown.labels[method]}
    axes.scatter(zeros.mean(), rmse.mean(), **mean, **point)
    return True


def _label(panels: np.ndarray, n_used: int) -> None:
    for axes in panels.flat[n_used:]:
        axes.set_visible(False)
    for axes in panels[:, 0]:
        axes.set_ylabel("RMSE of the sample's code")
    for position, axes in enumerate(panels.flat[:n_used]):
        if position + panels.shape[1] >= n_used:
            axes.tick_params(labelbottom=True)
            axes.set_xlabel("share of zeros in the code")

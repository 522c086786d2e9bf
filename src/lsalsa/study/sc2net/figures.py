"""Figures of the sweeps of SC2Net."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from lsalsa.study.figures import _style
from lsalsa.study.heading import Heading
from lsalsa.study.sc2net.labels import arm_label, case_label
from lsalsa.study.sc2net.story import data_of, sentences_of
from lsalsa.study.sc2net.tables import Row, make_table


def draw(name: str, rows: Sequence[Row], history: Sequence[Row], arms: Sequence[str], heading: Heading) -> Figure:
    """Draw the figure of a table: `sc2net_depth`, `sc2net_penalty`, `sc2net_leak` or `sc2net_support`."""
    table = make_table(name, rows, arms, [])
    return DRAWN[name](table, history, heading, " ".join(sentences_of(name, table)))


def _panels(count: int, heading: Heading, explanation: str) -> tuple[Figure, Any]:
    figure = _style.new_page(4.8 * max(count, 2), 3.6, heading, explanation)
    return figure, _style.new_axes(figure, 1, count)[0]


def _curves(table: Sequence[Row], data: str, x: str) -> dict[str, list[tuple]]:
    """Kind -> (x, mean, standard deviation), growing in x."""
    curves: dict[str, list[tuple]] = {}
    for row in table:
        if row["data"] == data and row["accuracy_percent"] is not None:
            point = (row[x], row["accuracy_percent"], row["accuracy_percent_std"])
            curves.setdefault(row["kind"], []).append(point)
    return {kind: sorted(points, key=lambda point: point[0]) for kind, points in curves.items()}


def _sweep(x: str, label: str) -> Callable[..., Figure]:
    def drawn(table: Sequence[Row], history: Sequence[Row], heading: Heading, explanation: str) -> Figure:
        sets = data_of(table)
        figure, panels = _panels(len(sets), heading, explanation or "Accuracy on the official split.")
        for axes, data in zip(panels, sets, strict=True):
            curves = _curves(table, data, x)
            for kind, curve in curves.items():
                _style.plot_curve(axes, kind, list(curves), curve)
            _style.depth_axis(axes, sorted({point[0] for curve in curves.values() for point in curve}))
            axes.set_xlabel(label)
            axes.set_ylabel("accuracy in percent")
            axes.set_title(data)
        _style.common_legend(figure, panels)
        return figure

    return drawn


def _leak(table: Sequence[Row], history: Sequence[Row], heading: Heading, explanation: str) -> Figure:
    """Mean norm of the atoms over the epochs, with and without projection."""
    sets = data_of(table)
    figure, panels = _panels(len(sets), heading, explanation)
    for axes, data in zip(panels, sets, strict=True):
        for number, arm in enumerate(dict.fromkeys(row["arm"] for row in table)):
            epochs, norms = _norms([row for row in history if (row["data"], row["arm"]) == (data, arm)])
            style = {"color": (*_style.SPARE_COLOURS, "#0072b2")[number], "linestyle": "--" if number > 1 else "-"}
            axes.plot(epochs, norms, label=arm_label(arm), **style)
        axes.set_xlabel("epoch")
        axes.set_ylabel("mean norm of the atoms")
        axes.set_title(data)
    _style.common_legend(figure, panels)
    return figure


def _norms(rows: Sequence[Row]) -> tuple[list[int], list[float]]:
    """Epochs and the mean over repetitions of the norm in each."""
    epochs = sorted({row["epoch"] for row in rows})
    return epochs, [float(np.mean([row["atom_norm_mean"] for row in rows if row["epoch"] == e])) for e in epochs]


def _support(table: Sequence[Row], history: Sequence[Row], heading: Heading, explanation: str) -> Figure:
    cases = list(dict.fromkeys(row["case"] for row in table))
    arms = list(dict.fromkeys(row["arm"] for row in table))
    words = "Share of the true support among as many largest entries of the code; higher is better."
    figure, panels = _panels(len(cases), heading, words)
    for axes, case in zip(panels, cases, strict=True):
        for arm in arms:
            rows = [row for row in table if (row["case"], row["arm"]) == (case, arm)]
            curve = [
                (row["n_nonzero"], row["recovered_percent"]) for row in rows if row["recovered_percent"] is not None
            ]
            if curve:
                style = _style.method_style(arm, arms)
                axes.plot(*zip(*curve, strict=True), label=arm_label(arm), markersize=5, linewidth=1.6, **style)
        guesses = sorted({(row["n_nonzero"], row["guess_percent"]) for row in table if row["case"] == case})
        axes.plot(*zip(*guesses, strict=True), label="a guess", color=_style.GREY, linewidth=0.8, zorder=1)
        axes.set_xlabel("non-zero entries of the true code")
        axes.set_ylabel("recovered in percent")
        axes.set_title(case_label(case))
    _style.common_legend(figure, panels)
    return figure


DRAWN: dict[str, Callable[..., Figure]] = {
    "sc2net_depth": _sweep("depth", "steps of SLSTM"),
    "sc2net_penalty": _sweep("penalty", "weight of the l1 norm"),
    "sc2net_leak": _leak,
    "sc2net_support": _support,
}

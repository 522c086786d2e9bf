"""The common form of figures of SC2Net's sweeps: a panel per set of images, curves of accuracy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.figure import Figure

from lsalsa.study.figures import _style
from lsalsa.study.shown import Shown
from papers.sc2net.labels import data_labels
from papers.sc2net.tables._variants import rows_of

Row = Mapping[str, Any]


def new_panels(count: int, shown: Shown, explanation: str) -> tuple[Figure, Any]:
    """Make a figure with `count` panels side by side, (count,)."""
    figure = _style.new_figure(4.8 * max(count, 2), 3.6, shown.heading, explanation)
    return figure, _style.new_axes(figure, 1, count)[0]


def sweep(column: str, label: str, data: Mapping[str, Any], shown: Shown) -> Figure:
    """Plot the accuracy of every method over one setting.

    Parameters
    ----------
    column : str
        The setting's column in the table's rows.
    label : str
        Of the horizontal axis.
    data : mapping
        ``sc2net.variants``.
    shown : Shown
    """
    table = rows_of(data["sc2net.variants"], shown.details["variants"])
    sets = data_labels(table)
    figure, panels = new_panels(len(sets), shown, "Accuracy on the official split; bands: spread over repetitions.")
    for axes, (images, title) in zip(panels, sets.items(), strict=True):
        curves = _curves(table, images, column)
        for method, curve in curves.items():
            _style.plot_curve(axes, method, _labelled(shown, curves), curve)
        _style.depth_axis(axes, sorted({point[0] for curve in curves.values() for point in curve}))
        axes.set_xlabel(label)
        axes.set_ylabel("accuracy in percent")
        axes.set_title(title)
    _style.common_legend(figure, panels)
    return figure


def _curves(table: Sequence[Row], images: str, column: str) -> dict[str, list[tuple]]:
    """Return method -> (setting, mean, standard deviation), in ascending order of the setting."""
    curves: dict[str, list[tuple]] = {}
    for row in table:
        if row["images"] == images and row["accuracy_percent"] is not None:
            point = (row[column], row["accuracy_percent"], row["accuracy_percent_std"])
            curves.setdefault(row["method"], []).append(point)
    return {method: sorted(points, key=lambda point: point[0]) for method, points in curves.items()}


def _labelled(shown: Shown, curves: Mapping[str, Any]) -> Shown:
    """Return the methods of the curves with their names in print, each with its own look."""
    names = {method: method.upper() for method in curves}
    return Shown(shown.name, shown.heading, labels=names, algorithms={method: method for method in curves})

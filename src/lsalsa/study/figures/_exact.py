"""Exact solvers in figures over time: their marks, and whom they beat."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from matplotlib.axes import Axes

from lsalsa.study.claims.base import listed

EXACT = {
    "exact_active_set": ("exact: active set", "*", "#b2182b"),
    "exact_proximal": ("exact: proximal", "X", "#b2182b"),
    "exact_spams": ("exact: SPAMS LARS", "P", "#4d4d4d"),
    "exact_scikit_learn": ("exact: scikit-learn", "h", "#4d4d4d"),
}
"""Method of `exact/{task}.parquet` -> its label, marker and colour."""


CERTIFIED = 1e-6
"""Relative duality gap of codes that are called exact, as of optimal codes."""


class Point(NamedTuple):
    """A result in the plane of time and error.

    Attributes
    ----------
    time : float
        Microseconds per sample.
    rmse : float
    name : str
        Of the method, in print.
    step : str
        Depth, or duality gap.
    """

    time: float
    rmse: float
    name: str
    step: str


def exact_point(row: Mapping[str, Any]) -> Point:
    """Return the point of a row of `exact/{task}.parquet`."""
    step = "" if row["tolerance"] is None else f"gap {row['tolerance']:g}"
    return Point(1e6 * row["seconds_per_sample"], row["rmse"], EXACT[row["method"]][0], step)


def fastest_exact(exact: Iterable[Mapping[str, Any]]) -> Point | None:
    """Return the fastest run whose codes are certified to the duality gap of optimal codes; None without one."""
    certified = [row for row in exact if row["status"] == "ok" and row["tolerance"] is not None]
    return min((exact_point(row) for row in certified if row["tolerance"] <= CERTIFIED), default=None)


def plot_exact(axes: Axes, exact: Sequence[Mapping[str, Any]], lowest: float) -> None:
    """Plot a mark per run of an exact solver, at the height `lowest` if it lies below."""
    for method, (label, marker, colour) in EXACT.items():
        points = [exact_point(row) for row in exact if row["method"] == method and row["status"] == "ok"]
        if points:
            x, y = [point.time for point in points], [max(point.rmse, lowest) for point in points]
            look = {"markersize": 10, "markeredgecolor": "white", "linestyle": "none", "zorder": 4}
            axes.plot(x, y, label=label, marker=marker, color=colour, clip_on=False, **look)


def beaten_words(points: Iterable[Point], exact: Sequence[Mapping[str, Any]]) -> str:
    """Say which results the fastest certified exact solver beats in both time and nearness; empty without a solver."""
    best = fastest_exact(exact)
    if best is None:
        return ""
    beaten: dict[str, list[str]] = {}
    for point in sorted(points, key=lambda point: point.time):
        if point.time > best.time and point.rmse > best.rmse:
            beaten.setdefault(point.name, []).append(f"{point.step}, {point.time:.3g} \N{MICRO SIGN}s")
    who = (
        f"The certified exact solver ({best.name.removeprefix('exact: ')}, {best.time:.3g} \N{MICRO SIGN}s per sample)"
    )
    if not beaten:
        return f"{who} is slower than every method at every T."
    names = [f"{name} ({steps[0]})" for name, steps in beaten.items()]
    return f"{who} is both faster and nearer than {listed(names, 4)}; in brackets the smallest such T."

"""PSNR of one arm over the depth at test, and over the noise at test under three rules for the penalties."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lsalsa.study.figures import _style
from lsalsa.study.shown import Shown
from papers.crsae.denoising.arms import arm_label
from papers.crsae.denoising.scoring import POWERS
from papers.crsae.denoising.summaries import by_point

needs = ("crsae.denoising_sweeps",)
subject = "study"
caption = "Denoising with another depth and with other noise than in training."

LOOKS = dict(zip(POWERS, (("#0072b2", "s"), ("#d55e00", "D"), ("#009e73", "^")), strict=True))


def plot(data: Mapping[str, Any], shown: Shown) -> Figure:
    """Plot a panel over depth and one over noise."""
    rows = by_point(data["crsae.denoising_sweeps"], ())
    words = (
        f"{arm_label(rows[0]['arm'])}: filters trained once, with the depth of the dotted line and noise of standard"
        f" deviation {shown.details['noise']:g}. Under other noise the penalties stay, or are multiplied by the ratio"
        " of both standard deviations, or by its square, as the paper's model has it. Mean over the chosen pictures and"
        " seeds; the band is the spread over seeds."
    )
    figure = _style.new_figure(9.6, 3.4, shown.heading, words)
    panels = _style.new_axes(figure, 1, 2)[0]
    _plot_depth(panels[0], [row for row in rows if row["sweep"] == "depth"], data["crsae.denoising_sweeps"][0])
    _plot_noise(panels[1], [row for row in rows if row["sweep"] == "noise"], shown.details["noise"])
    return figure


def _plot_depth(axes: Axes, rows: Sequence[Mapping[str, Any]], first: Mapping[str, Any]) -> None:
    _curve(axes, "depth", rows, "", {"color": "#000000", "marker": "o"})
    _style.depth_axis(axes, sorted({row["depth"] for row in rows}))
    axes.axvline(first["trained_depth"], color=_style.GREY, linewidth=1, linestyle=(0, (1, 2)), zorder=1)
    axes.set_xlabel("T: layers at test")
    axes.set_ylabel("PSNR in dB")
    axes.set_title("depth")


def _plot_noise(axes: Axes, rows: Sequence[Mapping[str, Any]], trained: float) -> None:
    for rule, (colour, marker) in LOOKS.items():
        own = [row for row in rows if row["penalties"] == rule]
        _curve(axes, "noise", own, f"penalties {rule}", {"color": colour, "marker": marker})
    noisy = sorted({(row["noise"], row["psnr_db_noisy"]) for row in rows if row["psnr_db_noisy"] is not None})
    if noisy:
        axes.plot(*zip(*noisy, strict=True), color=_style.GREY, linewidth=0.9, label="noisy picture", zorder=1)
    axes.axvline(trained, color=_style.GREY, linewidth=1, linestyle=(0, (1, 2)), zorder=1)
    axes.set_xticks(sorted({row["noise"] for row in rows}))
    axes.set_xlabel("standard deviation of the noise at test, in grey levels of 255")
    axes.set_title("noise")
    axes.legend(fontsize=8.5)


def _curve(axes: Axes, column: str, rows: Sequence[Mapping[str, Any]], label: str, look: Mapping[str, Any]) -> None:
    """Plot means with the spread as a band."""
    points = sorted((r[column], r["psnr_db"], r["psnr_db_std"] or 0.0) for r in rows if r["psnr_db"] is not None)
    if points:
        x, mean, spread = zip(*points, strict=True)
        axes.plot(x, mean, label=label, markersize=5, linewidth=1.6, **look)
        low, high = ([m + sign * s for m, s in zip(mean, spread, strict=True)] for sign in (-1, 1))
        axes.fill_between(x, low, high, color=look["color"], alpha=0.18, linewidth=0)

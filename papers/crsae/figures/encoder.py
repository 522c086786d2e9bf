"""The encoder of CRsAE as two networks: one recurrent cell, and its unrolled residual layers (CRsAE papers)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from lsalsa.study.figures._boxes import BOX_HEIGHT, FIXED, LEARNED, WIRE, box, frame, new_diagram, node, wire
from lsalsa.study.shown import Shown

needs = ()
subject = "study"
caption = "The encoder of CRsAE: T iterations of FISTA as a recurrent network, and as a residual network."

EXPLANATION = (
    "Both networks compute the same: T iterations of FISTA for the code x of a signal y. Orange: what is learned. It is"
    " the same in every step: the filters H, which convolve (H), correlate (Hᵀ) and decode, and one threshold b for"
    " each filter. L, at least the largest eigenvalue of HᵀH, and the momentum m(t) are not learned."
)

LAYERS = 3

# All places and lengths are in inches. Of a cell, `left` is where its first box begins, `middle` its main wire.
WIDTH, HEIGHT = 12.95, 6.5
RECURRENT, UNROLLED = 4.87, 1.62
STEP, CELL = 3.68, 3.18
MOMENTUM, BRANCH, FILTER, MINUS, ADJOINT, PLUS, SHRINK = 0.66, 0.88, 1.0, 1.64, 1.92, 2.6, 2.86
"""Within a cell: width of the first box, and where the others, the branching point and the two sums are."""

DOWN, BUS, ARC, RISE, RADIUS = 0.78, 1.38, 0.62, 0.36, 0.11
"""From the main wire down to the residual branch and to the signal, and up to the skipped state, and how
much higher that is for the next layer; radius of a sum."""


def plot(data: Mapping[str, Any], shown: Shown) -> Figure:
    """Plot the recurrent cell with its state above, and the unrolled network below."""
    figure, axes = new_diagram(WIDTH, HEIGHT, shown.heading, EXPLANATION)
    _plot_recurrent(axes, left=1.15, middle=RECURRENT)
    _plot_key(axes, left=7.2, top=RECURRENT + 1.02)
    _plot_unrolled(axes, left=0.75, middle=UNROLLED)
    return figure


def _plot_recurrent(axes: Axes, left: float, middle: float) -> None:
    """Plot one cell whose output is its own next input, and the decoder behind it."""
    _title(axes, middle + 1.42, "a  A recurrent network: one cell, used T times")
    _plot_cell(axes, left, middle, "t")
    end, loop = left + CELL, middle + 1.0
    turn, first, second = end + 0.4, left + MOMENTUM / 2, left - 0.4
    wire(axes, (left + SHRINK + 0.3, middle), (end + 0.62, middle))
    axes.text(end + 0.1, middle - 0.07, "$x(t)$", ha="left", va="top", fontsize=10.5)
    node(axes, (turn, middle))
    delay = left + 1.7
    wire(axes, (turn, middle), (turn, loop), (delay + 0.62, loop))
    box(axes, delay, loop, 0.62, "delay", FIXED, height=0.32)
    wire(axes, (delay, loop), (second, loop), (second, middle), (left, middle))
    axes.text(second + 0.02, loop + 0.05, "$x(t-1)$", ha="left", va="bottom", fontsize=10.5)
    node(axes, (first, loop))
    box(axes, first - 0.31, middle + 0.6, 0.62, "delay", FIXED, height=0.3)
    wire(axes, (first, loop), (first, middle + 0.75))
    wire(axes, (first, middle + 0.45), (first, middle + BOX_HEIGHT / 2))
    axes.text(first + 0.37, middle + 0.44, "$x(t-2)$", ha="left", va="center", fontsize=10.5)
    wire(axes, (0.32, middle - BUS), (left + MINUS, middle - BUS), (left + MINUS, middle - DOWN - RADIUS))
    axes.text(0.12, middle - BUS, "$y$", ha="left", va="center", fontsize=12)
    _plot_decoder(axes, end + 0.62, middle, r"$t = T$")


def _plot_unrolled(axes: Axes, left: float, middle: float) -> None:
    """Plot the layers one after the other, with the state that skips a layer, and the signal below."""
    _title(axes, middle + 1.5, "b  The same, unrolled: a residual network of T layers, here T = 3")
    axes.text(0.1, middle - 0.07, "$x(0)$", ha="left", va="top", fontsize=10.5)
    axes.text(0.1, middle - 0.3, "$= 0$", ha="left", va="top", fontsize=10.5)
    wire(axes, (0.12, middle), (left, middle))
    axes.text(0.12, middle - BUS, "$y$", ha="left", va="center", fontsize=12)
    for layer in range(LAYERS):
        start = left + STEP * layer
        _plot_cell(axes, start, middle, str(layer + 1))
        sum_at = start + MINUS
        wire(axes, (0.32, middle - BUS), (sum_at, middle - BUS), (sum_at, middle - DOWN - RADIUS))
        if layer < LAYERS - 1:
            node(axes, (sum_at, middle - BUS))
            wire(axes, (start + SHRINK + 0.3, middle), (start + STEP, middle))
            axes.text(start + CELL + 0.22, middle - 0.07, f"$x({layer + 1})$", ha="center", va="top", fontsize=10.5)
        if layer:
            before, into = start - STEP - 0.24, start + MOMENTUM / 2
            node(axes, (before, middle))
            arc = middle + ARC + RISE * (layer - 1)
            axes.plot(
                (before, before), (middle + 0.2, arc), color="white", linewidth=6, zorder=0
            )  # crosses the last one
            wire(axes, (before, middle), (before, arc), (into, arc), (into, middle + BOX_HEIGHT / 2))
            words = f"$x({layer - 1})$ skips a layer"
            axes.text(before + 1.7, arc + 0.04, words, ha="center", va="bottom", fontsize=9.5)
    end = left + STEP * (LAYERS - 1) + CELL
    wire(axes, (end - CELL + SHRINK + 0.3, middle), (end + 0.5, middle))
    axes.text(end + 0.25, middle - 0.07, f"$x({LAYERS})$", ha="center", va="top", fontsize=10.5)
    _plot_decoder(axes, end + 0.5, middle)


def _plot_cell(axes: Axes, left: float, middle: float, step: str) -> None:
    """Plot one iteration: momentum, the residual branch below its skip connection, and the threshold."""
    frame(axes, left - 0.09, middle - DOWN - 0.34, CELL + 0.14, DOWN + 0.66)
    box(axes, left, middle, MOMENTUM, f"$m({step})$", FIXED)
    branch, minus, plus, low = left + BRANCH, left + MINUS, left + PLUS, middle - DOWN
    wire(axes, (left + MOMENTUM, middle), (plus - RADIUS, middle))
    axes.text(branch, middle + 0.07, "$z$", ha="center", va="bottom", fontsize=10.5)
    axes.text((branch + plus) / 2 + 0.05, middle + 0.07, "skip", ha="center", va="bottom", fontsize=9.5)
    node(axes, (branch, middle))
    wire(axes, (branch, middle), (branch, low), (left + FILTER, low))
    box(axes, left + FILTER, low, 0.38, "$H$", LEARNED)
    wire(axes, (left + FILTER + 0.38, low), (minus - RADIUS, low))
    _sum(axes, minus, low)
    axes.text(minus - 0.13, low + 0.09, "\N{MINUS SIGN}", ha="center", va="bottom", fontsize=10)
    axes.text(minus + 0.13, low - 0.11, "+", ha="center", va="top", fontsize=10)
    wire(axes, (minus + RADIUS, low), (left + ADJOINT, low))
    box(axes, left + ADJOINT, low, 0.56, r"$H^T\!/L$", LEARNED)
    wire(axes, (left + ADJOINT + 0.56, low), (plus, low), (plus, middle - RADIUS))
    _sum(axes, plus, middle)
    wire(axes, (plus + RADIUS, middle), (left + SHRINK, middle))
    box(axes, left + SHRINK, middle, 0.3, "$S_b$", LEARNED)


def _plot_decoder(axes: Axes, left: float, middle: float, when: str = "") -> None:
    """Plot the decoder, which has the filters of the encoder; `when` says at which step it is used."""
    box(axes, left, middle, 0.42, "$H$", LEARNED)
    wire(axes, (left + 0.42, middle), (left + 0.68, middle))
    axes.text(left + 0.71, middle, r"$\hat{y}$", ha="left", va="center", fontsize=12)
    words = f"decoder\n{when}".strip()
    axes.text(left + 0.21, middle - BOX_HEIGHT / 2 - 0.06, words, ha="center", va="top", fontsize=9.5)


def _plot_key(axes: Axes, left: float, top: float) -> None:
    """Write each part of a step in the words of the three readings, above each other."""
    columns = (0.0, 3.02, 4.2)
    rows = (
        ("iteration of FISTA", "recurrent", "residual"),
        (r"$z = x(t-1) + m(t)\,(x(t-1) - x(t-2))$", "state", "two skips"),
        (r"$u = z + H^T (y - H z)\,/\,L$", "input", "branch + skip"),
        (r"$x(t) = S_b(u)$, towards 0 by $b$", "activation", "activation"),
        (r"$\hat{y} = H\,x(T)$", "output", "last layer"),
    )
    for i, row in enumerate(rows):
        height, weight = top - 0.36 * i, "bold" if i == 0 else "normal"
        for at, words in zip(columns, row, strict=True):
            axes.text(left + at, height, words, ha="left", va="center", fontsize=10.5, fontweight=weight)
    axes.plot((left, left + 5.35), (top - 0.18, top - 0.18), color="#b5b5b5", linewidth=1)


def _title(axes: Axes, height: float, words: str) -> None:
    axes.text(0.1, height, words, ha="left", va="center", fontsize=11, fontweight="bold")


def _sum(axes: Axes, across: float, height: float) -> None:
    axes.add_patch(Circle((across, height), RADIUS, facecolor="white", edgecolor=WIRE, linewidth=1.2))
    for x, y in ((0.6 * RADIUS, 0), (0, 0.6 * RADIUS)):
        axes.plot((across - x, across + x), (height - y, height + y), color=WIRE, linewidth=1.2)

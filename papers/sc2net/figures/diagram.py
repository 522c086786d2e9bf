"""The unit of adaptive ISTA beside that of SLSTM, and the network of T such units with its loss (Figure 1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lsalsa.study.figures._boxes import BOX_HEIGHT, FIXED, LEARNED, WIRE, box, frame, new_diagram, node, wire
from lsalsa.study.shown import Shown

needs = ()
subject = "study"
caption = "One step of adaptive ISTA and one of SLSTM, and the network of T steps with its decoder and its loss."

WORDS = (
    "A step keeps a part f of the cell c and adds a part i of what ISTA would do. Adaptive ISTA leaves open where f and"
    " i come from (here it gets learned ones too); SLSTM computes them from code and image, as an LSTM does. Orange:"
    " learned weights. Small curves: the activations, of SLSTM h(c) = D (tanh(c + u) + tanh(c − u))."
)

# All places and lengths are in inches; those of a unit are counted from the lower left corner of its frame.
WIDTH, HEIGHT = 12.3, 6.15
UNIT_WIDTH, UNIT_HEIGHT, UNIT_BOTTOM = 4.7, 3.3, 2.65
LEFTS = {"adaptive ISTA": 0.75, "SLSTM": 7.05}
CELL, PRODUCT, GATES, BUS, ACTIVATION = 2.65, 1.62, 0.98, 0.3, 2.05
GATE_WIDTH, COLUMNS = 1.3, (0.85, 2.3, 3.78)  # middles of the boxes of f, i and the candidate
OUT = 3.95  # middle of the activation
STEPS, STEP, CHAIN, FIRST = ("1", "2", "…", "T"), 1.4, 1.3, 1.2


def soft(cell: np.ndarray) -> np.ndarray:
    """Soft thresholding at 1."""
    return np.sign(cell) * np.maximum(np.abs(cell) - 1, 0)


def smooth(cell: np.ndarray) -> np.ndarray:
    """The activation of SLSTM with offset 2 and gain 1."""
    return np.tanh(cell + 2) + np.tanh(cell - 2)


def plot(data: Mapping[str, Any], shown: Shown) -> Figure:
    """Plot both units above, the network below."""
    figure, axes = new_diagram(WIDTH, HEIGHT, shown.heading, WORDS)
    given, sigmoid = (r"$f$, set by hand", r"$i$, set by hand"), (r"$\sigma(W_f\,[s, x])$", r"$\sigma(W_i\,[s, x])$")
    _plot_unit(axes, "adaptive ISTA", given, r"$\mathrm{soft}(c;\ \lambda\tau)$", soft)
    _plot_unit(axes, "SLSTM", sigmoid, r"$h(c)$", smooth)
    _plot_network(axes)
    return figure


def _plot_unit(axes: Axes, name: str, gates: tuple[str, str], activation: str, curve: Callable) -> None:
    """Plot one step: cell above, gates and candidate in the middle, code and image below."""
    left, bottom, is_learned = LEFTS[name], UNIT_BOTTOM, name == "SLSTM"
    f, i, candidate = (left + middle for middle in COLUMNS)
    cell, product, height, bus, out = (bottom + level for level in (CELL, PRODUCT, GATES, BUS, ACTIVATION))
    right = left + UNIT_WIDTH
    frame(axes, left, bottom, UNIT_WIDTH, UNIT_HEIGHT - 0.25)
    axes.text(left + UNIT_WIDTH / 2, bottom + UNIT_HEIGHT - 0.1, f"one step of {name}", ha="center", fontsize=11)
    _wire_of_cell(axes, left, right, cell, f, i)
    for middle, words, goal in ((f, gates[0], cell), (i, gates[1], product)):
        box(axes, middle - GATE_WIDTH / 2, height, GATE_WIDTH, words, LEARNED if is_learned else FIXED)
        wire(axes, (middle, height + BOX_HEIGHT / 2), (middle, goal - 0.1))
    for middle, word in ((f, "forget"), (i, "input"), (candidate, "candidate")):
        axes.text(middle + 0.06, height + BOX_HEIGHT / 2 + 0.08, word, va="bottom", fontsize=9)
    box(axes, candidate - GATE_WIDTH / 2, height, GATE_WIDTH, r"$W_e\,s + W_d\,x$", LEARNED)
    wire(axes, (candidate, height + BOX_HEIGHT / 2), (candidate, product), (i + 0.1, product))
    _sign(axes, (i, product), "×")
    wire(axes, (i, product + 0.1), (i, cell - 0.1))
    box(axes, left + OUT - 0.65, out, 1.3, activation, LEARNED if is_learned else FIXED)
    node(axes, (left + OUT, cell))
    wire(axes, (left + OUT, cell), (left + OUT, out + BOX_HEIGHT / 2))
    wire(axes, (left + OUT + 0.65, out), (right + 0.3, out))
    axes.text(right + 0.34, out, "s(t)", va="center", fontsize=11)
    _inputs(axes, left, bus, height, (f, i, candidate) if is_learned else (candidate,))
    _inset(axes, left + 2.78, out, curve)


def _wire_of_cell(axes: Axes, left: float, right: float, height: float, f: float, i: float) -> None:
    """Plot the path of the cell: kept in part, added to, passed on."""
    axes.text(left - 0.34, height, "c(t−1)", ha="right", va="center", fontsize=11)
    wire(axes, (left - 0.3, height), (f - 0.1, height))
    _sign(axes, (f, height), "×")
    wire(axes, (f + 0.1, height), (i - 0.1, height))
    _sign(axes, (i, height), "+")
    wire(axes, (i + 0.1, height), (right + 0.3, height))
    axes.text(right + 0.34, height, "c(t)", va="center", fontsize=11)


def _inputs(axes: Axes, left: float, bus: float, height: float, fed: tuple[float, ...]) -> None:
    """Plot the wire of code and image along the bottom, with a branch to each box that it feeds."""
    axes.text(left - 0.34, bus, "s(t−1), x", ha="right", va="center", fontsize=11)
    for middle in fed:
        wire(axes, (left - 0.3, bus), (middle, bus), (middle, height - BOX_HEIGHT / 2))
    for middle in fed[:-1]:
        node(axes, (middle, bus))


def _sign(axes: Axes, place: tuple[float, float], sign: str) -> None:
    """Plot an entry-wise product or sum as a circle."""
    axes.plot(*place, marker="o", markersize=13, markerfacecolor="white", markeredgecolor=WIRE, zorder=2)
    axes.text(*place, sign, ha="center", va="center_baseline", fontsize=11, zorder=3)


def _inset(axes: Axes, left: float, middle: float, curve: Callable[[np.ndarray], np.ndarray]) -> None:
    """Plot the activation as a small curve beside its box."""
    cell = np.linspace(-4, 4, 161)
    height, width = 0.2, 0.45
    values = curve(cell)
    axes.plot([left, left + width], [middle, middle], color="#b5b5b5", linewidth=0.8)
    axes.plot(left + width * (cell + 4) / 8, middle + height * values / np.abs(values).max(), color="#0072b2")


def _plot_network(axes: Axes) -> None:
    """Plot T units in a row, which share their weights and see the same image, then decoder and loss."""
    bus, chain = 0.35, CHAIN
    axes.text(FIRST - 0.7, chain + 0.6, "the network: T steps with the same weights", va="bottom", fontsize=11)
    axes.text(0.12, bus, "x", va="center", fontsize=12)
    for number, label in enumerate(STEPS):
        left = FIRST + STEP * number
        words = label if label == "…" else f"step {label}"
        if label != "…":
            box(axes, left, chain, 0.85, words, LEARNED, height=0.8)
            wire(axes, (0.3, bus), (left + 0.42, bus), (left + 0.42, chain - 0.4))
            node(axes, (left + 0.42, bus))
        else:
            axes.text(left + 0.42, chain, words, ha="center", va="center", fontsize=14)
        before = ("0", "1", "2", "T−1")[number]
        for level, name in ((chain + 0.2, "c"), (chain - 0.2, "s")):
            wire(axes, (left - (0.5 if number else 0.55), level), (left, level))
            axes.text(left - 0.27, level + 0.05, f"{name}({before})", ha="center", va="bottom", fontsize=8.5)
    _plot_loss(axes, FIRST + STEP * (len(STEPS) - 1) + 0.85, bus)


def _plot_loss(axes: Axes, left: float, bus: float) -> None:
    """Plot the code, the decoder that shares the weights of the candidate, and the loss."""
    decoder, loss, branch, level = left + 1.3, left + 3.4, left + 1.05, CHAIN - 0.2
    wire(axes, (left, level), (decoder, level))
    axes.text(left + 0.5, level + 0.05, "code s(T)", ha="center", va="bottom", fontsize=9.5)
    box(axes, decoder, level, 1.25, r"$W_d^{\,T}\, s\,/\,\tau$", LEARNED)
    axes.text(decoder + 0.62, level - 0.3, "tied decoder", ha="center", va="top", fontsize=9)
    wire(axes, (decoder + 1.25, level), (loss, level))
    axes.text((decoder + 1.25 + loss) / 2, level + 0.05, r"$\hat{x}$", ha="center", va="bottom", fontsize=11)
    box(axes, loss, level, 2.1, r"$\frac{1}{2}\|x-\hat{x}\|^2 + \lambda\|s\|_1$", FIXED, height=0.6)
    axes.text(loss + 2.1, level - 0.36, "loss", ha="right", va="top", fontsize=9.5)
    node(axes, (branch, level))
    wire(axes, (branch, level), (branch, CHAIN + 0.4), (loss + 1.05, CHAIN + 0.4), (loss + 1.05, level + 0.3))
    wire(axes, (0.3, bus), (loss + 1.05, bus), (loss + 1.05, level - 0.3))

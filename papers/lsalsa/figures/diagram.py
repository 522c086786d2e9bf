"""The steps of a method as a diagram: SALSA's loop, LSALSA's layers (LSALSA paper, figures 1 and 2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from lsalsa.study.figures import _style
from lsalsa.study.shown import Shown

needs = ()
subject = "method"
methods = ("salsa", "lsalsa")
caption = "The steps of the method, from the signal at the left to the code at the right."

LAYERS = 3

# All places and lengths are in inches. Wires of x and d run beside the first box of a layer; the wire of B runs below.
LEFT, STEP, WIDTH = 2.05, 2.68, 2.15
BOXES, BOX_HEIGHT = (2.3, 1.68, 1.06), 0.44
FRAME_BOTTOM, FRAME_TOP, BUS, LOOP, HEIGHT = 0.5, 2.68, 0.2, 3.0, 3.25

LEARNED, FIXED, FRAME, WIRE = "#fdd9b0", "#e8eef5", "#b5b5b5", "#404040"
"""Colours of learned boxes, fixed boxes, the frame of a layer, and wires."""

ROUND: dict[str, Any] = {"boxstyle": "round,pad=0,rounding_size=0.06", "linewidth": 1}

EXPLANATIONS = {
    "salsa": (
        "SALSA looks for the code x of a signal y. b and S\u00a0=\u00a0(μI\u00a0+\u00a0AᵀA)⁻¹ are computed once from"
        " the dictionary A. Each of T steps shrinks (u), solves a least-squares problem (x), and adds up what the two"
        " disagree about (d). The read-out is u, or x itself, or x shrunk."
    ),
    "lsalsa": (
        "LSALSA is SALSA with a fixed number of steps, here T = 3, as a network. Orange: what holds the matrices Wₑ and"
        " S, which are learned and shared by all layers. They start from SALSA's own Aᵀ and"
        " (μI\u00a0+\u00a0AᵀA)⁻¹. The last x is shrunk once more."
    ),
}


def plot(data: Mapping[str, Any], shown: Shown) -> Figure:
    """Plot the steps of the first method as boxes, from the signal at the left to the code at the right."""
    learned = shown.methods[0] == "lsalsa"
    n_layers = LAYERS if learned else 1
    end = LEFT + STEP * (n_layers - 1) + WIDTH
    figure = _style.new_figure(end + 2.35, HEIGHT, shown.heading, EXPLANATIONS[shown.methods[0]])
    axes = _style.new_axes(figure, 1, 1)[0, 0]
    axes.set(xlim=(0, end + 2.35), ylim=(0, HEIGHT), aspect="equal")
    axes.set_axis_off()
    _plot_input(axes, "B" if learned else "b", learned)
    for layer in range(n_layers):
        _plot_layer(axes, LEFT + STEP * layer, learned, f"layer {layer + 1}" if learned else "for t = 1, ..., T")
    if not learned:
        _wire(axes, (end + 0.25, BOXES[0]), (end + 0.25, LOOP), (LEFT - 0.25, LOOP), (LEFT - 0.25, BOXES[0]))
        axes.text((LEFT + end) / 2, LOOP + 0.05, "x, d of the next step", ha="center", va="bottom", fontsize=9.5)
    _plot_output(axes, end, learned)
    return figure


def _plot_input(axes: Axes, filtered: str, learned: bool) -> None:
    """Plot the signal and its product with the filter, which starts x and enters every layer."""
    axes.text(0.12, BOXES[0], "y", ha="left", va="center", fontsize=12)
    _wire(axes, (0.3, BOXES[0]), (0.5, BOXES[0]))
    _box(axes, 0.5, BOXES[0], 0.55, r"$W_e$" if learned else r"$A^T$", LEARNED if learned else FIXED)
    _wire(axes, (1.05, BOXES[0]), (LEFT + 0.1, BOXES[0]))
    axes.text(1.15, BOXES[0] + 0.06, f"x = {filtered}\nd = 0", va="bottom", fontsize=9.5)
    axes.plot(1.25, BOXES[0], marker="o", markersize=4, color=WIRE)
    axes.text(1.33, BOXES[1], filtered, va="center", fontsize=11)


def _plot_layer(axes: Axes, left: float, learned: bool, label: str) -> None:
    """Plot the three updates of one step, and the wires that enter them."""
    frame = FancyBboxPatch((left, FRAME_BOTTOM), WIDTH, FRAME_TOP - FRAME_BOTTOM, **ROUND, fc="none", ec=FRAME)
    axes.add_patch(frame)
    filtered = "B" if learned else "b"
    least_squares = rf"$x \leftarrow S\,({filtered} + \mu\,(u - d))$"
    updates = (r"$u \leftarrow \mathrm{soft}(x + d;\ \alpha/\mu)$", least_squares, r"$d \leftarrow d - u + x$")
    for height, words in zip(BOXES, updates, strict=True):
        is_learned = learned and words == least_squares
        _box(axes, left + 0.1, height, WIDTH - 0.2, words, LEARNED if is_learned else FIXED)
    middle = left + WIDTH / 2
    for above, below, name in zip(BOXES, BOXES[1:], ("u", "x"), strict=False):
        _wire(axes, (middle, above - BOX_HEIGHT / 2), (middle, below + BOX_HEIGHT / 2))
        axes.text(middle + 0.07, (above + below) / 2, name, va="center", fontsize=9.5)
    axes.text(middle, (FRAME_BOTTOM + BOXES[2] - BOX_HEIGHT / 2) / 2, label, ha="center", va="center", fontsize=9.5)
    turn = left - 0.25
    _wire(axes, (1.25, BOXES[0]), (1.25, BUS), (turn, BUS), (turn, BOXES[1]), (left + 0.1, BOXES[1]))
    if left > LEFT:
        _wire(axes, (left + WIDTH - STEP, BOXES[0]), (left + 0.1, BOXES[0]))
        axes.text(left - (STEP - WIDTH) / 2, BOXES[0] + 0.06, "x, d", ha="center", va="bottom", fontsize=9.5)


def _plot_output(axes: Axes, end: float, learned: bool) -> None:
    """Plot the read-out of the last step."""
    _wire(axes, (end, BOXES[0]), (end + 0.5, BOXES[0]))
    words = r"$\mathrm{soft}(x;\ \alpha/\mu)$" if learned else "read-out"
    _box(axes, end + 0.5, BOXES[0], 1.1, words, FIXED)
    _wire(axes, (end + 1.6, BOXES[0]), (end + 1.85, BOXES[0]))
    axes.text(end + 1.9, BOXES[0], "code", va="center", fontsize=11)


def _box(axes: Axes, left: float, middle: float, width: float, words: str, colour: str) -> None:
    corner = (left, middle - BOX_HEIGHT / 2)
    axes.add_patch(FancyBboxPatch(corner, width, BOX_HEIGHT, **ROUND, facecolor=colour, edgecolor="#707070"))
    axes.text(left + width / 2, middle, words, ha="center", va="center", fontsize=11)


def _wire(axes: Axes, *corners: tuple[float, float]) -> None:
    """Plot a line along the corners with an arrowhead at its end."""
    axes.plot(*zip(*corners, strict=True), color=WIRE, linewidth=1.2, zorder=0)
    look = {"arrowstyle": "-|>", "color": WIRE, "shrinkA": 0, "shrinkB": 0, "mutation_scale": 11, "linewidth": 1.2}
    axes.annotate("", corners[-1], corners[-2], arrowprops=look)

"""The steps of a method as a diagram: SALSA's loop, LSALSA's layers (LSALSA paper, figures 1 and 2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lsalsa.study.figures._boxes import BOX_HEIGHT, FIXED, LEARNED, box, frame, new_diagram, node, wire
from lsalsa.study.shown import Shown

needs = ()
subject = "method"
methods = ("salsa", "lsalsa")
caption = "The steps of the method, from the signal at the left to the code at the right."

LAYERS = 3

# All places and lengths are in inches. Wires of x and d run beside the first box of a layer; the wire of B runs below.
LEFT, STEP, WIDTH = 2.05, 2.68, 2.15
BOXES = (2.3, 1.68, 1.06)
FRAME_BOTTOM, FRAME_TOP, BUS, LOOP, HEIGHT = 0.5, 2.68, 0.2, 3.0, 3.25

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
    figure, axes = new_diagram(end + 2.35, HEIGHT, shown.heading, EXPLANATIONS[shown.methods[0]])
    _plot_input(axes, "B" if learned else "b", learned)
    for layer in range(n_layers):
        _plot_layer(axes, LEFT + STEP * layer, learned, f"layer {layer + 1}" if learned else "for t = 1, ..., T")
    if not learned:
        wire(axes, (end + 0.25, BOXES[0]), (end + 0.25, LOOP), (LEFT - 0.25, LOOP), (LEFT - 0.25, BOXES[0]))
        axes.text((LEFT + end) / 2, LOOP + 0.05, "x, d of the next step", ha="center", va="bottom", fontsize=9.5)
    _plot_output(axes, end, learned)
    return figure


def _plot_input(axes: Axes, filtered: str, learned: bool) -> None:
    """Plot the signal and its product with the filter, which starts x and enters every layer."""
    axes.text(0.12, BOXES[0], "y", ha="left", va="center", fontsize=12)
    wire(axes, (0.3, BOXES[0]), (0.5, BOXES[0]))
    box(axes, 0.5, BOXES[0], 0.55, r"$W_e$" if learned else r"$A^T$", LEARNED if learned else FIXED)
    wire(axes, (1.05, BOXES[0]), (LEFT + 0.1, BOXES[0]))
    axes.text(1.15, BOXES[0] + 0.06, f"x = {filtered}\nd = 0", va="bottom", fontsize=9.5)
    node(axes, (1.25, BOXES[0]))
    axes.text(1.33, BOXES[1], filtered, va="center", fontsize=11)


def _plot_layer(axes: Axes, left: float, learned: bool, label: str) -> None:
    """Plot the three updates of one step, and the wires that enter them."""
    frame(axes, left, FRAME_BOTTOM, WIDTH, FRAME_TOP - FRAME_BOTTOM)
    filtered = "B" if learned else "b"
    least_squares = rf"$x \leftarrow S\,({filtered} + \mu\,(u - d))$"
    updates = (r"$u \leftarrow \mathrm{soft}(x + d;\ \alpha/\mu)$", least_squares, r"$d \leftarrow d - u + x$")
    for height, words in zip(BOXES, updates, strict=True):
        is_learned = learned and words == least_squares
        box(axes, left + 0.1, height, WIDTH - 0.2, words, LEARNED if is_learned else FIXED)
    middle = left + WIDTH / 2
    for above, below, name in zip(BOXES, BOXES[1:], ("u", "x"), strict=False):
        wire(axes, (middle, above - BOX_HEIGHT / 2), (middle, below + BOX_HEIGHT / 2))
        axes.text(middle + 0.07, (above + below) / 2, name, va="center", fontsize=9.5)
    axes.text(middle, (FRAME_BOTTOM + BOXES[2] - BOX_HEIGHT / 2) / 2, label, ha="center", va="center", fontsize=9.5)
    turn = left - 0.25
    wire(axes, (1.25, BOXES[0]), (1.25, BUS), (turn, BUS), (turn, BOXES[1]), (left + 0.1, BOXES[1]))
    if left > LEFT:
        wire(axes, (left + WIDTH - STEP, BOXES[0]), (left + 0.1, BOXES[0]))
        axes.text(left - (STEP - WIDTH) / 2, BOXES[0] + 0.06, "x, d", ha="center", va="bottom", fontsize=9.5)


def _plot_output(axes: Axes, end: float, learned: bool) -> None:
    """Plot the read-out of the last step."""
    wire(axes, (end, BOXES[0]), (end + 0.5, BOXES[0]))
    words = r"$\mathrm{soft}(x;\ \alpha/\mu)$" if learned else "read-out"
    box(axes, end + 0.5, BOXES[0], 1.1, words, FIXED)
    wire(axes, (end + 1.6, BOXES[0]), (end + 1.85, BOXES[0]))
    axes.text(end + 1.9, BOXES[0], "code", va="center", fontsize=11)

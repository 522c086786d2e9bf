"""Boxes and wires of diagrams; places and lengths are in inches."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from lsalsa.study.figures import _style
from lsalsa.study.heading import Heading

BOX_HEIGHT = 0.44
LEARNED, FIXED, FRAME, WIRE = "#fdd9b0", "#e8eef5", "#b5b5b5", "#404040"
"""Colours of learned boxes, fixed boxes, frames around boxes, and wires."""

ROUND: dict[str, Any] = {"boxstyle": "round,pad=0,rounding_size=0.06", "linewidth": 1}


def new_diagram(width: float, height: float, heading: Heading, explanation: str) -> tuple[Figure, Axes]:
    """Make a figure below its head, and axes whose unit is the inch.

    Parameters
    ----------
    width, height : float
        Of the axes.
    heading : Heading
    explanation : str
        Below the title.

    Returns
    -------
    figure, axes : Figure and Axes
    """
    figure = _style.new_figure(width, height, heading, explanation)
    axes = _style.new_axes(figure, 1, 1)[0, 0]
    axes.set(xlim=(0, width), ylim=(0, height), aspect="equal")
    axes.set_axis_off()
    return figure, axes


def frame(axes: Axes, left: float, bottom: float, width: float, height: float) -> None:
    """Plot the outline of a group of boxes.

    Parameters
    ----------
    axes : Axes
    left, bottom, width, height : float
    """
    axes.add_patch(FancyBboxPatch((left, bottom), width, height, **ROUND, fc="none", ec=FRAME))


def box(
    axes: Axes, left: float, middle: float, width: float, words: str, colour: str, height: float = BOX_HEIGHT
) -> None:
    """Plot a box with words in it.

    Parameters
    ----------
    axes : Axes
    left, middle, width : float
        Its left edge, the height of its middle, and its width.
    words, colour : str
    height : float
    """
    corner = (left, middle - height / 2)
    axes.add_patch(FancyBboxPatch(corner, width, height, **ROUND, facecolor=colour, edgecolor="#707070"))
    axes.text(left + width / 2, middle, words, ha="center", va="center", fontsize=11)


def wire(axes: Axes, *corners: tuple[float, float]) -> None:
    """Plot a line along the corners with an arrowhead at its end."""
    axes.plot(*zip(*corners, strict=True), color=WIRE, linewidth=1.2, zorder=0)
    look = {"arrowstyle": "-|>", "color": WIRE, "shrinkA": 0, "shrinkB": 0, "mutation_scale": 11, "linewidth": 1.2}
    axes.annotate("", corners[-1], corners[-2], arrowprops=look)


def node(axes: Axes, place: tuple[float, float]) -> None:
    """Plot a dot where a wire branches."""
    axes.plot(*place, marker="o", markersize=4, color=WIRE)

"""The atoms of the dictionaries (LSALSA paper, figures 8 to 11)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from lsalsa.study.figures import _style
from lsalsa.study.shown import Shown
from lsalsa.study.summaries.source_images import square

needs = ("dictionaries",)
subject = "components"
options = ("n_atoms",)
caption = (
    "The building blocks of the dictionaries, the most used first. The titles count atoms that are still their"
    " start: they show mostly the noise, or the single patch, from which learning began."
)


def plot(data: Mapping[str, Any], shown: Shown) -> Figure:
    """Plot one grid of atoms per component, the most used first: the first `n_atoms` of each, or all."""
    names = [shown.component] if shown.component else list(shown.components)
    explanation = (
        "Every image is rebuilt as a sum of a few of these patches. Sorted by how many codes used them in the last"
        " epoch of learning, the most used at the top left. Mid-grey is zero; each atom is scaled to its own largest"
        " value. An atom still is its start if its cosine is above 0.71 with the noise, or 0.95 with the patch, that it"
        " started from."
    )
    width = 10.0 if len(names) > 1 else 6.4
    figure = _style.new_figure(width, width / len(names) + 0.65, shown.heading, explanation)
    panels = _style.new_axes(figure, 1, len(names))
    for axes, name in zip(panels.flat, names, strict=True):
        dictionary, usage, unmoved = (data["dictionaries"][name][a] for a in ("dictionary", "usage", "unmoved"))
        order = np.argsort(-usage, kind="stable")[: shown.details.get("n_atoms")]
        axes.imshow(mosaic(dictionary, order), cmap="gray", vmin=-1, vmax=1, interpolation="none")
        axes.set_axis_off()
        axes.set_title(f"{shown.components[name]}: {_describe(dictionary, usage, unmoved, len(order))}", fontsize=9.5)
    return figure


def _describe(dictionary: np.ndarray, usage: np.ndarray, unmoved: np.ndarray, n_shown: int) -> str:
    n_atoms, side = dictionary.shape[1], len(square(dictionary[:, 0]))
    count = f"{n_atoms}" if n_shown == n_atoms else f"{n_shown} of {n_atoms:,}"
    unused = int((usage == 0).sum())
    used = f"{unused} used by none" if unused else f"used by {100 * usage.min():.1f} to {100 * usage.max():.0f} %"
    moved = f"{int(unmoved.sum())} still their start" if unmoved.any() else "none still its start"
    return f"{count} atoms of {side} x {side} pixels,\n{moved},\n{used} of the codes"


def mosaic(dictionary: np.ndarray, order: np.ndarray) -> np.ndarray:
    """Put atoms (n_features, n_atoms) in `order`, row by row, into one image in [-1, 1], with white lines between."""
    patches = [square(dictionary[:, atom]) for atom in order]
    side, n_across = len(patches[0]), int(np.ceil(len(patches) ** 0.5))
    n_down = -(-len(patches) // n_across)
    image = np.ones((n_down * (side + 1) - 1, n_across * (side + 1) - 1))
    for position, patch in enumerate(patches):
        top, left = (side + 1) * (position // n_across), (side + 1) * (position % n_across)
        image[top : top + side, left : left + side] = patch / (np.abs(patch).max() or 1.0)
    return image

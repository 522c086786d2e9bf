"""The atoms of the dictionaries (LSALSA paper, figures 8 to 11)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from lsalsa.study.figures import _style
from lsalsa.study.figures._data import blocks_of, dictionaries_of, square

needs = ("problem", "codes")


def draw(
    data: Mapping[str, Any],
    *,
    title: str,
    methods: Sequence[str],
    depths: Sequence[int],
    component: str | None,
    components: Sequence[str],
) -> Figure:
    """One grid of atoms per component, the most used first."""
    shown = [component] if component else list(components)
    explanation = (
        "Every image is rebuilt as a sum of a few of these patches. Sorted by how often the optimal codes of the"
        " test samples use them, the most used at the top left. Mid-grey is zero; each atom is scaled to its own"
        " largest value."
    )
    width, height = (10.0, 5.5) if len(shown) > 1 else (6.4, 6.5)
    figure = _style.new_page(width, height, title, explanation)
    panels = _style.new_axes(figure, 1, len(shown))
    parts = zip(components, dictionaries_of(data["problem"]), blocks_of(data["problem"]), strict=True)
    selected = [part for part in parts if part[0] in shown]
    for axes, (name, dictionary, block) in zip(panels.flat, selected, strict=True):
        usage = np.asarray((data["codes"]["codes"][:, block] != 0).mean(axis=0)).ravel()
        image = mosaic(dictionary, np.argsort(-usage, kind="stable"))
        axes.imshow(image, cmap="gray", vmin=-1, vmax=1, interpolation="none")
        axes.set_axis_off()
        axes.set_title(f"{name}: {_describe(dictionary, usage)}", fontsize=9.5)
    return figure


def _describe(dictionary: np.ndarray, usage: np.ndarray) -> str:
    n_features, n_atoms = dictionary.shape
    side = round(n_features**0.5)
    unused = int((usage == 0).sum())
    used = f"{unused} never used" if unused else f"each used by {100 * usage.min():.1f} to {100 * usage.max():.0f} %"
    return f"{n_atoms} atoms of {side} x {side} pixels,\n{used} of the codes"


def mosaic(dictionary: np.ndarray, order: np.ndarray) -> np.ndarray:
    """Atoms (n_features, n_atoms) in `order`, row by row in one image in [-1, 1], with white lines between."""
    patches = [square(dictionary[:, atom]) for atom in order]
    side, n_across = len(patches[0]), int(np.ceil(len(patches) ** 0.5))
    n_down = -(-len(patches) // n_across)
    image = np.ones((n_down * (side + 1) - 1, n_across * (side + 1) - 1))
    for position, patch in enumerate(patches):
        top, left = (side + 1) * (position // n_across), (side + 1) * (position % n_across)
        image[top : top + side, left : left + side] = patch / (np.abs(patch).max() or 1.0)
    return image

"""Separated sources of a few test samples, per method and depth (LSALSA paper, figures 7 and 21 to 25)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.figure import Figure

from lsalsa.study.figures import _style
from lsalsa.study.figures._data import blocks_of, dictionaries_of, square
from lsalsa.study.tables import method_label

needs = ("samples", "signals", "patches", "problem", "codes")

N_COLUMNS = 9
CELL = 0.86
"""Height of a row in inches."""
LEAST_CONTRAST = 0.2
"""Grey-level range below which a sample is a plain area, such as the margin around a digit."""


class Line(NamedTuple):
    """A row of the figure: its name, images (n_samples, n_images, n_features), and the RMSE of its codes."""

    label: str
    images: np.ndarray
    rmse: float | None


def draw(
    data: Mapping[str, Any],
    *,
    title: str,
    methods: Sequence[str],
    depths: Sequence[int],
    component: str | None,
    components: Sequence[str],
) -> Figure:
    """Truth and optimal code on top; below them, set off by depth, a row of images per method."""
    shown = _shown_samples(data, components)
    groups = [[Line("truth", _truth(data, shown, components), None), Line("optimal code", _optimal(data, shown), 0.0)]]
    groups += [_lines_of_depth(data["samples"], methods, depth, shown) for depth in depths]
    groups = [group for group in groups if group]
    n_lines, n_images = sum(map(len, groups)), len(shown) * groups[0][0].images.shape[1]
    heights = [height for group in groups for height in (*[1.0] * len(group), 0.12)][:-1]
    width = max(6.4, 1.8 + 0.94 * n_images)
    figure = _style.new_page(width, 0.3 + CELL * n_lines, title, _explanation(len(components)))
    panels = _style.new_axes(figure, len(heights), n_images, height_ratios=heights)
    lines = [line for group in groups for line in (*group, None)][:-1]
    for axes, line in zip(panels, lines, strict=True):
        _draw_line(axes, line)
    _name_columns(panels[0], components)
    return figure


def _explanation(n_components: int) -> str:
    what = (
        "Each group of columns is a test mixture; every row splits it into its sources"
        if n_components > 1
        else "Each column is a test patch; every row rebuilds it"
    )
    return (
        f"{what} with the same dictionaries and the codes of one method. The more a row looks like the optimal code's"
        " row, the better. At the right: RMSE of the method's codes against the optimal codes, over all test samples."
    )


def _shown_samples(data: Mapping[str, Any], components: Sequence[str]) -> np.ndarray:
    """Positions among the stored samples: those that show something, as many as fit the width."""
    stored = np.arange(len(next(iter(data["samples"].values()))["shown"]))
    plain = np.ptp(_truth(data, stored, components)[:, 0], axis=1) < LEAST_CONTRAST
    candidates = stored if plain.all() else stored[~plain]
    n_fit = N_COLUMNS // (len(components) + 1 if len(components) > 1 else 1)
    return candidates[np.linspace(0, len(candidates) - 1, min(n_fit, len(candidates))).astype(int)]


def _with_sum(parts: np.ndarray) -> np.ndarray:
    """(n_samples, n_components, n_features) with the sum in front where there are several components."""
    return parts if parts.shape[1] == 1 else np.concatenate([parts.sum(axis=1, keepdims=True), parts], axis=1)


def _rows_in_test(data: Mapping[str, Any], shown: np.ndarray) -> np.ndarray:
    return np.asarray(next(iter(data["samples"].values()))["shown"])[shown]


def _truth(data: Mapping[str, Any], shown: np.ndarray, components: Sequence[str]) -> np.ndarray:
    rows = _rows_in_test(data, shown)
    indices = [data["signals"][f"test_index_{i}"][rows] for i in range(len(components))]
    parts = [data["patches"][name]["test"][index] for name, index in zip(components, indices, strict=True)]
    return _with_sum(np.stack(parts, axis=1))


def _optimal(data: Mapping[str, Any], shown: np.ndarray) -> np.ndarray:
    codes = data["codes"]["codes"][_rows_in_test(data, shown)].toarray()
    pairs = zip(dictionaries_of(data["problem"]), blocks_of(data["problem"]), strict=True)
    return _with_sum(np.stack([codes[:, block] @ dictionary.T for dictionary, block in pairs], axis=1))


def _lines_of_depth(samples: Mapping[str, Any], methods: Sequence[str], depth: int, shown: np.ndarray) -> list[Line]:
    """A line for each method that was run at the depth."""
    lines = []
    for method in methods:
        for position in np.flatnonzero(samples[method]["depths"] == depth):
            images = _with_sum(samples[method]["reconstructions"][position][:, shown].transpose(1, 0, 2))
            rmse = float(np.sqrt(np.mean(samples[method]["rmse"][position, 0] ** 2)))
            lines.append(Line(f"{method_label(method)}  T={depth}", images, rmse))
    return lines


def _draw_line(axes: np.ndarray, line: Line | None) -> None:
    """A row of images; an empty row without a line. A source spans black 0 to white 1, a sum 0 to their number."""
    for panel in axes:
        panel.set(xticks=[], yticks=[], frame_on=False)
    if line is None:
        return
    n_images = line.images.shape[1]
    for position, (panel, image) in enumerate(zip(axes, np.concatenate(line.images), strict=True)):
        white = n_images - 1 if n_images > 1 and position % n_images == 0 else 1
        panel.imshow(square(image), cmap="gray", vmin=0, vmax=white, interpolation="none")
    axes[0].set_ylabel(line.label, rotation=0, ha="right", va="center", labelpad=6)
    axes[-1].text(1.08, 0.5, _words(line.rmse), transform=axes[-1].transAxes, va="center", fontsize=9)


def _words(rmse: float | None) -> str:
    """What stands at the right end of a line; the line without a number carries the heading."""
    if rmse is None:
        return "RMSE of\nthe code"
    return f"{rmse:.3f}" if np.isfinite(rmse) else "diverged"


def _name_columns(axes: np.ndarray, components: Sequence[str]) -> None:
    names = ["mixture", *components] if len(components) > 1 else [""]
    for position, panel in enumerate(axes):
        panel.set_title(names[position % len(names)], fontsize=8.5)

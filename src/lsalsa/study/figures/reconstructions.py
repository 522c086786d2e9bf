"""Separated sources of a few test samples, per method and depth (LSALSA paper, figures 7 and 21 to 24)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from lsalsa.errors import ConfigError
from lsalsa.study.figures import _style
from lsalsa.study.shown import Shown
from lsalsa.study.summaries.source_images import are_known, grey, rebuilt_sources, square, truth, with_sum

needs = ("samples", "signals", "patches", "problems", "codes")
subject = "task"
options = ("sample_page",)
caption = (
    "Test samples rebuilt from their codes; a mixture is taken apart into its sources. First row: the truth, which no"
    " method has seen. The samples are spread evenly over those test samples whose every true source has a standard"
    " deviation of at least 0.1 over its pixels, which go from 0 to 1; where these are too few, those with the most"
    " contrast in their plainest source. At the right, over all test samples: RMSE of the"
    " codes against the optimal codes, and PSNR of each source against the true one, in decibels. Of mixtures that are"
    " given nobody knows the sources: the first row has the mixtures only, their own contrast counts, and PSNR is that"
    " of the mixture."
)

N_COLUMNS = 9
RIGHT, HEADING = 62, 12
"""Width of a column of numbers in points; characters of a source's name above it."""
CELL = 0.86
"""Size of an image in inches."""


class Line(NamedTuple):
    """A row of the figure.

    Attributes
    ----------
    label : str
    images : array, (n_samples, n_images, n_features)
    rmse : float or None
        Of its codes.
    psnr : sequence of float
        Of each of its sources, in dB.
    """

    label: str
    images: np.ndarray
    rmse: float | None
    psnr: Sequence[float] = ()


def plot(data: Mapping[str, Any], shown: Shown) -> Figure:
    """Plot truth and optimal code on top; below them a row of images per method, in groups by depth."""
    components, page = shown.components, shown.details.get("sample_page", 1)
    of_task = {**data, **{name: data[name][shown.task] for name in ("signals", "problems", "codes")}}
    samples = _shown_samples(of_task, components, page)
    known = are_known(of_task["signals"])
    judged = [name for name in components.values() if known]
    first = Line("truth" if known else "given", _truth(of_task, samples, components), None)
    of_optimal = next(iter(data["samples"].values()))["source_psnr_of_optimal"][_judged(known)]
    groups = [[first, Line("optimal code", _optimal(of_task, samples), 0.0, of_optimal)]]
    groups += [_lines_of_depth(data["samples"], shown.labels, depth, samples, known) for depth in shown.depths]
    lines = [line for group in groups for line in group]
    n_samples, n_images, n_features = first.images.shape
    side = len(square(first.images[0, 0]))
    tops = _starts([len(group) for group in groups if group], side)
    lefts = _starts([n_images] * n_samples, side)
    sheet = np.ones((tops[-1] + side, lefts[-1] + side))
    for top, line in zip(tops, lines, strict=True):
        for left, image in zip(lefts, grey(line.images).reshape(-1, n_features), strict=True):
            sheet[top : top + side, left : left + side] = square(image)
    frames = [Rectangle((left - 0.5, top - 0.5), side, side) for top in tops for left in lefts]
    height, width = np.array(sheet.shape) * CELL / side
    beside = 0.4 + (2 + len(judged[1:])) * RIGHT / 72 + 0.09 * max(len(line.label) for line in lines)
    figure = _style.new_figure(width + beside, height + 0.4, shown.heading, _explanation(len(components), known))
    axes = _style.new_axes(figure, 1, 1)[0, 0]
    axes.imshow(sheet, cmap="gray", vmin=0, vmax=1, interpolation="none")
    axes.add_collection(PatchCollection(frames, facecolor="none", edgecolor="#c8c8c8", linewidth=0.5))
    _label(axes, lines, np.array(tops) + side / 2, np.array(lefts) + side / 2, components, judged)
    return figure


def _starts(group_sizes: Sequence[int], side: int) -> list[int]:
    """Return the first pixel of each image along one direction: thin gaps within a group, wide gaps between groups."""
    thin, starts = max(1, side // 8), [0]
    for size in group_sizes:
        starts += [starts[-1] + (side + thin) * (i + 1) for i in range(size)]
        starts[-1] += 3 * thin
    return starts[:-1]


def _judged(known: bool) -> slice:
    """Return the blocks whose PSNR is shown: each source, or the whole where the sources are not known."""
    return slice(1, None) if known else slice(0, 1)


def _explanation(n_components: int, known: bool) -> str:
    what = (
        "Each group of columns is a test mixture; every row splits it into its sources"
        if n_components > 1
        else "Each column is a test patch; every row rebuilds it"
    )
    sources = "the sources" if n_components > 1 and known else "the mixture" if n_components > 1 else "the signal"
    return (
        f"{what} with the same dictionaries and the codes of one method. At the right, over all test samples: RMSE of"
        f" the codes (small is good), PSNR of {sources} in dB (large is good)."
    )


def _shown_samples(data: Mapping[str, Any], components: Collection[str], page: int) -> np.ndarray:
    """Return the stored samples of a page, as positions: as many as fit the width."""
    stored = np.arange(len(next(iter(data["samples"].values()))["shown"]))
    n_fit = N_COLUMNS // (len(components) + 1 if len(components) > 1 else 1)
    n_pages = max(1, len(stored) // n_fit)
    if page > n_pages:
        raise ConfigError(f"sample_page must be at most {n_pages} for the stored samples, found {page}")
    return stored[page - 1 :: n_pages][:n_fit]


def _rows_in_test(data: Mapping[str, Any], shown: np.ndarray) -> np.ndarray:
    return np.asarray(next(iter(data["samples"].values()))["shown"])[shown]


def _truth(data: Mapping[str, Any], shown: np.ndarray, components: Collection[str]) -> np.ndarray:
    patches = [data["patches"][name] for name in components]
    return truth(data["signals"], patches, _rows_in_test(data, shown))


def _optimal(data: Mapping[str, Any], shown: np.ndarray) -> np.ndarray:
    codes = data["codes"]["codes"][_rows_in_test(data, shown)].toarray()
    return with_sum(rebuilt_sources(data["problems"], codes))


def _lines_of_depth(
    samples: Mapping[str, Any], labels: Mapping[str, str], depth: int, shown: np.ndarray, known: bool
) -> list[Line]:
    """Return a line for each method that was run at the depth."""
    lines = []
    for method, label in labels.items():
        for position in np.flatnonzero(samples[method]["depths"] == depth):
            images = with_sum(samples[method]["reconstructions"][position][:, shown].transpose(1, 0, 2))
            rmse = float(np.sqrt(np.mean(samples[method]["rmse"][position, 0] ** 2)))
            lines.append(
                Line(f"{label}  T={depth}", images, rmse, samples[method]["source_psnr"][position][_judged(known)])
            )
    return lines


def _label(
    axes: Axes,
    lines: Sequence[Line],
    rows: np.ndarray,
    columns: np.ndarray,
    components: Mapping[str, str],
    judged: Sequence[str],
) -> None:
    """Write names of the lines at the left, of the columns on top, and the numbers of each line at the right."""
    axes.set(frame_on=False, xticks=[])
    axes.grid(False)
    axes.set_yticks(rows, [line.label for line in lines])
    axes.tick_params(length=0)
    for row, line in zip(rows, lines, strict=True):
        for position, words in enumerate(_numbers(line, judged)):
            right = {"xycoords": axes.get_yaxis_transform(), "textcoords": "offset points"}
            axes.annotate(words, (1.0, row), xytext=(6 + RIGHT * position, 0), va="center", fontsize=9, **right)
    names = ["mixture", *components.values()] if len(components) > 1 else [""]
    for position, column in enumerate(columns):
        axes.text(column, -2, names[position % len(names)], ha="center", va="bottom", fontsize=8.5)


def _numbers(line: Line, names: Sequence[str]) -> list[str]:
    """Write the right end of a line: its numbers, or the headings for the line without numbers."""
    if line.rmse is None:
        sources = [f"{name[:HEADING]}\nin dB" for name in names] if len(names) > 1 else ["PSNR\nin dB"]
        return ["RMSE of\nthe code", *sources]
    if not np.isfinite(line.rmse):
        return ["diverged"]
    return [f"{line.rmse:.3f}", *(f"{value:.1f}" for value in line.psnr)]

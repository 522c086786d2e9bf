"""A picture: clean, noisy, and denoised by every arm and by the usual methods."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from matplotlib.figure import Figure

from lsalsa.study.figures import _style
from lsalsa.study.shown import Shown
from papers.crsae.denoising.arms import arm_label
from papers.crsae.denoising.summaries import plain

needs = ("crsae.denoising_drawn",)
subject = "study"
caption = "A test picture, clean, noisy, and denoised by every arm and by the usual methods."

WINDOW = 160
"""Side of the part that is shown, in pixels: noise and detail are seen at this size."""

N_COLUMNS = 4
INCHES = 2.3


class _Panel(NamedTuple):
    title: str
    picture: np.ndarray


def plot(data: Mapping[str, Any], shown: Shown) -> Figure:
    """Plot a panel for the clean and the noisy picture and for each method, all with the same grey levels."""
    files = data["crsae.denoising_drawn"]
    panels, facts = _panels(files, shown.details["arms"])
    words = (
        f"The middle of {plain(facts['picture'])}, a picture of {facts['pictures']}, with noise of standard deviation"
        f" {shown.details['noise']:g} grey levels of 255; the number is the PSNR. Filters of the"
        " first seed."
    )
    n_rows = math.ceil(len(panels) / N_COLUMNS)
    figure = _style.new_figure(N_COLUMNS * INCHES, n_rows * (INCHES + 0.45), shown.heading, words)
    axes = _style.new_axes(figure, n_rows, N_COLUMNS)
    for place in axes.flat:
        place.set_axis_off()
    for place, panel in zip(axes.flat, panels, strict=False):
        place.imshow(_window(panel.picture), cmap="gray", vmin=0, vmax=1, interpolation="none")
        place.set_title(panel.title, fontsize=8.5)
    return figure


def _panels(files: Mapping[str, Any], arms: list[str]) -> tuple[list[_Panel], Mapping[str, Any]]:
    """Return clean, noisy, the arms in their order, and the usual methods."""
    (of_peers,) = (content for name, content in files.items() if name not in arms)
    facts = of_peers["facts"]
    contents = {**{arm: files[arm] for arm in arms}, **{peer: of_peers for peer in facts["psnr_db"] if peer != "noisy"}}
    panels = [_Panel("\nclean", of_peers["clean"])]
    for method, content in {"noisy": of_peers, **contents}.items():
        title = f"{arm_label(method)}\n{content['facts']['psnr_db'][method]:.2f} dB"
        panels.append(_Panel(title, content[method]))
    return panels, facts


def _window(picture: np.ndarray) -> np.ndarray:
    cuts = [slice(max(0, (size - WINDOW) // 2), max(0, (size - WINDOW) // 2) + WINDOW) for size in picture.shape]
    return picture[tuple(cuts)]

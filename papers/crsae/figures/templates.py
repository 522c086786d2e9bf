"""True, clustered and learned templates as wave forms, a row per cell, channels side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from lsalsa.study.figures import _style
from lsalsa.study.shown import Shown
from papers.crsae.figures.spikes import LOOKS
from papers.crsae.spikes.labels import method_label

needs = ("crsae.spike_templates", "crsae.spikes")
subject = "study"
caption = "Templates of spikes over the channels of the first repetition: true, of k-means, and learned."

WORDS = (
    "First repetition, all channels, norm 1. Each method's template of a cell is moved in time to where it is most like"
    " the true one. A missing line is a cell without a template. Lines lie on each other where they agree."
)

OF_UNKNOWN = (
    "First repetition, all channels, norm 1. Nobody knows the true templates: each is moved in time to where it is most"
    " like that of the first method. Lines lie on each other where they agree."
)


def plot(data: Mapping[str, Any], shown: Shown) -> Figure:
    """Plot a row per cell of the first recording."""
    runs = data["crsae.spikes"]
    recording = runs[0]["recording"]
    first = [run for run in runs if (run["recording"], run["repetition"]) == (recording, 0)]
    units = list(dict.fromkeys(run["unit"] for run in first))
    methods, is_known = shown.details["spikes_methods"], first[0]["n_true"] is not None
    banks = dict(zip(methods, data["crsae.spike_templates"], strict=False))  # those of the first recording come first
    n_channels = max(run["n_channels"] for run in first)
    words = f"{WORDS if is_known else OF_UNKNOWN} Recording: {first[0]['origin']}."
    figure = _style.new_figure(1.9 * max(n_channels, 4), 1.25 * len(units) + 0.7, shown.heading, words)
    axes = _style.new_axes(figure, len(units), n_channels, sharex=True, sharey="row")
    name = f"{n_channels}_0"
    reference = banks[methods[0]][f"{'true' if is_known else 'templates'}_{name}"]
    for row, unit in enumerate(units):
        true = reference[..., row]
        for method in methods:
            own = banks[method][f"cells_{name}"][row]
            if own >= 0:
                _waves(axes[row], aligned(banks[method][f"templates_{name}"][..., own], true), method)
        axes[row, 0].set_ylabel(unit)
    for channel in range(n_channels):
        axes[0, channel].set_title(f"channel {channel + 1}")
        axes[-1, channel].set_xlabel("sample")
    _style.common_legend(figure, axes)
    return figure


def _waves(places: Any, template: np.ndarray, method: str) -> None:
    look = {key: LOOKS[method][key] for key in ("color", "linestyle")}
    for axes, wave in zip(places, template.T, strict=True):
        axes.plot(wave, label=method_label(method), linewidth=2.4 if method == "true" else 1.3, **look)


def aligned(template: np.ndarray, true: np.ndarray) -> np.ndarray:
    """Move a template in time to where its product with another is largest; zeros come in from outside.

    Parameters
    ----------
    template, true : array, (length, n_channels)

    Returns
    -------
    moved : array, (length, n_channels)
    """
    length = len(template)
    padded = np.pad(template, ((length, length), (0, 0)))
    products = [float(np.vdot(padded[shift : shift + length], true)) for shift in range(2 * length + 1)]
    shift = int(np.argmax(products))
    return padded[shift : shift + length]

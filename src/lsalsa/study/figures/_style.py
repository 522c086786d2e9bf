"""The common look of all figures: a title with an explanation, one colour and marker per method, one legend."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, MaxNLocator, NullFormatter, NullLocator

from lsalsa.study.heading import Heading
from lsalsa.study.shown import Shown

# Okabe and Ito's colours, for any colour vision; marker and line also identify a method without colour.
STYLES: dict[str, dict[str, Any]] = {
    "ista": {"color": "#8c8c8c", "marker": "v", "linestyle": (0, (1, 1.2))},
    "fista": {"color": "#0072b2", "marker": "s", "linestyle": (0, (4, 1.5))},
    "salsa": {"color": "#009e73", "marker": "^", "linestyle": (0, (4, 1.5))},
    "lista": {"color": "#d55e00", "marker": "D", "linestyle": "-"},
    "lsalsa": {"color": "#000000", "marker": "o", "linestyle": "-"},
    "lfista": {"color": "#3f8f8f", "marker": "<", "linestyle": "-"},
    "slstm": {"color": "#8b5a2b", "marker": "P", "linestyle": "-"},
}
VARIANT_COLOURS = {
    "lista_adam": "#e69f00",
    "lsalsa_adam": "#7a4fbf",
    "lsalsa_u": "#cc79a7",
    "salsa_u": "#56b4e9",
    "salsa_softx": "#a89a00",
}
SPARE_COLOURS = ("#e0608a", "#7a9a1f", "#b0a0d0", "#8c1c3c")
GREY = "#5f5f5f"
MOST_LINES = 3
"""Lines of explanation in a figure: nobody reads more. The report's caption explains the kind."""
RULES = {
    "font.size": 9.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#e4e4e4",
    "grid.linewidth": 0.7,
    "axes.axisbelow": True,
    "axes.titlesize": 10.5,
    "legend.frameon": False,
    "svg.fonttype": "path",
}


def method_style(method: str, algorithms: Mapping[str, str]) -> dict[str, Any]:
    """Return the line style of a method.

    A known method has its own. Others have their algorithm's marker, hollow, in another colour.

    Parameters
    ----------
    method : str
    algorithms : mapping
        Every method of the figure -> its solver or encoder.
    """
    if method in STYLES:
        return STYLES[method]
    others = [name for name in algorithms if name not in STYLES | VARIANT_COLOURS]
    spare = SPARE_COLOURS[others.index(method) % len(SPARE_COLOURS)] if method in others else ""
    marker = STYLES.get(algorithms[method], {"marker": "X"})["marker"]
    look = {"marker": marker, "linestyle": (0, (6, 1.2, 1.2, 1.2)), "markerfacecolor": "white"}
    return {**look, "color": VARIANT_COLOURS.get(method, spare)}


def new_figure(width: float, height: float, heading: Heading, explanation: str) -> Figure:
    """Make a figure of `width` x `height` inches below a head: title, wrapped explanation, limits of the numbers.

    Of the explanation only the sentences are kept that fit on `MOST_LINES`, so the most important come first.
    """
    lines = _lines(explanation, heading.note, int(width * 13.2))
    titles = textwrap.wrap(heading.title, width=int(width * 8.4))
    below = 0.15 + 0.22 * len(titles)
    head = below + 0.05 + 0.18 * len(lines)
    with matplotlib.rc_context(RULES):
        figure = Figure(figsize=(width, height + head), layout="constrained", facecolor="white")
    total = height + head
    layout = figure.get_layout_engine()
    layout.set(rect=(0.0, 0.0, 1.0, height / total), w_pad=0.06, h_pad=0.06)
    place = {"x": 0.1 / width, "va": "top"}
    figure.text(y=1 - 0.10 / total, s="\n".join(titles), fontsize=13, fontweight="bold", **place)
    figure.text(y=1 - below / total, s="\n".join(lines), color="#404040", fontsize=9.5, linespacing=1.3, **place)
    return figure


def _lines(explanation: str, note: str, width: int) -> list[str]:
    """Wrap an explanation and the note behind it; leave out sentences that do not fit on the lines."""
    first, *others = re.split(r"(?<=\.)\s+(?=[A-Z(])", explanation)
    kept = [first]
    for sentence in others:
        if len(_wrapped(" ".join([*kept, sentence, note]), width)) <= MOST_LINES:
            kept.append(sentence)
    return _wrapped(" ".join([*kept, note]), width)


def _wrapped(text: str, width: int) -> list[str]:
    unbroken = text.strip().replace("T = ", "T\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}")
    return textwrap.wrap(unbroken.replace(" %", "\N{NO-BREAK SPACE}%"), width=width)


def new_axes(figure: Figure, n_rows: int, n_columns: int, **options: Any) -> np.ndarray:
    """Make a grid of axes, (n_rows, n_columns), in the common look."""
    with matplotlib.rc_context(RULES):
        return figure.subplots(n_rows, n_columns, squeeze=False, **options)


def plot_curve(axes: Axes, method: str, shown: Shown, curve: Sequence[tuple], **look: Any) -> None:
    """Plot a method's line through points, with the spread as a band with caps.

    Parameters
    ----------
    axes : Axes
    method : str
        One of the shown methods.
    shown : Shown
    curve : sequence of (x, mean, standard deviation or None)
    **look
        Of the line, in place of the method's own.
    """
    x, mean, spread = zip(*curve, strict=True)
    spread_or_zero = np.array([0.0 if s is None else s for s in spread])
    style = method_style(method, shown.algorithms)
    line = {"label": shown.labels[method], "markersize": 5, "linewidth": 1.6, "zorder": 3, **style, **look}
    axes.plot(x, mean, **line)
    if spread_or_zero.any():
        low, high = np.subtract(mean, spread_or_zero), np.add(mean, spread_or_zero)
        axes.fill_between(x, low, high, color=style["color"], alpha=0.18, linewidth=0)
        axes.errorbar(x, mean, spread_or_zero, fmt="none", ecolor=style["color"], capsize=2.5, linewidth=1)


def depth_axis(axes: Axes, depths: Sequence[int]) -> None:
    """Make the horizontal axis logarithmic, with a tick at each depth."""
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(FixedLocator(list(depths)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xlabel("T: iterations (learned methods: layers)")


def seconds_axis(axes: Axes) -> None:
    """Make the horizontal axis logarithmic, in microseconds per sample."""
    axes.set_xscale("log")
    _plain_log_ticks(axes.xaxis)
    axes.set_xlabel("time per sample in microseconds")


def percent_axis(axes: Axes, lowest: float) -> None:
    """Format the vertical axis of errors; logarithmic above 1 % if some are that low, to show both 1 and 80."""
    if lowest < 2.0:
        axes.set_yscale("symlog", linthresh=1.0, linscale=0.4)
        axes.yaxis.set_major_locator(FixedLocator([0, 1, 2, 5, 10, 20, 30, 40, 60, 100]))
        axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))


def log_value_axis(axes: Axes) -> None:
    """Make the vertical axis logarithmic, with plain numbers."""
    axes.set_yscale("log")
    _plain_log_ticks(axes.yaxis)


MOST_TICKS = 10
"""Labelled ticks of a logarithmic axis: more touch one another in a narrow panel."""


class RoundLogLocator(LogLocator):
    """Ticks at 1, 2, 3 and 5 of each decade.

    If these are too few, there are finer ones; if too many, those at 1 and 3, or at 1 only.
    """

    def tick_values(self, vmin: float, vmax: float) -> np.ndarray:
        """Return all ticks between two positive values."""
        decades = 10.0 ** np.arange(np.floor(np.log10(vmin)), np.ceil(np.log10(vmax)) + 1)
        if len(decades) > 5:
            return decades[:: -(-len(decades) // 8)]
        for digits in ((1, 2, 3, 5), (1, 3), range(1, 10)):
            ticks = np.outer(decades, list(digits)).ravel()
            ticks = ticks[(ticks >= vmin) & (ticks <= vmax)]
            if 3 <= len(ticks) <= MOST_TICKS:
                return ticks
        return MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]).tick_values(vmin, vmax)


def _plain_log_ticks(axis: Any) -> None:
    axis.set_major_locator(RoundLogLocator())
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_formatter(NullFormatter())


def reference_line(axes: Axes, level: float, words: str = "") -> None:
    """Plot a dotted horizontal level, with its meaning above its right end."""
    axes.axhline(level, color=GREY, linewidth=1, linestyle=(0, (1, 2)), zorder=1)
    place = {"xycoords": axes.get_yaxis_transform(), "xytext": (0, 2), "textcoords": "offset points"}
    axes.annotate(words, (0.995, level), ha="right", va="bottom", fontsize=8, color=GREY, **place)


def rmse_panels(left: Axes, right: Axes, level: float, beginning: str = "") -> None:
    """Finish a pair of panels, RMSE after T steps and for the time spent, with the level of a code of zeros.

    Parameters
    ----------
    left, right : Axes
    level : float
        The RMSE of the zero code: the size of the optimal codes.
    beginning : str
        Stands before the titles of both panels.
    """
    for axes, words in ((left, "After T steps"), (right, "For the time spent")):
        log_value_axis(axes)
        reference_line(axes, level, "a code of zeros")
        axes.set_ylim(top=max(1.35 * level, axes.get_ylim()[1]))
        axes.set_title(begun_with(beginning, words))
    left.set_ylabel("RMSE of the code against the optimal code")


def begun_with(beginning: str, words: str) -> str:
    """Put a beginning before a sentence and make its first letter small; without a beginning, leave it as it is."""
    return f"{beginning}{words[0].lower()}{words[1:]}" if beginning else words


def common_legend(figure: Figure, axes: np.ndarray) -> None:
    """Put one legend under all panels, with each method once."""
    handles: dict[str, Any] = {}
    for panel in axes.flat:
        for handle, label in zip(*panel.get_legend_handles_labels(), strict=True):
            handles.setdefault(label, handle)
    widest = 0.55 + 0.075 * max(map(len, handles), default=0)
    n_columns = max(1, min(6, int(figure.get_figwidth() / widest)))
    place: dict[str, Any] = {"loc": "outside lower center", "ncols": n_columns}
    figure.legend(handles.values(), handles.keys(), fontsize=9.5, frameon=False, **place)

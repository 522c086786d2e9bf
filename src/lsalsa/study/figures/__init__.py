"""Kinds of figures, one file each, found by their folder.

A kind declares literals at the top of its module. ``needs`` are words of `lsalsa.study.needs`. ``subject`` is one of
`lsalsa.study.config.outputs.SUBJECTS`. ``caption`` is for the report. ``options`` are settings that only some kinds
have. Its function ``plot(data, shown)`` returns a Matplotlib figure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsalsa.study.config import plugins
from lsalsa.study.shown import Shown

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@contextmanager
def matplotlib_defaults() -> Iterator[None]:
    """Start from Matplotlib's defaults, whatever a file `matplotlibrc` of the user or the working folder says."""
    import matplotlib

    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        yield


def plot(kind: str, data: Mapping[str, Any], shown: Shown) -> Figure:
    """Plot a figure.

    Parameters
    ----------
    kind : str
        A file of this folder, or ``<paper>.<file>`` of ``papers/<paper>/figures``.
    data : mapping
        Word of the kind's ``needs`` -> content, as `lsalsa.study.needs.read_needs` returns it.
    shown : Shown

    Returns
    -------
    figure : Figure
    """
    with matplotlib_defaults():
        return plugins.load_kind("figures", kind).plot(data, shown)


def save_figure(figure: Figure, png: str | Path, svg: str | Path) -> None:
    """Write a figure as PNG and SVG. The bytes depend on the figure alone: no date, no version, no random identifier.

    Parameters
    ----------
    figure : Figure
    png, svg : path
    """
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    from lsalsa.storage import atomic

    with matplotlib_defaults():
        _settle(figure)
        figure.set_dpi(150)
        matplotlib.rcParams["svg.hashsalt"] = "lsalsa"
        # The canvas draws once; `figure.savefig` would first draw all for the layout, which is settled.
        with atomic(Path(png)) as temporary:
            FigureCanvasAgg(figure).print_png(temporary, metadata={"Software": None})
        with atomic(Path(svg)) as temporary:
            FigureCanvasSVG(figure).print_svg(temporary, metadata={"Date": None, "Creator": None})


def _settle(figure: Figure) -> None:
    """Fix the layout and round it. Its solver leaves the last bits open, and identifiers hash those bits."""
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
    for axes in figure.axes:
        axes.set_position([round(float(edge), 5) for edge in axes.get_position(original=True).bounds])

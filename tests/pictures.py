"""What every figure must be, whoever draws it: the same bytes each time, every text on the page."""

import struct

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from lsalsa.study.figures import save_figure


def texts_of(figure):
    """Texts that are drawn."""
    return [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]


def words_of(figure):
    """All words of a figure."""
    return "\n".join(text.get_text() for text in texts_of(figure))


def texts_off_the_page(figure):
    """Texts of which a part lies beyond an edge."""
    canvas = FigureCanvasAgg(figure)
    figure.draw_without_rendering()
    page, unseen = figure.bbox, set(_ticks_out_of_view(figure))
    for text in texts_of(figure):
        box = text.get_window_extent(canvas.get_renderer())
        inside = page.x0 - 1 <= box.x0 and box.x1 <= page.x1 + 1 and page.y0 - 1 <= box.y0 and box.y1 <= page.y1 + 1
        if not inside and text.get_text() not in unseen:
            yield text.get_text()


def _ticks_out_of_view(figure):
    """Labels of ticks beyond the limits of an axis: kept by matplotlib, never drawn."""
    for axes in figure.axes:
        for axis, (low, high) in ((axes.xaxis, axes.get_xlim()), (axes.yaxis, axes.get_ylim())):
            for tick in axis.get_major_ticks() + axis.get_minor_ticks():
                if not low <= tick.get_loc() <= high:
                    yield tick.label1.get_text()


USERS = {
    "axes.facecolor": "0.8",
    "font.family": "serif",
    "lines.linewidth": 5,
    "mathtext.fontset": "cm",
    "path.simplify": False,
    "savefig.bbox": "tight",
    "svg.fonttype": "none",
    "text.usetex": True,
}
"""What a user's matplotlibrc may say."""


def check_files(plot, folder):
    """Plotted and saved twice, a figure has the same bytes; they name no date and no version, and a page's size.

    The second time the user has settings of Matplotlib.
    """
    for name, users in (("first", {}), ("second", USERS)):
        with matplotlib.rc_context(users):
            save_figure(plot(), folder / f"{name}.png", folder / f"{name}.svg")
    for suffix in ("png", "svg"):
        first, second = (folder / f"{name}.{suffix}" for name in ("first", "second"))
        assert first.read_bytes() == second.read_bytes()
    svg = (folder / "first.svg").read_text()
    assert "<dc:date>" not in svg and "Matplotlib v" not in svg
    png = (folder / "first.png").read_bytes()
    assert b"Software" not in png
    width, height = struct.unpack(">II", png[16:24])
    assert 600 < width < 2100 and 300 < height < 5000

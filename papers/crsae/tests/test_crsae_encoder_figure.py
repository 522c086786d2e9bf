"""The figure of the encoder: every word on the page, the same bytes each time, a cell in each layer."""

from pictures import check_files, texts_off_the_page, words_of

from lsalsa.study import figures
from lsalsa.study.config import plugins
from lsalsa.study.heading import Heading
from lsalsa.study.shown import Shown


def encoder():
    return figures.plot("crsae.encoder", {}, Shown("figure", Heading("The title")))


def test_the_figure_has_the_same_bytes_each_time(tmp_path):
    check_files(encoder, tmp_path)


def test_every_text_lies_on_the_page_and_none_on_another():
    figure = encoder()
    assert list(texts_off_the_page(figure)) == []
    boxes = [text.get_window_extent() for text in figure.axes[0].texts if text.get_text().strip()]
    overlapping = [(i, j) for i, one in enumerate(boxes) for j, two in enumerate(boxes[:i]) if one.overlaps(two)]
    assert overlapping == []


def test_one_cell_above_and_one_for_each_layer_below():
    words = words_of(encoder()).splitlines()
    assert [words.count(f"$m({step})$") for step in ("t", 1, 2, 3)] == [1, 1, 1, 1]
    assert words.count("$S_b$") == words.count(r"$H^T\!/L$") == 4
    assert words.count("$H$") == 6  # in every cell, and in both decoders
    assert words.count("delay") == 2


def test_the_kind_needs_no_results():
    assert plugins.declared("figures", "crsae.encoder", "needs") == ()
    assert plugins.declared("figures", "crsae.encoder", "caption").endswith(".")

"""Figures of the paper's own kinds: legible, the same bytes each time, words that follow the numbers."""

import numpy as np
import pytest
from pictures import check_files, texts_off_the_page, words_of

from lsalsa.errors import DataError
from lsalsa.study import figures
from lsalsa.study.config import plugins
from lsalsa.study.heading import Heading
from lsalsa.study.needs import need
from lsalsa.study.shown import Shown
from papers.lsalsa.theory.curves import curves

KINDS = [kind for kind in plugins.kinds("figures") if kind.startswith("lsalsa.")]
LABELS = {"lsalsa": "LSALSA", "lsalsa_u": "LSALSA (read-out u)"}
CURVES = curves(1)


def assumption(depth, ratio, asymmetry, method="lsalsa", status="ok"):
    """What was measured of one encoder, made up."""
    facts = {"ratio": ratio, "asymmetry": asymmetry, "stationarity": 2 * asymmetry, "smallest_eigenvalue": ratio - 0.9}
    met = {"theorem_1": asymmetry == 0, "theorem_2": ratio > 1}
    return {"task": "digits", "method": method, "depth": depth, "status": status, **facts, **met}


ASSUMPTIONS = [
    assumption(1, 1.0, 0.0),
    assumption(5, 1.1, 0.02),
    assumption(5, 0.8, 0.03, "lsalsa_u"),
    assumption(5, np.nan, np.nan, status="diverged"),
]


def plotted(kind, **changes):
    data = {"lsalsa.curves": CURVES, "lsalsa.assumptions": ASSUMPTIONS} | changes
    return figures.plot(kind, data, shown_by("lsalsa"))


def shown_by(method):
    labels = {method: method.upper()}
    return Shown(
        "figure", Heading("The title"), labels=labels, details={"labels": LABELS, "titles": {"digits": "Digits"}}
    )


def test_kinds_are_the_files_of_the_folder():
    assert KINDS == ["lsalsa.assumptions", "lsalsa.bounds", "lsalsa.diagram"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_figure_has_the_same_bytes_each_time(kind, tmp_path):
    check_files(lambda: plotted(kind), tmp_path)


@pytest.mark.parametrize("kind", KINDS)
def test_every_text_lies_on_the_page(kind):
    figure = plotted(kind)
    assert list(texts_off_the_page(figure)) == []
    assert "The title" in words_of(figure)


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_declares_what_it_needs_and_says_what_is_seen(kind):
    assert [need(word) for word in plugins.declared("figures", kind, "needs")] or kind == "lsalsa.diagram"
    assert plugins.declared("figures", kind, "caption").endswith(".")


@pytest.mark.parametrize(("method", "n_layers"), [("salsa", 1), ("lsalsa", 3)])
def test_diagram_has_the_updates_of_every_layer(method, n_layers):
    words = words_of(figures.plot("lsalsa.diagram", {}, shown_by(method)))
    assert words.count("mathrm{soft}(x + d") == words.count("d - u + x") == n_layers
    assert ("layer 3" in words) == (method == "lsalsa")


def test_words_of_the_bounds_follow_the_curves():
    assert "stays within" in words_of(plotted("lsalsa.bounds"))
    runs = ("runs", "true")
    lifted = [row | {"y": 1e6 * row["y"]} if (row["panel"], row["line"]) == runs else row for row in CURVES]
    assert "leaves it" in words_of(plotted("lsalsa.bounds", **{"lsalsa.curves": lifted}))


def test_assumptions_are_counted_over_the_encoders_that_could_be_measured():
    words = " ".join(words_of(plotted("lsalsa.assumptions")).split())
    assert "curves more than SALSA's in 1 of 3 encoders" in words
    assert "as theorem 1 needs, in 1 of them" in words
    assert "its symmetric part is positive definite in 2" in words
    assert "Left: marks of one T stand side by side" in words
    assert {"LSALSA", "LSALSA (read-out u)", "Digits"} <= set(words_of(plotted("lsalsa.assumptions")).splitlines())


def test_assumptions_of_no_encoder_cannot_be_plotted():
    with pytest.raises(DataError, match="none of the encoders could be measured"):
        plotted("lsalsa.assumptions", **{"lsalsa.assumptions": ASSUMPTIONS[3:]})

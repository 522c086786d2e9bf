"""Figures of the paper's own kinds: curves through the means, legible, the same bytes each time."""

import pytest
from pictures import check_files, texts_off_the_page, words_of
from sc2net_runs import RECOVERED, rows_of, shown, solver_rows

from lsalsa.study import figures
from lsalsa.study.config import plugins
from lsalsa.study.needs import need

KINDS = [kind for kind in plugins.kinds("figures") if kind.startswith("sc2net.")]
STEPS = (1, 3)
VARIANTS = [f"slstm_steps_{depth}" for depth in STEPS]
SWEEP = [
    row
    for images, data in (("mnist_unit", "MNIST"), ("mnist", "MNIST"))
    for depth in STEPS
    for row in rows_of(
        {f"slstm_steps_{depth}": 80 + depth},
        images,
        data,
        depth=depth,
        penalty=0.01 * depth,
        objective_unit_atoms=9.0 - depth,
    )
]
SOLVERS = [
    row
    for images in ("mnist_unit", "mnist")
    for row in solver_rows({"ista": {1: 20.0, 10: 10.0}, "fista": {1: 20.0, 10: 7.0}}, images)
]
HISTORY = [
    {"images": "mnist_unit", "variant": variant, "repetition": r, "epoch": epoch, "atom_norm_mean": 1.0 + epoch + r}
    for variant in VARIANTS
    for epoch in (0, 1)
    for r in (0, 1)
]
DATA = {"sc2net.variants": SWEEP, "sc2net.histories": HISTORY, "sc2net.support": RECOVERED}
DATA |= {"sc2net.solvers": SOLVERS}


def plotted(kind, **changes):
    return figures.plot(kind, DATA | changes, shown(VARIANTS))


def test_kinds_are_the_files_of_the_folder():
    assert [f"sc2net.{name}" for name in ("convergence", "depth", "diagram", "leak", "penalty", "support")] == KINDS


@pytest.mark.parametrize("kind", KINDS)
def test_a_figure_has_the_same_bytes_each_time(kind, tmp_path):
    check_files(lambda: plotted(kind), tmp_path)


@pytest.mark.parametrize("kind", KINDS)
def test_every_text_lies_on_the_page(kind):
    figure = plotted(kind)
    assert list(texts_off_the_page(figure)) == []
    assert "The title" in words_of(figure)


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_of_figure_declares_what_it_needs_and_what_is_seen(kind):
    assert [need(word) for word in plugins.declared("figures", kind, "needs")] or kind == "sc2net.diagram"
    assert plugins.declared("figures", kind, "caption").endswith(".")


@pytest.mark.parametrize(("kind", "settings"), [("sc2net.depth", [1, 3]), ("sc2net.penalty", [0.01, 0.03])])
def test_sweeps_pass_through_the_means(kind, settings):
    line = plotted(kind).axes[0].lines[0]
    assert line.get_xdata().tolist() == settings
    assert line.get_ydata().tolist() == [81, 83]


def test_every_set_of_images_has_a_panel_even_of_one_source():
    assert [axes.get_title() for axes in plotted("sc2net.depth").axes] == ["MNIST (mnist_unit)", "MNIST (mnist)"]


def test_norms_of_atoms_are_means_over_repetitions():
    axes, empty = plotted("sc2net.leak").axes
    assert [list(line.get_ydata()) for line in axes.lines] == [[1.5, 2.5]] * 2
    assert [list(line.get_ydata()) for line in empty.lines] == [[]] * 2


def test_supports_are_curves_over_their_size_with_a_guess():
    (axes,) = plotted("sc2net.support").axes
    assert axes.lines[0].get_ydata().tolist() == [50, 25]
    assert axes.lines[-1].get_ydata().tolist() == [1, 2]
    assert axes.lines[-1].get_label() == "a guess"


def test_objectives_are_curves_of_solvers_and_networks_above_the_optimum():
    rows = rows_of({"converged": 90.0}, depth=1, objective_unit_atoms=6.5)
    figure = figures.plot(
        "sc2net.convergence", DATA | {"sc2net.variants": [*SWEEP, *rows]}, shown([*VARIANTS, "converged"])
    )
    curves = {line.get_label(): line for line in figure.axes[0].lines}
    assert {name: list(curves[name].get_xdata()) for name in ("ISTA", "FISTA", "SLSTM")} == {
        "ISTA": [1, 10],
        "FISTA": [1, 10],
        "SLSTM": [1, 3],
    }
    assert curves["FISTA"].get_ydata() == pytest.approx([20, 7])
    assert list(curves["SLSTM"].get_ydata()) == [8, 6]
    assert [6.5, 6.5] in [list(line.get_ydata()) for line in figure.axes[0].lines]


def test_the_diagram_has_both_units_and_the_loss():
    words = words_of(plotted("sc2net.diagram"))
    for part in ("one step of adaptive ISTA", "one step of SLSTM", "step T", "tied decoder", "W_f", "W_i", "soft"):
        assert part in words

"""What the block `simulation` asks for and refuses, and how its results are shown."""

import numpy as np
import pytest
from pictures import check_files, texts_off_the_page, words_of
from test_crsae_simulation import rows_by_hand

from lsalsa.errors import ConfigError
from lsalsa.study import figures
from lsalsa.study.config.rules import settings_of
from lsalsa.study.heading import Heading
from lsalsa.study.load import load_study
from lsalsa.study.needs import need
from lsalsa.study.shown import Shown
from lsalsa.study.tables import make_table
from papers.crsae.simulation.experiment import outputs, ratios_of
from papers.crsae.simulation.learning import GRADIENTS, SNR_ARMS
from papers.crsae.simulation.spikes import action_potentials
from papers.crsae.simulation.summaries import final_runs

SHOWN = Shown("crsae_simulation", Heading("The title"))
ERRORS = {"decoder": (0.02, 0.3), "exact": (0.01, 0.2), "layers": (0.03, 0.25)}
ROWS = [
    row
    for gradient, ends in ERRORS.items()
    for tangent, end in zip((True, False), ends, strict=True)
    for start, first in (("close", 0.45), ("truth", 0.0))
    for repetition in (0, 1)
    for row in rows_by_hand(
        [(first, first), (end, 0.01), (end + 0.01 * repetition, 0.01)],
        repetition, gradient=gradient, arm=gradient, tangent=tangent, start=start,
    )
]  # fmt: skip
SNR_ROWS = [
    row
    for ratio in (7.0, 16.0)
    for place, arm in enumerate(SNR_ARMS, start=1)
    for row in rows_by_hand([(0.45, 0.45), (place / 50, 0.01)], arm=arm, snr_db=ratio, experiment="snr")
]
TRUE = action_potentials(2, 10_000.0)
BANKS = {"true": TRUE, "start": TRUE + 0.1} | {
    f"{gradient}_{step}_close": np.roll(TRUE[:, ::-1], shift, axis=0) * sign
    for gradient in GRADIENTS
    for step, shift, sign in (("tangent", 0, 1), ("plain", 1, -1))
}
DATA = {
    "crsae.simulation": ROWS,
    "crsae.simulation_runs": final_runs(ROWS),
    "crsae.simulation_snr_runs": final_runs(SNR_ROWS),
    "crsae.simulation_filters": BANKS,
}


def study_with(**block):
    """The smallest study with a block `simulation`."""
    given = {"study": "s", "title": "t", "seed": 1, "images": {}, "components": {}, "tasks": {}, "methods": {}}
    crsae = {"claims": False, "notebooks": False, "simulation": block}
    return load_study({**given, "crsae": crsae})


# --- the block ---------------------------------------------------------------------------------------------------


def test_the_block_says_which_tables_and_figures_there_are():
    small, full = outputs(study_with()), outputs(study_with(snr={}))
    assert list(small["tables"]) == ["crsae_simulation"]
    assert list(full["tables"]) == ["crsae_simulation", "crsae_simulation_snr"]
    assert set(small["figures"]) == set(full["figures"]) == {"crsae_simulation", "crsae_simulation_filters"}


def test_jobs_get_all_that_they_use():
    study = study_with(n_windows=9, snr={"snr_db": [1.5, 16]})
    assert ratios_of(study) == {"1_5": 1.5, "16": 16.0}
    learned = settings_of(study, "learn_crsae_simulation", gradient="exact")
    assert learned["n_windows"] == 9 and learned["seed"] == 1 and "snr" not in learned
    compared = settings_of(study, "compare_crsae_simulation", snr="1_5")
    assert compared["snr_db"] == 1.5 and compared["n_windows"] == 100 and compared["repetitions"] == 3


def test_results_are_those_of_the_block():
    study = study_with(snr={"snr_db": [7.0]})
    assert need("crsae.simulation_runs").files(study, None) == [
        f"crsae/simulation/{gradient}.parquet" for gradient in GRADIENTS
    ]
    assert need("crsae.simulation_snr_runs").files(study, None) == ["crsae/simulation/snr_7.parquet"]
    assert need("crsae.simulation_snr_runs").files(study_with(), None) == []


@pytest.mark.parametrize(
    ("block", "words"),
    [
        ({"window": 50}, "crsae.simulation.window must be at least four filters long, 72 samples, found 50"),
        ({"snr": {"window": 50}}, "crsae.simulation.snr.window must be at least four filters long, 72 samples"),
        ({"sampling_rate_hz": 1000.0}, "sampling_rate_hz: a filter needs 4 samples or more in 1.8 ms, found 2"),
        ({"n_filters": 5}, "crsae.simulation.n_filters"),
        ({"snr": {"snr_db": [16, 7]}}, "ascending order"),
        ({"penalty": 0.0}, "crsae.simulation.penalty"),
    ],
)
def test_what_cannot_be_is_refused_before_any_job(block, words):
    with pytest.raises(ConfigError) as refused:
        study_with(**block)
    assert words in str(refused.value)


# --- tables ------------------------------------------------------------------------------------------------------


def test_table_has_a_row_per_gradient_step_and_start_and_sentences_with_both_steps():
    table = make_table("crsae.simulation", DATA, SHOWN)
    (grid,) = table.grids
    assert len(grid.lines) == 12
    assert grid.lines[0][:3] == ["through all layers", "filters half wrong", "tangent"]
    assert grid.lines[0][3:7] == ["0.450", "0.035 ± 0.007", "0.040", "1, 1"]
    assert grid.lines[6][6] == "–"  # the true filters need not be found
    close, truth = table.sentences
    assert "through all layers 0.035 and 0.255; decoder only 0.025 and 0.305; exact codes 0.015 and 0.205." in close
    assert truth.startswith("From the true filters")


def test_table_over_the_noise_has_arms_down_and_ratios_across():
    table = make_table("crsae.simulation_snr", DATA, SHOWN)
    (grid,) = table.grids
    assert grid.head == ["arm", "7 dB", "16 dB", "status"]
    assert grid.lines[0] == ["CRsAE, penalty from the noise", "0.020", "0.020", "ok"]
    assert len(grid.lines) == len(SNR_ARMS)
    best, moves = table.sentences
    name = "CRsAE, penalty from the noise"
    assert best == f"Smallest error: at 7 dB {name} (0.020); at 16 dB {name} (0.020)."
    assert moves.startswith(f"From 7 to 16 dB the error moves: {name} from 0.020 to 0.020; CRsAE, penalties under")


def test_failed_runs_are_named_and_said_nothing_about():
    failed = [{**run, "status": "diverged"} for run in DATA["crsae.simulation_snr_runs"] if run["arm"] == "lcsc"]
    table = make_table("crsae.simulation_snr", {"crsae.simulation_snr_runs": failed}, SHOWN)
    assert table.grids[0].lines == [["LCSC, free thresholds", "–", "–", table.grids[0].lines[0][-1]]]
    assert table.grids[0].lines[0][-1].startswith("7 dB: diverged (repetition 0); 16 dB: diverged")
    assert table.sentences == []


# --- figures -----------------------------------------------------------------------------------------------------

every_figure = pytest.mark.parametrize("kind", ["crsae.simulation", "crsae.simulation_filters"])


@every_figure
def test_a_figure_has_the_same_bytes_each_time(kind, tmp_path):
    check_files(lambda: figures.plot(kind, DATA, SHOWN), tmp_path)


@every_figure
def test_every_text_lies_on_the_page(kind):
    figure = figures.plot(kind, DATA, SHOWN)
    assert list(texts_off_the_page(figure)) == []
    assert "The title" in words_of(figure)


def test_curves_are_the_worse_filter_of_every_seed_and_their_mean():
    panels = figures.plot("crsae.simulation", DATA, SHOWN).axes
    assert [axes.get_title() for axes in panels] == ["through all layers", "decoder only", "exact codes"]
    curves = [list(line.get_ydata()) for line in panels[0].lines[:3]]
    np.testing.assert_allclose(curves, [[0.45, 0.03, 0.03], [0.45, 0.03, 0.04], [0.45, 0.03, 0.035]])
    of_truth = panels[0].lines[3]
    assert list(of_truth.get_xdata()) == [1, 2]  # an error of 0 has no place on a logarithmic axis


def test_learned_filters_are_drawn_over_the_true_ones_whatever_their_order_shift_and_sign():
    figure = figures.plot("crsae.simulation_filters", DATA, SHOWN)
    true, _, tangent, plain = figure.axes[0].lines
    np.testing.assert_allclose(tangent.get_ydata(), true.get_ydata())
    inside = slice(1, None)  # the roll has moved the last sample to the front
    np.testing.assert_allclose(plain.get_ydata()[inside], true.get_ydata()[:-1], atol=1e-6)
    np.testing.assert_allclose(plain.get_xdata()[inside], np.arange(17))

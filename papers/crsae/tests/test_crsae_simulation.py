"""Simulated spikes against their definition, and filters that are learned from them, or are not."""

import numpy as np
import pytest

from lsalsa.arrays import Device
from lsalsa.errors import ConfigError, DataError
from lsalsa.metrics import filter_errors
from papers.crsae.simulation import spikes as spikes_module
from papers.crsae.simulation.learning import GRADIENTS, SNR_ARMS, Arm, learn, penalty_of
from papers.crsae.simulation.runs import runs_at_snr, runs_of_gradient
from papers.crsae.simulation.spikes import action_potentials, close_start, tutorial_spikes, two_sided_spikes
from papers.crsae.simulation.summaries import by_cell, final_runs, worst_errors

RATE, CPU = 10_000.0, Device("cpu")
SETTINGS = {
    "penalty": 0.7,
    "spike_share": 0.6,
    "strength": 50.0,
    "depth": 25,
    "epochs": 5,
    "batch_size": 8,
    "learning_rate": 0.01,
    "lcsc_learning_rate": 0.001,
    "decay": 0.8,
}


def rng(*seed):
    return np.random.default_rng(seed)


# --- spikes ------------------------------------------------------------------------------------------------------


def rebuilt(spikes):
    """Every spike's wave form at its place, one by one."""
    length, n_filters = spikes.filters.shape
    windows = np.zeros(spikes.signals.shape)
    for window, code in zip(windows, spikes.codes.reshape(len(windows), -1, n_filters), strict=True):
        for place, c in np.argwhere(code):
            window[place : place + length] += code[place, c] * spikes.filters[:, c]
    return windows


def test_action_potentials_last_1_8_ms_have_norm_1_and_are_told_apart_at_any_shift():
    for rate, length in ((10_000.0, 18), (30_000.0, 54)):
        filters = action_potentials(4, rate)
        assert filters.shape == (length, 4)
        np.testing.assert_allclose(np.linalg.norm(filters, axis=0), 1)
        for i in range(4):
            for j in range(i):
                assert np.abs(np.correlate(filters[:, i], filters[:, j], "full")).max() < 0.85
    with pytest.raises(ConfigError, match="4 wave forms of action potentials, asked for 5"):
        action_potentials(5, RATE)


def test_windows_of_the_tutorial_hold_three_spikes_of_each_filter_and_noise():
    filters = action_potentials(2, RATE)
    spikes = tutorial_spikes(filters, 60, 200, rng(0))
    codes = spikes.codes.reshape(60, 183, 2)
    assert ((codes != 0).sum(axis=1) == 3).all()
    assert spikes.nonnegative and (codes >= 0).all()
    assert codes[codes > 0].mean() == pytest.approx(2, abs=0.03)
    assert codes[codes > 0].std() == pytest.approx(0.1, abs=0.02)
    np.testing.assert_allclose(spikes.clean, rebuilt(spikes), atol=1e-6)
    assert (spikes.signals - spikes.clean).std() == pytest.approx(0.1, rel=0.03)
    assert spikes.noise == 0.1


@pytest.mark.parametrize("snr", [7.0, 16.0])
def test_spikes_of_both_signs_have_the_ratio_that_is_asked_for(snr):
    filters = action_potentials(4, RATE)
    spikes = two_sided_spikes(filters, 40, 800, RATE, snr, rng(1))
    np.testing.assert_allclose(spikes.clean, rebuilt(spikes), atol=1e-6)
    assert np.abs(spikes.signals).max() == pytest.approx(1)
    noise = (spikes.signals - spikes.clean).std()
    assert spikes.noise == pytest.approx(noise, rel=0.02)
    assert 20 * np.log10(spikes.clean[spikes.clean != 0].std() / noise) == pytest.approx(snr, abs=0.2)
    codes = spikes.codes.reshape(40, -1, 4)
    assert (codes > 0).any() and (codes < 0).any() and not spikes.nonnegative
    for code in codes:
        for c in range(4):
            places = np.flatnonzero(code[:, c])
            assert 1 <= len(places) <= 3  # 10 to 30 in a second, windows of 80 ms
            assert (np.diff(places) >= 19).all()


def test_the_same_spikes_stand_in_other_noise():
    filters = action_potentials(4, RATE)
    low, high = (two_sided_spikes(filters, 10, 400, RATE, snr, rng(2)) for snr in (7.0, 16.0))
    assert np.array_equal(low.codes != 0, high.codes != 0)
    spiking = low.codes != 0
    ratios = low.codes[spiking] / high.codes[spiking]
    np.testing.assert_allclose(ratios, ratios[0], rtol=1e-5)


def test_spikes_that_do_not_fit_are_refused():
    with pytest.raises(ConfigError, match="spikes at least 19 samples apart do not fit into 3 positions"):
        two_sided_spikes(action_potentials(1, RATE), 1, 20, 50.0, 10.0, rng(0))


def test_a_close_start_is_half_wrong_in_every_filter(monkeypatch):
    filters = action_potentials(3, RATE)
    start = close_start(filters, rng(3))
    np.testing.assert_allclose(np.linalg.norm(start, axis=0), 1)
    for c in range(3):
        (error,) = filter_errors(start[:, c : c + 1], filters[:, c : c + 1])
        assert 0.4 <= error <= 0.5
    monkeypatch.setattr(spikes_module, "CLOSE", (0.99, 1.0))
    monkeypatch.setattr(spikes_module, "MAX_DRAWS", 3)
    with pytest.raises(DataError, match="no start of filter 1 has an error in .* after 3 draws"):
        close_start(filters, rng(3))


# --- learning ----------------------------------------------------------------------------------------------------


def learned(arm, *, start="close", seed=0, settings=SETTINGS, n_windows=200):
    filters = action_potentials(2, RATE)
    spikes = tutorial_spikes(filters, n_windows, 250, rng(seed))
    starts = {"close": close_start(filters, rng(seed, 1)), "truth": filters}
    rows, found = learn(arm, spikes, starts[start], settings, seed=seed, device=CPU)
    return list(worst_errors(rows).values()), rows, found


def test_the_tutorial_s_filters_are_found_within_five_epochs():
    for seed in (0, 1):
        errors, rows, found = learned(Arm("decoder"), seed=seed)
        assert errors[0] > 0.4
        assert min(errors) < 0.1 and errors[-1] < 0.06
        assert len(rows) == 2 * 6 and {row["status"] for row in rows} == {"epochs_used"}
        np.testing.assert_allclose(np.linalg.norm(found, axis=0), 1, rtol=1e-5)
        assert filter_errors(found, action_potentials(2, RATE)).max() == errors[-1]


@pytest.mark.parametrize("gradient", GRADIENTS)
def test_plain_adam_leaves_the_true_filters_and_the_tangent_step_stays_near_them(gradient):
    settings = {**SETTINGS, "depth": 40, "batch_size": 5, "epochs": 4}
    given = {"start": "truth", "settings": settings, "n_windows": 80}
    tangent, plain = (learned(Arm(gradient, step), **given)[0] for step in (True, False))
    assert tangent[0] == plain[0] < 1e-3
    assert tangent[-1] < 0.07
    assert plain[-1] > 1.25 * tangent[-1]


def test_penalties_are_the_given_one_the_universal_threshold_or_a_share_of_the_spikes():
    spikes = two_sided_spikes(action_potentials(2, RATE), 30, 400, RATE, 9.0, rng(4))
    entries = 2 * (400 - 18 + 1)
    assert penalty_of(Arm(), spikes, SETTINGS) == 0.7
    assert penalty_of(Arm(penalty="noise"), spikes, SETTINGS) == pytest.approx(
        spikes.noise * np.sqrt(2 * np.log(entries))
    )
    sizes = np.abs(spikes.codes[spikes.codes != 0])
    assert penalty_of(Arm(penalty="spikes"), spikes, SETTINGS) == pytest.approx(0.6 * sizes.mean(), rel=1e-5)


def test_a_prior_moves_penalties_free_thresholds_fall_and_others_stay():
    settings = {**SETTINGS, "epochs": 2}
    spikes = two_sided_spikes(action_potentials(2, RATE), 20, 300, RATE, 7.0, rng(5))
    start = close_start(spikes.filters, rng(6))
    factors = {}
    for name, arm in SNR_ARMS.items():
        rows, _ = learn(arm, spikes, start, settings, seed=0, device=CPU)
        assert {row["status"] for row in rows} == {"epochs_used"}, name
        assert rows[0]["penalty_factor"] == 1
        factors[name] = rows[-1]["penalty_factor"]
    assert factors["lcsc"] < 0.99
    assert factors["prior"] != 1
    assert {factors[name] for name in ("noise", "spikes", "exact_spikes", "lcsc_held")} == {1}


def test_a_training_that_blows_up_keeps_its_rows_and_says_so():
    _, rows, _ = learned(Arm(lcsc=True), settings={**SETTINGS, "lcsc_learning_rate": 30.0}, n_windows=30)
    assert {row["status"] for row in rows} == {"diverged"}
    (run,) = final_runs([{**NAMES, **row} for row in rows])
    assert run["status"] == "diverged"


# --- runs and their summaries ------------------------------------------------------------------------------------

NAMES = {"experiment": "tutorial", "arm": "layers", "gradient": "layers", "tangent": True, "start": "close"}
NAMES |= {"snr_db": None, "repetition": 0, "seed": 7, "device": "cpu"}


def test_all_arms_of_a_seed_have_its_windows_and_its_start():
    settings = {**SETTINGS, "n_filters": 2, "sampling_rate_hz": RATE, "n_windows": 12, "window": 120, "epochs": 1}
    settings |= {"repetitions": 2, "seed": 3, "depth": 3}
    found = {gradient: list(runs_of_gradient(gradient, settings, CPU)) for gradient in GRADIENTS}
    for runs in found.values():
        assert [(run[0]["repetition"], run[0]["tangent"], run[0]["start"]) for run, _ in runs] == [
            (repetition, step, start) for repetition in (0, 1) for step in (True, False) for start in ("close", "truth")
        ]
        assert [bool(drawn) for _, drawn in runs] == [True] * 4 + [False] * 4
    before = {tuple(row["error"] for row in run[:2]) for runs in found.values() for run, _ in runs[::2]}
    assert len(before) == 2  # one start for each repetition
    names = {name for runs in found.values() for _, drawn in runs for name in drawn}
    assert {"true", "start", "exact_plain_truth", "layers_tangent_close"} <= names and len(names) == 2 + 3 * 4


def test_every_arm_runs_at_a_ratio_from_one_start():
    settings = {**SETTINGS, "n_filters": 2, "sampling_rate_hz": RATE, "n_windows": 8, "window": 200, "epochs": 1}
    settings |= {"repetitions": 1, "seed": 3, "depth": 3, "snr_db": 9.0}
    runs = list(runs_at_snr(settings, CPU))
    assert [run[0]["arm"] for run in runs] == list(SNR_ARMS)
    assert len({tuple(row["error"] for row in run[:2]) for run in runs}) == 1
    assert {row["snr_db"] for run in runs for row in run} == {9.0}


def rows_by_hand(errors, repetition=0, status="epochs_used", **names):
    """A run with these errors, a list of two filters for each epoch."""
    facts = {"penalty_factor": 1.0, "lipschitz": 8.0 + repetition, "loss": 1.0, "status": status}
    return [
        {**NAMES, **names, "repetition": repetition, "epoch": epoch, "filter": c, "error": error, **facts}
        for epoch, pair in enumerate(errors)
        for c, error in enumerate(pair, start=1)
    ]


def test_a_run_is_found_when_its_worse_filter_is():
    (run,) = final_runs(rows_by_hand([(0.45, 0.4), (0.05, 0.11), (0.09, 0.02), (0.03, 0.04)]))
    assert (run["start_error"], run["worst_error"], run["first_epoch"], run["epochs"]) == (0.45, 0.04, 2, 3)
    (run,) = final_runs(rows_by_hand([(0.45, 0.4), (0.3, 0.01)]))
    assert run["first_epoch"] is None


def test_a_cell_has_means_over_finished_seeds_and_the_worst_of_them():
    rows = rows_by_hand([(0.4, 0.4), (0.02, 0.01)]) + rows_by_hand([(0.5, 0.4), (0.2, 0.04)], 1)
    rows += rows_by_hand([(0.4, 0.4), (0.9, 0.9)], 2, "diverged")
    (cell,) = by_cell(final_runs(rows), ("gradient", "tangent", "start"))
    assert cell["worst_error"] == pytest.approx(0.11) and cell["largest_error"] == 0.2
    assert (cell["first_epochs"], cell["n_repetitions"], cell["lipschitz"]) == ("1, never", 2, 9.0)
    assert cell["start_error"] == pytest.approx(0.45)
    assert cell["status"] == "diverged (repetition 2)"

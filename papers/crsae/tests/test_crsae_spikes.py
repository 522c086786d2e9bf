"""Spikes: counting, merging, thresholds and templates, each against brute force or a case done by hand."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from lsalsa.data import RecordingSet
from lsalsa.errors import LsalsaError
from lsalsa.metrics import missed_and_false, strongest_near
from lsalsa.spikes.recording import recording_of
from lsalsa.spikes.sorting import Estimates, merged, trough_of
from lsalsa.spikes.templates import kmeans_templates, learned_templates, problem_of, unit_norm
from papers.crsae.spikes import sorting
from papers.crsae.spikes.detection import Curve, cells_of_templates, curve_of
from papers.crsae.spikes.run import run_method
from papers.crsae.spikes.templates import true_templates

SETTINGS = {"length_ms": 3.0, "before_ms": 1.0, "penalty": 4.0, "crossing": 4.0, "tolerance_ms": 0.5, "n_templates": 2}
TRAINING = {"window_ms": 40.0, "epochs": 3, "batch_size": 16, "learning_rate": 0.01, "decay": 0.9, "strength": 5000.0}


@pytest.fixture(scope="module")
def recordings():
    """Two cells on three channels: each is large on one of the first two, the third has noise alone."""
    random, length, n = np.random.default_rng(3), 30, 20_000
    wave = -np.exp(-0.5 * ((np.arange(length) - 10) / 2.0) ** 2)
    slow = -np.exp(-0.5 * ((np.arange(length) - 10) / 3.0) ** 2)
    templates = np.zeros((2, length, 3))
    templates[0, :, 0], templates[0, :, 1] = 20 * wave, 6 * wave
    templates[1, :, 1], templates[1, :, 0] = 15 * slow, 2 * slow
    samples, events = 2.0 * random.standard_normal((n, 3)), []
    for template in templates:
        spikes = np.sort(random.choice(np.arange(1, n // 100 - 1), 120, replace=False)) * 100 + random.integers(
            0, 40, 120
        )
        for spike in spikes:
            samples[spike - 10 : spike + length - 10] += template
        events.append(spikes)
    order = np.argsort(np.concatenate(events), kind="stable")
    return RecordingSet(
        recordings=[samples.astype(np.float32)],
        sampling_rate_hz=10_000.0,
        names=["made"],
        test_from=np.array([n // 2]),
        source={"name": "made by hand"},
        event_samples=[np.concatenate(events)[order]],
        event_labels=[np.repeat([0, 1], 120)[order]],
        event_names=["a", "b"],
        event_templates=templates,
        template_event=10,
    )


# --- counts ----------------------------------------------------------------------------------------------------------


def test_spikes_of_a_hand_made_example_are_counted():
    assert missed_and_false(np.array([12, 40, 46, 70]), np.array([10, 43, 100]), 3) == (1, 1)
    assert missed_and_false(np.array([13]), np.array([10]), 2) == (1, 1)
    assert missed_and_false(np.array([], int), np.array([10, 20]), 5) == (2, 0)
    assert missed_and_false(np.array([10, 20]), np.array([], int), 5) == (0, 2)


@pytest.mark.parametrize("seed", range(20))
def test_counts_and_strongest_are_those_of_brute_force(seed):
    random = np.random.default_rng(seed)
    true, found = (np.sort(random.integers(0, 200, random.integers(0, 25))) for _ in range(2))
    strengths, tolerance = random.normal(size=len(found)), int(random.integers(0, 6))
    near = np.array([[abs(t - f) <= tolerance for f in found] for t in true], bool).reshape(len(true), len(found))
    assert missed_and_false(found, true, tolerance) == ((~near.any(1)).sum(), (~near.any(0)).sum())
    expected = [max((s for s, yes in zip(strengths, row, strict=True) if yes), default=-np.inf) for row in near]
    np.testing.assert_array_equal(strongest_near(true, found, strengths, tolerance), expected)


@pytest.mark.parametrize("seed", range(5))
def test_a_curve_has_the_counts_of_each_threshold(seed):
    random = np.random.default_rng(seed)
    true, samples = (np.sort(random.integers(0, 400, 30)) for _ in range(2))
    estimates, levels = Estimates(samples, random.integers(1, 8, 30).astype(float)), np.arange(10.0)
    curve = curve_of(estimates, true, 4, levels)
    for i, level in enumerate(levels):
        kept = samples[estimates.amplitudes >= level]
        assert (curve.missed[i], curve.false[i]) == missed_and_false(kept, true, 4)
        assert curve.found[i] == len(kept)
    errors = curve.missed + curve.false
    assert errors[curve.best] == errors.min() and (errors[curve.best + 1 :] > errors.min()).all()
    assert curve.percent()[0][-1] == 100 and curve.percent()[1][-1] == 0


def test_codes_near_each_other_are_one_spike_at_their_weighted_place():
    found = merged(np.array([3, 10, 11, 14, 30]), np.array([1.0, 2.0, 6.0, 1.0, 5.0]), 3)
    assert found.samples.tolist() == [3, 11, 30]
    assert found.amplitudes.tolist() == [1.0, 9.0, 5.0]
    assert merged(np.array([], int), np.array([]), 3).samples.size == 0


def test_cells_get_the_templates_with_the_fewest_errors_in_total():
    random = np.random.default_rng(0)
    errors = random.integers(0, 50, (3, 4))
    curves = [[Curve(np.zeros(1), np.array([e]), np.zeros(1, int), np.ones(1, int), 9) for e in row] for row in errors]
    best = min(itertools.permutations(range(4), 3), key=lambda p: sum(errors[i, j] for i, j in enumerate(p)))
    assert cells_of_templates(curves) == list(best)
    assert sorted(map(str, cells_of_templates([row[:2] for row in curves]))) == ["0", "1", "None"]


# --- recordings and templates ----------------------------------------------------------------------------------------


def test_channels_are_scaled_by_their_noise_and_those_with_signal_are_chosen(recordings):
    recording = recording_of(recordings, 2)
    assert recording.samples.shape == (20_000, 2)
    assert recording.truth[0, 10] == pytest.approx([-10, -3], rel=0.15)  # 20 and 6 over a noise of 2, and spikes
    assert [len(spikes) for spikes in recording.spikes] == [120, 120]
    assert recording_of(recordings, 1).truth[0, 10] == pytest.approx([-10], rel=0.15)


def test_true_templates_lie_where_their_spike_is_and_means_replace_them(recordings):
    bank = true_templates(recording_of(recordings, 2), 10, 30)
    assert bank.shape == (30, 2, 2) and np.linalg.norm(bank, axis=(0, 1)) == pytest.approx(1)
    assert trough_of(bank).tolist() == [10, 10]
    assert trough_of(true_templates(recording_of(recordings, 2), 5, 20)).tolist() == [5, 5]
    means = true_templates(recording_of(replace(recordings, event_templates=None), 2), 10, 30)
    assert [sorting.likeness(means[..., i], bank[..., i]) > 0.95 for i in range(2)] == [True, True]


def test_likeness_ignores_shifts_in_time_but_not_channels_or_signs():
    random = np.random.default_rng(0)
    wave = np.zeros((20, 2))
    wave[5:9] = random.normal(size=(4, 2))
    assert sorting.likeness(np.roll(wave, 3, axis=0), wave) == pytest.approx(1)
    assert sorting.likeness(wave[:, ::-1], wave) < 0.99
    by_hand = max(np.vdot(np.roll(wave, s, axis=0), -wave) for s in range(-4, 5)) / np.vdot(wave, wave)
    assert sorting.likeness(wave, -wave) == pytest.approx(max(by_hand, 0), abs=1e-12)


def test_likeness_in_parts_of_a_sample_sees_through_a_shift_by_half_a_one():
    wave, moved = (np.exp(-0.5 * ((np.arange(20)[:, None] - centre) / 1.5) ** 2) for centre in (9.0, 9.5))
    assert sorting.likeness(moved, wave) < 0.98
    assert sorting.likeness(moved, wave, parts=8) == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("method", ["true", "kmeans"])
def test_templates_find_the_spikes_of_two_plain_cells(recordings, method):
    found = run_method(recordings, method, 2, start=None, settings=SETTINGS, seed=0)
    assert [row["missed_percent"] < 8 and row["false_percent"] < 8 for row in found.rows] == [True, True]
    assert max(row["template_error"] for row in found.rows) < 0.3
    assert max(row["relative_gap"] for row in found.rows) < 1e-9
    assert {row["origin"] for row in found.rows} == {"made by hand"}
    chosen = [point for point in found.curves if point["shift"] == 0]
    for row, point in zip(found.rows, chosen, strict=True):
        assert (point["missed_percent"], point["false_percent"]) == (row["missed_percent"], row["false_percent"])
        assert row["n_true"] in range(55, 66)  # the test half only


def test_without_known_spikes_the_templates_and_their_counts_are_the_same(recordings):
    unmarked = replace(recordings, event_samples=None, event_labels=None, event_names=[], event_templates=None)
    known = run_method(recordings, "kmeans", 2, start=None, settings=SETTINGS, seed=0)
    found = run_method(unmarked, "kmeans", 2, start=None, settings=SETTINGS, seed=0)
    np.testing.assert_array_equal(found.bank, known.bank)
    assert [row["template"] for row in found.rows] == found.cells.tolist() == [0, 1] and found.curves == []
    by_template = {row["template"]: row for row in known.rows}
    for row in found.rows:
        true = by_template[row["template"]]["n_true"]
        assert abs(row["n_found"] - true) <= 0.1 * true and row["per_second"] == row["n_found"] / 1.0
        assert {row[name] for name in sorting.NEED_TRUTH} == {None}
        assert set(by_template[row["template"]]) <= set(row)
    expected = [amplitude(recordings, unit) - SETTINGS["penalty"] for unit in (0, 1)]
    assert sorted(row["amplitude"] for row in found.rows) == pytest.approx(sorted(expected), rel=0.1)


def amplitude(recordings, unit):
    """Norm of a cell's true template on the first two channels, in units of their noise."""
    return float(np.linalg.norm(recordings.event_templates[unit][:, :2] / recording_of(recordings, 2).noise))


def test_the_threshold_is_chosen_without_the_test_half(recordings):
    later = recordings.event_samples[0].copy()
    later[later >= 10_000] = np.sort(np.random.default_rng(1).integers(10_000, 20_000, (later >= 10_000).sum()))
    rows = run_method(recordings, "true", 2, start=None, settings=SETTINGS, seed=0).rows
    moved = run_method(
        replace(recordings, event_samples=[later]), "true", 2, start=None, settings=SETTINGS, seed=0
    ).rows
    assert [row["threshold"] for row in moved] == [row["threshold"] for row in rows]
    assert moved[0]["n_missed"] > rows[0]["n_missed"]


@pytest.mark.parametrize("method", ["decoder_only", "implicit", "em"])
def test_learning_brings_disturbed_templates_nearer_to_the_true_ones(recordings, method):
    recording = recording_of(recordings, 2)
    bank = true_templates(recording, 10, 30)
    start = unit_norm(bank + 0.06 * np.random.default_rng(0).standard_normal(bank.shape), "at the start")
    learned = learned_templates(recording, start, method, penalty=4.0, settings=TRAINING, seed=0)
    for i in range(2):
        assert sorting.likeness(learned.bank[..., i], bank[..., i]) > sorting.likeness(start[..., i], bank[..., i])
    assert np.linalg.norm(learned.bank, axis=(0, 1)) == pytest.approx(1)
    assert (min(learned.penalties) != 4.0) == (method == "em")


# --- what is refused -------------------------------------------------------------------------------------------------


def test_impossible_recordings_and_templates_are_refused_in_one_sentence(recordings):
    recording = recording_of(recordings, 2)
    silent = replace(recordings, recordings=[recordings.recordings[0] * np.float32([1, 0, 1])])
    unmarked = replace(recordings, event_samples=None, event_labels=None, event_names=[])
    long = TRAINING | {"window_ms": 2.0}
    cases = [
        (lambda: recording_of(recordings, 4), "4 channels are asked for, but made has 3"),
        (lambda: recording_of(silent, 2), "channel 2 of made is zero at least half of the time"),
        (
            lambda: run_method(unmarked, "true", 2, start=None, settings=SETTINGS, seed=0),
            "true templates need a recording with known spikes, found one without events",
        ),
        (
            lambda: unit_norm(np.stack([np.ones((3, 2)), np.zeros((3, 2))], -1), "here"),
            "template 2 of 2 here has norm 0",
        ),
        (lambda: problem_of(np.ones((30, 2, 1)), 4.0, 20), r"signals of shape \(40,\) are smaller than the filters"),
        (
            lambda: learned_templates(recording, np.ones((30, 2, 1)), "em", penalty=4.0, settings=long, seed=0),
            r"signals of shape \(40,\) are smaller than the filters",
        ),
        (
            lambda: learned_templates(
                recording, np.ones((30, 2, 1)), "em", penalty=4.0, settings=TRAINING | {"window_ms": 5000.0}, seed=0
            ),
            "windows of 50000 samples do not fit in the 10000 of the training half",
        ),
        (
            lambda: kmeans_templates(recording, 2, level=500.0, before=10, length=30, seed=0),
            "2 templates need as many crossings of 500 times the noise, found 0",
        ),
    ]
    for call, message in cases:
        with pytest.raises(LsalsaError, match=message) as caught:
            call()
        assert "\n" not in str(caught.value)

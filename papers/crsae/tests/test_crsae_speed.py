"""Coders and convex solvers on small windows against each other and the explicit matrix; streams; rows of timings."""

import numpy as np
import pytest
from convolution_worlds import make_bank, sklearn_optimum

from lsalsa import code_recording, optimal_codes
from lsalsa.arrays import Device
from lsalsa.errors import ConfigError, DivergedError
from lsalsa.study.scoring.exact_peers import AbsentPeer
from papers.crsae.speed import coders, peers, stream, timing
from papers.crsae.speed.interior_point import InteriorPoint
from papers.crsae.speed.recordings import recording, spike_shapes

N = 600
both_signs_or_one = pytest.mark.parametrize("nonnegative", [False, True])
PUT = Device("cpu").put


def small(nonnegative, n=N, rate=150.0):
    problem = timing.problem_of(3.5, n, np.float64)
    if not nonnegative:
        arrays = problem.to_arrays() | {"nonnegative": False}
        problem = type(problem).from_arrays(arrays)
    return problem, recording(n, rate, seed=3).astype(np.float64)[None]


# --- recordings ---------------------------------------------------------------------------------------------------


def test_a_recording_has_noise_of_unit_size_and_as_many_spikes_as_its_rate_says():
    silent, busy = recording(50_000, 1e-9, seed=1), recording(50_000, 40, seed=1)
    assert silent.std() == pytest.approx(1, abs=0.02) and silent.dtype == np.float32
    spikes = busy - silent  # 200 spikes of norm about 12, few of which overlap
    assert (spikes**2).sum() == pytest.approx(200 * 144, rel=0.3)
    assert not np.array_equal(busy, recording(50_000, 40, seed=1, number=1))


def test_a_stream_is_drawn_a_second_at_a_time_and_every_second_differs():
    first, second = stream.stream(2, 20, seed=5)
    assert first.shape == second.shape == (10_000,)
    assert np.array_equal(first, recording(10_000, 20, seed=5)) and not np.array_equal(first, second)


def test_shapes_of_spikes_have_norm_1_and_resemble_each_other():
    shapes = spike_shapes()
    np.testing.assert_allclose(np.linalg.norm(shapes, axis=0), 1)
    assert (shapes.T @ shapes)[np.triu_indices(3, 1)].min() > 0.4


# --- the interior-point method of ours ----------------------------------------------------------------------------


@both_signs_or_one
@pytest.mark.parametrize("tolerance", [1e-5, 1e-10])
def test_interior_point_reaches_the_optimum_of_the_active_set(nonnegative, tolerance):
    problem, signal = small(nonnegative)
    optimal = optimal_codes(problem, signal, 1e-12)
    solution = InteriorPoint(problem, tolerance)(signal)
    assert solution.reached and 3 < solution.n_iterations < 25
    assert problem.relative_gap(signal, solution.codes)[0] <= tolerance
    excess = problem.objective(signal, solution.codes)[0] / optimal.objective[0] - 1
    assert -1e-12 <= excess <= tolerance
    assert not nonnegative or (solution.codes > 0).all()


@both_signs_or_one
@pytest.mark.parametrize("name", ["recording", "recording with positions left over"])
def test_interior_point_is_the_lasso_of_another_library(name, nonnegative):
    bank = make_bank(name, n_samples=1)
    codes = InteriorPoint(bank.problem(nonnegative=nonnegative), 1e-12)(bank.signals).codes
    np.testing.assert_allclose(codes, sklearn_optimum(bank, nonnegative), atol=1e-5)


def test_the_banded_matrix_is_that_of_the_explicit_one():
    """I + H diag(ratio) H', rebuilt from its Cholesky factor."""
    bank = make_bank("recording", n_samples=1)
    solver = InteriorPoint(bank.problem(nonnegative=True), 1e-5)
    ratio = np.random.default_rng(0).uniform(0.1, 2, (1, bank.matrix.shape[1]))
    band = solver._factorised(ratio)
    factor = sum(np.diag(row[: len(row) - k], -k) for k, row in enumerate(band))
    expected = np.eye(len(bank.matrix)) + (bank.matrix * ratio) @ bank.matrix.T
    np.testing.assert_allclose(factor @ factor.T, expected, atol=1e-12)


def test_interior_point_says_that_it_gave_up_and_refuses_strides():
    problem, signal = small(True)
    assert not InteriorPoint(problem, 1e-10, max_iterations=3)(signal).reached
    with pytest.raises(ConfigError, match="stride 1, found stride"):
        InteriorPoint(make_bank("three channels").problem(), 1e-5)


# --- solvers of others --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["recording", "recording of stride 3 with samples left over"])
def test_the_sparse_matrix_is_the_explicit_one(name):
    bank = make_bank(name)
    np.testing.assert_array_equal(peers.matrix_of(bank.problem()).toarray(), bank.matrix)


@both_signs_or_one
@pytest.mark.parametrize("peer", peers.PEERS)
def test_peers_solve_the_same_problem(peer, nonnegative):
    problem, signal = small(nonnegative, 300)
    try:
        answer = peers.prepare(peer, problem, 1e-8)(signal)
    except AbsentPeer as absent:
        pytest.skip(str(absent))
    expected = optimal_codes(problem, signal, 1e-12)
    assert answer.solved and answer.n_iterations > 3
    assert problem.objective(signal, answer.codes)[0] == pytest.approx(expected.objective[0], rel=1e-7)
    np.testing.assert_allclose(answer.codes, expected.codes, atol=2e-2)


# --- rows ---------------------------------------------------------------------------------------------------------

SETTINGS = {"penalty": 3.5, "n_samples": 1000, "n_windows": 2, "n_interior": 1, "passes": 2, "depths": [5, 50]}


def timed(**changes):
    return list(timing.time_windows(150.0, **SETTINGS, tolerances=[1e-3], seed=1, put=PUT, **changes))


@pytest.fixture(scope="module")
def rows():
    return timed()


def test_every_coder_has_a_row_and_the_exact_one_is_certified(rows):
    asked = [(row["method"], row["criterion"], row["depth"]) for row in rows]
    assert asked[:4] == [
        ("exact", "gap", None), ("exact_certified", "gap", None), ("fista", None, 5), ("fista", None, 50),
    ]  # fmt: skip
    assert asked[4:6] == [("fista", "excess", None), ("fista", "gap", None)]
    assert [row["method"] for row in rows[6:]] == ["interior_point", *peers.PEERS]
    assert all(row["relative_gap"] <= 1e-12 for row in rows[:2])
    assert {row["threads"] for row in rows} == {1}


def test_rows_hold_the_gap_of_the_codes_and_the_excess_over_the_exact_ones(rows):
    for row in rows:
        if row["status"] == "ok":
            assert 0 < row["seconds_min"] <= row["seconds"] <= row["seconds_max"]
            assert -1e-7 <= row["relative_excess"] <= row["relative_gap"] + 1e-7  # codes of float32 are rounded
            assert row["n_calls"] == (1 if row["tolerance"] == 1e-3 else 4)
    (few, many) = (row for row in rows if row["depth"])
    assert many["relative_excess"] < few["relative_excess"]


def test_the_gap_in_a_row_is_that_of_the_definition(rows):
    """Of the encoder of five layers, on the explicit matrix: a dual point is the residual scaled to feasibility."""
    problem = timing.problem_of(3.5, 1000)
    double = problem.astype(np.float64)
    matrix = peers.matrix_of(double).toarray()
    worst = 0.0
    for number in (0, 1):
        window = recording(1000, 150.0, seed=1, number=number)[None]
        coder = next(one for one in coders.coders([5], [], PUT) if one.method == "fista")
        codes = coder.prepare(problem, window)(window).codes[0].astype(np.float64)
        signal = window[0].astype(np.float64)
        residual = signal - matrix @ codes
        scale = min(signal @ residual / (residual @ residual), 3.5 / (matrix.T @ residual).max())
        dual = scale * signal @ residual - 0.5 * scale**2 * residual @ residual
        primal = 0.5 * residual @ residual + 3.5 * codes.sum()
        worst = max(worst, 1 - dual / primal)
    (row,) = (row for row in rows if row["depth"] == 5)
    assert row["relative_gap"] == pytest.approx(worst, rel=1e-6)


def test_layers_to_an_accuracy_are_enough_and_not_many_more():
    problem, signal = small(True)
    optimum = optimal_codes(problem, signal, 1e-12).objective[0]
    for criterion, tolerance in (("excess", 1e-4), ("gap", 1e-2)):
        depth = coders.layers_to(problem, signal, tolerance, criterion)
        found = []
        for layers in (depth, int(depth / 1.12)):
            codes = coders.CRsAE.from_problem(problem, depth=layers).encode(signal)
            excess = problem.objective(signal, codes)[0] / optimum - 1
            found.append(excess if criterion == "excess" else problem.relative_gap(signal, codes)[0])
        assert found[0] <= tolerance < 2 * found[1]


def test_an_absent_peer_and_an_encoder_that_never_arrives_are_rows_with_a_reason(monkeypatch):
    def absent(module):
        raise AbsentPeer(f"{module} cannot be imported: gone")

    monkeypatch.setattr(peers, "load", absent)
    monkeypatch.setattr(coders, "MOST_LAYERS", 10)
    found = {(row["method"], row["criterion"], row["depth"]): row for row in timed()}
    for peer in peers.PEERS:
        row = found[peer, "gap", None]
        assert (row["status"], row["seconds"]) == ("skipped", None)
        assert row["reason"] == f"{peer} cannot be imported: gone"
    row = found["fista", "gap", None]
    assert row["status"] == "diverged" and "misses the relative gap 0.001 after" in row["reason"]
    with pytest.raises(DivergedError, match="misses the relative excess"):
        coders.layers_to(*small(True), 1e-9, "excess")


# --- streams ------------------------------------------------------------------------------------------------------


def test_a_stream_is_coded_and_certified_and_drawing_is_counted_apart(monkeypatch):
    monkeypatch.setattr(stream, "WARM_UP", 1)
    row = stream.time_stream(30.0, penalty=3.5, seconds=6, seed=2)
    assert (row["n_samples"], row["recording_seconds"], row["status"]) == (60_000, 6, "ok")
    assert row["relative_gap"] <= 1e-12
    assert row["coding_seconds"] > 0 and row["drawing_seconds"] > 0
    problem = timing.problem_of(3.5, 41)
    whole = np.concatenate(list(stream.stream(6, 30.0, seed=2)))
    (once,) = code_recording(problem, [whole], 1e-12, window=len(whole) + 1)
    assert row["n_spikes"] == len(once.values)


def test_the_clock_counts_what_drawing_takes(monkeypatch):
    now = [0.0]

    def slow():
        for _ in range(3):
            now[0] += 2.0
            yield np.zeros(1)

    monkeypatch.setattr(stream.time, "perf_counter", lambda: now[0])
    chunks = stream.Clocked(slow())
    for _ in chunks:
        now[0] += 5.0
    assert (chunks.seconds, chunks.n_chunks) == (6.0, 3)

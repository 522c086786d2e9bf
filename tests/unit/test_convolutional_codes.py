"""Exact convolutional codes: optimality conditions, another library's Lasso, and streams against whole recordings."""

from dataclasses import replace

import numpy as np
import pytest
import strict_cupy
from convolution_worlds import SHAPES, Bank, make_bank, sklearn_optimum
from worlds import objective_of, relative_gap_of

from lsalsa import SparseCodingProblem, code_recording, optimal_codes
from lsalsa.errors import ConfigError, DataError, DivergedError, ShapeError
from lsalsa.exact.clusters import solve_codes
from lsalsa.exact.convolutional import ClusterActiveSet

every_shape = pytest.mark.parametrize("name", SHAPES)
both_signs_or_one = pytest.mark.parametrize("nonnegative", [False, True])


def exact_codes(bank, nonnegative=False, start=None, tolerance=1e-12, max_iterations=1000):
    problem = bank.problem(nonnegative=nonnegative)
    codes = np.zeros((len(bank.signals), problem.n_atoms)) if start is None else start.copy()
    return ClusterActiveSet(problem, tolerance, max_iterations)(bank.signals, codes)


def assert_optimal(bank, codes, nonnegative, tolerance=1e-9):
    """|h_j' r| <= penalty everywhere (h_j' r where codes are non-negative), = penalty times sign on the support."""
    shares = (bank.signals - codes @ bank.matrix.T) @ bank.matrix / bank.penalty_of_atom
    assert np.all((shares if nonnegative else np.abs(shares)) <= 1 + tolerance)
    support = codes != 0
    assert support.any()
    np.testing.assert_allclose(shares[support], np.sign(codes[support]), atol=tolerance)
    assert not nonnegative or (codes >= 0).all()


@every_shape
@both_signs_or_one
@pytest.mark.parametrize("penalty", [0.3, 0.02])
def test_codes_satisfy_the_optimality_conditions(name, nonnegative, penalty):
    bank = make_bank(name, penalty=penalty)
    assert_optimal(bank, exact_codes(bank, nonnegative), nonnegative)


@every_shape
@both_signs_or_one
def test_codes_agree_with_another_library_s_lasso(name, nonnegative):
    bank = make_bank(name, n_samples=2)
    found, expected = exact_codes(bank, nonnegative), sklearn_optimum(bank, nonnegative)
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert np.array_equal(np.abs(found) > 1e-4, np.abs(expected) > 1e-4)


@every_shape
def test_codes_agree_with_the_exact_codes_of_the_dense_problem(name):
    bank = make_bank(name)
    dense = SparseCodingProblem(list(bank.dense.dictionaries), bank.penalties)
    expected = optimal_codes(dense, bank.signals, 1e-11).codes
    np.testing.assert_allclose(bank.by_filter(exact_codes(bank)), expected, atol=1e-8)


@both_signs_or_one
@pytest.mark.parametrize("tolerance", [1e-2, 1e-4, 1e-8])
def test_the_gap_is_within_the_tolerance_that_was_asked_for(nonnegative, tolerance):
    bank = make_bank("picture", penalty=0.05)
    codes = exact_codes(bank, nonnegative, tolerance=tolerance)
    assert bank.problem(nonnegative=nonnegative).relative_gap(bank.signals, codes).max() <= tolerance
    if not nonnegative:
        assert relative_gap_of(bank.dense, bank.by_filter(codes)).max() <= tolerance


@both_signs_or_one
def test_a_start_changes_where_it_begins_and_not_where_it_ends(nonnegative):
    bank = make_bank("recording")
    cold = exact_codes(bank, nonnegative)
    for start in (cold, np.random.default_rng(0).standard_normal(cold.shape)):
        np.testing.assert_allclose(exact_codes(bank, nonnegative, start), cold, atol=1e-9)


@both_signs_or_one
def test_filters_that_are_alike_or_opposite_are_no_obstacle(nonnegative):
    """The optimum is not unique: what is certified is its objective."""
    bank = make_bank("recording")
    twins = np.concatenate([bank.filters, bank.filters[:, :2], -bank.filters[:, :1]], axis=1)
    doubled = Bank(twins, bank.penalties + (0.3, 0.2, 0.25), bank.signal_shape, bank.stride, bank.signals)
    codes = exact_codes(doubled, nonnegative)
    assert_optimal(doubled, codes, nonnegative)
    expected = sklearn_optimum(doubled, nonnegative)
    both = [objective_of(doubled.dense, doubled.by_filter(x)) for x in (codes, expected)]
    np.testing.assert_allclose(*both, rtol=1e-9)


@both_signs_or_one
def test_silent_signals_have_no_codes_and_a_gap_of_zero(nonnegative):
    bank = make_bank("recording")
    silent = replace(bank, signals=np.zeros_like(bank.signals))
    codes = exact_codes(silent, nonnegative)
    assert not codes.any()
    assert not bank.problem(nonnegative=nonnegative).relative_gap(silent.signals, codes).any()
    (stretch,) = code_recording(bank.problem(nonnegative=nonnegative), [silent.signals[0]])
    assert (len(stretch.values), stretch.objective, stretch.relative_gap) == (0, 0.0, 0.0)


def test_filters_on_a_device_are_refused(monkeypatch):
    bank = make_bank("recording")
    with strict_cupy.installed(monkeypatch) as cupy, pytest.raises(ConfigError, match="host memory"):
        ClusterActiveSet(replace(bank, filters=cupy.asarray(bank.filters)).problem(), 1e-6, 10)


def recording(n_samples=6000, rate=0.01, penalty=0.6, seed=0, stride=1):
    """A recording of smooth templates that overlap often, and noise; one channel, or as many as the stride."""
    generator = np.random.default_rng(seed)
    t = np.arange(20)[:, None, None] - 8.0
    shift, width = np.arange(2) * 3.0, 2.0 + np.arange(2)
    gains = 1 + generator.random((stride, 2))
    filters = (gains * np.exp(-(((t - shift) / width) ** 2)) * np.cos(t / 3)).reshape(20 * stride, 2)
    filters /= np.linalg.norm(filters, axis=0)
    bank = Bank(filters, (penalty, 1.1 * penalty), (n_samples * stride,), (stride,), None)
    spikes = np.where(generator.random((1, *bank.grid, 2)) < rate, generator.uniform(4, 8, (1, *bank.grid, 2)), 0)
    problem = bank.problem()
    signals = problem.reconstruct(spikes.reshape(1, -1)) + 0.3 * generator.standard_normal((1, problem.n_features))
    return Bank(filters, bank.penalties, bank.signal_shape, bank.stride, signals)


@both_signs_or_one
def test_a_stretch_as_dense_as_can_be_is_certified(nonnegative):
    """Hundreds of codes overlap in one chain, far more than are solved together."""
    bank = recording(3000, rate=0.1, penalty=0.05)
    problem = bank.problem(nonnegative=nonnegative)
    codes = exact_codes(bank, nonnegative, tolerance=1e-8)
    active = np.flatnonzero(codes.reshape(-1, 2).any(axis=1))
    assert np.diff(active).max() < 20
    assert len(active) > 300
    assert problem.relative_gap(bank.signals, codes)[0] <= 1e-8


def test_codes_that_are_given_up_are_not_optimal_and_can_be_continued():
    bank = recording(3000, rate=0.1, penalty=0.05)
    given_up = exact_codes(bank, max_iterations=1)
    assert bank.problem().relative_gap(bank.signals, given_up)[0] > 1e-6
    done = exact_codes(bank, start=given_up, tolerance=1e-8)
    assert bank.problem().relative_gap(bank.signals, done)[0] <= 1e-8


def test_a_violation_that_no_code_can_repair_is_given_up_at_once():
    """Correlations that contradict a filter of zeros stand for what rounding leaves."""
    x, correlations = np.zeros((1, 6)), np.full((1, 6), 2.0)
    n_solves = solve_codes(np.zeros((1, 1, 3, 1)), False, x, correlations, 1e-9, 1000)
    assert n_solves == 2  # one for each block of three positions
    assert not x.any()


def laid_out(bank, stretches):
    """The codes of all stretches as one row."""
    codes = np.zeros((*bank.grid, len(bank.penalties)))
    for stretch in stretches:
        codes[stretch.positions, stretch.filters] = stretch.values
    return codes.reshape(1, -1)


@both_signs_or_one
@pytest.mark.parametrize("stride", [1, 3])
@pytest.mark.parametrize(("window", "chunk"), [(1500, 400), (1500, 10**6), (4000, 1777), (10**6, 999)])
def test_a_stream_gives_the_codes_of_the_whole_recording(nonnegative, stride, window, chunk):
    bank = recording(stride=stride)
    signal = bank.signals[0]
    chunks = (signal[first : first + chunk] for first in range(0, len(signal), chunk))
    problem = bank.problem(nonnegative=nonnegative)
    stretches = list(code_recording(problem, chunks, 1e-10, window=window))
    codes = laid_out(bank, stretches)
    np.testing.assert_allclose(codes, exact_codes(bank, nonnegative), atol=1e-8)
    assert [stretch.first for stretch in stretches[1:]] == [stretch.stop for stretch in stretches[:-1]]
    assert (stretches[0].first, stretches[-1].stop) == (0, bank.grid[0])
    assert len(stretches) > 1 or window > len(signal)
    positions = np.concatenate([stretch.positions for stretch in stretches])
    assert (np.diff(positions) >= 0).all()
    last = stretches[-1]
    np.testing.assert_allclose(last.objective, problem.objective(bank.signals, codes)[0], rtol=1e-12)
    np.testing.assert_allclose(last.relative_gap, problem.relative_gap(bank.signals, codes)[0], atol=1e-13)
    assert max(stretch.relative_gap for stretch in stretches) <= 1e-10


@both_signs_or_one
def test_a_stream_without_any_silence_is_certified_across_its_seams(nonnegative):
    bank = recording(4000, rate=0.1, penalty=0.05)
    problem = bank.problem(nonnegative=nonnegative)
    stretches = list(code_recording(problem, [bank.signals[0]], 1e-7, window=1200))
    codes = laid_out(bank, stretches)
    seams = [stretch.stop for stretch in stretches[:-1]]
    assert len(seams) >= 3
    assert all(codes.reshape(-1, 2)[seam - 20 : seam + 20].any() for seam in seams)
    assert problem.relative_gap(bank.signals, codes)[0] <= 1e-7


@both_signs_or_one
@pytest.mark.parametrize("tolerance", [0.3, 1e-3])
def test_the_certificate_of_a_stream_is_the_gap_of_its_codes_also_where_they_are_far_from_optimal(
    nonnegative, tolerance
):
    bank = recording(4000, rate=0.1, penalty=0.2)
    problem = bank.problem(nonnegative=nonnegative)
    stretches = list(code_recording(problem, [bank.signals[0]], tolerance, window=800))
    expected = problem.relative_gap(bank.signals, laid_out(bank, stretches))[0]
    assert expected > 1e-5
    np.testing.assert_allclose(stretches[-1].relative_gap, expected, rtol=1e-9)


def test_of_a_window_with_silences_all_but_some_filter_lengths_become_final():
    """A filter is 20 samples long; where codes hang together everywhere, half of the window may be coded again."""
    first = {}
    for name, options in {"sparse": {}, "dense": {"rate": 0.1, "penalty": 0.05}}.items():
        bank = recording(7000, **options)
        first[name] = next(code_recording(bank.problem(), [bank.signals[0]], 1e-3, window=6000)).stop
    assert 6000 - 2 * 64 * 20 <= first["sparse"] <= 6000 - 64 * 20
    assert 3000 - 20 <= first["dense"] <= 4500


def test_a_stretch_comes_as_soon_as_its_window_has_been_read():
    bank = recording()
    read = []

    def chunks():
        for first in range(0, 6000, 500):
            read.append(first)
            yield bank.signals[0, first : first + 500]

    next(code_recording(bank.problem(), chunks(), window=2000))
    assert len(read) == 4


def test_a_stream_that_misses_its_certificate_says_so():
    bank = recording(4000, rate=0.1, penalty=0.05)
    with pytest.raises(DivergedError, match="position.*misses the relative duality gap 1e-10.*longer window"):
        list(code_recording(bank.problem(), [bank.signals[0]], 1e-10, window=1200, max_iterations=1))


@pytest.mark.parametrize(
    ("chunks", "error", "message"),
    [
        ([np.zeros(500), np.zeros((5, 5))], ShapeError, r"chunk 2 must have shape \(n_samples,\), found \(5, 5\)"),
        ([np.zeros(500, int)], DataError, "chunk 1 must be float32 or float64, found int64"),
        ([np.full(500, np.nan)], DataError, "chunk 1 holds NaN or Inf"),
        ([np.zeros(7)], ShapeError, "at least the 20 samples of a filter, found 7"),
        ([], ShapeError, "at least the 20 samples of a filter, found 0"),
    ],
)
def test_chunks_that_cannot_be_coded_are_refused(chunks, error, message):
    with pytest.raises(error, match=message):
        list(code_recording(recording().problem(), chunks))


def test_a_stream_that_cannot_be_is_refused_before_it_is_read():
    problem = recording().problem()
    for options, message in (({"window": 100}, "window.*at least 320"), ({"tolerance": 0}, "tolerance must lie")):
        with pytest.raises(ConfigError, match=message):
            code_recording(problem, iter([]), **options)
    with pytest.raises(ConfigError, match="filters of one axis"):
        code_recording(make_bank("picture").problem(), iter([]))

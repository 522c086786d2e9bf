"""The convolutional problem against the same problem with the explicit matrix H, and the solvers on it."""

import numpy as np
import pytest
import strict_cupy
from convolution_worlds import SHAPES, make_bank, sklearn_optimum
from worlds import fista_iterates, ista_iterates, objective_of, relative_gap_of

from lsalsa import ConvolutionalProblem, SparseCodingProblem, optimal_codes, solve
from lsalsa.errors import ConfigError, DataError, DivergedError, LsalsaError, ShapeError

every_shape = pytest.mark.parametrize("name", SHAPES)


def random_codes(bank, seed=1):
    codes = np.random.default_rng(seed).standard_normal((len(bank.signals), bank.matrix.shape[1]))
    codes[np.abs(codes) < 1] = 0
    return codes


@every_shape
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_objective_and_gap_are_those_of_the_dense_problem(name, dtype):
    bank, tolerance = make_bank(name), 1e-12 if dtype == np.float64 else 1e-6
    problem, codes = bank.problem(dtype), random_codes(bank)
    given = bank.signals.astype(dtype), codes.astype(dtype)
    expected = objective_of(bank.dense, bank.by_filter(codes))
    gap = relative_gap_of(bank.dense, bank.by_filter(codes))
    for values in (problem.objective(*given), problem.duality_gap(*given), problem.relative_gap(*given)):
        assert values.dtype == np.float64
    np.testing.assert_allclose(problem.objective(*given), expected, rtol=tolerance)
    np.testing.assert_allclose(problem.relative_gap(*given), gap, rtol=tolerance * 100)
    np.testing.assert_allclose(problem.duality_gap(*given), gap * expected, rtol=tolerance * 100)


@every_shape
def test_sizes_penalties_and_products_are_those_of_the_dense_problem(name):
    bank = make_bank(name)
    problem, codes = bank.problem(), random_codes(bank)
    assert (problem.n_features, problem.n_atoms) == bank.matrix.shape
    assert problem.grid == bank.grid
    np.testing.assert_allclose(problem.penalty_of_atom, bank.penalty_of_atom)
    np.testing.assert_allclose(problem.thresholds(0.1), 0.1 * bank.penalty_of_atom)
    np.testing.assert_allclose(problem.reconstruct(codes), codes @ bank.matrix.T, atol=1e-13)
    np.testing.assert_allclose(problem.correlate(bank.signals), bank.signals @ bank.matrix, atol=1e-13)


@every_shape
@pytest.mark.parametrize("nonnegative", [False, True])
def test_lambda_max_is_where_the_first_correlation_reaches_its_penalty(name, nonnegative):
    bank = make_bank(name)
    correlations = bank.signals @ bank.matrix / bank.penalty_of_atom
    reached = (correlations if nonnegative else np.abs(correlations)).max(axis=1)
    found = bank.problem(nonnegative=nonnegative).lambda_max(bank.signals)
    np.testing.assert_allclose(found, np.outer(np.maximum(reached, 0), bank.penalties), rtol=1e-12)


@pytest.mark.parametrize("name", ["recording", "picture of two strides"])
def test_the_gap_of_non_negative_codes_bounds_the_distance_to_the_optimum_and_vanishes_there(name):
    bank = make_bank(name)
    problem, optimum = bank.problem(nonnegative=True), sklearn_optimum(bank, nonnegative=True)
    best = objective_of(bank.dense, bank.by_filter(optimum))
    assert problem.relative_gap(bank.signals, optimum).max() < 1e-9
    for seed in range(3):
        codes = np.abs(random_codes(bank, seed)) * 10.0**-seed
        distance = objective_of(bank.dense, bank.by_filter(codes)) - best
        gap = problem.duality_gap(bank.signals, codes)
        assert (gap >= distance - 1e-9).all()
        assert (gap < problem.objective(bank.signals, codes)).any()


@every_shape
@pytest.mark.parametrize(("method", "textbook"), [("ista", ista_iterates), ("fista", fista_iterates)])
def test_solvers_take_the_textbook_s_steps(name, method, textbook):
    bank = make_bank(name)
    step = 0.9 / np.linalg.norm(bank.matrix, 2) ** 2
    found = solve(bank.problem(), bank.signals, method, 30, record=(1, 7), step_size=step)
    expected = textbook(bank.dense, 30, step)
    for iteration, codes in {**found.recorded, 30: found.codes}.items():
        np.testing.assert_allclose(bank.by_filter(codes), expected[iteration - 1], atol=1e-12)


def nonnegative_iterates(bank, steps, accelerated):
    """ISTA and FISTA with max(z - t, 0) in place of soft thresholding, on the explicit matrix."""
    H, Y, t = bank.matrix, bank.signals.T, bank.penalty_of_atom[:, None]
    step = 1 / np.linalg.norm(H, 2) ** 2
    x = v = np.zeros((H.shape[1], Y.shape[1]))
    r = 1.0
    for _ in range(steps):
        last, x = x, np.maximum(v - step * (H.T @ (H @ v - Y) + t), 0)
        last_r, r = r, (1 + np.sqrt(1 + 4 * r * r)) / 2
        v = x + (last_r - 1) / r * (x - last) if accelerated else x
    return x.T


@pytest.mark.parametrize("name", ["recording", "picture"])
@pytest.mark.parametrize("method", ["ista", "fista"])
def test_solvers_keep_codes_non_negative_that_must_be(name, method):
    bank = make_bank(name)
    step = 1 / np.linalg.norm(bank.matrix, 2) ** 2
    found = solve(bank.problem(nonnegative=True), bank.signals, method, 40, step_size=step).codes
    expected = nonnegative_iterates(bank, 40, method == "fista")
    assert (found >= 0).all()
    np.testing.assert_allclose(found, expected, atol=1e-12)
    assert np.array_equal(found > 1e-9, expected > 1e-9)


def test_the_default_step_leads_to_the_optimum_in_both_precisions():
    bank = make_bank("picture")
    for dtype, gap in ((np.float64, 1e-6), (np.float32, 1e-5)):
        codes = solve(bank.problem(dtype), bank.signals.astype(dtype), "fista", 800).codes
        assert codes.dtype == dtype
        assert relative_gap_of(bank.dense, bank.by_filter(codes)).max() < gap


@pytest.mark.parametrize("method", ["auto", "active_set", "proximal"])
@pytest.mark.parametrize("nonnegative", [False, True])
def test_every_method_certifies_convolutional_codes(method, nonnegative):
    bank = make_bank("recording")
    problem = bank.problem(nonnegative=nonnegative)
    optimal = optimal_codes(problem, bank.signals, method=method, tolerance=1e-10)
    assert problem.relative_gap(bank.signals, optimal.codes).max() <= 1e-10
    np.testing.assert_allclose(optimal.codes, sklearn_optimum(bank, nonnegative), atol=1e-3)


@pytest.mark.parametrize("name", ["recording with positions left over", "picture of two strides"])
@pytest.mark.parametrize("nonnegative", [False, True])
def test_problem_and_solver_on_a_device_do_as_on_the_host(name, nonnegative, monkeypatch):
    bank = make_bank(name)

    def run(put):
        filters, signals, codes = put(bank.filters), put(bank.signals), put(np.abs(random_codes(bank)))
        problem = ConvolutionalProblem(filters, bank.penalties, bank.signal_shape, bank.stride, nonnegative)
        values = problem.objective(signals, codes), problem.relative_gap(signals, codes), problem.lambda_max(signals)
        return *values, problem.reconstruct(codes), solve(problem, signals, "fista", 9).codes

    expected = run(np.asarray)
    with strict_cupy.installed(monkeypatch) as cupy:
        for found, wanted in zip(run(cupy.asarray), expected, strict=True):
            np.testing.assert_allclose(found.get(), wanted, atol=1e-12)


def test_a_problem_comes_back_from_its_arrays():
    bank = make_bank("picture of two strides")
    problem = bank.problem(np.float32, nonnegative=True)
    again = ConvolutionalProblem.from_arrays(problem.to_arrays())
    assert np.array_equal(again.filters, problem.filters)
    for name in ("penalties", "signal_shape", "stride", "nonnegative", "dtype"):
        assert getattr(again, name) == getattr(problem, name)


def test_other_penalties_shapes_and_types_keep_the_filters():
    bank = make_bank("recording")
    problem = bank.problem(nonnegative=True)
    lipschitz, taps = problem.lipschitz, problem.taps
    weak = problem.with_penalties(0.01)
    longer = problem.with_signal_shape(500)
    assert weak.penalties == (0.01,) * 3
    assert longer.n_features == 500
    assert longer.reconstruct(np.ones((1, longer.n_atoms))).shape == (1, 500)
    for other in (weak, longer):
        assert other.nonnegative
        assert other.lipschitz == lipschitz
        assert other.taps is taps
    assert problem.astype(np.float64) is problem
    assert problem.astype(np.float32).filters.dtype == np.float32


def test_filters_that_were_changed_in_place_are_seen_after_a_refresh():
    bank = make_bank("recording")
    problem = bank.problem()
    codes = random_codes(bank)
    before = problem.reconstruct(codes), problem.objective(bank.signals, codes), problem.lipschitz, problem.taps
    problem.filters *= 2
    assert problem.refresh(ceiling=100.0) == pytest.approx(4 * before[2])
    np.testing.assert_allclose(problem.reconstruct(codes), 2 * before[0])
    np.testing.assert_allclose(problem.taps, 4 * before[3])
    assert (problem.objective(bank.signals, codes) != before[1]).all()
    problem.filters *= 100
    with pytest.raises(DivergedError, match="run away"):
        problem.refresh(ceiling=100.0)


def test_a_dense_problem_of_the_same_matrix_has_the_same_lambda_max_and_optimum():
    bank = make_bank("picture of two strides")
    dense = SparseCodingProblem(list(bank.dense.dictionaries), bank.penalties)
    np.testing.assert_allclose(bank.problem().lambda_max(bank.signals), dense.lambda_max(bank.signals))
    assert dense.lipschitz <= bank.problem().lipschitz


FILTERS = np.ones((5, 2))


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: ConvolutionalProblem(np.ones(5), 1.0, 20), ShapeError, "filters must have shape.*found.*5"),
        (lambda: ConvolutionalProblem([[1.0]], 1.0, 20), ShapeError, "filters must have shape.*list"),
        (lambda: ConvolutionalProblem(np.ones((5, 0)), (), 20), ShapeError, "filters must have shape"),
        (lambda: ConvolutionalProblem(np.ones((5, 2), int), 1.0, 20), DataError, "float32 or float64, found int64"),
        (lambda: ConvolutionalProblem(FILTERS * np.nan, 1.0, 20), DataError, "filters holds NaN or Inf"),
        (lambda: ConvolutionalProblem(FILTERS * (1, 0), 1.0, 20), DataError, "filter 2 of 2 has norm 0"),
        (lambda: ConvolutionalProblem(FILTERS, 1.0, 4), ShapeError, r"\(4,\) are smaller than the filters, \(5,\)"),
        (lambda: ConvolutionalProblem(FILTERS, 1.0, (4, 4)), ShapeError, "signal_shape must have 1 numbers"),
        (lambda: ConvolutionalProblem(np.ones((3, 3, 2)), 1.0, 9), ShapeError, "signal_shape must have 2 numbers"),
        (lambda: ConvolutionalProblem(FILTERS, 1.0, 20, (1, 1)), ShapeError, "stride must have 1 numbers"),
        (lambda: ConvolutionalProblem(FILTERS, 1.0, 20, 0), ConfigError, "stride must be a whole number"),
        (lambda: ConvolutionalProblem(FILTERS, 1.0, 20.5), ConfigError, "signal_shape must be a whole number"),
        (lambda: ConvolutionalProblem(FILTERS, (1.0,) * 3, 20), ShapeError, "each of 2 filters, found 3"),
        (lambda: ConvolutionalProblem(FILTERS, (1.0, 0.0), 20), DataError, "penalty 2 must be positive and finite"),
        (lambda: ConvolutionalProblem(FILTERS, np.inf, 20), DataError, "penalty 1 must be positive and finite"),
    ],
)
def test_a_problem_that_cannot_be_is_refused_in_one_sentence(make, error, message):
    with pytest.raises(error, match=message) as caught:
        make()
    assert isinstance(caught.value, LsalsaError)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda p, y, x: p.objective(y[:, 1:], x), ShapeError, r"signals must have shape.*70.*found \(3, 69\)"),
        (lambda p, y, x: p.objective(y, x[:2]), ShapeError, r"codes must have shape \(3, 198\), found \(2, 198\)"),
        (lambda p, y, x: p.duality_gap(y * np.nan, x), DataError, "signals holds NaN or Inf in 3 of 3 rows"),
        (lambda p, y, x: p.reconstruct(x[:, 1:]), ShapeError, "codes must have shape"),
        (lambda p, y, x: p.relative_gap(y, x - 1), DataError, "non-negative problem.*found one in row 0"),
    ],
)
def test_arrays_that_do_not_fit_are_refused_by_name(call, error, message):
    bank = make_bank("recording")
    with pytest.raises(error, match=message):
        call(bank.problem(nonnegative=True), bank.signals, np.abs(random_codes(bank)))


def test_a_solver_that_needs_dictionaries_says_so():
    bank = make_bank("recording")
    with pytest.raises(ConfigError, match="salsa needs a SparseCodingProblem, found ConvolutionalProblem"):
        solve(bank.problem(), bank.signals, "salsa", 3)

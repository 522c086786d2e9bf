"""Certified codes: optimality conditions, another library's Lasso, and the certificate recomputed."""

import warnings

import numpy as np
import pytest
from worlds import World, fista_iterates, make_world, objective_of, relative_gap_of, unit_columns

from lsalsa import SparseCodingProblem, optimal_codes, solve
from lsalsa.arrays import set_threads, threads
from lsalsa.errors import DataError, DivergedError, LsalsaError, ShapeError
from lsalsa.exact.orthogonal import OrthogonalActiveSet

every_number_of_dictionaries = pytest.mark.parametrize("n_blocks", [1, 2, 3])


def sklearn_codes(world):
    """Lasso with per-block penalties: columns scaled so that one penalty serves all; its loss is divided by n."""
    from sklearn.linear_model import Lasso

    scale = world.penalties[0] / world.penalty_of_atom
    columns = world.dictionary.astype(float) * scale
    lasso = Lasso(alpha=world.penalties[0] / len(columns), fit_intercept=False, tol=1e-14, max_iter=10**6)
    return np.array([lasso.fit(columns, signal).coef_ * scale for signal in world.signals.astype(float)])


every_method = pytest.mark.parametrize("method", ["active_set", "proximal"])


@every_number_of_dictionaries
@every_method
def test_optimal_codes_satisfy_the_optimality_conditions(n_blocks, method):
    """|A_j' r| <= penalty everywhere, and = penalty with the code's sign where the code is not zero."""
    world = make_world(n_blocks, n_samples=60)
    codes = optimal_codes(world.problem, world.signals, tolerance=1e-11, method=method).codes
    correlations = (world.signals - codes @ world.dictionary.T) @ world.dictionary
    penalties = np.broadcast_to(world.penalty_of_atom, codes.shape)
    assert np.all(np.abs(correlations) <= penalties + 1e-5)
    support = codes != 0
    assert support.any()
    np.testing.assert_allclose(correlations[support], (penalties * np.sign(codes))[support], atol=1e-5)


@every_number_of_dictionaries
@every_method
def test_optimal_codes_agree_with_another_library_s_lasso(n_blocks, method):
    world = make_world(n_blocks, n_samples=20)
    found = optimal_codes(world.problem, world.signals, tolerance=1e-11, method=method).codes
    expected = sklearn_codes(world)
    np.testing.assert_allclose(found, expected, atol=1e-5)
    assert np.array_equal(np.abs(found) > 1e-4, np.abs(expected) > 1e-4)


@every_number_of_dictionaries
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@every_method
def test_the_certificate_holds_when_it_is_computed_anew(n_blocks, dtype, method):
    world = make_world(n_blocks, n_samples=60, dtype=dtype)
    optimal = optimal_codes(world.problem, world.signals, tolerance=1e-6, method=method, dual_points=True)
    assert optimal.codes.dtype == dtype
    assert optimal.relative_gap.dtype == np.float64
    assert optimal.relative_gap.shape == (60,)
    assert optimal.relative_gap.max() <= 1e-6
    assert gap_at_dual_points(world, optimal).max() <= 1e-6
    np.testing.assert_allclose(optimal.objective, objective_of(world, optimal.codes), rtol=1e-10)


def gap_at_dual_points(world, optimal):
    """Objective minus dual objective at the points that come with the codes, over the objective, entry by entry."""
    dictionary, dual = world.dictionary.astype(float), []
    for signal, point in zip(world.signals.astype(float), optimal.dual_points, strict=True):
        assert np.all(np.abs(dictionary.T @ point) <= world.penalty_of_atom * (1 + 1e-12))
        dual.append(signal @ point - 0.5 * point @ point)
    objective = objective_of(world, optimal.codes)
    return (objective - dual) / objective


@every_method
def test_the_certificate_is_that_of_the_codes_that_are_returned(method):
    """Signals in float32: at their own residual some miss the tolerance, at the dual points none does."""
    generator = np.random.default_rng(0)
    dictionary = unit_columns(generator, 64, 96)
    codes = np.where(generator.random((200, 96)) < 0.1, generator.standard_normal((200, 96)), 0)
    world = World(
        (dictionary.astype(np.float32),), (0.01,), (codes @ dictionary.T * generator.random((200, 1))).astype("f4")
    )
    optimal = optimal_codes(world.problem, world.signals, 1e-7, method=method, dual_points=True)
    found = gap_at_dual_points(world, optimal)
    assert found.max() <= 1e-7
    np.testing.assert_allclose(optimal.relative_gap, found, atol=1e-13)
    again = world.problem.relative_gap(world.signals, optimal.codes, optimal.dual_points)
    np.testing.assert_allclose(optimal.relative_gap, again, atol=1e-13)
    assert relative_gap_of(world, optimal.codes).max() > 1e-7


@pytest.mark.parametrize(("scale", "size", "penalty"), [(1e-25, 1e16, 1e-10), (1e25, 1e-22, 1e2)])
def test_codes_that_float32_cannot_hold_are_refused(scale, size, penalty):
    world = make_world(1)
    given = [(world.dictionaries[0] * scale).astype("f4")], [penalty]
    with pytest.raises(DivergedError, match="float32 cannot hold them"):
        optimal_codes(SparseCodingProblem(*given), (world.signals * size).astype("f4"))


@pytest.mark.parametrize("scale", [1e-170, 1e160])
def test_signals_whose_objective_is_no_float64_are_refused(scale):
    world = make_world(1)
    problem, signals = world.problem.with_penalties([0.1 * scale]), world.signals.copy()
    signals[3:] *= scale
    codes = np.zeros((len(signals), problem.n_atoms))
    for call in (problem.objective, problem.duality_gap, problem.relative_gap, problem.dual_points):
        with pytest.raises(DataError, match="in row 3"):
            call(signals, codes)
    with pytest.raises(DataError, match="in row 3"):
        optimal_codes(problem, signals)


def test_any_dual_point_gives_a_true_bound():
    world = make_world(2)
    generator = np.random.default_rng(5)
    codes = generator.standard_normal((len(world.signals), world.problem.n_atoms)) * 0.1
    optimum = optimal_codes(world.problem, world.signals, 1e-12)
    suboptimality = world.problem.objective(world.signals, codes) - optimum.objective
    for points in (world.signals, generator.standard_normal(world.signals.shape), -world.signals, 0 * world.signals):
        gap = world.problem.duality_gap(world.signals, codes, points)
        assert np.all(gap >= suboptimality - 1e-12)
    with pytest.raises(ShapeError, match="dual_points"):
        world.problem.duality_gap(world.signals, codes, world.signals[:3])


def test_a_problem_of_many_correlated_atoms_is_certified_too():
    """Four times as many atoms as features, a small penalty: a fixed number of FISTA steps would not do."""
    world = make_world(1, n_features=12, n_atoms=48, n_samples=40, seed=3)
    world = World(world.dictionaries, (0.01,), world.signals)
    short = fista_iterates(world, 200)[-1]
    assert relative_gap_of(world, short).max() > 1e-6
    optimal = optimal_codes(world.problem, world.signals)
    assert relative_gap_of(world, optimal.codes).max() <= 1e-6


def test_a_start_changes_where_it_begins_and_not_where_it_ends():
    world = make_world(2, n_samples=30)
    cold = optimal_codes(world.problem, world.signals, tolerance=1e-12).codes
    generator = np.random.default_rng(0)
    for start in (
        solve(world.problem, world.signals, "fista", 30).codes,
        cold.copy(),
        generator.standard_normal(cold.shape),
    ):
        kept = start.copy()
        warm = optimal_codes(world.problem, world.signals, tolerance=1e-12, start=start).codes
        np.testing.assert_allclose(warm, cold, atol=1e-6)
        assert np.array_equal(start, kept)


def test_zero_signals_have_zero_codes_and_a_gap_of_zero():
    world = make_world(2)
    signals = world.signals.copy()
    signals[[0, 5]] = 0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        optimal = optimal_codes(world.problem, signals)
    assert not optimal.codes[[0, 5]].any()
    assert np.array_equal(optimal.relative_gap[[0, 5]], [0, 0])
    assert optimal.codes[1].any()


def test_penalties_above_lambda_max_give_zeros_and_say_so():
    world = make_world(2)
    largest = world.problem.lambda_max(world.signals).max(axis=0)
    problem = world.problem.with_penalties(list(1.001 * largest))
    with pytest.warns(UserWarning, match="(?i)penalt|lambda"):
        optimal = optimal_codes(problem, world.signals)
    assert not optimal.codes.any()
    assert np.array_equal(optimal.relative_gap, np.zeros(len(world.signals)))
    np.testing.assert_allclose(optimal.objective, 0.5 * (world.signals**2).sum(axis=1), rtol=1e-12)


def test_a_certificate_that_is_not_reached_names_the_worst_sample():
    world = make_world(1, n_features=12, n_atoms=48, n_samples=5, seed=3)
    world = World(world.dictionaries, (0.001,), world.signals * np.array([[0], [0], [0], [1], [0]]))
    with pytest.raises(LsalsaError, match=r"\b3\b"):
        optimal_codes(world.problem, world.signals, tolerance=1e-15, max_iterations=1)


@pytest.mark.parametrize("n_samples", [0, 1])
def test_no_sample_and_one_sample_are_no_special_case(n_samples):
    world = make_world(2)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        optimal = optimal_codes(world.problem, world.signals[:n_samples])
    assert optimal.codes.shape == (n_samples, world.dictionary.shape[1])
    assert optimal.relative_gap.shape == (n_samples,)


def test_neither_order_nor_threads_nor_company_change_a_sample_s_codes():
    world = make_world(2, n_samples=40)
    order = np.random.default_rng(1).permutation(40)
    before = threads()
    try:
        set_threads(1)
        plain = optimal_codes(world.problem, world.signals).codes
        shuffled = optimal_codes(world.problem, world.signals[order]).codes
        part = optimal_codes(world.problem, world.signals[:7]).codes
        set_threads(2)
        threaded = optimal_codes(world.problem, world.signals).codes
    finally:
        set_threads(before)
    assert threaded.tobytes() == plain.tobytes()
    np.testing.assert_allclose(shuffled, plain[order], atol=1e-9)
    np.testing.assert_allclose(part, plain[:7], atol=1e-9)


@every_method
@pytest.mark.parametrize("tile_rows", [1, 7, 10**6])
def test_the_tile_size_changes_rounding_only(method, tile_rows):
    world = make_world(2, n_samples=40)
    plain = optimal_codes(world.problem, world.signals, tolerance=1e-12, method=method).codes
    tiled = optimal_codes(world.problem, world.signals, tolerance=1e-12, method=method, tile_rows=tile_rows).codes
    np.testing.assert_allclose(tiled, plain, atol=1e-9)


@pytest.mark.parametrize(("name", "value"), [("tile_rows", 0), ("max_iterations", 0), ("max_iterations", 2.5)])
def test_a_count_out_of_its_range_is_refused_by_name_and_value(name, value):
    world = make_world(1)
    with pytest.raises(LsalsaError, match=name) as raised:
        optimal_codes(world.problem, world.signals, **{name: value})
    assert str(value) in str(raised.value)


def test_inputs_are_left_as_they_were():
    world = make_world(2)
    signals = world.signals.copy()
    optimal_codes(world.problem, signals)
    assert np.array_equal(signals, world.signals)


def test_twice_the_same_atom_does_not_stop_the_certificate():
    """Two equal columns: the codes are not unique, the objective is."""
    world = make_world(1)
    doubled = World((np.hstack([world.dictionary, world.dictionary[:, :2]]),), (0.1,), world.signals)
    optimal = optimal_codes(doubled.problem, doubled.signals)
    assert relative_gap_of(doubled, optimal.codes).max() <= 1e-6
    plain = optimal_codes(world.problem, world.signals)
    np.testing.assert_allclose(optimal.objective, plain.objective, rtol=1e-5)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_signals_that_are_not_finite_are_refused(bad):
    world = make_world(1)
    signals = world.signals.copy()
    signals[4, 2] = bad
    with pytest.raises(DataError, match="signals"):
        optimal_codes(world.problem, signals)


def test_a_start_of_another_shape_is_refused_by_name():
    world = make_world(1)
    with pytest.raises(ShapeError, match="start"):
        optimal_codes(world.problem, world.signals, start=np.zeros((3, 3)))


def test_an_unknown_method_is_refused_with_the_known_ones():
    world = make_world(1)
    with pytest.raises(LsalsaError, match="descend") as raised:
        optimal_codes(world.problem, world.signals, method="descend")
    assert "active_set" in str(raised.value)
    assert "proximal" in str(raised.value)


@pytest.mark.parametrize("tolerance", [0.0, -1e-6, np.nan])
def test_a_tolerance_that_cannot_be_met_is_refused_by_name(tolerance):
    world = make_world(1)
    with pytest.raises(LsalsaError, match="tolerance"):
        optimal_codes(world.problem, world.signals, tolerance=tolerance)


# atoms that depend on each other


def crowded(kind, n_atoms=40, n_features=6, n_samples=200):
    """More atoms than features, so that active atoms come to depend on each other; a weak penalty makes them many."""
    rng = np.random.default_rng(5)
    atoms = rng.standard_normal((n_features, n_atoms))
    if kind == "twins":
        atoms[:, n_atoms // 2 :] = -atoms[:, : n_atoms // 2]
    if kind == "small whole numbers":
        atoms = rng.integers(-1, 2, (n_features, n_atoms)).astype(float)
        atoms[0, ~atoms.any(axis=0)] = 1
    return SparseCodingProblem([atoms], [1e-3]), rng.standard_normal((n_samples, n_features))


@pytest.mark.parametrize("started", [False, True])
@pytest.mark.parametrize("kind", ["many", "twins", "small whole numbers"])
def test_atoms_that_depend_on_each_other_are_exchanged_until_the_certificate_holds(kind, started):
    problem, signals = crowded(kind)
    start = np.random.default_rng(0).standard_normal((len(signals), problem.n_atoms)) if started else None
    optimal = optimal_codes(problem, signals, tolerance=1e-9, start=start)
    assert optimal.relative_gap.max() <= 1e-9
    assert (optimal.codes != 0).sum(axis=1).max() <= problem.n_features
    residual = signals - optimal.codes @ problem.dictionary.T
    feasible = residual * np.minimum(1, 1e-3 / np.abs(residual @ problem.dictionary).max(axis=1))[:, None]
    dual = (signals * feasible).sum(axis=1) - 0.5 * (feasible**2).sum(axis=1)
    primal = 0.5 * (residual**2).sum(axis=1) + 1e-3 * np.abs(optimal.codes).sum(axis=1)
    assert ((primal - dual) / primal).max() <= 1e-6


def nearly_equal_atoms(decimals):
    generator = np.random.default_rng(1)
    atoms = unit_columns(generator, 10, 20)
    return World((atoms, atoms.round(decimals)), (0.1, 0.1), generator.standard_normal((50, 10)))


def badly_scaled_features(decades):
    generator = np.random.default_rng(0)
    atoms = unit_columns(generator, 10, 30) * np.logspace(-decades, decades, 10)[:, None]
    return World((atoms,), (0.1,), np.random.default_rng(1).standard_normal((12, 10)))


ILL_POSED = [nearly_equal_atoms(d) for d in (2, 4, 5, 6, 8)] + [badly_scaled_features(d) for d in (3, 4, 5)]


@pytest.mark.parametrize("world", ILL_POSED)
@pytest.mark.parametrize("tolerance", [1e-6, 1e-10])
def test_nearly_equal_atoms_and_features_in_different_units_are_no_obstacle(world, tolerance):
    """The Gram matrix loses these atoms; scikit-learn's `lars_path` solves such problems to 1e-14 and 5e-8."""
    try:
        optimal = optimal_codes(world.problem, world.signals, tolerance)
    except DivergedError:
        assert tolerance < 1e-8 and len(world.dictionaries) == 1
        return
    largest = np.abs(world.dictionary).max()
    rounding = 1e-16 * largest**2  # of the gap itself, summed in another order: products of entries that cancel
    assert relative_gap_of(world, optimal.codes).max() <= tolerance + 10 * rounding


@pytest.mark.parametrize("seed", range(10))
def test_one_pair_of_nearly_equal_atoms_is_told_apart(seed):
    generator = np.random.default_rng(seed)
    atoms = unit_columns(generator, 10, 20)
    atoms[:, 19] = atoms[:, 0] + 3e-6 * generator.standard_normal(10)
    world = World((atoms,), (0.1,), generator.standard_normal((100, 10)))
    assert relative_gap_of(world, optimal_codes(world.problem, world.signals).codes).max() <= 1e-6


@every_number_of_dictionaries
def test_the_orthogonal_method_alone_finds_the_same_codes(n_blocks):
    world = make_world(n_blocks, n_samples=20)
    found = OrthogonalActiveSet(world.dictionary, world.penalty_of_atom, 1000)(world.signals)
    np.testing.assert_allclose(found, sklearn_codes(world), atol=1e-6)
    assert relative_gap_of(world, found).max() <= 1e-13

"""The problem's numbers against sums over single entries, and what it refuses."""

import numpy as np
import pytest
from worlds import PENALTIES, World, fista_iterates, ista_iterates, make_world, objective_of, relative_gap_of

from lsalsa import SparseCodingProblem
from lsalsa.errors import DataError, LsalsaError, ShapeError

worlds = pytest.mark.parametrize("n_blocks", [1, 2, 3])


def any_codes(world, seed=5):
    generator = np.random.default_rng(seed)
    codes = generator.standard_normal((len(world.signals), world.dictionary.shape[1]))
    return codes * (generator.random(codes.shape) < 0.4)


@worlds
def test_the_objective_is_half_the_squared_residual_plus_each_block_s_penalty(n_blocks):
    world = make_world(n_blocks)
    codes = any_codes(world)
    found = world.problem.objective(world.signals, codes)
    assert found.shape == (len(world.signals),)
    np.testing.assert_allclose(found, objective_of(world, codes), rtol=1e-13)


@worlds
def test_the_gap_is_never_below_the_distance_to_the_optimum(n_blocks):
    world = make_world(n_blocks)
    optimum = objective_of(world, fista_iterates(world, 4000)[-1])
    paths = ista_iterates(world, 60)
    for codes in (np.zeros_like(paths[0]), any_codes(world), *paths[::6]):
        gap = world.problem.duality_gap(world.signals, codes)
        assert np.all(gap >= objective_of(world, codes) - optimum - 1e-9)


@worlds
def test_the_gap_vanishes_at_the_optimum(n_blocks):
    world = make_world(n_blocks)
    optimal = fista_iterates(world, 20000)[-1]
    gap = world.problem.duality_gap(world.signals, optimal)
    assert np.all(gap >= -1e-12)
    assert gap.max() < 1e-7


@worlds
def test_the_relative_gap_is_the_gap_over_the_objective(n_blocks):
    world = make_world(n_blocks)
    codes = ista_iterates(world, 20)[-1]
    relative = world.problem.relative_gap(world.signals, codes)
    ratio = world.problem.duality_gap(world.signals, codes) / objective_of(world, codes)
    np.testing.assert_allclose(relative, ratio, rtol=1e-12)
    assert np.all(relative >= relative_gap_of(world, codes) - 1e-12)


def test_the_relative_gap_of_a_zero_signal_is_zero_and_not_nan():
    world = make_world(2)
    nothing = np.zeros((3, 8))
    codes = np.zeros((3, world.dictionary.shape[1]))
    assert np.array_equal(world.problem.relative_gap(nothing, codes), np.zeros(3))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_numbers_about_the_data_are_double_precision_whatever_the_data(dtype):
    world = make_world(2, dtype=dtype)
    problem, codes = world.problem, any_codes(world).astype(dtype)
    assert problem.dtype == dtype
    assert problem.dictionary.dtype == dtype
    for numbers in (
        problem.objective(world.signals, codes),
        problem.duality_gap(world.signals, codes),
        problem.relative_gap(world.signals, codes),
        problem.lambda_max(world.signals),
    ):
        assert numbers.dtype == np.float64
    assert problem.reconstruct(codes).dtype == dtype
    np.testing.assert_allclose(problem.lipschitz, world.lipschitz, rtol=1e-12)
    np.testing.assert_allclose(problem.objective(world.signals, codes), objective_of(world, codes), rtol=1e-12)


@worlds
def test_a_gradient_step_and_thresholds_are_those_of_the_textbook(n_blocks):
    world, rng = make_world(n_blocks), np.random.default_rng(0)
    codes = rng.standard_normal((len(world.signals), world.dictionary.shape[1]))
    step = world.problem.gradient_step(0.3)
    found = step.of_signals(world.signals, np.empty_like(codes)) + step.of_codes(codes, np.empty_like(codes))
    descent = codes.T - 0.3 * world.dictionary.T @ (world.dictionary @ codes.T - world.signals.T)
    np.testing.assert_allclose(found, descent.T, atol=1e-13)
    np.testing.assert_allclose(world.problem.thresholds(0.3), 0.3 * world.penalty_of_atom, rtol=1e-15)


@worlds
def test_blocks_penalties_and_gram_follow_the_order_of_the_dictionaries(n_blocks):
    world = make_world(n_blocks)
    problem = world.problem
    assert (problem.n_features, problem.n_atoms) == world.dictionary.shape
    assert problem.penalties == PENALTIES[:n_blocks]
    assert np.array_equal(problem.dictionary, world.dictionary)
    assert np.array_equal(problem.penalty_of_atom, world.penalty_of_atom)
    np.testing.assert_allclose(problem.gram, world.dictionary.T @ world.dictionary, atol=1e-14)
    assert isinstance(problem.blocks, tuple)
    for block, part in zip(problem.blocks, world.dictionaries, strict=True):
        assert np.array_equal(problem.dictionary[:, block], part)


@worlds
def test_split_codes_rebuild_the_signal_component_by_component(n_blocks):
    world = make_world(n_blocks)
    codes = any_codes(world)
    parts = world.problem.split(codes)
    assert np.array_equal(np.concatenate(parts, axis=1), codes)
    components = world.problem.reconstruct_components(codes)
    for component, part, dictionary in zip(components, parts, world.dictionaries, strict=True):
        np.testing.assert_allclose(component, part @ dictionary.T, atol=1e-13)
    np.testing.assert_allclose(world.problem.reconstruct(codes), sum(components), atol=1e-13)


@worlds
def test_codes_vanish_at_lambda_max_and_not_just_below(n_blocks):
    world = make_world(n_blocks)
    maxima = world.problem.lambda_max(world.signals)
    assert maxima.shape == (len(world.signals), n_blocks)
    for sample in range(3):
        for scale, vanishes in ((1 + 1e-9, True), (0.99, False)):
            single = World(world.dictionaries, tuple(scale * maxima[sample]), world.signals[[sample]])
            assert (not fista_iterates(single, 500)[-1].any()) == vanishes


@worlds
def test_lambda_max_keeps_the_ratio_of_the_penalties(n_blocks):
    world = make_world(n_blocks)
    maxima = world.problem.lambda_max(world.signals)
    ratios = maxima / np.asarray(world.penalties)
    np.testing.assert_allclose(ratios, np.broadcast_to(ratios[:, :1], ratios.shape), rtol=1e-12)


def test_other_penalties_leave_the_first_problem_as_it_was():
    world = make_world(2)
    problem = world.problem
    other = problem.with_penalties([0.3, 0.4])
    assert other.penalties == (0.3, 0.4)
    assert set(other.penalty_of_atom) == {0.3, 0.4}
    assert problem.penalties == PENALTIES[:2]
    assert np.array_equal(other.dictionary, problem.dictionary)


def test_a_problem_in_another_precision_keeps_its_values():
    problem = make_world(2).problem
    single = problem.astype(np.float32)
    assert single.dtype == np.float32
    assert all(part.dtype == np.float32 for part in single.dictionaries)
    np.testing.assert_allclose(single.dictionary, problem.dictionary, atol=1e-7)
    assert single.penalties == problem.penalties


@worlds
def test_a_problem_survives_being_turned_into_arrays(n_blocks):
    problem = make_world(n_blocks, dtype=np.float32).problem
    arrays = problem.to_arrays()
    assert all(isinstance(array, np.ndarray) and array.dtype != object for array in arrays.values())
    again = SparseCodingProblem.from_arrays(arrays)
    assert again.penalties == problem.penalties
    assert again.dtype == problem.dtype
    for first, second in zip(problem.dictionaries, again.dictionaries, strict=True):
        assert np.array_equal(first, second)


def test_inputs_are_left_as_they_were():
    world = make_world(2)
    codes = any_codes(world)
    copies = [array.copy() for array in (*world.dictionaries, world.signals, codes)]
    problem = world.problem
    problem.objective(world.signals, codes)
    problem.duality_gap(world.signals, codes)
    problem.lambda_max(world.signals)
    problem.reconstruct_components(codes)
    for array, copy in zip((*world.dictionaries, world.signals, codes), copies, strict=True):
        assert np.array_equal(array, copy)


A = make_world(1).dictionaries[0]


def test_dictionaries_of_different_heights_are_refused_with_both_heights():
    with pytest.raises(ShapeError) as raised:
        SparseCodingProblem(dictionaries=[A, A[:5]], penalties=[0.1, 0.1])
    assert "8" in str(raised.value)
    assert "5" in str(raised.value)


@pytest.mark.parametrize("penalties", [[], [0.1], [0.1, 0.1, 0.1]])
def test_as_many_penalties_as_dictionaries_are_needed(penalties):
    with pytest.raises(LsalsaError, match="penalt") as raised:
        SparseCodingProblem(dictionaries=[A, A], penalties=penalties)
    assert "2" in str(raised.value)
    assert str(len(penalties)) in str(raised.value)


def test_a_problem_without_dictionaries_is_refused():
    with pytest.raises(LsalsaError, match="dictionar"):
        SparseCodingProblem(dictionaries=[], penalties=[])


@pytest.mark.parametrize("penalty", [0.0, -0.5, np.nan, np.inf])
def test_a_penalty_that_is_not_a_positive_number_is_refused_with_its_value(penalty):
    with pytest.raises(LsalsaError, match="penalt") as raised:
        SparseCodingProblem(dictionaries=[A, A], penalties=[0.1, penalty])
    assert str(penalty) in str(raised.value)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_dictionary_that_is_not_finite_is_refused(bad):
    spoiled = A.copy()
    spoiled[1, 2] = bad
    with pytest.raises(DataError, match="dictionar"):
        SparseCodingProblem(dictionaries=[A, spoiled], penalties=[0.1, 0.1])


def test_a_dictionary_that_is_no_matrix_is_refused():
    with pytest.raises(ShapeError, match="dictionar"):
        SparseCodingProblem(dictionaries=[A[0]], penalties=[0.1])


@pytest.mark.parametrize("dictionary", [[[1.0, 0.0]], np.float64(1.0), None])
def test_a_dictionary_that_is_no_array_is_refused(dictionary):
    with pytest.raises(LsalsaError, match="dictionar"):
        SparseCodingProblem(dictionaries=[dictionary], penalties=[0.1])


@pytest.mark.parametrize("measure", ["objective", "duality_gap", "relative_gap"])
def test_mismatched_signals_and_codes_are_refused_by_name(measure):
    world = make_world(1)
    codes = any_codes(world)
    for signals, wrong_codes, name in (
        (world.signals[:, :5], codes, "signals"),
        (world.signals, codes[:, :5], "codes"),
        (world.signals, codes[:5], "codes"),
        (world.signals[0], codes, "signals"),
    ):
        with pytest.raises(ShapeError, match=name):
            getattr(world.problem, measure)(signals, wrong_codes)


def test_no_samples_give_no_numbers():
    world = make_world(2)
    signals, codes = np.zeros((0, 8)), np.zeros((0, world.dictionary.shape[1]))
    assert world.problem.objective(signals, codes).shape == (0,)
    assert world.problem.duality_gap(signals, codes).shape == (0,)
    assert world.problem.lambda_max(signals).shape == (0, 2)
    assert world.problem.reconstruct(codes).shape == (0, 8)

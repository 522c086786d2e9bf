"""ISTA, FISTA and SALSA against their textbook recursions, and what is recorded when a run goes wrong."""

import warnings

import numpy as np
import pytest
from worlds import World, fista_iterates, ista_iterates, make_world, objective_of, salsa_iterates

import lsalsa
from lsalsa import solve
from lsalsa.arrays import set_threads, threads
from lsalsa.errors import ConfigError, DataError, LsalsaError, ShapeError

every_number_of_dictionaries = pytest.mark.parametrize("n_blocks", [1, 2, 3])
METHODS = ("ista", "fista", "salsa")
KEPT = (1, 2, 3, 7, 20)


def assert_same_iterates(solution, iterates, tolerance=1e-11):
    assert sorted(solution.recorded) == list(KEPT)
    for iteration, codes in solution.recorded.items():
        np.testing.assert_allclose(codes, iterates[iteration - 1], atol=tolerance)
    np.testing.assert_allclose(solution.codes, iterates[max(KEPT) - 1], atol=tolerance)


@every_number_of_dictionaries
@pytest.mark.parametrize("factor", [None, 0.3])
def test_ista_is_the_textbook_s_iterate_by_iterate(n_blocks, factor):
    world = make_world(n_blocks)
    step = None if factor is None else factor / world.lipschitz
    solution = solve(world.problem, world.signals, "ista", 20, record=KEPT, step_size=step)
    assert_same_iterates(solution, ista_iterates(world, 20, step))


@every_number_of_dictionaries
@pytest.mark.parametrize("factor", [None, 0.3])
def test_fista_is_the_textbook_s_iterate_by_iterate(n_blocks, factor):
    world = make_world(n_blocks)
    step = None if factor is None else factor / world.lipschitz
    solution = solve(world.problem, world.signals, "fista", 20, record=KEPT, step_size=step)
    assert_same_iterates(solution, fista_iterates(world, 20, step))


@every_number_of_dictionaries
@pytest.mark.parametrize("mu", [0.1, 1.0, 10.0])
@pytest.mark.parametrize("read_out", ["u", "softx", "x"])
def test_salsa_is_the_paper_s_iterate_by_iterate(n_blocks, mu, read_out):
    world = make_world(n_blocks)
    solution = solve(world.problem, world.signals, "salsa", 20, record=KEPT, mu=mu, read_out=read_out)
    assert_same_iterates(solution, salsa_iterates(world, 20, mu, read_out), tolerance=1e-10)


def test_salsa_reads_out_u_at_mu_one_unless_told_otherwise():
    world = make_world(2)
    default = solve(world.problem, world.signals, "salsa", 5).codes
    np.testing.assert_allclose(default, salsa_iterates(world, 5, 1.0, "u")[-1], atol=1e-12)


def test_fista_in_fifty_iterations_is_the_default():
    world = make_world(1)
    default = solve(world.problem, world.signals)
    np.testing.assert_allclose(default.codes, fista_iterates(world, 50)[-1], atol=1e-10)
    assert default.iterations == 50


@every_number_of_dictionaries
def test_fista_and_salsa_reach_the_same_optimum(n_blocks):
    world = make_world(n_blocks)
    fista = solve(world.problem, world.signals, "fista", 6000).codes
    salsa = solve(world.problem, world.signals, "salsa", 6000, read_out="u").codes
    np.testing.assert_allclose(objective_of(world, fista), objective_of(world, salsa), rtol=1e-9)
    np.testing.assert_allclose(fista, salsa, atol=1e-5)


def test_the_soft_read_out_of_salsa_stays_off_the_optimum_by_the_threshold():
    world = make_world(1)
    optimal = fista_iterates(world, 5000)[-1]
    mu = 1.0
    soft_read_out = solve(world.problem, world.signals, "salsa", 3000, mu=mu, read_out="softx").codes
    expected = np.sign(optimal) * np.maximum(np.abs(optimal) - world.penalties[0] / mu, 0)
    np.testing.assert_allclose(soft_read_out, expected, atol=1e-5)


@pytest.mark.parametrize("method", METHODS)
def test_recording_changes_nothing(method):
    world = make_world(2, n_samples=40)
    plain = solve(world.problem, world.signals, method, 9)
    watched = solve(world.problem, world.signals, method, 9, record=(1, 4, 9), history=True)
    np.testing.assert_allclose(watched.codes, plain.codes, atol=1e-13)
    shorter = solve(world.problem, world.signals, method, 4)
    np.testing.assert_allclose(watched.recorded[4], shorter.codes, atol=1e-13)
    assert np.array_equal(watched.recorded[9], watched.codes)


@pytest.mark.parametrize("method", METHODS)
def test_recorded_codes_are_not_the_working_buffers(method):
    world = make_world(1)
    solution = solve(world.problem, world.signals, method, 9, record=(1, 4))
    assert not np.shares_memory(solution.recorded[1], solution.recorded[4])
    assert not np.array_equal(solution.recorded[1], solution.recorded[4])


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_dtype_that_came_in_goes_out_and_inputs_stay(method, dtype):
    world = make_world(2, dtype=dtype)
    problem, signals = world.problem, world.signals.copy()
    solution = solve(problem, signals, method, 15, record=(3,))
    assert solution.codes.dtype == dtype
    assert solution.recorded[3].dtype == dtype
    assert np.array_equal(signals, world.signals)
    exact = {"ista": ista_iterates, "fista": fista_iterates, "salsa": salsa_iterates}[method](world, 15)[-1]
    np.testing.assert_allclose(solution.codes, exact, atol=1e-5 if dtype == np.float32 else 1e-11)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("layout", ["reversed", "column major", "every other"])
def test_the_layout_of_the_signals_in_memory_does_not_matter(method, layout):
    world = make_world(2)
    expected = solve(world.problem, world.signals, method, 6).codes
    signals = {
        "reversed": np.ascontiguousarray(world.signals[::-1])[::-1],
        "column major": np.asfortranarray(world.signals),
        "every other": np.repeat(world.signals, 2, axis=0)[::2],
    }[layout]
    np.testing.assert_allclose(solve(world.problem, signals, method, 6).codes, expected, atol=1e-13)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("tile_rows", [1, 7, 10**6])
def test_the_tile_size_changes_rounding_only(method, tile_rows):
    world = make_world(2, n_samples=50)
    plain = solve(world.problem, world.signals, method, 12).codes
    tiled = solve(world.problem, world.signals, method, 12, tile_rows=tile_rows).codes
    np.testing.assert_allclose(tiled, plain, atol=1e-12)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_number_of_threads_changes_no_byte(method, dtype):
    world = make_world(2, n_samples=50, dtype=dtype)
    before = threads()
    found = []
    try:
        for count in (1, 2, 3):
            set_threads(count)
            found.append(solve(world.problem, world.signals, method, 12, tile_rows=7).codes.tobytes())
    finally:
        set_threads(before)
    assert found[0] == found[1] == found[2]


@pytest.mark.parametrize("method", METHODS)
def test_the_order_of_the_samples_changes_rounding_only(method):
    world = make_world(2, n_samples=50)
    order = np.random.default_rng(0).permutation(50)
    plain = solve(world.problem, world.signals, method, 12, tile_rows=7).codes
    shuffled = solve(world.problem, world.signals[order], method, 12, tile_rows=7).codes
    np.testing.assert_allclose(shuffled, plain[order], atol=1e-12)


@pytest.mark.parametrize("method", METHODS)
def test_the_history_holds_the_objective_of_every_iteration(method):
    world = make_world(2)
    solution = solve(world.problem, world.signals, method, 8, record=range(1, 9), history=True)
    assert [row["iteration"] for row in solution.history] == list(range(1, 9))
    for row in solution.history:
        expected = objective_of(world, solution.recorded[row["iteration"]]).mean()
        assert row["objective"] == pytest.approx(expected, rel=1e-12)
    assert solution.status == "max_iterations"


@pytest.mark.parametrize("method", ["ista", "fista"])
def test_a_step_ten_times_too_large_is_diverged_by_growth_alone(method):
    world = make_world(2)
    solution = solve(world.problem, world.signals, method, 100, history=True, step_size=10 / world.lipschitz)
    assert solution.status == "diverged"
    assert solution.iterations < 100
    assert [row["iteration"] for row in solution.history] == list(range(1, len(solution.history) + 1))
    assert np.isfinite([row["objective"] for row in solution.history]).all()
    assert len(solution.history) >= 1


def test_a_diverging_run_on_several_threads_says_so_once_and_by_its_status(two_threads, recwarn):
    world = make_world(2, n_samples=60)
    step_size = 100 / world.lipschitz
    solution = solve(world.problem, world.signals, "ista", 400, step_size=step_size, tile_rows=10)
    assert solution.status == "diverged"
    assert not recwarn.list


@pytest.mark.parametrize("method", METHODS)
def test_an_objective_of_exactly_zero_is_done_without_a_division(method):
    world = make_world(2)
    nothing = np.zeros_like(world.signals)
    with warnings.catch_warnings(), np.errstate(all="raise"):
        warnings.simplefilter("ignore", UserWarning)
        solution = solve(world.problem, nothing, method, 30, history=True)
    assert solution.status == "converged"
    assert not solution.codes.any()
    assert all(row["objective"] == 0 for row in solution.history)


@pytest.mark.parametrize("method", METHODS)
def test_a_flat_objective_is_done(method):
    world = make_world(1)
    with np.errstate(all="raise", under="ignore"):
        solution = solve(world.problem, world.signals, method, 20000, history=True)
    assert solution.status == "converged"
    assert solution.iterations < 20000
    optimum = objective_of(world, fista_iterates(world, 3000)[-1])
    np.testing.assert_allclose(objective_of(world, solution.codes), optimum, rtol=1e-6)


@pytest.mark.parametrize("method", METHODS)
def test_penalties_above_lambda_max_give_zeros_and_say_so(method):
    world = make_world(2)
    largest = world.problem.lambda_max(world.signals).max(axis=0)
    problem = world.problem.with_penalties(list(1.001 * largest))
    with pytest.warns(UserWarning, match="(?i)penalt|lambda"):
        solution = solve(problem, world.signals, method, 200)
    assert not solution.codes.any()
    assert np.array_equal(problem.relative_gap(world.signals, solution.codes), np.zeros(len(world.signals)))


def test_one_signal_without_codes_is_no_reason_to_warn():
    world = make_world(2)
    signals = world.signals.copy()
    signals[3] = 0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        solution = solve(world.problem, signals, "fista", 10)
    assert not solution.codes[3].any()


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("n_samples", [0, 1])
def test_no_sample_and_one_sample_are_no_special_case(method, n_samples):
    world = make_world(2)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        solution = solve(world.problem, world.signals[:n_samples], method, 5, record=(2,), history=True)
    assert solution.codes.shape == (n_samples, world.dictionary.shape[1])
    assert solution.recorded[2].shape == solution.codes.shape
    whole = solve(world.problem, world.signals, method, 5).codes
    np.testing.assert_allclose(solution.codes, whole[:n_samples], atol=1e-12)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_signals_that_are_not_finite_are_refused_before_work_starts(bad):
    world = make_world(1)
    signals = world.signals.copy()
    signals[4, 2] = bad
    with pytest.raises(DataError, match="signals"):
        solve(world.problem, signals, "fista", 5)


def test_signals_of_another_width_are_refused_with_both_widths():
    world = make_world(1)
    with pytest.raises(ShapeError, match="signals") as raised:
        solve(world.problem, world.signals[:, :5], "fista", 5)
    assert "8" in str(raised.value)
    assert "5" in str(raised.value)


@pytest.mark.parametrize(("wrong", "nearest"), [("fist", "fista"), ("salasa", "salsa"), ("ISTA", "ista")])
def test_an_unknown_method_is_refused_with_the_nearest_known_one(wrong, nearest):
    world = make_world(1)
    with pytest.raises(ConfigError, match=wrong) as raised:
        solve(world.problem, world.signals, wrong, 5)
    assert nearest in str(raised.value)
    assert "\n" not in str(raised.value)


def test_an_option_of_another_method_is_refused_with_its_name():
    world = make_world(1)
    with pytest.raises(LsalsaError, match="mu") as raised:
        solve(world.problem, world.signals, "fista", 5, mu=2.0)
    assert "fista" in str(raised.value).lower()


def test_an_unknown_read_out_is_refused_with_the_known_ones():
    world = make_world(1)
    with pytest.raises(LsalsaError, match="hardy") as raised:
        solve(world.problem, world.signals, "salsa", 5, read_out="hardy")
    assert "softx" in str(raised.value)


@pytest.mark.parametrize(
    ("method", "options"),
    [
        ("salsa", {"mu": 0.0}),
        ("salsa", {"mu": -1.0}),
        ("salsa", {"mu": np.nan}),
        ("ista", {"step_size": 0.0}),
        ("fista", {"step_size": -0.1}),
        ("fista", {"step_size": np.nan}),
        ("fista", {"tile_rows": 0}),
    ],
)
def test_an_option_out_of_its_range_is_refused_by_name_and_value(method, options):
    world = make_world(1)
    (name, value), *_ = options.items()
    with pytest.raises(LsalsaError, match=name) as raised:
        solve(world.problem, world.signals, method, 5, **options)
    assert str(value) in str(raised.value)


@pytest.mark.parametrize("iterations", [0, -3])
def test_less_than_one_iteration_is_refused(iterations):
    world = make_world(1)
    with pytest.raises(LsalsaError, match="iterations") as raised:
        solve(world.problem, world.signals, "fista", iterations)
    assert str(iterations) in str(raised.value)


def test_a_run_that_stands_still_early_has_every_recording_asked_for():
    world = make_world(1)
    solution = solve(world.problem, world.signals, "salsa", 20000, record=(5, 20000), history=True)
    assert solution.iterations < 20000
    assert sorted(solution.recorded) == [5, 20000]
    assert np.array_equal(solution.recorded[20000], solution.codes)


def test_recording_an_iteration_that_never_comes_is_refused():
    world = make_world(1)
    with pytest.raises(LsalsaError, match="11"):
        solve(world.problem, world.signals, "fista", 10, record=(1, 11))


def test_a_smaller_batch_after_a_larger_one_sees_nothing_of_it():
    world = make_world(2, n_samples=60)
    problem = world.problem
    solve(problem, world.signals, "salsa", 5)
    few = World(world.dictionaries, world.penalties, world.signals[10:13])
    codes = solve(problem, few.signals, "salsa", 5).codes
    np.testing.assert_allclose(codes, salsa_iterates(few, 5)[-1], atol=1e-12)


@pytest.mark.parametrize("method", ["ista", "fista", "salsa"])
def test_a_prepared_solver_gives_what_solve_gives_every_time(method):
    atoms = np.random.default_rng(0).standard_normal((6, 9)).astype(np.float32)
    problem = lsalsa.SparseCodingProblem(atoms, 0.5)
    signals = np.random.default_rng(1).standard_normal((20, 6)).astype(np.float32)
    solver = lsalsa.prepare(problem, method)
    assert isinstance(solver, lsalsa.Solver)
    for part in (signals[:3], signals, signals[:3]):
        assert np.array_equal(solver.solve(part, 7).codes, lsalsa.solve(problem, part, method, 7).codes)
    with pytest.warns(UserWarning, match="all codes are zero"):
        solver.solve(signals * np.float32(1e-6), 3)

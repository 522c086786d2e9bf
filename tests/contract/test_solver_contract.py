"""What every solver promises; a new one is tested by lying in the folder."""

import re
import warnings

import numpy as np
import pytest
from worlds import fista_iterates, make_world, objective_of

from lsalsa import solve
from lsalsa.arrays import Space, set_threads, threads
from lsalsa.errors import ConfigError
from lsalsa.solvers import available, solver_class
from lsalsa.solvers.base import solve_with

every_solver = pytest.mark.parametrize("method", available())
STATES = [(method, variable) for method in available() for variable in solver_class(method).state]


def test_the_solvers_of_the_paper_are_there():
    assert {"ista", "fista", "salsa"} <= set(available())


@every_solver
def test_the_docstring_names_a_source_and_every_setting(method):
    kind = solver_class(method)
    assert re.search(r"\b(19|20)\d\d\b", kind.__doc__)
    described = "\n".join(
        base.__doc__ or "" for base in kind.__mro__
    )  # settings that are inherited, where they are defined
    assert all(re.search(rf"\b{setting} :", described) for setting in kind.settings)


@every_solver
def test_a_setting_that_was_not_declared_is_refused_by_name(method):
    with pytest.raises(ConfigError, match="no_such_setting"):
        solve(make_world(1).problem, make_world(1).signals, method, 3, no_such_setting=1)


@every_solver
@pytest.mark.parametrize("n_blocks", [1, 2, 3])
def test_iterations_lead_to_the_optimum(method, n_blocks):
    world = make_world(n_blocks)
    codes = solve(world.problem, world.signals, method, 5000).codes
    optimum = objective_of(world, fista_iterates(world, 5000)[-1])
    np.testing.assert_allclose(objective_of(world, codes), optimum, rtol=1e-7)


@every_solver
def test_the_declared_state_is_all_that_an_iteration_hands_to_the_next(method):
    """Declared arrays and plain numbers put into a fresh start go on exactly as the original does."""
    world = make_world(2)
    solver = solver_class(method)(world.problem)
    original = solver.start(world.signals, Space(np))
    for _ in range(4):
        solver.step(original)
    fresh = solver.start(world.signals, Space(np))
    for name, value in vars(original).items():
        if name in solver.state:
            getattr(fresh, name)[...] = value
        elif np.isscalar(value):
            setattr(fresh, name, value)
        elif name not in vars(solver.start(world.signals, Space(np))):
            pytest.fail(f"{name} appears after the start and is not declared")
    found = []
    for state in (original, fresh):
        for _ in range(3):
            solver.step(state)
        found.append(solver.codes(state, np.empty((len(world.signals), world.dictionary.shape[1]))))
    assert np.array_equal(*found)


@pytest.mark.parametrize(("method", "variable"), STATES)
def test_a_nan_in_any_working_variable_stops_there_and_keeps_the_rows_before(method, variable):
    world = make_world(2)
    solver = solver_class(method)(world.problem)
    step, calls = solver.step, []

    def spoiled(state):
        step(state)
        calls.append(None)
        if len(calls) == 3:
            getattr(state, variable)[5, 4] = np.nan

    solver.step = spoiled
    solution = solve_with(solver, world.signals, 50, history=True, record=(1, 2))
    assert solution.status == "diverged"
    assert solution.iterations == 3
    assert [row["iteration"] for row in solution.history] == [1, 2]
    assert np.isfinite([row["objective"] for row in solution.history]).all()
    assert all(np.isfinite(codes).all() for codes in solution.recorded.values())


@every_solver
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_tiles_order_and_number_of_samples_change_rounding_only(method, dtype):
    """The sizes fall, so that whatever an earlier call left behind would show.

    Rounding means 20 units in the last place of the largest code, about 2.5: BLAS has another kernel for small tiles on
    some processors, and ten iterations of SALSA in float32 are up to 7 such units away from float64 with any tile size.
    """
    world = make_world(2, n_samples=60, dtype=dtype)
    close = {"atol": 20 * 2.5 * np.finfo(np.float32).eps if dtype == np.float32 else 1e-12}
    problem, signals = world.problem, world.signals
    order = np.random.default_rng(3).permutation(60)
    whole = solve(problem, signals, method, 10).codes
    assert whole.dtype == dtype
    for tile_rows in (1, 7, None):
        tiled = solve(problem, signals[order], method, 10, tile_rows=tile_rows).codes
        np.testing.assert_allclose(tiled, whole[order], **close)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for n_samples in (33, 8, 1, 0):
            codes = solve(problem, signals[:n_samples], method, 10).codes
            assert codes.shape == (n_samples, world.dictionary.shape[1])
            np.testing.assert_allclose(codes, whole[:n_samples], **close)


@every_solver
def test_threads_change_no_byte(method):
    world = make_world(2, n_samples=60)
    before, found = threads(), set()
    try:
        for count in (1, 2):
            set_threads(count)
            found.add(solve(world.problem, world.signals, method, 10, tile_rows=7).codes.tobytes())
    finally:
        set_threads(before)
    assert len(found) == 1


@every_solver
def test_read_only_inputs_are_enough(method):
    world = make_world(2)
    for array in (*world.dictionaries, world.signals):
        array.flags.writeable = False
    solve(world.problem, world.signals, method, 5, record=(2,), history=True)

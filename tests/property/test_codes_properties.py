"""Solvers, encoders, exact codes and dictionary learning: whatever the shape, the dtype, the layout and the scale."""

import numpy as np
import pytest
from encoder_worlds import has_filters
from fuzzing import (
    EXPONENTS,
    SEEDS,
    Unchanged,
    cases,
    convolutional_cases,
    dense_cases,
    ended,
    examples,
    laid_out,
    layouts,
)
from hypothesis import given
from hypothesis import strategies as st

from lsalsa import learn_dictionary, optimal_codes, solve, train
from lsalsa.dictionary import available as dictionary_methods
from lsalsa.encoders import available as encoders
from lsalsa.encoders import encoder_class
from lsalsa.solvers import available as solvers
from lsalsa.training.optimizers import OPTIMIZERS

pytestmark = pytest.mark.filterwarnings("ignore:penalties")  # all codes are zero
TOLERANCE = 1e-6
OPTIMAL = ("exact_crsae",)  # encoders whose codes are optimal ones
SATURATED = ("slstm",)  # encoders that add numbers near 1, whatever the size of the codes
CLOSE = {np.dtype(np.float32): 2e-3, np.dtype(np.float64): 1e-7}  # of results that differ in the order of sums


def assert_close(case, found, expected, name=""):
    """Equal to rounding: of the larger of the codes, and of the first step that they are made of.

    Optimal codes are equal in what they are worth, as there may be several.
    """
    if name in OPTIMAL:
        np.testing.assert_allclose(case.primal(found), case.primal(expected), rtol=3 * TOLERANCE)
        return
    scale = max(case.unit, np.abs(expected).max(initial=0), name in SATURATED)
    np.testing.assert_allclose(found, expected, rtol=0, atol=CLOSE[found.dtype] * scale)


# --- solvers ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", solvers())
@examples(150)
@given(
    case=cases,
    layout=layouts,
    of_problem=layouts,
    history=st.booleans(),
    iterations=st.integers(1, 25),
    factor=st.one_of(st.none(), EXPONENTS),
)
def test_solve(method, case, layout, of_problem, history, iterations, factor):
    if method == "salsa" and case.filters is not None:
        assert "salsa needs" in str(ended(lambda: solve(case.problem(), case.signals, method)).error)
        return
    signals, problem = laid_out(layout, case.signals), case.problem(of_problem)
    options = {} if factor is None else {"mu" if method == "salsa" else "step_size": 10.0**factor}
    run = lambda p, y: ended(lambda: solve(p, y, method, iterations, history=history, **options))  # noqa: E731
    with Unchanged(signals, *case.parts):
        found = run(problem, signals)
    if case.is_ordinary and not options:
        assert found.error is None and found.result.status != "diverged"
    expected = run(case.problem(), case.signals)
    assert type(found.error) is type(expected.error)
    if found.error:
        return
    result = found.result
    assert result.codes.shape == (len(signals), problem.n_atoms) and result.codes.dtype == case.signals.dtype
    assert result.status in ("max_iterations", "converged", "diverged")
    assert result.status == expected.result.status or options  # a step that is too long makes much of rounding
    if result.status != "diverged":
        assert np.isfinite(result.codes).all()
        assert not history or np.isfinite([row["objective"] for row in result.history]).all()
    if result.status != "diverged" and not options:
        exact = ended(lambda: solve(case.in_double.problem(), case.in_double.signals, method, result.iterations))
        if method != "salsa" or case.is_ordinary:  # its matrix may be as badly conditioned as the dictionary
            assert_close(case, result.codes, expected.result.codes)
            if case.fits_float32:
                assert_close(case, result.codes, exact.result.codes)


# --- numbers that are none ----------------------------------------------------------------------------------


@st.composite
def with_a_hole(draw):
    """Signals and dictionaries or filters, one entry of one of them NaN or infinite; and which."""
    case = draw(cases.filter(lambda case: case.signals.size))
    where = draw(st.sampled_from(["signals", "parts"]))
    array = case.signals if where == "signals" else draw(st.sampled_from(case.parts))
    array.flat[draw(st.integers(0, array.size - 1))] = draw(st.sampled_from([np.nan, np.inf, -np.inf]))
    return case


@pytest.mark.parametrize("call", [*solvers(), "optimal_codes", *dictionary_methods(), *encoders()])
@examples(40)
@given(case=with_a_hole(), layout=layouts)
def test_numbers_that_are_none_are_refused(call, case, layout):
    signals = laid_out(layout, case.signals)
    if call in dictionary_methods():
        if not np.isfinite(signals).all():
            assert "NaN or Inf" in str(ended(lambda: learn_dictionary(signals, 3, 0.1, method=call)).error)
        return
    problem = ended(lambda: case.problem(layout))
    if problem.error:
        assert "NaN or Inf" in str(problem.error)
        return
    if call in solvers():
        found = ended(lambda: solve(problem.result, signals, call))
    elif call == "optimal_codes":
        found = ended(lambda: optimal_codes(problem.result, signals))
    else:
        found = ended(lambda: encoder_class(call).from_problem(problem.result).encode(signals))
    assert found.error, found


# --- encoders -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", encoders())
@examples(70)
@given(data=st.data(), layout=layouts, of_problem=layouts, of_out=layouts, depth=st.integers(1, 4))
def test_encode(name, data, layout, of_problem, of_out, depth):
    case = data.draw(convolutional_cases() if has_filters(name) else dense_cases())
    signals = laid_out(layout, case.signals)
    built = ended(lambda: encoder_class(name).from_problem(case.problem(of_problem), depth=depth))
    if built.error:
        assert not case.is_ordinary
        return
    encoder = built.result
    with Unchanged(signals, *case.parts, *encoder.arrays.values()):
        found = ended(lambda: encoder.encode(signals))
    if found.error:
        assert not case.is_ordinary
        return
    assert found.result.shape == (len(signals), encoder.n_atoms) and found.result.dtype == case.signals.dtype
    assert np.isfinite(found.result).all() or found.warned
    assert np.isfinite(found.result).all() or not case.is_ordinary
    out = laid_out(of_out, np.zeros_like(found.result))
    written = ended(lambda: encoder.encode(signals, out=out))
    if of_out in ("read-only", "big-endian"):
        assert written.error and not out.any()
    else:
        assert written.error is None and written.result is out
        np.testing.assert_array_equal(out, found.result)
    plain = ended(lambda: encoder_class(name).from_problem(case.problem(), depth=depth).encode(case.signals))
    if np.isfinite(found.result).all():
        assert_close(case, found.result, plain.result, name)
    if np.isfinite(found.result).all() and case.fits_float32:
        exact = encoder_class(name).from_problem(case.in_double.problem(), depth=depth)
        assert_close(case, found.result, exact.encode(case.in_double.signals), name)


@pytest.mark.parametrize("name", encoders())
@examples(25)
@given(
    data=st.data(),
    layout=layouts,
    of_targets=layouts,
    rate=st.one_of(st.just(-2.0), EXPONENTS),
    optimizer=st.sampled_from(sorted(OPTIMIZERS)),
    batch_size=st.integers(1, 5),
)
def test_train(name, data, layout, of_targets, rate, optimizer, batch_size):
    case = data.draw(convolutional_cases() if has_filters(name) else dense_cases())
    built = ended(lambda: encoder_class(name).from_problem(case.problem(), depth=2))
    codes = ended(lambda: optimal_codes(case.problem(), case.signals))
    if built.error or codes.error:
        return
    signals, targets = laid_out(layout, case.signals), laid_out(of_targets, codes.result.codes)
    settings = {"optimizer": optimizer, "learning_rate": 10.0**rate, "epochs": 2, "batch_size": batch_size}
    with Unchanged(signals, targets):
        found = ended(lambda: train(built.result, signals, targets, **settings))
    if found.error:
        assert not (case.is_ordinary and rate == -2 and len(signals)), found.error
        return
    history = found.result
    assert history.status in ("epochs_used", "converged", "diverged", "collapsed")
    assert all(np.isfinite(array).all() for array in built.result.arrays.values())  # the best, or the first


# --- exact codes --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["auto", "proximal"])
@examples(300)
@given(case=cases, layout=layouts, of_problem=layouts)
def test_optimal_codes_are_certified(method, case, layout, of_problem):
    signals, problem = laid_out(layout, case.signals), case.problem(of_problem)
    limit = {} if method == "auto" else {"max_iterations": 2000}
    with Unchanged(signals, *case.parts):
        found = ended(lambda: optimal_codes(problem, signals, TOLERANCE, method=method, dual_points=True, **limit))
    if found.error:
        if method == "auto" and not case.nearly_equal_filters:  # everything is solved, but not all can be stored
            assert case.signals.dtype == np.float32 and "float32 cannot hold them" in str(found.error)
        return
    result = found.result
    assert result.codes.shape == (len(signals), problem.n_atoms) and result.codes.dtype == case.signals.dtype
    assert np.isfinite(result.codes).all() and not (case.nonnegative and (result.codes < 0).any())
    gap, rounding = case.gap(result.codes, result.dual_points)
    assert (gap <= TOLERANCE + rounding).all()
    assert (np.abs(gap - result.relative_gap) <= 1e-9 + rounding).all()
    np.testing.assert_allclose(result.objective, case.primal(result.codes), rtol=1e-9)


@examples(150)
@given(case=cases, layout=layouts, of_problem=layouts, of_start=layouts, seed=SEEDS)
def test_optimal_codes_do_not_depend_on_layout_or_start(case, layout, of_problem, of_start, seed):
    plain = ended(lambda: optimal_codes(case.problem(), case.signals, TOLERANCE))
    if plain.error:
        return
    rng = np.random.default_rng(seed)
    start = (plain.result.codes * rng.uniform(0, 2, plain.result.codes.shape)).astype(case.signals.dtype)
    start = laid_out(of_start, start)
    problem, signals = case.problem(of_problem), laid_out(layout, case.signals)
    with Unchanged(start, signals, *case.parts):
        found = ended(lambda: optimal_codes(problem, signals, TOLERANCE, start=start))
    assert found.error is None
    np.testing.assert_allclose(found.result.objective, plain.result.objective, rtol=2 * TOLERANCE)


# --- dictionary learning ------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", dictionary_methods())
@examples(150)
@given(
    case=dense_cases(),
    layout=layouts,
    n_atoms=st.integers(1, 9),
    start=st.sampled_from(["signals", "random"]),
    step=EXPONENTS,
    epochs=st.integers(1, 3),
    batch_size=st.integers(1, 7),
)
def test_learned_atoms_have_norm_1(method, case, layout, n_atoms, start, step, epochs, batch_size):
    signals, penalty = laid_out(layout, case.signals), case.penalties[0]
    own = {"iterations": 15, "step_size": 10.0**step} if method == "sgd" else {}
    options = {"start": start, "epochs": epochs, "tolerance": 0, "batch_size": batch_size, **own}
    with Unchanged(signals):
        found = ended(lambda: learn_dictionary(signals, n_atoms, penalty, method=method, **options))
    if found.error:
        assert not (case.is_ordinary and (step < -1 or method != "sgd") and len(signals)), found.error
        return
    result = found.result
    assert result.dictionary.shape == (signals.shape[1], n_atoms) and result.dictionary.dtype == case.signals.dtype
    np.testing.assert_allclose(np.linalg.norm(result.dictionary.astype(float), axis=0), 1, atol=1e-5)
    names = ("objective", "zero_share", "dead_atoms", "unmoved_atoms")
    rows = [[row[name] for name in names] for row in result.history]
    assert len(rows) == epochs and np.isfinite(rows).all() and np.isfinite(result.usage).all()
    plain = learn_dictionary(case.signals, n_atoms, penalty, method=method, **options)
    assert abs(plain.history[0]["objective"] - rows[0][0]) <= CLOSE[case.signals.dtype] * rows[0][0]

"""Numbers of any size: norms, step sizes and statuses where squares leave the range of float32 or float64."""

import numpy as np
import pytest
from convolution_worlds import make_bank
from worlds import make_world, unit_columns

import lsalsa
from lsalsa.arrays.checks import is_finite
from lsalsa.arrays.unit_norm import column_norms, normalise
from lsalsa.arrays.unit_norm import unit_columns as scaled_columns
from lsalsa.errors import DivergedError, LsalsaError
from lsalsa.training.optimizers import clip_norm

RNG = np.random.default_rng(0)
PLAIN = RNG.normal(size=(40, 8))
ENCODERS = ("LISTA", "LSALSA", "LFISTA", "AdaptiveISTA", "SLSTM")


@pytest.mark.parametrize("dtype", ["f4", "f8"])
@pytest.mark.parametrize("exponent", [-320, -170, -40, -23, 0, 12, 30, 160, 300])
def test_norms_and_columns_of_norm_1_are_right_at_every_size(dtype, exponent):
    limits = np.finfo(dtype)
    if not np.log10(limits.smallest_subnormal) + 4 < exponent < np.log10(limits.max) - 1:
        return
    array = (RNG.normal(size=(6, 5)) * 10.0**exponent).astype(dtype)
    exact = np.sqrt(np.square(array.astype(np.longdouble)).sum(axis=0))
    rtol = 1e-12 if abs(exponent) < 300 else 1e-2
    np.testing.assert_allclose(column_norms(array) / exact.astype(float), 1, rtol=rtol)
    found = scaled_columns(array)
    assert found.dtype == array.dtype
    np.testing.assert_allclose(np.linalg.norm(found.astype(float), axis=0), 1, rtol=1e-6)
    normalise(array)
    np.testing.assert_array_equal(array, found)


def test_a_column_of_zeros_stays_and_others_are_what_a_plain_division_gives():
    array = RNG.normal(size=(6, 5)).astype("f4")
    array[:, 2] = 0
    found = scaled_columns(array)
    assert not found[:, 2].any()
    np.testing.assert_allclose(np.delete(found, 2, 1), unit_of(np.delete(array, 2, 1)), rtol=1e-6)


def unit_of(array):
    return array / np.linalg.norm(array.astype(float), axis=0)


@pytest.mark.parametrize("size", [1e-30, 1e-10, 1.0, 1e25])
def test_a_gradient_is_clipped_to_its_norm_at_every_size(size):
    gradient = {"a": (RNG.normal(size=(6, 5)) * size).astype("f4"), "b": (RNG.normal(size=3) * size).astype("f4")}
    everything = np.concatenate([each.ravel() for each in gradient.values()]).astype(float)
    norm = np.linalg.norm(everything)
    clip_norm(gradient, 0.5 * norm)
    clipped = np.concatenate([each.ravel() for each in gradient.values()]).astype(float)
    np.testing.assert_allclose(clipped, 0.5 * everything, rtol=1e-5)


@pytest.mark.parametrize("dtype", ["f4", "f8"])
@pytest.mark.parametrize("exponent", [-30, -23, -10, 0, 3, 10, 12, 19, 30])
@pytest.mark.parametrize(("method", "epochs"), [("sgd", 1), ("sgd", 2), ("online", 2)])
def test_atoms_have_norm_1_or_learning_has_diverged(dtype, exponent, method, epochs):
    scale = 10.0**exponent
    signals = (PLAIN * scale).astype(dtype)
    try:
        learned = lsalsa.learn_dictionary(signals, 12, 0.1 * scale, method=method, epochs=epochs, batch_size=20)
    except DivergedError:
        assert exponent > 0 and method == "sgd"
        return
    np.testing.assert_allclose(np.linalg.norm(learned.dictionary.astype(float), axis=0), 1, rtol=1e-5)


@pytest.mark.parametrize("step", [1e20, 1e30, 1e300])
@pytest.mark.parametrize("epochs", [1, 2])
def test_a_step_that_is_too_large_is_refused_in_the_last_epoch_as_in_the_first(step, epochs):
    with pytest.raises(DivergedError, match=f"epoch {epochs}|epoch 1"):
        lsalsa.learn_dictionary(PLAIN.astype("f4"), 12, 0.1, method="sgd", epochs=epochs, step_size=step)


@pytest.mark.parametrize("scale", [1.0, 1e33, 1e35])
@pytest.mark.parametrize("history", [False, True])
def test_finite_codes_have_not_diverged_because_their_sum_overflows(scale, history):
    dictionary = np.abs(unit_columns(RNG, 8, 16))
    signals = np.abs(RNG.normal(size=(2000, 8)))
    problem = lsalsa.SparseCodingProblem(dictionary.astype("f4"), 0.1 * scale)
    found = lsalsa.solve(problem, (signals * scale).astype("f4"), iterations=50, history=history)
    assert np.isfinite(found.codes).all()
    assert found.status == "max_iterations"
    assert is_finite(np.full(9, 3e38, "f4"))
    assert not is_finite(np.array([1.0, np.nan]))


CALLS = {name: lambda p, y, name=name: lsalsa.solve(p, y, name).codes for name in ("ista", "fista", "salsa")}
CALLS |= {
    name: lambda p, y, name=name: lsalsa.optimal_codes(p, y, method=name).codes for name in ("active_set", "proximal")
}
CALLS |= {name: lambda p, y, name=name: getattr(lsalsa, name).from_problem(p).encode(y) for name in ENCODERS}
SIZES = {"zeros": (0.0, 0.1), "1e-170": (1e-170, 1e-171), "1e-30": (1e-30, 1e-31), "1e8": (1e8, 1e7)}
SIZES |= {"1e30": (1e30, 1e29), "1e160": (1e160, 1e159)}


@pytest.mark.filterwarnings("ignore:penalties")
@pytest.mark.parametrize("dtype", ["f4", "f8"])
@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("size", SIZES)
def test_dictionaries_of_every_size_are_worked_with_or_refused_in_one_sentence(dtype, call, size):
    scale, penalty = SIZES[size]
    world = make_world(1)
    with np.errstate(over="ignore"):
        dictionary = (world.dictionary * scale).astype(dtype)
    try:
        problem = lsalsa.SparseCodingProblem(dictionary, penalty)
        found = CALLS[call](problem, world.signals.astype(dtype))
    except LsalsaError as error:
        assert "\n" not in str(error)
    else:
        assert np.isfinite(found).all()
        if size in ("1e-30", "1e8", "1e30") and call in ("fista", "proximal", "active_set") and dtype == "f8":
            expected = CALLS[call](lsalsa.SparseCodingProblem(world.dictionary, penalty / scale), world.signals)
            np.testing.assert_allclose(found * scale, expected, atol=1e-4)


@pytest.mark.parametrize("mu", [1e-17, 1e-20])
def test_a_mu_that_vanishes_beside_the_gram_matrix_is_refused_with_the_least_one(mu):
    dictionary = unit_columns(RNG, 8, 16)
    problem = lsalsa.SparseCodingProblem(dictionary, 0.1)
    with pytest.raises(LsalsaError, match="take mu of at least") as caught:
        lsalsa.solve(problem, PLAIN, "salsa", mu=mu)
    least = float(str(caught.value).split("at least ")[1].split(",")[0])
    assert lsalsa.solve(problem, PLAIN, "salsa", mu=2 * least).status == "max_iterations"


@pytest.mark.parametrize("scale", [1e-170, 1e-30, 1e30, 1e160])
def test_filters_of_every_size_are_worked_with_or_refused_in_one_sentence(scale):
    bank = make_bank()
    try:
        problem = lsalsa.ConvolutionalProblem(bank.filters * scale, 0.3 * scale, bank.signals.shape[1])
        found = lsalsa.solve(problem, bank.signals, iterations=30).codes
    except LsalsaError as error:
        assert "leave the range" in str(error)
    else:
        expected = lsalsa.solve(
            lsalsa.ConvolutionalProblem(bank.filters, 0.3, bank.signals.shape[1]), bank.signals, iterations=30
        )
        np.testing.assert_allclose(found * scale, expected.codes, atol=1e-9)


@pytest.mark.parametrize("name", ENCODERS[:3])
def test_codes_that_left_the_numbers_are_told(name):
    problem = make_world(1, dtype=np.float32).problem
    encoder = getattr(lsalsa, name).from_problem(problem)
    encoder.arrays["splitting"] *= np.float32(1e30)
    with pytest.warns(UserWarning, match="hold NaN or Inf"):
        found = encoder.encode(np.full((3, 8), 1e10, np.float32))
    assert not np.isfinite(found).all()


# --- what the property tests found --------------------------------------------------------------------------


def as_float32(filters, penalty, signals):
    """A convolutional problem with one small filter, and its signals, in float32."""
    problem = lsalsa.ConvolutionalProblem(np.array(filters, "f4")[:, None], penalty, 6)
    return problem, np.array(signals, "f4").reshape(1, 6)


@pytest.mark.parametrize(("dictionary", "signal"), [(1e-15, 1e-31), (1e30, 1e30)])
@pytest.mark.parametrize("call", ["ista", "fista", "LISTA", "LFISTA", "AdaptiveISTA"])
def test_a_threshold_is_right_where_float32_does_not_hold_the_penalty(dictionary, signal, call):
    penalty = 0.5 * dictionary * signal
    problem = lsalsa.SparseCodingProblem(np.array([[dictionary]], "f4"), penalty)
    codes = CALLS[call](problem, np.array([[signal]], "f4"))
    np.testing.assert_allclose(codes, 0.5 * signal / dictionary, rtol=1e-5)


@pytest.mark.parametrize("filters", [[1e30, 2e30], [1e-20, 2e-20]])
@pytest.mark.parametrize("call", ["ista", "fista", "CRsAE", "UntiedCRsAE"])
def test_a_convolution_step_that_float32_does_not_hold_is_refused_and_not_taken_as_zero(filters, call):
    problem, signals = as_float32(filters, 1e-3, np.arange(6))
    with pytest.raises(LsalsaError, match="step of size .* leaves the range of float32"):
        CALLS.get(call, lambda p, y: getattr(lsalsa, call).from_problem(p).encode(y))(problem, signals)


def test_lcsc_starts_right_where_float32_does_not_hold_its_step():
    problem, _ = as_float32([1e-20, 2e-20], 1e-22, np.arange(6))
    exact = lsalsa.ConvolutionalProblem(np.array([[1e-20], [2e-20]]), 1e-22, 6)
    found, expected = (lsalsa.LCSC.from_problem(each).arrays["analysis"] for each in (problem, exact))
    np.testing.assert_allclose(found, expected, rtol=1e-5)


@pytest.mark.parametrize("name", ["CRsAE", "UntiedCRsAE", "ExactCRsAE"])
def test_a_penalty_that_is_zero_in_float32_is_refused_and_not_taken_as_zero(name):
    problem, _ = as_float32([1e-10, 2e-10], 1e-47, np.arange(6))
    with pytest.raises(LsalsaError, match="penalties .* are 0 in float32"):
        getattr(lsalsa, name).from_problem(problem)


def test_the_warning_about_zeros_names_small_numbers_as_they_are():
    problem = lsalsa.SparseCodingProblem(np.array([[1e-9]]), 1.0)
    with pytest.warns(UserWarning, match=r"lambda_max \(2e-09,\)"):
        lsalsa.solve(problem, np.array([[2.0]]))

"""Metrics against loops over their definitions."""

import math

import numpy as np
import pytest

from lsalsa.errors import LsalsaError, ShapeError
from lsalsa.metrics import error_percent, filter_errors, rmse, rmse_per_sample, zero_share, zero_share_per_sample

ESTIMATES = np.array([[1.0, 0.0, -2.0], [0.0, 0.0, 0.0]], np.float32)
TARGETS = np.array([[1.0, 3.0, -2.0], [0.0, 4.0, 0.0]], np.float32)


def test_rmse_is_the_root_of_the_mean_over_samples_and_entries():
    squares = [(float(e) - float(t)) ** 2 for e, t in zip(ESTIMATES.flat, TARGETS.flat, strict=True)]
    assert rmse(ESTIMATES, TARGETS) == pytest.approx(math.sqrt(sum(squares) / 6), rel=1e-15)


def test_rmse_per_sample_is_the_root_of_the_mean_over_entries():
    found = rmse_per_sample(ESTIMATES, TARGETS)
    assert found == pytest.approx([math.sqrt(9 / 3), math.sqrt(16 / 3)], rel=1e-15)
    assert rmse(ESTIMATES, TARGETS) == pytest.approx(math.sqrt(np.mean(found**2)))


def test_sums_are_taken_in_double_precision():
    """A million squares of 1e-4 in float32 would lose digits that float64 keeps."""
    estimates = np.full((1000, 1000), np.float32(1e-2))
    assert rmse(estimates, np.zeros_like(estimates)) == pytest.approx(float(np.float32(1e-2)), rel=1e-12)


def test_the_share_of_zeros_counts_exact_zeros_of_either_sign():
    codes = np.array([[0.0, -0.0, 1e-30, -3.0], [1.0, 2.0, 3.0, 0.0]])
    assert zero_share_per_sample(codes) == pytest.approx([0.5, 0.25])
    assert zero_share(codes) == pytest.approx(0.375)


def test_error_percent_counts_wrong_labels():
    assert error_percent(np.array([1, 2, 3, 4]), np.array([1, 2, 0, 4])) == pytest.approx(25.0)


def test_a_nan_is_not_hidden():
    estimates = ESTIMATES.copy()
    estimates[0, 0] = np.nan
    assert math.isnan(rmse(estimates, TARGETS))


@pytest.mark.parametrize("measure", [rmse, rmse_per_sample])
def test_shapes_that_differ_are_refused(measure):
    with pytest.raises(LsalsaError, match=r"2, 2"):
        measure(ESTIMATES[:, :2], TARGETS)


def test_labels_of_another_number_are_refused():
    with pytest.raises(LsalsaError, match="4"):
        error_percent(np.zeros(3, int), np.zeros(4, int))


def test_metrics_are_plain_numbers():
    for value in (rmse(ESTIMATES, TARGETS), zero_share(ESTIMATES), error_percent(np.ones(2), np.ones(2))):
        assert isinstance(value, float)
    assert rmse_per_sample(ESTIMATES, TARGETS).dtype == np.float64
    assert zero_share_per_sample(ESTIMATES).dtype == np.float64


def test_errors_of_filters_do_not_depend_on_order_sign_and_shift():
    rng = np.random.default_rng(0)
    for shape in ((12, 3), (7, 8, 3)):
        true = np.zeros(shape)
        inner = tuple(slice(2, size - 2) for size in shape[:-1])
        true[inner] = rng.standard_normal(true[inner].shape)
        moved = -3 * np.roll(true, 2, axis=0)[..., [2, 0, 1]]
        np.testing.assert_allclose(filter_errors(moved, true), 0, atol=1e-7)


def test_the_error_of_a_filter_is_the_sine_of_its_angle_to_the_true_one():
    """Filters of one entry apart from their ends do not correlate more at another shift."""
    angle, true = 0.3, np.array([[0.0], [1.0], [0.0], [0.0]])
    turned = np.array([[0.0], [math.cos(angle)], [0.0], [math.sin(angle)]])
    assert filter_errors(turned, true) == pytest.approx([math.sin(angle)])


def test_filters_that_are_not_as_many_are_refused():
    with pytest.raises(ShapeError, match=r"as many as the true ones, \(5, 3\), found \(5, 2\)"):
        filter_errors(np.ones((5, 2)), np.ones((5, 3)))

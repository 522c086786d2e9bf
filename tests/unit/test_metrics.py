"""Metrics against loops over their definitions."""

import math

import numpy as np
import pytest
from scipy.sparse import csr_array
from skimage.metrics import peak_signal_noise_ratio
from sklearn.metrics import f1_score

from lsalsa.errors import LsalsaError, ShapeError
from lsalsa.metrics import (
    error_percent,
    filter_errors,
    leak,
    psnr,
    rmse,
    rmse_per_sample,
    si_sdr,
    si_sdr_per_sample,
    support_f1,
    zero_share,
    zero_share_per_sample,
)

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


def test_f1_of_the_support_is_that_of_finding_its_entries():
    rng = np.random.default_rng(0)
    codes, targets = (rng.standard_normal((20, 9)) * (rng.random((20, 9)) < share) for share in (0.3, 0.5))
    expected = f1_score((targets != 0).ravel(), (codes != 0).ravel())
    assert 0 < expected < 1
    assert support_f1(codes, targets) == pytest.approx(expected, rel=1e-14)
    assert support_f1(csr_array(codes), csr_array(targets)) == pytest.approx(expected, rel=1e-14)
    assert support_f1(-2 * targets, targets) == 1
    assert support_f1(0 * codes, targets) == 0
    assert math.isnan(support_f1(0 * codes, 0 * targets))


def test_error_percent_counts_wrong_labels():
    assert error_percent(np.array([1, 2, 3, 4]), np.array([1, 2, 0, 4])) == pytest.approx(25.0)


def test_a_nan_is_not_hidden():
    estimates = ESTIMATES.copy()
    estimates[0, 0] = np.nan
    assert math.isnan(rmse(estimates, TARGETS))


@pytest.mark.parametrize("measure", [rmse, rmse_per_sample, support_f1])
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


# sources


def pictures(seed, n_samples=6, n_features=16):
    return np.random.default_rng(seed).random((n_samples, n_features)).astype(np.float32)


def si_sdr_by_hand(estimate, target):
    """The ratio by its angle: |a s|^2 / |a s - e|^2 is cot^2 of the angle between s and e, both without their means."""
    cosine = np.corrcoef(estimate.astype(float), target.astype(float))[0, 1]
    return 10 * math.log10(cosine**2 / (1 - cosine**2))


@pytest.mark.parametrize("peak", [1.0, 255.0])
def test_psnr_is_that_of_the_picture_that_the_samples_tile(peak):
    estimates, targets = peak * pictures(0), peak * pictures(1)
    expected = peak_signal_noise_ratio(targets.astype(float), estimates.astype(float), data_range=peak)
    assert psnr(estimates, targets, peak=peak) == pytest.approx(expected, rel=1e-12)


def test_psnr_of_a_constant_is_the_spread_of_the_source_and_a_hundredth_of_the_error_is_forty_decibels_more():
    targets = pictures(1).astype(float)
    assert psnr(np.full_like(targets, targets.mean()), targets) == pytest.approx(-10 * math.log10(targets.var()))
    noise = pictures(2)
    more = psnr(targets + 0.01 * noise, targets) - psnr(targets + noise, targets)
    assert more == pytest.approx(40)


def test_psnr_at_its_ends():
    targets, broken = pictures(1), pictures(1)
    assert psnr(targets, targets) == math.inf
    broken[0, 0] = np.inf
    assert psnr(broken, targets) == -math.inf
    broken[0, 0] = np.nan
    assert math.isnan(psnr(broken, targets)) and math.isnan(psnr(targets[:0], targets[:0]))


def test_si_sdr_is_the_angle_to_the_source_whatever_scale_and_offset():
    estimates, targets = pictures(0), pictures(1)
    by_hand = [si_sdr_by_hand(*pair) for pair in zip(estimates, targets, strict=True)]
    np.testing.assert_allclose(si_sdr_per_sample(estimates, targets), by_hand, rtol=1e-10)
    np.testing.assert_allclose(si_sdr_per_sample(3 - 7 * estimates.astype(float), targets), by_hand, rtol=1e-10)


def test_the_median_si_sdr_leaves_out_blank_sources_and_counts_empty_estimates():
    estimates, targets = pictures(0, n_samples=5), pictures(1, n_samples=5)
    targets[4], estimates[3] = 0.3, 0.0
    values = [si_sdr_by_hand(*pair) for pair in zip(estimates[:3], targets[:3], strict=True)]
    found = si_sdr_per_sample(estimates, targets)
    assert found[3] == -math.inf and math.isnan(found[4])
    assert si_sdr(estimates, targets) == pytest.approx(sorted([-math.inf, *values])[1], rel=1e-10)


@pytest.mark.filterwarnings("error")
def test_si_sdr_at_its_ends():
    targets, broken = pictures(1), pictures(0)
    assert si_sdr(targets, targets) == math.inf
    assert si_sdr(np.full_like(targets, 0.1), targets) == -math.inf
    assert math.isnan(si_sdr(targets, np.full_like(targets, 0.1)))
    broken[0, 0] = np.inf
    assert math.isnan(si_sdr(broken, targets)) and np.isfinite(si_sdr_per_sample(broken, targets)[1:]).all()


def test_leak_is_the_share_of_the_other_sources_that_was_mixed_in():
    own, other, third = pictures(1), pictures(2), pictures(3)
    for share in (0.0, 0.25, 1.0):
        assert leak(0.7 * own + 0.1 - share * other, own, [other]) == pytest.approx(share, abs=1e-6)
        assert leak(own + share * (other + third), own, [other, third]) == pytest.approx(share, abs=1e-6)


def test_leak_agrees_with_a_regression_of_each_sample():
    estimates, own, other = pictures(0).astype(float), pictures(1), pictures(2)
    left = whole = 0.0
    for e, s, o in zip(estimates, own.astype(float), other.astype(float), strict=True):
        weights = np.linalg.lstsq(np.stack([np.ones(16), s, o], axis=1), e, rcond=None)[0]
        left += weights[2] ** 2 * np.sum((o - o.mean()) ** 2)
        whole += np.sum((o - o.mean()) ** 2)
    assert leak(estimates, own, [other]) == pytest.approx(math.sqrt(left / whole), rel=1e-10)


def test_many_samples_are_measured_like_few():
    estimates, own, other = (pictures(seed, n_samples=2100, n_features=4) for seed in range(3))
    one_by_one = [si_sdr_per_sample(*(each[k : k + 1] for each in (estimates, own)))[0] for k in range(2100)]
    np.testing.assert_allclose(si_sdr_per_sample(estimates, own), one_by_one)
    once = leak(estimates[:1050], own[:1050], [other[:1050]])
    twice = [np.concatenate([each[:1050]] * 2) for each in (estimates, own, other)]
    assert leak(twice[0], twice[1], twice[2:]) == pytest.approx(once, rel=1e-12)


@pytest.mark.filterwarnings("error")
def test_leak_at_its_ends():
    own, blank, broken = pictures(1), np.zeros_like(pictures(1)), pictures(0)
    assert math.isnan(leak(own, own, [blank]))
    assert leak(own, blank, [own]) == pytest.approx(1)
    broken[0, 0] = np.nan
    assert math.isnan(leak(broken, own, [pictures(2)]))


@pytest.mark.parametrize("measure", [psnr, si_sdr, si_sdr_per_sample, lambda a, b: leak(a, b, [b])])
def test_sources_of_another_shape_are_refused(measure):
    with pytest.raises(ShapeError, match=r"6, 15"):
        measure(pictures(0)[:, :15], pictures(1))

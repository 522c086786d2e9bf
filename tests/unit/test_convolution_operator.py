"""H, its transpose, its Gram matrix and its largest eigenvalue against the explicit matrix."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
import strict_cupy
from convolution_worlds import SHAPES, Bank, make_bank

from lsalsa.convolution import Convolution, compiled, gram_taps, lipschitz, lipschitz_bound, operator, portable
from lsalsa.convolution.occurrences import add_occurrences
from lsalsa.errors import DivergedError


@pytest.fixture
def cupy(monkeypatch):
    with strict_cupy.installed(monkeypatch) as stand_in:
        yield stand_in


every_shape = pytest.mark.parametrize("name", SHAPES)


def products(convolution, signals, codes):
    """H^T y, H x and the gradient for the filters."""
    return (
        convolution.correlate(signals, np.empty(codes.shape, codes.dtype)),
        convolution.synthesize(codes, np.empty(signals.shape, signals.dtype)),
        convolution.filter_gradient(signals, codes),
    )


def convolution_of(bank, dtype=np.float64):
    return Convolution(bank.filters.astype(dtype), bank.stride, bank.signal_shape)


def random_pair(bank, n_samples, dtype=np.float64):
    generator = np.random.default_rng(5)
    shapes = [(n_samples, size) for size in bank.matrix.shape]
    return [generator.standard_normal(shape).astype(dtype) for shape in shapes]


@every_shape
@pytest.mark.parametrize("n_samples", [0, 1, 3])
@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-13), (np.float32, 1e-5)])
def test_products_are_those_with_the_explicit_matrix(name, n_samples, dtype, tolerance):
    bank = make_bank(name)
    signals, codes = random_pair(bank, n_samples, dtype)
    correlations, synthesized, _ = products(convolution_of(bank, dtype), signals, codes)
    np.testing.assert_allclose(correlations, signals @ bank.matrix, atol=tolerance * 10)
    np.testing.assert_allclose(synthesized, codes @ bank.matrix.T, atol=tolerance * 10)


@every_shape
@pytest.mark.parametrize("n_samples", [1, 3])
def test_the_gradient_for_the_filters_is_the_slope_of_the_inner_product(name, n_samples):
    """<y, H x> is linear in the filters: with a unit vector for the filters it is an entry of the gradient."""
    bank = make_bank(name)
    signals, codes = random_pair(bank, n_samples)
    found = convolution_of(bank).filter_gradient(signals, codes)
    assert found.shape == bank.filters.shape
    for index in np.ndindex(found.shape):
        unit = np.zeros_like(bank.filters)
        unit[index] = 1
        expected = np.vdot(signals, codes @ replace(bank, filters=unit).matrix.T)
        assert found[index] == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("stride", range(1, 8))
@pytest.mark.parametrize("shape", [(7, 4), (7, 7, 5)])
def test_the_transpose_is_the_transpose_at_every_stride(stride, shape):
    generator = np.random.default_rng(stride)
    filters, n_axes = generator.standard_normal(shape), len(shape) - 1
    convolution = Convolution(filters, (stride,) * n_axes, (61, 52)[:n_axes])
    n_atoms = np.prod(convolution.grid) * shape[-1]
    signals, codes = (
        generator.standard_normal((2, 61 * 52 if n_axes == 2 else 61)),
        generator.standard_normal((2, n_atoms)),
    )
    correlations, synthesized, _ = products(convolution, signals, codes)
    scale = np.linalg.norm(signals) * np.linalg.norm(synthesized)
    assert abs(np.vdot(synthesized, signals) - np.vdot(codes, correlations)) <= 1e-13 * scale


@every_shape
def test_cutting_into_small_slabs_changes_nothing(name, monkeypatch):
    bank = make_bank(name)
    pair = random_pair(bank, 3)
    expected = products(convolution_of(bank), *pair)
    monkeypatch.setattr(operator, "SLAB_BYTES", 1000)
    for found, whole in zip(products(convolution_of(bank), *pair), expected, strict=True):
        np.testing.assert_allclose(found, whole, atol=1e-12)


def test_threads_that_share_a_convolution_do_not_share_its_buffers():
    bank = make_bank("picture")
    convolution = convolution_of(bank)
    signals = np.random.default_rng(0).standard_normal((64, 1, bank.matrix.shape[0]))
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda y: convolution.correlate(y, np.empty((1, bank.matrix.shape[1]))), signals))
    np.testing.assert_allclose(np.concatenate(found), signals[:, 0] @ bank.matrix, atol=1e-12)


def test_both_bodies_of_the_overlap_add_do_the_same():
    patches = np.random.default_rng(0).standard_normal((2, 4, 5, 3, 6))
    found, expected = np.ones((2, 2, 13, 27))
    compiled.overlap_add(patches, (3, 4), (1, 2), found)
    portable.overlap_add(patches, (3, 4), (1, 2), expected)
    np.testing.assert_allclose(found, expected, rtol=1e-14)
    assert (found[:, 0] == 1).all()


@pytest.mark.parametrize("name", [name for name, (shape, *_) in SHAPES.items() if len(shape) == 2])
def test_occurrences_of_filters_are_added_as_the_matrix_says(name):
    bank = make_bank(name)
    codes = random_pair(bank, 1)[1][0] * (np.random.default_rng(0).random(bank.matrix.shape[1]) < 0.3)
    (places,) = np.nonzero(codes)
    found = np.ones(len(bank.matrix))
    add_occurrences(np.ascontiguousarray(bank.filters.T), bank.stride[0], places, codes[places], found)
    np.testing.assert_allclose(found, 1 + bank.matrix @ codes, atol=1e-13)


@every_shape
def test_products_on_a_device_are_those_on_the_host(name, cupy):
    bank = make_bank(name)
    signals, codes = random_pair(bank, 3)
    expected = products(convolution_of(bank), signals, codes)
    convolution = Convolution(cupy.asarray(bank.filters), bank.stride, bank.signal_shape)
    put, outs = (cupy.asarray(signals), cupy.asarray(codes)), (cupy.asarray(codes), cupy.asarray(signals))
    found = convolution.correlate(put[0], outs[0]), convolution.synthesize(put[1], outs[1])
    for one, other in zip((*found, convolution.filter_gradient(*put)), expected, strict=True):
        np.testing.assert_allclose(one.get(), other, atol=1e-12)


@every_shape
def test_taps_are_all_that_the_gram_matrix_holds(name):
    bank = make_bank(name)
    taps, count = gram_taps(bank.filters, bank.stride), len(bank.penalties)
    places = np.array(list(np.ndindex(*(1,) * (2 - len(bank.grid)), *bank.grid)))
    reach = np.array(taps.shape[1:3]) // 2
    expected = np.zeros((len(places), count, len(places), count))
    for one, other in np.ndindex(len(places), len(places)):
        offset = places[other] - places[one]
        if (np.abs(offset) <= reach).all():
            expected[one, :, other] = taps[:, reach[0] + offset[0], reach[1] + offset[1]]
    np.testing.assert_allclose(bank.matrix.T @ bank.matrix, expected.reshape(bank.matrix.shape[1], -1), atol=1e-13)


@every_shape
def test_the_bound_is_never_below_the_largest_eigenvalue(name):
    for seed in range(5):
        bank = make_bank(name, seed=seed)
        largest = np.linalg.norm(bank.matrix, 2) ** 2
        assert largest * (1 - 1e-12) <= lipschitz_bound(bank.filters, bank.stride)


@pytest.mark.parametrize(("shape", "size", "stride"), [((9, 2), (400,), (1,)), ((5, 4, 3), (40, 40), (2, 3))])
def test_the_bound_is_a_few_percent_above_the_largest_eigenvalue_for_long_signals(shape, size, stride):
    filters = np.random.default_rng(1).standard_normal(shape)
    bank = Bank(filters, (1.0,) * shape[-1], size, stride, None)
    assert lipschitz_bound(filters, stride) <= 1.06 * np.linalg.norm(bank.matrix, 2) ** 2


@pytest.mark.parametrize(("shape", "stride"), [((9, 1), (1,)), ((12, 2), (2,)), ((5, 4, 2), (1, 1))])
def test_the_bound_makes_up_for_frequencies_between_those_of_the_grid(shape, stride, monkeypatch):
    for seed in range(10):
        filters = np.random.default_rng(seed).standard_normal(shape)
        monkeypatch.setattr(lipschitz, "OVERSAMPLING", 512 if len(stride) == 1 else 64)
        fine = lipschitz_bound(filters, stride)
        monkeypatch.setattr(lipschitz, "OVERSAMPLING", 3)
        assert lipschitz_bound(filters, stride) >= fine * (1 - 1e-12)


def test_a_bound_above_the_ceiling_and_filters_that_are_not_finite_raise_the_alarm():
    filters = np.ones((9, 2))
    assert lipschitz_bound(filters, (1,), ceiling=200.0) == pytest.approx(162, rel=0.05)
    with pytest.raises(DivergedError, match="run away.*above 100"):
        lipschitz_bound(filters, (1,), ceiling=100.0)
    with pytest.raises(DivergedError, match="NaN"):
        lipschitz_bound(np.full((9, 2), np.nan), (1,))

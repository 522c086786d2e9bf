"""Gabor functions are recognised, whatever their place, phase, sign and scale; blobs and noise are told apart."""

import numpy as np
import pytest
from scipy.optimize import differential_evolution

from lsalsa.errors import DataError, ShapeError
from papers.crsae.denoising.gabor import gabor_likeness

ROWS, COLUMNS = np.mgrid[:7, :7] - 3.0


def gabor(angle, frequency, phase, row, column, along, across):
    """A Gabor function on 7 x 7 pixels whose wave runs along an angle from the rows' axis."""
    u = (ROWS - row) * np.cos(angle) + (COLUMNS - column) * np.sin(angle)
    v = (COLUMNS - column) * np.cos(angle) - (ROWS - row) * np.sin(angle)
    return np.exp(-0.5 * (u / along) ** 2 - 0.5 * (v / across) ** 2) * np.cos(2 * np.pi * frequency * u + phase)


def bank(n, seed):
    rng = np.random.default_rng(seed)
    low, high = [0, 0.15, 0, -1, -1, 1.2, 1.5], [np.pi, 0.35, 2 * np.pi, 1, 1, 2, 2.5]
    return np.stack([gabor(*rng.uniform(low, high)) for _ in range(n)], axis=2)


def test_gabor_functions_are_explained_and_oriented():
    found = gabor_likeness(bank(12, seed=0))
    assert found["r2"].min() > 0.99
    assert found["selectivity"].min() > 0.4


def test_the_wave_may_be_any_of_the_two_axes_or_both_diagonals():
    filters = np.stack([gabor(angle, 0.25, 0.5, 0, 0, 1.5, 2) for angle in np.pi * np.arange(4) / 4], axis=2)
    found = gabor_likeness(filters)
    assert found["r2"].min() > 0.999
    np.testing.assert_allclose(found["selectivity"], found["selectivity"][0], atol=0.05)
    assert found["selectivity"].min() > 0.8


def test_a_round_blob_is_a_gabor_function_without_orientation():
    found = gabor_likeness(np.exp(-0.5 * (ROWS**2 + COLUMNS**2) / 1.3**2)[..., None])
    assert found["r2"][0] > 0.99
    assert found["selectivity"][0] < 1e-12


def test_random_filters_are_neither():
    found = gabor_likeness(np.random.default_rng(1).standard_normal((7, 7, 24)))
    assert 0.22 < np.median(found["r2"]) < 0.42
    assert 0.08 < np.median(found["selectivity"]) < 0.28
    assert (found["r2"] < 0.8).all()


def test_sign_scale_and_company_do_not_matter():
    filters = np.random.default_rng(2).standard_normal((7, 7, 3))
    found = gabor_likeness(filters)
    other = gabor_likeness(-4 * filters[..., ::-1])
    for name, values in found.items():
        np.testing.assert_allclose(other[name][::-1], values, atol=1e-9)


def test_no_better_gabor_function_is_found_by_evolution():
    """The whole model in its eight parameters, searched by another method without starting points."""
    target = bank(1, seed=3)[..., 0] + 0.3 * np.random.default_rng(3).standard_normal((7, 7))
    target /= np.linalg.norm(target)

    def missed(p):
        return float(((target - p[0] * gabor(*p[1:])) ** 2).sum())

    bounds = [(0, 2), (0, np.pi), (0, 0.5), (0, 2 * np.pi), (-3, 3), (-3, 3), (0.5, 7), (0.5, 7)]
    best = differential_evolution(missed, bounds, seed=0, maxiter=150, popsize=12, tol=1e-6).fun
    assert gabor_likeness(target[..., None])["r2"][0] > 1 - best - 0.01


@pytest.mark.parametrize(
    ("filters", "error", "message"),
    [
        (np.zeros((7, 7)), ShapeError, r"found shape \(7, 7\)"),
        (np.ones((2, 4, 3)), ShapeError, "at least 9 pixels each"),
        (np.full((7, 7, 2), np.nan), DataError, "filters holds NaN or Inf"),
        (np.stack([np.ones((3, 3)), np.zeros((3, 3))], axis=2), DataError, "filter 1 has norm 0"),
    ],
)
def test_what_has_no_shape_is_refused(filters, error, message):
    with pytest.raises(error, match=message):
        gabor_likeness(filters)

"""A^T A and inverses, small and in blocks, against NumPy's."""

import numpy as np
import pytest

from lsalsa.arrays import parallel_map, set_threads, symmetric, threads


@pytest.fixture(params=[False, True], ids=["whole", "blocks"])
def blocks(request, monkeypatch):
    if request.param:
        monkeypatch.setattr(symmetric, "LARGE", 2)
        monkeypatch.setattr(symmetric, "BLOCK", 7)


@pytest.mark.parametrize("n", [1, 7, 8, 30])
def test_grams_and_inverses_are_those_of_numpy(n, blocks):
    atoms = np.random.default_rng(n).standard_normal((n // 2 + 1, n))
    gram = symmetric.gram(atoms)
    np.testing.assert_allclose(gram, atoms.T @ atoms, atol=1e-12)
    inverse = symmetric.inverse(gram + 0.5 * np.eye(n))
    np.testing.assert_allclose(inverse, np.linalg.inv(atoms.T @ atoms + 0.5 * np.eye(n)), atol=1e-11)
    assert np.array_equal(inverse, inverse.T)


def test_a_matrix_that_is_not_positive_definite_has_none(blocks):
    matrix = np.eye(20)
    matrix[15, 15] = -1.0
    assert symmetric.inverse(matrix) is None


def test_threads_do_not_change_a_byte(monkeypatch):
    monkeypatch.setattr(symmetric, "LARGE", 2)
    monkeypatch.setattr(symmetric, "BLOCK", 16)
    atoms = np.random.default_rng(0).standard_normal((60, 100))
    before, found = threads(), []
    try:
        for count in (1, 2, 3):
            set_threads(count)
            found.append(symmetric.inverse(symmetric.gram(atoms) + np.eye(100)).tobytes())
    finally:
        set_threads(before)
    found += parallel_map(lambda _: symmetric.inverse(symmetric.gram(atoms) + np.eye(100)).tobytes(), [0])
    assert len(set(found)) == 1

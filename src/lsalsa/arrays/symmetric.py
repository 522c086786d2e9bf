"""A^T A and inverses of positive definite matrices in float64, in one BLAS at a time and with any number of threads.

NumPy and SciPy bring a BLAS each, with threads of its own that spin after a product. Where the two alternate on the
same cores they wait for each other: 8 ms instead of 0.1 for 100 atoms. So each runs on one thread here; a large matrix
is cut into blocks, which our workers share. The cut depends on the size only, so the result is the same to the byte
with one thread or many.
"""

from typing import Any

import numpy as np

from lsalsa.arrays.blas import one_blas_thread
from lsalsa.arrays.namespace import is_host
from lsalsa.arrays.workers import parallel_map

LARGE = 1024  # rows from which a matrix is worth cutting
BLOCK = 256


def gram(atoms: Any) -> Any:
    """A^T A.

    Parameters
    ----------
    atoms : array, (n_features, n_atoms)

    Returns
    -------
    gram : array, (n_atoms, n_atoms)
        Of the dtype of the atoms.
    """
    if not is_host(atoms):
        return atoms.T @ atoms
    if atoms.shape[1] < LARGE:
        with one_blas_thread():
            return atoms.T @ atoms
    return _mirrored(atoms.shape[1], lambda down, across: atoms[:, down].T @ atoms[:, across], atoms.dtype)


def inverse(matrix: np.ndarray) -> np.ndarray | None:
    """The inverse of a symmetric positive definite matrix from its Cholesky factor.

    Parameters
    ----------
    matrix : array, (n, n), float64
        In host memory; used up.

    Returns
    -------
    inverse : array, (n, n), float64
        None for a matrix that is not positive definite to rounding.
    """
    if len(matrix) < LARGE:
        with one_blas_thread():
            return _small_inverse(matrix)
    if not _factorise(matrix):
        return None
    half = np.zeros_like(matrix)
    parallel_map(lambda columns: _invert_columns(matrix, half, columns), _blocks(len(matrix)))
    return _mirrored(len(matrix), lambda down, across: half[down.start :, down].T @ half[down.start :, across])


def _small_inverse(matrix: np.ndarray) -> np.ndarray | None:
    from scipy.linalg.lapack import dpotrf, dpotri

    factor, failed = dpotrf(matrix, lower=True)
    if failed:
        return None
    below, _ = dpotri(factor, lower=True, overwrite_c=True)  # the part above the diagonal is not written
    return np.where(np.tri(len(below), dtype=bool), below, below.T)


def _blocks(n: int) -> list[slice]:
    return [slice(start, min(start + BLOCK, n)) for start in range(0, n, BLOCK)]


def _mirrored(n: int, block: Any, dtype: Any = np.float64) -> np.ndarray:
    """The symmetric matrix whose blocks on and below the diagonal are `block(rows, columns)`."""
    whole, blocks = np.empty((n, n), dtype), _blocks(n)

    def fill(place: tuple[slice, slice]) -> None:
        down, across = place
        whole[down, across] = block(down, across)
        whole[across, down] = whole[down, across].T

    parallel_map(fill, [(down, across) for down in blocks for across in blocks if across.start <= down.start])
    return whole


def _factorise(matrix: np.ndarray) -> bool:
    """Overwrite the part on and below the diagonal by the Cholesky factor L; whether there is one."""
    from scipy.linalg.lapack import dpotrf

    for place in _blocks(len(matrix)):
        with one_blas_thread():
            corner, failed = dpotrf(_reduced(matrix, place, place), lower=True)
        if failed:
            return False
        matrix[place, place] = corner
        below = [rows for rows in _blocks(len(matrix)) if rows.start > place.start]
        parallel_map(lambda rows: _solve_rows(matrix, rows, place), below)  # noqa: B023  called at once
    return True


def _solve_rows(matrix: np.ndarray, rows: slice, place: slice) -> None:
    """Rows of L below its corner: X with X corner^T = what is left of the matrix."""
    matrix[rows, place] = _solved(matrix[place, place], _reduced(matrix, rows, place).T).T


def _reduced(matrix: np.ndarray, rows: slice, columns: slice) -> np.ndarray:
    """A block less what the columns of L before it explain."""
    return matrix[rows, columns] - matrix[rows, : columns.start] @ matrix[columns, : columns.start].T


def _invert_columns(factor: np.ndarray, out: np.ndarray, columns: slice) -> None:
    """Some columns of the inverse of L, block by block from the diagonal down."""
    for rows in _blocks(len(factor)):
        if rows.start == columns.start:
            out[rows, columns] = _solved(factor[rows, rows], np.eye(rows.stop - rows.start))
        elif rows.start > columns.start:
            before = slice(columns.start, rows.start)
            out[rows, columns] = _solved(factor[rows, rows], -(factor[rows, before] @ out[before, columns]))


def _solved(corner: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """X with L X = wanted, for a corner of L."""
    from scipy.linalg.blas import dtrsm

    return dtrsm(1.0, corner, wanted, lower=True)

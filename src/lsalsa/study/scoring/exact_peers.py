"""Exact solvers of other packages on the same problem. A package that cannot be imported is named with the reason."""

import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib import import_module
from types import ModuleType
from typing import Any

import numpy as np

from lsalsa.arrays import one_blas_thread, threads, to_host
from lsalsa.problem import SparseCodingProblem

EXACT = {"spams": "SPAMS lasso", "sklearn": "scikit-learn lasso_cd", "sporco": "SPORCO BPDN"}
SPORCO_OPTIONS = {"Verbose": False, "MaxMainIter": 200, "RelStopTol": 1e-4}


class AbsentPeer(Exception):
    """A peer cannot be imported here; the message says why."""


def load(module: str) -> ModuleType:
    """Import a peer's module; raise AbsentPeer if that fails for any reason."""
    try:
        return import_module(module)
    except Exception as error:  # a broken installation can raise anything; the row is skipped
        raise AbsentPeer(f"{module} cannot be imported: {error}") from error


def exact_codes(peer: str, problem: SparseCodingProblem, signals: Any) -> Callable[[], np.ndarray]:
    """Prepare a peer of `optimal_codes` for signals.

    All peers solve with one penalty of 1: the atoms are divided by their penalties, and so are the codes.

    Parameters
    ----------
    peer : str
        A key of `EXACT`.
    problem : SparseCodingProblem
    signals : array, (n_samples, n_features)

    Returns
    -------
    work : callable
        Without arguments; returns the codes, (n_samples, n_atoms), float64.

    Raises
    ------
    AbsentPeer
        The peer cannot be imported.
    """
    penalties = to_host(problem.penalty_of_atom).astype(np.float64)
    atoms = to_host(problem.dictionary).astype(np.float64) / penalties
    columns = to_host(signals).astype(np.float64).T
    return partial(_divided, _EXACT_WORKS[peer](atoms, columns), penalties)


def _divided(work: Callable[[], np.ndarray], penalties: np.ndarray) -> np.ndarray:
    return work() / penalties


def _spams(atoms: np.ndarray, columns: np.ndarray) -> Callable[[], np.ndarray]:
    """Use LARS; mode 2 is 1/2 |y - A x|^2 + lambda1 |x|_1."""
    spams = load("spams")
    atoms, columns = np.asfortranarray(atoms), np.asfortranarray(columns)
    settings = {"lambda1": 1.0, "mode": 2, "numThreads": threads()}
    return lambda: spams.lasso(columns, D=atoms, **settings).T.toarray()


def _sklearn(atoms: np.ndarray, columns: np.ndarray) -> Callable[[], np.ndarray]:
    """Use coordinate descent at its default tolerance; threads share the samples."""
    sparse_encode = load("sklearn.decomposition").sparse_encode
    parts = np.array_split(np.ascontiguousarray(columns.T), threads())
    encode = partial(sparse_encode, dictionary=np.ascontiguousarray(atoms.T), algorithm="lasso_cd", alpha=1.0)

    def work() -> np.ndarray:
        with warnings.catch_warnings(), one_blas_thread(), ThreadPoolExecutor(threads()) as pool:
            warnings.simplefilter("ignore")  # the accuracy is measured afterwards
            return np.concatenate(list(pool.map(encode, parts)))

    return work


def _sporco(atoms: np.ndarray, columns: np.ndarray) -> Callable[[], np.ndarray]:
    """Use ADMM for all samples at once, until its residuals are small or the iterations are used up."""
    bpdn = load("sporco.admm.bpdn")
    return lambda: bpdn.BPDN(atoms, columns, 1.0, bpdn.BPDN.Options(SPORCO_OPTIONS)).solve().T


_EXACT_WORKS = {"spams": _spams, "sklearn": _sklearn, "sporco": _sporco}

"""Other people's exact solvers on the same problem. One that cannot be imported is refused by name and reason."""

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
    """A peer that cannot be imported here, and why."""


def load(module: str) -> ModuleType:
    """Import a peer's module; AbsentPeer when that fails for any reason."""
    try:
        return import_module(module)
    except Exception as error:  # a broken installation fails in many ways, and each only means a skipped row
        raise AbsentPeer(f"{module} cannot be imported: {error}") from error


def exact_codes(peer: str, problem: SparseCodingProblem, signals: Any) -> Callable[[], np.ndarray]:
    """A work that gives the codes of a peer of `optimal_codes`, (n_samples, n_atoms), float64.

    All of them solve with one penalty of 1: the atoms are divided by their penalties, and so are the codes.
    """
    penalties = to_host(problem.penalty_of_atom).astype(np.float64)
    atoms = to_host(problem.dictionary).astype(np.float64) / penalties
    columns = to_host(signals).astype(np.float64).T
    return partial(_divided, _EXACT_WORKS[peer](atoms, columns), penalties)


def _divided(work: Callable[[], np.ndarray], penalties: np.ndarray) -> np.ndarray:
    return work() / penalties


def _spams(atoms: np.ndarray, columns: np.ndarray) -> Callable[[], np.ndarray]:
    """LARS; mode 2 is 1/2 |y - A x|^2 + lambda1 |x|_1."""
    spams = load("spams")
    atoms, columns = np.asfortranarray(atoms), np.asfortranarray(columns)
    settings = {"lambda1": 1.0, "mode": 2, "numThreads": threads()}
    return lambda: spams.lasso(columns, D=atoms, **settings).T.toarray()


def _sklearn(atoms: np.ndarray, columns: np.ndarray) -> Callable[[], np.ndarray]:
    """Coordinate descent at its default tolerance; the samples are shared out among threads."""
    sparse_encode = load("sklearn.decomposition").sparse_encode
    parts = np.array_split(np.ascontiguousarray(columns.T), threads())
    encode = partial(sparse_encode, dictionary=np.ascontiguousarray(atoms.T), algorithm="lasso_cd", alpha=1.0)

    def work() -> np.ndarray:
        with warnings.catch_warnings(), one_blas_thread(), ThreadPoolExecutor(threads()) as pool:
            warnings.simplefilter("ignore")  # what it reached is measured, not believed
            return np.concatenate(list(pool.map(encode, parts)))

    return work


def _sporco(atoms: np.ndarray, columns: np.ndarray) -> Callable[[], np.ndarray]:
    """ADMM for all samples at once, until its residuals are small or the iterations are used up."""
    bpdn = load("sporco.admm.bpdn")
    return lambda: bpdn.BPDN(atoms, columns, 1.0, bpdn.BPDN.Options(SPORCO_OPTIONS)).solve().T


_EXACT_WORKS = {"spams": _spams, "sklearn": _sklearn, "sporco": _sporco}

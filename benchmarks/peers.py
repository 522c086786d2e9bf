"""Other people's programs doing the same work. One that cannot be imported is refused by name and reason."""

import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib import import_module
from types import ModuleType
from typing import Any

import numpy as np

from lsalsa.arrays import one_blas_thread, threads, to_host
from lsalsa.encoders import Encoder
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
    penalties = to_host(problem.thresholds).astype(np.float64)
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


class TorchStep:
    """The training step of an encoder in PyTorch: eager, automatic differentiation, SGD, on the CPU.

    The thresholds must be one number, which is the faster form there.
    """

    def __init__(self, encoder: Encoder, signals: Any, targets: Any, rate: float):
        self.torch = load("torch")
        self.torch.set_num_threads(threads())
        tensors = [self.torch.from_numpy(to_host(array).copy()) for array in (signals, targets)]
        self.signals, self.targets = tensors
        learned = [self.torch.from_numpy(to_host(encoder.arrays[name]).copy()) for name in encoder.learned]
        self.filter, self.square = (tensor.requires_grad_() for tensor in learned)
        self.optimizer = self.torch.optim.SGD([self.filter, self.square], lr=rate)
        self.threshold = float(encoder.arrays["thresholds"][0])
        self.settings = encoder.settings
        self.forward = {"lista": self._lista, "lsalsa": self._lsalsa}[encoder.name]

    def __call__(self, index: np.ndarray) -> None:
        """Gather the batch, go forward and back, update."""
        rows = self.torch.from_numpy(index)
        error = self.forward(self.signals[rows] @ self.filter) - self.targets[rows]
        self.optimizer.zero_grad()
        (0.5 / len(index) * (error * error).sum()).backward()
        self.optimizer.step()

    def _lista(self, fit: Any) -> Any:
        codes = self._soft(fit)
        for _ in range(self.settings["depth"]):
            codes = self._soft(codes @ self.square + fit)
        return codes

    def _lsalsa(self, fit: Any) -> Any:
        x, d = fit, self.torch.zeros_like(fit)
        for _ in range(self.settings["depth"]):
            u = self._soft(x + d)
            x = (fit + self.settings["mu"] * (u - d)) @ self.square
            d = d - u + x
        return self._soft(x)

    def _soft(self, values: Any) -> Any:
        return self.torch.nn.functional.softshrink(values, self.threshold)

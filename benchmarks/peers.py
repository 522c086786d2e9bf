"""Other people's programs doing the same work. One that cannot be imported is refused by name and reason."""

import math
import time
import warnings
from typing import Any

import numpy as np

from lsalsa.arrays import threads, to_host
from lsalsa.encoders import Encoder
from lsalsa.study.exact_peers import EXACT, AbsentPeer, exact_codes, load

__all__ = ["DICTIONARIES", "EXACT", "AbsentPeer", "TorchStep", "exact_codes", "load"]


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

    def _lista(self, filtered: Any) -> Any:
        codes = self._soft(filtered)
        for _ in range(self.settings["depth"]):
            codes = self._soft(codes @ self.square + filtered)
        return codes

    def _lsalsa(self, filtered: Any) -> Any:
        x, d = filtered, self.torch.zeros_like(filtered)
        for _ in range(self.settings["depth"]):
            u = self._soft(x + d)
            x = (filtered + self.settings["mu"] * (u - d)) @ self.square
            d = d - u + x
        return self._soft(x)

    def _soft(self, values: Any) -> Any:
        return self.torch.nn.functional.softshrink(values, self.threshold)


def spams_dictionary(signals: np.ndarray, atoms: np.ndarray, penalty: float, batch: int, seconds: float) -> np.ndarray:
    """A dictionary after some seconds of SPAMS, in its default mode of forgetting.

    Parameters
    ----------
    signals : array, (n_samples, n_features)
    atoms : array, (n_features, n_atoms)
        To start from.
    penalty : float
    batch : int
        Signals of a step.
    seconds : float
        A negative number of iterations is a number of whole seconds there.

    Returns
    -------
    dictionary : array, (n_features, n_atoms)

    Raises
    ------
    AbsentPeer
        SPAMS cannot be imported.
    """
    spams = load("spams")
    columns, start = (np.asfortranarray(array.astype(np.float64)) for array in (signals.T, atoms))
    settings = {"lambda1": penalty, "mode": 2, "batchsize": batch, "numThreads": threads(), "verbose": False}
    return spams.trainDL(columns, D=start, K=atoms.shape[1], iter=-math.ceil(seconds), **settings)


def sklearn_dictionary(
    signals: np.ndarray, atoms: np.ndarray, penalty: float, batch: int, seconds: float
) -> np.ndarray:
    """A dictionary after some seconds of scikit-learn's mini-batches with coordinate descent.

    Parameters
    ----------
    signals, atoms, penalty, batch, seconds
        As for `spams_dictionary`.

    Returns
    -------
    dictionary : array, (n_features, n_atoms)

    Raises
    ------
    AbsentPeer
        scikit-learn or joblib cannot be imported.
    """
    parallel = load("joblib").parallel_config(backend="threading", n_jobs=threads())
    methods = {"fit_algorithm": "cd", "transform_algorithm": "lasso_cd"}
    learner = load("sklearn.decomposition").MiniBatchDictionaryLearning(
        atoms.shape[1], alpha=penalty, batch_size=batch, dict_init=atoms.T.astype(np.float64), random_state=0, **methods
    )
    signals, order = signals.astype(np.float64), np.random.default_rng(0)
    started = time.perf_counter()
    with parallel, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of single codes that miss their tolerance
        while time.perf_counter() < started + seconds:
            learner.partial_fit(signals[order.choice(len(signals), batch, replace=False)])
    return learner.components_.T


DICTIONARIES = {"SPAMS trainDL": spams_dictionary, "scikit-learn MiniBatchDictionaryLearning": sklearn_dictionary}

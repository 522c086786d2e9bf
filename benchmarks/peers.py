"""Other people's programs doing the same work. One that cannot be imported is refused by name and reason."""

import math
import time
import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from lsalsa.arrays import threads, to_host
from lsalsa.encoders import Encoder
from lsalsa.study.scoring.exact_peers import EXACT, AbsentPeer, exact_codes, load

__all__ = [
    "DICTIONARIES",
    "EXACT",
    "NETWORKS",
    "STEPS",
    "AbsentPeer",
    "JaxNetwork",
    "TorchConvolution",
    "TorchNetwork",
    "TorchStep",
    "exact_codes",
    "load",
]

EAGER, COMPILED, JAX = "PyTorch eager, CPU", "torch.compile, CPU", "JAX jit, CPU"


def _lista(filtered: Any, square: Any, soft: Callable[[Any], Any], settings: Mapping[str, Any]) -> Any:
    codes = soft(filtered)
    for _ in range(settings["depth"]):
        codes = soft(codes @ square + filtered)
    return codes


def _lsalsa(filtered: Any, square: Any, soft: Callable[[Any], Any], settings: Mapping[str, Any]) -> Any:
    x, d = filtered, filtered * 0
    for _ in range(settings["depth"]):
        u = soft(x + d)
        x = (filtered + settings["mu"] * (u - d)) @ square
        d = d - u + x
    return soft(x)


FORMULAS = {"lista": _lista, "lsalsa": _lsalsa}
"""Encoder -> its codes from filtered signals, as the papers print them, for arrays of any library."""


class TorchNetwork:
    """An encoder in PyTorch, on the CPU: eager, or compiled by torch.compile.

    The thresholds must be one number, which is the faster form there.
    """

    def __init__(self, encoder: Encoder, compiled: bool = False):
        self.torch = load("torch")
        self.torch.set_num_threads(threads())
        learned = [self.torch.from_numpy(to_host(encoder.arrays[name]).copy()) for name in encoder.learned]
        self.filter, self.square = (tensor.requires_grad_() for tensor in learned)
        self.threshold = float(encoder.arrays["thresholds"][0])
        self.settings = encoder.settings
        self.formula = FORMULAS[encoder.name]
        self.forward = self.torch.compile(self._forward) if compiled else self._forward

    def encode(self, signals: Any) -> Callable[[], Any]:
        """A work that encodes the signals without gradients."""
        tensor = self.torch.from_numpy(to_host(signals).copy())

        def work() -> Any:
            with self.torch.inference_mode():
                return self.forward(tensor)

        return work

    def _forward(self, signals: Any) -> Any:
        return self.formula(signals @ self.filter, self.square, self._soft, self.settings)

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


class TorchStep(TorchNetwork):
    """The training step of an encoder in PyTorch: automatic differentiation, SGD, on the CPU."""

    def __init__(self, encoder: Encoder, signals: Any, targets: Any, rate: float, compiled: bool = False):
        super().__init__(encoder, compiled)
        self.signals, self.targets = (self.torch.from_numpy(to_host(each).copy()) for each in (signals, targets))
        self.optimizer = self.torch.optim.SGD([self.filter, self.square], lr=rate)

    def __call__(self, index: np.ndarray) -> None:
        """Gather the batch, go forward and back, update."""
        rows = self.torch.from_numpy(index)
        error = self.forward(self.signals[rows]) - self.targets[rows]
        self.optimizer.zero_grad()
        (0.5 / len(index) * (error * error).sum()).backward()
        self.optimizer.step()


class TorchConvolution:
    """CRsAE in PyTorch, eager, on the CPU: a recording, filters of one length, stride 1, codes not negative."""

    def __init__(self, encoder: Any):
        self.torch = load("torch")
        self.torch.set_num_threads(threads())
        arrays = {name: self.torch.from_numpy(to_host(array).copy()) for name, array in encoder.arrays.items()}
        self.filters = arrays["filters"].T[:, None].contiguous()  # (n_filters, 1, length)
        self.step = float(arrays["step"])
        self.thresholds = (self.step * arrays["penalties"])[:, None]
        self.momenta = encoder.momenta(encoder.depth + 1)[1:]

    def encode(self, signals: Any) -> Callable[[], Any]:
        """A work that encodes the signals without gradients: (n_samples, n_filters, n_positions)."""
        functional = self.torch.nn.functional
        signals = self.torch.from_numpy(to_host(signals).copy())[:, None]

        def work() -> Any:
            with self.torch.inference_mode():
                x = z = self.torch.zeros(())
                for layer, momentum in enumerate(self.momenta):
                    residual = signals - functional.conv_transpose1d(z, self.filters) if layer else signals
                    moved = z + self.step * functional.conv1d(residual, self.filters)
                    new = self.torch.relu(moved - self.thresholds)
                    x, z = new, new + momentum * (new - x)
                return x

        return work


class JaxNetwork:
    """An encoder in JAX, compiled by jit; on the CPU it uses all cores that the process may run on."""

    def __init__(self, encoder: Encoder):
        self.jax = load("jax")
        self.device = self.jax.devices("cpu")[0]
        arrays = {name: to_host(array) for name, array in encoder.arrays.items()}
        self.parameters = self._put((arrays["filter"], arrays["splitting"]))
        self.threshold, self.settings = float(arrays["thresholds"][0]), encoder.settings
        self.formula = FORMULAS[encoder.name]

    def encode(self, signals: Any) -> Callable[[], Any]:
        """A work that encodes the signals."""
        compiled, put = self.jax.jit(self.forward), self._put(to_host(signals))
        return lambda: compiled(self.parameters, put).block_until_ready()

    def step(self, signals: Any, targets: Any, rate: float) -> Callable[[np.ndarray], Any]:
        """A training step on a batch of the samples: gradient by automatic differentiation, SGD."""
        signals, targets = self._put(to_host(signals)), self._put(to_host(targets))

        def loss(parameters: Any, index: Any) -> Any:
            error = self.forward(parameters, signals[index]) - targets[index]
            return 0.5 / len(index) * (error * error).sum()

        @self.jax.jit
        def moved(parameters: Any, index: Any) -> Any:
            gradients = self.jax.grad(loss)(parameters, index)
            return [each - rate * gradient for each, gradient in zip(parameters, gradients, strict=True)]

        def work(index: np.ndarray) -> None:
            self.parameters = self.jax.block_until_ready(moved(self.parameters, index))

        return work

    def _put(self, values: Any) -> Any:
        return self.jax.device_put(values, self.device)

    def forward(self, parameters: Any, signals: Any) -> Any:
        """Codes of signals, as a function of the parameters."""
        return self.formula(signals @ parameters[0], parameters[1], self._soft, self.settings)

    def _soft(self, values: Any) -> Any:
        return values - self.jax.numpy.clip(values, -self.threshold, self.threshold)


# Makers of a work that encodes the signals, by the peer's name.
NETWORKS: dict[str, Callable[[Encoder, Any], Callable[[], Any]]] = {
    EAGER: lambda encoder, signals: TorchNetwork(encoder).encode(signals),
    COMPILED: lambda encoder, signals: TorchNetwork(encoder, compiled=True).encode(signals),
    JAX: lambda encoder, signals: JaxNetwork(encoder).encode(signals),
}
# Makers of a training step, called with the index of a batch.
STEPS: dict[str, Callable[[Encoder, Any, Any, float], Callable[[np.ndarray], Any]]] = {
    EAGER: TorchStep,
    COMPILED: lambda encoder, signals, targets, rate: TorchStep(encoder, signals, targets, rate, compiled=True),
    JAX: lambda encoder, signals, targets, rate: JaxNetwork(encoder).step(signals, targets, rate),
}

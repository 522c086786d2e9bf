"""Other people's programs doing the same work. One that cannot be imported is refused by name and reason."""

from typing import Any

import numpy as np

from lsalsa.arrays import threads, to_host
from lsalsa.encoders import Encoder
from lsalsa.study.exact_peers import EXACT, AbsentPeer, exact_codes, load

__all__ = ["EXACT", "AbsentPeer", "TorchStep", "exact_codes", "load"]


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

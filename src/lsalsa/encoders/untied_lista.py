"""Learned ISTA with weights of its own in every layer."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from lsalsa.encoders._dense import DenseEncoder
from lsalsa.encoders.base import Tape
from lsalsa.problem import SparseCodingProblem, check_problem


class UntiedLISTA(DenseEncoder):
    """LISTA (Gregor and LeCun 2010) with a W, an S and thresholds for each layer (docs/method.md, section 10).

    x(1) = soft(W_1 y; b_1), x(t) = soft(W_t y + S_t x(t-1); b_t) for t = 2..T, output x(T). It starts from
    W_t = A^T / L, S_t = I - A^T A / L, b_t = penalty / L and then equals ISTA after T steps. Thresholds never fall
    below 0.

    Parameters
    ----------
    depth : int
        T, the number of layers.
    """

    recordable: ClassVar[bool] = True
    defaults: ClassVar[dict[str, Any]] = {"depth": 5}

    @classmethod
    def shapes(cls, settings: Mapping[str, Any], n_features: int, n_atoms: int) -> dict[str, tuple[int, ...]]:
        depth = settings["depth"]
        mixing = {"splitting": (depth - 1, n_atoms, n_atoms), "thresholds": (depth, n_atoms)}
        return {"filter": (depth, n_features, n_atoms), **mixing}

    @classmethod
    def from_problem(cls, problem: SparseCodingProblem, **settings: Any) -> "UntiedLISTA":
        check_problem(cls.__name__, problem, cls.solves)
        depth, step = cls.complete(settings)["depth"], 1.0 / problem.lipschitz
        filter, splitting = problem.gradient_step(step)
        arrays = {
            "filter": problem.xp.stack([filter] * depth),
            "splitting": problem.xp.stack([splitting] * depth)[1:],
            "thresholds": problem.xp.stack([problem.thresholds(step)] * depth),
        }
        return cls(arrays, **settings)

    @property
    def learned(self) -> tuple[str, ...]:
        return self.parameters

    def forward(self, signals: Any, tape: Tape, out: Any) -> Any:
        xp, filters, layers = self.xp, self.arrays["filter"], tape.layers("x")
        filtered, moved = tape("filtered"), tape("moved")
        moved.fill(0)
        for layer in range(self.depth):
            xp.matmul(signals, filters[layer], out=filtered)
            if layer:
                xp.matmul(layers[layer - 1], self.arrays["splitting"][layer - 1], out=moved)
            x = layers[layer] if layer < self.depth - 1 else out
            self.kernels.soft_threshold_sum(moved, filtered, self.arrays["thresholds"][layer], x)
        return out

    def backward(self, signals: Any, tape: Tape, codes_gradient: Any, names: Sequence[str]) -> dict[str, Any]:
        xp, layers, masked = self.xp, tape.layers("x"), tape.layers("masked")
        layers[-1] = tape("codes")
        gx = codes_gradient
        for layer in reversed(range(self.depth)):
            xp.multiply(gx, layers[layer] != 0, out=masked[layer])
            if layer:
                xp.matmul(masked[layer], self.arrays["splitting"][layer - 1].T, out=gx)
        return {
            "filter": xp.matmul(signals.T, masked),
            "splitting": xp.matmul(xp.swapaxes(layers[:-1], 1, 2), masked[1:]),
            "thresholds": -xp.sum(masked * xp.sign(layers), axis=1),
        }

"""Learned ISTA."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from lsalsa.arrays import nearest
from lsalsa.encoders._dense import DenseEncoder, stacked, transposed
from lsalsa.encoders.base import Tape
from lsalsa.problem import SparseCodingProblem, check_problem

STARTS = ("soft", "filter", "zero")


class LISTA(DenseEncoder):
    """LISTA (Gregor and LeCun 2010; docs/method.md, sections 4 and 7).

    With B = W_e y: x(0) = soft(B), x(t) = soft(B + S x(t-1)) for t = 1..T, output x(T). It starts from
    W_e = A^T / L and S = I - A^T A / L and then equals ISTA after T + 1 steps. The thresholds, penalty / L, are fixed
    unless they are learned.

    Parameters
    ----------
    depth : int
        T, the number of products with S.
    x0 : {"soft", "filter", "zero"}
        x(0) = soft(B), B, or 0.
    learn_thresholds : bool
        Whether training moves the thresholds, never below 0 (SC2Net paper).
    """

    recordable: ClassVar[bool] = True
    stackable: ClassVar[bool] = True
    defaults: ClassVar[dict[str, Any]] = {"depth": 5, "x0": "soft", "learn_thresholds": False}

    @classmethod
    def check(cls, settings: Mapping[str, Any]) -> None:
        if settings["x0"] not in STARTS:
            raise nearest("x0", settings["x0"], STARTS)

    @classmethod
    def from_problem(cls, problem: SparseCodingProblem, **settings: Any) -> "LISTA":
        check_problem(cls.__name__, problem, cls.solves)
        cls.complete(settings)
        step = 1.0 / problem.lipschitz
        filter, splitting = problem.gradient_step(step)
        return cls({"filter": filter, "splitting": splitting, "thresholds": problem.thresholds(step)}, **settings)

    @property
    def learned(self) -> tuple[str, ...]:
        return ("filter", "splitting", "thresholds") if self.settings["learn_thresholds"] else ("filter", "splitting")

    def forward(self, signals: Any, tape: Tape, out: Any) -> Any:
        xp, kernels, thresholds = self.xp, self.kernels, self.arrays["thresholds"]
        filtered = xp.matmul(signals, self.arrays["filter"], out=tape("filtered"))
        x = self._start(filtered, tape("start"))
        moved, layers = tape("moved"), tape.layers("x")
        for layer in range(self.depth):
            xp.matmul(x, self.arrays["splitting"], out=moved)
            x = layers[layer] if layer < self.depth - 1 else out
            kernels.soft_threshold_sum(moved, filtered, thresholds, x)
        return out

    def _start(self, filtered: Any, start: Any) -> Any:
        if self.settings["x0"] == "soft":
            self.kernels.soft_threshold(filtered, self.arrays["thresholds"], start)
        else:
            start[...] = filtered if self.settings["x0"] == "filter" else 0
        return start

    def backward(self, signals: Any, tape: Tape, codes_gradient: Any, names: Sequence[str]) -> dict[str, Any]:
        xp, splitting = self.xp, self.arrays["splitting"]
        start, layers, codes = tape("start"), tape.layers("x"), tape("codes")
        moved_gradients, filtered_gradient = tape.layers("moved_gradient"), tape("filtered_gradient")
        filtered_gradient.fill(0)
        thresholds = xp.zeros_like(self.arrays["thresholds"])
        gx = codes_gradient
        for layer in reversed(range(self.depth)):
            x = layers[layer] if layer < self.depth - 1 else codes
            self.kernels.lista_back(gx, x, moved_gradients[layer], filtered_gradient)
            if "thresholds" in names:
                thresholds -= xp.sum(moved_gradients[layer] * xp.sign(x), axis=-2)
            xp.matmul(moved_gradients[layer], transposed(splitting), out=gx)
        if self.settings["x0"] == "soft":
            gx *= start != 0
            if "thresholds" in names:
                thresholds -= xp.sum(gx * xp.sign(start), axis=-2)
        if self.settings["x0"] != "zero":
            filtered_gradient += gx
        splitting_gradient = transposed(start) @ moved_gradients[0]
        if self.depth > 1:
            splitting_gradient += transposed(stacked(layers[:-1])) @ stacked(moved_gradients[1:])
        filter_gradient = transposed(signals) @ filtered_gradient
        return {"filter": filter_gradient, "splitting": splitting_gradient, "thresholds": thresholds}

"""Learned FISTA."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from lsalsa.arrays import nearest
from lsalsa.encoders._dense import DenseEncoder
from lsalsa.encoders._momentum import momenta_of_fista
from lsalsa.encoders.base import Tape
from lsalsa.problem import SparseCodingProblem, check_problem

STARTS = ("first", "last")


class LFISTA(DenseEncoder):
    """LFISTA (Moreau and Bruna 2017; docs/method.md, section 8).

    With B = W_e y, x(0) = x(-1) = 0: x(t) = soft(B + S_t x(t-1) + M_t x(t-2)) for t = 1..T, output x(T). It starts
    from W_e = A^T / L, S_t = (1 + m_t) (I - A^T A / L) and M_t = -m_t (I - A^T A / L), where m_t is FISTA's momentum,
    and then equals FISTA after T iterations. As released with the SC2Net paper the layers share S and M, those of the
    first layer: M = 0, so that it starts as ISTA.

    Parameters
    ----------
    depth : int
        T, the number of layers.
    tied : bool
        One S and one M for all layers, or one for each.
    start : {"first", "last"}
        The layer whose S and M a tied network starts from.
    learn_thresholds : bool
        Whether training moves the thresholds, penalty / L at the start, never below 0.
    """

    recordable: ClassVar[bool] = True
    defaults: ClassVar[dict[str, Any]] = {"depth": 5, "tied": True, "start": "first", "learn_thresholds": True}

    @classmethod
    def check(cls, settings: Mapping[str, Any]) -> None:
        if settings["start"] not in STARTS:
            raise nearest("start", settings["start"], STARTS)

    @classmethod
    def shapes(cls, settings: Mapping[str, Any], n_features: int, n_atoms: int) -> dict[str, tuple[int, ...]]:
        per_layer = (1 if settings["tied"] else settings["depth"], n_atoms, n_atoms)
        mixing = {"splitting": per_layer, "momentum": per_layer}
        return {"filter": (n_features, n_atoms), **mixing, "thresholds": (n_atoms,)}

    @classmethod
    def from_problem(cls, problem: SparseCodingProblem, **settings: Any) -> "LFISTA":
        check_problem(cls.__name__, problem, cls.solves)
        full = cls.complete(settings)
        step = 1.0 / problem.lipschitz
        filter, transition = problem.gradient_step(step)
        momenta = momenta_of_fista(full["depth"])
        if full["tied"]:
            momenta = momenta[:1] if full["start"] == "first" else momenta[-1:]
        weights = problem.asarray(momenta)[:, None, None]
        mixing = {"splitting": (1 + weights) * transition, "momentum": -weights * transition}
        return cls({"filter": filter, **mixing, "thresholds": problem.thresholds(step)}, **settings)

    @property
    def learned(self) -> tuple[str, ...]:
        return tuple(name for name in self.parameters if name != "thresholds" or self.settings["learn_thresholds"])

    def _of_layer(self, name: str, layer: int) -> Any:
        return self.arrays[name][0 if self.settings["tied"] else layer]

    def forward(self, signals: Any, tape: Tape, out: Any) -> Any:
        xp, thresholds = self.xp, self.arrays["thresholds"]
        filtered = xp.matmul(signals, self.arrays["filter"], out=tape("filtered"))
        moved, older, layers = tape("moved"), tape("older"), tape.layers("x", alive=2)
        for layer in range(self.depth):
            moved.fill(0)
            if layer > 0:
                xp.matmul(layers[layer - 1], self._of_layer("splitting", layer), out=moved)
            if layer > 1:
                moved += xp.matmul(layers[layer - 2], self._of_layer("momentum", layer), out=older)
            self.kernels.soft_threshold_sum(
                moved, filtered, thresholds, layers[layer] if layer < self.depth - 1 else out
            )
        return out

    def backward(self, signals: Any, tape: Tape, codes_gradient: Any, names: Sequence[str]) -> dict[str, Any]:
        xp, layers, masked, filtered_gradient = (
            self.xp,
            tape.layers("x"),
            tape.layers("masked"),
            tape("filtered_gradient"),
        )
        filtered_gradient.fill(0)
        layers[-1] = tape("codes")
        before = tape("before")  # what x(t-1) got from x(t+1), through the momentum
        before.fill(0)
        gx = codes_gradient
        for layer in reversed(range(self.depth)):
            self.kernels.lista_back(gx, layers[layer], masked[layer], filtered_gradient)
            xp.matmul(masked[layer], self._of_layer("splitting", layer).T, out=gx)
            gx += before
            xp.matmul(masked[layer], self._of_layer("momentum", layer).T, out=before)
        return {
            "filter": signals.T @ filtered_gradient,
            "splitting": self._mixing(layers[:-1], masked[1:]),
            "momentum": self._mixing(layers[:-2], masked[2:]),
            "thresholds": -xp.sum(masked * xp.sign(layers), axis=(0, 1)),
        }

    def _mixing(self, before: Any, gradients: Any) -> Any:
        """Gradient of the matrices that take a layer's codes to the masked gradients of a later one."""
        gradient = self.xp.zeros((self.depth, self.n_atoms, self.n_atoms), self.dtype)
        self.xp.matmul(self.xp.swapaxes(before, 1, 2), gradients, out=gradient[self.depth - len(gradients) :])
        return gradient.sum(axis=0, keepdims=True) if self.settings["tied"] else gradient

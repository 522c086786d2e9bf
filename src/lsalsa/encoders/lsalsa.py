"""Learned SALSA."""

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any, ClassVar

from lsalsa.encoders._dense import DenseEncoder, stacked, transposed
from lsalsa.encoders.base import Tape
from lsalsa.problem import SparseCodingProblem, check_problem
from lsalsa.solvers.salsa import check_splitting, read_salsa, splitting_matrix

READ_OUTS = ("softx", "u")


class LSALSA(DenseEncoder):
    """LSALSA (Cowen et al. 2019, Algorithms 3 and 4; gradients: docs/method.md, section 7).

    With B = W_e y: x(0) = B, d(0) = 0, and T layers of u = soft(x + d), x = S (B + mu (u - d)), d = d - u + x, with one
    W_e and one S for all layers; output soft(x(T)). It starts from W_e = A^T and S = (mu I + A^T A)^-1 and then equals
    SALSA truncated after T iterations. The thresholds, penalty / mu, are fixed.

    Parameters
    ----------
    depth : int
        T, the number of products with S.
    mu : float
        Weight of the augmented Lagrangian, positive.
    read_out : {"softx", "u"}
        Output soft(x) (the paper's) or soft(x + d) (an ablation: no bias in the limit).
    """

    recordable: ClassVar[bool] = True
    stackable: ClassVar[bool] = True
    own_numbers: ClassVar[tuple[str, ...]] = ("mu",)
    defaults: ClassVar[dict[str, Any]] = {"depth": 5, "mu": 1.0, "read_out": "softx"}

    @classmethod
    def check(cls, settings: Mapping[str, Any]) -> None:
        check_splitting(settings["mu"], settings["read_out"], READ_OUTS)

    @classmethod
    def from_problem(cls, problem: SparseCodingProblem, **settings: Any) -> "LSALSA":
        check_problem(cls.__name__, problem, cls.solves)
        mu = cls.complete(settings)["mu"]
        arrays = {
            "filter": problem.dictionary.copy(),
            "splitting": problem.asarray(splitting_matrix(problem, mu)),
            "thresholds": problem.thresholds(1.0 / mu),
        }
        return cls(arrays, **settings)

    def decoder_scale(self, problem: SparseCodingProblem) -> float:
        return 1.0

    def forward(self, signals: Any, tape: Tape, out: Any) -> Any:
        filtered = self.xp.matmul(signals, self.arrays["filter"], out=tape("filtered"))
        state = SimpleNamespace(x=tape("x"), p=tape("p"), filtered=filtered)
        state.x[...] = filtered
        state.p[...] = filtered
        mixed, signs = tape.layers("mixed"), tape.layers("signs", dtype="int8")
        for layer in range(self.depth):
            self._mix(state, self.arrays["thresholds"], mixed[layer], signs[layer], tape.keep)
            self.xp.matmul(mixed[layer], self.arrays["splitting"], out=state.x)
        state.mixed = tape("read")
        return read_salsa(self.kernels, self.settings["read_out"], state, self.arrays["thresholds"], out)

    def _mix(self, state: SimpleNamespace, thresholds: Any, mixed: Any, signs: Any, keep: bool) -> None:
        """u = soft(x + d) and filtered + mu (u - d), in the two arrays x and p = u - d that `SALSA` explains."""
        arguments = state.x, state.p, state.filtered, thresholds, self._weight, mixed
        if keep:
            self.kernels.salsa_step_taped(*arguments, signs)
        else:
            self.kernels.salsa_step(*arguments)

    @property
    def _weight(self) -> Any:
        return self.number("mu")

    def backward(self, signals: Any, tape: Tape, codes_gradient: Any, names: Sequence[str]) -> dict[str, Any]:
        """docs/method.md, section 7: a gradient that enters p goes on to x, with its sign turned where u is 0."""
        xp, splitting = self.xp, self.arrays["splitting"]
        signs, x_gradients, back = tape.layers("signs", dtype="int8"), tape.layers("x_gradient"), tape("back")
        gp, filtered_gradient, codes = tape("p_gradient"), tape("filtered_gradient"), tape("codes")
        gx = xp.multiply(codes_gradient, codes != 0, out=x_gradients[self.depth - 1])
        thresholds = xp.zeros_like(self.arrays["thresholds"])
        if "thresholds" in names:
            thresholds -= xp.sum(gx * xp.sign(codes), axis=-2)
        self._read_back(gx, gp)
        filtered_gradient.fill(0)
        for layer in reversed(range(self.depth)):
            xp.matmul(x_gradients[layer], transposed(splitting), out=back)
            gx = x_gradients[layer - 1] if layer else codes_gradient
            self.kernels.salsa_back(back, signs[layer], self._weight, gp, gx, filtered_gradient)
            if "thresholds" in names:
                thresholds -= xp.sum(gx * signs[layer], axis=-2)
        filtered_gradient += gx  # x(0) = p(0) = filtered
        filtered_gradient += gp
        splitting_gradient = transposed(stacked(tape.layers("mixed"))) @ stacked(x_gradients)
        filter_gradient = transposed(signals) @ filtered_gradient
        return {"filter": filter_gradient, "splitting": splitting_gradient, "thresholds": thresholds}

    def _read_back(self, gx: Any, gp: Any) -> None:
        """Gradients of x(T) and p(T): the codes are soft(x), or soft(2 x - p) for the read-out "u"."""
        gp.fill(0)
        if self.settings["read_out"] == "u":
            gp -= gx
            gx *= 2

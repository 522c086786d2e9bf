"""Learned SALSA with layers of their own."""

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any, ClassVar

from lsalsa.decoders import Decoder, TiedDecoder
from lsalsa.encoders.base import Tape
from lsalsa.encoders.lsalsa import LSALSA
from lsalsa.problem import SparseCodingProblem, check_problem
from lsalsa.solvers.salsa import read_salsa


class UntiedLSALSA(LSALSA):
    """LSALSA whose layers share nothing (after Cowen et al. 2019, who share all; docs/method.md, section 4).

    x(0) = W_0 y, d(0) = 0, and for t = 1..T: u = soft(x + d; theta_t), x = S_t (W_t y + mu (u - d)), d = d - u + x;
    output soft(x(T); theta_(T+1)). All start as those of LSALSA, so that it equals SALSA truncated after T iterations.
    All are learned, the thresholds never below 0. A mu for each layer would add nothing: it is a factor of S_t, and
    its inverse one of W_t.

    Parameters
    ----------
    depth : int
        T, the number of products with a splitting.
    mu : float
        As for `LSALSA`.
    read_out : {"softx", "u"}
        As for `LSALSA`.
    """

    stackable: ClassVar[bool] = False  # the first axis of its arrays is that of the layers

    @classmethod
    def shapes(cls, settings: Mapping[str, Any], n_features: int, n_atoms: int) -> dict[str, tuple[int, ...]]:
        depth = settings["depth"]
        mixing = {"splitting": (depth, n_atoms, n_atoms), "thresholds": (depth + 1, n_atoms)}
        return {"filter": (depth + 1, n_features, n_atoms), **mixing}

    @classmethod
    def from_problem(cls, problem: SparseCodingProblem, **settings: Any) -> "UntiedLSALSA":
        check_problem(cls.__name__, problem, cls.solves)
        shared, depth = LSALSA.from_problem(problem, **settings).arrays, cls.complete(settings)["depth"]
        counts = {"filter": depth + 1, "splitting": depth, "thresholds": depth + 1}
        return cls({name: problem.xp.stack([shared[name]] * count) for name, count in counts.items()}, **settings)

    @property
    def learned(self) -> tuple[str, ...]:
        return self.parameters

    def decoder(self, problem: SparseCodingProblem) -> Decoder:
        return TiedDecoder(self.decoder_scale(problem))

    def forward(self, signals: Any, tape: Tape, out: Any) -> Any:
        filters, splitting, thresholds = (self.arrays[name] for name in ("filter", "splitting", "thresholds"))
        state = SimpleNamespace(x=tape("x"), p=tape("p"), filtered=tape("filtered"))
        self.xp.matmul(signals, filters[0], out=state.x)
        state.p[...] = state.x
        mixed, signs = tape.layers("mixed"), tape.layers("signs", dtype="int8")
        for layer in range(self.depth):
            self.xp.matmul(signals, filters[layer + 1], out=state.filtered)
            self._mix(state, thresholds[layer], mixed[layer], signs[layer], tape.keep)
            self.xp.matmul(mixed[layer], splitting[layer], out=state.x)
        state.mixed = tape("read")
        return read_salsa(self.kernels, self.settings["read_out"], state, thresholds[self.depth], out)

    def backward(self, signals: Any, tape: Tape, codes_gradient: Any, names: Sequence[str]) -> dict[str, Any]:
        """As that of `LSALSA`, with a sum over layers for none of the three."""
        xp, splitting, codes, gp = self.xp, self.arrays["splitting"], tape("codes"), tape("p_gradient")
        signs, x_gradients, backs = tape.layers("signs", dtype="int8"), tape.layers("x_gradient"), tape.layers("back")
        unread = tape("filtered_gradient")  # the kernel adds all layers up there, for encoders that share their filter
        unread.fill(0)
        filters, thresholds = (xp.zeros_like(self.arrays[name]) for name in ("filter", "thresholds"))
        gx = xp.multiply(codes_gradient, codes != 0, out=x_gradients[self.depth - 1])
        thresholds[self.depth] = -xp.sum(gx * xp.sign(codes), axis=0)
        self._read_back(gx, gp)
        for layer in reversed(range(self.depth)):
            xp.matmul(x_gradients[layer], splitting[layer].T, out=backs[layer])
            gx = x_gradients[layer - 1] if layer else codes_gradient
            self.kernels.salsa_back(backs[layer], signs[layer], self._weight, gp, gx, unread)
            thresholds[layer] = -xp.sum(gx * signs[layer], axis=0)
        gx += gp  # x(0) = p(0) = W_0 y
        xp.matmul(signals.T, gx, out=filters[0])
        xp.matmul(signals.T, backs, out=filters[1:])
        mixing = xp.matmul(xp.swapaxes(tape.layers("mixed"), 1, 2), x_gradients)
        return {"filter": filters, "splitting": mixing, "thresholds": thresholds}

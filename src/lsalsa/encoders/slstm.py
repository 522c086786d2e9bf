"""Sparse LSTM."""

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from lsalsa.arrays import nearest
from lsalsa.encoders._gated import GatedEncoder
from lsalsa.encoders._random_weights import glorot, orthogonal
from lsalsa.encoders.base import Tape
from lsalsa.problem import SparseCodingProblem, check_problem
from lsalsa.seeds import generator

VARIANTS = ("v2", "nogate", "soft", "tanh")
STARTS = {"random": 1.0, "dictionary": 0.0}
"""Start -> the bias of the forget gate there."""


class SLSTM(GatedEncoder):
    """SLSTM of SC2Net (Zhou et al. 2017, equations 12 to 17 without the unused output gate; docs/method.md, section 8).

    The gated unit with h(c) = gain (tanh(c + offset) + tanh(c - offset)), which is flat near 0 where the offset is 2
    or more, never exactly zero, and smaller than 2 gain. All parameters are learned.

    Parameters
    ----------
    depth : int
        T, the number of steps.
    variant : {"v2", "nogate", "soft", "tanh"}
        The unit above; without gates; with soft thresholding, whose thresholds are learned, for h; with h = tanh, as in
        an LSTM: offset 0 and gain 1/2, not learned.
    start : {"random", "dictionary"}
        Weights of a new LSTM (Glorot-uniform filters, orthogonal recurrent weights), or W_e = I - A^T A / L and
        W_d = A^T / L with random gates.
    biases : bool
        Whether the gates have biases, which the paper does not print.
    seed : int
        Of the random weights.
    classes : int
        Of a linear classifier on the codes, for the loss `labelled`; 0 for none. It starts at 0.
    """

    defaults: ClassVar[dict[str, Any]] = {
        "depth": 3,
        "variant": "v2",
        "start": "random",
        "biases": True,
        "seed": 0,
        "classes": 0,
    }

    @classmethod
    def check(cls, settings: Mapping[str, Any]) -> None:
        super().check(settings)
        for name, known in (("variant", VARIANTS), ("start", STARTS)):
            if settings[name] not in known:
                raise nearest(name, settings[name], known)

    @classmethod
    def gated(cls, settings: Mapping[str, Any]) -> bool:
        return settings["variant"] != "nogate"

    @classmethod
    def activation_shapes(cls, settings: Mapping[str, Any], n_atoms: int) -> dict[str, tuple[int, ...]]:
        if settings["variant"] == "soft":
            return super().activation_shapes(settings, n_atoms)
        return {"offsets": (n_atoms,), "gains": (n_atoms,)}

    @classmethod
    def from_problem(cls, problem: SparseCodingProblem, **settings: Any) -> "SLSTM":
        check_problem(cls.__name__, problem, cls.solves)
        full = cls.complete(settings)
        n, rng = problem.n_atoms, generator(full["seed"])
        arrays = {
            "filter": glorot(rng, problem.n_features, n),
            "splitting": orthogonal(rng, n),
            "gate_filter": np.hstack([glorot(rng, problem.n_features, n) for _ in range(2)]),
            "gate_splitting": np.hstack([orthogonal(rng, n) for _ in range(2)]),
            "gate_bias": np.repeat([0.0, STARTS[full["start"]]], n),
            "offsets": rng.normal(1.0, 0.1, n) * (full["variant"] != "tanh"),
            "gains": np.full(n, 0.5 if full["variant"] == "tanh" else 1.0),
            "thresholds": np.zeros(n),
            **{name: np.zeros(shape) for name, shape in cls.head_shapes(full, n).items()},
        }
        if full["start"] == "dictionary":
            step = 1.0 / problem.lipschitz
            arrays["filter"], arrays["splitting"] = problem.gradient_step(step)
            arrays["thresholds"] = problem.thresholds(step)
        shapes = cls.shapes(full, problem.n_features, n)
        return cls({name: problem.asarray(arrays[name]) for name in shapes}, **settings)

    @property
    def learned(self) -> tuple[str, ...]:
        held = ("offsets", "gains") if self.settings["variant"] == "tanh" else ()
        return tuple(name for name in self.parameters if name not in held)

    def decoder_scale(self, problem: SparseCodingProblem) -> float:
        return 1.0 if self.settings["start"] == "random" else problem.lipschitz

    def activate(self, cell: Any, tape: Tape, layer: int, out: Any) -> None:
        if self.settings["variant"] == "soft":
            return super().activate(cell, tape, layer, out)
        xp, above, below = self.xp, tape.layers("above")[layer], tape.layers("below")[layer]
        xp.tanh(xp.add(cell, self.arrays["offsets"], out=above), out=above)
        xp.tanh(xp.subtract(cell, self.arrays["offsets"], out=below), out=below)
        xp.add(above, below, out=out)
        out *= self.arrays["gains"]

    def activate_back(self, gs: Any, tape: Tape, layer: int, gradient: dict[str, Any]) -> Any:
        if self.settings["variant"] == "soft":
            return super().activate_back(gs, tape, layer, gradient)
        xp, above, below = self.xp, tape.layers("above")[layer], tape.layers("below")[layer]
        gradient["gains"] += xp.sum(gs * (above + below), axis=0)
        gs *= self.arrays["gains"]
        slope_above, slope_below = 1 - above * above, 1 - below * below
        gradient["offsets"] += xp.sum(gs * (slope_above - slope_below), axis=0)
        gs *= slope_above + slope_below
        return gs

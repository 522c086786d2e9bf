"""The loss of SC2Net: explain the signals with few code entries."""

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from lsalsa.arrays import namespace
from lsalsa.decoders import Decoder
from lsalsa.losses.base import Encodes, Loss
from lsalsa.metrics import near_zero_share, zero_share
from lsalsa.problem import Problem

NEAR_ZERO_TOLERANCE = 1e-3  # codes of a network without a threshold are never exactly zero


class TiedDecoderLoss(Loss):
    """1/2 |y - B f(y)|^2 + sum_j penalty_j |f(y)_j|, averaged over samples (SC2Net paper, equation 8, with its 1/2).

    The decoder B has no parameters of its own: the gradient reaches them through the codes and directly. Nothing
    bounds its atoms, so that training can shrink the codes and let the atoms grow; `scores` shows their norms, and
    `project` forbids it.

    Parameters
    ----------
    penalties : array, (n_atoms,)
        On the device of the encoder, in its dtype.
    decoder : Decoder
        The encoder's own, `encoder.decoder(problem)`.
    project : bool
        Scale atoms longer than 1 to norm 1 after each step.
    """

    supervised: ClassVar[bool] = False
    score: ClassVar[str] = "validation_loss"
    defaults: ClassVar[dict[str, Any]] = {"project": False}

    def __init__(self, penalties: Any, decoder: Decoder, *, project: bool = False):
        self.penalties, self.decoder, self.project = penalties, decoder, project

    @classmethod
    def from_problem(cls, problem: Problem, encoder: Encodes, **options: Any) -> "TiedDecoderLoss":
        return cls(problem.penalty_of_atom, encoder.decoder(problem), **options)

    @property
    def identity(self) -> dict[str, Any]:
        penalties = [float(penalty) for penalty in self.penalties]
        return {**super().identity, "penalties": penalties, **self.decoder.identity, "project": self.project}

    def of_tile(
        self, arrays: Mapping[str, Any], codes: Any, wanted: Any, count: int, tape: Any
    ) -> tuple[float, Any, dict[str, Any]]:
        xp, gradient = namespace(codes), tape("codes_gradient")
        residual = self.decoder.apply(arrays, codes, out=tape("residual", wanted.shape[1]))
        residual -= wanted
        size = float(xp.sum(xp.abs(codes) @ self.penalties))
        value = (0.5 * float(xp.vdot(residual, residual)) + size) / count
        direct = self.decoder.backward(arrays, codes, residual, count, out=gradient)
        gradient += xp.sign(codes) * (self.penalties / count)
        return value, gradient, direct

    def scores(self, encoder: Encodes, signals: Any, targets: Any) -> dict[str, float]:
        """Validation loss, sparsity and atom norms.

        `weighted_loss` multiplies each code entry by its atom's norm. Unlike the loss it does not change when atoms
        grow and codes shrink by the same factor, so it can be compared with a solver's objective.
        """
        codes, norms = encoder.encode(signals), self.decoder.atom_norms(encoder.arrays)
        xp = namespace(codes)
        with np.errstate(over="ignore", invalid="ignore"):
            residual = signals - self.decoder.apply(encoder.arrays, codes)
            misfit = 0.5 * xp.sum(xp.square(residual), axis=1, dtype=np.float64)
        sizes = xp.abs(codes.astype(np.float64))
        return {
            "validation_loss": float(xp.mean(misfit + sizes @ self.penalties)),
            "weighted_loss": float(xp.mean(misfit + sizes @ (norms * self.penalties))),
            "zero_share": zero_share(codes),
            "near_zero_share": near_zero_share(codes, NEAR_ZERO_TOLERANCE),
            "atom_norm_mean": float(norms.mean()),
            "atom_norm_max": float(norms.max()),
        }

    def is_nothing(self, scores: Mapping[str, Any], signals: Any, targets: Any) -> bool:
        return scores["near_zero_share"] == 1.0 and bool(signals.any())

    def constrain(self, encoder: Encodes) -> None:
        if self.project:
            self.decoder.project(encoder.arrays)

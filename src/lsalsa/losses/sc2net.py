"""The loss of SC2Net: explain the signals with few code entries."""

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from lsalsa.arrays import namespace
from lsalsa.arrays.checks import check_device
from lsalsa.decoders import Decoder
from lsalsa.errors import ShapeError
from lsalsa.losses.base import Encodes, checked_rates
from lsalsa.losses.reconstruction import ReconstructionLoss
from lsalsa.problem import Problem


class TiedDecoderLoss(ReconstructionLoss):
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
    hold_codes : bool
        Whether the gradient goes through the decoder only, or through the layers as well.

    Raises
    ------
    ConfigError, DataError, ShapeError
        When the decoder is none, or the penalties are negative or not finite.
    """

    defaults: ClassVar[dict[str, Any]] = {"project": False, "hold_codes": False}

    def __init__(self, penalties: Any, decoder: Decoder, *, project: bool = False, hold_codes: bool = False):
        super().__init__(decoder, hold_codes=hold_codes)
        self.penalties, self.project = checked_rates("penalties of sc2net", penalties), project

    @classmethod
    def from_problem(cls, problem: Problem, encoder: Encodes, **options: Any) -> "TiedDecoderLoss":
        return cls(problem.penalty_of_atom, encoder.decoder(problem), **options)

    def check(self, purpose: str, encoder: Encodes, signals: Any, targets: Any) -> tuple[Any, Any]:
        if self.penalties.shape != (encoder.n_atoms,):
            raise ShapeError(f"penalties of sc2net must have shape ({encoder.n_atoms},), found {self.penalties.shape}")
        signals, targets = super().check(purpose, encoder, signals, targets)
        check_device("penalties of sc2net", self.penalties, namespace(signals), "the encoder")
        return signals, targets

    @property
    def identity(self) -> dict[str, Any]:
        penalties = [float(penalty) for penalty in self.penalties]
        return {**super().identity, "penalties": penalties, "project": self.project}

    def of_tile(
        self, arrays: Mapping[str, Any], codes: Any, wanted: Any, count: int, tape: Any
    ) -> tuple[float, Any, dict[str, Any]]:
        xp = namespace(codes)
        misfit, gradient, direct = super().of_tile(arrays, codes, wanted, count, tape)
        size = float(xp.sum(xp.abs(codes) @ self.penalties))
        gradient += xp.sign(codes) * (self.penalties / count)
        return misfit + size / count, gradient, direct

    def scores(self, encoder: Encodes, signals: Any, targets: Any) -> dict[str, float]:
        """Validation loss, sparsity and atom norms.

        `weighted_loss` multiplies each code entry by its atom's norm. Unlike the loss it does not change when atoms
        grow and codes shrink by the same factor, so it can be compared with a solver's objective.
        """
        codes, norms = encoder.codes_of(signals), self.decoder.atom_norms(encoder.arrays)
        xp, misfit = namespace(codes), self._misfit(encoder, codes, signals)
        sizes = xp.abs(codes.astype(np.float64))
        return {
            "validation_loss": float(xp.mean(misfit + sizes @ self.penalties)),
            "weighted_loss": float(xp.mean(misfit + sizes @ (norms * self.penalties))),
            **self._sparsity(codes),
            "atom_norm_mean": float(norms.mean()),
            "atom_norm_max": float(norms.max()),
        }

    def constrain(self, encoder: Encodes) -> None:
        if self.project:
            self.decoder.project(encoder.arrays)

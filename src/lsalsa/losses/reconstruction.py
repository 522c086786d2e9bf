"""How well an encoder's codes explain signals through its own decoder."""

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from lsalsa.arrays import namespace
from lsalsa.decoders import Decoder
from lsalsa.errors import ConfigError
from lsalsa.losses.base import Encodes, Loss
from lsalsa.metrics import near_zero_share, zero_share
from lsalsa.problem import Problem

NEAR_ZERO_TOLERANCE = 1e-3  # codes of a network without a threshold are never exactly zero


class ReconstructionLoss(Loss):
    """1/2 |w - B f(y)|^2, averaged over samples (docs/method.md, section 9).

    With codes held, its gradient for the filters is that of the lasso objective min_x 1/2 |y - B x|^2 + penalty |x|,
    exactly so at optimal codes (envelope theorem). Through all layers it is that of the auto-encoder, which can lower
    the penalties to explain the noise as well: let a prior move them, or clean signals be the targets.

    Parameters
    ----------
    decoder : Decoder
        The encoder's own, `encoder.decoder(problem)`.
    clean : bool
        Whether w is the clean signal, given as a target, or the signal y itself.
    hold_codes : bool
        Whether the gradient goes through the decoder only, or through the layers as well.

    Raises
    ------
    ConfigError
        When the decoder is none.
    """

    supervised = False
    score: ClassVar[str] = "validation_loss"
    defaults: ClassVar[dict[str, Any]] = {"clean": False, "hold_codes": False}

    def __init__(self, decoder: Decoder, *, clean: bool = False, hold_codes: bool = False):
        if not isinstance(decoder, Decoder):
            raise ConfigError(
                f"{self.name} needs a decoder, such as encoder.decoder(problem), found {type(decoder).__name__}"
            )
        self.decoder, self.supervised, self.hold_codes = decoder, clean, hold_codes

    @classmethod
    def from_problem(cls, problem: Problem, encoder: Encodes, **options: Any) -> "ReconstructionLoss":
        return cls(encoder.decoder(problem), **options)

    @property
    def identity(self) -> dict[str, Any]:
        return {**super().identity, **self.decoder.identity, "clean": self.supervised, "hold_codes": self.hold_codes}

    def target_columns(self, encoder: Encodes) -> int:
        return encoder.n_features

    def of_tile(
        self, arrays: Mapping[str, Any], codes: Any, wanted: Any, count: int, tape: Any
    ) -> tuple[float, Any, dict[str, Any]]:
        gradient = tape("codes_gradient")
        residual = self.decoder.apply(arrays, codes, out=tape("residual", wanted.shape[1]))
        residual -= wanted
        value = 0.5 * float(namespace(codes).vdot(residual, residual)) / count
        direct = self.decoder.backward(arrays, codes, residual, count, out=gradient)
        return value, gradient, direct

    def scores(self, encoder: Encodes, signals: Any, targets: Any) -> dict[str, float]:
        codes = encoder.codes_of(signals)
        misfit = self._misfit(encoder, codes, targets if self.supervised else signals)
        return {"validation_loss": float(misfit.mean()), **self._sparsity(codes)}

    @staticmethod
    def _sparsity(codes: Any) -> dict[str, float]:
        return {"zero_share": zero_share(codes), "near_zero_share": near_zero_share(codes, NEAR_ZERO_TOLERANCE)}

    def _misfit(self, encoder: Encodes, codes: Any, wanted: Any) -> Any:
        """1/2 |w - B x|^2 of each sample: array, (n_samples,), float64."""
        xp = namespace(codes)
        with np.errstate(over="ignore", invalid="ignore"):
            residual = wanted - self.decoder.apply(encoder.arrays, codes)
            return 0.5 * xp.sum(xp.square(residual), axis=1, dtype=np.float64)

    def is_nothing(self, scores: Mapping[str, Any], signals: Any, targets: Any) -> bool:
        return scores["near_zero_share"] == 1.0 and bool(signals.any())

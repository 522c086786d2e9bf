"""The loss of SC2Net with the labels in it: explain the signals with few code entries that tell their class."""

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from lsalsa.arrays import namespace
from lsalsa.arrays.checks import as_number
from lsalsa.decoders import Decoder
from lsalsa.errors import ConfigError, DataError
from lsalsa.losses.base import Encodes
from lsalsa.losses.sc2net import TiedDecoderLoss
from lsalsa.problem import Problem


class LabelledLoss(TiedDecoderLoss):
    """The loss `sc2net` + weight * cross-entropy of softmax(f(y) H + h), averaged over samples.

    SC2Net paper, section 4.2: "incorporating the label information into the loss function", of which it prints neither
    formula nor numbers. The linear classifier H, h is part of the encoder, which has it with its setting `classes`, and
    is learned with the rest. The targets are the labels: a row for each sample, 1 in the column of its class, else 0.

    Parameters
    ----------
    penalties, decoder
        As for `TiedDecoderLoss`.
    weight : float
        Positive.
    **options
        Those of `TiedDecoderLoss`: project, hold_codes.

    Raises
    ------
    ConfigError, DataError, ShapeError
        As for `TiedDecoderLoss`, and when the weight is not positive or the encoder has no classifier.
    """

    defaults: ClassVar[dict[str, Any]] = {**TiedDecoderLoss.defaults, "weight": 1.0}

    def __init__(self, penalties: Any, decoder: Decoder, *, weight: float = 1.0, **options: Any):
        super().__init__(penalties, decoder, **options)
        if not 0 < as_number(weight) < np.inf:
            raise ConfigError(f"the weight of the labels must be positive and finite, found {weight!r}")
        self.weight, self.supervised = float(weight), True

    @classmethod
    def from_problem(cls, problem: Problem, encoder: Encodes, **options: Any) -> "LabelledLoss":
        loss = cls(problem.penalty_of_atom, encoder.decoder(problem), **options)
        loss.target_columns(encoder)
        return loss

    @property
    def identity(self) -> dict[str, Any]:
        return {**super().identity, "clean": False, "weight": self.weight}

    def target_columns(self, encoder: Encodes) -> int:
        if "head" not in encoder.arrays:
            raise ConfigError("the loss labelled needs an encoder with a classifier, such as SLSTM with classes=10")
        return encoder.arrays["head"].shape[1]

    def check(self, purpose: str, encoder: Encodes, signals: Any, targets: Any) -> tuple[Any, Any]:
        signals, targets = super().check(purpose, encoder, signals, targets)
        is_one = targets == 1
        if not bool(((targets == 0) | is_one).all() and (is_one.sum(axis=1) == 1).all()):
            raise DataError(
                f"{purpose} targets must have one 1 in each row, in the column of its class, and zeros else"
            )
        return signals, targets.astype(signals.dtype, copy=False)

    def wanted(self, signals: Any, targets: Any) -> Any:
        return signals, targets

    def of_tile(
        self, arrays: Mapping[str, Any], codes: Any, wanted: Any, count: int, tape: Any
    ) -> tuple[float, Any, dict[str, Any]]:
        signals, labels = wanted
        value, gradient, direct = super().of_tile(arrays, codes, signals, count, tape)
        xp, logs = namespace(codes), self._log_probabilities(arrays, codes)
        slope = (xp.exp(logs) - labels) * (self.weight / count)
        gradient += slope @ arrays["head"].T
        entropy = -float(xp.sum(logs * labels)) / count
        return (
            value + self.weight * entropy,
            gradient,
            {**direct, "head": codes.T @ slope, "head_bias": slope.sum(axis=0)},
        )

    def scores(self, encoder: Encodes, signals: Any, targets: Any) -> dict[str, float]:
        """Those of `TiedDecoderLoss`, whose validation loss includes the labels, their cross-entropy, and the error."""
        codes, found = encoder.codes_of(signals), super().scores(encoder, signals, targets)
        xp, logs = namespace(codes), self._log_probabilities(encoder.arrays, codes)
        entropy = -float(xp.mean(xp.sum(logs * targets, axis=1, dtype=np.float64)))
        wrong = xp.argmax(logs, axis=1) != xp.argmax(targets, axis=1)
        loss = found["validation_loss"] + self.weight * entropy
        own = {"cross_entropy": entropy, "error_percent": 100 * float(xp.mean(wrong))}
        return {**found, "validation_loss": loss, **own}

    @staticmethod
    def _log_probabilities(arrays: Mapping[str, Any], codes: Any) -> Any:
        """Logarithms of the probabilities of the classes: array, (n_samples, n_classes)."""
        xp = namespace(codes)
        logits = codes @ arrays["head"] + arrays["head_bias"]
        logits -= logits.max(axis=1, keepdims=True)
        return logits - xp.log(xp.sum(xp.exp(logits), axis=1, keepdims=True))

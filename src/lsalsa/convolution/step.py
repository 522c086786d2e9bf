"""Gradient descent on the misfit of a convolution."""

from typing import Any, NamedTuple

from lsalsa.convolution.operator import Convolution


class ConvolutionalStep(NamedTuple):
    """A gradient step by two convolutions: x - step H^T (H x - y)."""

    operator: Convolution
    step: float

    def of_signals(self, signals: Any, out: Any) -> Any:
        """See `GradientStep.of_signals`."""
        self.operator.correlate(signals, out)
        out *= self.step
        return out

    def of_codes(self, codes: Any, out: Any) -> Any:
        """See `GradientStep.of_codes`."""
        signals = self.operator.signals_buffer(codes.shape[0])
        self.operator.synthesize(codes, signals)
        signals *= -self.step
        self.operator.correlate(signals, out)
        out += codes
        return out

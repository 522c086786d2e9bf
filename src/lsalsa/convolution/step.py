"""Gradient descent on the misfit of a convolution."""

from typing import Any, NamedTuple

import numpy as np

from lsalsa.convolution.operator import Convolution
from lsalsa.errors import DataError


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


def check_step(step: float, dtype: Any) -> float:
    """The step, refused with a DataError where the dtype does not hold it: as 0 it would leave all codes zero."""
    limits = np.finfo(dtype)
    if not float(limits.tiny) <= step <= float(limits.max):
        raise DataError(
            f"a gradient step of size {step:.3g} leaves the range of {np.dtype(dtype)}; scale the filters to norms "
            f"near 1, and the penalties by the same factor"
        )
    return step

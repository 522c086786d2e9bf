"""The constrained recurrent sparse auto-encoder with a bank of filters for each of its uses."""

from typing import ClassVar

from lsalsa.encoders._convolutional import UNTIED
from lsalsa.encoders.crsae import CRsAE


class UntiedCRsAE(CRsAE):
    """CRsAE with three banks of filters (Tolooshams, Dey and Ba 2020, released code; docs/method.md, section 9).

    x(t) = soft(z + s W^T (y - H z); s penalty_c), with the decoder B: H is the array `filters`, W `analysis`, B
    `synthesis`. All three start equal, so that it starts as `CRsAE` does, and keep norm 1. The step is 1 / L with
    L = |H| |W|, an upper bound of the norm of W^T H.

    Parameters
    ----------
    depth : int
        As for `CRsAE`, like all others.
    shared : bool
    learn_penalties : bool
    ceiling : float, optional
    nonnegative : bool
    signal_shape : list of int
    filter_shape : list of int
    stride : list of int
    """

    banks: ClassVar[tuple[str, str, str]] = UNTIED
    unit_norm: ClassVar[tuple[str, ...]] = UNTIED

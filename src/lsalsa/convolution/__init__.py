"""Convolutions with a bank of filters: H and H^T, their largest eigenvalue, their Gram matrix in a few taps."""

from lsalsa.convolution.gram import gram_taps
from lsalsa.convolution.lipschitz import lipschitz_bound
from lsalsa.convolution.operator import Convolution
from lsalsa.convolution.step import ConvolutionalStep, check_step

__all__ = ["Convolution", "ConvolutionalStep", "check_step", "gram_taps", "lipschitz_bound"]

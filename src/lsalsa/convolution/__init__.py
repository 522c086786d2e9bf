"""Convolutions with a bank of filters: H and H^T, their largest eigenvalue, their Gram matrix in a few taps."""

from lsalsa.convolution.gram import gram_taps
from lsalsa.convolution.lipschitz import lipschitz_bound
from lsalsa.convolution.operator import Convolution
from lsalsa.convolution.step import ConvolutionalStep

__all__ = ["Convolution", "ConvolutionalStep", "gram_taps", "lipschitz_bound"]

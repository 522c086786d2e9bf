"""A small world for each encoder: dictionaries, or filters of recordings and pictures, as it needs."""

from dataclasses import dataclass

import numpy as np
from convolution_worlds import Bank, make_bank
from worlds import make_world

from lsalsa import ConvolutionalProblem
from lsalsa.encoders import encoder_class

BANKS = {1: "recording", 2: "picture of two strides", 3: "three channels"}


@dataclass(frozen=True)
class FilterWorld:
    """What a `World` has, for filters, and the settings that an encoder of this name has from its problem."""

    encoder: str
    bank: Bank
    filters: np.ndarray
    signals: np.ndarray

    @property
    def dictionary(self):
        return self.bank.matrix

    @property
    def dictionaries(self):
        return (self.filters,)

    @property
    def problem(self):
        return ConvolutionalProblem(self.filters, self.bank.penalties, self.bank.signal_shape, self.bank.stride)

    @property
    def settings(self):
        bank = self.bank
        shapes = {"signal_shape": bank.signal_shape, "filter_shape": bank.filters.shape[:-1], "stride": bank.stride}
        lists = {name: list(shape) for name, shape in shapes.items()}
        ceiling = {"ceiling": 5 * self.problem.lipschitz} if has_penalties(self.encoder) else {}
        return {**lists, **ceiling}


def has_filters(name):
    """Whether an encoder solves convolutional problems."""
    return encoder_class(name).solves is ConvolutionalProblem


def has_penalties(name):
    """Whether an encoder has the penalties of its problem, for a prior to move, and not thresholds of its own."""
    return has_filters(name) and "learn_penalties" in encoder_class(name).defaults


def has_classifier(name):
    """Whether an encoder can hold a classifier of its codes."""
    return "classes" in encoder_class(name).defaults


def world_for(name, number=1, n_samples=12, dtype=np.float64):
    """World 1, 2 or 3 of an encoder, and the settings that it has from the problem."""
    if not has_filters(name):
        return make_world(number, n_samples=n_samples, dtype=dtype)
    bank = make_bank(BANKS[number], n_samples)
    return FilterWorld(name, bank, bank.filters.astype(dtype), bank.signals.astype(dtype))

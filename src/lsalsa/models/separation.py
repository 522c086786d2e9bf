"""What the separation of a picture gives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np


class Separation(NamedTuple):
    """The sources of a picture.

    Attributes
    ----------
    pictures : dict of str to array
        Name of each source -> its picture, of the shape of the mixture, float64.
    energies : dict of str to float
        Energy of each source over that of the mixture, and of the `rest`, what no source explains. Sources that are
        alike overlap, so the shares need not add up to 1.
    objective : float
        Mean over patches of 1/2 |y - A x|^2 + sum_d penalty_d |x_d|_1.
    zero_share : float
        Share of zeros in the codes.
    """

    pictures: dict[str, np.ndarray]
    energies: dict[str, float]
    objective: float
    zero_share: float


def energies_of(mixture: np.ndarray, sources: Mapping[str, np.ndarray]) -> dict[str, float]:
    """Return the energies of a `Separation`.

    Parameters
    ----------
    mixture : array
        A picture; its own energy is the unit, or 1 for a black one.
    sources : mapping of str to array
        The picture of each source.
    """
    whole = float(np.square(mixture, dtype=np.float64).sum()) or 1.0
    rest = np.asarray(mixture, np.float64) - sum(sources.values())
    return {name: float(np.square(part).sum()) / whole for name, part in {**sources, "rest": rest}.items()}

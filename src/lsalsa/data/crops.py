"""Squares cut out of images of any sizes: no pixel is invented, and none is shared by two squares."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lsalsa.data.patches import cut_patches
from lsalsa.errors import ConfigError
from lsalsa.seeds import generator, seed_for

Cut = Callable[[str, np.ndarray], np.ndarray]
"""Cuts the image of a name, (height, width) or (height, width, n_channels), into squares of one size."""


def squares(side: int, most: int | None, seed: int, setting: str = "crop") -> Cut:
    """Cut images into squares, side by side from the top left.

    Parameters
    ----------
    side : int
        Height and width of a square; pixels left over at the bottom and right are dropped.
    most : int or None
        Most squares of one image, chosen by seed and in the order of the image; None keeps all.
    seed : int
    setting : str
        Name of the setting that `side` was given by, for the message.

    Returns
    -------
    cut : callable
        (name, image) -> squares (n_squares, side, side) or (n_squares, side, side, n_channels), same dtype. It raises
        ConfigError when the image is smaller than a square.
    """

    def cut(name: str, image: np.ndarray) -> np.ndarray:
        height, width, *channels = image.shape
        if side > min(height, width):
            raise ConfigError(f"{setting} {side} is larger than the image {name} of {height} x {width} pixels")
        found = cut_patches(image[None], side).reshape(-1, side, side, *channels)
        return found[np.sort(generator(seed_for(seed, name)).permutation(len(found))[:most])]

    return cut

"""Whole images as vectors, and the samples that each purpose may see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from lsalsa.data.images import labels_of
from lsalsa.errors import DataError
from lsalsa.seeds import generator


@dataclass(frozen=True)
class Vectors:
    """Images as rows of pixels in [0, 1], each image's rows, columns and channels in one fixed order.

    Attributes
    ----------
    train, test : array, (n_images, n_pixels), float32
    train_labels, test_labels : array, (n_images,)
    name : str
        The data set, as its source calls it.
    """

    train: np.ndarray
    test: np.ndarray
    train_labels: np.ndarray
    test_labels: np.ndarray
    name: str


def vectors_of(arrays: Mapping[str, Any]) -> Vectors:
    """The vectors of a file ``images/{images}.npz``."""
    pixels = arrays["images"].reshape(len(arrays["images"]), -1)
    name = dict(arrays["source"].tolist()).get("name", "images")
    is_test, labels = arrays["is_test"], labels_of(arrays, "labels", name)
    return Vectors(pixels[~is_test], pixels[is_test], labels[~is_test], labels[is_test], name)


def validation_split(n_images: int, n_validation: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Which train images teach a network and which choose its epoch, never more than a fifth of them.

    Returns
    -------
    training, validation : arrays of int
        Disjoint positions among the train images.

    Raises
    ------
    DataError
        When there are too few images for both.
    """
    count = min(n_validation, n_images // 5)
    if count < 1:
        raise DataError(f"a network needs at least 5 train images, found {n_images}")
    order = generator(seed).permutation(n_images)
    return order[count:], order[:count]

"""Whole images as vectors, and their division by purpose."""

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
    """Images as rows of pixels in [0, 1], in one fixed order of rows, columns and channels.

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

    @property
    def classes(self) -> np.ndarray:
        """Labels that occur among the train images, each once: array, (n_classes,)."""
        return np.unique(self.train_labels)


def vectors_of(arrays: Mapping[str, Any]) -> Vectors:
    """Return the vectors of a file ``images/{images}.npz``."""
    pixels = arrays["images"].reshape(len(arrays["images"]), -1)
    name = dict(arrays["source"].tolist()).get("name", "images")
    is_test, labels = arrays["is_test"], labels_of(arrays, "labels", name)
    return Vectors(pixels[~is_test], pixels[is_test], labels[~is_test], labels[is_test], name)


def validation_split(n_images: int, n_validation: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Divide train images into those that train a network and those that choose its epoch.

    Parameters
    ----------
    n_images : int
        All train images.
    n_validation : int
        Images that choose the epoch; at most a fifth of all.
    seed : int

    Returns
    -------
    training, validation : arrays of int
        Disjoint positions among the train images.

    Raises
    ------
    DataError
        There are too few images for both.
    """
    count = min(n_validation, n_images // 5)
    if count < 1:
        raise DataError(f"a network needs at least 5 train images, found {n_images}")
    order = generator(seed).permutation(n_images)
    return order[count:], order[:count]

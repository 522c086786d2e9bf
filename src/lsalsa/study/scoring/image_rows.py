"""Which rows of a split belong to one image, and their codes side by side."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from lsalsa.data.images import labels_of
from lsalsa.errors import DataError


def image_rows(
    signals: Mapping[str, np.ndarray], split: str, component: int, name: str | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Find the rows of a split that belong to each image of a component, and the image's label.

    The patches of an image stay together if every patch is used once and every image has the same number of them. A
    component that is mixed with random partners does not meet this. There each row counts as an image with its own
    label.

    Parameters
    ----------
    signals : mapping
        Arrays of the file ``signals/{task}.npz``.
    split : str
        "test" or "labelled".
    component : int
        Position of the component in the task.
    name : str, optional
        Of the component, for the message.

    Returns
    -------
    rows : array, (n_images, n_positions), int64
    labels : array, (n_images,), int64

    Raises
    ------
    DataError
        The images have no labels, or there are no images.
    """
    index, image = (np.asarray(signals[f"{split}_{part}_{component}"]) for part in ("index", "image"))
    label = labels_of(signals, f"{split}_label_{component}", name or f"component {component}")
    if len(index) == 0:
        raise DataError(f"the split {split} has no samples, so no image can be classified")
    order = np.lexsort((index, image))
    counts = np.unique(image, return_counts=True)[1]
    together = len(np.unique(index)) == len(index) and np.all(counts == counts[0])
    rows = order.reshape(-1, counts[0]) if together else np.arange(len(index))[:, None]
    return rows, label[rows[:, 0]]


def image_features(codes, rows: np.ndarray):
    """Put the codes of each image's patches side by side, (n_images, n_positions * n_atoms); CSR from CSR."""
    n_images, n_positions = rows.shape
    return codes[rows.ravel()].reshape(n_images, n_positions * codes.shape[1])

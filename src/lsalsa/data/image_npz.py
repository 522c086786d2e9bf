"""Images of a user's NPZ file: one array with or without sides, or one per side; with or without labels."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from lsalsa.data.npz_file import named_classes, read_plain_arrays, require_arrays
from lsalsa.data.raw_images import RawImages
from lsalsa.data.selection import classes_of
from lsalsa.errors import DataError, ShapeError

WHOLE = ("images", "labels", "is_test")
SIDED_IMAGES = ("train_images", "test_images")
SIDED_LABELS = ("train_labels", "test_labels")

Parts = tuple[np.ndarray, np.ndarray | None, np.ndarray | None]
"""Images, labels as the file gives them, and sides; None for what the file does not have."""


def read_npz_images(path: Path, split: Callable[[np.ndarray], np.ndarray]) -> RawImages:
    """Read the images of a file, and their labels and sides where it has them.

    Parameters
    ----------
    path : Path
        NPZ file with ``images``, and optionally ``labels`` and ``is_test``; or with ``train_images`` and
        ``test_images``, and optionally ``train_labels`` and ``test_labels``.
    split : callable
        Gives `is_test`, (n_images,) bool, of the images' classes, (n_images,) int64, where the file has no sides.

    Returns
    -------
    raw : RawImages

    Raises
    ------
    StorageError
        When the file is missing, no NPZ file of plain arrays, or would unpack to far more than it is.
    DataError, ShapeError
        When an array is missing, or is not what it should be.
    """
    arrays = read_plain_arrays(path, WHOLE + SIDED_IMAGES + SIDED_LABELS)
    is_sided = any(name in arrays for name in SIDED_IMAGES + SIDED_LABELS)
    images, found_labels, is_test = _sided(path, arrays) if is_sided else _whole(path, arrays)
    if images.ndim not in (3, 4) or images.shape[3:] not in ((), (3,)):
        raise ShapeError(f"images must have shape (n_images, height, width) or (..., 3), found {images.shape}")
    if 0 in images.shape:
        raise DataError(f"images must hold at least one pixel, found shape {images.shape}")
    expected = images.shape[:1]
    class_names, labels = (
        ([], None) if found_labels is None else named_classes("labels", found_labels, "image", expected)
    )
    if is_test is None:
        is_test = split(classes_of(labels, len(images)))
    elif is_test.dtype != bool:
        raise DataError(f"is_test must be boolean, found {is_test.dtype}")
    elif is_test.shape != expected:
        raise ShapeError(f"is_test must have one entry per image, shape {expected}, found {is_test.shape}")
    return RawImages(images, labels, class_names, is_test, {})


def _whole(path: Path, arrays: Mapping[str, np.ndarray]) -> Parts:
    """Images, labels and sides of a file with one array of images."""
    require_arrays(path, arrays, ("images",))
    return arrays["images"], arrays.get("labels"), arrays.get("is_test")


def _sided(path: Path, arrays: Mapping[str, np.ndarray]) -> Parts:
    """Images, labels and sides of a file with an array of images per side, the train side first."""
    labelled = any(name in arrays for name in SIDED_LABELS)
    require_arrays(path, arrays, SIDED_IMAGES + SIDED_LABELS if labelled else SIDED_IMAGES)
    train, test = (arrays[name] for name in SIDED_IMAGES)
    if 0 in (train.ndim, test.ndim) or train.shape[1:] != test.shape[1:] or train.dtype != test.dtype:
        raise ShapeError(
            "train_images and test_images must be of one kind, "
            f"found {train.dtype} of shape {train.shape} and {test.dtype} of shape {test.shape}"
        )
    images, is_test = np.concatenate([train, test]), np.arange(len(train) + len(test)) >= len(train)
    return images, _joined_labels(arrays) if labelled else None, is_test


def _joined_labels(arrays: Mapping[str, np.ndarray]) -> np.ndarray:
    for images, labels in zip(SIDED_IMAGES, SIDED_LABELS, strict=True):
        expected, found = arrays[images].shape[:1], arrays[labels].shape
        if expected != found:
            raise ShapeError(f"{labels} must have one entry per image, shape {expected}, found {found}")
    return np.concatenate([arrays[name] for name in SIDED_LABELS])

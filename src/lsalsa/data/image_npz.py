"""Labelled images of an NPZ file, as `numpy.savez` writes it: one array with or without sides, or one per side."""

from __future__ import annotations

import lzma
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from lsalsa.data.archive import check_member
from lsalsa.data.raw_images import RawImages
from lsalsa.errors import DataError, ShapeError, StorageError

WHOLE = ("images", "labels")
SIDED = ("train_images", "train_labels", "test_images", "test_labels")


def read_npz_set(path: Path, split: Callable[[np.ndarray], np.ndarray]) -> RawImages:
    """Read labelled images; the file needs no completion mark, and nothing is unpickled.

    Parameters
    ----------
    path : Path
        NPZ file with ``images`` and ``labels``, and optionally ``is_test``; or with ``train_images``,
        ``train_labels``, ``test_images`` and ``test_labels``.
    split : callable
        Gives `is_test` (n_images,) for the labels (n_images,) of a file that does not say it.

    Raises
    ------
    StorageError
        When the file is missing, no NPZ file of plain arrays, or would unpack to far more than it is.
    DataError, ShapeError
        When an array is missing, or is not what it should be.
    """
    arrays = _read(path)
    images, found_labels, is_test = _joined(arrays)
    if images.ndim not in (3, 4) or images.shape[3:] not in ((), (3,)):
        raise ShapeError(f"images must have shape (n_images, height, width) or (..., 3), found {images.shape}")
    class_names, labels = _classes(found_labels, images.shape[:1])
    if is_test is None:
        is_test = split(labels)
    elif is_test.dtype != bool:
        raise DataError(f"is_test must be boolean, found {is_test.dtype}")
    elif is_test.shape != labels.shape:
        raise ShapeError(f"is_test must have one entry per image, shape {labels.shape}, found {is_test.shape}")
    return RawImages(images, labels, class_names, is_test, {})


def _read(path: Path) -> dict[str, np.ndarray]:
    """The arrays of the file that are known here, without those of the other form."""
    if not path.is_file():
        raise StorageError(f"{path} does not exist")
    try:
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                check_member(path, member)
        with np.load(path, allow_pickle=False) as archive:
            sided = any(name in archive for name in SIDED)
            known = SIDED if sided else (*WHOLE, "is_test")
            arrays = {name: archive[name] for name in known if name in archive}
    except (OSError, EOFError, ValueError, TypeError, zipfile.BadZipFile, zlib.error, lzma.LZMAError) as error:
        raise StorageError(f"{path} is not an NPZ file of plain arrays: {error}") from error
    needed = SIDED if sided else WHOLE
    for name in needed:
        if name not in arrays:
            raise DataError(f"{path} holds no array {name}; {', '.join(needed)} are needed")
    return arrays


def _joined(arrays: Mapping[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """Images, labels and sides, the train side first when there are two arrays."""
    if "images" in arrays:
        return arrays["images"], arrays["labels"], arrays.get("is_test")
    train, test = arrays["train_images"], arrays["test_images"]
    if train.shape[1:] != test.shape[1:] or train.dtype != test.dtype or not train.ndim:
        raise ShapeError(
            "train_images and test_images must be of one kind, "
            f"found {train.dtype} of shape {train.shape} and {test.dtype} of shape {test.shape}"
        )
    for side in ("train", "test"):
        expected, found = arrays[f"{side}_images"].shape[:1], arrays[f"{side}_labels"].shape
        if expected != found:
            raise ShapeError(f"{side}_labels must have one entry per image, shape {expected}, found {found}")
    is_test = np.arange(len(train) + len(test)) >= len(train)
    return np.concatenate([train, test]), np.concatenate([arrays["train_labels"], arrays["test_labels"]]), is_test


def _classes(labels: np.ndarray, expected: tuple[int, ...]) -> tuple[list[str], np.ndarray]:
    """Names of the classes and each image's position among them."""
    if labels.shape != expected:
        raise ShapeError(f"labels must have one entry per image, shape {expected}, found {labels.shape}")
    if labels.dtype.kind not in "iuUS":
        raise DataError(f"labels must be whole numbers or strings, found {labels.dtype}")
    missing = labels < 0 if labels.dtype.kind in "iu" else np.strings.str_len(labels) == 0
    if missing.any():
        raise DataError(f"{int(missing.sum())} of {len(labels)} images have no label; each needs one")
    names, positions = np.unique(labels, return_inverse=True)
    return [str(name) for name in names], positions

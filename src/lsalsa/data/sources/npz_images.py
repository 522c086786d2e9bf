"""Images of one's own: an NPZ file with ``images`` and ``labels``, as `numpy.savez` writes it."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path

import numpy as np

from lsalsa.data.images import ImageSet
from lsalsa.data.selection import check_share, share_of_classes
from lsalsa.errors import ConfigError, DataError, ShapeError, StorageError
from lsalsa.seeds import generator, seed_for


def load(*, seed: int, path: str | None = None, test_fraction: float = 0.2) -> ImageSet:
    """Load images from a file.

    Parameters
    ----------
    seed : int
    path : str
        NPZ file with ``images`` (n_images, height, width), uint8 or floating-point numbers in [0, 1], and
        ``labels`` (n_images,), whole numbers from 0 or strings; optionally ``is_test`` (n_images,) bool.
    test_fraction : float
        Share of every class that becomes test images; not used when the file has ``is_test``.
    """
    if not isinstance(path, str):
        raise ConfigError(f"images from npz_images need the setting path, an NPZ file, found {path!r}")
    check_share("test_fraction", test_fraction)
    arrays = _read(Path(path))
    images = _grey(arrays["images"])
    class_names, labels = _classes(arrays["labels"], images.shape[:1])
    is_test = arrays.get("is_test")
    if is_test is None:
        is_test = share_of_classes(labels, test_fraction, generator(seed_for(seed, "test")))
    elif is_test.dtype != bool:
        raise DataError(f"is_test must be boolean, found {is_test.dtype}")
    source = {"name": Path(path).name, "licence": "unknown", "citation": "unknown"}
    return ImageSet(images, labels, class_names, np.arange(len(images)), is_test, source)


def _read(path: Path) -> dict[str, np.ndarray]:
    """The arrays of a file that need not be ours, so it has no completion mark; nothing is unpickled."""
    if not path.is_file():
        raise StorageError(f"{path} does not exist")
    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in ("images", "labels", "is_test") if name in archive}
    except (OSError, EOFError, ValueError, TypeError, zipfile.BadZipFile, zlib.error) as error:
        raise StorageError(f"{path} is not an NPZ file of plain arrays: {error}") from error
    for name in ("images", "labels"):
        if name not in arrays:
            raise DataError(f"{path} holds no array {name}; images and labels are needed")
    return arrays


def _grey(images: np.ndarray) -> np.ndarray:
    """Images as float32 in [0, 1]."""
    if images.ndim != 3:
        raise ShapeError(f"images must have shape (n_images, height, width), found {images.shape}")
    if images.dtype == np.uint8:
        return images.astype(np.float32) / 255
    if not np.issubdtype(images.dtype, np.floating):
        raise DataError(f"images must be uint8 or floating-point numbers in [0, 1], found {images.dtype}")
    return images.astype(np.float32)


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

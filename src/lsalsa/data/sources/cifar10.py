"""CIFAR-10: 60,000 photographs of ten classes, 32 x 32 pixels, as published or from the user's folder."""

from __future__ import annotations

import tarfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from lsalsa.data.images import ImageSet
from lsalsa.data.published_sets import ImageRequest, find, load_published
from lsalsa.data.raw_images import RawImages
from lsalsa.data.register import CIFAR10
from lsalsa.errors import StorageError

SIDE = 32
RECORD = 1 + 3 * SIDE**2
"""Bytes of an image: its label, then its red, green and blue planes, row by row."""
BATCHES = (*(f"data_batch_{i}.bin" for i in range(1, 6)), "test_batch.bin")


def own_files(data_dir: str | Path, **_: Any) -> list[Path]:
    """The files under `data_dir` that are read instead of a download."""
    return find(CIFAR10, data_dir).paths


def load(
    *,
    seed: int,
    data_dir: str | Path | None = None,
    n_train: int | None = None,
    n_test: int | None = None,
    colour: bool = False,
    scaling: str = "minmax",
) -> ImageSet:
    """Load the photographs, on their published sides.

    Parameters
    ----------
    seed, data_dir, n_train, n_test, colour, scaling
        As in every source, see `lsalsa.data.sources`.
    """
    request = ImageRequest(n_train, n_test, colour=colour, scaling=scaling)
    return load_published(CIFAR10, _read, request, data_dir=data_dir, seed=seed)


def _read(paths: list[Path]) -> RawImages:
    """Images of the binary version, read out of the packed file."""
    (path,) = paths
    records = _records(path)
    labels = np.concatenate([batch[:, 0] for batch in records]).astype(np.int64)
    if labels.max() >= len(CIFAR10.class_names):
        raise StorageError(f"{path} must hold labels below {len(CIFAR10.class_names)}, found {labels.max()}")
    images = np.empty((len(labels), SIDE, SIDE, 3), dtype=np.uint8)
    start = 0
    for batch in records:
        planes = batch[:, 1:].reshape(-1, 3, SIDE, SIDE)
        images[start : start + len(batch)] = planes.transpose(0, 2, 3, 1)
        start += len(batch)
    is_test = np.arange(len(labels)) >= len(labels) - len(records[-1])
    return RawImages(images, labels, list(CIFAR10.class_names), is_test, {})


def _records(path: Path) -> list[np.ndarray]:
    """Records of every batch, (n_images, RECORD) uint8."""
    found: dict[str, np.ndarray] = {}
    try:
        with tarfile.open(path, "r|gz") as archive:  # in one pass: a packed file cannot be searched
            for member in archive:
                name = Path(member.name).name
                if name in BATCHES and (stream := archive.extractfile(member)):
                    found[name] = np.frombuffer(stream.read(), dtype=np.uint8)
    except (tarfile.TarError, OSError, EOFError, zlib.error) as error:
        raise StorageError(f"{path} is not a whole tar.gz file: {error}") from error
    for name in BATCHES:
        if name not in found or len(found[name]) == 0 or len(found[name]) % RECORD:
            size = len(found.get(name, ()))
            raise StorageError(f"{path} must hold {name} with records of {RECORD} bytes, found {size} bytes")
    return [found[name].reshape(-1, RECORD) for name in BATCHES]

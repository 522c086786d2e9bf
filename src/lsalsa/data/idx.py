"""The IDX format of MNIST and Fashion-MNIST: a header with the sizes, then bytes; packed with gzip."""

from __future__ import annotations

import gzip
import math
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from lsalsa.data.raw_images import RawImages
from lsalsa.errors import DataError, StorageError

UNSIGNED_BYTE = 8


def read_idx(path: Path, n_axes: int) -> np.ndarray:
    """The array of a gzip-packed IDX file of bytes.

    Raises
    ------
    StorageError
        When the file is not whole, or holds something else than bytes with that many axes.
    """
    try:
        with gzip.open(path) as file:
            content = file.read()
    except (OSError, EOFError, zlib.error) as error:
        raise StorageError(f"{path} is not a whole gzip file: {error}") from error
    header = 4 * (1 + n_axes)
    if len(content) < header or content[:4] != bytes([0, 0, UNSIGNED_BYTE, n_axes]):
        raise StorageError(f"{path} is not an IDX file of bytes with {n_axes} axes, it begins with {content[:4].hex()}")
    shape = tuple(np.frombuffer(content, ">u4", n_axes, 4).tolist())
    if len(content) - header != math.prod(shape):
        raise StorageError(f"{path} announces {shape} bytes, but holds {len(content) - header}")
    return np.frombuffer(content, np.uint8, offset=header).reshape(shape)


def read_idx_set(paths: Sequence[Path]) -> RawImages:
    """Images and labels of both sides, out of the four files that MNIST is published as; classes are numbers.

    Raises
    ------
    StorageError, DataError
        When a file is damaged, or they do not fit each other.
    """
    by_name = {path.name.partition("-idx")[0]: path for path in paths}
    sides = [_read_side(by_name, side) for side in ("train", "t10k")]
    labels = np.concatenate([labels for _, labels in sides])
    return RawImages(
        images=np.concatenate([images for images, _ in sides]),
        labels=labels.astype(np.int64),
        class_names=[str(label) for label in range(int(labels.max(initial=0)) + 1)],
        is_test=np.arange(len(labels)) >= len(sides[0][1]),
        notes={},
    )


def _read_side(by_name: dict[str, Path], side: str) -> tuple[np.ndarray, np.ndarray]:
    images, labels = read_idx(by_name[f"{side}-images"], 3), read_idx(by_name[f"{side}-labels"], 1)
    if len(images) != len(labels):
        raise DataError(f"{by_name[f'{side}-images']} holds {len(images)} images, but there are {len(labels)} labels")
    return images, labels

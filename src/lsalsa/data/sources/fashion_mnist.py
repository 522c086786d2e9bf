"""Fashion-MNIST: 70,000 pieces of clothing, ten classes, 28 x 28 pixels, as published or from one's own folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lsalsa.data.idx import read_idx_set
from lsalsa.data.images import ImageSet
from lsalsa.data.published_sets import Wanted, find, load_published
from lsalsa.data.raw_images import RawImages
from lsalsa.data.register import FASHION_MNIST


def own_files(data_dir: str | Path, **_: Any) -> list[Path]:
    """The files under `data_dir` that are read instead of a download."""
    return find(FASHION_MNIST, data_dir).paths


def load(
    *,
    seed: int,
    data_dir: str | Path | None = None,
    n_train: int | None = None,
    n_test: int | None = None,
    scaling: str = "minmax",
) -> ImageSet:
    """Load the images; the published sides are kept.

    Parameters
    ----------
    seed : int
    data_dir : path, optional
        Folder that has the set, or a part of it; by default it is downloaded once.
    n_train : int, optional
        Train images, the first of every class; all by default.
    n_test : int, optional
        The same for test images.
    scaling : {"minmax", "unit"}
        Every image stretched to [0, 1], or divided by 255.
    """
    wanted = Wanted(n_train, n_test, scaling=scaling)
    return load_published(FASHION_MNIST, _read, wanted, data_dir=data_dir, seed=seed)


def _read(paths: list[Path]) -> RawImages:
    return read_idx_set(paths, FASHION_MNIST.class_names)

"""MNIST: 70,000 handwritten digits of ten classes, 28 x 28 pixels, as published or from the user's folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lsalsa.data.idx import read_idx_set
from lsalsa.data.images import ImageSet
from lsalsa.data.published_sets import ImageRequest, find, load_published
from lsalsa.data.register import MNIST


def own_files(data_dir: str | Path, **_: Any) -> list[Path]:
    """The files under `data_dir` that are read instead of a download."""
    return find(MNIST, data_dir).paths


def load(
    *,
    seed: int,
    data_dir: str | Path | None = None,
    n_train: int | None = None,
    n_test: int | None = None,
    scaling: str = "minmax",
) -> ImageSet:
    """Load the digits, on their published sides.

    Parameters
    ----------
    seed, data_dir, n_train, n_test, scaling
        As in every source, see `lsalsa.data.sources`.
    """
    request = ImageRequest(n_train, n_test, scaling=scaling)
    return load_published(MNIST, read_idx_set, request, data_dir=data_dir, seed=seed)

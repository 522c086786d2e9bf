"""The user's images in an NPZ file, as `numpy.savez` writes it, with or without labels."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lsalsa.data.image_npz import read_npz_images
from lsalsa.data.images import ImageSet
from lsalsa.data.selection import check_share, random_share
from lsalsa.data.user_files import user_file, user_source


def own_files(data_dir: str | Path, *, path: str | None = None, **_: Any) -> list[Path]:
    """The file that is read.

    Parameters
    ----------
    data_dir, path, **_
        As `load` takes them.
    """
    return [user_file("images from npz_images", path, data_dir)]


def load(
    *,
    seed: int,
    data_dir: str | Path | None = None,
    path: str | None = None,
    test_fraction: float = 0.2,
    colour: bool = False,
    scaling: str = "unit",
) -> ImageSet:
    """Load images from a file.

    Parameters
    ----------
    seed, data_dir
        As in every source, see `lsalsa.data.sources`.
    path : str
        NPZ file with ``images`` (n_images, height, width) or (n_images, height, width, 3), uint8 or floating-point
        numbers in [0, 1]; optionally ``labels`` (n_images,), whole numbers from 0 or strings, and ``is_test``
        (n_images,) bool. Or with ``train_images`` and ``test_images``, and optionally ``train_labels`` and
        ``test_labels``.
    test_fraction, colour, scaling
        As in every source.
    """
    file = user_file("images from npz_images", path, data_dir)
    check_share("test_fraction", test_fraction)
    raw = read_npz_images(file, lambda labels: random_share(labels, test_fraction, seed))
    return raw.to_set(user_source(file), scaling=scaling, colour=colour)

"""Images of one's own: an NPZ file with images and labels, as `numpy.savez` writes it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lsalsa.data.image_npz import read_npz_images
from lsalsa.data.images import ImageSet
from lsalsa.data.selection import check_share, random_share
from lsalsa.data.user_files import own_path, own_source


def own_files(data_dir: str | Path, *, path: str | None = None, **_: Any) -> list[Path]:
    """The file that is read."""
    return [own_path("npz_images", path, data_dir)]


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
    seed : int
    data_dir : path, optional
        Folder that a relative `path` starts from; the working folder by default.
    path : str
        NPZ file with ``images`` (n_images, height, width) or (n_images, height, width, 3), uint8 or floating-point
        numbers in [0, 1], and ``labels`` (n_images,), whole numbers from 0 or strings; optionally ``is_test``
        (n_images,) bool. Or ``train_images``, ``train_labels``, ``test_images`` and ``test_labels``.
    test_fraction : float
        Share of every class that becomes test images; not used when the file says which they are.
    colour : bool
        Keep the three channels of colour images; grey by default.
    scaling : {"minmax", "unit"}
        Every image stretched to [0, 1], or bytes divided by 255 and other numbers left as they are.
    """
    file = own_path("npz_images", path, data_dir)
    check_share("test_fraction", test_fraction)
    raw = read_npz_images(file, lambda labels: random_share(labels, test_fraction, seed))
    return raw.to_set(own_source(file), scaling=scaling, colour=colour)

"""The user's image files (JPEG, PNG, ...) in a folder or a zip file, labelled by folder, by name, or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lsalsa.arrays import check_count
from lsalsa.data.archive import files_below
from lsalsa.data.crops import squares
from lsalsa.data.image_folder import random_split, read_image_folder
from lsalsa.data.images import ImageSet
from lsalsa.data.selection import check_share
from lsalsa.data.user_files import user_path, user_source
from lsalsa.errors import ConfigError


def own_files(data_dir: str | Path, *, path: str | None = None, **_: Any) -> list[Path]:
    """The zip file, or all files of the folder.

    Parameters
    ----------
    data_dir, path, **_
        As `load` takes them.
    """
    place = user_path("images from image_files", path, data_dir)
    return sorted(files_below(place)) if place.is_dir() else [place]


def load(
    *,
    seed: int,
    data_dir: str | Path | None = None,
    path: str | None = None,
    image_size: int | None = None,
    crop: int | None = None,
    per_image: int | None = None,
    test_fraction: float = 0.2,
    colour: bool = False,
    scaling: str = "unit",
) -> ImageSet:
    """Load images; files that cannot be decoded are skipped and counted.

    Parameters
    ----------
    seed, data_dir
        As in every source, see `lsalsa.data.sources`.
    path : str
        Folder or zip file. The label of an image is the name of the outermost folder below those that all images lie
        in; where there is none, it is the file name up to its first dot or underscore. Folders ``train`` and ``test``
        name the side and are no labels. Where this gives all images one label, or each its own, they have no labels.
    image_size : int, optional
        Height and width that every image is brought to, whatever its own (bilinear); by default all must have one size.
    crop : int, optional
        Side of the squares that every image is cut into, whatever its size and shape; each becomes an image of the
        set. All squares of one file are on one side, and have its label.
    per_image : int, optional
        Most squares of one file, chosen by seed; by default all. Only with `crop`.
    test_fraction, colour, scaling
        As in every source.
    """
    place = user_path("images from image_files", path, data_dir)
    check_share("test_fraction", test_fraction)
    _check_sizes(image_size=image_size, crop=crop, per_image=per_image)
    cut = None if crop is None else squares(crop, per_image, seed)
    raw = read_image_folder(place, random_split(test_fraction, seed), size=image_size, colour=colour, cut=cut)
    return raw.to_set(user_source(place, raw.left_out), scaling=scaling, colour=colour)


def _check_sizes(**sizes: int | None) -> None:
    """Refuse what is no count, and sizes of which one would hide another."""
    given = [name for name, value in sizes.items() if value is not None]
    for name in given:
        check_count(name, sizes[name])
    if "crop" in given and "image_size" in given:
        raise ConfigError("crop cuts images and image_size resizes them; set one of the two, found both")
    if "per_image" in given and "crop" not in given:
        raise ConfigError("per_image counts the squares of an image, so it needs crop")

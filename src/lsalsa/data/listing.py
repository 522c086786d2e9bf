"""The image files of an archive before they are decoded: their classes, where they have any, and their sides."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from lsalsa.data.archive import Archive, is_image
from lsalsa.errors import DataError

SIDES = {"train": False, "test": True}
"""Names of folders, and whether their images are on the test side."""


@dataclass(frozen=True)
class ImageFile:
    """An image file that is not decoded yet.

    Attributes
    ----------
    name : str
    label : str
        Empty where the images have no labels.
    is_test : bool or None
        None where no folder names a side.
    """

    name: str
    label: str
    is_test: bool | None


def list_image_files(archive: Archive) -> list[ImageFile]:
    """The image files of an archive with their labels.

    Folders named train and test name the side, where both occur, and are no classes. Of the others those are left out,
    from the outside in, that all images lie in; the outermost of the rest is the class, whatever folders lie in it.
    Where no folder is left, the class is the file's name up to its first dot or underscore. When all images would have
    one class, or each its own, they have no labels.

    Raises
    ------
    DataError
        When there is no image, or some lie in folders of classes or of sides and some do not.
    """
    names = [name for name in archive.names if is_image(name)]
    if not names:
        raise DataError(f"{archive.path} holds no image file")
    folders = _class_folders(names)
    by_folder = len(set(folders)) > 1
    if by_folder and "" in folders:
        loose = folders.count("")
        raise DataError(f"{archive.path} must hold all images in folders of classes or none, found {loose} outside")
    labels = folders if by_folder else [re.split(r"[._]", PurePosixPath(name).name)[0] for name in names]
    if len(set(labels)) in (1, len(names)):
        labels = [""] * len(names)
    sides = [_side(name) for name in names]
    if set(sides) == {False}:  # a folder train alone names no side
        sides = [None] * len(names)
    if None in sides and len(set(sides)) > 1:
        raise DataError(f"{archive.path} must hold all images in folders train and test or none, found some outside")
    return [ImageFile(*facts) for facts in zip(names, labels, sides, strict=True)]


def _folders(name: str) -> list[str]:
    return list(PurePosixPath(name).parts[:-1])


def _class_folders(names: Sequence[str]) -> list[str]:
    """The outermost folder of each image below those that all of them lie in, empty where there is none."""
    paths = [[folder for folder in _folders(name) if folder.lower() not in SIDES] for name in names]
    shared = 0
    while all(len(path) > shared for path in paths) and len({path[shared] for path in paths}) == 1:
        shared += 1
    return [path[shared] if len(path) > shared else "" for path in paths]


def _side(name: str) -> bool | None:
    return next((SIDES[folder.lower()] for folder in _folders(name) if folder.lower() in SIDES), None)

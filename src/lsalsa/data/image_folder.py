"""Image files of a folder or a zip file: their classes, where they have any, their sides, their pixels."""

from __future__ import annotations

import io
import logging
import re
import struct
import warnings
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePosixPath

import numpy as np

from lsalsa.data.archive import Archive, is_image, opened
from lsalsa.data.raw_images import RawImages
from lsalsa.data.selection import random_share
from lsalsa.errors import DataError, ShapeError
from lsalsa.extras import from_extra
from lsalsa.seeds import seed_for

logger = logging.getLogger(__name__)

SIDES = {"train": False, "test": True}
"""Names of folders, and whether their images are on the test side."""

DECODING = (OSError, SyntaxError, ValueError, EOFError, IndexError, TypeError, KeyError, struct.error, zlib.error)
"""What Pillow raises on damaged files of its many formats."""

MOST_PIXELS = 50_000_000
"""Pixels of the largest image that is decoded."""


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


Split = Callable[[list[ImageFile]], tuple[Sequence[ImageFile], Sequence[ImageFile]]]
"""Divides the files of one class into candidates for the train and for the test side, the first choice first."""


def list_image_files(archive: Archive) -> list[ImageFile]:
    """The image files of an archive with their labels.

    The label is the folder's name; when all images lie in one folder, it is the file's name up to its first dot or
    underscore. Folders named train and test name the side and are no labels. When all images would share one label,
    or each would have its own, they have no labels.

    Raises
    ------
    DataError
        When there is no image, or some lie in folders of classes or of sides and some do not.
    """
    names = [name for name in archive.names if is_image(name)]
    if not names:
        raise DataError(f"{archive.path} holds no image file")
    folders = [_class_folder(name) for name in names]
    by_folder = len(set(folders)) > 1
    if by_folder and "" in folders:
        loose = folders.count("")
        raise DataError(f"{archive.path} must hold all images in folders of classes or none, found {loose} outside")
    labels = folders if by_folder else [re.split(r"[._]", PurePosixPath(name).name)[0] for name in names]
    if len(set(labels)) in (1, len(names)):
        labels = [""] * len(names)
    files = [ImageFile(name, label, _side(name)) for name, label in zip(names, labels, strict=True)]
    sides = {file.is_test for file in files}
    if None in sides and len(sides) > 1:
        raise DataError(f"{archive.path} must hold all images in folders train and test or none, found some outside")
    return files


def read_image_folder(
    path: Path,
    split: Split,
    *,
    size: int | None,
    colour: bool,
    n_train: int | None = None,
    n_test: int | None = None,
) -> RawImages:
    """Decode images until each class has its part of both sides.

    Parameters
    ----------
    path : Path
        A folder or a zip file.
    split : callable
        Divides the files of a class where no folder names the side; the train side gets none that the test side took.
    size : int or None
        Height and width; None expects all images to have one size.
    colour : bool
    n_train, n_test : int, optional
        Images of a side in all, spread over the classes; all by default.

    Returns
    -------
    raw : RawImages
        uint8; class after class, in the order of their names; without labels, in the order of the files' names.

    Raises
    ------
    DataError
        When there is no image to decode, or one is a decompression bomb.
    ShapeError
        When `size` is None and the images differ in size.
    StorageError
        When the archive is damaged.
    """
    with opened(path) as archive:
        files = list_image_files(archive)
        class_names = sorted({file.label for file in files})
        reader = _Reader(archive, size, colour)
        for label, name in enumerate(class_names):
            train, test = _sides([file for file in files if file.label == name], split)
            taken = reader.take(test, label, True, _quota(n_test, label, len(class_names)))
            rest = [file for file in train if file.name not in taken]
            reader.take(rest, label, False, _quota(n_train, label, len(class_names)))
        return reader.result(class_names, n_other=len(archive.names) - len(files))


def random_split(fraction: float, seed: int) -> Split:
    """A split of each class by chance.

    Parameters
    ----------
    fraction : float
        Share of the class that becomes test images.
    seed : int

    Returns
    -------
    split : callable
        For `read_image_folder`.
    """

    def split(files: list[ImageFile]) -> tuple[list[ImageFile], list[ImageFile]]:
        is_test = random_share(np.zeros(len(files)), fraction, seed_for(seed, files[0].label))
        pairs = list(zip(files, is_test, strict=True))
        return [file for file, aside in pairs if not aside], [file for file, aside in pairs if aside]

    return split


def read_pictures(path: Path) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Decode all images in grey and in their own sizes.

    Parameters
    ----------
    path : Path
        A folder or a zip file.

    Returns
    -------
    pictures : dict of str to array, each (height_i, width_i), uint8
        Name of the file inside `path` -> grey values.
    notes : dict of str to str
        How many files were skipped, if any.

    Raises
    ------
    DataError
        When there is no image to decode, or one is a decompression bomb.
    StorageError
        When the archive is damaged.
    """
    with opened(path) as archive:
        files = [ImageFile(name, "", None) for name in archive.names if is_image(name)]
        if not files:
            raise DataError(f"{path} holds no image file")
        reader = _Reader(archive, size=None, colour=False)
        pictures = dict(reader.decoded(files))
        if not pictures:
            raise reader.nothing_decoded()
        return pictures, reader.notes(n_other=len(archive.names) - len(files))


class _Reader:
    """The images decoded so far, and how many files could not be."""

    def __init__(self, archive: Archive, size: int | None, colour: bool):
        self.archive, self.size, self.colour = archive, size, colour
        self.images: list[np.ndarray] = []
        self.labels: list[int] = []
        self.is_test: list[bool] = []
        self.damaged: set[str] = set()

    def take(self, files: Sequence[ImageFile], label: int, is_test: bool, count: int | None) -> set[str]:
        """Decode files until there are `count` images, and return the names of those that could be decoded.

        Parameters
        ----------
        files : sequence of ImageFile
            Of one class.
        label : int
            Position of the class.
        is_test : bool
        count : int or None
            None decodes all files.
        """
        decoded = dict(islice(self.decoded(files), count))
        self.images += decoded.values()
        self.labels += [label] * len(decoded)
        self.is_test += [is_test] * len(decoded)
        return set(decoded)

    def decoded(self, files: Sequence[ImageFile]) -> Iterator[tuple[str, np.ndarray]]:
        """Name and pixels of every file that can be decoded, one after another; the others are counted."""
        for file in files:
            image = decode(file.name, self.archive.read(file.name), self.size, self.colour)
            if image is None:
                self.damaged.add(file.name)
                logger.debug("%s of %s cannot be decoded and is skipped", file.name, self.archive.path)
            else:
                yield file.name, image

    def result(self, class_names: list[str], n_other: int) -> RawImages:
        """All images in one array; `class_names` is [""] where they have no labels."""
        shapes = {image.shape for image in self.images}
        if not shapes:
            raise self.nothing_decoded()
        if len(shapes) > 1:
            listed = ", ".join(f"{height} x {width}" for height, width, *_ in sorted(shapes)[:3])
            raise ShapeError(f"{self.archive.path} holds images of several sizes ({listed}, ...); set image_size")
        return RawImages(
            images=np.stack(self.images),
            labels=None if class_names == [""] else np.array(self.labels, dtype=np.int64),
            class_names=[name for name in class_names if name],
            is_test=np.array(self.is_test),
            notes=self.notes(n_other),
        )

    def notes(self, n_other: int) -> dict[str, str]:
        """Say how many files were skipped, here and in the log; `n_other` of them are no images."""
        if not self.damaged and not n_other:
            return {}
        skipped = f"{len(self.damaged)} damaged images, {n_other} other files"
        logger.warning("%s: skipped %s", self.archive.path, skipped)
        return {"skipped": skipped}

    def nothing_decoded(self) -> DataError:
        """The error for an archive whose images are all damaged."""
        return DataError(f"{self.archive.path} holds {len(self.damaged)} images, and none can be decoded")


def decode(name: str, content: bytes, size: int | None, colour: bool) -> np.ndarray | None:
    """Decode an image file, bring it to a size (bilinear), then to grey unless `colour`.

    Parameters
    ----------
    name : str
        For messages.
    content : bytes
    size : int or None
        Height and width; None keeps its own.
    colour : bool

    Returns
    -------
    pixels : array, (height, width) or (height, width, 3), uint8, or None
        None when the file is damaged.

    Raises
    ------
    DataError
        When the image has more pixels than any photograph, or more than 8 bits in a channel.
    """
    with from_extra("pillow", "decoding image files"):
        from PIL import Image

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of damaged notes of cameras, and of bombs, which are refused here
        try:
            with Image.open(io.BytesIO(content)) as file:
                _check_image(name, file.size, file.mode)
                image = file.convert("RGB")
        except Image.DecompressionBombError as error:
            raise DataError(f"{name} is not decoded: {error}") from error
        except DECODING:
            return None
    if size is not None:
        image = image.resize((size, size), Image.Resampling.BILINEAR)
    return np.asarray(image if colour else image.convert("L"))


def _check_image(name: str, size: tuple[int, int], mode: str) -> None:
    if size[0] * size[1] > MOST_PIXELS:
        raise DataError(f"{name} is not decoded: {size[0]} x {size[1]} pixels are more than {MOST_PIXELS}")
    if mode.startswith(("I", "F")):
        raise DataError(f"{name} must have 8 bits in a channel, found pixels of mode {mode}; save it as such")


def _sides(files: list[ImageFile], split: Split) -> tuple[Sequence[ImageFile], Sequence[ImageFile]]:
    """Train and test files of a class: by their folders, or else by `split`."""
    if files[0].is_test is None:
        return split(files)
    return [file for file in files if not file.is_test], [file for file in files if file.is_test]


def _quota(count: int | None, label: int, n_classes: int) -> int | None:
    """What a class contributes to a side of `count` images; None for all of its images."""
    return None if count is None else count // n_classes + (label < count % n_classes)


def _folders(name: str) -> list[str]:
    return list(PurePosixPath(name).parts[:-1])


def _class_folder(name: str) -> str:
    """The innermost folder that is not one of a side, empty when there is none."""
    return next((folder for folder in reversed(_folders(name)) if folder.lower() not in SIDES), "")


def _side(name: str) -> bool | None:
    return next((SIDES[folder.lower()] for folder in _folders(name) if folder.lower() in SIDES), None)

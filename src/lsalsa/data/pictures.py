"""Labelled image files of a folder or a zip file: their classes, their sides, their pixels."""

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

from lsalsa.data.archives import Archive, is_image, opened
from lsalsa.data.raw import RawImages
from lsalsa.data.selection import random_share
from lsalsa.errors import DataError, ShapeError
from lsalsa.extras import from_extra
from lsalsa.seeds import seed_for

logger = logging.getLogger(__name__)

SIDES = {"train": False, "test": True}
"""Folders that say on which side an image is."""

DECODING = (OSError, SyntaxError, ValueError, EOFError, IndexError, TypeError, KeyError, struct.error, zlib.error)
"""What Pillow raises on damaged files of its many formats."""

MOST_PIXELS = 50_000_000
"""Pixels of the largest image that is decoded."""


@dataclass(frozen=True)
class Picture:
    """An image file that is not decoded yet; `is_test` is None where no folder says it."""

    name: str
    label: str
    is_test: bool | None


Split = Callable[[list[Picture]], tuple[Sequence[Picture], Sequence[Picture]]]
"""Train and test candidates among the pictures of one class, in the order in which they are wanted."""


def list_pictures(archive: Archive) -> list[Picture]:
    """The image files of an archive with their labels.

    The label is the folder's name; when all images lie in one folder, it is the file's name up to its first dot or
    underscore. Folders named train and test say the side and are no labels.

    Raises
    ------
    DataError
        When there is no image, some lie in folders of classes and some do not, or no two images share a label.
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
    if len(set(labels)) == len(names):
        raise DataError(f"{archive.path} gives each of its {len(names)} images a label of its own, such as {labels[0]}")
    pictures = [Picture(name, label, _side(name)) for name, label in zip(names, labels, strict=True)]
    sides = {picture.is_test for picture in pictures}
    if None in sides and len(sides) > 1:
        raise DataError(f"{archive.path} must hold all images in folders train and test or none, found some outside")
    return pictures


def read_pictures(
    path: Path,
    split: Split,
    *,
    size: int | None,
    colour: bool,
    n_train: int | None = None,
    n_test: int | None = None,
) -> RawImages:
    """Decode labelled images until each class has its part of both sides.

    Parameters
    ----------
    path : Path
        A folder or a zip file.
    split : callable
        Divides the pictures of a class where no folder says the side; what the test side took is left out of train.
    size : int or None
        Height and width; None expects all images to have one size.
    colour : bool
    n_train, n_test : int, optional
        Images of a side in all, spread over the classes; all by default.

    Returns
    -------
    raw : RawImages
        uint8; class after class, in the order of their names.

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
        pictures = list_pictures(archive)
        class_names = sorted({picture.label for picture in pictures})
        reader = _Reader(archive, size, colour)
        for label, name in enumerate(class_names):
            train, test = _sides([picture for picture in pictures if picture.label == name], split)
            taken = reader.take(test, label, True, _quota(n_test, label, len(class_names)))
            rest = [picture for picture in train if picture.name not in taken]
            reader.take(rest, label, False, _quota(n_train, label, len(class_names)))
        return reader.result(class_names, n_other=len(archive.names) - len(pictures))


def random_split(fraction: float, seed: int) -> Split:
    """Sets the same share of every class aside for the test, chosen by seed."""

    def split(pictures: list[Picture]) -> tuple[list[Picture], list[Picture]]:
        is_test = random_share(np.zeros(len(pictures)), fraction, seed_for(seed, pictures[0].label))
        pairs = list(zip(pictures, is_test, strict=True))
        return [p for p, aside in pairs if not aside], [p for p, aside in pairs if aside]

    return split


class _Reader:
    """The images decoded so far, and how many files could not be."""

    def __init__(self, archive: Archive, size: int | None, colour: bool):
        self.archive, self.size, self.colour = archive, size, colour
        self.images: list[np.ndarray] = []
        self.labels: list[int] = []
        self.is_test: list[bool] = []
        self.damaged: set[str] = set()

    def take(self, pictures: Sequence[Picture], label: int, is_test: bool, count: int | None) -> set[str]:
        """Decode so many pictures, damaged ones skipped; the names of those that were taken."""
        decoded = dict(islice(self._decoded(pictures), count))
        self.images += decoded.values()
        self.labels += [label] * len(decoded)
        self.is_test += [is_test] * len(decoded)
        return set(decoded)

    def _decoded(self, pictures: Sequence[Picture]) -> Iterator[tuple[str, np.ndarray]]:
        for picture in pictures:
            image = decode(picture.name, self.archive.read(picture.name), self.size, self.colour)
            if image is None:
                self.damaged.add(picture.name)
                logger.debug("%s of %s cannot be decoded and is skipped", picture.name, self.archive.path)
            else:
                yield picture.name, image

    def result(self, class_names: list[str], n_other: int) -> RawImages:
        """All images in one array."""
        shapes = {image.shape for image in self.images}
        if not shapes:
            raise DataError(f"{self.archive.path} holds {len(self.damaged)} images, and none can be decoded")
        if len(shapes) > 1:
            listed = ", ".join(f"{height} x {width}" for height, width, *_ in sorted(shapes)[:3])
            raise ShapeError(f"{self.archive.path} holds images of several sizes ({listed}, ...); set image_size")
        skipped = f"{len(self.damaged)} damaged images, {n_other} other files"
        if self.damaged or n_other:
            logger.warning("%s: skipped %s", self.archive.path, skipped)
        return RawImages(
            images=np.stack(self.images),
            labels=np.array(self.labels, dtype=np.int64),
            class_names=class_names,
            is_test=np.array(self.is_test),
            notes={"skipped": skipped} if self.damaged or n_other else {},
        )


def decode(name: str, content: bytes, size: int | None, colour: bool) -> np.ndarray | None:
    """Pixels of an image file as uint8, brought to size x size (bilinear), then to grey; None when it is damaged.

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


def _sides(pictures: list[Picture], split: Split) -> tuple[Sequence[Picture], Sequence[Picture]]:
    """Train and test pictures of a class: by their folders, or else by `split`."""
    if pictures[0].is_test is None:
        return split(pictures)
    return [p for p in pictures if not p.is_test], [p for p in pictures if p.is_test]


def _quota(count: int | None, label: int, n_classes: int) -> int | None:
    """What a class contributes to a side of so many images."""
    return None if count is None else count // n_classes + (label < count % n_classes)


def _folders(name: str) -> list[str]:
    return list(PurePosixPath(name).parts[:-1])


def _class_folder(name: str) -> str:
    """The innermost folder that is not one of a side, empty when there is none."""
    return next((folder for folder in reversed(_folders(name)) if folder.lower() not in SIDES), "")


def _side(name: str) -> bool | None:
    return next((SIDES[folder.lower()] for folder in _folders(name) if folder.lower() in SIDES), None)

"""Images out of a folder or a zip file: the pixels of as many of each class and side as are wanted."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np

from lsalsa.data.archive import Archive, is_image, opened
from lsalsa.data.crops import Cut
from lsalsa.data.image_decoding import decode
from lsalsa.data.listing import ImageFile, list_image_files
from lsalsa.data.raw_images import RawImages
from lsalsa.data.selection import random_share
from lsalsa.errors import DataError, ShapeError
from lsalsa.seeds import seed_for

logger = logging.getLogger(__name__)


SHOWN = 10
"""Classes that are named at the end of loading."""


Split = Callable[[list[ImageFile]], tuple[Sequence[ImageFile], Sequence[ImageFile]]]
"""Divides the files of one class into candidates for the train and for the test side, the first choice first."""


def read_image_folder(
    path: Path,
    split: Split,
    *,
    size: int | None,
    colour: bool,
    cut: Cut | None = None,
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
    cut : callable, optional
        Cuts each image into squares, which become the images of the set, see `lsalsa.data.crops.squares`.
    n_train, n_test : int, optional
        Image files of a side in all, spread over the classes; all by default.

    Returns
    -------
    raw : RawImages
        uint8; class after class, in the order of their names; without labels, in the order of the files' names.
        Squares of one file are one group.

    Raises
    ------
    ConfigError
        When an image is too small to be cut.
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
        reader = _Reader(archive, size, colour, cut)
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


def read_pictures(path: Path, *, colour: bool = False) -> tuple[dict[str, np.ndarray], dict[str, str], str]:
    """Decode all images, in their own sizes.

    Parameters
    ----------
    path : Path
        A folder or a zip file.
    colour : bool
        In red, green and blue; in grey by default.

    Returns
    -------
    pictures : dict of str to array, each (height_i, width_i) or (height_i, width_i, 3), uint8
        Name of the file inside `path` -> its values.
    notes : dict of str to str
        What was ``found``, and what was ``skipped``, if anything.
    left_out : str
        Pictures that are there and could not be read, counted, in words; empty when there are none.

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
        reader = _Reader(archive, size=None, colour=colour)
        pictures = dict(reader.decoded(files))
        if not pictures:
            raise reader.nothing_decoded()
        notes = reader.notes(f"{len(pictures):,} pictures", n_other=len(archive.names) - len(files))
        return pictures, notes, reader.left_out


class _Reader:
    """The images decoded so far, and how many files could not be."""

    def __init__(self, archive: Archive, size: int | None, colour: bool, cut: Cut | None = None):
        self.archive, self.size, self.colour, self.cut = archive, size, colour, cut
        self.images: list[np.ndarray] = []
        self.groups: list[int] = []
        self.n_files = 0
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
        names = set()
        for name, image in islice(self.decoded(files), count):
            images = image[None] if self.cut is None else self.cut(name, image)
            self.images += list(images)
            self.labels += [label] * len(images)
            self.is_test += [is_test] * len(images)
            self.groups += [self.n_files] * len(images)
            self.n_files += 1
            names.add(name)
        return names

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
            raise ShapeError(
                f"{self.archive.path} holds images of several sizes ({listed}, ...); set crop or image_size"
            )
        return RawImages(
            images=np.stack(self.images),
            labels=None if class_names == [""] else np.array(self.labels, dtype=np.int64),
            class_names=[name for name in class_names if name],
            is_test=np.array(self.is_test),
            notes=self.notes(self._found(class_names), n_other),
            left_out=self.left_out,
            groups=np.array(self.groups),
        )

    @property
    def left_out(self) -> str:
        """What may have been images and could not be read, in words; empty when there is nothing of the kind."""
        counts = {"damaged images": len(self.damaged), "broken links": self.archive.n_broken}
        return " and ".join(f"{count} {noun}" for noun, count in counts.items() if count)

    def notes(self, found: str, n_other: int) -> dict[str, str]:
        """Say what was found and what was skipped, here and in the log; `n_other` files are no images."""
        skipped = f"{len(self.damaged)} damaged images, {n_other} other files"
        if self.archive.n_broken:
            skipped += f", {self.archive.n_broken} broken links"
        is_whole = not (self.damaged or n_other or self.archive.n_broken)
        notes = {"found": found} | ({} if is_whole else {"skipped": skipped})
        logger.log(
            logging.INFO if is_whole else logging.WARNING,
            "%s: %s; skipped %s",
            self.archive.path,
            found,
            "nothing" if is_whole else skipped,
        )
        return notes

    def nothing_decoded(self) -> DataError:
        """The error for an archive whose images are all damaged."""
        return DataError(f"{self.archive.path} holds {len(self.damaged)} images, and none can be decoded")

    def _found(self, class_names: list[str]) -> str:
        """How many images of which classes, in words."""
        counted = f"{len(self.images):,} images, {sum(self.is_test):,} of them for the test"
        counted += f", cut from {self.n_files:,} files" if self.cut else ""
        if class_names == [""]:
            return f"{counted}, without classes"
        listed = ", ".join(class_names[:SHOWN]) + (", ..." if len(class_names) > SHOWN else "")
        return f"{counted}, of {len(class_names)} classes: {listed}"


def _sides(files: list[ImageFile], split: Split) -> tuple[Sequence[ImageFile], Sequence[ImageFile]]:
    """Train and test files of a class: by their folders, or else by `split`."""
    if files[0].is_test is None:
        return split(files)
    return [file for file in files if not file.is_test], [file for file in files if file.is_test]


def _quota(count: int | None, label: int, n_classes: int) -> int | None:
    """What a class contributes to a side of `count` images; None for all of its images."""
    return None if count is None else count // n_classes + (label < count % n_classes)

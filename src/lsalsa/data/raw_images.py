"""Images as a file has them, and how they become a set: some or all, grey or in colour, scaled to [0, 1]."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from lsalsa.arrays import check_count, nearest
from lsalsa.data.images import ImageSet, check_values
from lsalsa.data.selection import classes_of, first_of_classes
from lsalsa.errors import DataError, ShapeError

SCALINGS = ("minmax", "unit")
LUMA = np.array([0.299, 0.587, 0.114], dtype=np.float32)
"""Weights of red, green and blue in grey (ITU-R BT.601)."""


@dataclass(frozen=True)
class RawImages:
    """Images as they were read, with or without labels.

    Attributes
    ----------
    images : array, (n_images, height, width) or (n_images, height, width, 3)
        uint8, or floating-point numbers in [0, 1].
    labels : array, (n_images,), int64, or None
        Positions in `class_names`; None where the images have no labels.
    class_names : list of str
        Empty where the images have no labels.
    is_test : array, (n_images,), bool
    notes : dict of str to str
        Facts about the reading, such as the number of files that were skipped.
    left_out : str
        Images that are there and could not be read, counted, in words; empty when there are none.
    groups : array, (n_images,), int64, or None
        Number of the picture that an image was cut from; None where each image is a picture of its own.
    """

    images: np.ndarray
    labels: np.ndarray | None
    class_names: list[str]
    is_test: np.ndarray
    notes: Mapping[str, str]
    left_out: str = ""
    groups: np.ndarray | None = None

    @property
    def counts(self) -> tuple[int, int]:
        """Number of train and of test images."""
        return int((~self.is_test).sum()), int(self.is_test.sum())

    def first(self, n_train: int | None, n_test: int | None) -> RawImages:
        """The first images of each class on each side.

        Parameters
        ----------
        n_train, n_test : int or None
            At most this many images of a side, the same number of each class where there are enough; None takes all.
        """
        classes = classes_of(self.labels, len(self.images))
        kept = np.ones(len(self.images), dtype=bool)
        for name, count, side in (("n_train", n_train, ~self.is_test), ("n_test", n_test, self.is_test)):
            if count is not None:
                ids = np.flatnonzero(side)
                kept[ids] = first_of_classes(classes[ids], check_count(name, count))
        if kept.all():
            return self
        labels, groups = (None if array is None else array[kept] for array in (self.labels, self.groups))
        return replace(self, images=self.images[kept], labels=labels, is_test=self.is_test[kept], groups=groups)

    def to_set(self, source: Mapping[str, str], *, scaling: str, colour: bool) -> ImageSet:
        """The set of these images.

        Parameters
        ----------
        source : mapping of str to str
            Facts about where the images come from; `notes` are added.
        scaling : {"minmax", "unit"}
            See `scaled`.
        colour : bool
            Keep three channels; grey otherwise.

        Raises
        ------
        ConfigError, DataError
            When there is no such scaling, the numbers are of another kind than bytes or fractions, or a value is NaN,
            infinite or outside [0, 1].
        ShapeError
            When `colour` is asked of grey images.
        """
        check_kind(self.images)
        if np.issubdtype(self.images.dtype, np.floating):
            check_values(self.images)  # now: scaled, a wrong value would be hidden
        images = self.images if colour else as_grey(self.images)
        if colour and images.ndim == 3:
            raise ShapeError("colour asks for images of three channels, found grey images")
        groups = np.arange(len(images)) if self.groups is None else self.groups
        facts = {**source, **self.notes}
        return ImageSet(scaled(images, scaling), self.labels, self.class_names, groups, self.is_test, facts)


def check_kind(images: np.ndarray) -> None:
    """Refuse numbers whose black and white nobody can know: all but bytes and floating-point numbers.

    Raises
    ------
    DataError
        Saying how to convert them.
    """
    kind = images.dtype
    if kind == np.uint8 or np.issubdtype(kind, np.floating):
        return
    way = "where 255 is white, save images.astype(numpy.uint8)" if kind.kind in "iu" else "save them as such"
    raise DataError(f"images must be uint8 or floating-point numbers in [0, 1], found {kind}; {way}")


def as_grey(images: np.ndarray) -> np.ndarray:
    """Grey images, (n_images, height, width): grey as it is, colour in bytes or fractions as float32 in [0, 1]."""
    if images.ndim == 3:
        return images
    grey = images[..., 0] * LUMA[0]
    for channel in (1, 2):
        grey += images[..., channel] * LUMA[channel]
    if images.dtype == np.uint8:
        grey /= 255
    return np.minimum(grey, 1, out=grey)  # the weights' rounding makes white a little more than white


def scaled(images: np.ndarray, scaling: str) -> np.ndarray:
    """Images as float32 in [0, 1].

    Parameters
    ----------
    images : array, (n_images, ...)
        uint8, or floating-point numbers in [0, 1].
    scaling : {"minmax", "unit"}
        ``minmax`` stretches every image so that its darkest value is 0 and its brightest 1; a constant image becomes
        black. ``unit`` divides bytes by 255 and leaves floating-point numbers as they are.

    Raises
    ------
    ConfigError
        When there is no such scaling.
    """
    check_scaling(scaling)
    result = images.astype(np.float32)
    if images.dtype == np.uint8:
        result /= 255
    if scaling == "minmax":
        _stretch(result)
    return result


def check_scaling(scaling: str) -> None:
    """Raise ConfigError when there is no such scaling, naming the nearest one."""
    if scaling not in SCALINGS:
        raise nearest("scaling", scaling, SCALINGS)


def _stretch(images: np.ndarray) -> None:
    """Every image from 0 to 1, in place."""
    pixels = tuple(range(1, images.ndim))
    images -= images.min(axis=pixels, keepdims=True)
    span = images.max(axis=pixels, keepdims=True)
    images /= np.where(span > 0, span, 1)

"""A set of images, grey or in colour, with or without labels, each on the train or on the test side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from lsalsa.arrays.checks import check_finite
from lsalsa.errors import DataError, ShapeError


def check_values(images: np.ndarray, name: str = "images") -> None:
    """Raise DataError when a value is NaN, infinite or outside [0, 1]; `name` is for the message."""
    check_finite(name, images)
    low, high = float(images.min(initial=0)), float(images.max(initial=0))
    if low < 0 or high > 1:
        raise DataError(f"{name} must have values in [0, 1], found values from {low:g} to {high:g}")


def labels_of(arrays: Mapping[str, Any], key: str, component: str) -> np.ndarray:
    """Labels that are stored beside images, patches or signals.

    Parameters
    ----------
    arrays : mapping of str to array
        Content of a file of images, patches or signals.
    key : str
        Name of the labels in it: ``labels``, ``test_label`` or ``test_label_0``.
    component : str
        Whose images they are, for the message.

    Returns
    -------
    labels : array, (n,), int64

    Raises
    ------
    DataError
        When the images have no labels.
    """
    if key not in arrays:
        raise DataError(f"the images of {component} have no labels, so no classifier can be trained on them")
    return arrays[key]


@dataclass(frozen=True)
class ImageSet:
    """Images, with or without labels.

    Attributes
    ----------
    images : array, (n_images, height, width) or (n_images, height, width, 3), float32
        Grey values, or red, green and blue, in [0, 1].
    labels : array, (n_images,), int64, or None
        Positions in `class_names`; None where the images have no labels.
    class_names : list of str
        Empty where the images have no labels.
    groups : array, (n_images,), int64
        Number of the photograph that an image was cut from, or its own number; no group is on both sides.
    is_test : array, (n_images,), bool
        True on the test side; nothing is learned or chosen on it.
    source : dict of str to str
        Where the images come from: ``name``, ``licence``, ``citation``, and ``extent``, how much of the set they are.
    """

    images: np.ndarray
    labels: np.ndarray | None
    class_names: list[str]
    groups: np.ndarray
    is_test: np.ndarray
    source: dict[str, str]

    def validate(self) -> None:
        """Refuse a set that cannot be worked with.

        Raises
        ------
        ShapeError
            When the arrays do not fit each other.
        DataError
            When a pixel is NaN, infinite or outside [0, 1], only some images have a label, one side is empty, or a
            group is on both sides.
        """
        self._check_shapes()
        check_values(self.images)
        self._check_labels()
        self._check_sides()

    def to_arrays(self) -> dict[str, np.ndarray]:
        """Arrays for an NPZ file, without pickle: names and source as arrays of strings; no `labels` without labels."""
        arrays = {
            "images": self.images,
            "labels": self.labels,
            "class_names": np.array(self.class_names, dtype=str),
            "groups": self.groups,
            "is_test": self.is_test,
            "source": np.array([*self.source.items()], dtype=str).reshape(-1, 2),
        }
        return {name: array for name, array in arrays.items() if array is not None}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Any]) -> ImageSet:
        """The set that `to_arrays` gave."""
        return cls(
            images=arrays["images"],
            labels=arrays.get("labels"),
            class_names=arrays["class_names"].tolist(),
            groups=arrays["groups"],
            is_test=arrays["is_test"],
            source=dict(arrays["source"].tolist()),
        )

    def _check_shapes(self) -> None:
        if self.images.ndim not in (3, 4) or self.images.shape[3:] not in ((), (3,)) or self.images.dtype != np.float32:
            raise ShapeError(
                "images must be float32 of shape (n_images, height, width) or (n_images, height, width, 3), "
                f"found {self.images.dtype} of shape {self.images.shape}"
            )
        if self.images.size == 0:
            raise DataError(f"images must hold at least one pixel, found shape {self.images.shape}")
        for name in ("labels", "groups", "is_test"):
            array, expected = getattr(self, name), (len(self.images),)
            if array is not None and array.shape != expected:
                raise ShapeError(f"{name} must have one entry per image, shape {expected}, found {array.shape}")

    def _check_labels(self) -> None:
        n_classes = len(self.class_names)
        if self.labels is None:
            if n_classes:
                raise DataError(f"images without labels must have no class names, found {n_classes}")
            return
        bad = (self.labels < 0) | (self.labels >= n_classes)
        if bad.any():
            raise DataError(
                f"every image needs a label from 0 to {n_classes - 1}, but {int(bad.sum())} of {len(bad)} "
                f"have none; the first is image {int(bad.argmax())} with label {self.labels[bad.argmax()]}"
            )

    def _check_sides(self) -> None:
        for side, members in (("train", ~self.is_test), ("test", self.is_test)):
            if not members.any():
                raise DataError(f"the set has no {side} image; each side needs at least one")
        both = np.intersect1d(self.groups[self.is_test], self.groups[~self.is_test])
        if len(both):
            raise DataError(f"{len(both)} groups are on the train and the test side, the first is {both[0]}")

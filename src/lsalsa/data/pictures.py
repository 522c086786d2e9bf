"""Grey pictures of several sizes, and their sources: the modules of `lsalsa.data.picture_sources`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from lsalsa.data.images import check_values
from lsalsa.data.source_folder import SourceFolder
from lsalsa.errors import DataError, ShapeError

_folder = SourceFolder("lsalsa.data.picture_sources", "pictures")
available, settings_of, files_of = _folder.available, _folder.settings_of, _folder.files_of


@dataclass(frozen=True)
class Pictures:
    """Grey pictures, each with its own size.

    Attributes
    ----------
    names : list of str
        One of each picture, no two alike.
    images : list of array, each (height_i, width_i), float32
        Grey values in [0, 1], black to white.
    source : dict of str to str
        Where the pictures come from: ``name``, ``licence``, ``citation``, and ``extent``, how much of the set they are.
    """

    names: list[str]
    images: list[np.ndarray]
    source: dict[str, str]

    def validate(self) -> None:
        """Refuse pictures that cannot be worked with.

        Raises
        ------
        ShapeError
            When a picture is not a float32 matrix with at least one pixel, or names and pictures differ in number.
        DataError
            When there is no picture, two have one name, or a pixel is NaN, infinite or outside [0, 1].
        """
        if len(self.names) != len(self.images):
            found = f"{len(self.images)} pictures, found {len(self.names)}"
            raise ShapeError(f"names must have one entry per picture, {found}")
        if not self.images:
            raise DataError("the set has no picture")
        if len(set(self.names)) < len(self.names):
            twice = next(name for name in self.names if self.names.count(name) > 1)
            raise DataError(f"every picture needs a name of its own, found {twice!r} more than once")
        for name, image in zip(self.names, self.images, strict=True):
            _check_picture(name, image)

    def to_arrays(self) -> dict[str, np.ndarray]:
        """Arrays for an NPZ file, without pickle.

        Returns
        -------
        arrays : dict of str to array
            ``pixels`` (n_pixels,), all pictures one after another, row by row: uint8 if every value is a whole number
            of 255ths, which loses nothing and takes a quarter of the room, otherwise float32; ``shapes``
            (n_pictures, 2), their heights and widths; ``names`` (n_pictures,); ``source`` (n_facts, 2).
        """
        as_bytes = [np.rint(image * np.float32(255)).astype(np.uint8) for image in self.images]
        lossless = all(map(np.array_equal, map(_from_bytes, as_bytes), self.images))
        return {
            "pixels": np.concatenate([image.ravel() for image in (as_bytes if lossless else self.images)]),
            "shapes": np.array([image.shape for image in self.images], dtype=np.int64),
            "names": np.array(self.names, dtype=str),
            "source": np.array([*self.source.items()], dtype=str).reshape(-1, 2),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Any]) -> Pictures:
        """The pictures that `to_arrays` gave."""
        pixels, shapes = arrays["pixels"], arrays["shapes"]
        parts = np.split(pixels, np.cumsum(shapes.prod(axis=1))[:-1])
        images = [part.reshape(shape) for part, shape in zip(parts, shapes.tolist(), strict=True)]
        return cls(
            names=arrays["names"].tolist(),
            images=[_from_bytes(image) for image in images] if pixels.dtype == np.uint8 else images,
            source=dict(arrays["source"].tolist()),
        )

    @classmethod
    def from_bytes(cls, pictures: Mapping[str, np.ndarray], source: Mapping[str, str]) -> Pictures:
        """Pictures of whole numbers from 0 to 255.

        Parameters
        ----------
        pictures : mapping of str to array, each (height_i, width_i), uint8
            Their names and their grey values.
        source : mapping of str to str
            As in the class.
        """
        return cls([*pictures], [_from_bytes(image) for image in pictures.values()], dict(source))


def load_pictures(name: str, *, data_dir: str | Path | None = None, **settings: Any) -> Pictures:
    """Load the pictures of a source.

    Parameters
    ----------
    name : str
        One of `available()`: the published sets ``bsd68``, ``cbsd432``, ``set12`` and ``crsae_test9``; the photographs
        that come with scikit-image, ``skimage_train`` and ``skimage_test``; ``picture_files``, the user's own.
    data_dir : path, optional
        Folder of the user's data, in which a published set is looked for; without it the set is downloaded once.
    **settings
        Of the source: ``path`` of ``picture_files``.

    Returns
    -------
    pictures : Pictures
        Checked, in the order of their names in the set.

    Raises
    ------
    ConfigError
        When the source or a setting does not exist.
    DataError, StorageError
        When the pictures are missing, damaged, or cannot be worked with.
    """
    return _folder.load(name, settings=settings, data_dir=data_dir)


def _from_bytes(image: np.ndarray) -> np.ndarray:
    return image.astype(np.float32) / np.float32(255)


def _check_picture(name: str, image: np.ndarray) -> None:
    if image.ndim != 2 or not image.size or image.dtype != np.float32:
        found = f"found {image.dtype} of shape {image.shape}"
        raise ShapeError(f"picture {name} must be float32 of shape (height, width) with pixels, {found}")
    check_values(image, f"picture {name}")

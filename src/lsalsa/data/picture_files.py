"""Pictures in files of the user: read in the range from 0 (black) to 1 (white), and written as PNG."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from lsalsa.data.archive import SUFFIXES, is_image
from lsalsa.data.image_decoding import decode
from lsalsa.data.image_folder import read_pictures
from lsalsa.errors import DataError
from lsalsa.storage.files import atomic, check_exists

WHITE = np.float32(255)


def read_folder(path: str | Path, *, colour: bool = False) -> dict[str, np.ndarray]:
    """All pictures of a folder or a zip file, and of the folders in it, in their own sizes.

    Parameters
    ----------
    path : path
    colour : bool
        In red, green and blue; in grey by default.

    Returns
    -------
    pictures : dict of str to array, each (height, width) or (height, width, 3), float32

    Raises
    ------
    DataError, StorageError
        When there is no picture, or none that can be read.
    """
    pictures, _, _ = read_pictures(Path(path), colour=colour)
    return {name: values.astype(np.float32) / WHITE for name, values in pictures.items()}


def read_picture(path: str | Path, *, colour: bool = False) -> np.ndarray:
    """One picture; StorageError or DataError when it is missing or damaged, or the file is none."""
    path = Path(path)
    check_exists(path)
    if not is_image(path.name):
        raise DataError(f"{path} is no picture: its name must end in {', '.join(SUFFIXES)}")
    values = decode(str(path), path.read_bytes(), None, colour)
    if values is None:
        raise DataError(f"{path} is no picture, or is damaged")
    return values.astype(np.float32) / WHITE


def write_picture(path: str | Path, picture: np.ndarray) -> None:
    """Write a picture as PNG of 8 bits, completely or not at all; values outside [0, 1] become black or white.

    Parameters
    ----------
    path : path
    picture : array, (height, width) or (height, width, 3)

    Raises
    ------
    StorageError
        When the file cannot be written.
    """
    from PIL import Image

    values = np.rint(np.clip(picture, 0.0, 1.0) * WHITE).astype(np.uint8)
    with atomic(path, values.size) as temporary:
        Image.fromarray(values).save(temporary, format="PNG")

"""The pixels of one image file: upright, on white, in 8 bits."""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from typing import Any

import numpy as np

from lsalsa.errors import DataError

DECODING = (OSError, SyntaxError, ValueError, EOFError, IndexError, TypeError, KeyError, struct.error, zlib.error)
"""What Pillow raises on damaged files of its many formats."""

MOST_PIXELS = 50_000_000
"""Pixels of the largest image that is decoded."""


def decode(name: str, content: bytes, size: int | None, colour: bool) -> np.ndarray | None:
    """Decode an image file, bring it to a size (bilinear), then to grey unless `colour`.

    It is turned as the camera says it was held, and what is transparent shows white.

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
    from PIL import Image

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of damaged notes of cameras, and of bombs, which are refused here
        try:
            with Image.open(io.BytesIO(content)) as file:
                _check_image(name, file, content)
                file.load()
                image = _on_white(_upright(file))
        except Image.DecompressionBombError as error:
            raise DataError(f"{name} is not decoded: {error}") from error
        except DECODING:
            return None
    if size is not None:
        image = image.resize((size, size), Image.Resampling.BILINEAR)
    return np.asarray(image if colour else image.convert("L"))


def _upright(image: Any) -> Any:
    """The image turned as its note of the camera says; as it is where the note is damaged."""
    from PIL import ImageOps

    try:
        return ImageOps.exif_transpose(image)
    except DECODING:
        return image


def _on_white(image: Any) -> Any:
    """The image in red, green and blue, what is transparent on white."""
    from PIL import Image

    if not image.has_transparency_data:
        return image.convert("RGB")
    image = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")


def _check_image(name: str, file: Any, content: bytes) -> None:
    width, height = file.size
    if width * height > MOST_PIXELS:
        raise DataError(f"{name} is not decoded: {width} x {height} pixels are more than {MOST_PIXELS}")
    bits = _bits(file, content)
    if bits > 8 or file.mode.startswith(("I", "F")):
        found = f"pixels of mode {file.mode}" if bits <= 8 else f"{bits} bits"
        raise DataError(f"{name} must have 8 bits in a channel, found {found}; save it as such")


def _bits(file: Any, content: bytes) -> int:
    """Bits of a channel in the file: Pillow reads some colours of 16 bits as if they had 8."""
    if file.format == "PNG":
        return content[24]
    if file.format == "TIFF":
        return max(file.tag_v2.get(258, (1,)))
    if file.format == "PPM":
        largest = [part for tile in file.tile for part in tuple(tile[3]) if isinstance(part, int)]
        return 16 if max(largest, default=0) > 255 else 8
    return 8

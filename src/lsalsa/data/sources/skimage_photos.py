"""Photographs that the scikit-image package carries, cut to square blocks; the class is their kind.

A photograph is on the train or on the test side as a whole: no test block has a neighbour to train on.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import numpy as np

from lsalsa.arrays import check_count
from lsalsa.data.crops import squares
from lsalsa.data.image_decoding import decode
from lsalsa.data.images import ImageSet
from lsalsa.data.pictures import Pictures
from lsalsa.errors import DataError
from lsalsa.extras import from_extra

# class: (train photographs, test photographs)
PHOTOGRAPHS = {
    "texture": (("brick.png", "grass.png"), ("gravel.png",)),
    "document": (("page.png",), ("text.png",)),
    "scene": (
        ("astronaut.png", "camera.png", "coffee.png", "motorcycle_left.png"),
        ("chelsea.png", "rocket.jpg"),
    ),
    "medical": (("ihc.png", "cell.png"), ("retina.jpg",)),
    "space": (("hubble_deep_field.jpg",), ("moon.png",)),
}
SOURCE = {
    "name": "photographs packaged in scikit-image",
    "licence": "CC0 or public domain, see the docstrings of skimage.data",
    "citation": "S. van der Walt et al.: scikit-image: image processing in Python, PeerJ 2:e453, 2014",
    "extent": "complete",
}


def load(*, seed: int, image_size: int = 64, per_photo: int = 64) -> ImageSet:
    """Load blocks of the photographs.

    Parameters
    ----------
    seed
        As in every source, see `lsalsa.data.sources`.
    image_size : int
        Height and width of a block; blocks lie on a grid and do not overlap.
    per_photo : int
        Most blocks of one photograph, chosen by seed.
    """
    check_count("image_size", image_size)
    check_count("per_photo", per_photo)
    blocks, labels, groups, is_test = [], [], [], []
    cut = squares(image_size, per_photo, seed, setting="image_size")
    for group, (name, label, on_test_side) in enumerate(_table()):
        blocks.append(cut(name, _read(name)))
        labels += [label] * len(blocks[-1])
        groups += [group] * len(blocks[-1])
        is_test += [on_test_side] * len(blocks[-1])
    return ImageSet(
        images=_stretched(np.concatenate(blocks)),
        labels=np.array(labels),
        class_names=list(PHOTOGRAPHS),
        groups=np.array(groups),
        is_test=np.array(is_test),
        source=SOURCE,
    )


def whole_photographs(*, on_test_side: bool) -> Pictures:
    """Load the photographs of one side whole, in their own sizes and in whole numbers of 255ths.

    Parameters
    ----------
    on_test_side : bool
    """
    names = [name for name, _, is_test in _table() if is_test == on_test_side]
    pictures = {}
    for name in names:
        image = decode(name, _packaged(name).read_bytes(), None, colour=False)
        if image is None:
            raise DataError(f"the photograph {name} of the package scikit-image is damaged; install it again")
        pictures[Path(name).stem] = image
    return Pictures.from_bytes(pictures, SOURCE)


def _table() -> list[tuple[str, int, bool]]:
    """File name, label and side of every photograph."""
    return [
        (name, label, side == 1)
        for label, sides in enumerate(PHOTOGRAPHS.values())
        for side, names in enumerate(sides)
        for name in names
    ]


def _read(name: str) -> np.ndarray:
    """A photograph in grey, float32."""
    with from_extra("scikit-image", "the source skimage_photos"):
        from skimage.color import rgb2gray
        from skimage.io import imread

    pixels = imread(str(_packaged(name)))
    grey = rgb2gray(pixels) if pixels.ndim == 3 else pixels / 255
    return grey.astype(np.float32)


def _packaged(name: str) -> Path:
    """The file of a photograph: `skimage.data` would look for a cache first."""
    with from_extra("scikit-image", "the photographs of scikit-image"):
        path = Path(str(files("skimage"))) / "data" / name
    if not path.is_file():
        raise DataError(f"the package scikit-image carries no photograph {name}; install scikit-image 0.25 or 0.26")
    return path


def _stretched(blocks: np.ndarray) -> np.ndarray:
    """Each block from 0 to 1; a constant one becomes black."""
    low = blocks.min(axis=(1, 2), keepdims=True)
    span = blocks.max(axis=(1, 2), keepdims=True) - low
    return (blocks - low) / np.where(span > 0, span, 1)

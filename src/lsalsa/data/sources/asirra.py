"""ASIRRA: photographs of cats and dogs, as Microsoft publishes them or from the user's folder.

The published archive has no test side. Of each class the last images are for the test and the first ones to learn from.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lsalsa.data.image_folder import read_image_folder
from lsalsa.data.images import ImageSet
from lsalsa.data.listing import ImageFile
from lsalsa.data.published_sets import ImageRequest, find, load_published
from lsalsa.data.raw_images import RawImages
from lsalsa.data.register import ASIRRA


def own_files(data_dir: str | Path, **_: Any) -> list[Path]:
    """The files under `data_dir` that are read instead of a download."""
    return find(ASIRRA, data_dir).paths


def load(
    *,
    seed: int,
    data_dir: str | Path | None = None,
    n_train: int = 4000,
    n_test: int = 1000,
    image_size: int = 224,
    colour: bool = False,
    scaling: str = "minmax",
) -> ImageSet:
    """Load the photographs; files that cannot be decoded are skipped, and the next ones taken instead.

    Parameters
    ----------
    seed, data_dir
        As in every source, see `lsalsa.data.sources`.
    n_train, n_test : int
        Half of them cats; as many as the paper has.
    image_size : int
        Height and width that every photograph is brought to, whatever its own (bilinear).
    colour, scaling
        As in every source.
    """
    request = ImageRequest(n_train, n_test, image_size, colour, scaling)

    def read(paths: list[Path]) -> RawImages:
        return read_image_folder(
            paths[0], _first_and_last, size=image_size, colour=colour, n_train=n_train, n_test=n_test
        )

    return load_published(ASIRRA, read, request, data_dir=data_dir, seed=seed)


def _first_and_last(files: list[ImageFile]) -> tuple[list[ImageFile], list[ImageFile]]:
    return files, files[::-1]

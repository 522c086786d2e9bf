"""A published data set as images: from the user's folder, complete or in part, or from the cache."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from lsalsa.arrays import check_count
from lsalsa.data.archive import files_below, is_image
from lsalsa.data.fetch import check_file, fetch
from lsalsa.data.image_folder import random_split, read_image_folder
from lsalsa.data.image_npz import read_npz_images
from lsalsa.data.images import ImageSet
from lsalsa.data.raw_images import RawImages, check_scaling
from lsalsa.data.register import DataSet
from lsalsa.data.selection import random_share
from lsalsa.errors import DataError

logger = logging.getLogger(__name__)

TEST_SHARE = 0.2
"""Share of a part of a set that becomes test images, where the part names no sides."""


@dataclass(frozen=True)
class ImageRequest:
    """What a configuration asks of a published set.

    Attributes
    ----------
    n_train, n_test : int or None
        At most this many images of a side; None takes all.
    image_size : int or None
        Height and width that image files are brought to; None keeps their own.
    colour : bool
        Three channels; grey otherwise.
    scaling : {"minmax", "unit"}
        See `lsalsa.data.raw_images.scaled`.
    """

    n_train: int | None = None
    n_test: int | None = None
    image_size: int | None = None
    colour: bool = False
    scaling: str = "minmax"

    def __post_init__(self) -> None:
        for name in ("n_train", "n_test", "image_size"):
            if getattr(self, name) is not None:
                check_count(name, getattr(self, name))
        check_scaling(self.scaling)


@dataclass(frozen=True)
class SetFiles:
    """The files of a set: the published ones, or those of `part`, a file or folder with some of the images."""

    paths: list[Path]
    part: Path | None = None


def find(data_set: DataSet, data_dir: str | Path) -> SetFiles:
    """Look for a data set in the user's folder.

    The published files may lie in ``data_dir/<set>/`` or in ``data_dir/``. Where none of them is there, one NPZ file,
    one zip file, or the image files in ``data_dir/<set>/`` are a part of the set.

    Raises
    ------
    DataError
        When the folder does not exist, or does not hold the set, or only some of its files, or several parts.
    """
    data_dir = Path(data_dir)
    if not data_dir.is_dir():
        raise DataError(f"data_dir {data_dir} is not a folder")
    folders = [folder for name in (data_set.name, *data_set.folders) if (folder := data_dir / name).is_dir()]
    for looked_in in (_published_in, _part_in):
        for folder in folders:
            if found := looked_in(folder, data_set):
                return found
    if found := _loose_in(data_dir, data_set):
        return found
    names = ", ".join(file.name for file in data_set.files)
    raise DataError(
        f"data_dir {data_dir} holds no {data_set.title}; put {names}, or one NPZ file, one zip file or a folder of "
        f"images, into {data_dir / data_set.name}"
    )


def load_published(
    data_set: DataSet,
    read: Callable[[list[Path]], RawImages],
    request: ImageRequest,
    *,
    data_dir: str | Path | None,
    seed: int,
) -> ImageSet:
    """Images of a published set.

    Parameters
    ----------
    data_set : DataSet
    read : callable
        Reads the published files, given in the order of the register, as `RawImages`.
    request : ImageRequest
    data_dir : path or None
        The user's folder, see `find`; None takes the set from the cache, which downloads it once.
    seed : int
        Draws the test side of a part that names no sides.

    Returns
    -------
    images : ImageSet
        Its `source` has ``name``, ``licence``, ``citation`` and ``extent``: complete, a selection, or partial.

    Raises
    ------
    DataError
        When the set cannot be found or downloaded, is damaged, or has fewer images than requested.
    """
    found = SetFiles(fetch(data_set)) if data_dir is None else find(data_set, data_dir)
    if found.part is not None:
        raw = _read_part(found.part, request, seed)
    else:
        if data_dir is not None:  # the cache has checked its own
            for path, file in zip(found.paths, data_set.files, strict=True):
                check_file(path, file)
        raw = read(found.paths)
        _check_enough(raw, data_set, request)
    raw = _with_classes(raw, data_set, found.part or found.paths[0]).first(request.n_train, request.n_test)
    facts = data_set.source | {"extent": _extent(raw, data_set, found.part)}
    logger.info("%s: %s", data_set.title, facts["extent"])
    return raw.to_set(facts, scaling=request.scaling, colour=request.colour)


def _published_in(folder: Path, data_set: DataSet) -> SetFiles | None:
    """The published files, when any of them is there; then all must be."""
    paths = [folder / file.name for file in data_set.files]
    lacking = [path.name for path in paths if not path.is_file()]
    if len(lacking) == len(paths):
        return None
    if lacking:
        raise DataError(f"{folder} lacks {', '.join(lacking)}; {data_set.title} needs all of its files")
    return SetFiles(paths)


def _part_in(folder: Path, data_set: DataSet) -> SetFiles | None:
    """One packed file, or else all image files of the folder."""
    shown = (path for path in folder.iterdir() if not path.name.startswith("."))
    packed = sorted(path for path in shown if path.suffix.lower() in (".npz", ".zip"))
    if len(packed) > 1:
        names = ", ".join(path.name for path in packed)
        raise DataError(f"{folder} must hold one NPZ or zip file with images of {data_set.title}, found {names}")
    if packed:
        return SetFiles(packed, part=packed[0])
    images = sorted(path for path in files_below(folder) if is_image(path.name))
    return SetFiles(images, part=folder) if images else None


def _loose_in(data_dir: Path, data_set: DataSet) -> SetFiles | None:
    """The published files in `data_dir` itself; their sizes tell MNIST and Fashion-MNIST apart."""
    paths = [data_dir / file.name for file in data_set.files]
    sizes = [path.stat().st_size if path.is_file() else None for path in paths]
    return SetFiles(paths) if sizes == [file.bytes for file in data_set.files] else None


def _read_part(path: Path, request: ImageRequest, seed: int) -> RawImages:
    """Images of an NPZ file, a zip file or a folder."""
    if path.suffix.lower() == ".npz":
        return read_npz_images(path, lambda labels: random_share(labels, TEST_SHARE, seed))
    return read_image_folder(
        path,
        random_split(TEST_SHARE, seed),
        size=request.image_size,
        colour=request.colour,
        n_train=request.n_train,
        n_test=request.n_test,
    )


def _with_classes(raw: RawImages, data_set: DataSet, path: Path) -> RawImages:
    """The images with the classes of the set, which a part may call by number, in the plural or in capitals.

    A part without labels stays without.
    """
    if raw.labels is None:
        return raw
    known = {name.lower(): label for label, name in enumerate(data_set.class_names)}
    known |= {f"{name}s": label for name, label in known.items()}
    known |= {str(label): label for label in range(len(data_set.class_names))}
    foreign = [name for name in raw.class_names if name.lower() not in known]
    if foreign:
        listed = ", ".join(data_set.class_names)
        raise DataError(f"{path} has images of a class {foreign[0]!r}, which {data_set.title} has not: {listed}")
    labels = np.array([known[name.lower()] for name in raw.class_names], dtype=np.int64)[raw.labels]
    return replace(raw, labels=labels, class_names=list(data_set.class_names))


def _check_enough(raw: RawImages, data_set: DataSet, request: ImageRequest) -> None:
    """Refuse to take more images than a complete set has."""
    for name, count, there in zip(("n_train", "n_test"), (request.n_train, request.n_test), raw.counts, strict=True):
        if count is not None and count > there:
            raise DataError(f"{name} asks for {count:,} images, but {data_set.title} has {there:,}")


def _extent(raw: RawImages, data_set: DataSet, part: Path | None) -> str:
    """How much of the set the images are."""
    n_train, n_test = raw.counts
    amount = f"{n_train:,} of {data_set.n_train:,} train and {n_test:,} of {data_set.n_test:,} test images"
    if part is not None:
        return f"partial: {amount}, from {part.name}"
    if n_train >= data_set.n_train and n_test >= data_set.n_test:
        return "complete"
    return f"selection: {amount}"

"""A published set of pictures: from the user's folder, complete or in part, or from the cache."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from lsalsa.data.archive import files_below, is_image, opened
from lsalsa.data.fetch import check_content, fetch
from lsalsa.data.image_decoding import decode
from lsalsa.data.picture_register import PictureSet
from lsalsa.data.pictures import Pictures
from lsalsa.data.register import PublishedFile
from lsalsa.errors import DataError, StorageError

logger = logging.getLogger(__name__)

BELOW = ("", "denoising")
"""Folders under `data_dir` that may hold the sets, `data_dir` itself first."""


@dataclass(frozen=True)
class PublishedPictures:
    """The source of a published set; its module takes `own_files` and `load` from here.

    Attributes
    ----------
    pictures : PictureSet
        As the register has it.
    """

    pictures: PictureSet

    def own_files(self, data_dir: str | Path, **_: Any) -> list[Path]:
        """The zip file, or the files of the folder, under `data_dir`, that are read instead of a download."""
        place = find(self.pictures, data_dir)
        return sorted(files_below(place)) if place.is_dir() else [place]

    def load(self, *, data_dir: str | Path | None = None) -> Pictures:
        """Load the pictures, in grey: 0.299 R + 0.587 G + 0.114 B, as Pillow's mode L has it.

        Parameters
        ----------
        data_dir
            As in every source, see `lsalsa.data.picture_sources`.

        Returns
        -------
        pictures : Pictures
            In the order of the register, each file compared with its size and checksum.
        """
        place = fetch(self.pictures)[0].parent if data_dir is None else find(self.pictures, data_dir)
        found = _decoded(place, self.pictures)
        n_there, n_published = len(found), len(self.pictures.files)
        partial = f"partial: {n_there} of {n_published} pictures, from {place.name}"
        extent = "complete" if n_there == n_published else partial
        logger.info("%s: %s", self.pictures.title, extent)
        return Pictures.from_bytes(found, self.pictures.source | {"extent": extent})


def find(pictures: PictureSet, data_dir: str | Path) -> Path:
    """Look for a set in the user's folder.

    Parameters
    ----------
    pictures : PictureSet
    data_dir : path
        It may hold ``<set>.zip`` or the folder ``<set>``, or have them in its folder ``denoising``.

    Returns
    -------
    place : Path
        A zip file or a folder.

    Raises
    ------
    DataError
        When the folder does not exist, or the set is at none of these places.
    """
    data_dir = Path(data_dir)
    if not data_dir.is_dir():
        raise DataError(f"data_dir {data_dir} is not a folder")
    places = [data_dir / below / name for below in BELOW for name in (f"{pictures.name}.zip", pictures.name)]
    for place in places:
        if place.is_file() if place.suffix else place.is_dir():
            return place
    raise DataError(f"data_dir {data_dir} holds no {pictures.title}; looked for {', '.join(map(str, places))}")


def _decoded(place: Path, pictures: PictureSet) -> dict[str, np.ndarray]:
    """Name -> grey values of the published pictures that a folder or zip file holds; StorageError for a damaged one."""
    with opened(place) as archive:
        members: dict[str, str] = {}
        for member in filter(is_image, archive.names):
            if members.setdefault(PurePosixPath(member).name, member) != member:
                raise DataError(f"{place} holds {PurePosixPath(member).name} more than once")
        published = [file for file in pictures.files if file.name in members]
        _check_members(place, members, published, pictures)
        found = {}
        for file in published:
            content = archive.read(members[file.name])
            check_content(place, content, file)
            image = decode(file.name, content, None, colour=False)
            if image is None:
                raise StorageError(f"{file.name} of {place} cannot be decoded by the installed pillow")
            found[PurePosixPath(file.name).stem] = image
        return found


def _check_members(place: Path, members: dict[str, str], published: list[PublishedFile], pictures: PictureSet) -> None:
    """Refuse a place with none of the published pictures, or with others."""
    foreign = sorted(set(members) - {file.name for file in published})
    if foreign:
        own = "load pictures of your own as picture_files"
        raise DataError(f"{place} holds {foreign[0]}, which is no picture of {pictures.title}; {own}")
    if not published:
        raise DataError(f"{place} holds no picture of {pictures.title}")

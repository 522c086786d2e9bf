"""The user's image files (JPEG, PNG, ...) in a folder or a zip file, of any sizes, as grey pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lsalsa.data.archive import files_below
from lsalsa.data.image_folder import read_pictures
from lsalsa.data.pictures import Pictures
from lsalsa.data.user_files import user_path, user_source


def own_files(data_dir: str | Path | None, *, path: str | None = None, **_: Any) -> list[Path]:
    """The zip file, or all files of the folder.

    Parameters
    ----------
    data_dir, path, **_
        As `load` takes them.
    """
    place = user_path("pictures from picture_files", path, data_dir)
    return sorted(files_below(place)) if place.is_dir() else [place]


def load(*, data_dir: str | Path | None = None, path: str | None = None) -> Pictures:
    """Load pictures; files that cannot be decoded are skipped and counted in the fact ``skipped``.

    Parameters
    ----------
    data_dir
        As in every source, see `lsalsa.data.picture_sources`.
    path : str
        Folder or zip file. The name of a picture is that of its file, with the folders inside `path`.
    """
    place = user_path("pictures from picture_files", path, data_dir)
    pictures, notes, left_out = read_pictures(place)
    return Pictures.from_bytes(pictures, user_source(place, left_out) | notes)

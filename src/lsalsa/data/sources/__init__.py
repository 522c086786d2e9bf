"""Sources of images, found by their folder: one file each, with a function ``load(*, seed, **settings)``.

A source that reads files of the user takes `data_dir` as well, and tells them with ``own_files(data_dir, **settings)``.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from inspect import signature
from pathlib import Path
from types import ModuleType
from typing import Any

from lsalsa.arrays import nearest
from lsalsa.data.images import ImageSet
from lsalsa.discovery import modules_in, settings_for

FROM_OUTSIDE = ("seed", "data_dir")
"""What a source is told that is not a setting of its own."""


def available() -> list[str]:
    """Names of all sources."""
    return list(modules_in(__name__))


def settings_of(name: str) -> dict[str, Any]:
    """Settings of a source with their defaults.

    Parameters
    ----------
    name : str
        One of `available()`.

    Returns
    -------
    settings : dict
        The keyword arguments of its `load`, all but `seed` and `data_dir`.

    Raises
    ------
    ConfigError
        When there is no such source; the nearest name is given.
    """
    parameters = signature(_module(name).load).parameters
    return {setting: given.default for setting, given in parameters.items() if setting not in FROM_OUTSIDE}


def files_of(name: str, *, settings: Mapping[str, Any], data_dir: str | Path | None) -> list[Path]:
    """Files of the user that a source will read.

    Parameters
    ----------
    name : str
        One of `available()`.
    settings : mapping
        Some of `settings_of(name)`.
    data_dir : path or None
        Folder of the user's data.

    Returns
    -------
    files : list of Path
        Empty for a source that comes with a package, or is downloaded.

    Raises
    ------
    ConfigError
        When there is no such source, or it lacks a setting.
    DataError, StorageError
        When the files are not there.
    """
    module = _module(name)
    if not hasattr(module, "own_files") or (data_dir is None and "path" not in settings_of(name)):
        return []
    return module.own_files(data_dir, **settings)


def load_images(
    name: str, *, seed: int, settings: Mapping[str, Any] | None = None, data_dir: str | Path | None = None
) -> ImageSet:
    """Load the images of a source.

    Parameters
    ----------
    name : str
        One of `available()`.
    seed : int
        Decides which images are test images, where the source leaves that open, and which are left out.
    settings : mapping, optional
        Some of `settings_of(name)`; the defaults for the rest.
    data_dir : path, optional
        Folder of the user's data: of a published set that is there, and of relative paths.

    Returns
    -------
    images : ImageSet
        Checked: finite, labelled, with a train and a test side.

    Raises
    ------
    ConfigError
        When the source or a setting does not exist, or a setting has an impossible value.
    DataError, ShapeError, StorageError
        When the images are missing, damaged, or cannot be worked with.
    """
    chosen = settings_for("setting", f"images from {name}", dict(settings or {}), settings_of(name))
    module = _module(name)
    outside = {"data_dir": data_dir} if hasattr(module, "own_files") else {}
    images = module.load(seed=seed, **outside, **chosen)
    images.validate()
    return images


def _module(name: str) -> ModuleType:
    if name not in available():
        raise nearest("source of images", name, available())
    return import_module(f"{__name__}.{name}")

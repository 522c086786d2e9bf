"""Sources of images, found by their folder: one file each, with a function ``load(*, seed, **settings)``."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from inspect import signature
from types import ModuleType
from typing import Any

from lsalsa.arrays import nearest
from lsalsa.data.images import ImageSet
from lsalsa.discovery import modules_in, settings_for


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
        The keyword arguments of its `load`, all but `seed`.

    Raises
    ------
    ConfigError
        When there is no such source; the nearest name is given.
    """
    parameters = signature(_module(name).load).parameters
    return {setting: given.default for setting, given in parameters.items() if setting != "seed"}


def load_images(name: str, *, seed: int, settings: Mapping[str, Any] | None = None) -> ImageSet:
    """Load the images of a source.

    Parameters
    ----------
    name : str
        One of `available()`.
    seed : int
        Decides which images are test images, where the source leaves that open, and which are left out.
    settings : mapping, optional
        Some of `settings_of(name)`; the defaults for the rest.

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
    images = _module(name).load(seed=seed, **chosen)
    images.validate()
    return images


def _module(name: str) -> ModuleType:
    if name not in available():
        raise nearest("source of images", name, available())
    return import_module(f"{__name__}.{name}")

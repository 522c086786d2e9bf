"""The sources in a folder: which there are, their settings, the user's files that they read, and what they load."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from inspect import signature
from pathlib import Path
from types import ModuleType
from typing import Any

from lsalsa.arrays import nearest
from lsalsa.discovery import modules_in, settings_for

NOT_SETTINGS = ("seed", "data_dir")
"""Arguments of `load` that are not settings of the source."""


class SourceFolder:
    """The sources of a package, one module each.

    Parameters
    ----------
    package : str
        Full name of the package.
    noun : str
        What its sources load, for messages: "images".
    """

    def __init__(self, package: str, noun: str):
        self.package, self.noun = package, noun

    def available(self) -> list[str]:
        """Names of all sources."""
        return list(modules_in(self.package))

    def settings_of(self, name: str) -> dict[str, Any]:
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
        parameters = signature(self._module(name).load).parameters
        return {setting: given.default for setting, given in parameters.items() if setting not in NOT_SETTINGS}

    def files_of(self, name: str, *, settings: Mapping[str, Any], data_dir: str | Path | None) -> list[Path]:
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
        module = self._module(name)
        if not hasattr(module, "own_files") or (data_dir is None and "path" not in self.settings_of(name)):
            return []
        return module.own_files(data_dir, **settings)

    def asked(
        self, name: str, question: str, settings: Mapping[str, Any], place: str | Path | None, default: Any
    ) -> Any:
        """The answer of a source to a question that not every source has, a function of its module.

        Parameters
        ----------
        name : str
            One of `available()`.
        question : str
            Name of the function.
        settings : mapping
            Some of `settings_of(name)`.
        place : path or None
            Folder of the user's data.
        default : object
            Answer of a source without the function.
        """
        answer = getattr(self._module(name), question, None)
        return default if answer is None else answer(place, **settings)

    def load(
        self,
        name: str,
        *,
        seed: int | None = None,
        settings: Mapping[str, Any] | None = None,
        data_dir: str | Path | None = None,
    ) -> Any:
        """Load what a source has, and refuse it when it cannot be worked with.

        Parameters
        ----------
        name : str
            One of `available()`.
        seed : int, optional
            None in a folder whose sources leave nothing to chance, and take no seed.
        settings : mapping, optional
            Some of `settings_of(name)`; the defaults for the rest.
        data_dir : path, optional
            Folder of the user's data.

        Returns
        -------
        loaded : ImageSet, RecordingSet or Pictures
            Validated.

        Raises
        ------
        ConfigError
            When the source or a setting does not exist, or a setting has an impossible value.
        DataError, ShapeError, StorageError
            When the data are missing, damaged, or cannot be worked with.
        """
        chosen = settings_for("setting", f"{self.noun} from {name}", dict(settings or {}), self.settings_of(name))
        module = self._module(name)
        chance = {} if seed is None else {"seed": seed}
        place = {"data_dir": data_dir} if hasattr(module, "own_files") else {}
        loaded = module.load(**chance, **place, **chosen)
        loaded.validate()
        return loaded

    def _module(self, name: str) -> ModuleType:
        if name not in self.available():
            raise nearest(f"source of {self.noun}", name, self.available())
        return import_module(f"{self.package}.{name}")

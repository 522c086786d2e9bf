"""Sources of recordings: a module of this folder is a source, and its file's name is the name of the source.

The contract is that of `lsalsa.data.sources`, with a `RecordingSet` instead of an `ImageSet`. Recordings are divided by
time, and nothing is scaled:

    test_fraction : float
        Last share, in time, of every recording that becomes its test side. A set that names its sides keeps them.

A source whose recordings may be without marked events (spikes) says so by a function of the arguments of `own_files`::

    def marks_events(data_dir: str | Path, **settings) -> bool
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lsalsa.data.recordings import RecordingSet
from lsalsa.data.source_folder import SourceFolder

_folder = SourceFolder(__name__, "recordings")
available, settings_of, files_of = _folder.available, _folder.settings_of, _folder.files_of


def load_recordings(
    name: str, *, seed: int, settings: Mapping[str, Any] | None = None, data_dir: str | Path | None = None
) -> RecordingSet:
    """Load the recordings of a source.

    Parameters
    ----------
    name : str
        One of `available()`.
    seed : int
        Of every choice that a source makes by chance.
    settings : mapping, optional
        Some of `settings_of(name)`; the defaults for the rest.
    data_dir : path, optional
        Folder of the user's data, from which relative paths start.

    Returns
    -------
    recordings : RecordingSet
        Checked: finite, with a train and a test side, events inside their recordings.

    Raises
    ------
    ConfigError
        When the source or a setting does not exist, or a setting has an impossible value.
    DataError, ShapeError, StorageError
        When the recordings are missing, damaged, or cannot be worked with.
    """
    return _folder.load(name, seed=seed, settings=settings, data_dir=data_dir)


def marks_events(name: str, *, settings: Mapping[str, Any], data_dir: str | Path | None) -> bool:
    """Tell whether the recordings of a source have marked events, without reading them.

    Parameters
    ----------
    name, settings, data_dir
        As `load_recordings` takes them.

    Returns
    -------
    marked : bool
        True where the source always marks them.

    Raises
    ------
    ConfigError, StorageError
        When the source does not exist, or its files are not there.
    """
    return _folder.asked(name, "marks_events", settings, data_dir, default=True)

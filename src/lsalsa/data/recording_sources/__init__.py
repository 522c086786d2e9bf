"""Sources of recordings: a module of this folder is a source, and its file's name is the name of the source.

The contract is that of `lsalsa.data.sources`, with a `RecordingSet` instead of an `ImageSet`. Recordings are divided by
time, and nothing is scaled:

    test_fraction : float
        Last share, in time, of every recording that becomes its test side. A set that names its sides keeps them.
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

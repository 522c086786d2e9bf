"""Sources of images: a module of this folder is a source, and its file's name is the name of the source.

A source has a function `load`. One that reads files of the user has a function `own_files` too::

    def load(*, seed: int, data_dir: str | Path | None = None, **settings) -> ImageSet
    def own_files(data_dir: str | Path, **settings) -> list[Path]

`own_files` lists the files that `load` will read with the same settings, without reading them: results are made again
when one of them changes. A source that comes with a package has neither `own_files` nor `data_dir`.

Parameters
----------
seed : int
    Of every choice that a source makes by chance; equal seeds give equal images.
data_dir : path, optional
    Folder of the user's data: of a published set, which is not downloaded then, and of a relative `path`.
**settings
    All other keyword arguments are the settings that a configuration may name, each with a default that YAML can hold.
    A setting means the same in every source that has it:

    n_train, n_test : int or None
        At most this many images of a side, the first ones of every class, the same number of each; None takes all.
    path : str
        File or folder of the user. It has no sensible default: a source refuses its default None.
    test_fraction : float
        Share of every class, or of all images without labels, that becomes test images. A set that names its sides
        keeps them.
    image_size : int or None
        Height and width of all images; None keeps their own.
    crop : int or None
        Side of the squares that images of any sizes are cut into; None keeps them whole.
    colour : bool
        Three channels; grey otherwise.
    scaling : {"minmax", "unit"}
        Every image stretched to [0, 1]; or bytes divided by 255, and floating-point numbers left as they are.

Returns
-------
ImageSet
    float32 values in [0, 1], with or without labels; its `source` has ``name``, ``licence``, ``citation`` and
    ``extent``. `load_images` validates it, a source need not.

Raises
------
ConfigError
    When a setting has an impossible value.
DataError, ShapeError, StorageError
    When the images are missing, damaged, or cannot be worked with.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lsalsa.data.images import ImageSet
from lsalsa.data.source_folder import SourceFolder

_folder = SourceFolder(__name__, "images")
available, settings_of, files_of = _folder.available, _folder.settings_of, _folder.files_of


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
        Checked: finite, all with a label or none, with a train and a test side.

    Raises
    ------
    ConfigError
        When the source or a setting does not exist, or a setting has an impossible value.
    DataError, ShapeError, StorageError
        When the images are missing, damaged, or cannot be worked with.
    """
    return _folder.load(name, seed=seed, settings=settings, data_dir=data_dir)

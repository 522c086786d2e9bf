"""Unrolled, learnable encoders, one file each, found by their folder."""

from pathlib import Path

from lsalsa.discovery import class_in, modules_in
from lsalsa.encoders.base import Encoder
from lsalsa.errors import ConfigError, DataError, ShapeError, StorageError
from lsalsa.storage import read_arrays, read_metadata

__all__ = ["Encoder", "available", "encoder_class", "load_encoder"]


def available() -> list[str]:
    """Names of all encoders."""
    return list(modules_in(__name__))


def encoder_class(name: str) -> type[Encoder]:
    """The encoder of this name; ConfigError with the nearest name when there is none."""
    return class_in(__name__, "encoder", name, Encoder)


def load_encoder(path: str | Path) -> Encoder:
    """Read an encoder written by `Encoder.save`.

    Parameters
    ----------
    path : path
        An NPZ file.

    Returns
    -------
    Encoder
        Of the class and with the settings that were saved, on the host.

    Raises
    ------
    StorageError
        When the file is missing, truncated, or no encoder.
    """
    metadata = read_metadata(path)
    if "encoder" not in metadata:
        raise StorageError(f"{path} is not an encoder: its metadata names no encoder")
    if metadata["encoder"] not in available():
        raise StorageError(f"{path} holds an encoder {metadata['encoder']!r}; known here: {', '.join(available())}")
    if not isinstance(metadata.get("settings"), dict):
        raise StorageError(f"{path} is not a whole encoder: its settings are {metadata.get('settings')!r}")
    try:
        return encoder_class(metadata["encoder"])(read_arrays(path), **metadata["settings"])
    except (ConfigError, ShapeError, DataError) as error:
        raise StorageError(f"{path} is not a whole encoder: {error}") from error

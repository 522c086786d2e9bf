"""The file of a model: an encoder's file that also holds the problem, what prepares its input, and its origin.

`lsalsa.load_encoder` reads it as the encoder that it is. Besides the encoder's arrays it has those of the problem,
under names that begin with ``problem.``, and in its metadata the block ``model``:

- format: version of the block that wrote it; it grows with every addition.
- readable_since: oldest version whose readers understand the file. A reader refuses a file that needs a later one, and
  ignores what it does not know in a file that does not.
- kind: what the model works on: "pictures" or "recordings".
- preprocessing: settings of the kind.
- origin: facts about the training, which no computation reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from lsalsa.encoders import Encoder, load_encoder
from lsalsa.errors import LsalsaError, StorageError
from lsalsa.storage import read_arrays, read_metadata

FORMAT = 1
READABLE_SINCE = 1
BLOCK = "model"
PREFIX = "problem."


class Parts(NamedTuple):
    """What a model's file holds.

    Attributes
    ----------
    encoder : Encoder
    arrays : dict of str to array
        Of the problem, by their own names.
    block : dict
    """

    encoder: Encoder
    arrays: dict[str, Any]
    block: dict[str, Any]


def write_parts(
    path: str | Path, encoder: Encoder, problem: Any, block: Mapping[str, Any], metadata: Mapping[str, Any] | None
) -> None:
    """Write a model's file, completely or not at all.

    Parameters
    ----------
    path : path
    encoder : Encoder
    problem : SparseCodingProblem or ConvolutionalProblem
    block : mapping
        kind, preprocessing, origin.
    metadata : mapping or None
        Whatever else JSON can hold, beside the block.
    """
    arrays = {f"{PREFIX}{name}": array for name, array in problem.to_arrays().items()}
    versions = {"format": FORMAT, "readable_since": READABLE_SINCE}
    encoder.save(path, {**(metadata or {}), BLOCK: {**versions, **block}}, arrays)


def read_parts(path: str | Path) -> Parts:
    """Read a model's file.

    Raises
    ------
    StorageError
        When the file is missing, damaged, holds no model, or needs a newer version of lsalsa.
    """
    metadata = read_metadata(path)
    block = metadata.get(BLOCK)
    if not isinstance(block, Mapping):
        what = "an encoder without its problem; lsalsa.load_encoder reads it" if "encoder" in metadata else "no model"
        raise StorageError(f"{path} holds {what}")
    needed = block.get("readable_since")
    if not isinstance(needed, int) or needed > FORMAT:
        raise StorageError(
            f"{path} needs lsalsa with model format {needed} or newer, this one reads up to {FORMAT}; update lsalsa"
        )
    named = {name.removeprefix(PREFIX): array for name, array in read_arrays(path).items() if name.startswith(PREFIX)}
    return Parts(load_encoder(path), named, dict(block))


def problem_of(path: str | Path, kind: Any, arrays: Mapping[str, Any]) -> Any:
    """The problem of a model's file.

    Parameters
    ----------
    path : path
        Of the file, for the message.
    kind : type
        The problem's class.
    arrays : mapping of str to array

    Raises
    ------
    StorageError
        When an array is missing or does not fit the others.
    """
    try:
        return kind.from_arrays(arrays)
    except (KeyError, LsalsaError) as error:
        told = f"it lacks {error}" if isinstance(error, KeyError) else error
        raise StorageError(f"{path} is no whole model: its problem cannot be read, {told}") from error

"""Models that carry all they need: encoder, problem, what prepares the input, and where they came from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from lsalsa.errors import StorageError
from lsalsa.models.format import read_parts

if TYPE_CHECKING:
    from lsalsa.models.pictures import PictureModel
    from lsalsa.models.recordings import RecordingModel

__all__ = ["load_model"]


def load_model(path: str | Path) -> PictureModel | RecordingModel:
    """Read a model, as a study or a training on files of one's own wrote it.

    Parameters
    ----------
    path : path
        An NPZ file: ``results/<study>/encoders/<task>/<method>/depth_<T>/repetition_<i>.npz``, or what `lsalsa train`
        or `lsalsa spikes` wrote.

    Returns
    -------
    model : PictureModel or RecordingModel
        The first has `encode`, `reconstruct`, `denoise`, `separate` and `info`, which take pictures; the second has
        `find_spikes` and `info`.

    Raises
    ------
    StorageError
        When the file is missing, damaged, holds no model, or was written by a newer version that this one cannot read.
    """
    parts = read_parts(path)
    kind = parts.block.get("kind")
    if kind == "pictures":
        from lsalsa.models.pictures import PictureModel

        return PictureModel.of_parts(path, parts)
    if kind == "recordings":
        from lsalsa.models.recordings import RecordingModel

        return RecordingModel.of_parts(path, parts)
    raise StorageError(f"{path} holds a model of {kind!r}; known here: pictures, recordings")

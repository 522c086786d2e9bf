"""Pieces of a job's work, each kept when it is done: a job that was killed does only the rest again.

A training saves its own state amid an epoch, `lsalsa.study.jobs.scratch`. This is for work that has no state to
save: runs that follow one another, of which each takes seconds to minutes.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lsalsa.errors import StorageError
from lsalsa.storage import read_arrays, read_metadata, write_arrays

log = logging.getLogger(__name__)

Piece = tuple[dict[str, Any], dict[str, Any]]
"""Numbers, texts, lists and dicts of them, as JSON has them, and arrays, both by name."""


def kept(work: Callable[[], Piece], path: Path | None) -> Piece:
    """Do a piece of work, or read what an earlier attempt of the same job finished.

    Parameters
    ----------
    work : callable
        Its result depends on the job only.
    path : path or None
        An NPZ file below the job's checkpoints; None to keep nothing.

    Returns
    -------
    words, arrays : dict
        As they were read from the file, so that they are the same with an interruption and without.

    Raises
    ------
    StorageError
        The file cannot be written.
    """
    if path is None:
        return work()
    if path.exists():
        try:
            return read_metadata(path), read_arrays(path)
        except StorageError as error:
            log.warning("%s; doing this piece again", error.fault)
    words, arrays = work()
    write_arrays(path, arrays, words)
    return read_metadata(path), read_arrays(path)

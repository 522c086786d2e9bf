"""The state of a computation under way: saved now and then, and before the process ends.

A file is written beside the one before it, which stays until the next save. So a damaged file costs one step back.
"""

import logging
import os
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from lsalsa.errors import StorageError
from lsalsa.storage.ending import end_if_asked, is_asked, saves_first
from lsalsa.storage.npz import read_arrays, read_metadata, write_arrays

log = logging.getLogger(__name__)
WORTH_KEEPING = 1.0  # seconds of work; less is done again sooner than a folder full of small files is worth


class State(NamedTuple):
    """What a file holds: arrays by name, and metadata."""

    arrays: dict[str, Any]
    metadata: dict[str, Any]


class StateFile:
    """A file and the one before it.

    Parameters
    ----------
    path : path
        Of the newest state, an NPZ file; that of the one before has ``.previous`` in its name.
    """

    def __init__(self, path: str | Path):
        self.path = Path(path)
        self.previous = self.path.with_name(f"{self.path.stem}.previous{self.path.suffix}")

    def exists(self) -> bool:
        """Whether there is a state, whole or not."""
        return self.path.exists() or self.previous.exists()

    def write(self, arrays: Mapping[str, Any], metadata: Mapping[str, Any]) -> None:
        """Write a state; the newest becomes the one before. Arguments and errors as for `write_arrays`."""
        try:
            if self.path.exists():
                os.replace(self.path, self.previous)
        except OSError as error:
            raise StorageError(f"{self.path} could not be written: {error}") from error
        write_arrays(self.path, arrays, metadata)

    def read(self) -> State | None:
        """Return the newest state that is whole, None when there is none at all.

        Raises
        ------
        StorageError
            When there are files, and none is whole; it is about the newest.
        """
        fault: StorageError | None = None
        for path in filter(Path.exists, (self.path, self.previous)):
            try:
                state = State(read_arrays(path), read_metadata(path))
            except StorageError as error:
                fault = fault or error
            else:
                if fault:
                    log.warning("%s; going on from the state before it", fault.fault)
                return state
        if fault:
            raise fault
        return None

    def remove(self) -> None:
        """Remove both files."""
        self.path.unlink(missing_ok=True)
        self.previous.unlink(missing_ok=True)


class Saver(AbstractContextManager):
    """Saves a state when it is due. As a context it makes a signal that ends the process wait for the save.

    Parameters
    ----------
    file : StateFile
    content : callable
        Gives the arrays and the metadata to save.
    seconds : float
        Between two saves, at least; with 0 every part is saved, and no step within a part.

    Attributes
    ----------
    worked : float
        Seconds since the last save, or since the context was entered.
    """

    def __init__(self, file: StateFile, content: Callable[[], State], seconds: float = 0.0):
        self.file, self.content, self.seconds = file, content, seconds
        self._last = time.monotonic()

    def __enter__(self) -> Self:
        self._last, self._waits = time.monotonic(), saves_first()
        self._waits.__enter__()
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        self._waits.__exit__(kind, error, traceback)

    @property
    def worked(self) -> float:
        return time.monotonic() - self._last

    def after_step(self) -> None:
        """Save if it is due, or if the process shall end; then end it."""
        if is_asked() or 0 < self.seconds <= self.worked:
            self.save()
        end_if_asked()

    def after_part(self) -> None:
        """The same after a part, an epoch say, which is due at once where no time between saves is given."""
        if is_asked() or self.seconds <= self.worked:
            self.save()
        end_if_asked()

    def at_end(self) -> None:
        """Save what is done since the last part was saved, if it took long enough to be worth a file."""
        if is_asked() or 0 < min(self.seconds, WORTH_KEEPING) <= self.worked:
            self.save()
        end_if_asked()

    def save(self) -> None:
        """Save now."""
        self.file.write(*self.content())
        self._last = time.monotonic()

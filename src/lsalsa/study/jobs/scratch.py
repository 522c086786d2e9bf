"""Where jobs keep the state of their work until its results are there.

The state of one job lies in a folder below ``results/<study>/checkpoints``. It is no result: nothing declares it, it
goes when the job succeeds, and a job with other settings, code or inputs throws it away. It may be deleted at any time.
"""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from lsalsa.arrays.checks import as_number
from lsalsa.errors import ConfigError, StorageError
from lsalsa.storage import write_text

log = logging.getLogger(__name__)
FOLDER = "checkpoints"
MARK = "made_from"
ATTEMPTS = 20
VARIABLE = "LSALSA_CHECKPOINT_SECONDS"
SECONDS = 10.0
"""Between two saves of one training: what a kill without warning costs of it. A state is written in milliseconds."""

Result = TypeVar("Result")


def seconds_between() -> float:
    """Return the seconds between two saves: those of the environment variable, or the default.

    Raises
    ------
    ConfigError
        The variable holds no number above zero.
    """
    text = os.environ.get(VARIABLE, str(SECONDS))
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < as_number(seconds) < float("inf"):
        raise ConfigError(f"the environment variable {VARIABLE} must be a number of seconds above 0, found {text!r}")
    return seconds


class Scratch:
    """The folder of one job.

    Parameters
    ----------
    folder : path
        Below the study's folder `FOLDER`.
    """

    def __init__(self, folder: Path):
        self.folder = folder

    def open(self, made_from: str) -> Path:
        """Return the folder, empty unless it holds the state of the same work.

        Parameters
        ----------
        made_from : str
            Stands for all that the work depends on: settings, code, inputs.
        """
        mark = self.folder / MARK
        with suppress(OSError, UnicodeDecodeError):
            if mark.read_text(encoding="utf-8") == made_from:
                return self.folder
        if self.folder.exists():
            log.info("the state that an earlier run kept is of other settings, code or inputs; starting anew")
            shutil.rmtree(self.folder)
        self._make()
        write_text(mark, made_from)
        return self.folder

    def _make(self) -> None:
        """Make the folder, also while other jobs end: each removes the folders above that are empty at its moment."""
        for _ in range(ATTEMPTS):
            with suppress(OSError):  # what stays in the way, the writing of the mark will tell
                self.folder.mkdir(parents=True, exist_ok=True)
                return

    def remove(self) -> None:
        """Remove the folder, and those above it that are empty now."""
        shutil.rmtree(self.folder, ignore_errors=True)
        for folder in self.folder.parents:
            try:
                folder.rmdir()
            except OSError:  # another job has state in it, or it never was
                if folder.exists():
                    return
            if folder.name == FOLDER:
                return


def resumed(run: Callable[[Path | None], Result], checkpoint: Path | None) -> Result:
    """Run something from its checkpoint; start anew, with a warning, where no saved state of it can be used.

    Parameters
    ----------
    run : callable
        Takes the path of the checkpoint, and writes files of this name, with further words before the suffix or not.
    checkpoint : path or None

    Returns
    -------
    result : object
        What `run` returns.
    """
    try:
        return run(checkpoint)
    except StorageError as error:
        files = [] if checkpoint is None else list(checkpoint.parent.glob(f"{checkpoint.stem}.*"))
        if not files:
            raise
        log.warning("%s; starting anew", error.fault)
        for file in files:
            file.unlink(missing_ok=True)
        return run(checkpoint)

"""The context of every script of the workflow: threads, log, seeds, files, and the handling of failures.

    with job(snakemake) as j:
        images = j.read("images")
        j.write(patches=cut(images, **j.params))

A failure gives one sentence on the terminal, the traceback in the log, a line in `logs/failures.txt`, and exit status
1. No file remains under an output name.
"""

from __future__ import annotations

import faulthandler
import logging
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import scipy

import lsalsa
from lsalsa.arrays import Device, set_threads
from lsalsa.errors import DELETE_AND_RUN, LsalsaError, StorageError
from lsalsa.seeds import seed_for
from lsalsa.storage import (
    read_arrays,
    read_metadata,
    read_rows,
    remove_left_overs,
    write_arrays,
    write_rows,
    write_text,
)
from lsalsa.storage.ending import listen
from lsalsa.study.folders import FOLDERS, TARGET
from lsalsa.study.jobs.failures import failures_file, record_end, record_failure, record_start
from lsalsa.study.jobs.scratch import FOLDER, Scratch
from lsalsa.study.provenance import origin

logger = logging.getLogger("lsalsa")

READERS: dict[str, Callable[[str | Path], Any]] = {".npz": read_arrays, ".parquet": read_rows}


class Job:
    """A script's view of its rule.

    Parameters
    ----------
    snakemake : object
        Injected by Snakemake: input, output, params, wildcards, threads, log, config, rule.

    Attributes
    ----------
    params : dict
        The resolved settings of this job, `rules/common.smk`.
    wildcards : dict
        Names that identify this job: task, method, depth ...
    """

    def __init__(self, snakemake: Any):
        self.rule: str = snakemake.rule
        self.input, self.output = snakemake.input, snakemake.output
        self.params: dict[str, Any] = dict(snakemake.params.settings)
        self.wildcards: dict[str, str] = dict(snakemake.wildcards.items())
        self.study: str = snakemake.config["study"]
        self.dtype: str = snakemake.config.get("dtype", "float32")
        self.threads: int = snakemake.threads
        self.log = Path(snakemake.log[0])
        self.facts = self._facts(snakemake.params)
        self._device = snakemake.config.get("device", "auto")
        self._command = snakemake.config.get("command", f"snakemake --cores 1 {TARGET}")

    def _facts(self, params: Any) -> dict[str, Any]:
        """What all results of this job share, for their records; the work depends on nothing else."""
        facts: dict[str, Any] = {"rule": self.rule, "study": self.study, "wildcards": self.wildcards}
        facts |= {"settings": self.params, "configuration": origin.hash_of_values(self.params)}
        facts |= {"code": getattr(params, "source_hash", None), "content": getattr(params, "content", None)}
        return facts | {"numpy": np.__version__, "scipy": scipy.__version__}

    @property
    def title(self) -> str:
        """Rule and wildcards in words."""
        return " ".join([self.rule, *(f"{value}" for value in self.wildcards.values())])

    @property
    def device(self) -> Device:
        """The device of this job."""
        return Device(self._device)

    @property
    def checkpoints(self) -> Path:
        """The folder for the state of this work; it is removed when the job has written its results."""
        return self._scratch.open(origin.hash_of_values(self.facts))

    @property
    def _scratch(self) -> Scratch:
        return Scratch(self.results.joinpath(FOLDER, self.rule, *self.wildcards.values()))

    @property
    def results(self) -> Path:
        """The folder of the study's results, which holds the log."""
        return failures_file(self.log).parent.parent

    def seed(self, *names: str | int) -> int:
        """Return the seed of this job, or of a part of it: `names` name the part."""
        return seed_for(self.params["seed"], self.rule, *self.wildcards.values(), *names)

    def has(self, name: str) -> bool:
        """Return True if the job has an input of this name."""
        return name in self.input.keys()  # noqa: SIM118 - a list with names, not a dictionary

    def read(self, *names: str) -> Any:
        """Read named inputs: arrays of NPZ, rows of Parquet; a list for an input of several files."""
        contents = [_each(read_file, self.input[name]) for name in names]
        return contents[0] if len(contents) == 1 else contents

    def metadata(self, name: str) -> Any:
        """Read the metadata of a named NPZ input; a list for an input of several files."""
        return _each(read_metadata, self.input[name])

    def write(self, metadata: Mapping[str, Any] | None = None, **contents: Any) -> None:
        """Write named outputs, each complete or not at all, all with the same `metadata`."""
        origin = {"rule": self.rule, "study": self.study, **self.wildcards, "settings": self.params}
        facts = {"job": origin, **(metadata or {})}
        for name, content in contents.items():
            path = self.output[name]
            pairs = [(path, content)] if isinstance(path, str) else list(zip(path, content, strict=True))
            for one_path, one_content in pairs:
                write_file(Path(one_path), one_content, facts)

    def provenance(self) -> dict[str, Any]:
        """Return the columns that record under what circumstances a row was computed."""
        return {
            "study": self.study,
            "device": self.device.name,
            "threads": self.threads,
            "dtype": self.dtype,
            "version_lsalsa": lsalsa.__version__,
            "version_numpy": np.__version__,
            "version_scipy": scipy.__version__,
        }

    def __enter__(self) -> Job:
        listen()  # exit through __exit__, which cleans up
        set_threads(self.threads)
        _log_to(self.log, self.title)
        try:
            self._begin()
        except BaseException as error:
            self.__exit__(type(error), error, error.__traceback__)
        return self

    def _begin(self) -> None:
        """Clear away what earlier attempts left, and take down what the work starts from."""
        for path in self.output:  # Snakemake lets one job at a time write a file
            remove_left_overs(path)
        origin.forget(self.output, self.results)
        with suppress(StorageError, OSError):  # a full disk: the outputs will tell
            record_start(self.log)
        logger.debug("started with %s", self.params)
        self.facts["inputs"] = {Path(path).as_posix(): origin.checked(path) for path in self.input}

    def __exit__(self, kind: type | None, error: BaseException | None, traceback: Any) -> None:
        error = error or self._finish()
        if error is None:
            return
        self._remove_outputs()
        sentence = _sentence(error) + self._remedy(error)
        logger.debug("traceback", exc_info=error)
        logger.error(sentence)
        with suppress(StorageError):  # a full disk: the terminal has the sentence
            record_failure(self.log, f"{self.title}: {sentence} [{self.log}]")
        record_end(self.log)
        sys.exit(error.code if isinstance(error, SystemExit) and error.code else 1)

    def _finish(self) -> LsalsaError | None:
        """Write down where the results come from; the fault if that is not possible."""
        try:
            origin.write_records(self.output, self.results, self.facts)
        except LsalsaError as fault:
            return fault
        self._scratch.remove()
        logger.debug("done")
        record_end(self.log)
        return None

    def _remedy(self, error: BaseException) -> str:
        """Return the command that makes a damaged input anew, for a message that asks to delete it."""
        if not isinstance(error, StorageError) or error.remedy != DELETE_AND_RUN:
            return ""
        damaged = next((Path(path) for path in self.input if error.fault.startswith(str(path))), None)
        if damaged is None:
            return ""
        results = next((parent for parent in damaged.parents if parent.name == self.study), damaged.parent)
        folder, *names = damaged.relative_to(results).with_suffix("").parts
        return f": {self._command.replace(TARGET, f'{FOLDERS[folder]}_{names[0]}')}" if folder in FOLDERS else ""

    def _remove_outputs(self) -> None:
        for path in self.output:
            Path(path).unlink(missing_ok=True)


def job(snakemake: Any) -> Job:
    """Return the context of a script; `snakemake` is the object that Snakemake injects."""
    return Job(snakemake)


def read_file(path: str | Path) -> Any:
    """Read the arrays of an NPZ file or the rows of a Parquet file; raise StorageError for any other."""
    suffix = Path(path).suffix
    if suffix not in READERS:
        raise StorageError(f"{path} is neither an NPZ nor a Parquet file")
    return READERS[suffix](path)


def write_file(path: Path, content: Any, metadata: Mapping[str, Any]) -> None:
    """Write a file in the form of its suffix.

    Parameters
    ----------
    path : path
        NPZ for arrays, Parquet for rows, anything else for text.
    content : object
        Arrays, rows, text, or an object with a method `save`.
    metadata : mapping
        Stored with the content; text has none.
    """
    if hasattr(content, "save"):
        content.save(path, metadata)
    elif path.suffix == ".npz":
        write_arrays(path, content, metadata)
    elif path.suffix == ".parquet":
        write_rows(path, content, metadata)
    else:
        write_text(path, content)


def _each(function: Any, paths: Any) -> Any:
    return function(paths) if isinstance(paths, str) else [function(path) for path in paths]


def _sentence(error: BaseException) -> str:
    """Write the sentence that a reader of the terminal needs."""
    if isinstance(error, MemoryError):
        return f"oom: {' '.join(str(error).split())} (traceback in the log)"
    if isinstance(error, LsalsaError):
        return str(error)
    if isinstance(error, SystemExit | KeyboardInterrupt):
        return "interrupted"
    return f"{type(error).__name__}: {' '.join(str(error).split())} (traceback in the log)"


class _LogFile(logging.FileHandler):
    """A log file that a full disk does not turn into a traceback on the terminal for every line."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name is logging's
        """Say nothing: what cannot be written otherwise is told as the failure of the job."""


def _log_to(path: Path, title: str) -> None:
    """Send everything to the log file; send progress and the last sentence to the terminal as well."""
    path.parent.mkdir(parents=True, exist_ok=True)
    to_file = _LogFile(path, mode="w", encoding="utf-8")
    to_file.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    to_terminal = logging.StreamHandler(sys.stderr)
    to_terminal.setFormatter(logging.Formatter(f"{title}: %(message)s"))
    to_terminal.setLevel(logging.INFO)
    faulthandler.enable(to_file.stream or sys.stderr)  # a fault in compiled code leaves the line of Python in the log
    logging.captureWarnings(True)
    for name in ("lsalsa", "py.warnings"):
        target = logging.getLogger(name)
        target.setLevel(logging.DEBUG)
        target.handlers = [to_file, to_terminal]
        target.propagate = False

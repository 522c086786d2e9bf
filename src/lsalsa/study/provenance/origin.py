"""Where a result comes from: a record for every file that a job wrote, and the check that the file is still that one.

The record of ``results/<study>/codes/digits/test.npz`` is ``results/<study>/provenance/codes/digits/test.npz.json``:
rule, wildcards, settings, commit, hashes of code, configuration, inputs and of the file itself. It lies beside the
results, not in them, because a result depends on its own settings only: another commit gives the same bytes.

``python -m lsalsa.study.provenance.origin FILE ...`` prints what is known of files.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import lsalsa
from lsalsa.errors import DELETE_AND_RUN, LsalsaError, StorageError
from lsalsa.storage import read_metadata, read_row_metadata, write_text
from lsalsa.study.provenance.fingerprint import digest
from lsalsa.study.provenance.source_hash import ROOT

FOLDER = "provenance"
CODE = ("Snakefile", "config.yaml", "workflow", "scripts", "src", "papers")
"""What of the repository a result can depend on."""
SHOWN = 12
"""Digits of a hash that a message shows."""
READERS: dict[str, Callable[[Path], dict[str, Any]]] = {".npz": read_metadata, ".parquet": read_row_metadata}


def hash_of_values(values: Mapping[str, Any]) -> str:
    """Return the hash of settings, whatever the order of their names: 16 hexadecimal digits."""
    return hashlib.sha256(json.dumps(values, sort_keys=True, default=str).encode()).hexdigest()[:16]


def record_of(path: str | Path) -> dict[str, Any] | None:
    """Return the record of a file, None if there is none: the file is no result, or its writer was killed.

    Parameters
    ----------
    path : path
        The file itself need not be there any more.

    Raises
    ------
    StorageError
        The record is damaged.
    """
    path = Path(path)
    places = (_place(path, parent) for parent in path.parents)
    place = next((one for one in places if one.is_file()), None)
    if place is None:
        return None
    try:
        return dict(json.loads(place.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise StorageError(f"{place} is no record of a result ({error})", DELETE_AND_RUN) from error


def origin_of(path: str | Path) -> dict[str, Any]:
    """Tell where a file comes from.

    Parameters
    ----------
    path : path
        Any file; an NPZ or Parquet file of this library tells its own metadata as well.

    Returns
    -------
    origin : dict
        file, sha256; ``record``: what its job wrote down (rule, wildcards, settings, configuration, code, commit,
        inputs by path with their hashes, versions), None without one; ``unchanged``: whether the file is what that job
        wrote, None without a record; ``metadata``: those inside the file.

    Raises
    ------
    StorageError
        The file cannot be read, or is damaged.
    """
    path = Path(path)
    found, record = _digest(path), record_of(path)
    metadata = READERS[path.suffix](path) if path.suffix in READERS else {}
    unchanged = None if record is None else record["sha256"] == found
    return {"file": str(path), "sha256": found, "unchanged": unchanged, "record": record, "metadata": metadata}


def checked(path: str | Path) -> str:
    """Return the hash of a file that a job reads.

    Raises
    ------
    StorageError
        Its bytes are not those that its job wrote, or it cannot be read.
    """
    found, record = _digest(Path(path)), record_of(path)
    if record is not None and record["sha256"] != found:
        if Path(path).suffix in READERS:
            READERS[Path(path).suffix](Path(path))  # a file that was cut short says so itself
        bytes_of = f"SHA-256 {record['sha256'][:SHOWN]} then, {found[:SHOWN]} now"
        raise StorageError(f"{path} was changed after it was made ({bytes_of})", DELETE_AND_RUN)
    return found


def forget(paths: Iterable[str | Path], results: Path) -> None:
    """Remove the records of files that are about to be made anew."""
    for path in paths:
        _place(Path(path), results).unlink(missing_ok=True)


def write_records(paths: Iterable[str | Path], results: Path, facts: Mapping[str, Any]) -> None:
    """Write the records of the files of one job.

    Parameters
    ----------
    paths : iterable of path
    results : path
        The folder of the study.
    facts : mapping
        What all of them share.

    Raises
    ------
    StorageError
        A record cannot be written.
    """
    shared = {**facts, **commit_of(), "version": lsalsa.__version__}
    for path in map(Path, paths):
        if path.is_file():
            record = {"file": path.as_posix(), "sha256": _digest(path), **shared}
            write_text(_place(path, results), json.dumps(record, indent=1, default=str))


@cache
def commit_of(root: Path = ROOT) -> dict[str, Any]:
    """Return the commit of the repository, and whether its code has changed since.

    Parameters
    ----------
    root : path
        Of the repository.

    Returns
    -------
    facts : dict
        ``commit``: 40 hexadecimal digits; ``uncommitted_changes``. Both None where there is no repository or no git.
    """
    unknown = {"commit": None, "uncommitted_changes": None}
    if not (root / ".git").exists():
        return unknown
    command = ["git", "--no-optional-locks", "-C", str(root), "status", "--porcelain=v2", "--branch"]
    try:
        told = subprocess.run([*command, "--", *CODE], capture_output=True, text=True, timeout=30, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return unknown
    lines = told.splitlines()
    commit = next((line.rpartition(" ")[2] for line in lines if line.startswith("# branch.oid ")), None)
    return {"commit": commit, "uncommitted_changes": any(not line.startswith("# ") for line in lines)}


def _place(path: Path, results: Path) -> Path:
    """Where the record of a file below the folder of a study lies."""
    inner = path.relative_to(results) if path.is_relative_to(results) else Path(path.name)
    return results / FOLDER / inner.with_name(f"{inner.name}.json")


def _digest(path: Path) -> str:
    try:
        return digest(path)
    except OSError as error:
        raise StorageError(f"{path} cannot be read: {error.strerror}") from error


def main(arguments: Sequence[str]) -> None:
    """Print what is known of each file, as JSON."""
    if not arguments:
        sys.exit("usage: python -m lsalsa.study.provenance.origin FILE ...")
    try:
        for path in arguments:
            print(json.dumps(origin_of(path), indent=1))
    except LsalsaError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    with suppress(BrokenPipeError):
        main(sys.argv[1:])

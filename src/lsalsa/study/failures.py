"""Failed jobs: a record beside each log, and `logs/failures.txt`, the list of the records of a study.

A record goes when its job succeeds or starts again, so a second attempt takes back the first, and the list is right
when several runs of a study share its folder.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from lsalsa.storage import write_text

SUFFIX = ".failed"


def failures_file(log: Path) -> Path:
    """Return `logs/failures.txt` of the study that a log file belongs to: one line per failed job."""
    return next((parent for parent in log.parents if parent.name == "logs"), log.parent) / "failures.txt"


def record_failure(log: Path, line: str) -> None:
    """Record that the job of a log failed, in one line; StorageError if it cannot be written."""
    write_text(log.with_suffix(SUFFIX), f"{line}\n")
    write_list(failures_file(log))


def record_killed(logs: Iterable[Path]) -> None:
    """Record those of some failed jobs that could not do it themselves."""
    for log in logs:
        if not log.with_suffix(SUFFIX).exists():
            title = " ".join(log.relative_to(failures_file(log).parent).with_suffix("").parts)
            told = "ended without a word; it may have been killed, for example for lack of memory"
            record_failure(log, f"{title}: {told} [{log}]")


def forget_failures(logs: Iterable[Path]) -> None:
    """Delete the records of some jobs, by their logs."""
    records = [record for log in logs if (record := log.with_suffix(SUFFIX)).exists()]
    for record in records:
        record.unlink(missing_ok=True)
    for file in {failures_file(record) for record in records}:
        write_list(file)


def failures_of(logs: Iterable[Path]) -> str:
    """Return the lines of those of some jobs that failed."""
    return "".join(map(_read, sorted({log.with_suffix(SUFFIX) for log in logs})))


def write_list(file: Path) -> None:
    """Write the list of all records of a study anew; without any there is no list."""
    text = "".join(map(_read, sorted(file.parent.rglob(f"*{SUFFIX}"))))
    if text:
        write_text(file, text)
    else:
        file.unlink(missing_ok=True)


def _read(record: Path) -> str:
    try:
        return record.read_text(encoding="utf-8")
    except FileNotFoundError:  # another job has taken it back
        return ""

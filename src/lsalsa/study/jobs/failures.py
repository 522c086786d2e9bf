"""Failed jobs: a record beside each log, and `logs/failures.txt`, the list of the records of a study.

A record goes when its job succeeds or starts again, so a second attempt takes back the first, and the list is right
when several runs of a study share its folder. A job also marks its start, and takes the mark away when it ends: what
is marked and does not run was killed.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from lsalsa.storage import write_text
from lsalsa.study.jobs.processes import is_here, living, own_line

SUFFIX, STARTED = ".failed", ".started"
UNDER_WAY = "ended without a word; it may have been killed, for example for lack of memory"
UNKNOWN = "failed before its work began or after it was done; the messages of the run say why"


def failures_file(log: Path) -> Path:
    """Return `logs/failures.txt` of the study that a log file belongs to: one line per failed job."""
    return next((parent for parent in log.parents if parent.name == "logs"), log.parent) / "failures.txt"


def record_failure(log: Path, line: str) -> None:
    """Record that the job of a log failed, in one line; StorageError if it cannot be written."""
    write_text(log.with_suffix(SUFFIX), f"{line}\n")
    write_list(failures_file(log))


def record_start(log: Path) -> None:
    """Mark that the job of a log has begun, and take back the failure of an attempt before."""
    forget_failures([log])
    write_text(mark_of(log), own_line())


def record_end(log: Path) -> None:
    """Mark that the job of a log has ended, well or not."""
    mark_of(log).unlink(missing_ok=True)


def is_unfinished(log: Path) -> bool:
    """Return True if the job of a log has begun and not ended: it runs, or was killed."""
    return mark_of(log).exists()


def mark_of(log: Path) -> Path:
    """Return the mark of a job that has begun and not ended, by its log; it holds the line of its process."""
    return log.with_suffix(STARTED)


def was_killed(log: Path) -> bool:
    """Return True if the job of a log has begun on this machine and runs no more; of another machine nobody knows."""
    return is_here(mark_of(log)) and living(mark_of(log)) is None


def is_recorded(log: Path) -> bool:
    """Return True if the failure of the job of a log is recorded."""
    return log.with_suffix(SUFFIX).exists()


def record_killed(log: Path, told: str | None = None) -> None:
    """Record the failure of a job that could not do it itself, here and in its log; StorageError if it is not possible.

    Parameters
    ----------
    log : path
    told : str, optional
        How the job ended, as far as it is known.
    """
    if not is_unfinished(log):
        told = f"{told} before its work began; the messages of the run say why" if told else UNKNOWN
    told = told or UNDER_WAY
    title = " ".join(log.relative_to(failures_file(log).parent).with_suffix("").parts)
    log.parent.mkdir(parents=True, exist_ok=True)
    with suppress(OSError), open(log, "a", encoding="utf-8") as file:
        file.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} ERROR {told}\n")
    record_end(log)
    record_failure(log, f"{title}: {told} [{log}]")


def record_unfinished(logs: Iterable[Path], failed: Iterable[Path]) -> None:
    """Record every job that has failed, or has begun and not ended, and has no record yet.

    Parameters
    ----------
    logs : iterable of path
        Of the jobs of a run that is over.
    failed : iterable of path
        Of those that Snakemake counts as failed.
    """
    for log in {*filter(is_unfinished, logs), *failed}:
        if not is_recorded(log):
            record_killed(log)


def forget_failures(logs: Iterable[Path]) -> None:
    """Delete the records of some jobs, by their logs, and the marks of those that were killed with Snakemake."""
    logs = list(logs)
    records = [record for log in logs if (record := log.with_suffix(SUFFIX)).exists()]
    for record in records:
        record.unlink(missing_ok=True)
    for log in logs:
        record_end(log)
    for file in {failures_file(record) for record in records}:
        write_list(file)


def failures_of(logs: Iterable[Path]) -> str:
    """Return the lines of those of some jobs that failed."""
    return "".join(map(_read, sorted({log.with_suffix(SUFFIX) for log in logs})))


def write_list(file: Path) -> None:
    """Write the list of all records of a study anew; without any there is no list.

    Records come from several processes. One that comes while the list is being written is in it as well.
    """
    written = None
    while (text := "".join(map(_read, sorted(file.parent.rglob(f"*{SUFFIX}"))))) != written:
        if text:
            write_text(file, text)
        else:
            file.unlink(missing_ok=True)
        written = text


def _read(record: Path) -> str:
    try:
        return record.read_text(encoding="utf-8")
    except FileNotFoundError:  # another job has taken it back
        return ""

"""How jobs ended that could not say it themselves: by a signal, with an exit status, by the scheduler of a cluster."""

from __future__ import annotations

import logging
import re
import signal
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from lsalsa.errors import StorageError, shortened
from lsalsa.study.jobs.failures import is_recorded, is_unfinished, record_killed

BY_SIGNAL = re.compile(r"died with (?:<Signals\.\w+: |unknown signal )(\d+)")
WITH_STATUS = re.compile(r"returned non-zero exit status (-?\d+)")
ON_THE_NODE = re.compile(
    r"^slurmstepd[^:\n]*: error: (.*(?:memory|oom|CANCELLED|TIME LIMIT|NODE FAIL).*)$", re.MULTILINE
)
MEANINGS = {
    "SIGKILL": ", for example by the system because memory ran out, or by a scheduler at its time limit",
    "SIGSEGV": ", a fault in compiled code; the log has the line of Python",
    "SIGABRT": ", a fault in compiled code; the log has the line of Python",
    "SIGBUS": ", a fault in compiled code, or a disk that is full or gone",
}


def ending(text: str) -> str | None:
    """How a process ended, in words.

    Parameters
    ----------
    text : str
        An error of Python on a process: "Command ... died with <Signals.SIGKILL: 9>."

    Returns
    -------
    told : str or None
        None when the text does not say it.
    """
    if found := BY_SIGNAL.search(text):
        return _by_signal(int(found[1]))
    if not (found := WITH_STATUS.search(text)):
        return None
    status = int(found[1])
    # a shell reports a signal as 128 and its number
    return _by_signal(status - 128) if 128 < status < 128 + signal.NSIG else f"ended with exit status {status}"


def _by_signal(number: int) -> str:
    try:
        name = signal.Signals(number).name
    except ValueError:  # a real-time signal has no name
        return f"killed by signal {number}"
    return f"killed by signal {number} ({name}){MEANINGS.get(name, '')}"


def told_on_the_node(logs: Iterable[Path]) -> str:
    """Return why a cluster ended a job, from what its own daemon wrote on the node; nothing if it does not say it.

    Parameters
    ----------
    logs : iterable of path
        Of the scheduler. Without accounting, Slurm tells a controller only that a job failed.

    Returns
    -------
    told : str
        A bracket to stand behind the scheduler's words.
    """
    texts = [log.read_text(encoding="utf-8", errors="replace") for log in logs if log.is_file()]
    reasons = dict.fromkeys(reason.strip("* ") for text in texts for reason in ON_THE_NODE.findall(text))
    return f" (on the node: {shortened('; '.join(reasons))})" if reasons else ""


class Endings(logging.Handler):
    """Listens to Snakemake's log, and records every failed job that has not recorded its failure itself.

    Snakemake tells the error of a process and then, in the same thread, the job. On a cluster it tells the job with
    the words of the scheduler.

    Parameters
    ----------
    last_word : bool
        False on the node of a cluster: what is not known there, the controller may hear from the scheduler.

    Attributes
    ----------
    unwritten : list of str
        Lines that the disk did not take.
    """

    def __init__(self, last_word: bool = True) -> None:
        super().__init__(logging.ERROR)
        self._last_word = last_word
        self._last: dict[int | None, str] = {}
        self.unwritten: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Take in one record; nothing that goes wrong here may stop Snakemake."""
        try:
            event = str(getattr(record, "event", ""))
            if event == "error":
                self._last[record.thread] = record.getMessage()
            elif event == "job_error":
                self._record(record, self._last.pop(record.thread, ""))
        except Exception:
            self.handleError(record)

    def _record(self, record: Any, error: str) -> None:
        """Record the job of a record; of a group, only those under way, as the others ended well or never began."""
        logs = [Path(path) for path in record.log if Path(path).suffix == ".log"]
        for log in logs[:1]:
            if is_recorded(log) or (record.indent and not is_unfinished(log)):
                continue
            told = ending(error)
            if record.rule_msg and not told:
                told = f"failed; the scheduler says: {shortened(record.rule_msg)}{told_on_the_node(logs[1:])}"
            if not (told or self._last_word):
                continue
            try:
                record_killed(log, told)
            except StorageError as fault:
                self.unwritten.append(f"{log}: {told or 'failed'}; {fault}\n")

"""Jobs on this machine end with their Snakemake: at once on SIGTERM, and at the next start where it was killed.

On SIGTERM Snakemake alone waits for its jobs, which may take hours. A job whose Snakemake was killed goes on, beside
the next one of the same result. A job that trains saves its state before it ends. Jobs of a cluster run on.
"""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from lsalsa.study.jobs.failures import mark_of
from lsalsa.study.jobs.processes import living

logger = logging.getLogger("snakemake.logging")
INTERVAL = 0.5
"""Seconds between two looks for jobs that have just begun."""
GRACE = 30.0
"""Seconds that a job has to save its state."""


def end_orphans(logs: Iterable[Path]) -> None:
    """End the jobs that go on after their Snakemake was killed; only who holds Snakemake's lock may call this.

    Parameters
    ----------
    logs : iterable of path
        Of jobs: one that runs has its mark beside its log.
    """
    orphans = [process for log in logs if (process := living(mark_of(log)))]
    if orphans:
        logger.info(f"{len(orphans)} jobs of a run that was killed are still running; they are asked to end first.")
        _ask(orphans)
        for process in psutil.wait_procs(orphans, timeout=GRACE)[1]:
            with suppress(psutil.Error):
                process.kill()


def pass_on_sigterm(logs: Sequence[Path]) -> None:
    """From now on let a SIGTERM to this process reach its jobs as well; call it in the main thread.

    Parameters
    ----------
    logs : sequence of path
        Of all jobs of this run.
    """
    before: Any = signal.getsignal(signal.SIGTERM)

    def both(number: int, frame: Any) -> None:
        if callable(before):
            before(number, frame)
        threading.Thread(target=_end_all, args=(logs,), daemon=True).start()

    if before != signal.SIG_IGN:
        signal.signal(signal.SIGTERM, both)


def _end_all(logs: Sequence[Path]) -> None:
    """Send SIGTERM to each job of this machine, once, for as long as this process lives."""
    logger.info("SIGTERM: the jobs on this machine save their state and end.")
    asked: set[psutil.Process] = set()
    while True:
        new = {process for log in logs if (process := living(mark_of(log)))} - asked
        _ask(new)
        asked |= new
        time.sleep(INTERVAL)


def _ask(processes: Iterable[psutil.Process]) -> None:
    for process in processes:
        with suppress(psutil.Error):  # it has just ended
            process.terminate()

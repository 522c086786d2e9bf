"""What a terminal shows of a run: a bar with the jobs under way and the time left; elsewhere one line per finished job.

Snakemake's own log file keeps everything, of each job its inputs, outputs, reason and resources. This is a handler of
its log and no plugin of its own, since a plugin must be installed wherever `snakemake` starts, and named in a profile.
"""

from __future__ import annotations

import logging
import textwrap
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, TextIO

from lsalsa.errors import shortened
from lsalsa.study.jobs.skipped import duration

WIDTH = 100
LONGEST = 300
"""Characters of a message that is no error; the log file has the rest."""

NOISE = (
    "Using workflow specific profile",
    "Assuming unrestricted shared filesystem usage",
    "Using shell:",
    "Rules claiming more threads",
    "Conda environments: ignored",
    "Select jobs to execute",
    "Reasons:",
    "host:",
    "Loading script code for rule",
)
"""Beginnings of messages that tell nothing to who waits for a study."""

SILENT = {"job_started", "resources_info", "progress", "shellcmd", "rulegraph", "workflow_started", "group_info"}
"""Events that change nothing in print: what they tell, the bar and the lines of jobs tell."""

BAR = "{n_fmt} of {total_fmt} jobs |{bar:20}| {elapsed}{postfix}"


class TimeLeft:
    """The time that the jobs left over will take, from those of this run that are done.

    Parameters
    ----------
    jobs : mapping of str to int
        Rule -> how many of its jobs the run has.
    clock : callable
        Seconds since any moment.
    """

    def __init__(self, jobs: Mapping[str, int], clock: Callable[[], float] = time.monotonic) -> None:
        self._left = Counter(jobs)
        self._clock = clock
        self._began = clock()
        self._starts: dict[int, tuple[str, float]] = {}
        self._spent: dict[str, list[float]] = {}

    def start(self, job: int, rule: str) -> None:
        """Note that a job has begun."""
        self._starts[job] = (rule, self._clock())

    def end(self, job: int, done: bool = True) -> float:
        """Note that a job has ended, and return its seconds; one that failed tells nothing about the others."""
        rule, start = self._starts.pop(job)
        seconds = self._clock() - start
        self._left[rule] -= 1
        if done:
            self._spent.setdefault(rule, []).append(seconds)
        return seconds

    def seconds(self) -> float | None:
        """Return the seconds that are left, or None as long as most jobs left are of rules without a finished job.

        A rule's jobs take the mean of those that are done; of other rules, the mean of all. As many run side by side as
        did so far.
        """
        ended = [seconds for spent in self._spent.values() for seconds in spent]
        unknown = sum(count for rule, count in self._left.items() if rule not in self._spent)
        if not ended or 2 * unknown > self._left.total():
            return None
        now = self._clock()
        under_way = [(rule, now - start) for rule, start in self._starts.values()]
        work = sum(count * self._mean(rule, ended) for rule, count in self._left.items())
        work -= sum(min(seconds, self._mean(rule, ended)) for rule, seconds in under_way)
        beside = (sum(ended) + sum(seconds for _, seconds in under_way)) / max(now - self._began, 1e-9)
        return work / max(beside, 1e-9)

    def _mean(self, rule: str, ended: list[float]) -> float:
        spent = self._spent.get(rule, ended)
        return sum(spent) / len(spent)


class Progress(logging.Handler):
    """Shows Snakemake's log in few lines.

    Parameters
    ----------
    stream : file
        With a terminal behind it there is a bar.
    dryrun : bool
        Nothing runs: each job that would is told, in one line.
    """

    def __init__(self, stream: TextIO, *, dryrun: bool) -> None:
        super().__init__()
        self._stream, self._dryrun = stream, dryrun
        self._names: dict[int, str] = {}
        self._time, self._total, self._done = TimeLeft({}), 0, 0
        self._bar: Any = None
        self._over = threading.Event()

    def emit(self, record: logging.LogRecord) -> None:
        """Show one record; nothing that goes wrong here may stop Snakemake."""
        try:
            event = str(getattr(record, "event", None) or "message")
            if event not in SILENT:
                getattr(self, f"_on_{event}", self._on_message)(record)
        except Exception:
            self.handleError(record)

    def write(self, text: str) -> None:
        """Write lines above the bar."""
        if self._bar is None:
            self._stream.write(f"{text}\n")
            self._stream.flush()
        else:
            self._bar.write(text, file=self._stream)

    def close(self) -> None:
        """Take the bar away."""
        self._over.set()
        with self.lock:  # type: ignore[union-attr]
            if self._bar is not None:
                self._bar.close()
                self._bar = None
        super().close()

    # --- one method per event of Snakemake, all called under the handler's lock ---

    def _on_message(self, record: logging.LogRecord) -> None:
        text = self.format(record) or ""
        if record.levelno >= logging.ERROR:
            self.write(text)
        elif text.strip() and not text.startswith(NOISE):
            self.write(
                "\n".join(shortened(line, LONGEST) if len(line) > LONGEST else line for line in text.split("\n"))
            )

    def _on_error(self, record: logging.LogRecord) -> None:
        if "CalledProcessError in file" not in record.getMessage():  # the record of its job follows, in plain words
            self._on_message(record)

    def _on_run_info(self, record: Any) -> None:
        jobs = {rule: int(count) for rule, count in record.stats.items() if rule != "total"}
        if self._total:  # a dry run tells it again at its end
            return
        self._time, self._total = TimeLeft(jobs), sum(jobs.values())
        told = ", ".join(f"{count} {rule}" for rule, count in sorted(jobs.items(), key=lambda job: -job[1]))
        self.write(textwrap.fill(f"{self._total} jobs to do: {told}", WIDTH, subsequent_indent="  "))
        if not self._dryrun and self._stream.isatty():
            self._open_bar()

    def _on_job_info(self, record: Any) -> None:
        name = name_of(record)
        if self._dryrun:
            self.write(f"  {name}: {first_of(str(record.reason))}")
            return
        self._names[record.jobid] = name
        self._time.start(record.jobid, record.rule_name)
        self._show()

    def _on_job_finished(self, record: Any) -> None:
        if not (name := self._names.pop(record.job_id, "")):
            return
        seconds = self._time.end(record.job_id)
        self._done += 1
        if self._bar is None:
            told = ", ".join(filter(None, (name, duration(seconds), self._left())))
            self.write(f"[{self._done} of {self._total}] {told}")
        self._show()

    def _on_job_error(self, record: Any) -> None:
        name = self._names.pop(record.jobid, None)
        if name:
            self._time.end(record.jobid, done=False)
        log = ", ".join(record.log) or "no log"
        self.write(f"[failed] {name or name_of(record)} [{log}]")
        self._show()

    # --- the bar ---

    def _open_bar(self) -> None:
        from tqdm import tqdm

        self._bar = tqdm(total=self._total, file=self._stream, bar_format=BAR, dynamic_ncols=True, leave=False)
        threading.Thread(target=self._tick, daemon=True).start()

    def _tick(self) -> None:
        """Let the clock of the bar go on while long jobs run."""
        while not self._over.wait(1):
            with self.lock:  # type: ignore[union-attr]
                self._show()

    def _show(self) -> None:
        if self._bar is not None:
            self._bar.n = self._done
            self._bar.set_postfix_str("; ".join(filter(None, (self._left(), *self._names.values()))), refresh=True)

    def _left(self) -> str:
        seconds = self._time.seconds() if self._done < self._total else None
        return "" if seconds is None else f"about {duration(max(seconds, 1))} left"


def name_of(record: Any) -> str:
    """Return a job as a person would name it: its rule, and what its wildcards stand for."""
    return " ".join([record.rule_name, *map(str, dict(record.wildcards or {}).values())])


def first_of(reason: str) -> str:
    """Return the first reason why a job must run, of a list of files the first, and how many others there are."""
    reason = reason.partition(";")[0].strip()
    kind, _, files = reason.partition(": ")
    first, *others = files.split(", ")
    more = f" and {len(others)} more" if others else ""
    return shortened(f"{kind}: {first}{more}" if first else kind, LONGEST) or "asked for"


def show_progress(logger: logging.Logger, settings: Any) -> Progress | None:
    """Put the bar in the place of Snakemake's own print, unless the command line asks for more or another logger.

    Parameters
    ----------
    logger : Logger
        Snakemake's.
    settings : object
        Its output settings: who says --verbose, --printshellcmds or --debug-dag wants Snakemake's own words.

    Returns
    -------
    progress : Progress or None
    """
    own = next((one for one in logger.handlers if one.name == "DefaultStreamHandler"), None)
    if not isinstance(own, logging.StreamHandler) or settings.verbose or settings.printshellcmds or settings.debug_dag:
        return None
    progress = Progress(own.stream, dryrun=settings.dryrun)
    progress.setFormatter(own.formatter)
    for one in own.filters:
        progress.addFilter(one)
    logger.removeHandler(own)
    logger.addHandler(progress)
    return progress

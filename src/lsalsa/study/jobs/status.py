"""How far a study is, from its files alone: no process is asked, so it can be told while jobs run, also on a cluster.

``snakemake status`` or ``python -m lsalsa.study.jobs.status results/<study>`` prints it. A run writes down its jobs
before it starts (`write_plan`); logs, marks and results beside them say what became of each.
"""

from __future__ import annotations

import csv
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from lsalsa.errors import ConfigError, LsalsaError, shortened
from lsalsa.storage import write_text
from lsalsa.study.jobs.failures import failures_of, is_recorded, is_unfinished, mark_of, was_killed
from lsalsa.study.jobs.scratch import FOLDER, MARK

PLAN = "plan.json"
DONE, RUNNING, KILLED, FAILED, MISSING = STATES = ("done", "running", "killed", "failed", "missing")
SAID = re.compile(r"^[\d-]+ [\d:,]+ (?!DEBUG)[A-Z]+ (.*)$", re.MULTILINE)
"""A line of a log that is meant for people."""
LISTED = 12
"""Jobs of one state that are printed one by one."""


@dataclass(frozen=True)
class JobStatus:
    """What became of one job.

    Attributes
    ----------
    name, rule : str
        Rule and wildcards in words; the rule alone.
    state : {"done", "running", "killed", "failed", "missing"}
        "missing": its results are not there, or are to be made anew, and it has not begun.
    word : str
        The last line of a failure or of the log of a running job.
    seconds : float
        How long it runs already; of a job that is done, how long it took, 0 where that is not known.
    left : float or None
        Seconds that it still needs, by what jobs of its rule took in this study; None where none has run yet.
    kept : bool
        Whether it has saved state from which it will go on.
    """

    name: str
    rule: str
    state: str
    word: str
    seconds: float
    left: float | None
    kept: bool


@dataclass(frozen=True)
class StudyStatus:
    """How far a study is.

    Attributes
    ----------
    results : str
        Its folder.
    begun : float
        When its last run began, in seconds since 1970.
    cores : int
        Of that run.
    jobs : list of JobStatus
        All that the run's targets need, in the order of the plan.
    """

    results: str
    begun: float
    cores: int
    jobs: list[JobStatus]

    def of(self, state: str) -> list[JobStatus]:
        """Return the jobs in a state."""
        return [job for job in self.jobs if job.state == state]

    @property
    def left(self) -> float:
        """Seconds until all jobs whose time is known are done: on all cores, and none shorter than the longest job."""
        known = [job.left for job in self.jobs if job.left]
        return max([sum(known) / self.cores, *known], default=0.0)

    @property
    def unknown(self) -> int:
        """Number of jobs to come whose time nobody knows."""
        return sum(job.left is None for job in self.jobs)


def write_plan(results: str | Path, jobs: Iterable[Mapping[str, Any]], cores: int) -> None:
    """Write down the jobs of a run that is about to start.

    Parameters
    ----------
    results : path
        The folder of the study.
    jobs : iterable of mapping
        Each with name, rule, wildcards (list of str), log, benchmark, outputs (paths; benchmark may be None) and
        planned, whether this run makes it.
    cores : int

    Raises
    ------
    StorageError
        It cannot be written.
    """
    plan = {"begun": time.time(), "cores": cores, "jobs": list(jobs)}
    write_text(Path(results) / PLAN, json.dumps(plan))


def status_of(results: str | Path) -> StudyStatus:
    """Tell how far a study is.

    Parameters
    ----------
    results : path
        The folder of the study.

    Returns
    -------
    status : StudyStatus

    Raises
    ------
    ConfigError
        No run of this study has begun in this folder.
    """
    results = Path(results)
    try:
        plan = json.loads((results / PLAN).read_text(encoding="utf-8"))
        jobs, begun, cores = plan["jobs"], float(plan["begun"]), int(plan["cores"])
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ConfigError(f"no run of this study has begun: {results} holds no whole {PLAN}") from error
    took = {job["name"]: _seconds_taken(job["benchmark"]) for job in jobs}
    usual = _usual({job["name"]: job["rule"] for job in jobs}, took)
    return StudyStatus(str(results), begun, cores, [_status(job, begun, results, took, usual) for job in jobs])


def _status(
    job: Mapping[str, Any], begun: float, results: Path, took: Mapping[str, float], usual: Mapping[str, float]
) -> JobStatus:
    log, name, rule = Path(job["log"]), job["name"], job["rule"]
    state = _state(job, log, begun)
    scratch = results.joinpath(FOLDER, rule, *job["wildcards"])
    kept = scratch.is_dir() and any(path.name != MARK for path in scratch.iterdir())
    seconds, whole = took[name] if state == DONE else 0.0, took[name] or usual.get(rule)
    if state == RUNNING:
        with suppress(OSError):
            seconds = time.time() - mark_of(log).stat().st_mtime
    left = 0.0 if state == DONE else None if whole is None else max(whole - seconds, 0.0)
    return JobStatus(name, rule, state, _word(state, log).removeprefix(f"{name}: "), seconds, left, kept)


def _state(job: Mapping[str, Any], log: Path, begun: float) -> str:
    if is_recorded(log):
        return FAILED
    if is_unfinished(log):
        return KILLED if was_killed(log) else RUNNING
    oldest = begun if job["planned"] else 0.0
    return DONE if all(_is_made(Path(path), oldest) for path in job["outputs"]) else MISSING


def _is_made(path: Path, oldest: float) -> bool:
    try:
        return path.stat().st_mtime >= oldest - 1  # file systems round times
    except OSError:
        return False


def _word(state: str, log: Path) -> str:
    if state == FAILED:
        return shortened(failures_of([log]).strip())
    if state in (RUNNING, KILLED):
        with suppress(OSError):
            said = SAID.findall(log.read_text(encoding="utf-8", errors="replace"))
            return shortened(said[-1]) if said else ""
    return ""


def _seconds_taken(benchmark: str | None) -> float:
    """Seconds that Snakemake measured at the last run of a job; 0 without any."""
    try:
        lines = Path(str(benchmark)).read_text(encoding="utf-8").splitlines()
        return float(list(csv.DictReader(lines, delimiter="\t"))[-1]["s"])
    except (OSError, ValueError, KeyError, IndexError):
        return 0.0


def _usual(rules: Mapping[str, str], took: Mapping[str, float]) -> dict[str, float]:
    """Mean seconds of the jobs of each rule that have been measured."""
    by_rule: dict[str, list[float]] = {}
    for name, seconds in took.items():
        if seconds:
            by_rule.setdefault(rules[name], []).append(seconds)
    return {rule: fmean(seconds) for rule, seconds in by_rule.items()}


def told(status: StudyStatus) -> str:
    """Write the status for a terminal: a line on all; jobs that run, failed or were killed; what is missing."""
    counts = Counter(job.state for job in status.jobs)
    parts = [f"{counts[DONE]} of {len(status.jobs)} jobs done"]
    parts += [f"{counts[state]} {state}" for state in STATES[1:] if counts[state]]
    since = time.strftime("%Y-%m-%d %H:%M", time.localtime(status.begun))
    lines = [f"{status.results}: {', '.join(parts)} (last run begun {since})"]
    if counts[DONE] < len(status.jobs):
        unknown = f", without {status.unknown} jobs of rules that have not run here yet" if status.unknown else ""
        lines.append(
            f"time left on {status.cores} core{'s' * (status.cores > 1)}: about {_duration(status.left)}{unknown}"
        )
    for state in (RUNNING, FAILED, KILLED):
        lines += _listed(status.of(state))
    missing = Counter(job.rule for job in status.of(MISSING))
    lines += [f"missing  {rule}: {count}" for rule, count in missing.items()]
    return "\n".join(lines)


def _listed(jobs: Sequence[JobStatus]) -> list[str]:
    lines = []
    for job in jobs[:LISTED]:
        facts = [f"since {_duration(job.seconds)}"] if job.state == RUNNING else []
        facts += ["state saved"] if job.kept else []
        note = f" ({', '.join(facts)})" if facts else ""
        lines.append(f"{job.state:8} {job.name}{note}: {job.word}" if job.word else f"{job.state:8} {job.name}{note}")
    return lines + ([f"{jobs[0].state:8} ... and {len(jobs) - LISTED} more"] if len(jobs) > LISTED else [])


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def main(arguments: Sequence[str]) -> None:
    """Print the status of the folder that is named, as JSON after ``--json``."""
    folders = [one for one in arguments if one != "--json"]
    if len(folders) != 1:
        sys.exit("usage: python -m lsalsa.study.jobs.status [--json] results/<study>")
    try:
        status = status_of(folders[0])
    except LsalsaError as error:
        sys.exit(str(error))
    whole = {**asdict(status), "left": status.left, "unknown": status.unknown}
    print(json.dumps(whole, indent=1) if "--json" in arguments else told(status))


if __name__ == "__main__":
    main(sys.argv[1:])

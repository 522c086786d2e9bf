"""Where the time of a study went, by rule: ``lsalsa time-by-rule results/laptop`` prints a table."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from lsalsa.errors import ConfigError
from lsalsa.study.pages.table import Grid

Rows = Sequence[dict[str, str]]
HEAD = ["rule", "jobs", "minutes", "share", "processor minutes", "longest, minutes", "most memory, MB"]


def time_by_rule(results: Path) -> Grid:
    """Add up what Snakemake measured of every job.

    Parameters
    ----------
    results : path
        The folder of a study. ``benchmarks/<rule>`` in it has one file per job, of its last run;
        ``benchmarks/<rule>.tsv`` is that of a rule with a single job.

    Returns
    -------
    grid : Grid
        One line per rule, the dearest first, and one of all. Minutes are those of all jobs, one after another.
        Processor minutes count every core that a job used and not its waiting; of jobs of a few seconds Snakemake
        sees the beginning only.

    Raises
    ------
    ConfigError
        The folder has no such files.
    """
    folder = results / "benchmarks"
    jobs: dict[str, list[dict[str, str]]] = {}
    for file in folder.rglob("*.tsv"):
        rule = file.relative_to(folder).with_suffix("").parts[0]
        jobs.setdefault(rule, []).append(_last(file))
    if not jobs:
        raise ConfigError(f"{results} must be the folder of a study that ran, found no measured job in it")
    rows = [row for of_rule in jobs.values() for row in of_rule]
    order = sorted(jobs, key=lambda rule: -_minutes(jobs[rule], "s"))
    return Grid(HEAD, [_line(name, of_rule, rows) for name, of_rule in [*((r, jobs[r]) for r in order), ("all", rows)]])


def _last(file: Path) -> dict[str, str]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t"))[-1]


def _line(name: str, rows: Rows, of_all: Rows) -> list[str]:
    minutes = _minutes(rows, "s")
    longest, memory = (max(_number(row[column]) for row in rows) for column in ("s", "max_rss"))
    numbers = [f"{minutes:.1f}", f"{minutes / _minutes(of_all, 's'):.0%}", f"{_minutes(rows, 'cpu_time'):.1f}"]
    return [name, str(len(rows)), *numbers, f"{longest / 60:.1f}", f"{memory:.0f}"]


def _minutes(rows: Rows, column: str) -> float:
    return sum(_number(row[column]) for row in rows) / 60


def _number(text: str) -> float:
    """A job too short to be measured has "NA" or "-"."""
    return float(text) if text.replace(".", "", 1).isdigit() else 0.0

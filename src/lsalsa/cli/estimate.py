"""`lsalsa estimate`: how long a study takes on this machine."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from lsalsa.cli import _terminal

PRESETS = Path("workflow", "presets")


@click.command(name="estimate", no_args_is_help=True)
@click.argument("study")
@click.option("--cores", type=click.IntRange(1), help="Cores that the study may use; all of this machine by default.")
@click.option(
    "--operations",
    is_flag=True,
    help="Count the operations of matrix products by rule and task instead; nothing is measured.",
)
@click.option(
    "--teraflops", default=40.0, show_default=True, help="With --operations: 10^12 operations per second of a machine."
)
@_terminal.as_json
def command(study: str, cores: int | None, operations: bool, teraflops: float, as_json: bool) -> None:
    """Estimate the hours that STUDY takes, rule by rule, from speeds that are measured here in seconds.

    STUDY is a configuration file, or the name of a preset where workflow/presets is in the working folder. Needs the
    extra `study`. Searches are counted with all their rounds, which is the most that they can take.
    """
    found = _load(study)
    if operations:
        _show_operations(found, teraflops, as_json)
        return
    from lsalsa.study.costs.estimate import elapsed, estimates, left_out

    _terminal.use_threads(1)  # as most jobs have
    cores = cores or len(os.sched_getaffinity(0))
    rows = estimates(found, _terminal.stage)
    hours, missing = elapsed(rows, cores) / 3600, left_out(found, rows)
    result = {
        "study": found.study,
        "cores": cores,
        "hours": hours,
        "rules": {row.rule: {"jobs": row.jobs, "core_hours": row.seconds / 3600} for row in rows},
        "not_estimated": missing,
    }
    lines = [[row.rule, str(row.jobs), f"{row.seconds / 3600:.3f}"] for row in rows]
    told = f"about {hours:.2g} hours on {cores} cores; not estimated: {', '.join(missing)}"
    _terminal.show(result, as_json, [*_terminal.tabulated(["rule", "jobs", "core hours"], lines), told])


def _load(study: str) -> Any:
    from lsalsa.extras import from_extra

    with from_extra("pydantic", "reading a study"):
        from lsalsa.study.load import load_study
        from lsalsa.study.yaml_files import read_yaml
    from lsalsa.storage.files import check_exists

    preset = PRESETS / f"{study}.yaml"
    path = preset if preset.is_file() else Path(study)
    check_exists(path)
    return load_study(read_yaml(path))


def _show_operations(study: Any, teraflops: float, as_json: bool) -> None:
    from lsalsa.study.costs.operations import costs, printed
    from lsalsa.study.pages.render import pipe_table

    found = costs(study)
    result = {"operations": [vars(cost) for cost in found]}
    _terminal.show(result, as_json, [f"{pipe_table(one)}\n" for one in printed(found, teraflops)])

"""`lsalsa time-by-rule`: where the time of a study went."""

from __future__ import annotations

from pathlib import Path

import click

from lsalsa.cli import _terminal


@click.command(name="time-by-rule", no_args_is_help=True)
@click.argument("results", type=click.Path(path_type=Path))
@_terminal.as_json
def command(results: Path, as_json: bool) -> None:
    """Add up, by rule, the time and memory of all jobs of a study; RESULTS is its folder, such as results/laptop."""
    from lsalsa.study.costs.time_by_rule import time_by_rule

    grid = time_by_rule(results)
    _terminal.show(_terminal.of_grid(grid), as_json, _terminal.tabulated(grid.head, grid.lines))

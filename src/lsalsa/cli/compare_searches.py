"""`lsalsa compare-searches`: what a cheaper search gave up."""

from __future__ import annotations

from pathlib import Path

import click

from lsalsa.cli import _terminal


@click.command(name="compare-searches", no_args_is_help=True)
@click.argument("results", type=click.Path(path_type=Path))
@click.argument("other", type=click.Path(path_type=Path))
@_terminal.as_json
def command(results: Path, other: Path, as_json: bool) -> None:
    """Compare the searches of two studies by the best score of each: RESULTS, and OTHER, which tried all candidates."""
    from lsalsa.study.summaries.searches_compared import compared

    grid = compared(results, other)
    _terminal.show(_terminal.of_grid(grid), as_json, _terminal.tabulated(grid.head, grid.lines))

"""What commands share: progress on the error stream, results as text or JSON, options that several have."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import numpy as np

from lsalsa.errors import ConfigError

as_json = click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON object.")
out_folder = click.option(
    "--out", "out", type=click.Path(path_type=Path), required=True, help="Folder for the results; made if missing."
)
threads = click.option("--threads", type=click.IntRange(1), help="Worker threads; every core by default.")


stride = click.option(
    "--stride", type=click.IntRange(1), help="Pixels from one patch to the next; that of the model by default."
)


def coder(default: str) -> Callable[[Any], Any]:
    """The option for the codes, with the default of a command."""
    choice, words = click.Choice(["encoder", "exact"]), "Codes of the trained encoder, or certified optimal ones."
    return click.option("--codes", type=choice, default=default, show_default=True, help=words)


def use_threads(count: int | None) -> None:
    """Set the worker threads, where a number is given."""
    if count is not None:
        from lsalsa.arrays import set_threads

        set_threads(count)


@contextmanager
def stage(title: str, total: int, unit: str = "") -> Iterator[Callable[[int], object]]:
    """A progress bar with the time left; nothing where the error stream is no terminal.

    Parameters
    ----------
    title : str
    total : int
        Number of parts.
    unit : str
        What a part is.

    Yields
    ------
    advance : callable
        To be told of parts that are finished.
    """
    from tqdm import tqdm

    form = "{desc:<32} {bar:24} {percentage:3.0f}%  {elapsed} gone, {remaining} left"
    with tqdm(total=total, desc=title, unit=unit, file=sys.stderr, disable=None, bar_format=form) as bar:
        yield bar.update
        if bar.total is not None and not bar.disable:
            bar.total = bar.n  # what ends before its most is complete
            bar.refresh()


def show(result: Mapping[str, Any], in_json: bool, lines: Sequence[str]) -> None:
    """Print a result as JSON, or as lines for people.

    Parameters
    ----------
    result : mapping
        Values that JSON holds.
    in_json : bool
    lines : sequence of str
    """
    click.echo(json.dumps(result, indent=2) if in_json else "\n".join(lines))


def tabulated(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines of a table: the first column to the left, the others to the right."""
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
    return ["  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]) for row in [head, *rows]]


def of_grid(grid: Any) -> dict[str, Any]:
    """A table of the study, `lsalsa.study.pages.table.Grid`, as values that JSON holds: one mapping for each line."""
    return {"lines": [dict(zip(grid.head, line, strict=True)) for line in grid.lines]}


def each_picture(model: Any, paths: Sequence[Path], title: str) -> Iterator[tuple[Path, np.ndarray, Any]]:
    """Path and values of each picture, and what to tell of its patches; all are read before the first is worked on.

    Parameters
    ----------
    model : PictureModel
        Whose channels the pictures are read in.
    paths : sequence of path
    title : str
        Of the progress bar.

    Raises
    ------
    ConfigError
        When two pictures would have the same names of results.
    """
    from lsalsa.data.picture_files import read_picture

    stems = [path.stem for path in paths]
    if len(set(stems)) < len(stems):
        twice = next(stem for stem in stems if stems.count(stem) > 1)
        raise ConfigError(f"results are named after pictures, but {twice} is the name of several; rename one")
    pictures = [read_picture(path, colour=model.grid.n_channels == 3) for path in paths]
    for path, picture in zip(paths, pictures, strict=True):
        model.grid.check(str(path), picture)
    with stage(title, sum(map(model.grid.count, pictures)), "patches") as advance:
        for path, picture in zip(paths, pictures, strict=True):
            yield path, picture, advance


def picture_model(path: Path, stride: int | None) -> Any:
    """Read a model of pictures, under another stride where one is given; ConfigError for a model of something else."""
    from lsalsa.models import load_model
    from lsalsa.models.pictures import PictureModel

    model = load_model(path)
    if not isinstance(model, PictureModel):
        raise ConfigError(f"{path} is a model of {model.kind}, but this command works on pictures")
    return model if stride is None else replace(model, grid=replace(model.grid, stride=stride))

"""`lsalsa separate`: the sources of mixed pictures."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import click

from lsalsa.cli import _terminal


@click.command(name="separate", no_args_is_help=True)
@click.argument("model", type=click.Path(path_type=Path))
@click.argument("pictures", nargs=-1, required=True, type=click.Path(path_type=Path))
@_terminal.out_folder
@click.option(
    "--gain",
    default=1.0,
    show_default=True,
    type=click.FloatRange(0, min_open=True),
    help="Factor on the pictures before they are taken apart: 2 if a picture is the mean of two sources.",
)
@_terminal.coder("exact")
@_terminal.stride
@_terminal.threads
@_terminal.as_json
def command(
    model: Path,
    pictures: tuple[Path, ...],
    out: Path,
    gain: float,
    codes: str,
    stride: int | None,
    threads: int | None,
    as_json: bool,
) -> None:
    """Take PICTURES apart that are sums of sources, with a MODEL that was trained on a folder of each.

    The codes are the optimal ones by default: few mistakes of an encoder are enough to show in the sources.

    Each source becomes a PNG file: PICTURE_SOURCE.png. The table separation.csv has, for each picture, the objective of
    its codes, the share of zeros, and the energy of each source and of the rest over that of the picture. The true
    sources are not needed.
    """
    from lsalsa.data.picture_files import write_picture
    from lsalsa.storage import write_text

    _terminal.use_threads(threads)
    found, rows = _terminal.picture_model(model, stride), []
    for path, picture, advance in _terminal.each_picture(found, pictures, "separating"):
        parts = found.separate(gain * picture, codes=codes, advance=advance)
        for name, source in parts.pictures.items():
            write_picture(out / f"{path.stem}_{name}.png", source)
        energies = {f"energy_{name}": value for name, value in parts.energies.items()}
        rows.append({"picture": str(path), "objective": parts.objective, "zero_share": parts.zero_share, **energies})
    write_text(out / "separation.csv", _csv(rows))
    head = [name.replace("_", " ") for name in rows[0]]
    lines = [[row["picture"], *(f"{value:.3g}" for value in list(row.values())[1:])] for row in rows]
    told = [*_terminal.tabulated(head, lines), f"sources and this table: {out}"]
    _terminal.show({"out": str(out), "pictures": rows}, as_json, told)


def _csv(rows: list[dict[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()

"""`lsalsa denoise`: pictures without their noise."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from lsalsa.cli import _terminal

GREY_LEVELS = 255


@click.command(name="denoise", no_args_is_help=True)
@click.argument("model", type=click.Path(path_type=Path))
@click.argument("pictures", nargs=-1, required=True, type=click.Path(path_type=Path))
@_terminal.out_folder
@click.option(
    "--noise",
    type=click.FloatRange(0, min_open=True),
    help="Its standard deviation in grey levels of 255; estimated from the finest details of each picture by default.",
)
@_terminal.coder("encoder")
@_terminal.stride
@_terminal.threads
@_terminal.as_json
def command(
    model: Path,
    pictures: tuple[Path, ...],
    out: Path,
    noise: float | None,
    codes: str,
    stride: int | None,
    threads: int | None,
    as_json: bool,
) -> None:
    """Remove noise from PICTURES with a MODEL of one source.

    Overlapping patches are coded sparsely and averaged. The penalty of the codes follows from the noise. Each picture
    becomes a PNG file of its name in the folder of the results.
    """
    from lsalsa.data.picture_files import write_picture
    from lsalsa.models.noise import estimate_noise

    _terminal.use_threads(threads)
    found = _terminal.picture_model(model, stride)
    rows: list[dict[str, Any]] = []
    for path, picture, advance in _terminal.each_picture(found, pictures, "denoising"):
        size = estimate_noise(picture) if noise is None else noise / GREY_LEVELS
        clean = found.denoise(picture, size, codes=codes, advance=advance)
        write_picture(out / f"{path.stem}.png", clean)
        rows.append({"picture": str(path), "noise": size * GREY_LEVELS, "result": str(out / f"{path.stem}.png")})
    lines = [[row["picture"], f"{row['noise']:.1f}", row["result"]] for row in rows]
    origin = "as given" if noise is not None else "estimated"
    head = ["picture", f"noise ({origin})", "result"]
    _terminal.show({"noise_is": origin, "pictures": rows}, as_json, _terminal.tabulated(head, lines))

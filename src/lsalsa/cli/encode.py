"""`lsalsa encode`: the sparse codes of pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from lsalsa.cli import _terminal


@click.command(name="encode", no_args_is_help=True)
@click.argument("model", type=click.Path(path_type=Path))
@click.argument("pictures", nargs=-1, required=True, type=click.Path(path_type=Path))
@_terminal.out_folder
@_terminal.coder("encoder")
@_terminal.stride
@_terminal.threads
@_terminal.as_json
def command(
    model: Path,
    pictures: tuple[Path, ...],
    out: Path,
    codes: str,
    stride: int | None,
    threads: int | None,
    as_json: bool,
) -> None:
    """Write the sparse codes of the patches of PICTURES under a MODEL.

    Each picture becomes PICTURE.npz with `codes`, one row for each patch, as a sparse matrix
    (lsalsa.storage.read_arrays), and `rows` and `columns`, the first pixels of the patches along both sides.
    """
    from scipy.sparse import csr_array

    from lsalsa.metrics import zero_share
    from lsalsa.storage import write_arrays

    _terminal.use_threads(threads)
    found = _terminal.picture_model(model, stride)
    rows: list[dict[str, Any]] = []
    for path, picture, advance in _terminal.each_picture(found, pictures, "encoding"):
        values = found.encode(picture, codes=codes, advance=advance)
        sides = dict(zip(("rows", "columns"), map(found.grid.starts, picture.shape[:2]), strict=True))
        facts: dict[str, Any] = {"picture": path.name, "model": str(model), "codes": codes}
        result = out / f"{path.stem}.npz"
        write_arrays(result, {"codes": csr_array(values), **sides}, facts)
        zeros = zero_share(values)
        rows.append({"picture": str(path), "patches": len(values), "zero_share": zeros, "result": str(result)})
    lines = [[row["picture"], str(row["patches"]), f"{row['zero_share']:.1%}", row["result"]] for row in rows]
    _terminal.show({"pictures": rows}, as_json, _terminal.tabulated(["picture", "patches", "zeros", "result"], lines))

"""`lsalsa info`: what a file of lsalsa holds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from lsalsa.cli import _terminal


@click.command(name="info", no_args_is_help=True)
@click.argument("file", type=click.Path(path_type=Path))
@_terminal.as_json
def command(file: Path, as_json: bool) -> None:
    """Print what FILE holds and where it came from: a model, or any NPZ or Parquet file that lsalsa wrote."""
    found = _of_parquet(file) if file.suffix == ".parquet" else _of_npz(file)
    _terminal.show({"file": str(file), **found}, as_json, [str(file), *_lines(found)])


def _of_npz(file: Path) -> dict[str, Any]:
    from lsalsa.models import load_model
    from lsalsa.models.format import BLOCK
    from lsalsa.storage import read_arrays, read_metadata

    metadata = read_metadata(file)
    model = {"model": load_model(file).info()} if BLOCK in metadata else {}
    arrays = {name: f"{array.dtype} {_shape(array)}" for name, array in read_arrays(file).items()}
    own = {name: value for name, value in metadata.items() if not model or name not in (BLOCK, "encoder", "settings")}
    return {**model, "metadata": own, "arrays": arrays}


def _of_parquet(file: Path) -> dict[str, Any]:
    from lsalsa.storage import read_row_metadata, read_rows

    rows = read_rows(file)
    return {"metadata": read_row_metadata(file), "rows": len(rows), "columns": list(rows[0]) if rows else []}


def _shape(array: Any) -> str:
    kind = " sparse" if hasattr(array, "toarray") else ""
    return f"({', '.join(map(str, array.shape))}){kind}"


def _lines(found: Any, indent: str = "  ") -> list[str]:
    """Nested facts, one a line."""
    lines: list[str] = []
    for name, value in found.items():
        if isinstance(value, dict):
            lines += [f"{indent}{name}:" if value else f"{indent}{name}: none", *_lines(value, indent + "  ")]
        else:
            text = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
            lines.append(f"{indent}{name}: {text}")
    return lines

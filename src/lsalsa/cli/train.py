"""`lsalsa train`: a model from folders of pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from lsalsa.cli import _terminal


def _floats(ctx: click.Context, parameter: click.Parameter, text: str | None) -> tuple[float, ...] | None:
    if text is None:
        return None
    try:
        return tuple(map(float, text.split(",")))
    except ValueError:
        raise click.BadParameter(f"{text!r} must be numbers with commas between them") from None


@click.command(name="train", no_args_is_help=True)
@click.argument("folders", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="File of the model, NPZ.")
@click.option("--patch-size", default=8, show_default=True, type=click.IntRange(2), help="Side of a patch in pixels.")
@click.option("--stride", type=click.IntRange(1), help="Pixels between patches in use; a quarter by default.")
@click.option("--n-atoms", type=click.IntRange(1), help="Of each source; twice the numbers of a patch, at most 256.")
@click.option(
    "--penalties",
    callback=_floats,
    help="One for each folder, with commas; by default one for all: a tenth of the median norm of their patches.",
)
@click.option("--colour", is_flag=True, help="Red, green and blue; grey by default.")
@click.option("--encoder", default="lista", show_default=True, help="Its name in the library, such as lsalsa.")
@click.option("--depth", default=10, show_default=True, type=click.IntRange(1), help="Layers of the encoder.")
@click.option("--learning-rate", default=1e-3, show_default=True, help="Of Adam; it falls to a tenth.")
@click.option("--epochs", default=20, show_default=True, type=click.IntRange(1), help="Passes of the training.")
@click.option("--n-train", default=20_000, show_default=True, type=click.IntRange(100), help="Patches to learn from.")
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0), help="The same seed, the same model.")
@_terminal.threads
@_terminal.as_json
def command(folders: tuple[Path, ...], output: Path, threads: int | None, as_json: bool, **settings: Any) -> None:
    """Train a model on FOLDERS of pictures: one to denoise, one for each source to separate mixtures.

    Pictures need no labels and may have any sizes; folders in a folder, and zip files, are read too. Made are a
    dictionary for each folder, certified optimal codes, and an encoder that predicts these codes. Settings that are not
    given follow rules, and are printed. The model is one file with everything that its use needs.
    """
    from lsalsa.data.picture_files import read_folder
    from lsalsa.models.fitting import PictureTraining, fit_pictures
    from lsalsa.storage import check_writable

    _terminal.use_threads(threads)
    wanted = PictureTraining(**settings)
    check_writable(output.parent)
    model = fit_pictures(
        {name: read_folder(folder, colour=wanted.colour) for name, folder in _named(folders).items()},
        wanted,
        _terminal.stage,
    )
    model.save(output)
    _terminal.show({"model": str(output), **model.info()}, as_json, _lines(model, output))


def _named(folders: tuple[Path, ...]) -> dict[str, Path]:
    """Name of each source: that of its folder, without the suffix of a zip file."""
    named = {folder.resolve().stem: folder for folder in folders}
    if len(named) < len(folders):
        raise click.UsageError(f"the folders must have names of their own, found {', '.join(map(str, folders))}")
    return named


def _lines(model: Any, output: Path) -> list[str]:
    origin, near = model.origin, model.origin["validation"]
    settings = {name: _text(value) for name, value in origin["settings"].items()}
    counts = ", ".join(f"{count} of {name}" for name, count in origin["pictures"].items())
    return [
        f"pictures: {counts}",
        "settings: " + ", ".join(f"{name} {value}" for name, value in settings.items()),
        f"on patches kept aside: objective {near['objective']:.4g}, where optimal codes reach "
        f"{near['optimal_objective']:.4g}; distance of the codes (RMSE) {near['rmse']:.3g}",
        f"{output} was written after {origin['seconds']:.0f} seconds",
    ]


def _text(value: Any) -> str:
    return " and ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)

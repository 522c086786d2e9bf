"""The command `lsalsa`: a thin layer over the library; each command is a file of this folder, found by its name."""

from __future__ import annotations

import sys
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import click

from lsalsa.errors import LsalsaError

BAD_INPUT = 1


class Commands(click.Group):
    """Commands that are imported when they are asked for: each file without an underscore defines `command`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names, in alphabetical order."""
        return sorted(m.name.replace("_", "-") for m in iter_modules(__path__) if not m.name.startswith("_"))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name; None where there is none."""
        if cmd_name not in self.list_commands(ctx):
            return None
        return import_module(f"{__name__}.{cmd_name.replace('-', '_')}").command

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; what the user can mend is one sentence and exit code 1."""
        try:
            return super().invoke(ctx)
        except LsalsaError as error:
            click.echo(f"lsalsa: {error}", err=True)
            sys.exit(BAD_INPUT)


def _version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        from lsalsa import __version__

        click.echo(f"lsalsa {__version__}")
        ctx.exit()


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Print the version."
)
def main() -> None:
    """Learned sparse coding for pictures and recordings.

    \b
    Denoise pictures:    lsalsa train PHOTOS -o photos.npz
                         lsalsa denoise photos.npz noisy.png --out clean
    Separate mixtures:   lsalsa train PHOTOS TEXTS -o model.npz
                         lsalsa separate model.npz mixed.png --out parts

    A command ends with 0, with 1 after one sentence on what is wrong with its input, or with 2 after a mistake in the
    command itself. Progress goes to the error stream, and only to a terminal.
    """

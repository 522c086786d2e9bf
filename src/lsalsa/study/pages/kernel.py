"""The kernel of notebooks: nothing that a user or a machine set up for IPython or Matplotlib changes a page."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ipykernel.kernelapp import IPKernelApp

NAME = "python3"
FOLDERS = ("IPYTHONDIR", "JUPYTER_PATH", "JUPYTER_DATA_DIR", "JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR")
"""Variables that lead to kernels, templates, profiles and settings."""
DROPPED = ("MPLBACKEND", "PYTHONSTARTUP")


class NotebookKernel(IPKernelApp):
    """IPython's kernel without files of settings, start-up files and modules of the working folder."""

    def load_config_file(self, *_: Any, **__: Any) -> None:
        """Read no file of settings, neither the user's nor the machine's."""

    def _run_startup_files(self) -> None:
        """Run none: those of `/etc/ipython` lie outside the profile, and no setting turns them off."""

    def init_code(self) -> None:
        """Start from Matplotlib's defaults, whatever its settings file says."""
        import matplotlib

        matplotlib.rcdefaults()
        super().init_code()


@contextmanager
def own_kernel() -> Iterator[str]:
    """Let Jupyter see one kernel, which runs in the Python of this process, and empty folders of settings.

    Yields
    ------
    name : str
        Of the kernel.
    """
    with TemporaryDirectory(prefix="lsalsa_jupyter_") as folder:
        place = Path(folder, "kernels", NAME)
        place.mkdir(parents=True)
        program = [sys.executable, "-P", "-m", __name__, "-f", "{connection_file}"]
        spec = {"argv": program, "display_name": "Python 3", "language": "python"}
        (place / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")
        with _environment(dict.fromkeys(FOLDERS, folder) | dict.fromkeys(DROPPED)):
            yield NAME


@contextmanager
def _environment(changes: dict[str, str | None]) -> Iterator[None]:
    """Set variables of the environment for a while; None removes one."""
    before = {name: os.environ.get(name) for name in changes}
    try:
        _set(changes)
        yield
    finally:
        _set(before)


def _set(variables: dict[str, str | None]) -> None:
    for name, value in variables.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


if __name__ == "__main__":
    NotebookKernel.launch_instance(ignore_cwd=True)

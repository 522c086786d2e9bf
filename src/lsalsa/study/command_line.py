"""The command line of Snakemake: values as YAML means them, options that it would drop, a command to repeat a run."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from lsalsa.study.folders import TARGET
from lsalsa.study.yaml_files import LOADER

ONCE = {
    "--configfile": ("--configfile", "--configfiles"),
    "--config": ("--config", "-C"),
}
"""Options of several values -> their spellings. Given twice, only the last one counts."""


def typed(value: Any) -> Any:
    """Return a value of `--config` as the same words mean it in a YAML file.

    Snakemake leaves ``null``, and every number inside a block or a list, as text.

    Parameters
    ----------
    value : object
        Text, or mappings and lists of it.

    Returns
    -------
    value : object
        None, switches and numbers instead of their words; other text as it was.
    """
    if isinstance(value, Mapping):
        return {key: typed(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [typed(one) for one in value]
    if not isinstance(value, str):
        return value
    try:
        read = yaml.load(value, LOADER)
    except (yaml.YAMLError, ValueError, RecursionError):  # ValueError: bytes that are no text, endless numbers
        return value
    return read if read is None or isinstance(read, bool | int | float) else value


def dropped_options(arguments: Iterable[str]) -> Iterator[str]:
    """Yield a sentence for each option that stands twice on a command line: Snakemake reads only the last."""
    given = [argument.partition("=")[0] for argument in arguments]
    for option, spellings in ONCE.items():
        count = sum(one in spellings for one in given)
        if count > 1:
            wanted = f"list all values after one {option}"
            yield f"{option} is given {count} times, and Snakemake reads only the last; {wanted}"


def command(
    files: Iterable[str],
    settings: Mapping[str, Any],
    cores: int,
    deployment: Iterable[str],
    elsewhere: Sequence[str | Path] = (),
) -> str:
    """Write the command that makes one target of the same study in the same way.

    Parameters
    ----------
    files : iterable of str
        Files of the configuration that the command line names.
    settings : mapping
        Those of `--config`.
    cores : int
    deployment : iterable of str
        What jobs run in, such as ``conda`` or ``apptainer``: without it all jobs would be out of date.
    elsewhere : (snakefile, directory), optional
        If the working folder is not the repository.

    Returns
    -------
    command : str
        For a shell; `TARGET` stands for the target.
    """
    words = ["snakemake", "--cores", str(cores), TARGET]
    if elsewhere:
        snakefile, directory = map(str, elsewhere)
        words += ["--snakefile", snakefile, "--directory", directory]
    words += ["--sdm", *methods] if (methods := list(deployment)) else []
    words += ["--configfile", *files] if (files := list(files)) else []
    words += ["--config", *(f"{key}={_word(value)}" for key, value in settings.items())] if settings else []
    return " ".join(word if word == TARGET else shlex.quote(word) for word in words)


def _word(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)

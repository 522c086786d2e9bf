"""The sets of pictures of the experiment: names of published sets, or the user's own; and what fetching them needs.

The block of the experiment has a field ``own_pictures``: a name of the user's choice -> a folder or zip file of image
files, relative to ``data_dir``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from lsalsa.data.pictures import available, files_of
from lsalsa.errors import LsalsaError
from lsalsa.study.config.messages import unknown
from lsalsa.study.config.rules import Resolved, Rule

OWN = "picture_files"
"""The source of the user's own pictures; all others are sets by themselves."""

MEMORY_MB = 1500
"""Of a job that reads the largest published set, 67 million pixels, and writes it."""


def sets_of_pictures(study: Any) -> list[str]:
    """Return the names that the experiment's block can use; none in a study without the experiment."""
    block = study.crsae.denoising
    return [] if block is None else [*(name for name in available() if name != OWN), *block.own_pictures]


def fetch_crsae_pictures(study: Any, pictures: str) -> Resolved:
    """Resolve the source of a set of pictures."""
    own = study.crsae.denoising.own_pictures
    if pictures in own:
        return {"source": OWN, "settings": {"path": own[pictures]}}
    return {"source": pictures, "settings": {}}


def files_of_pictures(study: Any, pictures: str) -> list[Path]:
    """Return the user's files that a set is read from; none for a download or what comes with a package."""
    chosen = fetch_crsae_pictures(study, pictures)
    return files_of(chosen["source"], settings=chosen["settings"], data_dir=study.data_dir)


def faults_of_pictures(study: Any, path: str, names: Iterable[str]) -> Iterator[str]:
    """Yield a sentence for each set that no source has.

    Parameters
    ----------
    study : Study
        With the experiment's block.
    path : str
        Setting that names the sets, for the messages.
    names : iterable of str
    """
    published = [name for name in available() if name != OWN]
    for name in study.crsae.denoising.own_pictures:
        if name in published:
            yield f"crsae.denoising.own_pictures.{name} has the name of a published set; choose another"
    for name in names:
        yield from unknown(path, name, "a set of pictures", sets_of_pictures(study))


def missing_pictures(study: Any) -> Iterator[str]:
    """Yield a sentence for each set of the experiment whose files are not in `data_dir`."""
    block = study.crsae.denoising
    for path, names in {"train": [block.train], "validation": [block.validation], "tests": block.tests}.items():
        for name in names:
            try:
                files_of_pictures(study, name)
            except LsalsaError as error:
                yield f"crsae.denoising.{path}: {error}"


RULES = {
    "fetch_crsae_pictures": Rule(
        fetch_crsae_pictures,
        lambda settings: [f"lsalsa.data.picture_sources.{settings['source']}"],
        lambda study, pictures: MEMORY_MB,
    )
}
"""The experiment's rules that get pictures."""

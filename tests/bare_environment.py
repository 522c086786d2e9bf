"""A Python environment that sees some of the distributions installed here, with what they need, and nothing else."""

import venv
from collections.abc import Collection, Iterable, Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement


class NotInstalled(Exception):
    """No installed distribution meets a requirement."""


def make_environment(prefix: Path, requirements: Iterable[Requirement]) -> Path:
    """Make a venv without pip whose packages are links into the environment of the Python that runs this.

    Parameters
    ----------
    prefix : path
        The folder that becomes the environment.
    requirements : iterable of Requirement
        What it shall see, next to what their metadata ask for.

    Returns
    -------
    site_packages : path

    Raises
    ------
    NotInstalled
        When a requirement is not met by what is installed here.
    """
    distributions = with_needs(requirements)
    venv.create(prefix, symlinks=True)
    (site_packages,) = prefix.glob("lib/python*/site-packages")
    for found in distributions:
        _link(found, prefix, site_packages)
    return site_packages


def with_needs(requirements: Iterable[Requirement]) -> Collection[Distribution]:
    """The distributions of the requirements and, through their metadata, of all that they need."""
    known: dict[tuple[str, ...], Distribution] = {}
    waiting = list(requirements)
    while waiting:
        need = waiting.pop()
        key = (need.name.lower(), *sorted(need.extras))
        if key not in known:
            known[key] = _installed(need)
            waiting += needs_of(known[key].requires or (), need.extras)
    return known.values()


def needs_of(declared: Iterable[str], extras: Collection[str] = ()) -> Iterator[Requirement]:
    """What a distribution that declares some requirements needs on this machine, by itself and for some extras."""
    for need in map(Requirement, declared):
        if need.marker is None or any(need.marker.evaluate({"extra": extra}) for extra in ("", *extras)):
            yield need


def _installed(need: Requirement) -> Distribution:
    try:
        found = distribution(need.name)
    except PackageNotFoundError as error:
        raise NotInstalled(str(need)) from error
    if not need.specifier.contains(found.version, prereleases=True):
        raise NotInstalled(f"{need}, installed is {found.version}")
    return found


def _link(found: Distribution, prefix: Path, site_packages: Path) -> None:
    """Links to what a distribution brings: its top-level folders and files, and each file it keeps under share/."""
    links = {}
    for file in found.files or ():
        if file.parts[:4] == ("..", "..", "..", "share"):
            links[prefix.joinpath(*file.parts[3:])] = found.locate_file(file)
        elif file.parts[0] not in ("..", "__pycache__"):
            links[site_packages / file.parts[0]] = found.locate_file(file.parts[0])
    for place, target in links.items():
        if not place.is_symlink():
            place.parent.mkdir(parents=True, exist_ok=True)
            place.symlink_to(target)

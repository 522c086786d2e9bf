"""Not conda: a stand-in that answers what Snakemake asks of `conda`, for tests on machines that have none.

Usage: conda_standin.py BASE ARGUMENTS..., where BASE is the folder that passes for conda's own installation.

An environment is a venv without pip. It sees the packages that the file pins, with what they need, as links
into the environment of the Python that runs this, and nothing else: a package that a file forgets is
missing there. A pin that is not the installed version, and a channel other than conda-forge, are refused.
The packages of conda-forge are not touched, so nothing is shown about them.
"""

import argparse
import json
import platform
import sys
import venv
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import yaml
from packaging.requirements import Requirement

CHANNELS = {"conda-forge", "nodefaults"}
# Every Python that starts in the environment writes down what it runs, before anything else.
WITNESS = """
import sys
from pathlib import Path
with open(Path(sys.prefix, "started.txt"), "a") as file:
    file.write(" ".join(sys.orig_argv[1:]) + "\\n")
"""


def refuse(sentence):
    sys.exit(f"conda-standin: {sentence}")


def requirements_of(environment):
    """What the file pins, by the names of the package index."""
    pins = dict(entry.split("=", 1) for entry in environment["dependencies"])
    python = pins.pop("python")
    if not platform.python_version().startswith(f"{python}."):
        refuse(f"the file pins Python {python}, this is {platform.python_version()}")
    return [Requirement(f"{name.removesuffix('-base')}=={version}") for name, version in pins.items()]


def installed(need):
    """The distribution that meets a requirement; the program ends when none does."""
    try:
        found = distribution(need.name)
    except PackageNotFoundError:
        refuse(f"PackagesNotFoundError: {need}")
    if not need.specifier.contains(found.version, prereleases=True):
        refuse(f"PackagesNotFoundError: {need}, installed is {found.version}")
    return found


def needs_of(found, extras):
    """What a distribution asks for on this machine, itself and through the named extras."""
    for need in map(Requirement, found.requires or ()):
        if need.marker is None or any(need.marker.evaluate({"extra": extra}) for extra in ("", *extras)):
            yield need


def with_needs(requirements):
    """The distributions of the requirements and, through their metadata, of all that they need."""
    known, waiting = {}, list(requirements)
    while waiting:
        need = waiting.pop()
        key = (need.name.lower(), *sorted(need.extras))
        if key not in known:
            known[key] = installed(need)
            waiting += needs_of(known[key], need.extras)
    return known.values()


def link(found, prefix, site_packages):
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


def create(arguments):
    parser = argparse.ArgumentParser(prog="conda-standin env create")
    parser.add_argument("--file", type=Path, required=True)
    parser.add_argument("--prefix", type=Path, required=True)
    parser.add_argument("--quiet", action="store_true")
    parser.add_argument("--no-default-packages", action="store_true")
    options = parser.parse_args(arguments)
    environment = yaml.safe_load(options.file.read_text())
    if not set(environment["channels"]) <= CHANNELS:
        refuse(f"unknown channel in {environment['channels']}, known are {sorted(CHANNELS)}")
    distributions = with_needs(requirements_of(environment))
    venv.create(options.prefix, symlinks=True)
    (site_packages,) = options.prefix.glob("lib/python*/site-packages")
    for found in distributions:
        link(found, options.prefix, site_packages)
    (site_packages / "witness.py").write_text(WITNESS)
    (site_packages / "witness.pth").write_text("import witness\n")


def main(base, *arguments):
    match arguments:
        case ("--version",):
            print("conda-standin 24.7.1")
        case ("info", "--json"):
            print(json.dumps({"conda_prefix": base, "platform": "linux-64"}))
        case ("config", "--get", "channel_priority", "--json"):
            print(json.dumps({"get": {"channel_priority": "strict"}}))
        case ("env", "create", *rest):
            create(rest)
        case ("clean", *_):
            pass  # there are no downloads to remove
        case _:
            refuse(f"cannot answer: {' '.join(arguments)}")


if __name__ == "__main__":
    main(*sys.argv[1:])

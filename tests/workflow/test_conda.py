"""`--use-conda` finds each rule's environment file; scripts find the library in an environment without it.

The program `conda` is a stand-in here (conda_standin.py says what it is): this is Snakemake's conda path and
our files, not conda and not the packages of conda-forge.
"""

import ast
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STANDIN = Path(__file__).with_name("conda_standin.py")
ACTIVATE = 'export CONDA_PREFIX="$1" CONDA_SHLVL=1 PATH="$1/bin:$PATH"\n'
NOTEBOOK_TOOLS = {
    "IPython",
    "ipykernel",
    "jupytext",
    "papermill",
    "nbclient",
    "nbconvert",
    "nbformat",
}  # imported for one rule, which has its own environment

pytestmark = pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="the environment files pin Python 3.11")


@pytest.fixture(scope="module")
def conda(tmp_path_factory):
    """Environment variables under which `conda` is the stand-in, and no PYTHONPATH leads to the library."""
    base = tmp_path_factory.mktemp("conda_base")
    (base / "bin").mkdir()
    command = shlex.join([sys.executable, str(STANDIN), str(base)])
    (base / "bin" / "conda").write_text(f'#!/bin/sh\nexec {command} "$@"\n')
    (base / "bin" / "conda").chmod(0o755)
    (base / "bin" / "activate").write_text(ACTIVATE)
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return variables | {"PATH": f"{base / 'bin'}:{variables['PATH']}"}


def run(command, variables, **options):
    return subprocess.run(list(map(str, command)), env=variables, capture_output=True, text=True, **options)


@pytest.fixture(scope="module")
def created(conda, tmp_path_factory):
    """One environment of the stand-in per file, without a GPU."""
    folder = tmp_path_factory.mktemp("environments")
    for name in ("cpu", "notebooks"):
        file, prefix = ROOT / "envs" / f"{name}.yaml", folder / name
        made = run(["conda", "env", "create", "--file", file, "--prefix", prefix], conda)
        assert made.returncode == 0, made.stderr
    return folder


def test_standin_says_what_it_is(conda):
    assert run(["conda", "--version"], conda).stdout == "conda-standin 24.7.1\n"


def test_standin_refuses_an_unknown_channel(conda, tmp_path):
    text = (ROOT / "envs" / "cpu.yaml").read_text().replace("conda-forge", "somewhere")
    (tmp_path / "other.yaml").write_text(text)
    made = run(["conda", "env", "create", "--file", tmp_path / "other.yaml", "--prefix", tmp_path / "p"], conda)
    assert made.returncode == 1
    assert "unknown channel" in made.stderr
    assert not (tmp_path / "p").exists()


def imported_by(*folders):
    """Outside packages that the sources in some folders import, at their top or inside functions."""
    names = set()
    for path in (path for folder in folders for path in (ROOT / folder).rglob("*.py") if "tests" not in path.parts):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names.add(node.module)
    tops = {name.split(".")[0] for name in names}
    return tops - set(sys.stdlib_module_names) - {"lsalsa", "papers", "cupy"}


@pytest.mark.parametrize("environment", ["cpu", "notebooks"])
def test_environment_holds_all_that_its_sources_import(environment, created, conda):
    names = imported_by("src", "scripts", "papers")
    assert {"numpy", *NOTEBOOK_TOOLS} <= names
    if environment == "cpu":
        names -= NOTEBOOK_TOOLS
    code = f"import importlib.util as u; print([n for n in {sorted(names)} if u.find_spec(n) is None])"
    found = run([created / environment / "bin" / "python", "-c", code], conda, check=True)
    assert found.stdout.strip() == "[]"


def test_environment_does_not_hold_the_library(created, conda):
    found = run([created / "cpu" / "bin" / "python", "-c", "import lsalsa"], conda)
    assert "No module named 'lsalsa'" in found.stderr


def test_without_conda_one_sentence_says_how_to_get_it_or_to_do_without(fresh, monkeypatch):
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:/usr/bin:/bin")
    output = fresh.run("table_digits", "-n", "--use-conda", fails=True)
    assert "--use-conda needs the program conda" in output
    assert "Traceback" not in output


def environment_of(workplace, name):
    """The folder that Snakemake had made from one of our files."""
    text = (ROOT / "envs" / f"{name}.yaml").read_text()
    copies = (workplace.path / ".snakemake" / "conda").glob("*.yaml")
    (found,) = [copy.with_suffix("") for copy in copies if copy.read_text() == text]
    return found


def test_jobs_run_in_their_environment_and_find_the_library(conda, fresh, monkeypatch):
    monkeypatch.setenv("PATH", conda["PATH"])
    fresh.run("results/smoke/patches/digits_10.npz", "--use-conda")
    assert fresh.result("patches/digits_10.npz").is_file()
    started = (environment_of(fresh, "cpu") / "started.txt").read_text()
    assert ".fetch_images.py" in started
    assert ".cut_patches.py" in started


def test_notebook_and_its_kernel_run_in_their_environment(conda, done, monkeypatch):
    monkeypatch.setenv("PATH", conda["PATH"])
    page = done.result("notebooks/04_single_dictionary.html")
    page.unlink()
    done.run("04_single_dictionary", "--use-conda", "--rerun-triggers", "mtime")
    assert page.is_file()
    started = (environment_of(done, "notebooks") / "started.txt").read_text()
    assert ".render_notebook.py" in started
    assert "lsalsa.study.pages.kernel" in started

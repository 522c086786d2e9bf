"""An encoder dropped into its folder is found and passes the suites that go over all encoders, as CONTRIBUTING says."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SUITES = ("contract/test_encoder_contract.py", "unit/test_namespace_strict.py", "unit/test_cupy_signatures.py")


@pytest.fixture
def run_with(tmp_path):
    """Runs tests in a copy of the sources that has one encoder more; its output, and how many passed.

    What was compiled of the sources comes with them, which saves most of the time.
    """
    for name in ("src", "tests"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)

    def run(encoder, text, *arguments):
        (tmp_path / "src" / "lsalsa" / "encoders" / f"{encoder}.py").write_text(text)
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *arguments]
        place = {**os.environ, "PYTHONPATH": str(tmp_path / "src")}
        done = subprocess.run(command, cwd=tmp_path, env=place, capture_output=True, text=True)
        return done.stdout, int((re.search(r"(\d+) passed", done.stdout) or [0, 0])[1])

    return run


def lista_with(**changes):
    """LISTA under another name, with a tweak: other start values."""
    text = (ROOT / "src" / "lsalsa" / "encoders" / "lista.py").read_text()
    for old, new in {r"\bLISTA\b": "HalfLISTA", r'"depth": 5': '"depth": 4', **changes}.items():
        text, count = re.subn(old, new, text)
        assert count, old
    return text


@pytest.mark.slow
def test_a_new_encoder_is_tested_by_lying_in_the_folder(run_with):
    text = lista_with(**{r"problem\.thresholds\(step\)": "problem.thresholds(0.5 * step)"})
    suites = [f"tests/{suite}" for suite in SUITES]
    output, passed = run_with("half_lista", text, *suites, "-k", "half_lista")
    assert "failed" not in output and "error" not in output, output
    assert passed > 40, output
    output, passed = run_with("half_lista", text, "tests/unit/test_discovery.py")
    assert "failed" not in output and passed > 20, output


@pytest.mark.slow
def test_a_new_encoder_with_a_wrong_gradient_or_a_function_that_cupy_lacks_is_told_so(run_with):
    wrong = "xp.nan_to_num(xp.spacing(transposed(signals)) @ filtered_gradient)"
    text = lista_with(**{r"transposed\(signals\) @ filtered_gradient": wrong})
    output, passed = run_with("half_lista", text, *(f"tests/{suite}" for suite in SUITES), "-k", "half_lista")
    assert "FAILED tests/contract/test_encoder_contract.py::test_gradients_are_the_slope_of_the_loss" in output
    assert "cupy.spacing is not in cupy_signatures.json" in output
    assert passed > 10

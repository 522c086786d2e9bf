"""The hash of the code behind a job: what it reaches counts, what stands beside it does not."""

import shutil
from pathlib import Path

import pytest

from lsalsa.errors import ConfigError
from lsalsa.study import provenance

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """A small library: a script that imports `top`, `top` imports `below`, and two plug-ins."""
    package = tmp_path / "src" / "lsalsa"
    for name, text in {
        "__init__": "from lsalsa.aside import x",
        "top": '"""Top."""\n\ndef f():\n    """Doc."""\n    from lsalsa.below import y\n    return y\n',
        "below": "y = 1\n",
        "aside": "x = 1\n",
        "plugins/__init__": "z = 1\n",
        "plugins/one": "from lsalsa.plugins.base import b\n",
        "plugins/two": "w = 2\n",
        "plugins/base": "b = 1\n",
    }.items():
        path = package / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (tmp_path / "script.py").write_text("from lsalsa.top import f\n")
    monkeypatch.setattr(provenance, "SOURCES", tmp_path / "src")
    return tmp_path


def digest(tree, *plugins):
    for function in (provenance._imports, provenance._path_of, provenance._digest):
        function.cache_clear()
    return provenance.code_hash(tree / "script.py", *plugins)


def edited(tree, name, old, new):
    path = tree / "src" / "lsalsa" / f"{name}.py"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


@pytest.fixture(autouse=True)
def forget():
    yield
    for function in (provenance._imports, provenance._path_of, provenance._digest):
        function.cache_clear()


def test_change_in_a_module_reached_through_another_changes_the_hash(tree):
    before = digest(tree)
    edited(tree, "below", "y = 1", "y = 2")
    assert digest(tree) != before


def test_change_beside_comments_docstrings_and_layout_do_not(tree):
    before = digest(tree)
    edited(tree, "aside", "x = 1", "x = 2")
    edited(tree, "top", "Top.", "A better docstring.")
    edited(tree, "top", "Doc.", "Another.")
    edited(tree, "below", "y = 1", "# why\ny = (1)")
    assert digest(tree) == before


def test_script_itself_counts(tree):
    before = digest(tree)
    (tree / "script.py").write_text("from lsalsa.top import f\n\nf()\n")
    assert digest(tree) != before


def test_plugin_counts_with_what_it_imports_and_its_neighbour_does_not(tree):
    before, without = digest(tree, "lsalsa.plugins.one"), digest(tree)
    assert before != without
    edited(tree, "plugins/two", "w = 2", "w = 3")
    assert digest(tree, "lsalsa.plugins.one") == before
    edited(tree, "plugins/base", "b = 1", "b = 2")
    assert digest(tree, "lsalsa.plugins.one") != before
    assert digest(tree) == without


def test_import_from_the_front_of_the_package_is_refused(tree):
    (tree / "script.py").write_text("from lsalsa import solve\n")
    with pytest.raises(ConfigError, match="imports solve from lsalsa; import it from its module"):
        digest(tree)


def test_file_that_is_no_python_is_refused_by_name_and_line(tree):
    edited(tree, "below", "y = 1", "y = (")
    with pytest.raises(ConfigError, match=r"below\.py is not valid Python: line 1"):
        digest(tree)


@pytest.mark.parametrize("path", sorted((ROOT / "scripts").glob("*.py")), ids=lambda path: path.stem)
def test_every_script_has_a_hash_that_a_new_encoder_does_not_change(path, tmp_path, monkeypatch):
    shutil.copytree(ROOT / "src", tmp_path / "src")
    monkeypatch.setattr(provenance, "SOURCES", tmp_path / "src")
    for function in (provenance._imports, provenance._path_of, provenance._digest):
        function.cache_clear()
    before = provenance.code_hash(path, "lsalsa.encoders.lista")
    (tmp_path / "src/lsalsa/encoders/another.py").write_text("x = 1\n")
    for function in (provenance._imports, provenance._path_of, provenance._digest):
        function.cache_clear()
    assert provenance.code_hash(path, "lsalsa.encoders.lista") == before

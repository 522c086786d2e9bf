"""A notebook is run with the parameters it knows, and appears whole or not at all."""

import json

import pytest

from lsalsa.errors import ConfigError, LsalsaError
from lsalsa.study.notebook import render

PAGE = """# %% tags=["parameters"]
title = "None"
tables = {}

# %%
from lsalsa.errors import LsalsaError
from IPython.display import Markdown

Markdown(f"# {title} with {len(tables)} table and $x^2$")

# %%
assert tables, "there is no table"
"""


@pytest.fixture
def page(tmp_path):
    """Where a notebook is read and written: source, notebook, page and log."""
    (tmp_path / "page.py").write_text(PAGE)
    return [tmp_path / name for name in ("page.py", "page.ipynb", "page.html", "page.log")]


def rendered(page, parameters):
    source, notebook, html, log = page
    (log.parent / "logs").mkdir()
    render(source, notebook, html, parameters, failed=log.parent / "logs" / log.name)


def test_notebook_is_run_and_written_as_a_page_of_its_own(page):
    rendered(page, {"title": "A page", "tables": {"one": "one.csv"}})
    cells = json.loads(page[1].read_text())["cells"]
    assert all(cell.get("execution_count", 1) for cell in cells)
    text = page[2].read_text()
    assert "A page with 1 table" in text
    for mark in ("cdnjs", "unpkg", 'src="http', "jsdelivr"):
        assert mark not in text


def test_failing_cell_is_named_and_leaves_the_executed_copy_in_the_logs_only(page):
    with pytest.raises(LsalsaError, match=r"page\.py failed in cell 4: AssertionError: there is no table"):
        rendered(page, {"title": "A page"})
    assert sorted(p.name for p in page[0].parent.iterdir() if p.is_file()) == ["page.py"]
    copy = page[0].parent / "logs" / "page.ipynb"
    assert "there is no table" in copy.read_text()


def test_unknown_parameter_is_refused_before_anything_runs(page):
    with pytest.raises(ConfigError, match=r"page\.py has no parameter titel; its parameters are title, tables"):
        rendered(page, {"titel": "A page"})
    assert [p.name for p in page[0].parent.iterdir() if p.is_file()] == ["page.py"]


def test_failing_notebook_fails_its_rule(done):
    source = done.path / "papers" / "lsalsa" / "notebooks" / "04_single_dictionary.py"
    source.write_text(source.read_text() + "\n# %%\nraise ValueError('not so')\n")
    output = done.run("04_single_dictionary", fails=True)
    assert "04_single_dictionary.py failed in cell" in output
    assert "ValueError: not so" in output
    assert not done.result("notebooks/04_single_dictionary.html").exists()
    assert not done.result("notebooks/04_single_dictionary.ipynb").exists()
    assert done.result("logs/render_notebook/04_single_dictionary.ipynb").exists()

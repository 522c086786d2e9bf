"""A notebook is run with the parameters it knows, and appears whole or not at all."""

import json
import sys

import pytest

from lsalsa.errors import ConfigError, LsalsaError
from lsalsa.study.pages.notebook import NotebookError, render

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


def test_kernel_that_dies_leaves_the_cells_before_it_in_the_logs_only(page):
    page[0].write_text(PAGE + "\n# %%\nimport os\n\nos._exit(1)\n")
    with pytest.raises(NotebookError, match=r"page\.py failed: its kernel died amid a cell; executed copy: .*ipynb$"):
        rendered(page, {"title": "A page", "tables": {"one": "one.csv"}})
    assert sorted(p.name for p in page[0].parent.iterdir() if p.is_file()) == ["page.py"]
    assert "A page with 1 table" in (page[0].parent / "logs" / "page.ipynb").read_text()


def test_unknown_parameter_is_refused_before_anything_runs(page):
    with pytest.raises(ConfigError, match=r"page\.py has no parameter titel; its parameters are title, tables"):
        rendered(page, {"titel": "A page"})
    assert [p.name for p in page[0].parent.iterdir() if p.is_file()] == ["page.py"]


SEEN = """# %% tags=["parameters"]
title = ""

# %%
import json, sys
import matplotlib, matplotlib.pyplot as plt
from IPython import get_ipython

1
print(json.dumps({
    "python": sys.executable,
    "face": matplotlib.rcParams["figure.facecolor"],
    "usetex": matplotlib.rcParams["text.usetex"],
    "started": [name for name in ("by_profile", "by_python") if name in globals()],
    "here": [path for path in sys.path if path in ("", ".")],
}))

# %%
_, axes = plt.subplots()
_ = axes.plot([0, 1])
"""


def test_nothing_that_the_user_set_up_changes_a_notebook(page, tmp_path, monkeypatch):
    """Kernels, IPython profile, start-up file, templates, back end, matplotlibrc, and files in the working folder."""
    kernel = {"argv": ["false"], "display_name": "x", "language": "python"}
    files = {
        "jupyter/kernels/python3/kernel.json": json.dumps(kernel),
        "jupyter/nbconvert/templates/lab/conf.json": '{"base_template": "base"}',
        "jupyter/nbconvert/templates/lab/index.html.j2": "somebody else's page",
        "ipython/profile_default/startup/00.py": "by_profile = True",
        "ipython/profile_default/ipython_config.py": "c = get_config()\n"
        "c.InteractiveShell.ast_node_interactivity = 'all'\nc.InlineBackend.figure_formats = {'svg'}",
        "start.py": "by_python = True",
        "config/matplotlib/matplotlibrc": "text.usetex: True",
        "here/matplotlibrc": "figure.facecolor: red",
        "here/lab/index.html.j2": "somebody else's page",
        "here/lab/conf.json": '{"base_template": "base"}',
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    for name in ("JUPYTER_PATH", "JUPYTER_DATA_DIR", "JUPYTER_CONFIG_DIR"):
        monkeypatch.setenv(name, str(tmp_path / "jupyter"))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("PYTHONSTARTUP", str(tmp_path / "start.py"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("MPLBACKEND", "pdf")
    page[0].write_text(SEEN)
    monkeypatch.chdir(tmp_path / "here")
    rendered(page, {"title": "A page"})
    outputs = [one for cell in json.loads(page[1].read_text())["cells"] for one in cell.get("outputs", [])]
    assert [one["output_type"] for one in outputs] == ["stream", "display_data"]
    seen = json.loads("".join(outputs[0]["text"]))
    assert seen == {"python": sys.executable, "face": "white", "usetex": False, "started": [], "here": []}
    assert set(outputs[1]["data"]) == {"image/png", "text/plain"}
    assert "somebody else" not in page[2].read_text()
    assert [path.name for path in (tmp_path / "ipython" / "profile_default").iterdir() if path.is_dir()] == ["startup"]


def test_failing_notebook_fails_its_rule(done):
    source = done.path / "papers" / "lsalsa" / "notebooks" / "04_single_dictionary.py"
    source.write_text(source.read_text() + "\n# %%\nraise ValueError('not so')\n")
    output = done.run("04_single_dictionary", fails=True)
    assert "04_single_dictionary.py failed in cell" in output
    assert "ValueError: not so" in output
    assert not done.result("notebooks/04_single_dictionary.html").exists()
    assert not done.result("notebooks/04_single_dictionary.ipynb").exists()
    assert done.result("logs/render_notebook/04_single_dictionary.ipynb").exists()

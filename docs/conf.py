"""The documentation site: `make docs` builds it from pages, docstrings and examples, without a network."""

import os
import re
import sys
from pathlib import Path
from typing import Any

os.environ.setdefault("MPLBACKEND", "Agg")
ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

import lsalsa  # noqa: E402 - found through the line above

project = "lsalsa"
author = copyright = "lsalsa developers"
version = release = lsalsa.__version__

extensions = [
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
    "sphinx_gallery.gen_gallery",
]
templates_path = ["_templates"]
exclude_patterns = ["site", "examples"]
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}
default_role = "code"

html_theme = "pydata_sphinx_theme"
html_title = "lsalsa"
html_theme_options = {
    "show_prev_next": True,
    "navigation_depth": 2,
    "secondary_sidebar_items": ["page-toc"],
    "header_links_before_dropdown": 4,
}
html_sidebars = {
    page: []
    for page in (
        "index",
        "data",
        "speed",
        "gpu",
        "recover",
        "papers",
        "method",
        "glossary",
        "architecture",
        "estimators",
        "clusters",
    )
}
html_show_sourcelink = False

autosummary_generate = True
autodoc_typehints = "none"  # numpydoc sections say what a parameter is
numpydoc_show_class_members = False  # the template of a class lists them, inherited ones too
numpydoc_class_members_toctree = False

myst_heading_anchors = 3
myst_enable_extensions = ["dollarmath"]
suppress_warnings = ["myst.xref_missing", "config.cache"]  # links to files of the repository that are no pages

sphinx_gallery_conf = {
    "examples_dirs": "examples",
    "gallery_dirs": "gallery",
    "filename_pattern": r"/\d\d_",  # every example is run
    "within_subsection_order": "FileNameSortKey",
    "download_all_examples": False,
    "remove_config_comments": True,
    "show_memory": False,
    "abort_on_example_error": True,
    "matplotlib_animations": False,
}

LITERAL = re.compile(r"(``.+?``|`[^`]+`)")


def escape_norms(app: Any, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """Docstrings write norms as |y - A x|; in reStructuredText a bar begins a substitution unless it is escaped."""
    for number, line in enumerate(lines):
        parts = LITERAL.split(line)  # literals are at the odd places
        lines[number] = "".join(part if odd % 2 else part.replace("|", r"\|") for odd, part in enumerate(parts))


def setup(app: Any) -> None:
    app.connect("autodoc-process-docstring", escape_norms, priority=900)  # after numpydoc has made its sections

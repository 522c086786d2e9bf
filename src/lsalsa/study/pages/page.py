"""An executed notebook as one HTML page: no code, no section that shows nothing, each note below a table once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

SCRIPTS = ("mathjax_url", "require_js_url", "jquery_url", "mermaid_js_url", "mermaid_layout_elk_js_url")
"""Scripts that a page would load from the web; without them formulas and diagrams appear as source text."""
PAGE = {"exclude_input": True, "exclude_input_prompt": True, "exclude_output_prompt": True}
"""A page shows no code; the executed notebook beside it keeps the code."""
SECTION, NOTE = "## ", "- "

Cells = Sequence[Any]


def page_of(path: Path, name: str) -> str:
    """Return an executed notebook as HTML that loads nothing from elsewhere.

    Its templates are those of nbconvert; by itself it would prefer a folder `lab` of the working folder.

    Parameters
    ----------
    path : path
        The notebook.
    name : str
        Of the page, in the browser's title.
    """
    import nbformat
    from nbconvert import HTMLExporter

    notebook = nbformat.read(path, as_version=4)
    notebook.cells = [cell for section in _sections(notebook.cells) if _shows(section) for cell in section]
    _say_once(notebook.cells)
    exporter = HTMLExporter(embed_images=True, extra_template_basedirs=[], **PAGE, **dict.fromkeys(SCRIPTS, ""))
    return exporter.from_notebook_node(notebook, resources={"metadata": {"name": name}})[0]


def _sections(cells: Cells) -> Iterator[list[Any]]:
    """Yield the cells up to the first heading of a section, then those of each section."""
    section: list[Any] = []
    for cell in cells:
        if cell.cell_type == "markdown" and cell.source.startswith(SECTION):
            yield section
            section = []
        section.append(cell)
    yield section


def _shows(section: Cells) -> bool:
    """Return False for a section that announces results and has none."""
    code = [cell for cell in section if cell.cell_type == "code"]
    opens = bool(section) and not section[0].source.startswith(SECTION)
    return opens or not code or any(_has_output(cell) for cell in code)


def _has_output(cell: Any) -> bool:
    """Return True for a cell that shows anything but empty Markdown."""
    return any(output.get("data", {}).get("text/markdown", "shown").strip() for output in cell.outputs)


def _say_once(cells: Cells) -> None:
    """Leave out notes that stand below an earlier table of the page, such as what T and ± are."""
    said: set[str] = set()
    for cell in cells:
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            if "text/markdown" in data:
                lines = data["text/markdown"].splitlines()
                data["text/markdown"] = "\n".join(line for line in lines if line not in said)
                said.update(line for line in lines if line.startswith(NOTE))

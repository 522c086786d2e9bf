"""Notebooks: from percent-format Python to an executed notebook and a page without links to the web."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lsalsa.errors import ConfigError, LsalsaError
from lsalsa.storage import atomic, write_text
from lsalsa.study.pages.page import page_of
from lsalsa.study.papers import show_sources


class NotebookError(LsalsaError):
    """A cell of a notebook failed; the message names the cell."""


def render(
    source: str | Path, notebook: str | Path, page: str | Path, parameters: Mapping[str, Any], *, failed: str | Path
) -> None:
    """Run a notebook and write it as notebook and as HTML page, or write neither.

    Parameters
    ----------
    source : path
        Percent-format Python with one cell tagged `parameters`.
    notebook, page : path
        Outputs: the executed notebook (.ipynb) and the page (.html).
    parameters : mapping
        Values for names that the tagged cell assigns.
    failed : path
        A log file. If the notebook fails, its executed copy stays beside this file, with the suffix .ipynb.

    Raises
    ------
    ConfigError
        A parameter that the notebook does not know.
    NotebookError
        A cell that failed.
    """
    from lsalsa.study.pages.kernel import own_kernel

    with atomic(notebook) as executed, own_kernel() as kernel:
        _convert(Path(source), executed, parameters)
        _execute(executed, kernel, parameters, Path(source), Path(failed).with_suffix(".ipynb"))
        write_text(page, page_of(executed, Path(notebook).stem))


def _convert(source: Path, target: Path, parameters: Mapping[str, Any]) -> None:
    """Check the parameters, then write the percent-format source as a notebook."""
    import jupytext

    content = jupytext.read(source)
    known = _parameters_of(content)
    for name in parameters:
        if name not in known:
            raise ConfigError(f"{source} has no parameter {name}; its parameters are {', '.join(known) or 'none'}")
    jupytext.write(content, target, fmt="ipynb")


def _parameters_of(content: Any) -> list[str]:
    """Return the names that the cell tagged `parameters` assigns."""
    import ast

    cells = [cell for cell in content.cells if "parameters" in cell.metadata.get("tags", ())]
    nodes = [node for cell in cells for node in ast.parse(cell.source).body]
    targets = [t for node in nodes if isinstance(node, ast.Assign) for t in node.targets]
    targets += [node.target for node in nodes if isinstance(node, ast.AnnAssign)]
    return [target.id for target in targets if isinstance(target, ast.Name)]


def _execute(path: Path, kernel: str, parameters: Mapping[str, Any], source: Path, copy: Path) -> None:
    """Run a notebook in place; if a cell fails, or its kernel dies, keep the notebook as `copy` and say where."""
    import papermill
    from nbclient.exceptions import DeadKernelError

    copy.unlink(missing_ok=True)
    show_sources()  # a conda environment forgets them
    try:
        language = {"kernel_name": kernel, "language": "python"}
        papermill.execute_notebook(path, path, dict(parameters), **language, progress_bar=False)
    except papermill.PapermillExecutionError as error:
        copy.write_bytes(path.read_bytes())
        what = " ".join(f"{error.ename}: {error.evalue}".split())
        raise NotebookError(f"{source} failed in cell {error.exec_count}: {what}; executed copy: {copy}") from error
    except DeadKernelError as error:
        copy.write_bytes(path.read_bytes())
        raise NotebookError(f"{source} failed: its kernel died amid a cell; executed copy: {copy}") from error

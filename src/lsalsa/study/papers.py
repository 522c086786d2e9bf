"""The papers of the repository: each folder of `papers` with a file `paper.py`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lsalsa.study.config.fields import Settings
    from lsalsa.study.config.models import Output, Study
    from lsalsa.study.config.rules import Rule
    from lsalsa.study.needs import Need
    from lsalsa.study.work import Work

ROOT = Path(__file__).resolve().parents[3]
"""The repository. An installed library lies elsewhere and finds no papers."""


def show_sources() -> None:
    """Let processes that this one starts find the library and the papers, which need not be installed."""
    known = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    os.environ["PYTHONPATH"] = os.pathsep.join(dict.fromkeys([str(ROOT / "src"), str(ROOT), *filter(None, known)]))


def _nothing(*_: Any) -> Mapping[str, Any]:
    return {}


def _no_fault(_: Any) -> Iterator[str]:
    return iter(())


def _no_work(_: Any) -> Iterator[Work]:
    return iter(())


@dataclass(frozen=True)
class Paper:
    """The additions of a paper to the study. The engine finds everything else in the paper's folder.

    The folder may hold ``rules.smk`` and ``scripts``, and kinds of ``tables`` and ``figures``. It may hold its claims
    (``claims.yaml``) and kinds of claims (``claims.py``), the numbers that it prints (``published``), and
    ``notebooks``.

    Attributes
    ----------
    name : str
        The folder, the block of the configuration, and the first word of its targets.
    title : str
        In print.
    settings : type of Settings
        The block of the configuration; a study without the block leaves out the whole paper.
    outputs : callable
        Study -> its tables, figures and notebooks, in the form of the configuration. The engine leaves out references
        to tasks or methods that the study does not have.
    rules : mapping
        Rule of ``rules.smk`` -> what its jobs get.
    needs : mapping
        Word -> results that its kinds of tables and figures need; they ask for it as ``<paper>.<word>``.
    facts : sequence of str
        Words of `needs` whose rows judge its claims.
    shown : callable
        (study, output) -> what its kinds of tables and figures get besides what every kind gets.
    check : callable
        Study -> sentences on faults of the block that its types cannot find.
    missing : callable
        Study -> sentences on files of the user that the block names and that do not exist.
    work : callable
        Study -> the work of rules of ``rules.smk``, by which `lsalsa estimate` knows how long they take.
    """

    name: str
    title: str
    settings: type[Settings]
    outputs: Callable[[Study], Mapping[str, Any]]
    rules: Mapping[str, Rule] = field(default_factory=dict)
    needs: Mapping[str, Need] = field(default_factory=dict)
    facts: Sequence[str] = ()
    shown: Callable[[Study, Output], Mapping[str, Any]] = _nothing
    check: Callable[[Study], Iterator[str]] = _no_fault
    missing: Callable[[Study], Iterator[str]] = _no_fault
    work: Callable[[Study], Iterator[Work]] = _no_work

    @property
    def folder(self) -> Path:
        """The folder of the paper."""
        return ROOT / "papers" / self.name


@cache
def papers() -> dict[str, Paper]:
    """Return every paper by its name, in alphabetical order."""
    if str(ROOT) not in sys.path:
        sys.path.append(str(ROOT))
    names = sorted(path.parent.name for path in (ROOT / "papers").glob("*/paper.py"))
    return {name: import_module(f"papers.{name}.paper").PAPER for name in names}


def modules_of_papers(name: str) -> dict[str, str]:
    """Return paper -> its module of a name (``claims``, or the package ``tables``), for the papers that have one."""
    found = {paper.name: paper.folder / name for paper in papers().values()}
    return {
        paper: f"papers.{paper}.{name}"
        for paper, path in found.items()
        if path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()
    }

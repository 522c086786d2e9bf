"""Load a study from its configuration: typed, with every fault in one sentence, before any job starts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from lsalsa.errors import ConfigError, shortened
from lsalsa.study.claims.check import claim_faults
from lsalsa.study.config import plugins
from lsalsa.study.config.checks import BASE, OUTPUTS, faults
from lsalsa.study.config.expand import expanded, notebook_of, restricted
from lsalsa.study.config.image_sides import with_sizes
from lsalsa.study.config.messages import sentences
from lsalsa.study.config.models import Declared, Notebook, Study, Table, study_type
from lsalsa.study.config.origins import Origins
from lsalsa.study.config.outputs import lacking_truth
from lsalsa.study.papers import Paper
from lsalsa.study.yaml_files import MOST_DEPTH

__all__ = ["Study", "load_study"]

SECTIONS = ("tables", "figures")
MOST_VALUES, MOST_TEXT = 100_000, 10_000
"""Values of a configuration, with aliases written out; characters of a text in it."""
MOST_FAULTS, MOST_TOLD = 30, 1000
"""Faults that are told at once; characters of one."""
CLAIMS = "What the papers claim, and what this study found"
"""Title of the table that every study with claims has."""


def load_study(settings: Mapping[str, Any], origins: Origins | None = None, root: Path | None = None) -> Study:
    """Check all settings of a study, and add the tables, figures and notebooks of its papers.

    Parameters
    ----------
    settings : mapping
        The configuration as read from YAML.
    origins : Origins, optional
        What it was read from; every message starts with the one that is to blame. By default ``config.yaml``.
    root : path, optional
        Root of the repository. With it, the study or its ``config.yaml`` must know all names in the papers'
        claims.

    Returns
    -------
    study : Study

    Raises
    ------
    ConfigError
        One line per fault, each with the key, what was expected and what was found.
    """
    kind = study_type()
    try:
        study = with_sizes(kind.model_validate(_expanded(_plain(settings))))
        found = faults(study, BASE)
        if not found:  # the same fault would appear again in what depends on it
            study = _with_outputs(study)
            found = faults(study, OUTPUTS) + (list(claim_faults(study, root)) if root else [])
    except ValidationError as error:
        found = sentences(error, kind)
    except ConfigError as error:
        found = str(error).split("\n")
    if found:
        read = origins or Origins([("config.yaml", settings)])
        lines = [f"{read.of(fault)}: {shortened(fault, MOST_TOLD)}" for fault in found[:MOST_FAULTS]]
        lines += [f"and {len(found) - MOST_FAULTS:,} more"] if len(found) > MOST_FAULTS else []
        raise ConfigError("\n".join(lines))
    return study


def _expanded(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings with one entry for each table and figure that a `for` describes."""
    found, tasks = dict(settings), settings.get("tasks")
    for section in SECTIONS:
        if isinstance(found.get(section), Mapping) and isinstance(tasks, Mapping):
            found[section] = expanded(section, found[section], tasks, restrict=False)
    return found


def _with_outputs(study: Study) -> Study:
    """Add the tables, figures and notebooks of the papers; those of the configuration itself come first."""
    declared = {paper.name: _declared(paper, study) for paper in study.active_papers()}
    _refuse_twice(declared)
    update = {section: _fitting(section, declared, study) | getattr(study, section) for section in SECTIONS}
    if study.papers_with_claims():
        claims = Table(title=CLAIMS, kind="claims", tasks=list(study.tasks) or None)
        update["tables"] = {"claims": claims} | update["tables"]
    shown = study.model_copy(update=update)
    return shown.model_copy(update={"notebooks": dict(_notebooks(shown, declared))})


def _declared(paper: Paper, study: Study) -> Declared:
    """Return everything that a paper declares for the tasks of a study."""
    blocks = dict(paper.outputs(study))
    tasks = {name: {"title": task.title} for name, task in study.tasks.items()}
    try:
        for section in SECTIONS:
            blocks[section] = expanded(section, blocks.get(section, {}), tasks, restrict=True)
        return Declared.model_validate(blocks)
    except ValidationError as error:
        found = sentences(error, Declared)
    except ConfigError as error:
        found = str(error).split("\n")
    raise ConfigError("\n".join(f"papers/{paper.name}: {fault}" for fault in found))


def _refuse_twice(declared: Mapping[str, Declared]) -> None:
    """Raise ConfigError if two papers declare the same table, figure or notebook."""
    owners: dict[str, str] = {}
    for paper, one in declared.items():
        for section in (*SECTIONS, "notebooks"):
            for name in getattr(one, section):
                other = owners.setdefault(f"{section}.{name}", paper)
                if other != paper:
                    raise ConfigError(f"papers/{other} and papers/{paper} both declare {section}.{name}")


def _fitting(section: str, declared: Mapping[str, Declared], study: Study) -> dict[str, Any]:
    """Return the tables or figures of all papers, restricted to what the study has."""
    found = {}
    for one in declared.values():
        for name, output in getattr(one, section).items():
            fitting = restricted(output.model_dump(exclude_none=True), study)
            if fitting is None:
                continue
            shown = output.model_copy(update=fitting)
            if shown.kind not in plugins.kinds(section) or not any(lacking_truth(study, section, name, shown)):
                found[name] = shown
    return found


def _notebooks(study: Study, declared: Mapping[str, Declared]) -> Iterator[tuple[str, Notebook]]:
    """Yield the wanted notebooks of all papers, and the study's own, each with its patterns filled in."""
    names: dict[str, Iterable[str]] = {"tables": study.tables, "figures": study.figures, "tasks": study.tasks}
    of_papers = [one.notebooks for paper, one in declared.items() if study.block(paper).notebooks]
    for notebooks, restrict in (*((one, True) for one in of_papers), (study.notebooks, False)):
        for name, notebook in notebooks.items():
            fitting = notebook_of(notebook.model_dump(), names, restrict=restrict)
            if fitting is not None:
                yield name, notebook.model_copy(update=fitting)


def _plain(settings: Any, place: tuple = (), budget: Iterator[int] | None = None) -> Any:
    """Return ordinary dictionaries and lists, whatever mapping the YAML reader made.

    This writes out aliases (``*name``), which can make a short file endless.

    Parameters
    ----------
    settings : object
    place : tuple
        Keys that lead there.
    budget : iterator, optional
        One item for each value that may still come.

    Raises
    ------
    ConfigError
        There are too many values, too deep blocks, or a text that is no text of settings.
    """
    budget = iter(range(MOST_VALUES)) if budget is None else budget
    if next(budget, None) is None:
        raise ConfigError(f"{_block(place)} has too many values: more than {MOST_VALUES:,} with aliases written out")
    if len(place) > MOST_DEPTH:
        raise ConfigError(f"{_block(place)} has blocks inside blocks, more than {MOST_DEPTH} deep")
    if isinstance(settings, Mapping):
        return {_text(key, place): _plain(value, (*place, key), budget) for key, value in settings.items()}
    if isinstance(settings, list | tuple):
        return [_plain(value, (*place, i), budget) for i, value in enumerate(settings)]
    return _text(settings, place)


def _text(value: Any, place: tuple) -> Any:
    """Return a value; refuse text that is too long, or that no file could hold."""
    if not isinstance(value, str):
        return value
    if len(value) > MOST_TEXT:
        raise ConfigError(f"{_block(place)} must be a text of at most {MOST_TEXT:,} characters, found {len(value):,}")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise ConfigError(f"{_block(place)} must be text in UTF-8, found {shortened(value, 50)}") from error
    return value


def _block(place: tuple) -> str:
    """Name a block by the setting at the top that it belongs to; the way down from there can be long."""
    return shortened(place[0], 100) if place else "the configuration"

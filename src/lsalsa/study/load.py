"""A study from its configuration: typed, every fault in one sentence, before any job starts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from lsalsa.errors import ConfigError
from lsalsa.study.claims.check import claim_faults
from lsalsa.study.config.checks import BASE, OUTPUTS, faults, missing_images
from lsalsa.study.config.expand import expanded, notebook_of, restricted
from lsalsa.study.config.messages import sentences
from lsalsa.study.config.models import Figure, Notebook, Study, Table, study_type

__all__ = ["Study", "load_study"]

SECTIONS: dict[str, type[Table | Figure]] = {"tables": Table, "figures": Figure}
CLAIMS = {"title": "What the papers claim, and what this study found", "kind": "claims"}


def load_study(settings: Mapping[str, Any], origin: str = "config.yaml", root: Path | None = None) -> Study:
    """Check all settings of a study, and add what its papers declare.

    Parameters
    ----------
    settings : mapping
        The configuration as read from YAML.
    origin : str
        Where it was read from; every message starts with it.
    root : path, optional
        Root of the repository: the user's files and notebooks that the study names must be there, and what the papers'
        claims speak of must be known to the study or to ``config.yaml`` there.

    Raises
    ------
    ConfigError
        One line per fault, each naming the key, what was expected and what was found.
    """
    kind = study_type()
    try:
        study = kind.model_validate(_expanded(_plain(settings)))
        found = faults(study, BASE)
        if not found:  # what is wrong there would show up again in whatever rests on it
            study = _with_outputs(study)
            found = faults(study, OUTPUTS) + ([*missing_images(study), *claim_faults(study, root)] if root else [])
    except ValidationError as error:
        found = sentences(error, kind)
    except ConfigError as error:
        found = str(error).split("\n")
    if found:
        raise ConfigError("\n".join(f"{origin}: {fault}" for fault in found))
    return study


def _expanded(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings with one entry for each table and figure that `for` stands for."""
    found, tasks = dict(settings), settings.get("tasks")
    for section in SECTIONS:
        if isinstance(found.get(section), Mapping) and isinstance(tasks, Mapping):
            found[section] = expanded(section, found[section], tasks)
    return found


def _with_outputs(study: Study) -> Study:
    """The study with the tables, figures and notebooks of its papers; what the configuration declares itself wins."""
    declared = [paper.outputs(study) for paper in study.active_papers()]
    tasks = {name: {"title": task.title} for name, task in study.tasks.items()}
    update: dict[str, Any] = {}
    for section, model in SECTIONS.items():
        blocks = {k: v for one in declared for k, v in expanded(section, one.get(section, {}), tasks).items()}
        fitting = {name: restricted(block, study) for name, block in blocks.items()}
        own = {name: model.model_validate(block) for name, block in fitting.items() if block is not None}
        update[section] = own | getattr(study, section)
    if study.papers_with_claims():
        everything = {"tasks": list(study.tasks)} if study.tasks else {}
        update["tables"] = {"claims": Table.model_validate(CLAIMS | everything)} | update["tables"]
    return study.model_copy(update=update | {"notebooks": dict(_notebooks(study, declared, update))})


def _notebooks(study: Study, declared: list[Mapping[str, Any]], update: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    names = {"tables": update["tables"], "figures": update["figures"], "tasks": study.tasks}
    for paper, one in zip(study.active_papers(), declared, strict=True):
        for name, block in one.get("notebooks", {}).items() if study.block(paper.name).notebooks else ():
            fitting = notebook_of(block, names, restrict=True)
            if fitting is not None:
                yield name, Notebook.model_validate(fitting)
    for name, notebook in study.notebooks.items():
        own = notebook_of(notebook.model_dump(), names, restrict=False)
        yield name, Notebook.model_validate(own)


def _plain(settings: Any) -> Any:
    """Ordinary dictionaries and lists, whatever mapping the YAML reader made."""
    if isinstance(settings, Mapping):
        return {key: _plain(value) for key, value in settings.items()}
    return [_plain(value) for value in settings] if isinstance(settings, list | tuple) else settings

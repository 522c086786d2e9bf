"""Expand declared tables, figures and notebooks: one entry for each that the study makes.

An entry with ``for: each task`` (or a list of tasks) gives one entry per task. ``{task}`` and ``{title}`` in its name
and its texts become the task's. Entries of a paper are restricted to what the study has.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from lsalsa.errors import ConfigError
from lsalsa.study.config.messages import unknown
from lsalsa.study.config.models import Study

Block = Mapping[str, Any]

EACH_TASK = "each task"


def expanded(section: str, blocks: Block, tasks: Block, *, restrict: bool) -> dict[str, Any]:
    """Expand the entries of a section: those with `for` give one entry per task.

    Parameters
    ----------
    section : {"tables", "figures"}
        For messages.
    blocks : mapping
        Name -> entry, as the configuration or a paper has it; their types are checked later.
    tasks : mapping
        Name -> task, with its `title`.
    restrict : bool
        Leave out tasks of a list that the study does not have.

    Returns
    -------
    entries : dict
        Name -> entry without `for`.

    Raises
    ------
    ConfigError
        A `for` is neither "each task" nor a list of tasks, a name lacks ``{task}``, or two entries get one name.
    """
    found: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for origin, block in blocks.items():
        for name, entry in _entries(f"{section}.{origin}", str(origin), block, tasks, restrict):
            if name in found:
                raise ConfigError(f"{section}.{origins[name]} and {section}.{origin} both give the name {name}")
            found[name], origins[name] = entry, str(origin)
    return found


def _entries(path: str, name: str, block: Any, tasks: Block, restrict: bool) -> Iterator[tuple[str, Any]]:
    """Yield one entry, or one for each of its tasks."""
    if not (isinstance(block, Mapping) and "for" in block):
        yield name, block
        return
    if "{task}" not in name:
        raise ConfigError(f"{path} stands for several tasks, so its name must contain {{task}}")
    rest = {key: value for key, value in block.items() if key != "for"}
    for task in _tasks_for(path, block["for"], tasks, restrict):
        title = tasks[task].get("title", task) if isinstance(tasks[task], Mapping) else task
        texts = {key: _filled(value, task, title) for key, value in rest.items()}
        yield _filled(name, task, title), {"task": task, **texts}


def _tasks_for(path: str, chosen: Any, tasks: Block, restrict: bool) -> list[str]:
    names = list(tasks) if chosen == EACH_TASK else chosen
    if not isinstance(names, list):
        raise ConfigError(f"{path}.for must be {EACH_TASK!r} or a list of tasks, found {chosen!r}")
    faults = [fault for task in names for fault in unknown(f"{path}.for", task, "a task", tasks)]
    if faults and not restrict:
        raise ConfigError("\n".join(faults))
    return [task for task in names if task in tasks]


def _filled(value: Any, task: str, title: str) -> Any:
    return value.replace("{task}", str(task)).replace("{title}", str(title)) if isinstance(value, str) else value


def restricted(block: Block, study: Study) -> dict[str, Any] | None:
    """Restrict a paper's table or figure to what the study has.

    Methods that no task of the output runs are left out, and so are depths that none of its methods runs.

    Parameters
    ----------
    block : mapping
        Given settings of the table or figure.
    study : Study

    Returns
    -------
    block : dict or None
        None if the study has nothing to show in it.
    """
    found = dict(block)
    for key, known in (("tasks", study.tasks), ("components", study.components)):
        if key in found:
            found[key] = [name for name in found[key] if name in known]
    tasks = [found["task"]] if "task" in found else found.get("tasks", [])
    missing = [name for name in tasks if name not in study.tasks]
    if missing or found.get("tasks") == [] or found.get("components") == []:
        return None
    return _runs_restricted(found, tasks, study) if tasks else found


def _runs_restricted(block: dict[str, Any], tasks: list[str], study: Study) -> dict[str, Any] | None:
    known = dict.fromkeys(method for task in tasks for method in study.methods_of(task))
    components = {component for task in tasks for component in study.tasks[task].components}
    if block.get("component") not in (None, *components):
        return None
    if "methods" in block:
        block["methods"] = [method for method in block["methods"] if method in known]
    if "depths" in block:
        run = study.depths_of(tasks, block.get("methods", list(known)))
        block["depths"] = [depth for depth in block["depths"] if depth in run]
    return None if [] in (block.get("methods"), block.get("depths")) else block


def notebook_of(block: Block, names: Mapping[str, Iterable[str]], *, restrict: bool) -> dict[str, Any] | None:
    """Replace the patterns of a notebook (``rmse_*``) by the names that they match.

    Parameters
    ----------
    block : mapping
        The entry, with lists `tables`, `figures` and `tasks`.
    names : mapping
        "tables", "figures" or "tasks" -> the names that the study has.
    restrict : bool
        Leave out names that the study does not have.

    Returns
    -------
    block : dict or None
        None if `restrict` leaves no table, figure or task.
    """
    lists = {key: [one for entry in block.get(key, []) for one in _matching(entry, names[key])] for key in names}
    if restrict:
        lists = {key: [name for name in lists[key] if name in set(names[key])] for key in names}
        if not any(lists.values()):
            return None
    return {**block, **{key: list(dict.fromkeys(value)) for key, value in lists.items()}}


def _matching(entry: str, names: Iterable[str]) -> list[str]:
    return [name for name in names if fnmatchcase(name, entry)] if set("*?") & set(str(entry)) else [entry]

"""What tables, figures, notebooks and the explorer show: one function per rule, as in `job_settings`."""

from __future__ import annotations

from lsalsa.study.config import plugins
from lsalsa.study.config.job_settings import Resolved
from lsalsa.study.config.labels import labels_of
from lsalsa.study.config.models import Figure, Study, Table
from lsalsa.study.needs import explored, words_of
from lsalsa.study.papers import papers


def make_table(study: Study, table: str) -> Resolved:
    """Resolve what a table shows."""
    return _shown(study, "tables", study.tables[table])


def make_figure(study: Study, figure: str) -> Resolved:
    """Resolve what a figure shows."""
    return _shown(study, "figures", study.figures[figure])


def make_explorer(study: Study) -> Resolved:
    """Resolve what a reader can pick: tasks and methods, with their names in print."""
    tasks = {task: _task(study, task) | {"labels": labels_of(study, shown)} for task, shown in explored(study).items()}
    components = dict.fromkeys(name for task in tasks.values() for name in task["components"])
    titles = {name: study.components[name].title or name for name in components}
    return {"title": study.title, "reduced": study.reduced, "components": titles, "tasks": tasks}


def render_notebook(study: Study, notebook: str) -> Resolved:
    """Resolve what a notebook reads, and the names of the methods in print."""
    labels = labels_of(study, study.methods)
    methods = {
        name: {"label": label, "algorithm": study.algorithm_of(name), "family": study.family_of(name)}
        for name, label in labels.items()
    }
    return {"study": study.study, **study.notebooks[notebook].model_dump(), "methods": methods}


def _shown(study: Study, section: str, output: Table | Figure) -> Resolved:
    """Fill in the lists that were left out; `lsalsa.study.shown.Shown` explains them."""
    tasks, components = study.tasks_of(output), study.components_of(output)
    is_diagram = plugins.declared(section, output.kind, "subject") == "method"
    methods = [] if is_diagram else study.methods_shown(output)
    of_diagram = {name: plugins.class_of(name).__name__ for name in output.methods or ()} if is_diagram else {}
    options = plugins.declared(section, output.kind, "options", ())
    details = {name: getattr(output, name) for name in options if getattr(output, name) is not None}
    paper = papers().get(output.kind.rpartition(".")[0])
    needed = list(words_of(study, section, output))
    return {
        "kind": output.kind,
        "needs": needed,
        "title": output.title,
        "caption": plugins.declared(section, output.kind, "caption"),
        "reduced": study.reduced if needed else None,  # what needs no results shows none
        "component": output.component,
        "components": {name: study.components[name].title or name for name in components},
        "tasks": {name: _task(study, name) for name in tasks},
        "labels": labels_of(study, methods) | of_diagram,
        "algorithms": {name: study.algorithm_of(name) for name in methods} | {name: name for name in of_diagram},
        "families": {name: study.family_of(name) for name in methods},
        "depths": output.depths or study.depths_of(tasks, methods),
        "details": details | dict(paper.shown(study, output) if paper else {}),
    }


def _task(study: Study, name: str) -> Resolved:
    components = study.tasks[name].components
    sizes = [study.components[component].n_atoms for component in components]
    return {"title": study.tasks[name].title, "components": components, "n_atoms": sizes}

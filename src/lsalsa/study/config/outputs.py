"""Checks of what a study shows: tables, figures, notebooks, and their names on the command line."""

from __future__ import annotations

from collections.abc import Iterator

from lsalsa.study.config import plugins
from lsalsa.study.config.labels import labels_of
from lsalsa.study.config.messages import unknown
from lsalsa.study.config.models import Figure, Output, Study, Table
from lsalsa.study.config.rules import known_rules
from lsalsa.study.folders import FOLDERS

RESERVED = ("all",)
INTERMEDIATE = tuple(dict.fromkeys(FOLDERS.values()))
"""First words of the targets that name intermediate results, e.g. `codes_digits`."""

SUBJECTS = {
    "task": ("task",),
    "tasks": ("task", "tasks"),
    "all tasks": ("task", "tasks"),
    "components": ("task", "components"),
    "method": (),
    "study": (),
}
"""Subject of a kind -> the settings, one of which names it; a kind about a method names it under `methods`.

The subject "all tasks" may be empty: a study can have no tasks."""

PARTS = {
    "task": ("component", "methods", "depths"),
    "tasks": ("component", "methods", "depths"),
    "components": ("component",),
    "method": ("methods",),
}
"""Subject of a kind -> the settings that restrict an output to a part of it."""

OPTIONS = ("protocol", "n_atoms", "sample_page", "published")
"""Settings that a kind has only if it declares them among its `options`."""


def check_tables(study: Study) -> Iterator[str]:
    """Check that every table has a known kind and shows what the study has."""
    for name, table in study.tables.items():
        path = f"tables.{name}"
        yield from _of_kind(study, "tables", path, table)
        if table.kind == "classification":
            yield from _needs_component(study, path, table)
        if table.kind == "claims" and not study.papers_with_claims():
            yield f"{path}.kind is claims, but no paper of the study has claims"
        if table.published is not None:
            yield from unknown(f"{path}.published", table.published, "a file of a paper's numbers", plugins.published())


def _needs_component(study: Study, path: str, table: Table) -> Iterator[str]:
    """Check that a table of classification errors names its component, if its task has more than one."""
    components = study.tasks[table.task].components if table.task in study.tasks else []
    if table.component is None and len(components) > 1:
        yield f"{path}.component is missing; a table of classification errors needs one of {', '.join(components)}"


def check_figures(study: Study) -> Iterator[str]:
    """Check that every figure has a known kind and shows what the study has."""
    for name, figure in study.figures.items():
        yield from _of_kind(study, "figures", f"figures.{name}", figure)


def _of_kind(study: Study, section: str, path: str, output: Table | Figure) -> Iterator[str]:
    """Check that the kind of a table or figure exists, and that the output has the settings of its kind only."""
    noun = f"a kind of {section[:-1]}"
    yield from unknown(f"{path}.kind", output.kind, noun, plugins.kinds(section))
    if output.kind in plugins.kinds(section):
        yield from _subject(study, section, path, output)
        yield from _block(study, section, path, output)
        yield from lacking_truth(study, section, path, output)
    for component in output.components or ():
        yield from unknown(f"{path}.components", component, "a component", study.components)
    if output.components is not None and output.component is not None:
        yield from unknown(f"{path}.component", output.component, "one of its components", output.components)
    yield from _shown(study, path, output)


def _subject(study: Study, section: str, path: str, output: Output) -> Iterator[str]:
    """Check that an output names exactly the subject of its kind, and has only options that its kind declares."""
    subject = plugins.declared(section, output.kind, "subject")
    choices, options = SUBJECTS[subject], plugins.declared(section, output.kind, "options", ())
    known = (*choices, *PARTS.get(subject, ()), *options)
    for key in ("task", "tasks", "components", "component", "methods", "depths", *OPTIONS):
        if getattr(output, key, None) is not None and key not in known:
            yield f"{path}.{key} is not a setting of the kind {output.kind}"
    given = [key for key in choices if getattr(output, key) is not None]
    if choices and not given and (study.tasks or subject != "all tasks"):
        yield f"{path}.task is missing; a {section[:-1]} of the kind {output.kind} needs {' or '.join(choices)}"
    if len(given) > 1:
        yield f"{path} must have one of {' and '.join(given)}, found both"
    if subject == "method":
        yield from _one_method(section, path, output)


def _one_method(section: str, path: str, output: Output) -> Iterator[str]:
    known = plugins.declared(section, output.kind, "methods")
    if len(output.methods or ()) != 1:
        yield f"{path}.methods must list one of {', '.join(known)}, found {output.methods}"
    for method in output.methods or ():
        yield from unknown(f"{path}.methods", method, f"a method that the kind {output.kind} plots", known)


def _block(study: Study, section: str, path: str, output: Output) -> Iterator[str]:
    """Check that the study has the block of the paper that owns the kind."""
    paper = output.kind.rpartition(".")[0]
    if paper and study.block(paper) is None:
        yield f"{path}.kind is {output.kind}, but the study has no block {paper}"


def lacking_truth(study: Study, section: str, path: str, output: Output) -> Iterator[str]:
    """Check that a kind which needs true sources or classes shows only tasks that have them.

    Parameters
    ----------
    study : Study
    section : {"tables", "figures"}
    path : str
        Key of the output, for the sentence.
    output : Output
        Of a kind that exists.

    Yields
    ------
    sentence : str
    """
    kind = output.kind
    compares = plugins.declared(section, kind, "truth", False)
    classifies = "classifiers" in plugins.declared(section, kind, "needs")
    for name in study.tasks_of(output):
        task = study.tasks.get(name)
        if task is not None and task.mixtures is not None and (compares or classifies):
            what = "true sources" if compares else "classes"
            yield f"{path}.kind is {kind}, which needs {what}, but those of the given mixtures of {name} are not known"
        elif task is not None and classifies and not task.n_labelled_images:
            yield f"tasks.{name}.n_labelled_images is missing; {path} of the kind {kind} needs images with labels"


def _shown(study: Study, path: str, output: Output) -> Iterator[str]:
    named = study.tasks_of(output)
    for name in named:
        yield from unknown(f"{path}.task" + "s" * (output.task is None), name, "a task", study.tasks)
    tasks = [name for name in named if name in study.tasks]
    for name in tasks if output.component is not None else ():
        components = study.tasks[name].components
        yield from unknown(f"{path}.component", str(output.component), f"a component of {name}", components)
    if tasks and len(tasks) == len(named):
        methods = list(dict.fromkeys(method for name in tasks for method in study.methods_of(name)))
        for method in output.methods or ():
            yield from unknown(f"{path}.methods", method, f"a method of {' or '.join(tasks)}", methods)
        yield from _depths(study, path, output, methods)


def _depths(study: Study, path: str, output: Output, methods: list[str]) -> Iterator[str]:
    chosen = [m for m in output.methods or methods if m in study.methods]
    known = study.depths_of([name for name in study.tasks_of(output) if name in study.tasks], chosen)
    for depth in output.depths or ():
        if known and depth not in known:
            listed = ", ".join(map(str, known))
            yield f"{path}.depths names {depth}, at which none of its methods is run; known: {listed}"


def check_notebooks(study: Study) -> Iterator[str]:
    """Check that every notebook exists, and reads tables, figures and tasks that exist."""
    for name, notebook in study.notebooks.items():
        place = "a file of papers/<paper>/notebooks or workflow/notebooks"
        yield from unknown(f"notebooks.{name}", name, place, plugins.notebooks())
        for table in notebook.tables:
            yield from unknown(f"notebooks.{name}.tables", table, "a table", study.tables)
        for figure in notebook.figures:
            yield from unknown(f"notebooks.{name}.figures", figure, "a figure", study.figures)
        for task in notebook.tasks:
            yield from unknown(f"notebooks.{name}.tasks", task, "a task", study.tasks)


def check_labels(study: Study) -> Iterator[str]:
    """Check that no two methods have the same name in print: legends and columns would be ambiguous."""
    methods: dict[str, str] = {}
    for method, label in labels_of(study, study.methods).items():
        other = methods.setdefault(label, method)
        if other != method:
            yield f"methods.{method} is called {label} in print, as methods.{other} is; give one of them a variant"


def check_targets(study: Study) -> Iterator[str]:
    """Check that no table, figure or notebook hides another target of the command line.

    A table and a figure may share a name: the target makes both.
    """
    shown = {**dict.fromkeys(study.tables, "tables"), **dict.fromkeys(study.figures, "figures")}
    for name in study.notebooks:
        if name in shown:
            yield f"notebooks.{name} has the name of {shown[name]}.{name}; each needs a name of its own"
    for name, section in [*shown.items(), *dict.fromkeys(study.notebooks, "notebooks").items()]:
        if name in known_rules():
            yield f"{section}.{name} must not have the name of a rule"
        if name in RESERVED or name.partition("_")[0] in INTERMEDIATE:
            yield f"{section}.{name} must not begin with a word of intermediate targets: {', '.join(INTERMEDIATE)}"

"""What a study shows: tables, figures, notebooks, and the names that they have on the command line."""

from __future__ import annotations

from collections.abc import Iterator

from lsalsa.study.config import kinds, sc2net
from lsalsa.study.config.messages import unknown
from lsalsa.study.config.models import Figure, Output, Study

RESERVED = ("all",)
TARGETS = (
    "images",
    "patches",
    "dictionary",
    "signals",
    "codes",
    "search",
    "classifiers",
    "encoders",
    "evaluation",
    "timing",
    "exact",
    "theory",
    "sc2net",
)
"""First words of the targets that name intermediate results, e.g. `codes_digits`."""
THEORY = {"tables": ("theory", "theory_premise"), "figures": ("theory_bounds", "theory_premise")}
"""What a study with the block `theory` has beside its declared tables and figures; notebooks may name it."""


def check_tables(study: Study) -> Iterator[str]:
    """Every table is of a known kind and shows what its task has."""
    for name, table in study.tables.items():
        path = f"tables.{name}"
        yield from unknown(f"{path}.kind", table.kind, "a kind of table", kinds.table_kinds())
        if table.task is None:
            yield f"{path}.task is missing; a table needs it"
        yield from _shown(study, path, table)
        if table.kind == "classification":
            yield from _needs_component(study, path, table)


def _needs_component(study: Study, path: str, table: Output) -> Iterator[str]:
    """Images are classified by one component's codes; a task of several must say which."""
    components = study.tasks[table.task].components if table.task in study.tasks else []
    if table.component is None and len(components) > 1:
        yield f"{path}.component is missing; a table of classification errors needs one of {', '.join(components)}"


def check_figures(study: Study) -> Iterator[str]:
    """Every figure is of a known kind and shows what its task has."""
    for name, figure in study.figures.items():
        path = f"figures.{name}"
        yield from unknown(f"{path}.kind", figure.kind, "a kind of figure", kinds.figure_kinds())
        if figure.kind in kinds.figure_kinds():
            yield from _subject(path, figure)
        for component in figure.components or ():
            yield from unknown(f"{path}.components", component, "a component", study.components)
        yield from _shown(study, path, figure)


DETAILS = ("n_atoms", "page")
"""Settings of a figure that say how much of its subject it shows."""


def _subject(path: str, figure: Figure) -> Iterator[str]:
    """A figure names exactly what its kind is about."""
    subject = kinds.figure_subject(figure.kind)
    allowed = kinds.figure_subjects()[subject]
    for key in ("task", "tasks", "components", *DETAILS):
        if getattr(figure, key) is not None and key not in allowed:
            yield f"{path}.{key} is not a setting of the kind {figure.kind}"
    choices = [key for key in allowed if key not in DETAILS]
    given = [key for key in choices if getattr(figure, key) is not None]
    if choices and not given:
        yield f"{path}.task is missing; a figure of the kind {figure.kind} needs {' or '.join(choices)}"
    if len(given) > 1:
        yield f"{path} must have one of {' and '.join(given)}, found both"
    if subject == "method":
        yield from _one_method(path, figure)


def _one_method(path: str, figure: Figure) -> Iterator[str]:
    known = kinds.figure_methods(figure.kind)
    if len(figure.methods or ()) != 1:
        yield f"{path}.methods must list one of {', '.join(known)}, found {figure.methods}"
    for method in figure.methods or ():
        yield from unknown(f"{path}.methods", method, f"a method that the kind {figure.kind} draws", known)


def _shown(study: Study, path: str, output: Output) -> Iterator[str]:
    named = output.named_tasks()
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
    known = study.depths_of([name for name in output.named_tasks() if name in study.tasks], chosen)
    for depth in output.depths or ():
        if known and depth not in known:
            listed = ", ".join(map(str, known))
            yield f"{path}.depths names {depth}, at which none of its methods is run; known: {listed}"


def check_notebooks(study: Study) -> Iterator[str]:
    """Every notebook reads tables, figures and tasks that exist."""
    theory = THEORY if study.theory else {}
    claims = ("claims",) if study.claims else ()
    tables = [*study.tables, *theory.get("tables", ()), *claims, *sc2net.tables_of(study.sc2net)]
    figures = [*study.figures, *theory.get("figures", ()), *sc2net.figures_of(study.sc2net)]
    for name, notebook in study.notebooks.items():
        for table in notebook.tables:
            yield from unknown(f"notebooks.{name}.tables", table, "a table", tables)
        for figure in notebook.figures:
            yield from unknown(f"notebooks.{name}.figures", figure, "a figure", figures)
        for task in notebook.tasks:
            yield from unknown(f"notebooks.{name}.tasks", task, "a task", study.tasks)


def check_targets(study: Study) -> Iterator[str]:
    """Tables, figures and notebooks are targets of the command line: no two share a name, none hides another target."""
    owners = {"claims": "the target claims"} if study.claims else {}
    for section in ("tables", "figures", "notebooks"):
        for name in getattr(study, section):
            if name in owners:
                yield f"{section}.{name} has the name of {owners[name]}; each needs a name of its own"
            owners.setdefault(name, f"{section}.{name}")
            if name in RESERVED or name.partition("_")[0] in TARGETS:
                yield f"{section}.{name} must not begin with a word of intermediate targets: {', '.join(TARGETS)}"

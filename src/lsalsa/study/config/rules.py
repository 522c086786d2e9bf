"""What each rule's jobs get: their settings, the plug-ins that belong to their code, the memory to reserve.

The settings of a job are all that it uses, with every default filled in, and nothing else. Settings and source code
together identify a result. There is one function per rule; its arguments are the study and the rule's wildcards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lsalsa.arrays import nearest
from lsalsa.study.claims.read import MODULES as CLAIMS
from lsalsa.study.config import memory, plugins, sizes
from lsalsa.study.config.labels import labels_of
from lsalsa.study.config.models import Figure, Study, Table
from lsalsa.study.needs import explored, words_of
from lsalsa.study.papers import modules_of_papers, papers

Resolved = dict[str, Any]

CUTTING = ("image_size", "resize", "patch_size", "min_std", "validation_fraction")
"""Settings by which images become patches; mixtures have the patch size of their components."""


def _no_plugins(settings: Resolved) -> list[str]:
    return []


def _base_memory(study: Study, **wildcards: str) -> int:
    return memory.BASE_MB


@dataclass(frozen=True)
class Rule:
    """What the jobs of one rule get.

    Attributes
    ----------
    settings : callable
        (study, **wildcards) -> resolved settings.
    plugins : callable
        Settings -> modules that a job finds by their folder. They belong to its code; other files of the folder do not.
    memory : callable
        (study, **wildcards) -> megabytes.
    """

    settings: Callable[..., Resolved]
    plugins: Callable[[Resolved], list[str]] = _no_plugins
    memory: Callable[..., int] = _base_memory


def known_rules() -> dict[str, Rule]:
    """Return the rules of the engine and of all papers."""
    return RULES | {name: rule for paper in papers().values() for name, rule in paper.rules.items()}


def rule_of(name: str) -> Rule:
    """Return the rule of a name; raise ConfigError with the nearest name if there is none."""
    known = known_rules()
    if name not in known:
        raise nearest("rule", name, known)
    return known[name]


def settings_of(study: Study, rule: str, **wildcards: str) -> Resolved:
    """Resolve the settings of one job.

    Parameters
    ----------
    study : Study
    rule : str
    **wildcards : str
        Of the job.

    Returns
    -------
    settings : dict

    Raises
    ------
    ConfigError
        There is no such rule.
    """
    return rule_of(rule).settings(study, **wildcards)


def plugins_of(rule: str, settings: Resolved) -> list[str]:
    """Return the modules that a job finds by their folder."""
    return rule_of(rule).plugins(settings)


def memory_mb(study: Study, rule: str, **wildcards: str) -> int:
    """Estimate the memory to reserve for one job.

    Parameters
    ----------
    study : Study
    rule : str
    **wildcards : str
        Of the job.

    Returns
    -------
    megabytes : int

    Raises
    ------
    ConfigError
        There is no such rule.
    """
    return rule_of(rule).memory(study, **wildcards)


# --- data, dictionaries, codes -----------------------------------------------------------------------------------


def fetch_images(study: Study, images: str) -> Resolved:
    """Resolve the source of a set of images, and all of its settings; of a `path` only the last name counts."""
    chosen = study.images[images]
    known = plugins.source_settings(chosen.source)
    settings = {name: chosen.settings.get(name, known[name]) for name in sorted(known)}
    if isinstance(settings.get("path"), str):
        settings["path"] = Path(settings["path"]).name
    return {"source": chosen.source, "settings": settings, "seed": study.seed}


def cut_patches(study: Study, component: str) -> Resolved:
    """Resolve how the images of a component become patches."""
    return _some(study.components[component], *CUTTING) | {"seed": study.seed}


def learn_dictionary(study: Study, component: str) -> Resolved:
    """Resolve how a component's dictionary is learned: what is left out, from the defaults of the method."""
    n_atoms, chosen = study.components[component].n_atoms, study.components[component].dictionary
    method = plugins.dictionary_method(chosen.method)
    settings = _some(chosen, "method", "penalty", "start", "n_train") | method.checked(chosen.own)
    for name in ("epochs", "tolerance", "batch_size"):
        given = getattr(chosen, name)
        settings[name] = getattr(method, name) if given is None else given
    return {"n_atoms": n_atoms, **settings, "dtype": study.dtype, "seed": study.seed}


def make_signals(study: Study, task: str) -> Resolved:
    """Resolve how many signals each split of a task has, and how mixtures that are given are cut."""
    names = ("n_train", "n_validation", "n_test_images", "n_labelled_images")
    chosen = study.tasks[task]
    counts = _some(chosen, *names) | {"seed": study.seed}
    if chosen.mixtures is None:
        return counts
    cutting = {name: getattr(chosen.mixtures, name) for name in CUTTING if name != "patch_size"}
    cutting["patch_size"] = study.components[chosen.components[0]].patch_size
    return counts | {"cutting": cutting, "scale": chosen.mixtures.scale}


def optimal_codes(study: Study, task: str) -> Resolved:
    """Resolve the penalties of a task, and the tolerance of its optimal codes."""
    chosen = study.tasks[task]
    names = ("penalties", "zero_share")
    return _some(chosen, *names) | {"tolerance": chosen.optimal_tolerance, "dtype": study.dtype}


def train_classifier(study: Study, task: str) -> Resolved:
    """Resolve the components of a task, and the number of random directions that their codes are projected on."""
    chosen = study.tasks[task]
    given = chosen.classifier.projection
    projections = {name: given.get(name) if isinstance(given, dict) else given for name in chosen.components}
    return {"components": chosen.components, "projections": projections, "seed": study.seed}


# --- methods -----------------------------------------------------------------------------------------------------


def search_solver(study: Study, task: str, method: str) -> Resolved:
    """Resolve depths and candidates of a solver.

    Parameters
    ----------
    study : Study
    task, method : str

    Returns
    -------
    settings : dict
        algorithm, depths, grid, choose_by, rounds, extend.
    """
    return {
        "algorithm": study.algorithm_of(method),
        "depths": study.method_of(task, method).depths,
        "grid": _grid(study, task, method),
        "choose_by": study.methods[method].choose_by,
        **_some(study.search_of(task), "rounds", "extend"),
    }


def search_encoder(study: Study, task: str, method: str, depth: str) -> Resolved:
    """Resolve the candidates of an encoder, and how they are compared.

    Parameters
    ----------
    study : Study
    task, method : str
    depth : str
        A wildcard of the rule; all depths have the same candidates.

    Returns
    -------
    settings : dict
        algorithm, grid, choose_by, loss, loss_options, optimizer, n_train, rungs, candidates (None for all), rounds,
        extend, seed.
    """
    search = study.search_of(task)
    return {
        "algorithm": study.algorithm_of(method),
        "grid": _grid(study, task, method),
        "choose_by": study.methods[method].choose_by,
        "loss": study.methods[method].loss,
        "loss_options": study.methods[method].loss_options,
        "optimizer": study.methods[method].optimizer,
        **_some(search, "n_train", "rungs", "rounds", "extend"),
        "candidates": None if search.candidates == "all" else search.candidates,
        "seed": study.seed,
    }


def train_encoder(study: Study, task: str, method: str, depth: str) -> Resolved:
    """Resolve the settings of a training that its search did not choose.

    Parameters
    ----------
    study : Study
    task, method : str
    depth : str
        A wildcard of the rule: some depths may have other epochs.

    Returns
    -------
    settings : dict
        algorithm, fixed, repetitions, pictures (patches that the model's file carries), seed.
    """
    names = ("loss", "loss_options", "choose_by", "optimizer", "keep", "set_backs", "layer_wise")
    chosen = study.method_of(task, method)
    fixed = {**_some(chosen, *names), "epochs": chosen.epochs_at.get(int(depth), chosen.epochs)}
    return {
        "algorithm": study.algorithm_of(method),
        "fixed": fixed,
        "repetitions": study.repetitions,
        "pictures": _patches_of(study, task),
        "seed": study.seed,
    }


def _patches_of(study: Study, task: str) -> Resolved:
    """Return what a model needs to cut pictures as the task's patches were cut."""
    names = study.tasks[task].components
    first = study.components[names[0]]
    return {
        "patch_size": first.patch_size,
        "n_channels": sizes.n_channels(study, first.images),
        "names": names,
    }


def evaluate(study: Study, task: str, method: str) -> Resolved:
    """Resolve the runs of a method on a task, and the task's components.

    Parameters
    ----------
    study : Study
    task, method : str

    Returns
    -------
    settings : dict
        algorithm, learned, depths, repetitions, components.
    """
    algorithm = study.algorithm_of(method)
    return {
        "algorithm": algorithm,
        "learned": plugins.is_learned(algorithm),
        "depths": study.method_of(task, method).depths,
        "repetitions": study.repetitions if plugins.is_learned(algorithm) else 1,
        "components": study.tasks[task].components,
    }


def measure_overlap(study: Study, task: str) -> Resolved:
    """Resolve the components of a task, and the tolerance of optimal codes."""
    chosen = study.tasks[task]
    return {"components": chosen.components, "tolerance": chosen.optimal_tolerance}


def time_methods(study: Study, task: str) -> Resolved:
    """Resolve all methods of a task, and how their seconds are measured."""
    names = ("algorithm", "learned", "depths")
    resolved = {method: evaluate(study, task, method) for method in sorted(study.methods_of(task))}
    methods = {method: {name: settings[name] for name in names} for method, settings in resolved.items()}
    return {"methods": methods, "device": study.device, **study.timing.model_dump()}


def time_exact(study: Study, task: str) -> Resolved:
    """Resolve the number of signals that the exact solvers are timed on."""
    return {"device": study.device, "n_samples": study.timing.n_samples}


# --- what is shown -----------------------------------------------------------------------------------------------


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


def _grid(study: Study, task: str, method: str) -> Resolved:
    """Return setting -> candidates: those listed, or the algorithm's own. 1 and 1.0 are the same, null stays null."""
    algorithm = study.algorithm_of(method)
    defaults = plugins.searchable(algorithm)
    listed = {name: [default] for name, default in defaults.items() if default is not None}
    listed |= getattr(plugins.class_of(algorithm), "candidates", {})
    listed |= study.method_of(task, method).search
    kind = {name: float if default is None else type(default) for name, default in defaults.items()}
    return {name: [None if one is None else kind[name](one) for one in listed[name]] for name in sorted(listed)}


def _some(block: Any, *names: str) -> Resolved:
    return {name: getattr(block, name) for name in names}


# --- the rules ---------------------------------------------------------------------------------------------------


def _of_algorithm(settings: Resolved) -> list[str]:
    loss = settings.get("loss") or settings.get("fixed", {}).get("loss")
    return [plugins.module_of(settings["algorithm"]), *([f"lsalsa.losses.{loss}"] if loss else [])]


def _of_algorithms(settings: Resolved) -> list[str]:
    return sorted({plugins.module_of(method["algorithm"]) for method in settings["methods"].values()})


def _of_kind(section: str) -> Callable[[Resolved], list[str]]:
    """Return the module of a kind of table or figure, and the modules that read its needs."""
    return lambda settings: [plugins.kinds(section)[settings["kind"]], *_readers(settings["needs"])]


def _readers(words: Iterable[str]) -> list[str]:
    """Return the modules of papers that read these words; every kind of claim reads claims."""
    owners = dict.fromkeys(word.rpartition(".")[0] for word in words if "." in word)
    claims = [*CLAIMS, *modules_of_papers("claims").values()] if "claims" in words else []
    return [*(f"papers.{paper}.paper" for paper in owners), *claims]


RULES: dict[str, Rule] = {
    "fetch_images": Rule(fetch_images, lambda s: [f"lsalsa.data.sources.{s['source']}"], memory.of_images),
    "cut_patches": Rule(cut_patches, memory=memory.of_component),
    "learn_dictionary": Rule(learn_dictionary, lambda s: [f"lsalsa.dictionary.{s['method']}"], memory.of_dictionary),
    "make_signals": Rule(make_signals, memory=memory.of_signals),
    "optimal_codes": Rule(optimal_codes, memory=memory.of_task),
    "train_classifier": Rule(train_classifier, memory=memory.of_task),
    "search_solver": Rule(search_solver, _of_algorithm, memory.of_task),
    "search_encoder": Rule(search_encoder, _of_algorithm, memory.of_task),
    "train_encoder": Rule(train_encoder, _of_algorithm, memory.of_task),
    "evaluate": Rule(evaluate, _of_algorithm, memory.of_task),
    "measure_overlap": Rule(measure_overlap, memory=memory.of_task),
    "time_methods": Rule(time_methods, _of_algorithms, memory.of_task),
    "time_exact": Rule(time_exact, memory=memory.of_task),
    "make_table": Rule(make_table, _of_kind("tables")),
    "make_figure": Rule(make_figure, _of_kind("figures")),
    "make_explorer": Rule(make_explorer),
    "render_notebook": Rule(render_notebook),
}

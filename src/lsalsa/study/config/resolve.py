"""What each job is told: the settings that this job uses, with every default filled in, and nothing else.

The identity of a result is this dictionary and the code behind it. One function per rule, of the same name; its
arguments are the rule's wildcards.
"""

from __future__ import annotations

from typing import Any

from lsalsa.study.config import kinds, sc2net
from lsalsa.study.config.models import Figure, Study, Table

Resolved = dict[str, Any]


def settings_of(study: Study, rule: str, **wildcards: str) -> Resolved:
    """The resolved settings of one job: rule and wildcards."""
    return RULES[rule](study, **wildcards)


def plugins_of(rule: str, settings: Resolved) -> list[str]:
    """Modules that a job finds by their folder: they belong to its code, their neighbours do not."""
    if rule == "fetch_images":
        return [f"lsalsa.data.sources.{settings['source']}"]
    if rule == "learn_dictionary":
        return ["lsalsa.solvers.fista"]
    if rule == "run_sc2net_arm":
        return sc2net.plugins_of_arm(settings)
    if rule == "make_figure":
        return [f"lsalsa.study.figures.{settings['kind']}"]
    if rule == "measure_premise":
        return [kinds.module_of("lsalsa")]
    if rule == "draw_theory":
        return [f"lsalsa.study.theory.{settings['kind']}_figure"]
    if rule == "time_methods":
        return sorted({kinds.module_of(method["kind"]) for method in settings["methods"].values()})
    if rule in ("search_solver", "search_encoder", "train_encoder", "evaluate"):
        return [kinds.module_of(settings["kind"])]
    return []


def fetch_images(study: Study, images: str) -> Resolved:
    chosen = study.images[images]
    known = kinds.source_settings(chosen.source)
    settings = {name: chosen.settings.get(name, known[name]) for name in sorted(known)}
    return {"source": chosen.source, "settings": settings, "seed": study.seed}


def cut_patches(study: Study, component: str) -> Resolved:
    names = ("image_size", "fit", "patch_size", "min_std", "validation_fraction")
    return _some(study.components[component], *names) | {"seed": study.seed}


def learn_dictionary(study: Study, component: str) -> Resolved:
    chosen = study.components[component]
    return {"n_atoms": chosen.n_atoms, **chosen.dictionary.model_dump(), "dtype": study.dtype, "seed": study.seed}


def make_signals(study: Study, task: str) -> Resolved:
    names = ("n_train", "n_validation", "n_test_images", "n_labelled_images")
    return _some(study.tasks[task], *names) | {"seed": study.seed}


def optimal_codes(study: Study, task: str) -> Resolved:
    chosen = study.tasks[task]
    names = ("penalties", "zero_share")
    return _some(chosen, *names) | {"tolerance": chosen.optimal_tolerance, "dtype": study.dtype}


def train_classifier(study: Study, task: str) -> Resolved:
    chosen = study.tasks[task]
    given = chosen.classifier.projection
    projections = {name: given.get(name) if isinstance(given, dict) else given for name in chosen.components}
    return {"components": chosen.components, "projections": projections, "seed": study.seed}


def search_solver(study: Study, task: str, method: str) -> Resolved:
    depths = study.method_of(task, method).depths
    return {"kind": study.kind_of(method), "depths": depths, "grid": _grid(study, task, method)}


def search_encoder(study: Study, task: str, method: str, depth: str) -> Resolved:
    return {
        "kind": study.kind_of(method),
        "grid": _grid(study, task, method),
        "loss": study.methods[method].loss,
        "optimizer": study.methods[method].optimizer,
        **(study.tasks[task].search or study.search).model_dump(),
        "seed": study.seed,
    }


def train_encoder(study: Study, task: str, method: str, depth: str) -> Resolved:
    fixed = _some(study.method_of(task, method), "loss", "epochs", "optimizer", "keep", "set_backs")
    return {"kind": study.kind_of(method), "fixed": fixed, "repetitions": study.repetitions, "seed": study.seed}


def evaluate(study: Study, task: str, method: str) -> Resolved:
    kind = study.kind_of(method)
    return {
        "kind": kind,
        "learned": kinds.is_learned(kind),
        "depths": study.method_of(task, method).depths,
        "repetitions": study.repetitions if kinds.is_learned(kind) else 1,
        "components": study.tasks[task].components,
    }


def time_methods(study: Study, task: str) -> Resolved:
    names = ("kind", "learned", "depths")
    resolved = {method: evaluate(study, task, method) for method in sorted(study.methods_of(task))}
    methods = {method: {name: settings[name] for name in names} for method, settings in resolved.items()}
    return {"methods": methods, "device": study.device, **study.timing.model_dump()}


def time_exact(study: Study, task: str) -> Resolved:
    return {"device": study.device, "n_samples": study.timing.n_samples}


def make_table(study: Study, table: str) -> Resolved:
    chosen = study.tables[table]
    return _shown(study, chosen) | {"protocol": chosen.protocol}


def make_claims(study: Study) -> Resolved:
    def sizes(task: str) -> dict[str, int]:
        return {name: study.components[name].n_atoms for name in study.tasks[task].components}

    return {"title": "What the paper claims, and what this study found", "tasks": {t: sizes(t) for t in study.tasks}}


def make_figure(study: Study, figure: str) -> Resolved:
    chosen = study.figures[figure]
    tasks = {name: _some(study.tasks[name], "title", "components") for name in chosen.named_tasks()}
    in_print = {name: study.components[name].title or name for name in study.components_of(chosen)}
    details = {"tasks": tasks, "components": in_print, "n_atoms": chosen.n_atoms, "page": chosen.page}
    return _shown(study, chosen) | details


def check_theory(study: Study) -> Resolved:
    return {**study.theory.model_dump(), "seed": study.seed} if study.theory else {}


def measure_premise(study: Study) -> Resolved:
    """The LSALSA encoders of all tasks: task, method, depth and repetition of each."""
    pairs = [(task, m) for task in study.tasks for m in study.methods_of(task) if study.kind_of(m) == "lsalsa"]
    cells = [(task, method, depth) for task, method in pairs for depth in study.method_of(task, method).depths]
    names = ("task", "method", "depth", "repetition")
    return {"cells": [dict(zip(names, (*c, r), strict=True)) for c in cells for r in range(study.repetitions)]}


def draw_theory(study: Study, theory_figure: str) -> Resolved:
    return {"kind": theory_figure}


def render_notebook(study: Study, notebook: str) -> Resolved:
    return {"study": study.study, **study.notebooks[notebook].model_dump()}


def _shown(study: Study, output: Table | Figure) -> Resolved:
    """What a table or figure shows, the lists that were left out filled in."""
    methods, components = study.methods_shown(output), study.components_of(output)
    depths = output.depths or study.depths_of(output.named_tasks(), methods)
    shown = _some(output, "kind", "title", "component") | {"reduced": study.reduced if components else None}
    return shown | {"components": components, "methods": methods, "depths": depths}


def _grid(study: Study, task: str, method: str) -> Resolved:
    """Candidates by setting: those listed, else the default alone; 1 and 1.0 are the same, null stays null."""
    defaults = kinds.searchable(study.kind_of(method))
    listed = {name: [default] for name, default in defaults.items() if default is not None}
    listed |= study.method_of(task, method).search
    kind = {name: float if default is None else type(default) for name, default in defaults.items()}
    return {name: [None if one is None else kind[name](one) for one in listed[name]] for name in sorted(listed)}


def _some(block: Any, *names: str) -> Resolved:
    return {name: getattr(block, name) for name in names}


RULES = {
    function.__name__: function
    for function in (
        fetch_images,
        cut_patches,
        learn_dictionary,
        make_signals,
        optimal_codes,
        train_classifier,
        search_solver,
        search_encoder,
        train_encoder,
        evaluate,
        time_methods,
        time_exact,
        make_table,
        make_claims,
        make_figure,
        check_theory,
        measure_premise,
        draw_theory,
        render_notebook,
    )
} | sc2net.RULES

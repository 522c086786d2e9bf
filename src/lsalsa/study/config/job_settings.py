"""What the jobs from images to timings use: one function per rule, of the study and the rule's wildcards.

The settings of a job are all that it uses, with every default filled in, and nothing else.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lsalsa.study.config import plugins, sizes
from lsalsa.study.config.blocks import Method
from lsalsa.study.config.models import Study

Resolved = dict[str, Any]

CUTTING = ("image_size", "resize", "patch_size", "min_std", "validation_fraction")
"""Settings by which images become patches; mixtures have the patch size of their components."""


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
        **_some(study.search_of(task, method), "rounds", "extend"),
    }


def search_encoder(study: Study, task: str, method: str, depth: str) -> Resolved:
    """Resolve the candidates of an encoder, and how they are compared.

    Parameters
    ----------
    study : Study
    task, method : str
    depth : str
        A wildcard of the rule: some depths may have another number of candidates. None is compared for longer than an
        encoder of this depth is trained.

    Returns
    -------
    settings : dict
        algorithm, grid, choose_by, loss, loss_options, optimizer, n_train, rungs, candidates (None for all), rounds,
        extend, seed.
    """
    search, epochs = study.search_of(task, method), _epochs(study.method_of(task, method), depth)
    candidates = search.candidates_at.get(int(depth), search.candidates)
    return {
        "algorithm": study.algorithm_of(method),
        "grid": _grid(study, task, method),
        "choose_by": study.methods[method].choose_by,
        "loss": study.methods[method].loss,
        "loss_options": study.methods[method].loss_options,
        "optimizer": study.methods[method].optimizer,
        **_some(search, "n_train", "rounds", "extend"),
        "rungs": sorted({min(rung, epochs) for rung in search.rungs}),
        "candidates": None if candidates == "all" else candidates,
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
    fixed = {**_some(chosen, *names), "epochs": _epochs(chosen, depth)}
    return {
        "algorithm": study.algorithm_of(method),
        "fixed": fixed,
        "repetitions": study.repetitions,
        "pictures": _patches_of(study, task),
        "seed": study.seed,
    }


def _epochs(method: Method, depth: str) -> int:
    """Return the epochs for which an encoder of some depth is trained."""
    return method.epochs_at.get(int(depth), method.epochs)


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

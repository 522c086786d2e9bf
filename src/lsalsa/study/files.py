"""Paths of results under ``results/<study>``, by the names of the configuration."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product

from lsalsa.study.config import plugins
from lsalsa.study.config.models import Study

SPLITS = ("train", "validation", "labelled", "test")

SUFFIXES = {"tables": ("csv", "md", "tex", "html"), "figures": ("png", "svg"), "notebooks": ("ipynb", "html")}
"""Section of the configuration -> suffixes of the files that each of its entries produces."""


def encoders_of(task: str, method: str, depths: Iterable[int], repetitions: Iterable[int]) -> list[str]:
    """Return the files of the encoders of one method on one task.

    Parameters
    ----------
    task, method : str
    depths, repetitions : iterable of int

    Returns
    -------
    files : list of str
        By depth, then by repetition.
    """
    pairs = product(depths, repetitions)
    return [f"encoders/{task}/{method}/depth_{depth}/repetition_{repetition}.npz" for depth, repetition in pairs]


def trained(study: Study, task: str, methods: Iterable[str], repetitions: Iterable[int]) -> dict[str, list[str]]:
    """Return the files of what was chosen and trained for some methods of a task.

    Parameters
    ----------
    study : Study
    task : str
    methods : iterable of str
    repetitions : iterable of int

    Returns
    -------
    files : dict of str to list of str
        ``searches`` of all methods, ``histories`` and ``encoders`` of the learned ones. They are in the order of the
        methods, their depths and the repetitions.
    """
    found: dict[str, list[str]] = {"searches": [], "histories": [], "encoders": []}
    repetitions = list(repetitions)
    for method in methods:
        if not plugins.is_learned(study.algorithm_of(method)):
            found["searches"].append(f"search/{task}/{method}.parquet")
            continue
        depths = study.method_of(task, method).depths
        found["searches"] += [f"search/{task}/{method}/depth_{depth}.parquet" for depth in depths]
        found["histories"] += [f"encoders/{task}/{method}/depth_{depth}.parquet" for depth in depths]
        found["encoders"] += encoders_of(task, method, depths, repetitions)
    return found


def declared_targets(study: Study) -> dict[str, list[str]]:
    """Return name -> files of every table, figure and notebook. A table and a figure of one name are one target."""
    targets: dict[str, list[str]] = {}
    for section, suffixes in SUFFIXES.items():
        for name in getattr(study, section):
            targets.setdefault(name, []).extend(f"{section}/{name}.{suffix}" for suffix in suffixes)
    return targets


def explorer_target(study: Study) -> dict[str, list[str]]:
    """Return the target of the explorer; nothing if no table or figure shows a task."""
    from lsalsa.study.needs import explored

    return {"explorer": ["explorer.html"]} if explored(study) else {}


def intermediate_targets(study: Study) -> dict[str, list[str]]:
    """Return name -> files of every intermediate result, e.g. `codes_digits`."""
    targets = {f"images_{name}": [f"images/{name}.npz"] for name in study.images}
    for name in study.components:
        targets[f"patches_{name}"] = [f"patches/{name}.npz"]
        targets[f"dictionary_{name}"] = [f"dictionaries/{name}.npz", f"dictionaries/{name}.parquet"]
    for name in study.tasks:
        targets |= _targets_of_task(study, name)
    return targets


def _targets_of_task(study: Study, name: str) -> dict[str, list[str]]:
    methods = study.methods_of(name)
    found = trained(study, name, methods, range(study.repetitions))
    return {
        f"signals_{name}": [f"signals/{name}.npz"],
        f"codes_{name}": [f"codes/{name}/{split}.npz" for split in SPLITS] + [f"problems/{name}.npz"],
        f"classifiers_{name}": [f"classifiers/{name}.npz"],
        f"search_{name}": found["searches"],
        f"encoders_{name}": found["encoders"] + found["histories"],
        f"evaluation_{name}": [f"evaluation/{name}/{method}.parquet" for method in methods],
        **({f"overlap_{name}": [f"overlap/{name}.parquet"]} if study.is_mixed(name) else {}),
        f"timing_{name}": [f"timing/{name}.parquet"],
        f"exact_{name}": [f"exact/{name}.parquet"],
    }

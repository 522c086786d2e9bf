"""Memory that a job will need, estimated from the configuration: what a scheduler reserves and a dry run shows."""

from __future__ import annotations

from lsalsa.study.config.models import Study
from lsalsa.study.config.sizes import image_values, itemsize, n_atoms, n_features, n_images, n_rows

BASE_MB = 500
"""Python, NumPy, SciPy and compiled code."""

IMAGES_MB = 2000
"""Jobs that hold a whole set of images, when only its source knows how many."""

IMAGES_COPIES = 4
"""Arrays of the size of a set of images that a job holds at once: images, patches, those selected, working space."""

COPIES = 4
"""Arrays of the size of the codes that a job holds at once: codes, estimates, their difference, working space."""


def memory_mb(study: Study, rule: str, **wildcards: str) -> int:
    """Megabytes to reserve for one job: rule and wildcards."""
    if rule == "fetch_images":
        return _of_images(study, wildcards["images"])
    if rule == "cut_patches":
        return _of_images(study, study.components[wildcards["component"]].images)
    if rule == "make_signals":
        return _of_signals(study, wildcards["task"])
    if rule in ("learn_sc2net_dictionary", "run_sc2net_arm"):
        return 2 * _of_images(study, wildcards["images"])
    if rule == "learn_dictionary":
        name = wildcards["component"]
        component = study.components[name]
        return _megabytes(study, component.dictionary.n_train, n_features(study, name), component.n_atoms)
    if "task" in wildcards:
        return _of_task(study, wildcards["task"])
    return BASE_MB


def _of_images(study: Study, name: str) -> int:
    """Megabytes for a whole set of images, by the register where it is a published one."""
    count = n_images(study, name)
    if count is None:
        return IMAGES_MB
    return BASE_MB + IMAGES_COPIES * count * image_values(study, name) * 4 // 2**20


def _of_signals(study: Study, name: str) -> int:
    """Megabytes for the patches of all components of a task, and the signals drawn from them."""
    components = study.tasks[name].components
    patches = sum(_of_images(study, study.components[component].images) for component in components)
    return patches + n_rows(study, name) * n_features(study, components[0]) * 4 // 2**20


def _of_task(study: Study, name: str) -> int:
    first = study.tasks[name].components[0]
    return _megabytes(study, n_rows(study, name), n_features(study, first), n_atoms(study, name))


def _megabytes(study: Study, rows: int, n_features: int, n_atoms: int) -> int:
    return BASE_MB + rows * (n_features + COPIES * n_atoms) * itemsize(study) // 2**20

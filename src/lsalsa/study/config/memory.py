"""Memory that a job will need, estimated from the configuration: what a scheduler reserves and a dry run shows."""

from __future__ import annotations

from lsalsa.data.register import DATA_SETS
from lsalsa.study.config import kinds
from lsalsa.study.config.models import Component, Study

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
    images = study.images[name]
    data_set = DATA_SETS.get(images.source)
    if data_set is None:
        return IMAGES_MB
    settings = kinds.source_settings(images.source) | images.settings
    n_images = (settings["n_train"] or data_set.n_train) + (settings["n_test"] or data_set.n_test)
    n_values = settings.get("image_size", data_set.side) ** 2 * n_channels(study, name)
    return BASE_MB + IMAGES_COPIES * n_images * n_values * 4 // 2**20


def _of_signals(study: Study, name: str) -> int:
    """Megabytes for the patches of all components of a task, and the signals drawn from them."""
    components = study.tasks[name].components
    patches = sum(_of_images(study, study.components[component].images) for component in components)
    return patches + _rows(study, name) * n_features(study, components[0]) * 4 // 2**20


def _of_task(study: Study, name: str) -> int:
    components = study.tasks[name].components
    n_atoms = sum(study.components[component].n_atoms for component in components)
    return _megabytes(study, _rows(study, name), n_features(study, components[0]), n_atoms)


def _rows(study: Study, name: str) -> int:
    """Signals of all splits of a task."""
    task = study.tasks[name]
    complete_images = task.n_test_images + task.n_labelled_images
    per_image = max(positions(study.components[component]) for component in task.components)
    return task.n_train + task.n_validation + complete_images * per_image


def positions(component: Component) -> int:
    """Patches that an image of a component is cut into."""
    return (component.image_size // component.patch_size) ** 2


def n_features(study: Study, component: str) -> int:
    """Numbers in a patch of a component."""
    chosen = study.components[component]
    return chosen.patch_size**2 * n_channels(study, chosen.images)


def n_channels(study: Study, images: str) -> int:
    """Numbers in a pixel of a set of images."""
    return 3 if study.images[images].settings.get("colour") else 1


def _megabytes(study: Study, rows: int, n_features: int, n_atoms: int) -> int:
    itemsize = 8 if study.dtype == "float64" else 4
    return BASE_MB + rows * (n_features + COPIES * n_atoms) * itemsize // 2**20

"""Memory that a job will need, estimated from the configuration: what a scheduler reserves and a dry run shows."""

from __future__ import annotations

from lsalsa.study.config.models import Component, Study

BASE_MB = 500
"""Python, NumPy, SciPy and compiled code."""

IMAGES_MB = 2000
"""Jobs that hold a whole set of images, whose size only the source knows."""

COPIES = 4
"""Arrays of the size of the codes that a job holds at once: codes, estimates, their difference, working space."""


def memory_mb(study: Study, rule: str, **wildcards: str) -> int:
    """Megabytes to reserve for one job: rule and wildcards."""
    if rule in ("fetch_images", "cut_patches", "make_signals"):
        return IMAGES_MB
    if rule == "learn_dictionary":
        component = study.components[wildcards["component"]]
        return _megabytes(study, component.dictionary.n_train, component.patch_size**2, component.n_atoms)
    if "task" in wildcards:
        return _of_task(study, wildcards["task"])
    return BASE_MB


def _of_task(study: Study, name: str) -> int:
    task = study.tasks[name]
    components = [study.components[component] for component in task.components]
    complete_images = task.n_test_images + task.n_labelled_images
    rows = task.n_train + task.n_validation + complete_images * max(map(positions, components))
    return _megabytes(study, rows, components[0].patch_size ** 2, sum(c.n_atoms for c in components))


def positions(component: Component) -> int:
    """Patches that an image of a component is cut into."""
    return (component.image_size // component.patch_size) ** 2


def _megabytes(study: Study, rows: int, n_features: int, n_atoms: int) -> int:
    itemsize = 8 if study.dtype == "float64" else 4
    return BASE_MB + rows * (n_features + COPIES * n_atoms) * itemsize // 2**20

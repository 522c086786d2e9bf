"""Count the numbers that a study works on, from its configuration; the estimates of memory and disk use them."""

from __future__ import annotations

from lsalsa.data.register import DATA_SETS
from lsalsa.study.config import plugins
from lsalsa.study.config.blocks import Component, Cutting
from lsalsa.study.config.models import Study


def n_images(study: Study, name: str) -> int | None:
    """Count the images of a set; None if only its source knows the number."""
    images = study.images[name]
    data_set = DATA_SETS.get(images.source)
    if data_set is None:
        return None
    settings = plugins.source_settings(images.source) | images.settings
    return (settings["n_train"] or data_set.n_train) + (settings["n_test"] or data_set.n_test)


def image_values(study: Study, name: str) -> int:
    """Count the numbers in one image of a published set."""
    images = study.images[name]
    settings = plugins.source_settings(images.source) | images.settings
    return settings.get("image_size", DATA_SETS[images.source].side) ** 2 * n_channels(study, name)


def n_rows(study: Study, name: str) -> int:
    """Count the signals of all splits of a task."""
    task = study.tasks[name]
    complete_images = task.n_test_images + task.n_labelled_images
    per_image = positions_of_task(study, name)
    return task.n_train + task.n_validation + complete_images * per_image


def n_atoms(study: Study, name: str) -> int:
    """Count the atoms of all dictionaries of a task."""
    return sum(study.components[component].n_atoms for component in study.tasks[name].components)


def positions(component: Component) -> int:
    """Count the patches of an image of a component."""
    return _cells(component, component.patch_size)


def positions_of_task(study: Study, name: str) -> int:
    """Count the signals of an image of a task: of its mixtures where they are given, else of the finest component."""
    task = study.tasks[name]
    components = [study.components[component] for component in task.components]
    if task.mixtures is not None:
        return _cells(task.mixtures, components[0].patch_size)
    return max(map(positions, components))


def _cells(cutting: Cutting, patch_size: int) -> int:
    return ((cutting.image_size or patch_size) // patch_size) ** 2  # the checks refuse a size that is open


def n_features(study: Study, component: str) -> int:
    """Count the numbers in a patch of a component."""
    chosen = study.components[component]
    return chosen.patch_size**2 * n_channels(study, chosen.images)


def n_channels(study: Study, images: str) -> int:
    """Count the numbers in a pixel of a set of images."""
    return 3 if study.images[images].settings.get("colour") else 1


def itemsize(study: Study) -> int:
    """Return the bytes of one number of the work; images and patches always have 4."""
    return 8 if study.dtype == "float64" else 4

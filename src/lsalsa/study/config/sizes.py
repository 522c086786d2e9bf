"""Count the numbers that a study works on, from its configuration; the estimates of memory and disk use them."""

from __future__ import annotations

from lsalsa.data.register import DATA_SETS
from lsalsa.study.config import plugins
from lsalsa.study.config.models import Component, Study


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
    per_image = max(positions(study.components[component]) for component in task.components)
    return task.n_train + task.n_validation + complete_images * per_image


def n_atoms(study: Study, name: str) -> int:
    """Count the atoms of all dictionaries of a task."""
    return sum(study.components[component].n_atoms for component in study.tasks[name].components)


def positions(component: Component) -> int:
    """Count the patches of an image of a component."""
    return (component.image_size // component.patch_size) ** 2


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

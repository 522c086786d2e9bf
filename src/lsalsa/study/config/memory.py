"""Memory that a job will need, estimated from the configuration. A scheduler reserves it and a dry run shows it."""

from __future__ import annotations

from lsalsa.study.config.models import Study
from lsalsa.study.config.sizes import image_values, itemsize, n_atoms, n_features, n_images, n_rows

BASE_MB = 500
"""Python, NumPy, SciPy and compiled code."""

IMAGES_MB = 2000
"""Memory of a job with a whole set of images, if only its source knows their number."""

IMAGES_COPIES = 4
"""Arrays of the size of a set of images in memory at once: images, patches, selected patches, working space."""

COPIES = 4
"""Arrays of the size of the codes in memory at once: codes, estimates, their difference, working space."""


def of_images(study: Study, images: str, **_: str) -> int:
    """Estimate the memory for a whole set of images, from the register for a published set.

    Parameters
    ----------
    study : Study
    images : str
        A set of images of the study.
    **_ : str
        Other wildcards of the rule, not used.

    Returns
    -------
    megabytes : int
    """
    count = n_images(study, images)
    if count is None:
        return IMAGES_MB
    return BASE_MB + IMAGES_COPIES * count * image_values(study, images) * 4 // 2**20


def of_component(study: Study, component: str) -> int:
    """Estimate the megabytes for the images of a component and their patches."""
    return of_images(study, study.components[component].images)


def of_dictionary(study: Study, component: str) -> int:
    """Estimate the megabytes for the patches that train a dictionary, and their codes."""
    chosen = study.components[component]
    return _of_codes(study, chosen.dictionary.n_train, n_features(study, component), chosen.n_atoms)


def of_signals(study: Study, task: str) -> int:
    """Estimate the megabytes for what the signals of a task are made from, and the signals."""
    components, mixtures = study.tasks[task].components, study.tasks[task].mixtures
    if mixtures is not None:
        return of_images(study, mixtures.images)
    patches = sum(of_component(study, component) for component in components)
    return patches + n_rows(study, task) * n_features(study, components[0]) * 4 // 2**20


def of_task(study: Study, task: str, **_: str) -> int:
    """Estimate the memory for all signals of a task and their codes.

    Parameters
    ----------
    study : Study
    task : str
        A task of the study.
    **_ : str
        Other wildcards of the rule, not used.

    Returns
    -------
    megabytes : int
    """
    first = study.tasks[task].components[0]
    return _of_codes(study, n_rows(study, task), n_features(study, first), n_atoms(study, task))


def _of_codes(study: Study, rows: int, features: int, atoms: int) -> int:
    return BASE_MB + rows * (features + COPIES * atoms) * itemsize(study) // 2**20

"""Disk space that the results of a study will need, estimated from its configuration."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from lsalsa.storage import free_bytes
from lsalsa.study.config import plugins
from lsalsa.study.config.models import Study
from lsalsa.study.config.sizes import image_values, itemsize, n_atoms, n_features, n_images, n_rows, positions

NONZERO_SHARE = 0.2
"""Share of a code's entries that are stored, each with its position."""


def disk_mb(study: Study) -> int:
    """Estimate the megabytes of all results; a set of images of unknown size counts as 0."""
    tasks = [part for name in study.tasks for part in (_signals(study, name), _codes(study, name))]
    encoders = [size for name in study.tasks for size in _encoders(study, name)]
    return sum([*_images(study), *_patches(study), *tasks, *encoders]) // 2**20


def shortage(study: Study, folder: Path) -> str | None:
    """Return a sentence if the disk of a results folder has too little room for the rest of the study, else None."""
    needed, free = disk_mb(study), free_bytes(folder) // 2**20
    if free >= needed:
        return None
    there = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) // 2**20
    if free >= needed - there:
        return None
    amounts = f"about {needed:,} MB are needed for all of it, {there:,} MB are there, {free:,} MB are free"
    return f"the disk of {folder} is too small for the study: {amounts}"


def _images(study: Study) -> Iterator[int]:
    for name in study.images:
        if count := n_images(study, name):
            yield count * image_values(study, name) * 4


def _patches(study: Study) -> Iterator[int]:
    for name, component in study.components.items():
        if count := n_images(study, component.images):
            yield count * positions(component) * n_features(study, name) * 4


def _signals(study: Study, name: str) -> int:
    return n_rows(study, name) * n_features(study, study.tasks[name].components[0]) * 4


def _codes(study: Study, name: str) -> int:
    return int(n_rows(study, name) * n_atoms(study, name) * NONZERO_SHARE) * (itemsize(study) + 4)


def _encoders(study: Study, name: str) -> Iterator[int]:
    shape = n_features(study, study.tasks[name].components[0]), n_atoms(study, name)
    for method in study.methods_of(name):
        kind = study.algorithm_of(method)
        if plugins.is_learned(kind):
            for depth in study.method_of(name, method).depths:
                numbers = plugins.n_parameters(kind, depth, *shape) + shape[0] * shape[1]  # and the dictionaries
                yield study.repetitions * numbers * itemsize(study)

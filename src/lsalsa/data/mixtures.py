"""Signals of a task: patches of one component, sums of the patches of several, or sums that are given."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from lsalsa.arrays import check_count
from lsalsa.data.images import ImageSet
from lsalsa.data.patches import component_patches
from lsalsa.data.selection import classes_of, draw_evenly, spread_over_classes
from lsalsa.errors import ShapeError
from lsalsa.seeds import generator, seed_for

logger = logging.getLogger(__name__)

Patches = Mapping[str, np.ndarray]
SPLITS = ("train", "validation", "labelled", "test")


def make_signals(
    patch_sets: Sequence[Patches],
    *,
    n_train: int,
    n_validation: int,
    n_test_images: int,
    n_labelled_images: int,
    seed: int,
) -> dict[str, np.ndarray]:
    """Signals of a task, and the patches that each is the sum of.

    The component with the most patches per image leads (the last one on ties). Every other component adds to
    each of its patches a random one from the same split; all of them are used equally often. With one
    component the signals are its patches.

    Parameters
    ----------
    patch_sets : sequence of dicts
        One per component, as `component_patches` gives them.
    n_train, n_validation : int
        Number of signals; all, if there are fewer. With several components it may exceed the patches of the
        leading one, which are then used again with new partners.
    n_test_images : int
        Number of test images of the leading component, spread over its classes, each with all its patches; all
        of them when there are fewer.
    n_labelled_images : int
        The same for train images, to fit classifiers on; 0 where none is fitted.
    seed : int

    Returns
    -------
    arrays : dict
        For each split of train, validation, labelled and test: ``{split}`` (n, n_features) float32, and for
        each component i ``{split}_index_{i}`` (row of the patch in that split of its file),
        ``{split}_image_{i}`` and ``{split}_label_{i}``, (n,) int64; no ``{split}_label_{i}`` where the images of the
        component have no labels. In labelled and test the patches of an image of the leading component stand
        together, in order.

    Raises
    ------
    ShapeError
        When the components' patches differ in size.
    ConfigError
        When a number is not a whole number of at least 1, or of at least 0 for `n_labelled_images`.
    """
    _check_sizes(patch_sets)
    lead = _leading(patch_sets)
    leader = patch_sets[lead]
    chosen = {
        "train": partial(_choose_patches, leader, "train", n_train, len(patch_sets) > 1),
        "validation": partial(_choose_patches, leader, "validation", n_validation, len(patch_sets) > 1),
        "labelled": partial(_choose_images, leader, "labelled", n_labelled_images, least=0),
        "test": partial(_choose_images, leader, "test", n_test_images, least=1),
    }
    arrays: dict[str, np.ndarray] = {}
    for split, choose in chosen.items():
        rng = generator(seed_for(seed, split))
        rows = choose(rng)
        partners = [draw_evenly(len(patches[split]), len(rows), rng) for patches in patch_sets]
        arrays |= _sum(patch_sets, split, [*partners[:lead], rows, *partners[lead + 1 :]])
    return arrays


def given_signals(
    mixtures: ImageSet, *, cutting: Mapping[str, Any], scale: float, seed: int, **counts: int
) -> dict[str, np.ndarray]:
    """Signals of a task whose mixtures are given: nobody knows what each is the sum of.

    Parameters
    ----------
    mixtures : ImageSet
        Images that are sums already.
    cutting : mapping
        How they are cut: the settings of `component_patches`.
    scale : float
        Factor of every value: 2 where the images are means of two sources.
    seed : int
    **counts
        n_train, n_validation, n_test_images and n_labelled_images, as `make_signals` takes them.

    Returns
    -------
    arrays : dict
        ``{split}`` and ``{split}_image`` of each split, as `make_signals` returns them, without the rows of true
        sources and without labels.

    Raises
    ------
    ConfigError, DataError
        As `component_patches` and `make_signals` raise them.
    """
    arrays = make_signals([component_patches(mixtures, **cutting, seed=seed)], **counts, seed=seed)
    signals = {split: np.float32(scale) * arrays[split] for split in SPLITS}
    return signals | {f"{split}_image": arrays[f"{split}_image_0"] for split in SPLITS}


def _check_sizes(patch_sets: Sequence[Patches]) -> None:
    sizes = [patches["train"].shape[1] for patches in patch_sets]
    if len(set(sizes)) != 1:
        raise ShapeError(f"patches that are added up must have one size, found {sizes} pixels per component")


def _leading(patch_sets: Sequence[Patches]) -> int:
    """The component with the most patches per test image; the last one on ties."""
    per_image = [int(patches["test_position"].max()) + 1 for patches in patch_sets]
    return max(range(len(patch_sets)), key=lambda i: (per_image[i], i))


def _choose_patches(patches: Patches, split: str, count: int, reuse: bool, rng: np.random.Generator) -> np.ndarray:
    """Rows of patches in random order."""
    check_count(f"n_{split}", count)
    available = len(patches[split])
    return draw_evenly(available, count if reuse else _at_most(count, available, f"{split} patches"), rng)


def _choose_images(patches: Patches, split: str, count: int, rng: np.random.Generator, least: int) -> np.ndarray:
    """Rows of all patches of `count` images, spread over the classes, in the order of the file."""
    check_count(f"n_{split}_images", count, least)
    images, first = np.unique(patches[f"{split}_image"], return_index=True)
    count = _at_most(count, len(images), f"{split} images")
    classes = classes_of(patches.get(f"{split}_label"), len(patches[split]))[first]
    chosen = images[spread_over_classes(classes, count, rng)]
    return np.flatnonzero(np.isin(patches[f"{split}_image"], chosen))


def _at_most(count: int, available: int, noun: str) -> int:
    """As many as are asked for, or all there are, which is worth a line in the log."""
    if count > available:
        logger.info("%d %s are asked for; there are %d, and all are taken", count, noun, available)
    return min(count, available)


def _sum(patch_sets: Sequence[Patches], split: str, rows: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
    """Signals of a split with the rows, images and labels that each component contributes."""
    signals = patch_sets[0][split][rows[0]]
    for patches, chosen in zip(patch_sets[1:], rows[1:], strict=True):
        signals += patches[split][chosen]
    arrays = {split: signals}
    for i, (patches, chosen) in enumerate(zip(patch_sets, rows, strict=True)):
        arrays[f"{split}_index_{i}"] = chosen
        arrays[f"{split}_image_{i}"] = patches[f"{split}_image"][chosen]
        if f"{split}_label" in patches:
            arrays[f"{split}_label_{i}"] = patches[f"{split}_label"][chosen]
    return arrays

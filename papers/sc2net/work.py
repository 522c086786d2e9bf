"""Pieces of the variants' work by which their time can be told before they run: epochs, codes, fits of a classifier."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from lsalsa.data.register import DATA_SETS
from lsalsa.encoders import Encoder
from lsalsa.exact import optimal_codes
from lsalsa.problem import SparseCodingProblem
from lsalsa.study.config import plugins
from lsalsa.study.config.rules import settings_of
from lsalsa.study.config.sizes import image_values
from lsalsa.study.costs.floors import random_task
from lsalsa.study.work import Piece, Work
from lsalsa.training import train
from papers.sc2net.classify import PAPER_C, classifier_of, fit
from papers.sc2net.experiment import ENCODERS, GAP, loss_of, network_of
from papers.sc2net.variants import variants_of

BATCHES = 2
"""Of the images of a piece."""

FIT_IMAGES, FIT_ITERATIONS = 2000, 10
"""Of the piece that stands for the fits of a classifier."""

TUNED, WHOLE, RELEASED = 20, 50, 100
"""Iterations of one fit, as a rule: for one C, on all images, and as the paper's code does, which stops it there.

Counted on optimal codes of MNIST and CIFAR-10 they were 7 to 40, 14 to 52, and 58 to 100."""


@dataclass(frozen=True)
class Sizes:
    """Numbers of a set of images.

    Attributes
    ----------
    n_train, n_test, n_pixels, n_classes : int
    """

    n_train: int
    n_test: int
    n_pixels: int
    n_classes: int


def work_of(study: Any) -> Iterator[Work]:
    """Yield the work of all variants on published images; of others only their source knows the number."""
    known = {images: _sizes(study, images) for images in study.sc2net.images}
    sizes = {images: found for images, found in known.items() if found is not None}
    if len(sizes) < len(known):
        return
    jobs = [(images, name) for images in sizes for name in variants_of(study.sc2net)]
    pieces: list[Piece] = []
    for images, name in jobs:
        variant = settings_of(study, "run_sc2net_variant", images=images, variant=name)
        pieces += _pieces(study.sc2net.n_atoms, sizes[images], variant)
    yield Work("run_sc2net_variant", len(jobs), pieces)


def _sizes(study: Any, images: str) -> Sizes | None:
    chosen = study.images[images]
    if chosen.source not in DATA_SETS:
        return None
    known, settings = DATA_SETS[chosen.source], plugins.source_settings(chosen.source) | chosen.settings
    counts = settings["n_train"] or known.n_train, settings["n_test"] or known.n_test
    return Sizes(*counts, image_values(study, images), len(known.class_names))


def _pieces(n_atoms: int, sizes: Sizes, variant: Mapping[str, Any]) -> Iterator[Piece]:
    repetitions, training, kind = variant["repetitions"], variant["training"], variant["method"]
    n_validation = min(training["n_validation"], sizes.n_train // 5)
    n_all, n_small = sizes.n_train + sizes.n_test, BATCHES * training["batch_size"]
    network = tuple((name, str(variant[name])) for name in ("method", "depth", "loss", "options", "start", "project"))
    small = _Small(n_atoms, sizes, variant, n_small)
    if variant["loss"]:
        n_trained = (sizes.n_train - n_validation) * training["epochs"]
        yield Piece(("epoch", sizes, network), small.epoch, repetitions * n_trained / n_small)
    if kind in ENCODERS:
        yield Piece(("encode", sizes, network), small.encode, repetitions * n_all / n_small)
    exact = n_all if kind == "converged" else sizes.n_train
    if kind == "converged" or (variant["loss"] == "codes" and variant["target_iterations"] is None):
        yield Piece(("exact", sizes), small.exact, repetitions * exact / n_small)
    if variant["classified"]:
        n_features = sizes.n_pixels if kind == "raw" else n_atoms
        tuned = len(variant["classifier_c"]) * TUNED * (sizes.n_train - n_validation)
        share = min(1.0, sizes.n_train / (variant["n_fitted"] + variant["n_scored"]))
        drawn = 0 if variant["loss"] == "labelled" else variant["draws"] * RELEASED * share * variant["n_fitted"]
        iterations = (tuned + 2 * WHOLE * sizes.n_train + drawn) / FIT_IMAGES / FIT_ITERATIONS
        shape = (n_features, sizes.n_classes)
        yield Piece(("fit", *shape), lambda: _fit(*shape), repetitions * iterations)


@dataclass(frozen=True)
class _Small:
    """A variant on a few random images, which are sparse sums of random atoms."""

    n_atoms: int
    sizes: Sizes
    variant: Mapping[str, Any]
    n_images: int

    def _drawn(self) -> tuple[SparseCodingProblem, np.ndarray, np.ndarray]:
        return random_task(self.sizes.n_pixels, self.n_atoms, self.n_images, self.variant["penalty"])

    def _network(self, problem: SparseCodingProblem) -> Encoder:
        return network_of(problem, self.variant, n_classes=self.sizes.n_classes, seed=0)

    def epoch(self) -> Callable[[], object]:
        problem, images, codes = self._drawn()
        encoder = self._network(problem)
        loss = loss_of(problem, encoder, self.variant)
        labels = np.arange(self.n_images) % self.sizes.n_classes
        targets = {"codes": codes, "labelled": np.eye(self.sizes.n_classes, dtype=np.float32)[labels]}
        aim = targets.get(self.variant["loss"])
        validation = (images[:1], None if aim is None else aim[:1])
        given = {"batch_size": self.variant["training"]["batch_size"], "optimizer": "adadelta", "learning_rate": 1e-9}
        return lambda: train(encoder, images, aim, loss=loss, validation=validation, epochs=1, **given)

    def encode(self) -> Callable[[], object]:
        problem, images, _ = self._drawn()
        encoder = self._network(problem)
        return lambda: encoder.encode(images)

    def exact(self) -> Callable[[], object]:
        problem, images, _ = self._drawn()
        return lambda: optimal_codes(problem, images, GAP)


def _fit(n_features: int, n_classes: int) -> Callable[[], object]:
    random = np.random.default_rng(0)
    features = random.standard_normal((FIT_IMAGES, n_features)).astype(np.float32)
    labels = random.integers(n_classes, size=FIT_IMAGES)
    return lambda: fit(classifier_of(PAPER_C, FIT_ITERATIONS), features, labels)

"""Linear classifiers that read optimal codes: how well codes keep the class of an image (docs/method.md, section 6).

There are two protocols. ``fitted_on_test`` is the paper's: it fits on the optimal codes of the test images and scores
the estimated codes of the same images. So only the error of the codes counts. ``fitted_on_train`` fits on the optimal
codes of train images (split ``labelled``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from lsalsa.errors import DataError, ShapeError
from lsalsa.metrics import error_percent
from lsalsa.study.scoring.image_rows import image_features, image_rows

PROTOCOLS = {"fitted_on_test": "test", "fitted_on_train": "labelled"}
"""Protocol -> the split whose optimal codes fit the classifier."""

STORED = ("classes", "weights", "intercept")
"""Attributes of a classifier that its file stores."""

PENALTY = 1e-6
"""Weight of the squared norm, added to the mean cross-entropy; so small that the training error can reach 0."""

MAX_ITERATIONS = 5000
TOLERANCE = 1e-8
"""Largest gradient entry at which L-BFGS stops; with separable images the weights still grow at 1e-6."""


@dataclass(frozen=True)
class Classifier:
    """Multinomial logistic regression, folded into one affine map from raw features to class scores.

    Attributes
    ----------
    classes : array, (n_classes,), int64
        Label of each column of `weights`.
    weights : array, (n_features, n_classes), float64
        Projection, standardisation and regression in one matrix.
    intercept : array, (n_classes,), float64
    training_error_percent : float
        Error on the features that fitted it: the floor of the protocol `fitted_on_test`.
    iterations : int
        L-BFGS iterations; `MAX_ITERATIONS` means that it was stopped.
    """

    classes: np.ndarray
    weights: np.ndarray
    intercept: np.ndarray
    training_error_percent: float = 0.0
    iterations: int = 0

    def predict(self, features) -> np.ndarray:
        """Return the most probable class of every row of `features`, dense or CSR of shape (n_images, n_features).

        Raises
        ------
        ShapeError
            The number of features differs from that of the classifier.
        """
        if features.shape[1] != len(self.weights):
            raise ShapeError(
                f"the classifier expects {len(self.weights)} features per image, found {features.shape[1]}"
            )
        return self.classes[np.argmax(features @ self.weights + self.intercept, axis=1)]

    def error_percent(self, codes, rows: np.ndarray, labels: np.ndarray) -> float:
        """Return the share of images that get a wrong class, in percent.

        Parameters
        ----------
        codes : array or CSR, (n_samples, n_atoms)
            Estimated codes of one component.
        rows : array, (n_images, n_positions), int64
            Rows of `codes` that make up each image, see `image_rows`.
        labels : array, (n_images,)
        """
        return error_percent(self.predict(image_features(codes, rows)), labels)


def fit_classifier(features, labels: np.ndarray, *, projection: int | None = None, seed: int = 0) -> Classifier:
    """Fit a weakly penalised multinomial logistic regression on standardised features.

    Parameters
    ----------
    features : array or CSR, (n_images, n_features)
    labels : array, (n_images,)
    projection : int, optional
        Number of random directions to project on first; see `random_projection`.
    seed : int
        Of the projection.

    Returns
    -------
    classifier : Classifier

    Raises
    ------
    DataError
        The labels have fewer than two classes.
    """
    classes = np.unique(labels)
    if len(classes) < 2:
        raise DataError(f"a classifier needs at least 2 classes among its images, found {len(classes)}")
    project = random_projection(features.shape[1], projection, seed)
    shortened = features.astype(np.float64) if project is None else features @ project
    dense = shortened.toarray() if sparse.issparse(shortened) else np.asarray(shortened)
    mean, scale = dense.mean(axis=0), dense.std(axis=0)
    scale[scale == 0.0] = 1.0
    coefficients, intercept, iterations = _logistic_regression((dense - mean) / scale, labels)
    coefficients = coefficients / scale[:, None]
    intercept = intercept - mean @ coefficients
    weights = coefficients if project is None else project @ coefficients
    fitted = Classifier(classes, weights, intercept, iterations=iterations)
    missed = error_percent(fitted.predict(features), labels)
    return Classifier(classes, weights, intercept, missed, iterations)


def random_projection(n_features: int, n_directions: int | None, seed: int) -> np.ndarray | None:
    """Sample a Gaussian projection.

    Parameters
    ----------
    n_features : int
    n_directions : int or None
    seed : int

    Returns
    -------
    projection : array, (n_features, n_directions), float64, or None
        Entries from N(0, 1/n_directions). None if `n_directions` is None or not smaller than `n_features`.
    """
    if n_directions is None or n_directions >= n_features:
        return None
    return np.random.default_rng(seed).standard_normal((n_features, n_directions)) / np.sqrt(n_directions)


def _logistic_regression(features: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray, int]:
    """Fit weights (n_features, n_classes), intercepts and iterations; two classes get two columns as well."""
    from sklearn.linear_model import LogisticRegression

    regression = LogisticRegression(C=1.0 / (PENALTY * len(labels)), tol=TOLERANCE, max_iter=MAX_ITERATIONS)
    regression.fit(features, labels)
    weights, intercept = regression.coef_.T, regression.intercept_
    if weights.shape[1] == 1:
        weights, intercept = np.hstack([-weights, weights]) / 2, np.hstack([-intercept, intercept]) / 2
    return weights, intercept, int(np.max(regression.n_iter_))


def train_classifiers(
    blocks: Mapping[str, slice],
    codes: Mapping[str, Any],
    signals: Mapping[str, np.ndarray],
    *,
    projections: Mapping[str, int | None] | None = None,
    seed: int = 0,
) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Fit one classifier per component and protocol.

    Parameters
    ----------
    blocks : mapping
        Component -> its columns in the codes, in the order of the task (``dict(zip(names, problem.blocks))``).
    codes : mapping
        Split -> optimal codes, array or CSR. `fitted_on_test` needs "test", `fitted_on_train` needs "labelled".
    signals : mapping
        Arrays of ``signals/{task}.npz``.
    projections : mapping, optional
        Component -> the `projection` of `fit_classifier`; a component without an entry is not projected.
    seed : int
        As in `fit_classifier`.

    Returns
    -------
    arrays : dict
        Content of ``classifiers/{task}.npz``; `TaskClassifiers` reads it.
    metadata : dict
        floor_error_percent : component -> protocol -> error on the optimal test codes.
        guess_error_percent : component -> error of always naming the most frequent test class.
        training_error_percent, iterations, n_images, n_features : component -> protocol -> value.
        projections, seed : as given.
    """
    arrays: dict[str, np.ndarray] = {}
    projections = dict(projections or {})
    metadata: dict[str, Any] = {"projections": projections, "seed": seed}
    for position, (component, block) in enumerate(blocks.items()):
        test_rows, test_labels = image_rows(signals, "test", position, component)
        metadata.setdefault("guess_error_percent", {})[component] = guess_error_percent(test_labels)
        for protocol, split in PROTOCOLS.items():
            rows, labels = image_rows(signals, split, position, component)
            features = image_features(codes[split][:, block], rows)
            fitted = fit_classifier(features, labels, projection=projections.get(component), seed=seed)
            for name in STORED:
                arrays[_member(component, protocol, name)] = getattr(fitted, name)
            facts = {
                "floor_error_percent": fitted.error_percent(codes["test"][:, block], test_rows, test_labels),
                "training_error_percent": fitted.training_error_percent,
                "iterations": fitted.iterations,
                "n_images": len(rows),
                "n_features": features.shape[1],
            }
            for name, fact in facts.items():
                metadata.setdefault(name, {}).setdefault(component, {})[protocol] = fact
    return arrays, metadata


def guess_error_percent(labels: np.ndarray) -> float:
    """Return the error of always naming the most frequent class: a classifier that reads nothing reaches it."""
    return 100.0 * (1.0 - float(np.unique(labels, return_counts=True)[1].max()) / len(labels))


def _member(component: str, protocol: str, name: str) -> str:
    return f"{component}-{protocol}-{name}"


def _from_arrays(arrays: Mapping[str, np.ndarray], component: str, protocol: str) -> Classifier:
    classes, weights, intercept = (arrays[_member(component, protocol, name)] for name in STORED)
    return Classifier(classes, weights, intercept)


class TaskClassifiers:
    """The fitted classifiers of a task, ready to score any codes of its test split.

    Parameters
    ----------
    arrays : mapping
        Content of ``classifiers/{task}.npz``.
    blocks : mapping
        Component -> its columns in the codes, in the order of the task.
    signals : mapping
        Arrays of ``signals/{task}.npz``.
    """

    def __init__(
        self, arrays: Mapping[str, np.ndarray], blocks: Mapping[str, slice], signals: Mapping[str, np.ndarray]
    ):
        self.blocks = dict(blocks)
        self.images = {name: image_rows(signals, "test", i, name) for i, name in enumerate(self.blocks)}
        self.classifiers = {
            (component, protocol): _from_arrays(arrays, component, protocol)
            for component in self.blocks
            for protocol in PROTOCOLS
        }

    def errors(self, codes) -> dict[str, dict[str, float]]:
        """Score estimated test codes (n_samples, n_atoms): component -> protocol -> error in percent."""
        return {
            component: {
                protocol: self.classifiers[component, protocol].error_percent(codes[:, block], *self.images[component])
                for protocol in PROTOCOLS
            }
            for component, block in self.blocks.items()
        }

"""Accuracy of logistic regression on codes: by the official split, also with its C chosen, and as the paper's code."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from lsalsa.errors import DataError
from lsalsa.seeds import generator
from papers.sc2net.images import Vectors

PAPER_C = 1.0
"""Inverse strength of the penalty on the classifier's weights in the paper's code: scikit-learn's default."""
ITERATIONS, ITERATIONS_AS_RELEASED = 1000, 100


def standard_accuracy(train: np.ndarray, test: np.ndarray, vectors: Vectors, c: float = PAPER_C) -> float:
    """Fit on all train images and score on the test images.

    Parameters
    ----------
    train, test : array, (n_images, n_features)
        Features; both are standardised by the mean and standard deviation of `train`.
    vectors : Vectors
        Has the labels.
    c : float
        Inverse strength of the penalty on the classifier's weights.

    Returns
    -------
    accuracy : float
        In percent.
    """
    train, test = _standardised(train, test)
    fitted = fit(classifier_of(c, ITERATIONS), train, vectors.train_labels)
    return 100.0 * float(fitted.score(test, vectors.test_labels))


def tuned_accuracy(
    train: np.ndarray,
    test: np.ndarray,
    vectors: Vectors,
    parts: tuple[np.ndarray, np.ndarray],
    grid: Sequence[float],
) -> tuple[float, float]:
    """Choose C on validation images, then fit on all train images and score on the test images.

    Parameters
    ----------
    train, test : array, (n_images, n_features)
        Features.
    vectors : Vectors
        Has the labels.
    parts : pair of arrays of int
        Train images to fit on while C is chosen, and those that choose it; see `validation_split`.
    grid : sequence of float
        Values of C, ascending: each fit starts from the one before.

    Returns
    -------
    accuracy : float
        In percent, on the test images.
    c : float
        The value with the best accuracy on the validation images, the smallest of equals.
    """
    fitting, choosing = parts
    features, validation = _standardised(train[fitting], train[choosing])
    classifier, scores = classifier_of(grid[0], ITERATIONS, warm_start=True), {}
    for c in grid:
        fitted = fit(classifier.set_params(C=c), features, vectors.train_labels[fitting])
        scores[c] = float(fitted.score(validation, vectors.train_labels[choosing]))
    chosen = max(scores, key=scores.__getitem__)
    return standard_accuracy(train, test, vectors, chosen), chosen


def released_accuracies(
    train: np.ndarray, labels: np.ndarray, *, n_fitted: int, n_scored: int, draws: int, seed: int
) -> list[float]:
    """Fit on some random train images and score on others, as the paper's code does. It uses no test image.

    The classifier has scikit-learn's defaults, and the features are not standardised.

    Parameters
    ----------
    train : array, (n_images, n_features)
        Features.
    labels : array, (n_images,)
    n_fitted, n_scored : int
        Images to fit on, images to score on. If there are too few images, both shrink in proportion.
    draws : int
        Random choices of the images.
    seed : int

    Returns
    -------
    accuracies : list of float
        In percent, one for each choice.

    Raises
    ------
    DataError
        There are too few images for a classifier.
    """
    share = min(1.0, len(train) / (n_fitted + n_scored))
    n_fitted, n_scored = int(share * n_fitted), int(share * n_scored)
    if min(n_fitted, n_scored) < 1:
        raise DataError(f"too few images to fit and score a classifier: {len(train)}")
    found = []
    for choice in range(draws):
        order = generator(seed, choice).permutation(len(train))
        fitting, scoring = order[:n_fitted], order[n_fitted : n_fitted + n_scored]
        fitted = fit(classifier_of(PAPER_C, ITERATIONS_AS_RELEASED), train[fitting], labels[fitting])
        found.append(100.0 * float(fitted.score(train[scoring], labels[scoring])))
    return found


def _standardised(train: np.ndarray, other: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return both sets of features, shifted and scaled by the mean and standard deviation of the first."""
    mean, scale = train.mean(axis=0), train.std(axis=0)
    scale[scale == 0] = 1
    return (train - mean) / scale, (other - mean) / scale


def classifier_of(c: float, max_iter: int, **options: Any) -> Any:
    """Return an unfitted logistic regression.

    Parameters
    ----------
    c : float
        Inverse strength of the penalty on its weights.
    max_iter : int
        Iterations after which it stops.
    **options
        Others of scikit-learn's.
    """
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=c, max_iter=max_iter, **options)


def fit(classifier: Any, features: np.ndarray, labels: np.ndarray) -> Any:
    """Fit a classifier, in place; that it stops at its last iteration is no warning here.

    Parameters
    ----------
    classifier : LogisticRegression
    features : array, (n_images, n_features)
    labels : array, (n_images,)

    Returns
    -------
    classifier : LogisticRegression
    """
    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the number of iterations is part of the protocols
        return classifier.fit(features, labels)

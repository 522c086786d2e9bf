"""Accuracy of logistic regression on codes, by the official split and by the protocol of the paper's code."""

from __future__ import annotations

import warnings

import numpy as np

from lsalsa.errors import DataError
from lsalsa.seeds import generator
from papers.sc2net.images import Vectors


def standard_accuracy(train: np.ndarray, test: np.ndarray, vectors: Vectors) -> float:
    """Fit on all train images and score on the test images.

    Parameters
    ----------
    train, test : array, (n_images, n_features)
        Features; both are standardised by the mean and standard deviation of `train`.
    vectors : Vectors
        Has the labels.

    Returns
    -------
    accuracy : float
        In percent.
    """
    mean, scale = train.mean(axis=0), train.std(axis=0)
    scale[scale == 0] = 1
    fitted = _fitted((train - mean) / scale, vectors.train_labels, max_iter=1000)
    return 100.0 * float(fitted.score((test - mean) / scale, vectors.test_labels))


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
        fit, score = order[:n_fitted], order[n_fitted : n_fitted + n_scored]
        fitted = _fitted(train[fit], labels[fit], max_iter=100)
        found.append(100.0 * float(fitted.score(train[score], labels[score])))
    return found


def _fitted(features: np.ndarray, labels: np.ndarray, max_iter: int):
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the number of iterations is part of the protocols
        return LogisticRegression(C=1.0, max_iter=max_iter).fit(features, labels)

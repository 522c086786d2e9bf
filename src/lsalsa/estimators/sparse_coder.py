"""Certified optimal codes as an estimator."""

from typing import Any, Self

import numpy as np
from sklearn.base import clone

from lsalsa.estimators._base import CodingEstimator, problem_of
from lsalsa.estimators.dictionary_learner import DictionaryLearner
from lsalsa.exact import optimal_codes
from lsalsa.exact.sparsity import ZERO_SHARE
from lsalsa.problem import SparseCodingProblem


class SparseCoder(CodingEstimator):
    """Optimal codes under dictionaries that are given, or learned: none leaves `transform` without its certificate.

    Parameters
    ----------
    dictionary : array, (n_features, n_atoms), sequence of them, DictionaryLearner, or None
        One dictionary or several. A `DictionaryLearner` is cloned and fitted; None stands for one with the `penalty`,
        `zero_share` and `random_state` below.
    penalty : float, sequence of float, or "auto"
        Weight of the l1 norm, one for all dictionaries or one for each. "auto" is the smallest under which a share of
        the entries of the codes of the training signals is zero, see `lsalsa.choose_penalty`.
    zero_share : float
        What "auto" aims at.
    tolerance : float
        Largest relative duality gap of a code.
    random_state : int, RandomState or None
        Of the learning of a dictionary, where none is given.

    Attributes
    ----------
    problem_ : SparseCodingProblem
    n_features_in_ : int

    Examples
    --------
    >>> codes = SparseCoder(dictionary, penalty=0.1).fit_transform(signals)  # doctest: +SKIP
    """

    def __init__(
        self,
        dictionary: Any = None,
        *,
        penalty: Any = "auto",
        zero_share: float = ZERO_SHARE,
        tolerance: float = 1e-6,
        random_state: Any = 0,
    ):
        self.dictionary = dictionary
        self.penalty = penalty
        self.zero_share = zero_share
        self.tolerance = tolerance
        self.random_state = random_state

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn the dictionary and choose the penalty, whichever is not given.

        Parameters
        ----------
        X : array, (n_samples, n_features)
        y : ignored
        """
        is_given = self.dictionary is not None and not isinstance(self.penalty, str)
        signals = self._training(X, least=1 if is_given else 2)
        self.problem_ = problem_from(self, signals)
        return self

    def _codes(self, signals: np.ndarray) -> np.ndarray:
        return optimal_codes(self.problem_.astype(signals.dtype), signals, self.tolerance).codes


def problem_from(estimator: Any, signals: np.ndarray) -> SparseCodingProblem:
    """The problem that an estimator's parameters `dictionary`, `penalty`, `zero_share` and `random_state` ask for.

    Parameters
    ----------
    estimator : estimator
    signals : array, (n_samples, n_features)
        Those of its fit.
    """
    dictionary, penalty, share = estimator.dictionary, estimator.penalty, estimator.zero_share
    if dictionary is None:
        dictionary = DictionaryLearner(penalty=penalty, zero_share=share, random_state=estimator.random_state)
    if isinstance(dictionary, DictionaryLearner):
        dictionary = clone(dictionary).fit(signals).dictionary_
    return problem_of(dictionary, penalty, signals, share)

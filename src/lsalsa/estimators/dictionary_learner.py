"""Dictionary learning as an estimator."""

from collections.abc import Mapping
from typing import Any, Self

import numpy as np

from lsalsa.dictionary import LearnedDictionary, learn_dictionary
from lsalsa.estimators._base import CodingEstimator, problem_of, seed_from
from lsalsa.exact.sparsity import ZERO_SHARE


class DictionaryLearner(CodingEstimator):
    """Learn a dictionary; `transform` gives the certified optimal codes under it.

    Parameters
    ----------
    n_atoms : int, optional
        As many as there are features by default.
    penalty : float or "auto"
        Of learning and of codes. "auto" chooses it by the share of zeros: for learning as `learn_dictionary` says, and
        for codes anew, on the learned dictionary.
    zero_share : float
        What "auto" aims at.
    method : str
        Of `learn_dictionary`.
    epochs, batch_size : int, optional
        The method's own by default.
    settings : mapping, optional
        What else `learn_dictionary` takes: `tolerance`, `start`, the method's own.
    random_state : int, RandomState or None
        A whole number is the seed of the library: the same one gives the same bytes.
    verbose : bool
        Print a line for every epoch.

    Attributes
    ----------
    dictionary_ : array, (n_features, n_atoms)
        Columns of norm 1.
    penalty_ : float
        Of the codes.
    learned_ : LearnedDictionary
        With the history of the learning.
    problem_ : SparseCodingProblem
    n_features_in_ : int

    Examples
    --------
    >>> codes = DictionaryLearner(n_atoms=100).fit_transform(patches)  # doctest: +SKIP
    """

    learned_: LearnedDictionary

    def __init__(
        self,
        n_atoms: int | None = None,
        *,
        penalty: float | str = "auto",
        zero_share: float = ZERO_SHARE,
        method: str = "online",
        epochs: int | None = None,
        batch_size: int | None = None,
        settings: Mapping[str, Any] | None = None,
        random_state: Any = 0,
        verbose: bool = False,
    ):
        self.n_atoms = n_atoms
        self.penalty = penalty
        self.zero_share = zero_share
        self.method = method
        self.epochs = epochs
        self.batch_size = batch_size
        self.settings = settings
        self.random_state = random_state
        self.verbose = verbose

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn a dictionary of signals.

        Parameters
        ----------
        X : array, (n_samples, n_features)
        y : ignored
        """
        signals = self._training(X)
        self.learned_ = learn_dictionary(
            signals,
            signals.shape[1] if self.n_atoms is None else self.n_atoms,
            self.penalty,
            zero_share=self.zero_share,
            method=self.method,
            epochs=self.epochs,
            batch_size=self.batch_size,
            seed=seed_from(self.random_state),
            verbose=self.verbose,
            **(self.settings or {}),
        )
        self.dictionary_: np.ndarray = self.learned_.dictionary
        self.problem_ = problem_of(self.dictionary_, self.penalty, signals, self.zero_share)
        self.penalty_ = self.problem_.penalties[0]
        return self

"""What the estimators share: checks of arrays, codes of a problem and back, the score, what scikit-learn asks for."""

from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from lsalsa.arrays import check_matrix
from lsalsa.errors import ConfigError
from lsalsa.exact import optimal_codes
from lsalsa.exact.sparsity import choose_penalty
from lsalsa.problem import SparseCodingProblem

DTYPES = ["float64", "float32"]
"""That come in and go out; the first is for numbers of other types."""

LARGEST_SEED = 2**31 - 1


class CodingEstimator(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """Base of the estimators: `fit` of a subclass sets `problem_`. Codes are certified unless it overrides `_codes`.

    Attributes
    ----------
    problem_ : SparseCodingProblem
        The dictionaries and penalties, in the dtype of the training data.
    n_features_in_ : int
    """

    problem_: SparseCodingProblem
    n_features_in_: int

    def transform(self, X: Any) -> np.ndarray:
        """Codes of signals.

        Parameters
        ----------
        X : array, (n_samples, n_features)

        Returns
        -------
        codes : array, (n_samples, n_atoms)
            In the dtype of the signals.
        """
        return self._codes(self._checked(X))

    def inverse_transform(self, X: Any) -> np.ndarray:
        """Signals that codes stand for: the sum of atoms.

        Parameters
        ----------
        X : array, (n_samples, n_atoms)

        Returns
        -------
        signals : array, (n_samples, n_features)
        """
        check_is_fitted(self)
        codes = np.asarray(X)
        codes = codes if codes.dtype in (np.float32, np.float64) else codes.astype(np.float64)
        return self.problem_.astype(codes.dtype).reconstruct(codes)

    def score(self, X: Any, y: Any = None) -> float:
        """Minus the mean objective of the codes of signals. Only scores under the same penalty can be compared.

        Parameters
        ----------
        X : array, (n_samples, n_features)
        y : ignored
        """
        signals = self._checked(X)
        return -float(np.mean(self.problem_.astype(signals.dtype).objective(signals, self._codes(signals))))

    def _checked(self, X: Any) -> np.ndarray:
        """The signals of a fitted estimator as a matrix that fits it."""
        check_is_fitted(self)
        return validate_data(self, X, dtype=DTYPES, order="C", reset=False)

    def _training(self, X: Any, least: int = 2) -> np.ndarray:
        """The signals of a fit as a matrix, of which one teaches nothing; its columns are those of all later ones."""
        return validate_data(self, X, dtype=DTYPES, order="C", ensure_min_samples=least)

    def _codes(self, signals: np.ndarray) -> np.ndarray:
        return optimal_codes(self.problem_.astype(signals.dtype), signals).codes

    @property
    def _n_features_out(self) -> int:
        """As `get_feature_names_out` asks for it."""
        return self.problem_.n_atoms

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = DTYPES
        return tags


def seed_from(random_state: Any) -> int:
    """A seed of the library: the number itself, or one that is drawn, as scikit-learn means None and generators."""
    if isinstance(random_state, int | np.integer):
        return int(random_state)
    return int(check_random_state(random_state).randint(LARGEST_SEED))


def problem_of(dictionaries: Any, penalty: Any, signals: np.ndarray, zero_share: float) -> SparseCodingProblem:
    """Dictionaries and a penalty as a problem for these signals, in their dtype.

    Parameters
    ----------
    dictionaries : array, (n_features, n_atoms), or sequence of them
    penalty : float, sequence of float, or "auto"
    signals : array, (n_samples, n_features)
    zero_share : float
        What "auto" aims at, see `choose_penalty`.

    Raises
    ------
    ConfigError
        For another word than "auto".
    ShapeError, DataError
        Dictionaries that do not fit, signals for which no penalty can be chosen.
    """
    problem = SparseCodingProblem(dictionaries, 1.0).astype(signals.dtype)
    check_matrix("signals", signals, n_columns=problem.n_features)
    if isinstance(penalty, str):
        if penalty != "auto":
            raise ConfigError(f"penalty must be a number or auto, found {penalty!r}")
        penalty = choose_penalty(problem.dictionaries, signals, zero_share)
    return problem.with_penalties(penalty)

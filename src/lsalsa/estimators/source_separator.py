"""Source separation as an estimator."""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from sklearn.base import clone
from sklearn.utils.validation import validate_data

from lsalsa.arrays.checks import describe
from lsalsa.errors import ConfigError, DataError, ShapeError
from lsalsa.estimators._base import DTYPES, CodingEstimator, seed_from
from lsalsa.estimators.dictionary_learner import DictionaryLearner
from lsalsa.estimators.sparse_coder import SparseCoder
from lsalsa.metrics import si_sdr
from lsalsa.seeds import generator


class SourceSeparator(CodingEstimator):
    """Take mixtures apart (LSALSA paper, section 3): a dictionary for each source, and codes over all of them.

    `fit(X, y)` sees examples of single sources: y says which source each row of X shows. `transform` and `separate` see
    sums of one signal of each source. Where mixtures are needed to fit or to score, examples are added up: those of
    each source in random order, which depends on `random_state` alone, and again from the first where one has fewer.

    Parameters
    ----------
    dictionary : DictionaryLearner, sequence of array (n_features, n_atoms_d), or None
        Cloned and fitted for each source; or the dictionaries of the sources, in the order of their labels. None stands
        for a `DictionaryLearner` with the `random_state` below.
    coder : SparseCoder, LearnedEncoder, or None
        How mixtures are coded, without its own `dictionary`; None stands for certified codes, `SparseCoder()`.
    random_state : int, RandomState or None

    Attributes
    ----------
    classes_ : array, (n_sources,)
        Labels of the sources, sorted.
    coder_ : SparseCoder or LearnedEncoder
        Fitted to mixtures.
    problem_ : SparseCodingProblem
        Of the coder.
    n_features_in_ : int

    Notes
    -----
    Every fold of a cross-validation needs examples of every source: with sorted labels take `StratifiedKFold`.

    Examples
    --------
    >>> faces, texts = SourceSeparator().fit(examples, labels).separate(mixtures)  # doctest: +SKIP
    """

    coder_: Any

    def __init__(self, dictionary: Any = None, *, coder: Any = None, random_state: Any = 0):
        self.dictionary = dictionary
        self.coder = coder
        self.random_state = random_state

    def fit(self, X: Any, y: Any) -> Self:
        """Learn a dictionary for each source, and to code mixtures.

        Parameters
        ----------
        X : array, (n_samples, n_features)
            Examples of single sources.
        y : array, (n_samples,)
            The source of each, by any label.
        """
        signals, labels = validate_data(self, X, y, dtype=DTYPES, order="C", ensure_min_samples=2)
        self.classes_ = np.unique(labels)
        self._seed = seed_from(self.random_state)
        sources = [signals[labels == label] for label in self.classes_]
        coder = clone(SparseCoder() if self.coder is None else self.coder)
        coder.set_params(dictionary=self._dictionaries(sources))
        self.coder_ = coder.fit(self._drawn(sources).sum(axis=0))
        self.problem_ = self.coder_.problem_
        return self

    def separate(self, X: Any) -> np.ndarray:
        """The sources of mixtures.

        Parameters
        ----------
        X : array, (n_samples, n_features)

        Returns
        -------
        sources : array, (n_sources, n_samples, n_features)
            In the order of `classes_`; their sum is what `inverse_transform` makes of the codes.
        """
        codes = self.transform(X)
        return np.stack(self.problem_.astype(codes.dtype).reconstruct_components(codes))

    def score(self, X: Any, y: Any = None) -> float:
        """How well mixtures of examples are taken apart: the mean over sources of the SI-SDR, in dB.

        Parameters
        ----------
        X, y
            As for `fit`; y is needed.

        Returns
        -------
        float
            Of each source the median over mixtures, see `lsalsa.metrics.si_sdr`.

        Raises
        ------
        DataError
            When there is a source without an example, or an example of another source than those of `fit`.
        """
        signals = self._checked(X)
        labels = np.asarray(y)
        if labels.shape != signals.shape[:1]:
            raise ShapeError(f"y must have shape {signals.shape[:1]}, a label for each signal, found {labels.shape}")
        found = np.unique(labels)
        if not np.array_equal(found, self.classes_):
            raise DataError(f"y must have examples of the sources {self.classes_.tolist()}, found {found.tolist()}")
        truth = self._drawn([signals[labels == label] for label in self.classes_])
        estimates = self.separate(truth.sum(axis=0))
        return float(np.mean([si_sdr(*pair) for pair in zip(estimates, truth, strict=True)]))

    def _dictionaries(self, sources: list[np.ndarray]) -> list[np.ndarray]:
        """A dictionary for each source, as given or learned."""
        given = self.dictionary
        learner = DictionaryLearner(random_state=self._seed) if given is None else given
        if isinstance(learner, DictionaryLearner):
            return [clone(learner).fit(source).dictionary_ for source in sources]
        if not isinstance(given, Sequence) or len(given) != len(sources):
            found = len(given) if isinstance(given, Sequence) else describe(given)
            raise ConfigError(f"dictionary must be one for each of {len(sources)} sources, in a list; found {found}")
        return list(given)

    def _drawn(self, sources: list[np.ndarray]) -> np.ndarray:
        """Examples of each source that stand side by side, to be added up: array, (n_sources, n, n_features)."""
        count = max(map(len, sources))
        orders = [generator(self._seed, i).permutation(len(source)) for i, source in enumerate(sources)]
        pairs = zip(sources, orders, strict=True)
        return np.stack([source[np.resize(order, count)] for source, order in pairs])

    def _codes(self, signals: np.ndarray) -> np.ndarray:
        return self.coder_.transform(signals)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        return tags

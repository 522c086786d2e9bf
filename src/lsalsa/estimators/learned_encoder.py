"""A learned encoder as an estimator."""

from collections.abc import Mapping
from typing import Any, Self

import numpy as np

from lsalsa.choosing import choose_learning_rate, choose_mu
from lsalsa.encoders import Encoder, encoder_class
from lsalsa.estimators._base import CodingEstimator, seed_from
from lsalsa.estimators.sparse_coder import problem_from
from lsalsa.exact import optimal_codes
from lsalsa.exact.sparsity import ZERO_SHARE
from lsalsa.training import History, train

ASIDE = 10
"""One of so many samples is kept aside for validation."""


class LearnedEncoder(CodingEstimator):
    """Train an encoder to predict optimal codes; `transform` gives its codes, near the optimum in few steps.

    Parameters
    ----------
    encoder : str
        The name of an encoder for dictionaries: "lsalsa", "lista", ...
    depth : int
        Its layers.
    dictionary, penalty, zero_share
        As for `SparseCoder`.
    mu : float or "auto"
        Of an encoder that has one: "auto" is where the untrained network comes nearest to the optimal codes, see
        `lsalsa.choose_mu`.
    settings : mapping, optional
        Other settings of the encoder.
    learning_rate : float or "auto"
        "auto" is the one that does best in a few steps, see `lsalsa.choose_learning_rate`.
    optimizer : {"adam", "sgd", "adadelta"}
    epochs, batch_size : int
    random_state : int, RandomState or None
        Of the dictionary and of the order of the samples; a whole number gives the same bytes each time.
    verbose : bool
        Print a line for every epoch of training.

    Attributes
    ----------
    encoder_ : Encoder
        Trained.
    history_ : History
        Of the training: every tenth sample was kept aside for its scores (with fewer than ten, none was).
    mu_ : float or None
        None for an encoder that has none.
    learning_rate_ : float
    problem_ : SparseCodingProblem
    n_features_in_ : int

    Examples
    --------
    >>> codes = LearnedEncoder("lsalsa", depth=3).fit(patches).transform(others)  # doctest: +SKIP
    """

    encoder_: Encoder
    history_: History

    def __init__(
        self,
        encoder: str = "lsalsa",
        depth: int = 5,
        *,
        dictionary: Any = None,
        penalty: Any = "auto",
        zero_share: float = ZERO_SHARE,
        mu: float | str = "auto",
        settings: Mapping[str, Any] | None = None,
        learning_rate: float | str = "auto",
        optimizer: str = "adam",
        epochs: int = 20,
        batch_size: int = 100,
        random_state: Any = 0,
        verbose: bool = False,
    ):
        self.encoder = encoder
        self.depth = depth
        self.dictionary = dictionary
        self.penalty = penalty
        self.zero_share = zero_share
        self.mu = mu
        self.settings = settings
        self.learning_rate = learning_rate
        self.optimizer = optimizer
        self.epochs = epochs
        self.batch_size = batch_size
        self.random_state = random_state
        self.verbose = verbose

    def fit(self, X: Any, y: Any = None) -> Self:
        """Compute the optimal codes of signals, and train an encoder to predict them.

        Parameters
        ----------
        X : array, (n_samples, n_features)
        y : ignored
        """
        signals = self._training(X)
        self.problem_ = problem_from(self, signals)
        codes = optimal_codes(self.problem_, signals).codes
        aside = np.arange(len(signals)) % ASIDE == ASIDE - 1
        pair = (signals, codes) if not aside.any() else (signals[~aside], codes[~aside])
        self._start(*pair)
        given: dict[str, Any] = {"optimizer": self.optimizer, "batch_size": self.batch_size}
        given["seed"] = seed_from(self.random_state)
        self.learning_rate_ = self._rate(*pair, **given)
        given |= {"learning_rate": self.learning_rate_, "epochs": self.epochs, "set_backs": 3}
        validation = (signals[aside], codes[aside]) if aside.any() else None
        self.history_ = train(self.encoder_, *pair, validation=validation, verbose=self.verbose, **given)
        return self

    def _start(self, signals: np.ndarray, codes: np.ndarray) -> None:
        """The encoder before its training; what it is not told is chosen on these samples."""
        kind = encoder_class(self.encoder)
        settings = {**(self.settings or {}), "depth": self.depth}
        if self.mu != "auto":
            settings["mu"] = self.mu
        elif "mu" in kind.defaults:
            read_out = {**kind.defaults, **settings}.get("read_out", "softx")
            settings["mu"] = choose_mu(self.problem_, signals, codes, depth=self.depth, read_out=read_out)
        self.encoder_ = kind.from_problem(self.problem_, **settings)
        self.mu_ = settings.get("mu")

    def _rate(self, signals: np.ndarray, codes: np.ndarray, **given: Any) -> float:
        if self.learning_rate != "auto":
            return self.learning_rate  # type: ignore[return-value]  # `train` refuses any other word
        return choose_learning_rate(self.encoder_, signals, codes, **given)

    def _codes(self, signals: np.ndarray) -> np.ndarray:
        return self.encoder_.encode(signals.astype(self.encoder_.dtype, copy=False)).astype(signals.dtype, copy=False)

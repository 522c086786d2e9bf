"""What is known of a training: a row for each epoch, and how it ended."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lsalsa.errors import DivergenceWarning

CONVERGED, EPOCHS_USED = "converged", "epochs_used"
SUCCEEDED = (CONVERGED, EPOCHS_USED)
FAILURES = {
    "diverged": "blew up, and its best epoch is kept: try a smaller learning_rate, or set_backs",
    "collapsed": "ended at codes that are no better than zero: try a smaller learning_rate, or a smaller penalty",
}
"""What to say of a training that failed, by its status; that memory was short is no matter of settings."""


@dataclass
class History:
    """How a training went.

    Attributes
    ----------
    rows : list of dict
        One per epoch: epoch (0 is the untrained encoder), loss (mean over the epoch's samples; of the batch that blew
        up, where one did), what the loss scores on the validation samples (for the distance to the optimal codes
        validation_rmse and zero_share), learning_rate, seconds, kept (true for the epoch whose encoder was kept),
        status (`set back` for an epoch that was undone; the last row has the run's). With several groups the loss,
        the scores and the rate are those of the first.
    status : {"epochs_used", "converged", "diverged", "collapsed", "oom"}
        `converged` when the loss stood still, `epochs_used` when all epochs were run. A run that diverged or ran out of
        memory is left with its best encoder; a collapsed one gives codes no better than zero.
    score : str
        Column by which epochs are compared.
    """

    rows: list[dict] = field(default_factory=list)
    status: str = EPOCHS_USED
    score: str = "validation_rmse"

    def __repr__(self) -> str:
        if not self.rows:
            return f"History({self.status}, no epochs)"
        kept = self.kept
        words = f"{self.status} after {self.rows[-1]['epoch']} epochs, kept epoch {kept['epoch']}"
        return f"History({words} with {self.score} {kept[self.score]:.4g})"

    @property
    def kept(self) -> dict:
        """The row of the epoch whose encoder was kept."""
        return next(row for row in self.rows if row["kept"])

    @property
    def validation_score(self) -> float:
        """Score of the kept encoder on the validation samples; infinite for a run that failed."""
        return self.kept[self.score] if self.status in SUCCEEDED else float("inf")

    @property
    def worse_than_start(self) -> bool:
        """Whether training left an encoder with a worse score than the untrained one's: the last epoch can be."""
        return not self.kept[self.score] <= self.rows[0][self.score]


def in_words(row: Mapping[str, Any], score: str) -> str:
    """One epoch for a reader of the log.

    Parameters
    ----------
    row : mapping
        Of `History.rows`.
    score : str
        Column by which epochs are compared.
    """
    loss = "no loss" if row["loss"] is None else f"loss {row['loss']:.4g}"
    return f"epoch {row['epoch']}: {loss}, {score} {row[score]:.4g}, {row['seconds']:.1f} s, {row['status']}"


def warn_of_failure(history: History, name: str) -> None:
    """Warn, for the caller of `train`, of a training that diverged or collapsed.

    Parameters
    ----------
    history : History
    name : str
        Of the encoder.
    """
    if history.status in FAILURES:
        warnings.warn(f"training of {name} {FAILURES[history.status]}", DivergenceWarning, stacklevel=3)

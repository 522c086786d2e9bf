"""What is known of a training: a row for each epoch, and how it ended."""

from dataclasses import dataclass, field

CONVERGED, EPOCHS_USED = "converged", "epochs_used"
SUCCEEDED = (CONVERGED, EPOCHS_USED)


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

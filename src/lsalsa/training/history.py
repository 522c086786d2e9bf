"""What a training tells: a row for each epoch, and how it ended."""

from dataclasses import dataclass, field


@dataclass
class History:
    """How a training went.

    Attributes
    ----------
    rows : list of dict
        One per epoch: epoch (0 is the untrained encoder), loss (mean over the epoch's samples; of the batch that blew
        up, where one did), what the loss scores on the validation samples (for the distance to the optimal codes
        validation_rmse and zero_share), learning_rate, seconds, kept (true for the epoch whose encoder was kept),
        status (`set back` for an epoch that was undone; the last row has the run's).
    status : {"max_iterations", "done", "diverged", "collapsed", "oom"}
        `done` when the loss stood still, `max_iterations` when all epochs were run. A run that diverged or ran out of
        memory is left with its best encoder; a collapsed one gives codes no better than zero.
    score : str
        Column by which epochs are compared.
    """

    rows: list[dict] = field(default_factory=list)
    status: str = "max_iterations"
    score: str = "validation_rmse"

    @property
    def validation_score(self) -> float:
        """Score of the kept encoder on the validation samples; infinite for a run that failed."""
        kept = next(row[self.score] for row in self.rows if row["kept"])
        return kept if self.status in ("done", "max_iterations") else float("inf")

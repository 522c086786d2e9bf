"""The candidates of a search under way: trainings that pause between rungs, and may be interrupted."""

from collections.abc import Sequence
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from typing import Any

from lsalsa.arrays import is_host
from lsalsa.storage.ending import end_if_asked, is_asked
from lsalsa.study.jobs.scratch import resumed, seconds_between
from lsalsa.training import Training
from lsalsa.training.checkpoint import Checkpoint
from lsalsa.training.criterion import OBJECTIVE
from lsalsa.training.search import each_alone
from lsalsa.training.together import run_together


class CandidateRun:
    """A candidate's training. With a path it continues from the state that is saved there.

    The state may be that of a later rung; so it has a note of what each rung found.

    Parameters
    ----------
    fit : Training
    path : path or None
        Of its checkpoint.

    Attributes
    ----------
    facts : dict
        What the last rung found: rmse, objective, status, chosen_by.
    """

    def __init__(self, fit: Training, path: Path | None):
        self.fit, self.path = fit, path
        self.facts: dict[str, Any] = {}

    @cached_property
    def saved(self) -> Checkpoint | None:
        """Its checkpoint, what was saved being in place."""
        return None if self.path is None else resumed(self._taken_up, self.path)

    def _taken_up(self, path: Path | None) -> Checkpoint:
        assert path is not None
        saved = Checkpoint(path, self.fit, seconds_between())
        saved.resume()
        return saved

    def is_past(self, epochs: int) -> bool:
        """Whether a rung was passed before an interruption."""
        return self.saved is not None and str(epochs) in self.saved.notes

    def advance(self, epochs: int) -> float:
        """Train up to this total of epochs; return the score of the best one, infinite for a failed run."""
        if self.saved is None:
            self.fit.run_to(epochs)
        elif not self.is_past(epochs):
            with self.saved:
                self.saved.run_to(epochs)
                return self.found_at(epochs)
        return self.found_at(epochs)

    def found_at(self, epochs: int) -> float:
        """Note what the training has found at the end of a rung, if that is not known; return its score."""
        notes = self.saved.notes if self.saved else {}
        if str(epochs) not in notes:
            notes[str(epochs)] = self._found()
            if self.saved:
                self.saved.at_end()
        found = notes[str(epochs)]
        self.facts = found["facts"]
        return found["score"]

    def _found(self) -> dict[str, Any]:
        history = self.fit.history()
        facts = {
            "rmse": history.kept.get("validation_rmse"),
            "objective": history.kept[OBJECTIVE],
            "status": history.status,
            "chosen_by": history.score.removeprefix("validation_"),
        }
        return {"score": history.validation_score, "facts": facts}


def advance_all(runs: Sequence[CandidateRun], epochs: int) -> list[float]:
    """Train candidates up to a total of epochs; return their scores.

    On the host each has a thread. On a GPU those of one shape are products of stacked matrices.

    Parameters
    ----------
    runs : sequence of CandidateRun
    epochs : int

    Returns
    -------
    scores : list of float
    """
    if all(is_host(run.fit.signals) for run in runs):
        return each_alone(runs, epochs)
    return advance_together(runs, epochs)


def advance_together(runs: Sequence[CandidateRun], epochs: int) -> list[float]:
    """As `advance_all`, on any device by stacked products; arguments and result as there.

    Between rungs all states are saved at once, as many times more seldom as there are candidates.
    """
    fits = [run.fit for run in runs if not run.is_past(epochs)]
    saved = [run.saved for run in runs if run.saved]

    def save() -> None:
        if saved and (is_asked() or min(one.worked for one in saved) >= len(saved) * seconds_between()):
            for one in saved:
                if one.training.status != "oom":
                    one.save()
        end_if_asked()

    with ExitStack() as waits:
        for one in saved:
            waits.enter_context(one)
        run_together(fits, epochs, after_epoch=save)
        return [run.found_at(epochs) for run in runs]

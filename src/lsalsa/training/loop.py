"""The training loop: epochs of mini-batches, history, guards against divergence and collapse."""

import logging
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from lsalsa.arrays import one_blas_thread
from lsalsa.arrays.checks import check_out, describe
from lsalsa.encoders._recorded import Steps
from lsalsa.encoders.base import Encoder
from lsalsa.errors import DivergedError, ShapeError
from lsalsa.losses import Loss
from lsalsa.seeds import generator
from lsalsa.training.criterion import Criterion
from lsalsa.training.history import CONVERGED, EPOCHS_USED, History, in_words
from lsalsa.training.optimizers import Optimizer, clip_norm
from lsalsa.training.settings import Group, TrainingSettings

log = logging.getLogger(__name__)
DIVERGENCE_FACTOR = 100.0  # a loss this many times the first has blown up (docs/method.md, section 5)
RESTART_RATE_FACTOR = 0.1  # on the learning rates after each set-back
VALIDATION_SAMPLES = 1000  # of the training samples, where no others are given


class Training:
    """One training between its epochs; everything that a resumed training needs has a name here.

    Parameters
    ----------
    encoder, signals, targets
        As for `train`.
    settings : TrainingSettings
        The caller of `run_epoch` decides how many epochs run; `epochs` is not used.
    loss, groups, validation, criterion
        As for `train`.

    Attributes
    ----------
    epoch, kept_epoch : int
        Epochs run so far; the one whose encoder is kept.
    batches, loss_sum, spent : int, float, float
        Of the epoch under way: the batches done, the sum of their losses over samples, and the seconds they took.
    after_step : callable
        Called after each batch, when all of this is as it is saved.
    status : str or None
        How the training ended, None where it can go on.
    groups : tuple of Group
    optimizers : list of Optimizer
        One for each group.

    Raises
    ------
    ConfigError, ShapeError, DataError
        As for `train`.
    """

    def __init__(
        self,
        encoder: Encoder,
        signals: Any,
        targets: Any = None,
        *,
        settings: TrainingSettings,
        loss: Loss | None = None,
        groups: Sequence[Group] | None = None,
        validation: tuple[Any, Any] | None = None,
        criterion: Criterion | None = None,
    ):
        self.encoder, self.settings, self.criterion = encoder, settings, criterion
        for name, array in encoder.arrays.items():
            check_out(f"parameter {name} of {encoder.name}", array, array.shape, array, any_layout=True)
        self.groups = settings.groups(loss, groups)
        self.optimizers = self._new_optimizers()
        self.signals, self.targets = self._checked("training", signals, targets)
        self.validation = self._checked("validation", *self._pair(validation))
        self.batch_size = min(settings.batch_size, signals.shape[0])
        self.tiles = encoder.gradient_tiles()
        self.steps: dict[tuple[int, int], Steps] = {}  # by position of the group and size of the batch
        self.first_loss: float | None = None
        self.epoch = self.kept_epoch = self.n_set_backs = self.batches = 0
        self.loss_sum, self.spent = 0.0, 0.0
        self.after_step: Callable[[], None] = lambda: None
        self.status: str | None = None
        self.kept = self._arrays()
        self.rows: list[dict] = [self._row(self._scores(), loss=None, clock=time.perf_counter(), status="running")]

    def _checked(self, purpose: str, signals: Any, targets: Any) -> tuple[Any, Any]:
        """Signals and targets that fit; no targets where no loss needs them."""
        for group in self.groups:
            signals, targets = group.loss.check(purpose, self.encoder, signals, targets)
        self.encoder.check_signals(signals)
        return signals, targets if any(group.loss.supervised for group in self.groups) else None

    def _pair(self, validation: Any) -> tuple[Any, Any]:
        """Validation signals and targets as they were given, or the first ones of the training."""
        if validation is None:
            count, targets = VALIDATION_SAMPLES, self.targets
            return self.signals[:count], None if targets is None else targets[:count]
        if not isinstance(validation, tuple | list) or len(validation) != 2:
            found = f"{len(validation)} of them" if isinstance(validation, tuple | list) else describe(validation)
            raise ShapeError(f"validation must be a pair of signals and targets (or None), found {found}")
        return validation[0], validation[1]

    @property
    def loss(self) -> Loss:
        """The loss that is watched, scored and written down."""
        return self.groups[0].loss

    @property
    def score(self) -> str:
        """Name of the score by which epochs are compared; smaller is better."""
        return self.loss.score if self.criterion is None else self.criterion.score(self.loss)

    def learning_rate(self, group: Group) -> float:
        """The rate of a group in the coming epoch."""
        settings = self.settings
        return group.learning_rate * settings.decay**self.epoch * RESTART_RATE_FACTOR**self.n_set_backs

    @property
    def spent(self) -> float:
        return time.perf_counter() - self._clock

    @spent.setter
    def spent(self, seconds: float) -> None:
        self._clock = time.perf_counter() - seconds

    def run_to(self, epochs: int) -> None:
        """Run epochs until there are as many in all, or the training has ended."""
        while self.status is None and self.epoch < epochs:
            self.run_epoch()

    def run_epoch(self) -> None:
        """One pass over all samples in a new order, or what is left of one that was interrupted; the order depends on
        the seed and the number of the epoch only."""
        if not self.batches:
            self.spent = 0.0
        self._pass_and_score(lambda: self._pass(self.batches_of_epoch()), self._clock)

    def take_epoch(self, losses: Sequence[float], seconds: float) -> None:
        """An epoch whose steps were made elsewhere, on the encoder's arrays, in the order of `batches_of_epoch`.

        Parameters
        ----------
        losses : sequence of float
            The mean loss of each batch before its step.
        seconds : float
            What the steps took.
        """
        if self.first_loss is None:
            self.first_loss = losses[0]
        blown_up = [loss for loss in losses if self._blew_up(loss)]
        sizes = np.diff([*range(0, len(self.signals), self.batch_size), len(self.signals)])
        loss = blown_up[0] if blown_up else float(np.average(losses, weights=sizes))
        self._pass_and_score(lambda: loss, time.perf_counter() - seconds)

    def batches_of_epoch(self) -> list[np.ndarray]:
        """The samples of each batch of the epoch under way, or of the coming one; the last may be smaller."""
        order = generator(self.settings.seed, self.epoch).permutation(self.signals.shape[0])
        return np.array_split(order, range(self.batch_size, len(order), self.batch_size))

    def _pass_and_score(self, steps: Callable[[], float], clock: float) -> None:
        """The steps of an epoch, its scores, and what follows from them."""
        try:
            with np.errstate(over="ignore", invalid="ignore"), one_blas_thread():  # a diverging run has its own status
                loss = steps()
                scores = None if self._blew_up(loss) else self._scores()
            self._end_epoch(loss, scores, clock)
        except MemoryError:
            self._undo(None, clock, "oom")
            self.status = "oom"
        log.debug("%s", in_words(self.rows[-1], self.score))

    def _end_epoch(self, loss: float, scores: dict[str, float] | None, clock: float) -> None:
        """Keep the encoder, or set it back; an end where the loss stands still."""
        if scores is None or not np.isfinite(scores[self.score]):
            return self._set_back(loss, clock)
        self._append(self._row(scores, loss, clock, "running"))
        if self.settings.keep == "last" or scores[self.score] < self.rows[self.kept_epoch][self.score]:
            self.kept, self.kept_epoch = self._arrays(), self.epoch
        if self._stands_still():
            self.status = CONVERGED

    def _set_back(self, loss: float, clock: float) -> None:
        """After an epoch that blew up, on from the kept encoder at a lower rate; the end if that was done enough."""
        over = self.n_set_backs == self.settings.set_backs
        self._undo(loss, clock, "diverged" if over else "set back")
        self.optimizers = self._new_optimizers()
        if over:
            self.status = "diverged"
        self.n_set_backs += 1

    def _undo(self, loss: float | None, clock: float, status: str) -> None:
        """Back to the kept encoder; the epoch keeps a row with the status."""
        self._restore()
        self._append({**self.rows[self.kept_epoch], **self._row({}, loss, clock, status)})

    def _pass(self, batches: list[np.ndarray]) -> float:
        """A step for each batch that is left; the mean loss over samples, or the loss of the batch that blew up,
        infinite where the encoder says so itself."""
        for batch in batches[self.batches :]:
            try:
                loss = self._step(batch)
            except DivergedError as error:
                log.warning("epoch %d: %s", self.epoch + 1, error)
                return np.inf
            if self._blew_up(loss):
                return loss
            self.loss_sum += loss * len(batch)
            self.batches += 1
            self.after_step()
        return self.loss_sum / len(self.signals)

    def _step(self, index: np.ndarray) -> float:
        """A step of each group, which sees the parameters as the one before left them; the first one's loss, or the
        one that blew up."""
        watched = None
        for position, (group, optimizer) in enumerate(zip(self.groups, self.optimizers, strict=True)):
            loss, gradient = self._loss_and_gradient(position, index)
            if self.first_loss is None:
                self.first_loss = loss
            if not np.isfinite(loss) or (watched is None and self._blew_up(loss)):
                return loss
            self._move(group, optimizer, gradient)
            watched = loss if watched is None else watched
        assert watched is not None
        return watched

    def _loss_and_gradient(self, position: int, index: np.ndarray) -> tuple[float, dict[str, Any]]:
        key = position, len(index)
        if key not in self.steps:
            names, loss = tuple(self.optimizers[position].arrays), self.groups[position].loss
            self.steps[key] = Steps(self.encoder, self.signals, self.targets, loss, names, self.tiles)
        return self.steps[key](index)

    def _move(self, group: Group, optimizer: Optimizer, gradient: dict[str, Any]) -> None:
        group.keep_to_tangent(gradient, self.encoder)
        if self.settings.clip is not None:
            clip_norm(gradient, self.settings.clip)
        optimizer.step(gradient, self.learning_rate(group), self.tiles)
        self.encoder.constrain()
        group.loss.constrain(self.encoder)

    def _blew_up(self, loss: float) -> bool:
        first = self.first_loss  # None where the very first step ended in a DivergedError
        return not np.isfinite(loss) or (first is not None and loss > DIVERGENCE_FACTOR * first > 0)

    def _new_optimizers(self) -> list[Optimizer]:
        return [group.new_optimizer(self.encoder) for group in self.groups]

    def _arrays(self) -> dict[str, Any]:
        """Copies of all parameters: where a group moves some, others may follow, as a step size follows filters."""
        return {name: array.copy() for name, array in self.encoder.arrays.items()}

    def _restore(self) -> None:
        for name, array in self.kept.items():
            self.encoder.arrays[name][...] = array

    def _scores(self) -> dict[str, float]:
        if self.criterion is None:
            return self.loss.scores(self.encoder, *self.validation)
        return self.criterion.scores(self.loss, self.encoder, *self.validation)

    def _row(self, scores: dict[str, float], loss: float | None, clock: float, status: str) -> dict:
        rate, seconds = self.learning_rate(self.groups[0]), time.perf_counter() - clock
        facts = {"learning_rate": rate, "seconds": seconds, "kept": False, "status": status}
        return {"epoch": 0, "loss": loss, **scores, **facts}

    def _append(self, row: dict) -> None:
        self.epoch += 1
        self.batches, self.loss_sum = 0, 0.0
        self.rows.append({**row, "epoch": self.epoch})

    def _stands_still(self) -> bool:
        if len(self.rows) < 3 or self.rows[-2]["status"] == "set back":
            return False
        before, now = self.rows[-2]["loss"], self.rows[-1]["loss"]
        return abs(now - before) <= self.settings.tolerance * abs(before)

    def finish(self) -> History:
        """Put the kept encoder in place; the history with its final status."""
        self._restore()
        return self.history()

    def history(self) -> History:
        """The history so far. `collapsed` goes before `converged`: a run that ends at zero codes is no result."""
        status = self.status or EPOCHS_USED
        if status not in ("diverged", "oom") and self.loss.is_nothing(self.rows[self.kept_epoch], *self.validation):
            status = "collapsed"
        rows = [{**row, "kept": row["epoch"] == self.kept_epoch} for row in self.rows]
        rows[-1]["status"] = status
        return History(rows, status, self.score)

"""The fit loop: epochs of mini-batches, history, guards against divergence and collapse, checkpoint and resume."""

import time
from pathlib import Path
from typing import Any

import numpy as np

from lsalsa.arrays import check_count, namespace, one_blas_thread
from lsalsa.encoders.base import Encoder
from lsalsa.errors import ConfigError
from lsalsa.losses import CODES, Loss
from lsalsa.seeds import generator
from lsalsa.training.checkpoint import Checkpoint
from lsalsa.training.history import History
from lsalsa.training.optimizers import optimizer_class

DIVERGED = 100.0  # times the first loss (docs/method.md, section 5)
BRAKE = 0.1  # factor on the learning rate after a set-back


def train(
    encoder: Encoder,
    signals: Any,
    targets: Any = None,
    *,
    loss: Loss = CODES,
    validation: tuple[Any, Any] | None = None,
    optimizer: str = "sgd",
    learning_rate: float,
    decay: float = 1.0,
    batch_size: int = 100,
    epochs: int = 10,
    tolerance: float = 1e-6,
    seed: int = 0,
    keep: str = "best",
    set_backs: int = 0,
    clip: float | None = None,
    checkpoint: str | Path | None = None,
) -> History:
    """Train an encoder, in place: to predict the optimal codes of signals (LSALSA paper, equation 15), or for another
    loss.

    Parameters
    ----------
    encoder : Encoder
        Changed in place.
    signals : array, (n_samples, n_features)
    targets : array, (n_samples, n_atoms), optional
        The optimal codes, where the loss is supervised.
    loss : Loss
        The distance to the targets by default.
    validation : (signals, targets), optional
        Scored after every epoch; the training samples' first thousand by default.
    optimizer : {"sgd", "adam", "adadelta"}
    learning_rate : float
    decay : float
        Factor on the learning rate after each epoch, in (0, 1].
    batch_size, epochs : int
    tolerance : float
        Stop when the epoch's mean loss changes by less than this, relatively.
    seed : int
        Of the order of the samples; the same seed gives the same bytes.
    keep : {"best", "last"}
        Which epoch's encoder remains: the one with the best validation score (the untrained one among them), or
        the last, as in the LSALSA paper.
    set_backs : int
        How often a run that blows up (a loss that is not finite or a hundred times the first) may go on from its best
        epoch at a tenth of the rate. With 0, as in the paper, it ends as `diverged`.
    clip : float, optional
        Largest norm of the gradient of all parameters together; a longer one is shortened to it.
    checkpoint : path, optional
        Written after every epoch; if it exists, training goes on from it as if it had never stopped.

    Returns
    -------
    History

    Raises
    ------
    ConfigError, ShapeError, DataError, StorageError
        Settings out of range, arrays that do not fit, a checkpoint of another training.
    """
    check_count("epochs", epochs)
    fit = Fit(
        encoder,
        signals,
        targets,
        validation,
        loss=loss,
        optimizer=optimizer,
        learning_rate=learning_rate,
        decay=decay,
        batch_size=batch_size,
        tolerance=tolerance,
        seed=seed,
        keep=keep,
        set_backs=set_backs,
        clip=clip,
    )
    saved = Checkpoint(checkpoint, fit) if checkpoint else None
    if saved:
        saved.resume()
    while fit.status is None and fit.epoch < epochs:
        fit.run_epoch()
        if saved and fit.status != "oom":  # with more memory the training goes on from the epoch before
            saved.save()
    return fit.finish()


def _check(rate: float, decay: float, batch: int, tolerance: float, keep: str, clip: float | None) -> None:
    if not (np.isfinite(rate) and rate > 0):
        raise ConfigError(f"learning_rate must be positive and finite, found {rate}")
    if not tolerance >= 0:
        raise ConfigError(f"tolerance must not be negative, found {tolerance}")
    if not 0 < decay <= 1:
        raise ConfigError(f"decay must be in (0, 1], found {decay}")
    if keep not in ("best", "last"):
        raise ConfigError(f"keep must be best or last, found {keep!r}")
    if clip is not None and not clip > 0:
        raise ConfigError(f"clip must be positive, found {clip}")
    check_count("batch_size", batch)


class Fit:
    """One training between its epochs; everything that a resumed training needs has a name here."""

    def __init__(
        self,
        encoder: Encoder,
        signals: Any,
        targets: Any,
        validation: tuple[Any, Any] | None,
        *,
        loss: Loss = CODES,
        optimizer: str = "sgd",
        learning_rate: float,
        decay: float = 1.0,
        batch_size: int = 100,
        tolerance: float = 1e-6,
        seed: int = 0,
        keep: str = "best",
        set_backs: int = 0,
        clip: float | None = None,
    ):
        _check(learning_rate, decay, batch_size, tolerance, keep, clip)
        self.encoder, self.loss, self.clip = encoder, loss, clip
        self.signals, self.targets = self._checked("training", signals, targets)
        self.validation = self._checked("validation", *(validation or self._first(1000)))
        self.rate, self.decay, self.tolerance, self.seed = learning_rate, decay, tolerance, seed
        self.batch_size = min(batch_size, signals.shape[0])
        self.optimizer_name = optimizer
        self.optimizer = optimizer_class(optimizer)(self._learnable())
        self.tiles = encoder.gradient_tiles()
        self.keep, self.set_backs = keep, check_count("set_backs", set_backs, least=0)
        self.first_loss: float | None = None
        self.epoch = self.kept_epoch = self.n_set_backs = 0
        self.status: str | None = None
        self.kept = self._learned()
        self.rows: list[dict] = [self._row(self._scores(), loss=None, clock=time.perf_counter(), status="running")]

    def _checked(self, purpose: str, signals: Any, targets: Any) -> tuple[Any, Any]:
        """Signals and targets that fit; no targets where the loss needs none."""
        self.loss.check(purpose, self.encoder, signals, targets)
        self.encoder.check_signals(signals)
        return signals, targets if self.loss.supervised else None

    def _first(self, count: int) -> tuple[Any, Any]:
        return self.signals[:count], self.targets[:count] if self.loss.supervised else None

    @property
    def learning_rate(self) -> float:
        """The rate of the coming epoch."""
        return self.rate * self.decay**self.epoch * BRAKE**self.n_set_backs

    def run_epoch(self) -> None:
        """One pass over all samples in a new order; the order depends on the seed and the number of the epoch only."""
        clock = time.perf_counter()
        try:
            self._run_epoch(clock)
        except MemoryError:
            self._undo(None, clock, "oom")
            self.status = "oom"

    def _run_epoch(self, clock: float) -> None:
        order = generator(self.seed, self.epoch).permutation(self.signals.shape[0])
        with np.errstate(over="ignore", invalid="ignore"), one_blas_thread():  # a diverging run is told by its status
            loss = self._pass(np.array_split(order, range(self.batch_size, len(order), self.batch_size)))
            scores = None if self._blew_up(loss) else self._scores()
        if scores is None or not np.isfinite(scores[self.loss.score]):
            return self._set_back(loss, clock)
        self._append(self._row(scores, loss, clock, "running"))
        if self.keep == "last" or scores[self.loss.score] < self.rows[self.kept_epoch][self.loss.score]:
            self.kept, self.kept_epoch = self._learned(), self.epoch
        if self._stands_still():
            self.status = "done"

    def _set_back(self, loss: float, clock: float) -> None:
        """After an epoch that blew up, on from the kept encoder at a lower rate; the end if that was done enough."""
        over = self.n_set_backs == self.set_backs
        self._undo(loss, clock, "diverged" if over else "set back")
        self.optimizer = optimizer_class(self.optimizer_name)(self._learnable())
        if over:
            self.status = "diverged"
        self.n_set_backs += 1

    def _undo(self, loss: float | None, clock: float, status: str) -> None:
        """Back to the kept encoder; the epoch keeps a row with the status."""
        self._restore()
        self._append({**self.rows[self.kept_epoch], **self._row({}, loss, clock, status)})

    def _pass(self, batches: list[np.ndarray]) -> float:
        """A step for each batch; the mean loss over samples, or the loss of the batch that blew up."""
        total = 0.0
        for batch in batches:
            loss = self._step(batch)
            if self._blew_up(loss):
                return loss
            total += loss * len(batch)
        return total / len(self.signals)

    def _step(self, index: np.ndarray) -> float:
        encoder = self.encoder
        targets = self.targets[index] if self.loss.supervised else None
        loss, gradient = encoder.unchecked_loss_and_gradient(
            self.signals[index], targets, self.loss, encoder.learned, self.tiles
        )
        if self.first_loss is None:
            self.first_loss = loss
        if not self._blew_up(loss):
            if self.clip is not None:
                shorten(gradient, self.clip)
            self.optimizer.step(gradient, self.learning_rate, self.tiles)
            encoder.constrain()
            self.loss.constrain(encoder)
        return loss

    def _blew_up(self, loss: float) -> bool:
        assert self.first_loss is not None
        return not np.isfinite(loss) or (loss > DIVERGED * self.first_loss and self.first_loss > 0)

    def _learnable(self) -> dict[str, Any]:
        return {name: self.encoder.arrays[name] for name in self.encoder.learned}

    def _learned(self) -> dict[str, Any]:
        return {name: array.copy() for name, array in self._learnable().items()}

    def _restore(self) -> None:
        for name, array in self.kept.items():
            self.encoder.arrays[name][...] = array

    def _scores(self) -> dict[str, float]:
        return self.loss.scores(self.encoder, *self.validation)

    def _row(self, scores: dict[str, float], loss: float | None, clock: float, status: str) -> dict:
        seconds = time.perf_counter() - clock
        facts = {"learning_rate": self.learning_rate, "seconds": seconds, "kept": False, "status": status}
        return {"epoch": 0, "loss": loss, **scores, **facts}

    def _append(self, row: dict) -> None:
        self.epoch += 1
        self.rows.append({**row, "epoch": self.epoch})

    def _stands_still(self) -> bool:
        if len(self.rows) < 3 or self.rows[-2]["status"] == "set back":
            return False
        before, now = self.rows[-2]["loss"], self.rows[-1]["loss"]
        return abs(now - before) <= self.tolerance * abs(before)

    def finish(self) -> History:
        """Put the kept encoder in place; the history with its final word."""
        self._restore()
        return self.history()

    def history(self) -> History:
        """The history so far. `collapsed` goes before `done`: a run that ends at zero codes is no result."""
        status = self.status or "max_iterations"
        if status not in ("diverged", "oom") and self.loss.is_nothing(self.rows[self.kept_epoch], *self.validation):
            status = "collapsed"
        rows = [{**row, "kept": row["epoch"] == self.kept_epoch} for row in self.rows]
        rows[-1]["status"] = status
        return History(rows, status, self.loss.score)


def shorten(gradient: dict[str, Any], longest: float) -> None:
    """Scale the gradients of all parameters, in place, to a common norm of at most `longest`."""
    norm = float(sum(float(namespace(g).vdot(g, g)) for g in gradient.values())) ** 0.5
    if norm > longest:
        for slope in gradient.values():
            slope *= longest / norm

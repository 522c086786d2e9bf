"""The fit loop: epochs of mini-batches, history, guards against divergence and collapse, checkpoint and resume."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from lsalsa.arrays import check_count, check_matrix
from lsalsa.encoders.base import Encoder
from lsalsa.errors import ConfigError, ShapeError
from lsalsa.metrics import rmse, zero_share
from lsalsa.seeds import generator
from lsalsa.training.checkpoint import Checkpoint
from lsalsa.training.optimizers import optimizer_class

DIVERGED = 100.0  # times the first loss (LSALSA specification, section 5)
COLLAPSED = 1e-3  # a RMSE this near to that of the zero code, relatively, is no code at all


@dataclass
class History:
    """How a training went.

    Attributes
    ----------
    rows : list of dict
        One per epoch: epoch (0 is the untrained encoder), loss (mean over the epoch's batches), validation_rmse,
        zero_share, learning_rate, seconds, status.
    status : {"max_iterations", "done", "diverged", "collapsed"}
        `done` when the loss stood still, `max_iterations` when all epochs were run. A diverged encoder is set back to
        the end of its last finite epoch; a collapsed one gives codes no better than zero.
    """

    rows: list[dict] = field(default_factory=list)
    status: str = "max_iterations"

    @property
    def validation_rmse(self) -> float:
        """RMSE on the validation set after the last epoch; infinite for a run that diverged or collapsed."""
        return self.rows[-1]["validation_rmse"] if self.status in ("done", "max_iterations") else float("inf")


def train(
    encoder: Encoder,
    signals: Any,
    targets: Any,
    *,
    validation: tuple[Any, Any] | None = None,
    optimizer: str = "sgd",
    learning_rate: float,
    decay: float = 1.0,
    batch_size: int = 100,
    epochs: int = 10,
    tolerance: float = 1e-6,
    seed: int = 0,
    checkpoint: str | Path | None = None,
) -> History:
    """Train an encoder, in place, to predict the optimal codes of signals (LSALSA paper, equation 15).

    Parameters
    ----------
    encoder : Encoder
        Changed in place.
    signals : array, (n_samples, n_features)
    targets : array, (n_samples, n_atoms)
        The optimal codes.
    validation : (signals, targets), optional
        Scored after every epoch; the training samples' first thousand by default.
    optimizer : {"sgd", "adam"}
    learning_rate : float
    decay : float
        Factor on the learning rate after each epoch, in (0, 1].
    batch_size, epochs : int
    tolerance : float
        Stop when the epoch's mean loss changes by less than this, relatively.
    seed : int
        Of the order of the samples; the same seed gives the same bytes.
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
        optimizer=optimizer,
        learning_rate=learning_rate,
        decay=decay,
        batch_size=batch_size,
        tolerance=tolerance,
        seed=seed,
    )
    saved = Checkpoint(checkpoint, fit) if checkpoint else None
    if saved:
        saved.resume()
    while fit.status is None and fit.epoch < epochs:
        fit.run_epoch()
        if saved:
            saved.save()
    return fit.finish()


def _check(
    encoder: Encoder, signals: Any, targets: Any, rate: float, decay: float, batch: int, tolerance: float
) -> None:
    check_pairs("training", encoder, signals, targets)
    if not (np.isfinite(rate) and rate > 0):
        raise ConfigError(f"learning_rate must be positive and finite, found {rate}")
    if not tolerance >= 0:
        raise ConfigError(f"tolerance must not be negative, found {tolerance}")
    if not 0 < decay <= 1:
        raise ConfigError(f"decay must be in (0, 1], found {decay}")
    check_count("batch_size", batch)


def check_pairs(purpose: str, encoder: Encoder, signals: Any, targets: Any) -> None:
    """Refuse signals and targets that do not fit the encoder or each other; `purpose` names them in the message."""
    check_matrix(f"{purpose} signals", signals, n_columns=encoder.n_features)
    check_matrix(f"{purpose} targets", targets, n_columns=encoder.n_atoms, n_rows=signals.shape[0])
    encoder.check_signals(signals)
    if signals.shape[0] == 0:
        raise ShapeError(f"{purpose} needs at least one sample, found 0")


class Fit:
    """One training between its epochs; everything that a resumed training needs has a name here."""

    def __init__(
        self,
        encoder: Encoder,
        signals: Any,
        targets: Any,
        validation: tuple[Any, Any] | None,
        *,
        optimizer: str = "sgd",
        learning_rate: float,
        decay: float = 1.0,
        batch_size: int = 100,
        tolerance: float = 1e-6,
        seed: int = 0,
    ):
        _check(encoder, signals, targets, learning_rate, decay, batch_size, tolerance)
        if validation is not None:
            check_pairs("validation", encoder, *validation)
        self.encoder, self.signals, self.targets = encoder, signals, targets
        self.validation = validation or (signals[:1000], targets[:1000])
        self.rate, self.decay, self.tolerance, self.seed = learning_rate, decay, tolerance, seed
        self.batch_size = min(batch_size, signals.shape[0])
        self.optimizer_name = optimizer
        self.optimizer = optimizer_class(optimizer)({name: encoder.arrays[name] for name in encoder.learned})
        self.tiles = encoder.gradient_tiles()
        self.rows: list[dict] = []
        self.first_loss: float | None = None
        self.epoch = 0
        self.status: str | None = None
        self._score(None, time.perf_counter())

    @property
    def learning_rate(self) -> float:
        """The rate of the coming epoch."""
        return self.rate * self.decay**self.epoch

    def run_epoch(self) -> None:
        """One pass over all samples in a new order; the order depends on the seed and the number of the epoch only."""
        clock = time.perf_counter()
        before = {name: self.encoder.arrays[name].copy() for name in self.encoder.learned}
        order = generator(self.seed, self.epoch).permutation(self.signals.shape[0])
        with np.errstate(over="ignore", invalid="ignore"):  # a diverging run is reported by its status
            loss = self._pass(np.array_split(order, range(self.batch_size, len(order), self.batch_size)))
            if not self._blew_up(loss):
                self._score(loss, clock)
        self.epoch += 1
        if len(self.rows) <= self.epoch or not np.isfinite(self.rows[-1]["validation_rmse"]):
            self._restore(before)
            self._record_divergence(loss, clock)
        elif self._stands_still():
            self.status = "done"

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
        loss, gradient = encoder.unchecked_loss_and_gradient(
            self.signals[index], self.targets[index], encoder.learned, self.tiles
        )
        if self.first_loss is None:
            self.first_loss = loss
        if not self._blew_up(loss):
            self.optimizer.step(gradient, self.learning_rate)
        return loss

    def _blew_up(self, loss: float) -> bool:
        assert self.first_loss is not None
        return not np.isfinite(loss) or (loss > DIVERGED * self.first_loss and self.first_loss > 0)

    def _restore(self, arrays: Mapping[str, Any]) -> None:
        for name, array in arrays.items():
            self.encoder.arrays[name][...] = array

    def _record_divergence(self, loss: float, clock: float) -> None:
        """The epoch's row holds the loss that blew up beside the scores of the encoder that was set back."""
        last = self.rows[self.epoch - 1]
        rate, seconds = self.rate * self.decay ** (self.epoch - 1), time.perf_counter() - clock
        row = {**last, "epoch": self.epoch, "loss": loss, "learning_rate": rate, "seconds": seconds}
        self.rows[self.epoch :] = [row]
        self.status = "diverged"

    def _score(self, loss: float | None, clock: float) -> None:
        """A row of the history: the encoder as it is now on the validation samples."""
        signals, targets = self.validation
        codes = self.encoder.encode(signals)
        self.rows.append(
            {
                "epoch": len(self.rows),
                "loss": loss,
                "validation_rmse": rmse(codes, targets),
                "zero_share": zero_share(codes),
                "learning_rate": self.learning_rate,
                "seconds": time.perf_counter() - clock,
                "status": "running",
            }
        )

    def _stands_still(self) -> bool:
        if len(self.rows) < 3:
            return False
        before, now = self.rows[-2]["loss"], self.rows[-1]["loss"]
        return abs(now - before) <= self.tolerance * abs(before)

    def finish(self) -> History:
        """The history with its final word: `collapsed` goes before `done`, a run that ends at zero codes is no
        result."""
        status = self.status or "max_iterations"
        if status != "diverged" and self._collapsed():
            status = "collapsed"
        self.rows[-1]["status"] = status
        return History(self.rows, status)

    def _collapsed(self) -> bool:
        targets = self.validation[1]
        nothing = rmse(targets * 0, targets)
        row = self.rows[-1]
        at_zero = abs(row["validation_rmse"] - nothing) <= COLLAPSED * nothing
        return nothing > 0 and (row["zero_share"] == 1.0 or at_zero)

"""A training in one call: its epochs, its checkpoint, what is printed and what is warned of."""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lsalsa.encoders.base import Encoder
from lsalsa.losses import Loss
from lsalsa.progress import shown
from lsalsa.training.checkpoint import Checkpoint
from lsalsa.training.criterion import Criterion
from lsalsa.training.history import History, warn_of_failure
from lsalsa.training.loop import Training, log
from lsalsa.training.settings import Group, TrainingSettings


def train(
    encoder: Encoder,
    signals: Any,
    targets: Any = None,
    *,
    loss: Loss | None = None,
    groups: Sequence[Group] | None = None,
    validation: tuple[Any, Any] | None = None,
    criterion: Criterion | None = None,
    checkpoint: str | Path | None = None,
    checkpoint_seconds: float = 0.0,
    verbose: bool = False,
    **settings: Any,
) -> History:
    """Train an encoder, in place: to predict the optimal codes of signals (LSALSA paper, equation 15), or for other
    losses.

    Parameters
    ----------
    encoder : Encoder
        Changed in place.
    signals : array, (n_samples, n_features)
        In the encoder's dtype, on its device.
    targets : array, optional
        What a supervised loss compares with: (n_samples, n_atoms), the optimal codes, by default.
    loss : Loss, optional
        The distance to the optimal codes by default.
    groups : sequence of Group, optional
        Several losses, each with its optimiser, rate and parameters, in place of `loss` and `learning_rate`: each batch
        makes one step of each, in order. The first one's loss is watched, scored and written down.
    validation : (signals, targets), optional
        Scored after every epoch; the training samples' first thousand by default.
    criterion : Criterion, optional
        By which score epochs are compared; that of the loss by default.
    checkpoint : path, optional
        Written after every epoch; if it exists, training goes on from it as if it had never stopped. The one before is
        kept beside it, and used, with a warning, where the newest is damaged.
    checkpoint_seconds : float
        Write it only where this time has passed since the start or the last one, be it amid an epoch: what an
        interruption may cost. At the end it is written where the work took more than a second.
    verbose : bool
        Print a line for every epoch; the log has it otherwise as well, at level DEBUG.
    **settings
        Those of `TrainingSettings`:

        - learning_rate : float, positive; needed without groups.
        - optimizer : {"sgd", "adam", "adadelta"}, "sgd" by default; constants : dict, of the optimiser, see `Group`.
        - decay : float in (0, 1], 1 by default: factor on every learning rate after each epoch.
        - batch_size, epochs : int, 100 and 10 by default.
        - tolerance : float, 1e-6 by default: stop when the epoch's mean loss changes by no more, relatively.
        - seed : int, 0 by default, of the order of the samples; the same seed gives the same bytes.
        - keep : {"best", "last"}: the epoch with the best validation score by default, or the last one.
        - set_backs : int, 0 by default: how often a run that blows up may restart from its best epoch at a tenth of the
          rate.
        - clip : float, optional: largest norm of a group's gradient.

    Returns
    -------
    History

    Raises
    ------
    ConfigError, ShapeError, DataError, StorageError
        Settings unknown or out of range, arrays that do not fit, a checkpoint of another training.

    Warns
    -----
    DivergenceWarning
        When the training blew up, or ended at codes that are no better than zero.
    """
    wanted = TrainingSettings.of(settings)
    aims: dict[str, Any] = {"loss": loss, "groups": groups, "validation": validation, "criterion": criterion}
    training = Training(encoder, signals, targets, settings=wanted, **aims)
    with shown(log, verbose, logging.DEBUG):
        if not checkpoint:
            training.run_to(wanted.epochs)
        else:
            with Checkpoint(checkpoint, training, checkpoint_seconds) as saved:
                saved.resume()
                saved.run_to(wanted.epochs)
                saved.at_end()
    history = training.finish()
    warn_of_failure(history, encoder.name)
    return history

"""Growing an encoder layer by layer: each depth starts from what the one before has learned."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from lsalsa.encoders.base import Encoder
from lsalsa.errors import ConfigError
from lsalsa.losses import Loss
from lsalsa.training.history import History
from lsalsa.training.loop import Training
from lsalsa.training.run import train
from lsalsa.training.settings import TrainingSettings


def train_layer_wise(
    start: Callable[[int], Encoder],
    depth: int,
    signals: Any,
    targets: Any = None,
    *,
    loss: Callable[[Encoder], Loss],
    checkpoint: Path | None = None,
    epochs: int = 10,
    **settings: Any,
) -> tuple[Encoder, History]:
    """Train an encoder of one layer, add an untrained one, train all layers on, and so on to the wanted depth.

    Layers that share their parameters go on with those of the shallower encoder. Each depth keeps its best epoch, its
    start among them. At the last depth the untrained encoder, all of whose layers are as `start` makes them, counts as
    well, so that the result is never worse than it. Layer-wise training: Bengio et al. 2007, here supervised.

    Parameters
    ----------
    start : callable
        A number of layers -> the untrained encoder.
    depth : int
    signals, targets : array, (n_samples, n_features) and (n_samples, n_atoms)
        As for `train`.
    loss : callable
        An encoder -> its loss.
    checkpoint : path, optional
        Each depth writes a file beside it, whose name has the number of layers before the suffix.
    epochs : int
        Of the last depth. The shallower ones share as many, at least one for each: see `stages`.
    **settings
        Of `train`.

    Returns
    -------
    encoder : Encoder
    history : History
        That of all depths, each with a row of its start; `layers` says the depth. The first row is the untrained
        encoder of the last depth, epochs are counted through. Status and score are those of the last depth.

    Raises
    ------
    ConfigError
        For an encoder that cannot grow, and as for `train`.
    """
    untrained, first = _untrained(start(depth), signals, targets, loss, {**settings, "epochs": epochs})
    rows, before, done = [{**first, "layers": depth}], None, 0
    for layers, count in stages(depth, epochs):
        encoder = start(layers)
        if before is not None:
            take_over(encoder, before)
        file = checkpoint and checkpoint.with_suffix(f".layers_{layers}{checkpoint.suffix}")
        history = train(encoder, signals, targets, loss=loss(encoder), checkpoint=file, epochs=count, **settings)
        rows += [{**row, "epoch": done + row["epoch"], "layers": layers} for row in history.rows]
        before, done = encoder, rows[-1]["epoch"]
    keeps_start = settings.get("keep") != "last" and first[history.score] < history.kept[history.score]
    for row in rows:
        row["kept"] = row is rows[0] if keeps_start else row["kept"] and row["layers"] == depth and row is not rows[0]
    return untrained if keeps_start else encoder, History(rows, history.status, history.score)


def stages(depth: int, epochs: int) -> Iterator[tuple[int, int]]:
    """Numbers of layers with their epochs: the wanted depth has all, the shallower ones an equal part, at least one."""
    for layers in range(1, depth):
        yield layers, max(1, epochs // depth)
    yield depth, epochs


def take_over(encoder: Encoder, shallower: Encoder) -> None:
    """Give a deeper encoder, in place, the layers of a shallower one.

    Parameters
    ----------
    encoder, shallower : Encoder
        Of one kind. A parameter of one shape in both belongs to all layers. Of one that is longer, along its first
        axis, the first part is overwritten.

    Raises
    ------
    ConfigError
        When a parameter is neither.
    """
    for name, array in shallower.arrays.items():
        own = encoder.arrays[name]
        if own.shape[1:] != array.shape[1:] or own.shape < array.shape:
            depths = f"{array.shape} with {shallower.depth} layers and {own.shape} with {encoder.depth}"
            raise ConfigError(f"{encoder.name} cannot be trained layer by layer: its {name} has shape {depths}")
        (own[: len(array)] if array.ndim else own)[...] = array


def _untrained(
    encoder: Encoder, signals: Any, targets: Any, loss: Callable[[Encoder], Loss], settings: dict[str, Any]
) -> tuple[Encoder, dict[str, Any]]:
    """The encoder before any training, with its row of a history."""
    compared = {name: settings.pop(name, None) for name in ("validation", "criterion")}
    settings.pop("checkpoint_seconds", None)
    wanted = TrainingSettings.of(settings)
    training = Training(encoder, signals, targets, settings=wanted, loss=loss(encoder), **compared)
    return encoder, {**training.rows[0], "status": "running", "kept": False}

"""Saving a training after each epoch and going on from there as if it had never stopped."""

from pathlib import Path
from typing import Any, Protocol
from zlib import crc32

from lsalsa.arrays import to_host
from lsalsa.encoders.base import Encoder
from lsalsa.errors import StorageError
from lsalsa.losses import Loss
from lsalsa.storage import read_arrays, read_metadata, write_arrays

PROGRESS = ("epoch", "kept_epoch", "n_set_backs", "rows", "first_loss", "status")


class Resumable(Protocol):
    """What a training must name for its checkpoint."""

    encoder: Encoder
    loss: Loss
    signals: Any
    targets: Any
    optimizer: Any
    optimizer_name: str
    kept: dict[str, Any]
    rate: float
    decay: float
    batch_size: int
    seed: int
    keep: str
    set_backs: int
    clip: float | None


class Checkpoint:
    """The file of one training. A checkpoint of another encoder, shape or setting is refused, with both named."""

    def __init__(self, path: str | Path, fit: Resumable):
        self.path, self.fit = Path(path), fit
        self._identity = identity(fit)

    def save(self) -> None:
        """Write parameters, optimiser state, history and epoch, at once or not at all."""
        fit = self.fit
        arrays = {f"encoder.{name}": to_host(array) for name, array in fit.encoder.arrays.items()}
        arrays.update({f"kept.{name}": to_host(array) for name, array in fit.kept.items()})
        scalars = {}
        for state in fit.optimizer.state:
            value = getattr(fit.optimizer, state)
            if isinstance(value, dict):
                arrays.update({f"{state}.{name}": to_host(array) for name, array in value.items()})
            else:
                scalars[state] = value
        progress = {name: getattr(fit, name) for name in PROGRESS}
        write_arrays(self.path, arrays, {"identity": self._identity, "progress": progress, "optimizer": scalars})

    def resume(self) -> None:
        """Put the saved state in place, if there is a file."""
        if not self.path.exists():
            return
        metadata, arrays = read_metadata(self.path), read_arrays(self.path)
        found, expected = metadata.get("identity"), self._identity
        if found != expected:
            raise StorageError(
                f"{self.path} is the checkpoint of {found}, not of {expected}; delete it or train elsewhere"
            )
        fit = self.fit
        for name, array in fit.encoder.arrays.items():
            array[...] = fit.encoder.xp.asarray(arrays[f"encoder.{name}"])
        for name, array in fit.kept.items():
            array[...] = fit.encoder.xp.asarray(arrays[f"kept.{name}"])
        for state in fit.optimizer.state:
            value = getattr(fit.optimizer, state)
            if isinstance(value, dict):
                for name, array in value.items():
                    array[...] = fit.encoder.xp.asarray(arrays[f"{state}.{name}"])
            else:
                setattr(fit.optimizer, state, metadata["optimizer"][state])
        for name, value in metadata["progress"].items():
            setattr(fit, name, value)


def identity(fit: Resumable) -> dict:
    """What a training is: encoder, settings, shapes and data; a checkpoint of another one is refused."""
    shapes = {name: list(array.shape) for name, array in fit.encoder.arrays.items()}
    names = ("optimizer_name", "rate", "decay", "batch_size", "seed", "keep", "set_backs", "clip")
    settings = {name: getattr(fit, name) for name in names}
    data = [crc32(to_host(array).tobytes()) for array in (fit.signals, fit.targets) if array is not None]
    return {
        "encoder": fit.encoder.name,
        "settings": fit.encoder.settings,
        **fit.loss.identity,
        "shapes": shapes,
        "data": data,
        **settings,
    }

"""Saving a training after each epoch and going on from there as if it had never stopped."""

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol
from zlib import crc32

from lsalsa.arrays import to_host
from lsalsa.encoders.base import Encoder
from lsalsa.errors import StorageError
from lsalsa.storage import read_arrays, read_metadata, write_arrays
from lsalsa.storage.files import to_json
from lsalsa.training.criterion import Criterion
from lsalsa.training.optimizers import Optimizer
from lsalsa.training.settings import Group, TrainingSettings

PROGRESS = ("epoch", "kept_epoch", "n_set_backs", "rows", "first_loss", "status")
LONGEST = 60  # characters of a value that a message still shows


class Resumable(Protocol):
    """What a training must name for its checkpoint, the attributes of `PROGRESS` besides."""

    encoder: Encoder
    settings: TrainingSettings
    signals: Any
    targets: Any
    batch_size: int
    groups: tuple[Group, ...]
    criterion: Criterion | None
    optimizers: list[Optimizer]
    kept: dict[str, Any]


class Checkpoint:
    """The file of one training.

    Parameters
    ----------
    path : path
        An NPZ file; there need not be one yet.
    training : Training
        Saved from and resumed in place.
    seconds : float
        Time between two saves of `save_if_due`, at least.
    """

    def __init__(self, path: str | Path, training: Resumable, seconds: float = 0.0):
        self.path, self.training, self.seconds = Path(path), training, seconds
        self._last = time.monotonic()
        self._identity = json.loads(to_json(path, identity(training)))  # as the file gives it back

    def save_if_due(self) -> None:
        """Save where enough time has passed since the last save, or the beginning."""
        if time.monotonic() - self._last >= self.seconds:
            self.save()
            self._last = time.monotonic()

    def save(self) -> None:
        """Write parameters, state of every optimiser, history and epoch, at once or not at all."""
        training = self.training
        progress = {name: getattr(training, name) for name in PROGRESS}
        steps = [optimizer.steps for optimizer in training.optimizers]
        metadata = {"checkpoint": self._identity, "progress": progress, "steps": steps}
        write_arrays(self.path, {name: to_host(array) for name, array in self._arrays().items()}, metadata)

    def resume(self) -> None:
        """Put the saved state in place, if there is a file.

        Raises
        ------
        StorageError
            When the file is damaged, no checkpoint, or that of another training; what differs is named.
        """
        if not self.path.exists():
            return
        metadata, training = read_metadata(self.path), self.training
        if "checkpoint" not in metadata:
            raise StorageError(f"{self.path} is not the checkpoint of a training; name another file")
        _refuse_another(self.path, metadata["checkpoint"], self._identity)
        arrays = self._arrays()
        for name, saved in read_arrays(self.path, arrays).items():
            arrays[name][...] = training.encoder.xp.asarray(saved)
        for optimizer, steps in zip(training.optimizers, metadata["steps"], strict=True):
            optimizer.steps = steps
        for name in PROGRESS:
            setattr(training, name, metadata["progress"][name])

    def _arrays(self) -> dict[str, Any]:
        """All arrays that a training consists of, by their names in the file."""
        training = self.training
        arrays = {f"encoder.{name}": array for name, array in training.encoder.arrays.items()}
        arrays |= {f"kept.{name}": array for name, array in training.kept.items()}
        for number, optimizer in enumerate(training.optimizers, start=1):
            for average, of_arrays in optimizer.averages.items():
                arrays |= {f"group {number}.{average}.{name}": array for name, array in of_arrays.items()}
        return arrays


def identity(training: Resumable) -> dict[str, Any]:
    """What a training is: encoder, groups, settings and data; a checkpoint of another one is refused."""
    encoder, settings = training.encoder, training.settings
    facts = {"encoder": encoder.name, "batch_size": training.batch_size}
    facts |= {f"{name} of the encoder": value for name, value in encoder.settings.items()}
    facts |= {f"shape of {name}": list(array.shape) for name, array in encoder.arrays.items()}
    facts |= {name: getattr(settings, name) for name in ("decay", "seed", "keep", "set_backs", "clip")}
    for number, group in enumerate(training.groups, start=1):
        known = {**group.identity, "parameters": group.names_in(encoder)}
        facts |= {f"{name} of group {number}": value for name, value in known.items()}
    facts |= training.criterion.identity if training.criterion else {}
    for name, array in (("signals", training.signals), ("targets", training.targets)):
        facts[f"checksum of {name}"] = None if array is None else crc32(to_host(array).tobytes())
    return facts


def _refuse_another(path: Path, found: Mapping[str, Any], expected: Mapping[str, Any]) -> None:
    names = [name for name in {**expected, **found} if found.get(name) != expected.get(name)]
    if names:
        differ = "; ".join(f"{name}{_shown(found.get(name), expected.get(name))}" for name in names)
        raise StorageError(f"{path} is the checkpoint of another training ({differ}); delete it or name another file")


def _shown(found: Any, expected: Any) -> str:
    words = f": {found!r} there, {expected!r} here"
    return words if len(words) <= LONGEST else " differs"

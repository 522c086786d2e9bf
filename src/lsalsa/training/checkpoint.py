"""Saving a training, after an epoch or amid one, and going on from there as if it had never stopped."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol
from zlib import crc32

from lsalsa.arrays import to_host
from lsalsa.encoders.base import Encoder
from lsalsa.errors import DELETE_AND_RUN, DELETE_OR_RENAME, StorageError
from lsalsa.storage import Saver, State, StateFile
from lsalsa.storage.files import to_json
from lsalsa.training.criterion import Criterion
from lsalsa.training.optimizers import Optimizer
from lsalsa.training.settings import Group, TrainingSettings

PROGRESS = ("epoch", "kept_epoch", "n_set_backs", "rows", "first_loss", "status", "batches", "loss_sum", "spent")
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
    epoch: int
    status: str | None
    after_step: Callable[[], None]

    def run_epoch(self) -> None:
        """Run the epoch under way to its end."""


class Checkpoint(Saver):
    """The file of one training; as a context it saves the training before a signal ends the process.

    Parameters
    ----------
    path : path
        An NPZ file; there need not be one yet.
    training : Training
        Saved from and resumed in place.
    seconds : float
        Between two saves, at least; with 0 every epoch is saved.

    Attributes
    ----------
    notes : dict
        What is known of the training besides, in values that JSON holds; saved and resumed with it.
    """

    def __init__(self, path: str | Path, training: Resumable, seconds: float = 0.0):
        super().__init__(StateFile(path), self._content, seconds)
        self.training, self.notes = training, dict[str, Any]()
        self._identity = json.loads(to_json(path, identity(training)))  # as the file gives it back
        training.after_step = self.after_step

    def run_to(self, epochs: int) -> None:
        """Run the training until it has had so many epochs, or has ended, and save it when it is due."""
        training = self.training
        while training.status is None and training.epoch < epochs:
            training.run_epoch()
            if training.status == "oom":  # with more memory the training goes on from the epoch before
                return
            self.after_part()

    def at_end(self) -> None:
        """Save what is done, if it took long enough to be worth a file and did not end for lack of memory."""
        if self.training.status != "oom":
            super().at_end()

    def resume(self) -> None:
        """Put the saved state in place, if there is a file.

        Raises
        ------
        StorageError
            When the file is damaged, and the one before as well; when it is no checkpoint, or that of another training,
            with what differs.
        """
        if (state := self.file.read()) is None:
            return
        metadata, training, path = state.metadata, self.training, self.file.path
        if "checkpoint" not in metadata:
            raise StorageError(f"{path} is not the checkpoint of a training", "name another file")
        _refuse_another(path, metadata["checkpoint"], self._identity)
        arrays = self._arrays()
        if missing := [name for name in arrays if name not in state.arrays]:
            raise StorageError(f"{path} holds no array {missing[0]}", DELETE_AND_RUN)
        for name, array in arrays.items():
            array[...] = training.encoder.xp.asarray(state.arrays[name])
        for optimizer, steps in zip(training.optimizers, metadata["steps"], strict=True):
            optimizer.steps = steps
        for name in PROGRESS:
            setattr(training, name, metadata["progress"][name])
        self.notes.update(metadata["notes"])

    def _content(self) -> State:
        """Parameters, state of every optimiser, history, and the place in the epoch under way."""
        training = self.training
        progress = {name: getattr(training, name) for name in PROGRESS}
        steps = [optimizer.steps for optimizer in training.optimizers]
        metadata = {"checkpoint": self._identity, "progress": progress, "steps": steps, "notes": self.notes}
        return State({name: to_host(array) for name, array in self._arrays().items()}, metadata)

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
        raise StorageError(f"{path} is the checkpoint of another training ({differ})", DELETE_OR_RENAME)


def _shown(found: Any, expected: Any) -> str:
    words = f": {found!r} there, {expected!r} here"
    return words if len(words) <= LONGEST else " differs"

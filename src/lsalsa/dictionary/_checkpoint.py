"""Saving dictionary learning, after an epoch or amid one, and going on from there as if it had never stopped."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np

from lsalsa.arrays import namespace, to_host
from lsalsa.dictionary._learning import Learning
from lsalsa.errors import DELETE_OR_RENAME, StorageError
from lsalsa.storage import Saver, State, StateFile
from lsalsa.storage.files import to_json

PROGRESS = ("history", "objectives", "zeros", "spent", "is_under_way", "is_over")


class LearningCheckpoint(Saver):
    """The file of the learning of one dictionary.

    Parameters
    ----------
    path : path
        An NPZ file; there need not be one yet.
    learning : Learning
        Saved from and resumed in place.
    kind : mapping
        Method, penalty and settings, in values that JSON holds.
    seconds : float
        Between two saves, at least; with 0 every epoch is saved.
    """

    def __init__(self, path: str | Path, learning: Learning, kind: Mapping[str, Any], seconds: float):
        super().__init__(StateFile(path), self._content, seconds)
        self.learning = learning
        self._identity = json.loads(to_json(path, {**kind, **_facts(learning)}))  # as the file gives it back
        learning.after_step = self.after_step

    def resume(self) -> None:
        """Put the saved state in place, if there is a file.

        Raises
        ------
        StorageError
            When the file is damaged, and the one before as well; when it is not that of this learning.
        """
        if (state := self.file.read()) is None:
            return
        learning, found, path = self.learning, state.metadata.get("learning"), self.file.path
        if found is None:
            raise StorageError(f"{path} is not the checkpoint of dictionary learning", "name another file")
        if differ := [name for name in {**self._identity, **found} if found.get(name) != self._identity.get(name)]:
            told = f"is the checkpoint of another dictionary (another {', '.join(differ)})"
            raise StorageError(f"{path} {told}", DELETE_OR_RENAME)
        put = namespace(learning.signals).asarray
        for name in learning.method.carried:
            value = state.arrays[f"method.{name}"]
            setattr(learning.method, name, put(value) if value.ndim else value.item())
        learning.uses[...] = put(state.arrays["uses"])
        for name in learning.start._fields:
            getattr(learning.start, name)[...] = put(state.arrays[f"start.{name}"])
        for name in PROGRESS:
            setattr(learning, name, state.metadata["progress"][name])

    def _content(self) -> State:
        """What the method carries, what each atom started from, the history, and the place in the epoch under way."""
        learning, start = self.learning, self.learning.start
        arrays = {f"method.{name}": getattr(learning.method, name) for name in learning.method.carried}
        arrays |= {f"start.{name}": getattr(start, name) for name in start._fields} | {"uses": learning.uses}
        progress = {name: getattr(learning, name) for name in PROGRESS}
        held = {name: to_host(np.asarray(value) if isinstance(value, int) else value) for name, value in arrays.items()}
        return State(held, {"learning": self._identity, "progress": progress})


def _facts(learning: Learning) -> dict[str, Any]:
    """What tells this learning from another one; more epochs are the same, gone on with."""
    facts = {name: getattr(learning, name) for name in ("batch_size", "tolerance", "seed")}
    facts |= {"number of atoms": len(learning.start.limits), "shape of signals": list(learning.signals.shape)}
    return facts | {"checksum of signals": crc32(to_host(learning.signals).tobytes())}

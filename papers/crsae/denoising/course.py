"""A course of learning by one arm: its steps, what is written down on the way, and its state between two steps."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from lsalsa.arrays import Device, to_host
from lsalsa.errors import DivergedError
from lsalsa.seeds import generator
from lsalsa.storage import Saver, State, StateFile
from papers.crsae.denoising.arms import Arm
from papers.crsae.denoising.denoise import denoise
from papers.crsae.denoising.learning import Crops, Learning
from papers.crsae.denoising.quality import middle, psnr_db

log = logging.getLogger(__name__)


def learn(
    arm: Arm,
    settings: Mapping[str, Any],
    train: Sequence[np.ndarray],
    validation: Sequence[np.ndarray],
    *,
    seed: int,
    device: Device,
    checkpoint: Path | None = None,
    checkpoint_seconds: float = 0.0,
) -> tuple[Any, list[dict[str, Any]], str]:
    """Learn filters, and write down how it goes.

    Parameters
    ----------
    arm : Arm
    settings : mapping
        Those of `Learning`, and: record, steps from row to row; n_validation, validation_crop.
    train : sequence of array, (height, width), float32
        In [0, 1].
    validation : sequence of array, (height, width), float32
        The middle of the first ones is denoised for the history; nothing is chosen by it here.
    seed : int
    device : Device
    checkpoint : path, optional
        Where the state is saved; learning goes on from there, of the same settings, pictures and seed.
    checkpoint_seconds : float
        Between two saves.

    Returns
    -------
    encoder : Encoder
        As the last step left it, or the last one before the filters ran away.
    history : list of dict
        A row at the start, every `record` steps and at the end: step, loss (the mean since the last row), lambda_max,
        penalties, psnr_db of the validation pictures, zero_share, seconds so far, status.
    status : str
        "ok"; "diverged" where the filters ran away or a number was not finite; "collapsed" where all codes are zero.

    Raises
    ------
    DataError
        Pictures that cannot be learned from.
    StorageError
        The saved state is damaged, and the one before as well.
    """
    learning, crops = (
        Learning(arm, settings, seed=seed, device=device),
        Crops(train, settings["crop"], settings["noise"]),
    )
    course = Course(learning, Validation(validation, settings, seed), settings["record"])
    if checkpoint is None:
        course.run(crops, settings["batch"])
    else:
        with Saver(StateFile(checkpoint), course.state, checkpoint_seconds) as saved:
            course.go_on_from(saved.file.read())
            course.run(crops, settings["batch"], saved.after_step)
            saved.at_end()
    return learning.encoder, course.finish(), course.status


class Course:
    """The steps of one arm, what is written down on the way, and its state between two steps.

    Parameters
    ----------
    learning : Learning
    scores : Validation
    every : int
        Steps from row to row.
    """

    def __init__(self, learning: Learning, scores: Validation, every: int):
        self.learning, self.scores, self.every = learning, scores, every
        self.history: list[dict[str, Any]] = []
        self.losses: list[float] = []
        self.status, self.clock = "ok", time.perf_counter()

    def run(self, crops: Crops, batch: int, after_step: Callable[[], None] = lambda: None) -> None:
        """Make all steps that are left, unless the filters run away.

        Parameters
        ----------
        crops : Crops
        batch : int
            Of crops in a step.
        after_step : callable
            Called after each step, when the state is whole.
        """
        learning, steps = self.learning, self.learning.settings["steps"]
        if not self.history:
            self._record()
        while learning.n_steps < steps:
            number = learning.n_steps
            try:
                self.losses.append(learning.step(*crops.draw(batch, generator(learning.seed, 0, number))))
            except DivergedError as error:
                log.warning("%s, step %d: %s", learning.arm.label, number + 1, error)
                self.status = "diverged"
                return
            if learning.n_steps % self.every == 0 and learning.n_steps < steps:
                self._record()
            after_step()

    def finish(self) -> list[dict[str, Any]]:
        """Write the last row; the history."""
        self._record()
        if self.status == "ok" and self.history[-1]["zero_share"] == 1.0:
            self.status = self.history[-1]["status"] = "collapsed"
        return self.history

    def _record(self) -> None:
        loss = float(np.mean(self.losses)) if self.losses else None
        learning = self.learning
        scores = self.scores.of(learning.encoder, learning.device)
        row = {"step": learning.n_steps, "loss": loss, **learning.facts(), **scores}
        self.history.append({**row, "seconds": time.perf_counter() - self.clock, "status": self.status})
        self.losses.clear()

    def state(self) -> State:
        """All that goes on from here: parameters, optimisers, what is written down, seconds so far."""
        progress = {"n_steps": self.learning.n_steps, "history": self.history, "losses": self.losses}
        progress["seconds"] = time.perf_counter() - self.clock
        progress["optimizer_steps"] = [optimizer.steps for optimizer in self.learning.optimizers]
        return State({name: to_host(array) for name, array in self.learning.arrays().items()}, progress)

    def go_on_from(self, state: State | None) -> None:
        """Put a state in place; None changes nothing."""
        if state is None:
            return
        learning, progress = self.learning, state.metadata
        for name, array in learning.arrays().items():
            array[...] = learning.device.put(state.arrays[name])
        for optimizer, steps in zip(learning.optimizers, progress["optimizer_steps"], strict=True):
            optimizer.steps = steps
        learning.n_steps, self.history, self.losses = progress["n_steps"], progress["history"], progress["losses"]
        self.clock = time.perf_counter() - progress["seconds"]


class Validation:
    """The middle of some pictures, with noise that never changes.

    Parameters
    ----------
    pictures : sequence of array, (height, width), float32
    settings : mapping
        noise, n_validation, validation_crop.
    seed : int
    """

    def __init__(self, pictures: Sequence[np.ndarray], settings: Mapping[str, Any], seed: int):
        some, side = pictures[: settings["n_validation"]], settings["validation_crop"]
        self.clean = [middle(picture, side) for picture in some]
        noises = [generator(seed, 2, i).standard_normal(one.shape) for i, one in enumerate(self.clean)]
        self.noisy = [
            one + np.float32(settings["noise"] * noise) for one, noise in zip(self.clean, noises, strict=True)
        ]

    def of(self, encoder: Any, device: Device) -> dict[str, float]:
        """Return psnr_db and zero_share, averaged over the pictures."""
        found = [denoise(encoder, device.put(noisy.astype(np.float32))) for noisy in self.noisy]
        values = [psnr_db(clean, one.picture) for clean, one in zip(self.clean, found, strict=True)]
        return {"psnr_db": float(np.mean(values)), "zero_share": float(np.mean([one.zero_share for one in found]))}

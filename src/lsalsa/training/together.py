"""Trainings of one shape run in step, each batch of all of them as products of stacked matrices.

A GPU is given a few large pieces of work instead of many small ones. Each training has its own encoder, rate, order of
samples, history and end; what it finds is what it finds alone, to rounding.
"""

import logging
import time
from collections.abc import Callable, Hashable, Sequence

import numpy as np

from lsalsa.arrays import Tiles, to_host
from lsalsa.encoders._ensemble import Ensemble, gather, scatter, shape_of
from lsalsa.training.loop import Training
from lsalsa.training.optimizers import Optimizer

log = logging.getLogger(__name__)
MOST = 64  # trainings in one product


def run_together(trainings: Sequence[Training], epochs: int, after_epoch: Callable[[], None] = lambda: None) -> None:
    """Run trainings until each has had so many epochs in all, or has ended.

    Those that cannot be stacked run alone. Where the memory of the GPU does not hold as many, fewer run together.

    Parameters
    ----------
    trainings : sequence of Training
        On one device.
    epochs : int
    after_epoch : callable
        Called after each epoch of some of them.
    """
    most = MOST
    while places := [i for i, one in enumerate(trainings) if one.status is None and one.epoch < epochs]:
        for group in _groups(trainings, places, most):
            if not _run_epoch([trainings[i] for i in group]):
                most = len(group) // 2
                log.info("the memory of the GPU does not hold %d trainings together; on with %d", len(group), most)
                break
            after_epoch()


def _groups(trainings: Sequence[Training], places: Sequence[int], most: int) -> list[list[int]]:
    """Places of trainings that can take their next epoch together, at most so many each, the least advanced first."""
    least = min(trainings[i].epoch for i in places)
    alike: dict[Hashable, list[int]] = {}
    for place in places:
        if trainings[place].epoch == least:
            alike.setdefault(_key(trainings[place]) or place, []).append(place)
    return [group[first : first + most] for group in alike.values() for first in range(0, len(group), most)]


def _key(training: Training) -> Hashable | None:
    """What trainings have in common that run together; None for one that runs alone."""
    encoder, groups, settings = training.encoder, training.groups, training.settings
    alone = len(groups) > 1 or settings.clip is not None or encoder.unit_norm or training.batches
    if alone or not (encoder.stackable and groups[0].loss.stackable):
        return None
    data, constants = (id(training.signals), id(training.targets)), tuple(sorted(groups[0].constants.items()))
    steps = groups[0].optimizer, constants, groups[0].names_in(encoder), training.optimizers[0].steps
    return shape_of(encoder), training.batch_size, data, *steps


def _run_epoch(group: Sequence[Training]) -> bool:
    """One epoch of trainings that fit each other; whether the memory of the device held them."""
    if len(group) == 1:
        group[0].run_epoch()
        return True
    clock = time.perf_counter()
    try:
        losses = _steps(group)
    except MemoryError:  # CuPy's is one; no training has seen anything of the epoch yet
        return False
    seconds = (time.perf_counter() - clock) / len(group)
    for training, of_training in zip(group, losses.tolist(), strict=True):
        training.take_epoch(of_training, seconds)
    return True


def _steps(group: Sequence[Training]) -> np.ndarray:
    """The steps of an epoch; the loss of every batch of each training: array, (n_trainings, n_batches)."""
    first = group[0]
    ensemble, loss = Ensemble([one.encoder for one in group]), first.loss
    encoder, xp = ensemble.encoder, ensemble.encoder.xp
    optimizer = _gathered([one.optimizers[0] for one in group], first.groups[0].new_optimizer(encoder))
    rates = xp.asarray([one.learning_rate(one.groups[0]) for one in group], dtype=encoder.dtype)
    tiles, names = Tiles(xp, len(group)), tuple(optimizer.arrays)
    losses = []
    with np.errstate(over="ignore", invalid="ignore"):
        for batches in zip(*(one.batches_of_epoch() for one in group), strict=True):
            index = xp.asarray(np.stack(batches))
            of_batch, gradient = ensemble.loss_and_gradient(first.signals[index], first.targets[index], loss, names)
            optimizer.step({name: gradient[name] for name in names}, rates, tiles)
            encoder.constrain()
            losses.append(of_batch)
        found = to_host(xp.stack(losses, axis=1)).astype(float)
    ensemble.put_back()
    _put_back(optimizer, [one.optimizers[0] for one in group])
    return found


def _gathered(optimizers: Sequence[Optimizer], one: Optimizer) -> Optimizer:
    """The optimiser of an ensemble's arrays, put where those of its encoders stand."""
    one.steps = optimizers[0].steps
    for average, arrays in one.averages.items():
        for name in arrays:
            arrays[name] = gather([optimizer.averages[average][name] for optimizer in optimizers])
    return one


def _put_back(one: Optimizer, optimizers: Sequence[Optimizer]) -> None:
    for average, arrays in one.averages.items():
        scatter(arrays, [optimizer.averages[average] for optimizer in optimizers])
    for optimizer in optimizers:
        optimizer.steps = one.steps

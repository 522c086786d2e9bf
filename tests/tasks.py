"""Small tasks as the study sees them, and what its methods must find there by the recursions of `worlds`."""

import math
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from worlds import (
    World,
    central_differences,
    fista_iterates,
    ista_iterates,
    lista_outputs,
    loss_of,
    lsalsa_outputs,
    make_world,
    salsa_iterates,
)

ITERATES = {"ista": ista_iterates, "fista": fista_iterates, "salsa": salsa_iterates}


@dataclass(frozen=True)
class Task:
    """One problem; signals and their optimal codes in three splits."""

    world: World
    training: tuple
    validation: tuple
    test: tuple

    @property
    def problem(self):
        return self.world.problem

    def under(self, factor, signals):
        """The same dictionaries with other signals, all penalties times a factor."""
        return replace(self.world, penalties=tuple(factor * p for p in self.world.penalties), signals=signals)


@cache
def make_task(n_blocks=2, sizes=(40, 15, 20), dtype=np.float64, **shape):
    world = make_world(n_blocks, n_samples=sum(sizes), dtype=dtype, **shape)
    codes = fista_iterates(world, 2000)[-1].astype(dtype)
    edges = np.cumsum((0, *sizes))
    splits = [(world.signals[a:b], codes[a:b]) for a, b in zip(edges[:-1], edges[1:], strict=True)]
    return Task(world, *splits)


def rmse_of(estimates, targets):
    """Root of the mean squared difference, entry by entry."""
    pairs = zip(np.ravel(estimates).tolist(), np.ravel(targets).tolist(), strict=True)
    return math.sqrt(sum((a - b) ** 2 for a, b in pairs) / np.size(targets))


def zero_share_of(codes):
    """Share of entries that are exactly zero, counted."""
    return sum(entry == 0 for entry in np.ravel(codes).tolist()) / np.size(codes)


def solver_codes(task, signals, kind, depth, penalty_factor=1.0, **settings):
    """Codes of a solver stopped after `depth` iterations."""
    return ITERATES[kind](task.under(penalty_factor, signals), depth, **settings)[-1]


def start_arrays(world, kind, mu=1.0):
    """Where the papers start their encoders."""
    atoms, eye = world.dictionary, np.eye(world.dictionary.shape[1])
    gram = atoms.T @ atoms
    if kind == "lista":
        step = 1 / world.lipschitz
        return {"filter": step * atoms, "splitting": eye - step * gram, "thresholds": step * world.penalty_of_atom}
    return {"filter": atoms, "splitting": np.linalg.inv(mu * eye + gram), "thresholds": world.penalty_of_atom / mu}


def encoder_codes(kind, signals, arrays, depth, mu=1.0):
    """Codes of an encoder with the papers' start and read-out."""
    if kind == "lista":
        return lista_outputs(signals, arrays, depth, "soft")[0]
    return lsalsa_outputs(signals, arrays, mu, depth, "softx")[0]


def trained_by_hand(task, kind, rates, *, depth, penalty_factor=1.0, mu=1.0):
    """Arrays before and after each step of gradient descent on all training samples, slopes by differences."""
    signals, targets = task.training
    arrays = start_arrays(task.under(penalty_factor, signals), kind, mu)
    states = [arrays]
    for rate in rates:
        slopes = {name: _slope(kind, task.training, arrays, name, depth, mu) for name in ("filter", "splitting")}
        arrays = {**arrays, **{name: arrays[name] - rate * slope for name, slope in slopes.items()}}
        states.append(arrays)
    return states


def _slope(kind, training, arrays, name, depth, mu):
    signals, targets = training
    return central_differences(
        lambda array: loss_of(encoder_codes(kind, signals, {**arrays, name: array}, depth, mu), targets), arrays[name]
    )

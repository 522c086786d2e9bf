"""Turn a method of the study into a coder: an algorithm, a depth and chosen settings make codes from signals."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from lsalsa.encoders import Encoder, encoder_class
from lsalsa.losses import Loss, loss_for
from lsalsa.problem import SparseCodingProblem
from lsalsa.solvers import solve_with, solver_class
from lsalsa.study.jobs.scratch import resumed, seconds_between
from lsalsa.training import History, train
from lsalsa.training.criterion import Criterion
from lsalsa.training.layerwise import train_layer_wise

Coder = Callable[[Any], Any]
TRAINING_SETTINGS = ("learning_rate", "batch_size", "decay")


def penalised(problem: SparseCodingProblem, chosen: Mapping[str, Any]) -> SparseCodingProblem:
    """Return the problem under the method's own penalties.

    They are the task's penalties times `penalty_factor`. If `penalty` is chosen, all of them have that value. If
    `penalty_second` is chosen, all but the first have that value (the papers' grids of alpha_1 and alpha_2).
    """
    settings = known(chosen, ("penalty_factor", "penalty", "penalty_second"))
    penalties = [settings.get("penalty_factor", 1.0) * penalty for penalty in problem.penalties]
    if "penalty" in settings:
        penalties = [settings["penalty"]] * len(penalties)
    if "penalty_second" in settings:
        penalties = [penalties[0], *[settings["penalty_second"]] * (len(penalties) - 1)]
    return problem.with_penalties(penalties)


def solver_coder(problem: SparseCodingProblem, algorithm: str, depth: int, chosen: Mapping[str, Any]) -> Coder:
    """Prepare a solver that stops after `depth` iterations.

    Parameters
    ----------
    problem : SparseCodingProblem
        With the task's penalties.
    algorithm : str
        A solver.
    depth : int
    chosen : mapping
        Settings; None stands for a setting that was not chosen.

    Returns
    -------
    coder : callable
        Signals (n_samples, n_features) -> codes (n_samples, n_atoms).
    """
    solver = solver_class(algorithm)(penalised(problem, chosen), **known(chosen, solver_class(algorithm).settings))
    return lambda signals: solve_with(solver, signals, depth).codes


def start_encoder(
    problem: SparseCodingProblem, algorithm: str, depth: int, chosen: Mapping[str, Any], seed: int = 0
) -> Encoder:
    """Make an untrained encoder.

    Parameters
    ----------
    problem : SparseCodingProblem
        With the task's penalties.
    algorithm : str
        An encoder.
    depth : int
    chosen : mapping
        Settings; None stands for a setting that was not chosen.
    seed : int
        For encoders that start at random.

    Returns
    -------
    encoder : Encoder
    """
    encoder = encoder_class(algorithm)
    options = {name: value for name, value in known(chosen, encoder.defaults).items() if name != "depth"}
    if "seed" in encoder.defaults:
        options["seed"] = seed
    return encoder.from_problem(penalised(problem, chosen), depth=depth, **options)


def training_settings(chosen: Mapping[str, Any]) -> dict[str, Any]:
    """Return the chosen settings that belong to the training."""
    return known(chosen, TRAINING_SETTINGS)


def train_repetitions(
    problem: SparseCodingProblem,
    training: tuple[Any, Any],
    validation: tuple[Any, Any],
    *,
    algorithm: str,
    depth: int,
    chosen: Mapping[str, Any],
    seeds: Sequence[int],
    loss: str = "codes",
    choose_by: str | None = None,
    loss_options: Mapping[str, Any] | None = None,
    layer_wise: bool = False,
    checkpoints: Path | None = None,
    **fixed: Any,
) -> tuple[list[Encoder], list[dict]]:
    """Train one encoder per seed with the chosen settings.

    Parameters
    ----------
    problem : SparseCodingProblem
        With the task's penalties; the chosen `penalty_factor` multiplies them.
    training, validation : (signals, targets)
    algorithm, depth : str, int
    chosen : mapping
        The row that the search chose.
    seeds : sequence of int
        One per repetition: for the order of the samples, and for encoders that start at random.
    loss : str
        A name of `lsalsa.losses`, under the task's penalties times the chosen factor.
    choose_by : {"rmse", "objective"}, optional
        The score by which epochs are compared, as candidates were in the search: see `Criterion`. That of the loss by
        default.
    loss_options : mapping, optional
        Those of the loss that shall have another value.
    layer_wise : bool
        Grow each encoder to its depth layer by layer: `train_layer_wise`.
    checkpoints : path, optional
        A folder for the state of each training. An interrupted one continues from there; one that is done is not run
        again.
    **fixed
        Settings that were not searched: epochs, optimizer, keep, set_backs of `train`.

    Returns
    -------
    encoders : list of Encoder
    rows : list of dict
        The histories. Every row also has repetition, seed, outcome, the settings of the training, and worse_than_start:
        whether the encoder that was kept has a worse validation score than the untrained one, which `keep` "last"
        allows.
    """
    encoders, rows = [], []
    settings = {**fixed, **training_settings(chosen)}
    criterion = None if choose_by is None else Criterion(problem, choose_by)

    def aim(encoder: Encoder) -> Loss:
        return loss_for(loss, penalised(problem, chosen), encoder, **(loss_options or {}))

    for repetition, seed in enumerate(seeds):

        def run(checkpoint: Path | None, seed: int = seed) -> tuple[Encoder, History]:
            start = partial(start_encoder, problem, algorithm, chosen=chosen, seed=seed)
            given: dict[str, Any] = {"checkpoint": checkpoint, "checkpoint_seconds": seconds_between(), **settings}
            given |= {"criterion": criterion, "validation": validation, "seed": seed}
            if layer_wise:
                return train_layer_wise(start, depth, *training, loss=aim, **given)
            encoder = start(depth)
            return encoder, train(encoder, *training, loss=aim(encoder), **given)

        encoder, history = resumed(run, checkpoints / f"repetition_{repetition}.npz" if checkpoints else None)
        facts = {"repetition": repetition, "seed": seed, "outcome": history.status, "trained_for": loss, **settings}
        facts["worse_than_start"] = history.worse_than_start
        rows += [{**facts, **row} for row in _without_running(history)]
        encoders.append(encoder)
    return encoders, rows


def _without_running(history: History) -> list[dict]:
    """Keep a status in the last row only: the epochs before it are not the end of the training."""
    return [{**row, "status": None if row["status"] == "running" else row["status"]} for row in history.rows]


def known(chosen: Mapping[str, Any], names: Any) -> dict[str, Any]:
    """Return the chosen settings with these names; None in a table of rows means that a setting was not chosen."""
    return {name: chosen[name] for name in names if chosen.get(name) is not None}

"""Methods as the study sees them: an algorithm, a depth and chosen settings become what turns signals into codes."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from lsalsa.encoders import Encoder, encoder_class
from lsalsa.errors import StorageError
from lsalsa.losses import loss_for
from lsalsa.problem import SparseCodingProblem
from lsalsa.solvers import solve_with, solver_class
from lsalsa.training import History, train

Coder = Callable[[Any], Any]
CHECKPOINT_SECONDS = 30.0
"""Work that an interruption may cost; a shorter training writes no checkpoint."""

TRAINING_SETTINGS = ("learning_rate", "batch_size", "decay")


def penalised(problem: SparseCodingProblem, chosen: Mapping[str, Any]) -> SparseCodingProblem:
    """The problem under the method's own penalties.

    They are the task's times `penalty_factor`; where `penalty` is chosen, all of them are that value instead, and where
    `penalty_second` is, those after the first (the papers' grids of alpha_1 and alpha_2).
    """
    settings = known(chosen, ("penalty_factor", "penalty", "penalty_second"))
    penalties = [settings.get("penalty_factor", 1.0) * penalty for penalty in problem.penalties]
    if "penalty" in settings:
        penalties = [settings["penalty"]] * len(penalties)
    if "penalty_second" in settings:
        penalties = [penalties[0], *[settings["penalty_second"]] * (len(penalties) - 1)]
    return problem.with_penalties(penalties)


def solver_coder(problem: SparseCodingProblem, algorithm: str, depth: int, chosen: Mapping[str, Any]) -> Coder:
    """A solver stopped after `depth` iterations, with the chosen settings; prepared once, used for any signals."""
    solver = solver_class(algorithm)(penalised(problem, chosen), **known(chosen, solver_class(algorithm).settings))
    return lambda signals: solve_with(solver, signals, depth).codes


def start_encoder(
    problem: SparseCodingProblem, algorithm: str, depth: int, chosen: Mapping[str, Any], seed: int = 0
) -> Encoder:
    """An untrained encoder with the chosen settings; the seed is for those that start at random."""
    encoder = encoder_class(algorithm)
    options = {name: value for name, value in known(chosen, encoder.defaults).items() if name != "depth"}
    if "seed" in encoder.defaults:
        options["seed"] = seed
    return encoder.from_problem(penalised(problem, chosen), depth=depth, **options)


def training_settings(chosen: Mapping[str, Any]) -> dict[str, Any]:
    """The chosen settings that belong to training, not to the encoder."""
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
        One per repetition: of the order of the samples, and of encoders that start at random.
    loss : str
        A name of `lsalsa.losses`, under the task's penalties times the chosen factor.
    checkpoints : path, optional
        A folder for the state of each training: one that was interrupted goes on from there.
    **fixed
        What was not searched: epochs, optimizer, keep, set_backs of `train`.

    Returns
    -------
    encoders : list of Encoder
    rows : list of dict
        The histories, with repetition, seed, outcome and the settings of the training in every row.
    """
    encoders, rows = [], []
    settings = {**fixed, **training_settings(chosen)}
    for repetition, seed in enumerate(seeds):

        def run(checkpoint: Path | None, seed: int = seed) -> tuple[Encoder, History]:
            encoder = start_encoder(problem, algorithm, depth, chosen, seed)
            aim = loss_for(loss, penalised(problem, chosen), encoder)
            given: dict[str, Any] = {"checkpoint": checkpoint, "checkpoint_seconds": CHECKPOINT_SECONDS, **settings}
            return encoder, train(encoder, *training, loss=aim, validation=validation, seed=seed, **given)

        encoder, history = resumed(run, checkpoints / f"repetition_{repetition}.npz" if checkpoints else None)
        facts = {"repetition": repetition, "seed": seed, "outcome": history.status, "trained_for": loss, **settings}
        rows += [{**facts, **row} for row in _without_running(history)]
        encoders.append(encoder)
    return encoders, rows


def resumed(run: Callable[[Path | None], Any], checkpoint: Path | None) -> Any:
    """Run a training from its checkpoint; from the start where that is of other settings, or damaged."""
    try:
        return run(checkpoint)
    except StorageError:
        if checkpoint is None or not checkpoint.exists():
            raise
        checkpoint.unlink()
        return run(checkpoint)


def _without_running(history: History) -> list[dict]:
    """Rows in which only the last epoch has a status: the ones before it were no endings."""
    return [{**row, "status": None if row["status"] == "running" else row["status"]} for row in history.rows]


def known(chosen: Mapping[str, Any], names: Any) -> dict[str, Any]:
    """The settings of these names that were chosen; a null of a table of rows was not."""
    return {name: chosen[name] for name in names if chosen.get(name) is not None}

"""The runs of a task: for each method, depth and repetition what was chosen and trained, ready to encode."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from lsalsa.arrays import Device
from lsalsa.encoders import load_encoder
from lsalsa.problem import SparseCodingProblem
from lsalsa.study.methods.coders import solver_coder
from lsalsa.study.scoring.evaluation import Run

Row = Mapping[str, Any]

NOT_SETTINGS = (
    *("task", "method", "depth", "epochs", "zero_share", "status"),
    *("score", "rmse", "objective", "chosen_by", "chosen", "beyond_grid", "at_edge"),
)
"""Columns of a search that are results; all others are settings."""

PENALTIES = ("penalty_factor", "penalty", "penalty_second")
COLUMNS = (
    *PENALTIES,
    "mu",
    "read_out",
    "learning_rate",
    "batch_size",
    "decay",
    "optimizer",
    "seed",
    "worse_than_start",
    "n_learned",
    "validation_rmse",
)
"""Columns of every evaluation, empty for a method without them: settings, whether training harmed, how many numbers it
moved, and the RMSE on the validation split, by which variants of a method are compared."""


def solver_runs(problem: SparseCodingProblem, algorithm: str, search: Iterable[Row]) -> list[Run]:
    """Prepare one run per depth of a solver, with the settings that its search chose.

    Parameters
    ----------
    problem : SparseCodingProblem
        With the task's penalties.
    algorithm : str
    search : iterable of rows
        Content of ``search/{task}/{method}.parquet``.

    Returns
    -------
    runs : list of Run
        By depth.
    """
    runs = []
    for row in sorted(filter(_is_chosen, search), key=lambda row: row["depth"]):
        encode = solver_coder(problem, algorithm, row["depth"], _settings(row))
        facts = {**_settings(row), "training_seconds": 0.0, "status": row["status"], "validation_rmse": row["rmse"]}
        runs.append(Run(row["depth"], 0, encode, facts))
    return runs


def encoder_runs(
    searches: Sequence[Iterable[Row]],
    histories: Sequence[Sequence[Row]],
    paths: Sequence[str],
    device: Device,
) -> list[Run]:
    """Prepare one run per depth and repetition of an encoder.

    Parameters
    ----------
    searches, histories : sequences of rows
        Contents of ``search/{task}/{method}/depth_{depth}.parquet`` and of
        ``encoders/{task}/{method}/depth_{depth}.parquet``, one per depth.
    paths : sequence of str
        Files of the encoders: by depth, then by repetition from 0 on.
    device : Device
        Where the encoders shall work.

    Returns
    -------
    runs : list of Run
        In the order of `paths`.
    """
    runs = []
    n_repetitions = len(paths) // len(searches)
    for i, (search, history) in enumerate(zip(searches, histories, strict=True)):
        row = next(filter(_is_chosen, search))
        for repetition, path in enumerate(paths[i * n_repetitions : (i + 1) * n_repetitions]):
            encoder = load_encoder(path).to(device)
            n_learned = sum(encoder.arrays[name].size for name in encoder.learned)
            facts = {**_settings(row), **_training_facts(history, repetition), "n_learned": n_learned}
            runs.append(Run(encoder.depth, repetition, encoder.encode, facts))
    return runs


def runs_of_task(
    problem: SparseCodingProblem,
    methods: Mapping[str, Mapping[str, Any]],
    searches: Sequence[Iterable[Row]],
    histories: Sequence[Sequence[Row]],
    paths: Sequence[str],
    device: Device,
) -> Iterator[tuple[str, list[Run]]]:
    """Yield each method of a task with its runs, one per depth.

    Parameters
    ----------
    problem : SparseCodingProblem
        With the task's penalties.
    methods : mapping
        Method -> its algorithm, whether it is learned, its depths.
    searches, histories, paths
        Files of all methods one after the other, as `solver_runs` and `encoder_runs` take them, of one repetition.
    device : Device
        Where the encoders shall work.

    Yields
    ------
    method : str
    runs : list of Run
    """
    left: list[Iterator[Any]] = [iter(searches), iter(histories), iter(paths)]
    for method, settings in methods.items():
        if settings["learned"]:
            of_method, trainings, files = (list(islice(each, len(settings["depths"]))) for each in left)
            yield method, encoder_runs(of_method, trainings, files, device)
        else:
            yield method, solver_runs(problem, settings["algorithm"], next(left[0]))


def _is_chosen(row: Row) -> bool:
    return row["chosen"]


def _settings(row: Row) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in NOT_SETTINGS}


def _training_facts(history: Sequence[Row], repetition: int) -> dict[str, Any]:
    """Return seed, seconds and outcome of one training."""
    rows = [row for row in history if row["repetition"] == repetition]
    return {
        "optimizer": rows[-1]["optimizer"],
        "seed": rows[-1]["seed"],
        "training_seconds": sum(row["seconds"] for row in rows),
        "status": rows[-1]["outcome"],
        "worse_than_start": rows[-1]["worse_than_start"],
        "validation_rmse": next((row.get("validation_rmse") for row in rows if row.get("kept")), None),
    }

"""What was chosen for a method and trained, as the cells that are evaluated and timed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from lsalsa.arrays import Device
from lsalsa.encoders import load_encoder
from lsalsa.problem import SparseCodingProblem
from lsalsa.study.estimators import solver_estimator
from lsalsa.study.evaluation import Cell

Row = Mapping[str, Any]

NOT_SETTINGS = ("depth", "score", "epochs", "zero_share", "status", "chosen")
"""Columns of a search that are results; every other one is a setting."""

PENALTIES = ("penalty_factor", "penalty", "penalty_second")
COLUMNS = (*PENALTIES, "mu", "read_out", "learning_rate", "batch_size", "decay", "optimizer", "seed")
"""Settings that every row of an evaluation has a column for, empty where a method does not have them."""


def solver_cells(problem: SparseCodingProblem, kind: str, search: Iterable[Row]) -> list[Cell]:
    """One cell per depth of a solver, with the settings that its search chose.

    Parameters
    ----------
    problem : SparseCodingProblem
        With the task's penalties.
    kind : str
    search : iterable of rows
        Content of ``search/{task}/{method}.parquet``.
    """
    cells = []
    for row in sorted(filter(_is_chosen, search), key=lambda row: row["depth"]):
        estimate = solver_estimator(problem, kind, row["depth"], _settings(row))
        facts = {**_settings(row), "wall_time_s": 0.0, "status": row["status"]}
        cells.append(Cell(row["depth"], 0, estimate, facts))
    return cells


def encoder_cells(
    searches: Sequence[Iterable[Row]],
    histories: Sequence[Sequence[Row]],
    paths: Sequence[str],
    device: Device,
) -> list[Cell]:
    """One cell per depth and repetition of an encoder.

    Parameters
    ----------
    searches, histories : sequences of rows
        Contents of ``search/{task}/{method}/depth_{depth}.parquet`` and of
        ``encoders/{task}/{method}/depth_{depth}.parquet``, one per depth.
    paths : sequence of str
        Files of the encoders: by depth, then by repetition from 0 on.
    device : Device
        Where they are to work.
    """
    cells = []
    n_repetitions = len(paths) // len(searches)
    for i, (search, history) in enumerate(zip(searches, histories, strict=True)):
        row = next(filter(_is_chosen, search))
        for repetition, path in enumerate(paths[i * n_repetitions : (i + 1) * n_repetitions]):
            encoder = load_encoder(path).to(device)
            facts = {**_settings(row), **_training_facts(history, repetition)}
            cells.append(Cell(encoder.depth, repetition, encoder.encode, facts))
    return cells


def cells_of_task(
    problem: SparseCodingProblem,
    methods: Mapping[str, Mapping[str, Any]],
    searches: Sequence[Iterable[Row]],
    histories: Sequence[Sequence[Row]],
    paths: Sequence[str],
    device: Device,
) -> Iterator[tuple[str, list[Cell]]]:
    """Each method of a task and its cells, one per depth.

    Parameters
    ----------
    methods : mapping
        Method -> its kind, whether it is learned, its depths.
    searches, histories, paths
        Files of all methods one after the other, as `solver_cells` and `encoder_cells` take them, of one repetition.
    """
    left: list[Iterator[Any]] = [iter(searches), iter(histories), iter(paths)]
    for method, settings in methods.items():
        if settings["learned"]:
            of_method, trainings, files = (list(islice(each, len(settings["depths"]))) for each in left)
            yield method, encoder_cells(of_method, trainings, files, device)
        else:
            yield method, solver_cells(problem, settings["kind"], next(left[0]))


def _is_chosen(row: Row) -> bool:
    return row["chosen"]


def _settings(row: Row) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in NOT_SETTINGS}


def _training_facts(history: Sequence[Row], repetition: int) -> dict[str, Any]:
    """Seed, seconds and outcome of one training."""
    rows = [row for row in history if row["repetition"] == repetition]
    return {
        "optimizer": rows[-1]["optimizer"],
        "seed": rows[-1]["seed"],
        "wall_time_s": sum(row["seconds"] for row in rows),
        "status": rows[-1]["outcome"],
    }

"""Choose the hyper-parameters of every method on the validation split, never on the test split."""

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import Any

from lsalsa.errors import ConfigError
from lsalsa.losses import loss_for
from lsalsa.metrics import rmse, zero_share
from lsalsa.problem import SparseCodingProblem
from lsalsa.seeds import seed_for
from lsalsa.solvers import solve, solver_class
from lsalsa.storage.ending import saves_first
from lsalsa.study.methods.candidates import CandidateRun, advance_all
from lsalsa.study.methods.coders import known, penalised, start_encoder, training_settings
from lsalsa.training import Training, TrainingSettings
from lsalsa.training.criterion import Criterion, mean_objective
from lsalsa.training.grid import Candidate, Grid, identity
from lsalsa.training.loop import DIVERGENCE_FACTOR
from lsalsa.training.search import ranked, search_grid, successive_halving

Rows = list[dict[str, Any]]


def search_solver(
    problem: SparseCodingProblem,
    signals: Any,
    targets: Any,
    *,
    algorithm: str,
    depths: Sequence[int],
    grid: Mapping[str, Sequence[Any]],
    rounds: int = 0,
    extend: int = 0,
    choose_by: str | None = None,
) -> Rows:
    """Try every candidate of the grid at every depth, one run for all depths; then steps from the best at each depth.

    Parameters
    ----------
    problem : SparseCodingProblem
        With the task's penalties.
    signals, targets : array, (n_samples, n_features) and (n_samples, n_atoms)
        Of the validation split.
    algorithm : str
        A solver.
    depths : sequence of int
        Numbers of iterations.
    grid : mapping of str to sequence
        `penalty_factor` and the solver's own settings.
    rounds, extend : int
        As for `search_grid` and `Grid`.
    choose_by : {"rmse", "objective"}, optional
        Which of the two is the score: "rmse" by default.

    Returns
    -------
    rows : list of dict
        One per depth and candidate: depth, the settings, rmse and objective on the validation split, score (one of the
        two), zero_share, status, chosen_by, and what `search_grid` adds.
    """
    around = search_grid_of(problem.penalties, grid, extend)
    run = partial(_solver_rows, problem, signals, targets, algorithm, choose_by or "rmse")
    known_rows = {(identity(one), row["depth"]): row for one in around for row in run(depths, one)}

    def compare(depth: int, candidates: list[Candidate]) -> Rows:
        rows = [dict(known_rows.get((identity(one), depth)) or run([depth], one)[0]) for one in candidates]
        rows[ranked(rows, range(len(rows)))[0]]["chosen"] = True
        return rows

    def allowed(candidate: Candidate) -> bool:
        return _can_be(lambda: solver_class(algorithm)(penalised(problem, candidate), **_options(algorithm, candidate)))

    found = [search_grid(around, partial(compare, depth), rounds=rounds, allowed=allowed) for depth in sorted(depths)]
    return [row for rows in found for row in rows]


def search_grid_of(penalties: Sequence[float], grid: Mapping[str, Sequence[Any]], extend: int) -> Grid:
    """Return the grid of a search, with what is known of its settings.

    Null among penalties is the task's own, which has a place among the numbers. Penalties and mu act together: SALSA's
    threshold is their ratio, so that a step in one alone is a step away from a good threshold.

    Parameters
    ----------
    penalties : sequence of float
        Of the task.
    grid : mapping of str to sequence
        Setting -> values.
    extend : int
        Steps beyond each end.

    Returns
    -------
    grid : Grid
    """
    places = {"penalty": penalties[0], "penalty_second": penalties[-1]}
    return Grid(grid, places, extend, together=(*places, "penalty_factor", "mu"))


def _can_be(start: Any) -> bool:
    """Whether a method takes a setting beyond its grid."""
    try:
        start()
    except ConfigError:
        return False
    return True


def _options(algorithm: str, candidate: Mapping[str, Any]) -> dict[str, Any]:
    return known(candidate, solver_class(algorithm).settings)


def _solver_rows(
    problem: SparseCodingProblem,
    signals: Any,
    targets: Any,
    algorithm: str,
    chosen_by: str,
    depths: Sequence[int],
    candidate: Candidate,
) -> Rows:
    ceiling = DIVERGENCE_FACTOR * rmse(targets * 0, targets)
    options = _options(algorithm, candidate)
    solution = solve(penalised(problem, candidate), signals, algorithm, max(depths), record=depths, **options)
    rows = []
    for depth, codes in solution.recorded.items():
        scores = {"rmse": rmse(codes, targets), "objective": mean_objective(problem, signals, codes)}
        status = "ok" if scores["rmse"] <= ceiling else "diverged"
        facts = {"zero_share": zero_share(codes), "status": status, "chosen_by": chosen_by, "chosen": False}
        rows.append({"depth": depth, **candidate, "score": scores[chosen_by], **scores, **facts})
    return rows


def search_encoder(
    problem: SparseCodingProblem,
    training: tuple[Any, Any],
    validation: tuple[Any, Any],
    *,
    algorithm: str,
    depth: int,
    grid: Mapping[str, Sequence[Any]],
    rungs: Sequence[int],
    n_train: int,
    optimizer: str,
    seed: int,
    loss: str = "codes",
    loss_options: Mapping[str, Any] | None = None,
    candidates: int | None = None,
    rounds: int = 0,
    extend: int = 0,
    choose_by: str | None = None,
    checkpoints: Path | None = None,
) -> Rows:
    """Compare candidates of a grid by successive halving, on the first `n_train` training samples.

    The best epoch of a candidate is its score, the untrained encoder among the epochs. A candidate that diverges is
    out, whatever `keep` and `set_backs` allow later. Candidates of later rounds are halved in the same way, and the
    best of them is compared with the best so far after the same number of epochs.

    Parameters
    ----------
    problem : SparseCodingProblem
        With the task's penalties.
    training, validation : (signals, targets)
    algorithm, depth : str, int
        An encoder and its number of layers.
    grid : mapping of str to sequence
        `penalty_factor`, the encoder's own settings, `learning_rate`, `batch_size`, `decay`.
    rungs : sequence of int
        Total epochs at the end of each rung.
    n_train : int
        Training samples to use.
    optimizer : str
    seed : int
        Each candidate's own seed derives from it and from the candidate's settings, so their order has no effect.
    loss : str
        A name of `lsalsa.losses`. Where it needs penalties, they are the candidate's.
    loss_options : mapping, optional
        Those of the loss that shall have another value.
    candidates, rounds, extend : int
        As for `search_grid` and `Grid`.
    choose_by : {"rmse", "objective"}, optional
        The score of candidates and of their epochs, see `Criterion`; that of the loss by default.
    checkpoints : path, optional
        A folder for the state of each candidate. An interrupted search continues from there.

    Returns
    -------
    rows : list of dict
        One per candidate: depth, settings, epochs, rmse (null for a loss that needs no optimal codes) and objective of
        the best epoch on the validation split, score, status, chosen_by, and what `search_grid` adds. If every
        candidate failed, the first is chosen, and its status says that it failed.
    """
    signals, targets = (array[:n_train] for array in training)
    criterion = Criterion(problem, choose_by)

    def start(candidate: Candidate) -> CandidateRun:
        own_seed = seed_for(seed, *(f"{name}={_spelled(candidate[name])}" for name in sorted(candidate)))
        encoder = start_encoder(problem, algorithm, depth, candidate, own_seed)
        aim = loss_for(loss, penalised(problem, candidate), encoder, **(loss_options or {}))
        settings = training_settings(candidate)
        wanted = TrainingSettings(optimizer=optimizer, seed=own_seed, **settings)
        compared: dict[str, Any] = {"validation": validation, "criterion": criterion}
        path = checkpoints / f"candidate_{own_seed}.npz" if checkpoints else None
        return CandidateRun(Training(encoder, signals, targets, settings=wanted, loss=aim, **compared), path)

    def compare(these: list[Candidate]) -> Rows:
        runs: list[CandidateRun] = []

        def started(candidate: dict) -> CandidateRun:
            runs.append(start(candidate))
            return runs[-1]

        rows = successive_halving(these, started, rungs, advance=advance_all)
        return [{"depth": depth, **row, **run.facts} for row, run in zip(rows, runs, strict=True)]

    limits: dict[str, Any] = {"candidates": candidates, "rounds": rounds, "seed": seed_for(seed, "sample")}
    around = search_grid_of(problem.penalties, grid, extend)
    with saves_first() if checkpoints else nullcontext():
        return search_grid(around, compare, allowed=lambda one: _can_be(lambda: start(one)), **limits)


def _spelled(value: Any) -> str:
    """Spell equal values in one way: 1 and 1.0 are the same setting."""
    return str(float(value)) if isinstance(value, int | float) else str(value)

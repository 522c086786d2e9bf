"""Choose the hyper-parameters of every method by the RMSE on the validation split, never on the test split."""

from collections.abc import Mapping, Sequence
from typing import Any

from lsalsa.losses import loss_for
from lsalsa.metrics import rmse, zero_share
from lsalsa.problem import SparseCodingProblem
from lsalsa.seeds import seed_for
from lsalsa.solvers import solve, solver_class
from lsalsa.study.coders import known, penalised, start_encoder, training_settings
from lsalsa.training import Training, TrainingSettings
from lsalsa.training.loop import DIVERGENCE_FACTOR
from lsalsa.training.search import expand, ranked, successive_halving


def search_solver(
    problem: SparseCodingProblem,
    signals: Any,
    targets: Any,
    *,
    algorithm: str,
    depths: Sequence[int],
    grid: Mapping[str, Sequence[Any]],
) -> list[dict]:
    """Try every candidate of the grid at every depth, one run for all depths.

    Parameters
    ----------
    problem : SparseCodingProblem
    signals, targets : array, (n_samples, n_features) and (n_samples, n_atoms)
        Of the validation split.
    algorithm : str
        A solver.
    depths : sequence of int
        Numbers of iterations.
    grid : mapping of str to sequence
        `penalty_factor` and the solver's own settings.

    Returns
    -------
    rows : list of dict
        One per candidate and depth: depth, the settings, score (validation RMSE), zero_share, status, chosen.
    """
    rows = [
        row
        for candidate in expand(grid)
        for row in _solver_rows(problem, signals, targets, algorithm, depths, candidate)
    ]
    for depth in depths:
        at_depth = [i for i, row in enumerate(rows) if row["depth"] == depth]
        rows[ranked(rows, at_depth)[0]]["chosen"] = True
    return rows


def _solver_rows(
    problem: SparseCodingProblem,
    signals: Any,
    targets: Any,
    algorithm: str,
    depths: Sequence[int],
    candidate: dict,
) -> list[dict]:
    options = known(candidate, solver_class(algorithm).settings)
    ceiling = DIVERGENCE_FACTOR * rmse(targets * 0, targets)
    solution = solve(penalised(problem, candidate), signals, algorithm, max(depths), record=depths, **options)
    rows = []
    for depth, codes in solution.recorded.items():
        score = rmse(codes, targets)
        status = "ok" if score <= ceiling else "diverged"
        rows.append({"depth": depth, **candidate, "score": score, "zero_share": zero_share(codes), "status": status})
    return [{**row, "chosen": False} for row in rows]


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
) -> list[dict]:
    """Compare the candidates of a grid by successive halving, on the first `n_train` training samples.

    The best epoch of a candidate is its score. A candidate that diverges is out, whatever `keep` and `set_backs` allow
    later.

    Parameters
    ----------
    problem : SparseCodingProblem
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
        A name of `lsalsa.losses`. A candidate's score is the RMSE on the validation samples; of a loss that needs no
        optimal codes, the loss itself, under the candidate's penalties.
    loss_options : mapping, optional
        Those of the loss that shall have another value.

    Returns
    -------
    rows : list of dict
        One per candidate: depth, settings, epochs, score (validation RMSE), status, chosen. If every candidate failed,
        the first is chosen, and its status says that it failed.
    """
    signals, targets = (array[:n_train] for array in training)
    runs: list[_Run] = []

    def start(candidate: dict) -> _Run:
        own_seed = seed_for(seed, *(f"{name}={_spelled(candidate[name])}" for name in sorted(candidate)))
        encoder = start_encoder(problem, algorithm, depth, candidate, own_seed)
        aim = loss_for(loss, penalised(problem, candidate), encoder, **(loss_options or {}))
        settings = training_settings(candidate)
        wanted = TrainingSettings(optimizer=optimizer, seed=own_seed, **settings)
        runs.append(_Run(Training(encoder, signals, targets, settings=wanted, loss=aim, validation=validation)))
        return runs[-1]

    rows = successive_halving(expand(grid), start, rungs)
    for row, run in zip(rows, runs, strict=True):
        row.update(depth=depth, status=run.status)
    if not any(row["chosen"] for row in rows):
        rows[0]["chosen"] = True
    return rows


def _spelled(value: Any) -> str:
    """Spell equal values in one way: 1 and 1.0 are the same setting."""
    return str(float(value)) if isinstance(value, int | float) else str(value)


class _Run:
    """A candidate's training, which pauses between rungs."""

    def __init__(self, fit: Training):
        self.fit, self.status = fit, "epochs_used"

    def advance(self, epochs: int) -> float:
        """Train up to this total of epochs; return the validation RMSE, infinite for a failed run."""
        while self.fit.status is None and self.fit.epoch < epochs:
            self.fit.run_epoch()
        history = self.fit.history()
        self.status = history.status
        return history.validation_score

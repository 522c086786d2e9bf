"""mu and the learning rate, chosen on training data by stated rules; for penalties see `lsalsa.exact.sparsity`."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from lsalsa.arrays import check_count, check_matrix
from lsalsa.arrays.checks import as_number
from lsalsa.encoders.base import Encoder
from lsalsa.errors import ConfigError, DivergedError
from lsalsa.exact import optimal_codes
from lsalsa.exact.sparsity import some_of
from lsalsa.losses import Loss
from lsalsa.metrics import rmse
from lsalsa.problem import SparseCodingProblem
from lsalsa.solvers import solve
from lsalsa.training.loop import Training
from lsalsa.training.settings import TrainingSettings

MU_FACTORS = tuple(float(f"{10 ** (power / 2):.2g}") for power in range(-4, 5))
"""Candidates for mu, from 0.01 to 100 in half decades, over the mean squared norm of the atoms."""

RATES = tuple(float(f"{10 ** (power / 2):.2g}") for power in range(-10, 5))
"""Candidates for the learning rate, from 1e-5 to 100 in half decades."""

RATE_SAMPLES = 3000
"""Samples that the choice of a rate looks at, evenly spread over those given."""

FIFTH = 5
"""One of so many of them is kept aside for scores."""


def choose_mu(
    problem: SparseCodingProblem,
    signals: Any,
    codes: Any = None,
    *,
    depth: int = 5,
    read_out: str = "softx",
    factors: Sequence[float] = MU_FACTORS,
) -> float:
    """The mu at which SALSA, cut off after a few iterations, comes nearest to the optimal codes.

    That is the error of an LSALSA network that has not been trained yet.

    Parameters
    ----------
    problem : SparseCodingProblem
    signals : array, (n_samples, n_features)
        Up to a thousand of them, evenly spread, are coded.
    codes : array, (n_samples, n_atoms), optional
        Their optimal codes, which are computed where they are not given.
    depth : int
        Iterations.
    read_out : {"softx", "u", "x"}
        As of the solver.
    factors : sequence of float
        What to try, over the mean squared norm of the atoms.

    Returns
    -------
    mu : float
        To three digits; the first of those that do equally well.

    Raises
    ------
    ConfigError
        When there is no factor, or one that is not positive, a depth below 1, an unknown read-out.
    ShapeError, DataError
        Arrays that do not fit.
    """
    tried = _positive("factors", factors)
    some = some_of(check_matrix("signals", signals, n_columns=problem.n_features))
    if codes is None:
        wanted = optimal_codes(problem, some).codes
    else:
        wanted = some_of(check_matrix("codes", codes, n_rows=len(signals), n_columns=problem.n_atoms))
    scale = float((problem.dictionary.astype(np.float64) ** 2).sum()) / problem.n_atoms

    def error(factor: float) -> float:
        found = solve(problem, some, "salsa", depth, mu=float(f"{factor * scale:.3g}"), read_out=read_out)
        return rmse(found.codes, wanted) if found.status != "diverged" else np.inf

    return float(f"{min(tried, key=error) * scale:.3g}")


def choose_learning_rate(
    encoder: Encoder,
    signals: Any,
    targets: Any = None,
    *,
    optimizer: str = "adam",
    batch_size: int = 100,
    loss: Loss | None = None,
    epochs: int = 10,
    seed: int = 0,
    rates: Sequence[float] = RATES,
) -> float:
    """The learning rate that does best in a short training: copies of the encoder are trained at one after the other.

    The rates go up, until one blows up. What counts is the score of the last epoch, on every fifth of the samples,
    which is kept aside. Fewer epochs mislead: LSALSA gets worse at first under a rate that is the best one in the end.

    Parameters
    ----------
    encoder : Encoder
        It stays as it is.
    signals : array, (n_samples, n_features)
        For training; up to 3,000 of them, evenly spread, are used.
    targets : array, optional
        As `train` takes them.
    optimizer : {"adam", "sgd", "adadelta"}
    batch_size : int
    loss : Loss, optional
        The distance to the optimal codes by default.
    epochs : int
        At each rate.
    seed : int
        Of the order of the samples.
    rates : sequence of float
        What to try.

    Returns
    -------
    learning_rate : float
        The smallest of those that do equally well; where none improves the encoder, the one that harms it least.

    Raises
    ------
    DivergedError
        When training blows up at the smallest rate already.
    ConfigError
        When there is no rate, or one that is not positive; settings out of range.
    ShapeError, DataError
        Arrays that do not fit.
    """
    check_count("epochs", epochs)
    tried = sorted(_positive("rates", rates))
    trained_on, scored_on = zip(*(_parted(rows) for rows in (signals, targets)), strict=True)
    scores: dict[float, float] = {}
    for rate in tried:
        settings = TrainingSettings(
            learning_rate=rate, optimizer=optimizer, batch_size=batch_size, seed=seed, keep="last"
        )
        training = Training(encoder.copy(), *trained_on, settings=settings, loss=loss, validation=scored_on)
        score = _score_after(training, epochs)
        if score is None:
            break
        scores[rate] = score
    if not scores:
        raise DivergedError(f"training of {encoder.name} blows up at the smallest learning rate tried, {tried[0]:g}")
    return min(scores, key=lambda rate: scores[rate])


def _score_after(training: Training, epochs: int) -> float | None:
    """The score of the last epoch; None where training blew up."""
    while training.status is None and training.epoch < epochs:
        training.run_epoch()
    return None if training.status == "diverged" else training.rows[-1][training.score]


def _parted(rows: Any) -> tuple[Any, Any]:
    """What a rate is tried on, and what it is scored on: the same rows where there are fewer than five."""
    if rows is None:
        return None, None
    rows = some_of(rows, RATE_SAMPLES)
    is_aside = np.arange(rows.shape[0]) % FIFTH == FIFTH - 1
    return (rows[~is_aside], rows[is_aside]) if is_aside.any() else (rows, rows)


def _positive(name: str, values: Sequence[float]) -> list[float]:
    """The values as numbers; ConfigError for none, or for one that is not positive and finite."""
    numbers = [as_number(value) for value in values]
    if not numbers or not all(0 < number < np.inf for number in numbers):
        raise ConfigError(f"{name} must be at least one positive number, found {list(values)}")
    return numbers

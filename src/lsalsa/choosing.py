"""mu and learning rate from the training data, by stated rules; the penalty: `lsalsa.exact.sparsity`. No chance in it."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from lsalsa.arrays import check_count, check_matrix
from lsalsa.arrays.checks import as_number
from lsalsa.encoders.base import Encoder
from lsalsa.errors import ConfigError
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

WORSE_IN_A_ROW = 2
"""Learning rates that do worse than the best one before it, after which no larger one is tried."""


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
        The smallest one of those that do equally well.

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
        found = solve(problem, some, "salsa", depth, mu=factor * scale, read_out=read_out)
        return rmse(found.codes, wanted) if found.status != "diverged" else np.inf

    return min(tried, key=error) * scale


def choose_learning_rate(
    encoder: Encoder,
    signals: Any,
    targets: Any = None,
    *,
    optimizer: str = "adam",
    batch_size: int = 100,
    loss: Loss | None = None,
    steps: int = 50,
    seed: int = 0,
    rates: Sequence[float] = RATES,
) -> float:
    """The learning rate that does best in a few steps: copies of the encoder are trained, at one rate after the other.

    The rates go up, and stop after two in a row that do worse than the best one before. What counts is the score on the
    training samples that were looked at. The encoder itself stays as it is.

    Parameters
    ----------
    encoder : Encoder
    signals : array, (n_samples, n_features)
        Up to a thousand of them, evenly spread, are used.
    targets : array, optional
        As `train` takes them.
    optimizer : {"sgd", "adam", "adadelta"}
    batch_size : int
    loss : Loss, optional
        The distance to the optimal codes by default.
    steps : int
        Of training at each rate, in whole epochs, rounded up.
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
    ConfigError
        When there is no rate, or one that is not positive; settings out of range.
    ShapeError, DataError
        Arrays that do not fit.
    """
    check_count("steps", steps)
    some, wanted = some_of(signals), None if targets is None else some_of(targets)
    epochs = -(-steps // max(1, -(-len(some) // check_count("batch_size", batch_size))))

    def scores() -> Iterator[tuple[float, float]]:
        for rate in sorted(_positive("rates", rates)):
            settings = TrainingSettings(
                learning_rate=rate, optimizer=optimizer, batch_size=batch_size, seed=seed, keep="last"
            )
            yield _score_after(Training(encoder.copy(), some, wanted, settings=settings, loss=loss), epochs), rate

    return _first_best(scores())


def _score_after(training: Training, epochs: int) -> float:
    """The score of the last epoch; infinite where training blew up."""
    while training.status is None and training.epoch < epochs:
        training.run_epoch()
    return training.rows[-1][training.score] if training.status != "diverged" else np.inf


def _first_best(scores: Iterable[tuple[float, float]]) -> float:
    """The value with the smallest score, of those up to where the scores go up for good."""
    best, chosen, worse = np.inf, None, 0
    for score, value in scores:
        if chosen is None or score < best:
            best, chosen, worse = score, value, 0
        else:
            worse += 1
        if worse == WORSE_IN_A_ROW:
            break
    assert chosen is not None  # there is a value, `_positive` has seen to it
    return chosen


def _positive(name: str, values: Sequence[float]) -> list[float]:
    """The values as numbers; ConfigError for none, or for one that is not positive and finite."""
    numbers = [as_number(value) for value in values]
    if not numbers or not all(0 < number < np.inf for number in numbers):
        raise ConfigError(f"{name} must be at least one positive number, found {list(values)}")
    return numbers

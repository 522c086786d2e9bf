"""Recovery of the support: the entries of a synthetic sparse code that a method finds (as in SC2Net's code)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from lsalsa.encoders.lfista import LFISTA
from lsalsa.encoders.lista import LISTA
from lsalsa.encoders.slstm import SLSTM
from lsalsa.losses import loss_for
from lsalsa.problem import SparseCodingProblem
from lsalsa.seeds import generator
from lsalsa.solvers import solve
from lsalsa.training import train

CASES = ("decaying", "low_rank")
"""Mixing matrices: a sum of rank-one matrices divided by i squared, or a Gaussian matrix plus one of rank 5."""
LEAST = 0.3
"""Smallest size of a non-zero entry; the largest is 1."""
NETWORKS: dict[str, tuple[Any, Mapping[str, Any]]] = {
    "lista": (LISTA, {"x0": "zero", "learn_thresholds": True}),
    "lfista": (LFISTA, {"learn_thresholds": True}),
    "slstm": (SLSTM, {"start": "dictionary"}),
}
RATE, VALIDATION_SHARE = 0.1, 10


def mixing_matrix(case: str, n_features: int, n_atoms: int, rng: np.random.Generator) -> np.ndarray:
    """Sample the matrix Phi of a case.

    Parameters
    ----------
    case : str
        One of `CASES`.
    n_features, n_atoms : int
    rng : numpy.random.Generator

    Returns
    -------
    mixing : array, (n_features, n_atoms), float64
        Columns of norm 1.
    """
    if case == "decaying":
        left, right = (rng.standard_normal((n, n_features)) for n in (n_features, n_atoms))
        mixing = (left / np.arange(1, n_features + 1) ** 2) @ right.T
    else:
        low_rank = rng.standard_normal((n_features, 5)) @ rng.standard_normal((5, n_atoms))
        mixing = 0.3 * rng.standard_normal((n_features, n_atoms)) + low_rank
    return mixing / np.linalg.norm(mixing, axis=0)


def sparse_codes(n_samples: int, n_atoms: int, n_nonzero: int, rng: np.random.Generator) -> np.ndarray:
    """Sample codes with entries of random sign, with a size in [0.3, 1], at random places.

    Parameters
    ----------
    n_samples, n_atoms : int
    n_nonzero : int
        Non-zero entries of each code.
    rng : numpy.random.Generator

    Returns
    -------
    codes : array, (n_samples, n_atoms), float32
    """
    codes = np.zeros((n_samples, n_atoms), np.float32)
    places = np.argsort(rng.random(codes.shape), axis=1)[:, :n_nonzero]
    values = rng.uniform(LEAST, 1, places.shape) * rng.choice([-1, 1], places.shape)
    np.put_along_axis(codes, places, values.astype(np.float32), axis=1)
    return codes


def recovered_percent(estimates: np.ndarray, codes: np.ndarray) -> float:
    """Return the percentage of the true support among the k largest entries of the estimates; k is its size."""
    n_nonzero = int((codes[0] != 0).sum())
    largest = np.argsort(-np.abs(estimates), axis=1, kind="stable")[:, :n_nonzero]
    return 100.0 * float(np.take_along_axis(codes != 0, largest, axis=1).mean())


def recover(
    *,
    n_nonzero: list[int],
    n_features: int,
    n_atoms: int,
    n_train: int,
    n_test: int,
    depth: int,
    penalty: float,
    noise: float,
    epochs: int,
    seed: int,
) -> Iterator[dict[str, Any]]:
    """Try every method on every case and number of non-zero entries.

    Parameters
    ----------
    n_nonzero : list of int
        Sizes of the support.
    n_features, n_atoms : int
        Of the mixing matrix.
    n_train, n_test : int
        Signals that train the networks; signals whose supports are estimated.
    depth : int
        Iterations of the solvers and layers of the networks; `converged` is FISTA after a thousand iterations.
    penalty : float
        Weight of the l1 norm.
    noise : float
        Standard deviation of the noise on the dictionary that every method gets.
    epochs : int
        Of the networks' training.
    seed : int

    Yields
    ------
    row : dict
        case, n_nonzero, variant, recovered_percent, guess_percent (the expected share of a random guess), status.
    """
    for number, case in enumerate(CASES):
        rng = generator(seed, number)
        mixing = mixing_matrix(case, n_features, n_atoms, rng)
        known = (mixing + noise * rng.standard_normal(mixing.shape)).astype(np.float32)
        problem = SparseCodingProblem([known], [penalty])
        for count in n_nonzero:
            codes = sparse_codes(n_train + n_test, n_atoms, count, rng)
            signals = (codes @ mixing.T).astype(np.float32)
            for variant, (estimates, status) in _estimates(problem, signals, codes, n_train, depth, epochs, seed):
                found = {
                    "recovered_percent": recovered_percent(estimates, codes[n_train:]),
                    "guess_percent": 100 * count / n_atoms,
                    "status": status,
                }
                yield {"case": case, "n_nonzero": count, "variant": variant, **found}


def _estimates(problem: Any, signals: Any, codes: Any, n_train: int, depth: int, epochs: int, seed: int):
    """Yield the codes of the test signals by every method; networks learn the true codes, or SC2Net's loss."""
    test = signals[n_train:]
    for kind, iterations in (("ista", depth), ("fista", depth), ("converged", 1000)):
        yield kind, (solve(problem, test, kind.replace("converged", "fista"), iterations).codes, "ok")
    for kind, (network, settings) in NETWORKS.items():
        for suffix in ("", "_sc2net"):
            options = {**settings, "seed": seed} if kind == "slstm" else settings
            encoder = network.from_problem(problem, depth=depth, **options)
            loss = loss_for("sc2net" if suffix else "codes", problem, encoder)
            edge = n_train - n_train // VALIDATION_SHARE
            history = train(
                encoder,
                signals[:edge],
                codes[:edge],
                loss=loss,
                validation=(signals[edge:n_train], codes[edge:n_train]),
                optimizer="adadelta",
                learning_rate=RATE,
                batch_size=300,
                epochs=epochs,
                seed=seed,
                set_backs=3,
            )
            yield kind + suffix, (encoder.encode(test), history.status)

"""What finds spikes in a window, each prepared once and then called on one window after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from lsalsa.arrays import Space, to_host
from lsalsa.encoders.crsae import CRsAE
from lsalsa.errors import DivergedError
from lsalsa.exact import optimal_codes
from lsalsa.exact.convolutional import ClusterActiveSet
from lsalsa.problem.convolutional import ConvolutionalProblem
from lsalsa.solvers.fista import FISTA
from papers.crsae.speed import peers
from papers.crsae.speed.interior_point import InteriorPoint

CERTIFIED = 1e-12
"""Relative duality gap of the exact coder."""

SINGLE = 1e-6
"""Relative duality gap below which the encoder needs float64."""

ROUNDS = 1000
MOST_LAYERS = 5000
FARTHER = 1.05  # from one number of layers that is looked at to the next
CRITERIA = ("excess", "gap")
"""What an encoder is run to: the excess of its objective over the optimum, or the duality gap, which certifies it. Who
does not know the optimum can only measure the gap, and the gap of FISTA's codes is far larger than the excess."""


@dataclass(frozen=True)
class Coder:
    """A coder at a setting.

    Attributes
    ----------
    method : str
        Its name in the rows.
    tolerance : float or None
        What it is asked for; None for a fixed number of layers.
    criterion : str or None
        What the tolerance bounds, one of `CRITERIA`; None for a fixed number of layers.
    depth : int or None
        Layers of the encoder; None if it is not one, or if they follow from the tolerance.
    slow : bool
        Whether it takes so long for a window that it gets few of them.
    prepare : callable
        (problem, windows) -> a function from a window (1, n_features) to its `Found`. The windows tell an encoder how
        many layers a tolerance takes.
    """

    method: str
    tolerance: float | None
    criterion: str | None
    depth: int | None
    slow: bool
    prepare: Callable[[ConvolutionalProblem, np.ndarray], Callable[[np.ndarray], Found]]


@dataclass(frozen=True)
class Found:
    """Codes of a window.

    Attributes
    ----------
    codes : array, (1, n_atoms)
    n_iterations : int or None
        Of the solver; layers of an encoder.
    status : str
        "ok", or what a solver says that has missed its tolerance.
    """

    codes: np.ndarray
    n_iterations: int | None = None
    status: str = "ok"


def coders(depths: Sequence[int], tolerances: Sequence[float], put: Callable[[Any], Any]) -> list[Coder]:
    """List the exact coder, the encoder, our interior-point method, and those of other packages.

    Parameters
    ----------
    depths : sequence of int
        Layers of the encoder.
    tolerances : sequence of float
        Of the interior-point methods; the encoder is run until it is there as well.
    put : callable
        Copies an array to the device of the encoder.
    """
    found = [
        Coder("exact", CERTIFIED, "gap", None, False, _exact),
        Coder("exact_certified", CERTIFIED, "gap", None, False, _exact_certified),
    ]
    found += [Coder("fista", None, None, depth, False, partial(_encoder, depth=depth, put=put)) for depth in depths]
    for tolerance in tolerances:
        for criterion in CRITERIA:
            run = partial(_encoder_to, tolerance=tolerance, criterion=criterion, put=put)
            found.append(Coder("fista", tolerance, criterion, None, True, run))
        run = partial(_interior_point, tolerance=tolerance)
        found.append(Coder("interior_point", tolerance, "gap", None, True, run))
        for peer in peers.PEERS:
            found.append(Coder(peer, tolerance, "gap", None, True, partial(_peer, peer=peer, tolerance=tolerance)))
    return found


def _exact(problem: ConvolutionalProblem, windows: np.ndarray) -> Callable[[np.ndarray], Found]:
    """The correlation and the active set; the certificate is left out, as it is for all others."""
    solver = ClusterActiveSet(problem.astype(np.float64), CERTIFIED, ROUNDS)
    return lambda window: Found(solver(window.astype(np.float64), np.zeros((1, problem.n_atoms))))


def _exact_certified(problem: ConvolutionalProblem, windows: np.ndarray) -> Callable[[np.ndarray], Found]:
    """The library's function as it is called for one window: prepared anew each time, certificate included."""
    double = problem.astype(np.float64)
    return lambda window: Found(optimal_codes(double, window.astype(np.float64), CERTIFIED).codes)


def _encoder(
    problem: ConvolutionalProblem,
    windows: np.ndarray,
    *,
    depth: int,
    put: Callable[[Any], Any],
    dtype: Any = np.float32,
) -> Callable[[np.ndarray], Found]:
    arrays = problem.to_arrays() | {"filters": put(to_host(problem.filters).astype(dtype))}
    there = ConvolutionalProblem.from_arrays(arrays)
    encoder = CRsAE.from_problem(there, depth=depth)
    return lambda window: Found(to_host(encoder.encode(put(window.astype(dtype)))), depth)


def _encoder_to(
    problem: ConvolutionalProblem,
    windows: np.ndarray,
    *,
    tolerance: float,
    criterion: str,
    put: Callable[[Any], Any],
) -> Callable[[np.ndarray], Found]:
    """The encoder with as many layers as the slowest of the windows needs."""
    depth = max(layers_to(problem, window[None], tolerance, criterion) for window in windows)
    return _encoder(problem, windows, depth=depth, put=put, dtype=np.float32 if tolerance > SINGLE else np.float64)


def layers_to(problem: ConvolutionalProblem, window: np.ndarray, tolerance: float, criterion: str) -> int:
    """Count the iterations of FISTA until its codes are accurate, to five percent.

    Parameters
    ----------
    problem : ConvolutionalProblem
    window : array, (1, n_features)
    tolerance : float
    criterion : str
        What shall not exceed it, one of `CRITERIA`; both are relative.

    Returns
    -------
    depth : int

    Raises
    ------
    DivergedError
        It is not accurate after 5,000 iterations.
    """
    double, signal = problem.astype(np.float64), window.astype(np.float64)
    optimum = float(optimal_codes(double, signal, CERTIFIED).objective[0])
    solver = FISTA(double)
    state = solver.start(signal, Space(np))
    depth = 0
    while depth < MOST_LAYERS:
        further = max(1, int(depth * FARTHER) - depth)
        for _ in range(further):
            solver.step(state)
        depth += further
        excess = float(double.objective(signal, state.x)[0]) / optimum - 1
        if (excess if criterion == "excess" else float(double.relative_gap(signal, state.x)[0])) <= tolerance:
            return depth
    raise DivergedError(f"FISTA misses the relative {criterion} {tolerance:g} after {depth} iterations")


def _interior_point(
    problem: ConvolutionalProblem, windows: np.ndarray, *, tolerance: float
) -> Callable[[np.ndarray], Found]:
    solver = InteriorPoint(problem, tolerance)

    def work(window: np.ndarray) -> Found:
        solution = solver(window.astype(np.float64))
        status = "ok" if solution.reached else "stopped by rounding"
        return Found(solution.codes, solution.n_iterations, status)

    return work


def _peer(
    problem: ConvolutionalProblem, windows: np.ndarray, *, peer: str, tolerance: float
) -> Callable[[np.ndarray], Found]:
    solve = peers.prepare(peer, problem, tolerance)

    def work(window: np.ndarray) -> Found:
        answer = solve(window.astype(np.float64))
        return Found(answer.codes, answer.n_iterations, "ok" if answer.solved else answer.status)

    return work

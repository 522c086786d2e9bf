"""Checks of the falling step sizes and of the gain by learning (LSALSA paper, theorems 4 and 2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np

from papers.lsalsa.theory import FORMS, Form
from papers.lsalsa.theory.checks import ROUNDING, Check, Run, ratio_checks
from papers.lsalsa.theory.contraction import RADIUS, REPLICAS, SURE, XI, World, sample_world
from papers.lsalsa.theory.rates import (
    Schedule,
    bounds,
    contraction,
    coupling_limit,
    gain,
    inverse_square,
    iterated,
    iterated_by_block,
    largest_step,
)
from papers.lsalsa.theory.saddle import alternating_step

LONG, SHORT = 1000, 200
"""Iterations of a formula; iterations of a simulation, or of a formula block by block."""


# --- theorem 4 ---------------------------------------------------------------------------------------------------


def sample_schedule(rng: np.random.Generator, form: Form, share: float) -> Schedule:
    """Sample the constants of a schedule; the coupling is a share of its limit.

    Parameters
    ----------
    rng : numpy.random.Generator
    form : {"printed", "corrected"}
    share : float
        Coupling over `coupling_limit`, in [0, 1).

    Returns
    -------
    schedule : Schedule
    """
    n_blocks, xi = int(rng.integers(2, 5)), 10 ** rng.uniform(-1, 1)
    return Schedule(xi, share * coupling_limit(xi, n_blocks), n_blocks, form)


def _noise(rng: np.random.Generator, schedule: Schedule) -> float:
    """Sample sigma^2 for a squared first error of 1.

    Assumption 4 implies at least 4 xi^2: gradients at the distance r have at least the size beta r, and the first
    error of a block is at most (r / 2)^2.
    """
    return 4 * schedule.xi**2 * 10 ** rng.uniform(0, 2)


def recursion_over_bound(rng: np.random.Generator, form: Form, *, share: float) -> float:
    """Divide the errors that theorem 3 allows by the bound of theorem 4.

    Parameters
    ----------
    rng : numpy.random.Generator
    form : {"printed", "corrected"}
        Of the schedule.
    share : float
        Coupling over `coupling_limit`, in [0, 1).

    Returns
    -------
    ratio : float
        The largest of all iterations.
    """
    schedule = sample_schedule(rng, form, share)
    noise = _noise(rng, schedule)
    return float(np.max(iterated(schedule, 1.0, noise, LONG) / bounds(schedule, 1.0, noise, LONG)))


def blocks_over_bound(rng: np.random.Generator, form: Form, *, share: float) -> float:
    """Divide the errors of the sharper inequality for each block by the bound of theorem 4.

    Parameters
    ----------
    rng : numpy.random.Generator
    form : {"printed", "corrected"}
        Of the schedule. Corrected, it also starts with a step that theorem 3 allows.
    share : float
        Coupling over `coupling_limit`, in [0, 1).

    Returns
    -------
    ratio : float
        The largest of all iterations.
    """
    schedule = sample_schedule(rng, form, share)
    if form == "corrected":
        schedule = _allowed(schedule, smoothness=schedule.xi)
    noises = _noise(rng, schedule) * rng.dirichlet(np.full(schedule.n_blocks, 5.0))
    errors = rng.dirichlet(np.ones(schedule.n_blocks))
    allowed = bounds(schedule, 1.0, noises.sum(), SHORT)
    return float(np.max(iterated_by_block(schedule, errors, noises, SHORT) / allowed))


def _allowed(schedule: Schedule, smoothness: float) -> Schedule:
    """Start the schedule when theorem 3 allows its step, for blocks with beta = xi."""
    limit = largest_step(smoothness, schedule.xi, schedule.xi, schedule.coupling, schedule.n_blocks)
    return schedule.begun_within(limit)


def trajectory(world: World, schedule: Schedule, start: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Simulate noisy replicas.

    Parameters
    ----------
    world : World
    schedule : Schedule
    start : array, (n_blocks, size)
    rng : numpy.random.Generator
        Of the noise.

    Returns
    -------
    errors : array, (SHORT, REPLICAS)
        Squared distance to the solution after each iteration, of each replica.
    """
    points, errors = np.broadcast_to(start, (REPLICAS, *start.shape)), np.empty((SHORT, REPLICAS))
    for t in range(SHORT):
        noise = world.noise * rng.standard_normal(points.shape)
        points = alternating_step(world.problem, points, schedule.step(t), noise, RADIUS)
        errors[t] = np.sum(points**2, axis=(1, 2))
    return errors


def schedule_for(world: World, form: Form) -> Schedule:
    """Return step sizes for a problem with xi = beta, started when the first of them is allowed."""
    problem = world.problem
    return _allowed(Schedule(problem.strong_convexity, problem.coupling, problem.n_blocks, form), problem.smoothness)


def trajectory_over_bound(rng: np.random.Generator, form: Form, *, ratio: float) -> float:
    """Divide the mean squared error of simulated runs by the bound of theorem 4.

    Parameters
    ----------
    rng : numpy.random.Generator
    form : {"printed", "corrected"}
        Of the schedule.
    ratio : float
        alpha / beta of the problem.

    Returns
    -------
    ratio : float
        The largest of all iterations; the error is the mean less `SURE` standard errors.
    """
    world = sample_world(rng, ratio, share=rng.uniform(0, 0.9))
    schedule = schedule_for(world, form)
    start = 0.5 * RADIUS * world.problem.flattest()
    errors = trajectory(world, schedule, start, rng)
    surely = errors.mean(axis=1) - SURE * errors.std(axis=1, ddof=1) / np.sqrt(REPLICAS)
    return float(np.max(surely / bounds(schedule, np.sum(start**2), world.gradient_bound, SHORT)))


def first_step(rng: np.random.Generator, form: Form, *, ratio: float) -> float:
    """Divide the first step size of theorem 4 by 2 / (alpha + beta), without coupling.

    Parameters
    ----------
    rng : numpy.random.Generator
    form : {"printed", "corrected"}
        Of xi and of the schedule. Corrected, the clock starts when the step is allowed.
    ratio : float
        alpha / beta.

    Returns
    -------
    ratio : float
    """
    strong_convexity = 10 ** rng.uniform(-1, 1)
    smoothness = ratio * strong_convexity
    schedule = Schedule(contraction(smoothness, strong_convexity, form), 0.0, 2, form)
    schedule = _allowed(schedule, smoothness) if form == "corrected" else schedule
    return schedule.step(0) * (smoothness + strong_convexity) / 2


# --- theorem 2 ---------------------------------------------------------------------------------------------------


def gain_identity(rng: np.random.Generator) -> float:
    """Return the relative error of p(alpha, beta) - p(alpha, b) = (b^2 - beta^2) / (2 beta b)^2."""
    strong_convexity, learned = np.sort(10 ** rng.uniform(-1, 1, 2))
    smoothness = learned * 10 ** rng.uniform(0, 2)
    before, after = inverse_square(smoothness, strong_convexity), inverse_square(smoothness, learned)
    return abs(before - after - gain(strong_convexity, learned)) / before


def square_identity(rng: np.random.Generator) -> float:
    """Return the relative error of 1 / xi^2 = p(alpha, beta) + 1 / (2 alpha beta), with the printed xi."""
    strong_convexity = 10 ** rng.uniform(-1, 1)
    smoothness = strong_convexity * 10 ** rng.uniform(0, 2)
    left = contraction(smoothness, strong_convexity, "printed") ** -2.0
    return abs(left - inverse_square(smoothness, strong_convexity) - 1 / (2 * smoothness * strong_convexity)) / left


# --- the list ----------------------------------------------------------------------------------------------------

_BOUND = "Equation 77, iterated with the stated step sizes, stays within the bound of equation 48"
_BLOCKS = "Equation 73, iterated block by block with the stated step sizes, stays within the bound of equation 48"
_RUNS = "The mean squared error of simulated runs stays within the bound of equation 48"
_FIRST = "The first step size is at most 2 / (alpha + beta)"
_COUNT: dict[Form, str] = {"printed": "with 2 K - 1", "corrected": "with 3 K - 1"}
_CLOCK: dict[Form, str] = {"printed": "the clock at 0", "corrected": "the clock begun when the step is allowed"}
_SHARES = {"no coupling": 0.0, "coupling at half of its limit": 0.5, "coupling at 0.9 of its limit": 0.9}


def _of_theorem_4() -> list[Check]:
    def checks(statement: str, case: str, claim: str, words: Mapping[Form, str], run: Callable) -> list[Check]:
        return ratio_checks(f"Theorem 4, {statement}", case, claim, words, run)

    found = []
    for case, share in _SHARES.items():
        found += checks("from 77", case, _BOUND, _COUNT, partial(recursion_over_bound, share=share))
    for case, share in _SHARES.items():
        words = {form: f"{_COUNT[form]}, {_CLOCK[form]}" for form in FORMS}
        found += checks("from 73", case, _BLOCKS, words, partial(blocks_over_bound, share=share))
    for case, ratio in {"alpha = beta": 1.0, "alpha = 2 beta": 2.0, "alpha = 4 beta": 4.0}.items():
        found += checks("runs", case, _RUNS, _COUNT, partial(trajectory_over_bound, ratio=ratio))
    for case, ratio in {"alpha = 4 beta": 4.0, "alpha = 8 beta": 8.0, "alpha = 16 beta": 16.0}.items():
        words = {form: f"{XI[form]}, {_CLOCK[form]}" for form in FORMS}
        found += checks("first step", case, _FIRST, words, partial(first_step, ratio=ratio))
    return found


def _of_theorem_2() -> list[Check]:
    def identity(claim: str, run: Run) -> Check:
        return Check("Theorem 2, identity", "printed", claim, f"{claim} exactly", "the relative error", ROUNDING, run)

    return [
        identity("the gain p(alpha, beta) - p(alpha, b) is (b^2 - beta^2) / (2 beta b)^2", gain_identity),
        identity("1 / xi^2 is p + 1 / (2 alpha beta)", square_identity),
    ]


CHECKS: tuple[Check, ...] = (*_of_theorem_4(), *_of_theorem_2())

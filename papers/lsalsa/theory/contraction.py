"""Checks of how one step, and one round of steps, approaches the solution (LSALSA paper, lemma 1 to theorem 3)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from papers.lsalsa.theory import Form
from papers.lsalsa.theory.checks import ROUNDING, Check, ratio_checks
from papers.lsalsa.theory.rates import contraction, coupling_limit, largest_step, recursion_terms
from papers.lsalsa.theory.saddle import SaddleProblem, alternating_step, gradient_operator, sample_saddle

RADIUS = 2.0
REPLICAS = 64
"""Noisy copies of a run; their mean estimates the expectation."""

SURE = 4.0
"""A mean over replicas counts as too large only if it is off by this many standard errors."""


@dataclass(frozen=True)
class World:
    """A random saddle-point problem and the noise on its gradients."""

    problem: SaddleProblem
    noise: float

    @property
    def gradient_bound(self) -> float:
        """sigma^2 of assumption 4."""
        return self.problem.gradient_bound(RADIUS, self.noise)


def sample_world(rng: np.random.Generator, ratio: float, share: float) -> World:
    """Sample a problem with alpha = ratio * beta and the coupling at a share of its limit (for xi = beta).

    Parameters
    ----------
    rng : numpy.random.Generator
    ratio : float
        alpha / beta, at least 1.
    share : float
        Coupling over `coupling_limit`, in [0, 1).

    Returns
    -------
    world : World
    """
    n_min, n_max, size = (int(n) for n in rng.integers((1, 1, 2), (3, 3, 5)))
    strong_convexity = 10 ** rng.uniform(-0.5, 0.5)
    coupling = share * coupling_limit(strong_convexity, n_min + n_max)
    problem = sample_saddle(
        rng,
        n_min=n_min,
        n_max=n_max,
        size=size,
        smoothness=ratio * strong_convexity,
        strong_convexity=strong_convexity,
        coupling=coupling,
    )
    return World(problem, noise=10 ** rng.uniform(-2, 0) * strong_convexity)


# --- lemma 1 and corollary 1 -------------------------------------------------------------------------------------


def scalar_step(rng: np.random.Generator, form: Form, *, ratio: float | None = None, power: int = 1) -> float:
    """Take one gradient step on a smooth convex function of one variable, and compare it with its factor.

    Parameters
    ----------
    rng : numpy.random.Generator
    form : {"printed", "corrected"}
        Of xi, see `contraction`.
    ratio : float, optional
        alpha / beta; random in [1, 100] if it is not given.
    power : int
        1 compares distances to the minimum, 2 their squares.

    Returns
    -------
    ratio : float
        (distance after / distance before)^power, over 1 - eta xi.

    References
    ----------
    LSALSA paper, lemma 1.
    """
    ratio = 10 ** rng.uniform(0, 2) if ratio is None else ratio
    smoothness, strong_convexity = ratio, 1.0
    step = rng.uniform(0.01, 0.99) * 2 / (smoothness + strong_convexity)
    curvatures = strong_convexity * ratio ** rng.uniform(0, 1, size=6)  # of six pieces between x and the minimum
    lengths = rng.dirichlet(np.full(6, 0.3))
    distance = abs(1 - step * float(curvatures @ lengths))
    return distance**power / (1 - step * contraction(smoothness, strong_convexity, form))


def block_step(rng: np.random.Generator, form: Form, *, ratio: float) -> float:
    """Take one exact step of each block of a saddle problem, and compare its distance with the bound.

    Parameters
    ----------
    rng : numpy.random.Generator
    form : {"printed", "corrected"}
        Of xi, see `contraction`.
    ratio : float
        alpha / beta of the problem.

    Returns
    -------
    ratio : float
        Distance after the step over the bound, the largest of all blocks.

    References
    ----------
    LSALSA paper, corollary 1.
    """
    world = sample_world(rng, ratio, share=rng.uniform(0, 0.9))
    problem = world.problem
    step = rng.uniform(0.01, 0.99) * 2 / (problem.smoothness + problem.strong_convexity)
    points = rng.uniform(0.01, 1) * rng.standard_normal((1, problem.n_blocks, problem.size))
    lengths = np.linalg.norm(points[0], axis=1)
    xi = contraction(problem.smoothness, problem.strong_convexity, form)
    moved = [np.linalg.norm(gradient_operator(problem, points, d, step)) for d in range(problem.n_blocks)]
    return max(
        moved[d] / ((1 - step * xi) * lengths[d] + step * problem.coupling * (lengths.sum() - lengths[d]))
        for d in range(problem.n_blocks)
    )


# --- theorem 3 ---------------------------------------------------------------------------------------------------


def one_round(rng: np.random.Generator, form: Form, *, ratio: float) -> float:
    """Compare the mean squared error after one noisy round with the bound of theorem 3.

    The round starts along the directions of least curvature and takes small steps: noise cannot hide the contraction.

    Parameters
    ----------
    rng : numpy.random.Generator
    form : {"printed", "corrected"}
        Of xi, see `contraction`.
    ratio : float
        alpha / beta of the problem.

    Returns
    -------
    ratio : float
        Mean squared error, less `SURE` standard errors, over the bound.

    References
    ----------
    LSALSA paper, equation 77.
    """
    world = sample_world(rng, ratio, share=rng.uniform(0, 0.3))
    problem = world.problem
    xi = contraction(problem.smoothness, problem.strong_convexity, form)
    limit = largest_step(problem.smoothness, problem.strong_convexity, xi, problem.coupling, problem.n_blocks)
    step = 10 ** rng.uniform(-5, 0) * limit
    start = 0.5 * RADIUS * problem.flattest()
    after, uncertainty = _mean_error(rng, world, start, step)
    factor, weight = recursion_terms(step, xi, problem.coupling, problem.n_blocks)
    return (after - SURE * uncertainty) / (factor * np.sum(start**2) + weight * world.gradient_bound)


def _mean_error(rng: np.random.Generator, world: World, start: np.ndarray, step: float) -> tuple[float, float]:
    """Return the mean squared error after one round and its standard error; noise comes in pairs of both signs."""
    half = world.noise * rng.standard_normal((REPLICAS // 2, *start.shape))
    points = np.broadcast_to(start, (REPLICAS, *start.shape))
    after = alternating_step(world.problem, points, step, np.concatenate([half, -half]), RADIUS)
    errors = np.sum(after**2, axis=(1, 2))
    pairs = (errors[: REPLICAS // 2] + errors[REPLICAS // 2 :]) / 2
    return float(pairs.mean()), float(pairs.std(ddof=1) / np.sqrt(len(pairs)))


def outside_unit(rng: np.random.Generator) -> float:
    """Measure how far theorem 3's q lies outside [0, 1], for a step size within the limits; negative inside."""
    n_blocks, strong_convexity = int(rng.integers(2, 6)), 10 ** rng.uniform(-1, 1)
    coupling = rng.uniform(0, 1) * coupling_limit(strong_convexity, n_blocks)
    smoothness = strong_convexity * 10 ** rng.uniform(0, 2)
    step = rng.uniform(0, 1) * largest_step(smoothness, strong_convexity, strong_convexity, coupling, n_blocks)
    factor, _ = recursion_terms(step, strong_convexity, coupling, n_blocks)
    return max(-factor, factor - 1)


# --- the list ----------------------------------------------------------------------------------------------------

_LEMMA = "One gradient step brings the distance to the minimum down by the factor 1 - eta xi"
_COROLLARY = "One step of a block brings its distance down by 1 - eta xi, but for gamma times the others'"
_ROUND = "The mean squared error after a round is within equation 77"
XI: dict[Form, str] = {"printed": "xi = 2 alpha beta / (alpha + beta)", "corrected": "xi = beta"}


def _of_contraction() -> list[Check]:
    squares = "One gradient step brings the square of the distance down by 1 - eta xi, with the printed xi"
    run = partial(scalar_step, form="printed", power=2)
    ratio = "the left side over the right side"
    found = [Check("Lemma 1, squares", "corrected", "any alpha, beta", squares, ratio, 1 + ROUNDING, run)]
    found += ratio_checks("Lemma 1", "alpha = beta", _LEMMA, XI, partial(scalar_step, ratio=1.0))
    found += ratio_checks("Lemma 1", "any alpha, beta", _LEMMA, XI, scalar_step)
    found += ratio_checks("Corollary 1", "alpha = beta", _COROLLARY, XI, partial(block_step, ratio=1.0))
    found += ratio_checks("Corollary 1", "alpha = 5 beta", _COROLLARY, XI, partial(block_step, ratio=5.0))
    return found


def _of_theorem_3() -> list[Check]:
    found = []
    for case, ratio in {"alpha = beta": 1.0, "alpha = 10 beta": 10.0, "alpha = 100 beta": 100.0}.items():
        found += ratio_checks("Theorem 3", case, _ROUND, XI, partial(one_round, ratio=ratio))
    within = "With a step size within the limits q lies between 0 and 1"
    return [*found, Check("Theorem 3, q", "corrected", "any", within, "the distance from [0, 1]", 0.0, outside_unit)]


CHECKS: tuple[Check, ...] = (*_of_contraction(), *_of_theorem_3())

"""How fast alternating steps approach the solution: constants and bounds of the LSALSA paper, supplement D.

Throughout, `smoothness`, `strong_convexity` and `coupling` are the paper's alpha, beta and gamma; `n_blocks` is its K.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from papers.lsalsa.theory import Form


def contraction(smoothness: float, strong_convexity: float, form: Form) -> float:
    """xi: a gradient step of size eta multiplies the distance to the minimum by at most 1 - eta xi.

    Parameters
    ----------
    smoothness, strong_convexity : float
        alpha >= beta > 0.
    form : {"printed", "corrected"}
        Printed: 2 alpha beta / (alpha + beta). It is right for the square of the distance (Nesterov 2013, theorem
        2.1.15); the paper prints it without the squares. Corrected: beta.

    Returns
    -------
    xi : float

    References
    ----------
    LSALSA paper, lemma 1, corollary 1 and theorem 4.
    """
    if form == "corrected":
        return strong_convexity
    return 2 * smoothness * strong_convexity / (smoothness + strong_convexity)


def recursion_terms(step_size: float, xi: float, coupling: float, n_blocks: int) -> tuple[float, float]:
    """Return the two numbers of theorem 3: E|error(t+1)|^2 <= factor |error(t)|^2 + weight sigma^2.

    Parameters
    ----------
    step_size, xi, coupling : float
    n_blocks : int

    Returns
    -------
    factor, weight : float
        1 - q and eta^2 / (1 - eta gamma K).

    References
    ----------
    LSALSA paper, equation 77. Equation 47 prints gamma_d (K - 1); the proof has gamma K.
    """
    shared = 1 - step_size * coupling * n_blocks
    factor = (1 - 2 * step_size * xi + step_size * coupling * (2 * n_blocks - 1)) / shared
    return factor, step_size**2 / shared


def largest_step(smoothness: float, strong_convexity: float, xi: float, coupling: float, n_blocks: int) -> float:
    """Return the step size up to which theorem 3 applies and its factor lies between 0 and 1.

    Parameters
    ----------
    smoothness, strong_convexity : float
        alpha >= beta > 0.
    xi : float
        As `contraction` returns it.
    coupling : float
        gamma, below `coupling_limit(xi, n_blocks)`.
    n_blocks : int

    Returns
    -------
    step_size : float
        The smallest of 2 / (alpha + beta), 1 / (K gamma) and 1 / (2 xi - gamma (2 K - 1)). For the last one equation 81
        prints 1 / (2 xi + gamma). That is sufficient, but not equivalent to equation 80, as the paper says.

    References
    ----------
    LSALSA paper, corollary 1 and equations 77 to 81.
    """
    limits = [2 / (smoothness + strong_convexity), 1 / (2 * xi - coupling * (2 * n_blocks - 1))]
    return min([*limits, 1 / (n_blocks * coupling)] if coupling else limits)


def coupling_limit(xi: float, n_blocks: int) -> float:
    """Return 2 xi / (3 K - 1): theorems 3 and 4 need a coupling below it (LSALSA paper, equation 79)."""
    return 2 * xi / (3 * n_blocks - 1)


@dataclass(frozen=True)
class Schedule:
    """The falling step sizes of theorem 4, and the bound that it promises for them.

    Parameters
    ----------
    xi, coupling : float
        coupling below `coupling_limit(xi, n_blocks)`.
    n_blocks : int
    form : {"printed", "corrected"}
        Printed: 2 K - 1 in the step and in the bound. Corrected: 3 K - 1 in both. Then theorem 3's q is 1.5 / (t + 2),
        as the proof of theorem 4 needs.
    start : int
        The clock's reading at the first step. The paper has 0, where the first steps can be longer than its theorem 3
        allows. `begun_within` finds a start without that fault.

    References
    ----------
    LSALSA paper, theorem 4 and equation 48.
    """

    xi: float
    coupling: float
    n_blocks: int
    form: Form
    start: int = 0

    @property
    def margin(self) -> float:
        """2 xi - gamma (2 K - 1) or 2 xi - gamma (3 K - 1)."""
        count = {"printed": 2, "corrected": 3}[self.form] * self.n_blocks - 1
        return 2 * self.xi - self.coupling * count

    def step(self, t: int) -> float:
        """Step size of iteration t = 0, 1, ..."""
        return 1.5 / (self.margin * (t + self.start + 2) + 1.5 * self.coupling * self.n_blocks)

    def bound(self, t: int, first_error: float, noise: float) -> float:
        """Bound E|error(t + 1)|^2 (equation 48).

        Parameters
        ----------
        t : int
            Iteration, from 0.
        first_error : float
            Squared distance at the start.
        noise : float
            sigma^2.

        Returns
        -------
        bound : float
            Of the squared distance after iteration t.
        """
        clock = t + self.start + 3
        return ((self.start + 2) / clock) ** 1.5 * first_error + 9 * noise / (self.margin**2 * clock)

    def begun_within(self, limit: float) -> Schedule:
        """Start the clock at the earliest time whose step is at most `limit`, e.g. `largest_step`."""
        needed = (1.5 / limit - 1.5 * self.coupling * self.n_blocks) / self.margin - 2
        return replace(self, start=max(0, int(np.ceil(needed))))


def iterated(schedule: Schedule, first_error: float, noise: float, n_steps: int) -> np.ndarray:
    """Iterate equation 77 as an equality: the errors that theorem 3 allows, step after step.

    Parameters
    ----------
    schedule : Schedule
    first_error : float
        Squared distance at the start.
    noise : float
        sigma^2.
    n_steps : int

    Returns
    -------
    errors : array, (n_steps,)
        Squared distances after iterations 0 ... n_steps - 1.
    """
    errors, error = np.empty(n_steps), first_error
    for t in range(n_steps):
        factor, weight = recursion_terms(schedule.step(t), schedule.xi, schedule.coupling, schedule.n_blocks)
        error = factor * error + weight * noise
        errors[t] = error
    return errors


def iterated_by_block(schedule: Schedule, first_errors: np.ndarray, noises: np.ndarray, n_steps: int) -> np.ndarray:
    """Iterate the sharper inequality for each block, with its factor kept at 0 or above; otherwise as `iterated`.

    Parameters
    ----------
    schedule : Schedule
    first_errors, noises : array, (n_blocks,)
        Squared distance at the start and sigma_d^2 of each block.
    n_steps : int

    Returns
    -------
    errors : array, (n_steps,)
        Sums over the blocks after iterations 0 ... n_steps - 1.

    References
    ----------
    LSALSA paper, equation 73.
    """
    errors, sums = np.array(first_errors, dtype=float), np.empty(n_steps)
    for t in range(n_steps):
        step = schedule.step(t)
        own = max(0.0, 1 - 2 * step * schedule.xi + step * schedule.coupling * (schedule.n_blocks - 1))
        for d in range(len(errors)):
            others = errors.sum() - errors[d]
            errors[d] = own * errors[d] + step**2 * noises[d] + step * schedule.coupling * others
        sums[t] = errors.sum()
    return sums


def bounds(schedule: Schedule, first_error: float, noise: float, n_steps: int) -> np.ndarray:
    """Apply `Schedule.bound` to the first iterations.

    Parameters
    ----------
    schedule : Schedule
    first_error : float
        Squared distance at the start.
    noise : float
        sigma^2.
    n_steps : int

    Returns
    -------
    bounds : array, (n_steps,)
        Of the squared distances after iterations 0 ... n_steps - 1.
    """
    return np.array([schedule.bound(t, first_error, noise) for t in range(n_steps)])


def inverse_square(smoothness: float, strong_convexity: float) -> float:
    """Return p = (alpha^2 + beta^2) / (2 alpha beta)^2, the part of 1 / xi^2 that theorem 2 keeps (equation 83)."""
    return (smoothness**2 + strong_convexity**2) / (2 * smoothness * strong_convexity) ** 2


def gain(strong_convexity: float, learned_strong_convexity: float) -> float:
    """Return (b^2 - beta^2) / (2 beta b)^2: theorem 2's gain if learning raises beta to b (equation 29)."""
    return (learned_strong_convexity**2 - strong_convexity**2) / (2 * strong_convexity * learned_strong_convexity) ** 2

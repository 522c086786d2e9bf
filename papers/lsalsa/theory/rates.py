"""How fast alternating steps come near the solution: the constants and bounds of the LSALSA paper, supplement D.

Throughout, `smoothness`, `convexity` and `coupling` are the paper's alpha, beta and gamma, `n_blocks` its K.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from papers.lsalsa.theory import Form


def contraction(smoothness: float, convexity: float, form: Form) -> float:
    """xi, by which a gradient step of size eta contracts: distance times (1 - eta xi).

    Parameters
    ----------
    smoothness, convexity : float
        alpha >= beta > 0.
    form : {"printed", "corrected"}
        Printed: 2 alpha beta / (alpha + beta), which is right for the square of the distance (Nesterov 2013, theorem
        2.1.15) and stands in the paper without the squares. Corrected: beta.

    Returns
    -------
    xi : float

    References
    ----------
    LSALSA paper, lemma 1, corollary 1 and theorem 4.
    """
    if form == "corrected":
        return convexity
    return 2 * smoothness * convexity / (smoothness + convexity)


def recursion_terms(step_size: float, xi: float, coupling: float, n_blocks: int) -> tuple[float, float]:
    """The two numbers of theorem 3: E|error(t+1)|^2 <= factor |error(t)|^2 + weight sigma^2.

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
    LSALSA paper, equation 77 (equation 47 prints gamma_d (K - 1) where the proof has gamma K).
    """
    shared = 1 - step_size * coupling * n_blocks
    factor = (1 - 2 * step_size * xi + step_size * coupling * (2 * n_blocks - 1)) / shared
    return factor, step_size**2 / shared


def largest_step(smoothness: float, convexity: float, xi: float, coupling: float, n_blocks: int) -> float:
    """The step size below which theorem 3 applies and its factor lies between 0 and 1.

    Returns
    -------
    step_size : float
        The smallest of 2 / (alpha + beta), 1 / (K gamma) and 1 / (2 xi - gamma (2 K - 1)). Equation 81 prints
        1 / (2 xi + gamma) for the last, which is sufficient but not, as it says, what equation 80 amounts to.

    References
    ----------
    LSALSA paper, corollary 1 and equations 77 to 81; `coupling` must be below `coupling_limit`.
    """
    limits = [2 / (smoothness + convexity), 1 / (2 * xi - coupling * (2 * n_blocks - 1))]
    return min([*limits, 1 / (n_blocks * coupling)] if coupling else limits)


def coupling_limit(xi: float, n_blocks: int) -> float:
    """2 xi / (3 K - 1): theorems 3 and 4 ask for a coupling below it (LSALSA paper, equation 79)."""
    return 2 * xi / (3 * n_blocks - 1)


@dataclass(frozen=True)
class Schedule:
    """The falling step sizes of theorem 4 and the bound that it promises for them.

    Parameters
    ----------
    xi, coupling : float
        coupling below `coupling_limit(xi, n_blocks)`.
    n_blocks : int
    form : {"printed", "corrected"}
        Printed: 2 K - 1 in the step and in the bound. Corrected: 3 K - 1 in both, with which theorem 3's q is
        1.5 / (t + 2), as the proof of theorem 4 needs.
    start : int
        The clock's reading at the first step. The paper has 0, which can make the first steps larger than its own
        theorem 3 allows; `begun_within` finds a start that does not.

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
        """What E|error(t + 1)|^2 may be at most, from the squared first error and sigma^2 (equation 48)."""
        clock = t + self.start + 3
        return ((self.start + 2) / clock) ** 1.5 * first_error + 9 * noise / (self.margin**2 * clock)

    def begun_within(self, limit: float) -> Schedule:
        """The same clock, read first at the earliest time whose step is at most `limit`, e.g. `largest_step`."""
        needed = (1.5 / limit - 1.5 * self.coupling * self.n_blocks) / self.margin - 2
        return replace(self, start=max(0, int(np.ceil(needed))))


def iterated(schedule: Schedule, first_error: float, noise: float, n_steps: int) -> np.ndarray:
    """The errors that theorem 3 allows, step after step: equation 77 as an equality.

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
    """As `iterated`, from the sharper inequality for each block, its factor not below 0.

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
    """`Schedule.bound` of iterations 0 ... n_steps - 1: array, (n_steps,)."""
    return np.array([schedule.bound(t, first_error, noise) for t in range(n_steps)])


def inverse_square(smoothness: float, convexity: float) -> float:
    """p = (alpha^2 + beta^2) / (2 alpha beta)^2, the part of 1 / xi^2 that theorem 2 keeps (equation 83)."""
    return (smoothness**2 + convexity**2) / (2 * smoothness * convexity) ** 2


def gain(convexity: float, learned_convexity: float) -> float:
    """(b^2 - beta^2) / (2 beta b)^2, theorem 2's gain when learning raises beta to b (equation 29)."""
    return (learned_convexity**2 - convexity**2) / (2 * convexity * learned_convexity) ** 2

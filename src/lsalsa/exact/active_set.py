"""An active-set method on the Gram matrix, one sample after the other; compiled.

For given signs on a set of active atoms the optimum solves a linear system. The code moves towards that solution;
where a coefficient would change its sign on the way, it stops there and the atom leaves. Once a solution is reached,
the inactive atoms whose correlation with the residual exceeds their penalty are the violators of optimality; the
worst of them join. When there is none the code is optimal, to the accuracy of a linear solve. The objective falls
with every move (Osborne et al. 2000; Lee et al. 2007). The Cholesky factor of the active atoms' Gram matrix grows and
shrinks with them.
"""

from typing import Any

import numpy as np

from lsalsa.arrays.compiling import compiled as compiled_with
from lsalsa.problem import SparseCodingProblem

VIOLATION = 1e-9  # relative excess of a correlation over its penalty that still counts as none
NEAR_WORST = 0.6  # violators at least this share of the worst join with it
GROWTH = 0.25  # but no more at once than this share of the active atoms (and two)
DEPENDENT = 1e-10  # part of an atom outside the span of the active ones, squared, below which it depends on them
TRUSTED = 1 / 3  # share of the rank that a start may use; factorising more costs more than starting from zero

compiled = compiled_with({"reassoc", "contract", "nsz"})


class ActiveSet:
    """Solves tiles of signals of one problem by the method of this module.

    Parameters
    ----------
    problem : SparseCodingProblem
        In host memory, float64.
    tolerance : float
        Not used: the codes are optimal to the accuracy of a linear solve.
    max_iterations : int
        Rounds per sample at most; a round moves to a solution and lets violators join.
    """

    def __init__(self, problem: SparseCodingProblem, tolerance: float, max_iterations: int):
        if problem.xp.any(problem.dictionary):  # for atoms of zeros, zero codes are right
            problem.check_scale()
        self.max_rounds = max_iterations
        self.dictionary = np.ascontiguousarray(problem.dictionary)
        self.gram = np.ascontiguousarray(problem.gram)
        self.penalties = np.ascontiguousarray(problem.penalty_of_atom)

    def __call__(self, signals: np.ndarray, codes: np.ndarray) -> np.ndarray:
        """Optimal codes of a tile, (tile, n_atoms), float64, from the given ones, which are overwritten."""
        rank = min(self.dictionary.shape)
        _solve_tile(self.gram, signals @ self.dictionary, self.penalties, codes, rank, self.max_rounds)
        return codes

    def again(self, signals: np.ndarray) -> np.ndarray:
        """Codes of signals that missed the tolerance, from the atoms instead of their Gram matrix."""
        from lsalsa.exact.orthogonal import OrthogonalActiveSet

        return OrthogonalActiveSet(self.dictionary, self.penalties, self.max_rounds)(signals)


@compiled
def _solve_tile(gram: Any, correlations: Any, penalties: Any, codes: Any, rank: int, max_rounds: int) -> None:
    n_atoms = gram.shape[0]
    active, inside = np.empty(n_atoms, np.int64), np.empty(n_atoms, np.bool_)
    signs, target, residual_correlation = np.empty(n_atoms), np.empty(n_atoms), np.empty(n_atoms)
    factor = np.empty((rank + 1, rank + 1))
    for i in range(codes.shape[0]):
        x = codes[i]
        n_active = _begin(x, active, signs, inside, rank)
        n_active = _prune(gram, correlations[i], penalties, x, active, signs, inside, n_active, target, factor)
        sound = n_active  # leading rows of the factor that belong to the active atoms as they are
        for _ in range(max_rounds):
            n_active, sound = settle(
                gram, correlations[i], penalties, x, active, signs, inside, n_active, sound, target, factor
            )
            _correlate_residual(gram, correlations[i], x, active, n_active, residual_correlation)
            n_before = n_active
            n_active = _admit(residual_correlation, penalties, active, signs, inside, n_active, rank)
            if n_active == n_before:
                break


@compiled
def _begin(x: Any, active: Any, signs: Any, inside: Any, rank: int) -> int:
    """The atoms that the code to start from uses, the largest first, as many as a start is trusted for."""
    inside[:] = False
    n_active = 0
    if not x.any():
        return n_active
    for j in np.argsort(-np.abs(x)):
        if x[j] != 0.0 and n_active < TRUSTED * rank:
            active[n_active], signs[n_active], inside[j] = j, np.sign(x[j]), True
            n_active += 1
        else:
            x[j] = 0.0
    return n_active


@compiled
def _prune(
    gram: Any,
    correlation: Any,
    penalties: Any,
    x: Any,
    active: Any,
    signs: Any,
    inside: Any,
    n_active: int,
    target: Any,
    factor: Any,
) -> int:
    """Take out at once all atoms of a start whose sign will not hold, until the others' do: a start is a guess, and
    leaving one by one costs a factorisation each."""
    n_before = -1
    while n_active != n_before:
        n_before = n_active
        sound = _extend(gram, active, 0, n_active, factor)
        _aim(correlation, penalties, active, signs, sound, target, factor)
        n_active = 0
        for a in range(n_before):
            j = active[a]
            if a < sound and target[a] * signs[a] > 0.0:
                active[n_active], signs[n_active], x[j] = j, signs[a], target[a]
                n_active += 1
            else:
                x[j], inside[j] = 0.0, False
    return n_active


@compiled
def settle(
    gram: Any,
    correlation: Any,
    penalties: Any,
    x: Any,
    active: Any,
    signs: Any,
    inside: Any,
    n_active: int,
    sound: int,
    target: Any,
    factor: Any,
) -> tuple[int, int]:
    """Move to the optimum over the active atoms, letting those go whose sign will not hold.

    Parameters
    ----------
    gram : array, (n_atoms, n_atoms), float64
    correlation : array, (n_atoms,), float64
        A^T y.
    penalties : array, (n_atoms,), float64
    x : array, (n_atoms,), float64
        Overwritten by the optimum over the active atoms.
    active : array, (n_atoms,), int64
        The active atoms come first; those that leave are closed up.
    signs : array, (n_atoms,), float64
        Of the active atoms, in their order.
    inside : array, (n_atoms,), bool
        Which atoms are active.
    n_active : int
    sound : int
        Leading rows of the factor that belong to the active atoms as they are.
    target : array, (n_atoms,), float64
        Room for the solution that the step aims at.
    factor : array, (rank + 1, rank + 1), float64
        Cholesky factor of the Gram matrix of the active atoms.

    Returns
    -------
    n_active, sound : int
    """
    while n_active > 0:
        sound = _extend(gram, active, sound, n_active, factor)
        if sound < n_active:
            leaving = _exchange(penalties, x, active, signs, sound, target, factor)
            n_active, sound = _drop(x, active, signs, inside, n_active, leaving, sound)
            continue
        _aim(correlation, penalties, active, signs, n_active, target, factor)
        leaving = _move(x, active, signs, n_active, target)
        if leaving < 0:
            break
        n_active, sound = _drop(x, active, signs, inside, n_active, leaving, sound)
    return n_active, sound


@compiled
def _extend(gram: Any, active: Any, sound: int, n_active: int, factor: Any) -> int:
    """Rows of the Cholesky factor for the active atoms from `sound` on; stops at an atom that depends on those
    before."""
    for a in range(sound, n_active):
        row = gram[active[a]]
        left = row[active[a]]
        for b in range(a):
            total = row[active[b]]
            for c in range(b):
                total -= factor[a, c] * factor[b, c]
            factor[a, b] = total / factor[b, b]
            left -= factor[a, b] * factor[a, b]
        if left <= DEPENDENT * row[active[a]]:
            return a
        factor[a, a] = np.sqrt(left)
    return n_active


@compiled
def _aim(correlation: Any, penalties: Any, active: Any, signs: Any, n: int, target: Any, factor: Any) -> None:
    """The optimum over the first `n` active atoms if their signs held, into `target`."""
    for a in range(n):
        target[a] = correlation[active[a]] - penalties[active[a]] * signs[a]
    _forward(factor, n, target)
    _backward(factor, n, target)


@compiled
def _forward(factor: Any, n: int, values: Any) -> None:
    for a in range(n):
        total = values[a]
        for c in range(a):
            total -= factor[a, c] * values[c]
        values[a] = total / factor[a, a]


@compiled
def _backward(factor: Any, n: int, values: Any) -> None:
    for a in range(n - 1, -1, -1):
        values[a] /= factor[a, a]
        for c in range(a):
            values[c] -= factor[a, c] * values[a]


@compiled
def _move(x: Any, active: Any, signs: Any, n_active: int, target: Any) -> int:
    """Go to the target, or as far as the signs hold; the position of the atom that ends the way, -1 at the target."""
    share, leaving = 1.0, -1
    for a in range(n_active):
        if target[a] * signs[a] <= 0.0:
            value = x[active[a]]
            reach = value / (value - target[a]) if value != 0.0 else 0.0
            if leaving < 0 or reach < share:
                share, leaving = reach, a
    for a in range(n_active):
        x[active[a]] += share * (target[a] - x[active[a]])
    return leaving


@compiled
def _exchange(penalties: Any, x: Any, active: Any, signs: Any, position: int, target: Any, factor: Any) -> int:
    """The atom at `position` is a combination of those before. Grow it at their cost, which leaves A x as it is,
    while that lowers the penalty; the position of the atom that is used up, or of itself where it gains nothing."""
    for a in range(position):
        target[a] = factor[position, a]
    _backward(factor, position, target)
    gain = penalties[active[position]]
    for a in range(position):
        gain -= penalties[active[a]] * signs[a] * target[a] * signs[position]
    if gain >= 0.0:
        return position
    length, leaving = np.inf, position
    for a in range(position):
        cost = target[a] * signs[position]
        if cost * signs[a] > 0.0 and x[active[a]] / cost < length:
            length, leaving = x[active[a]] / cost, a
    if leaving == position:
        return position
    for a in range(position):
        x[active[a]] -= length * signs[position] * target[a]
    x[active[position]] += length * signs[position]
    return leaving


@compiled
def _drop(x: Any, active: Any, signs: Any, inside: Any, n_active: int, leaving: int, sound: int) -> tuple[int, int]:
    """Take the atom at a position out; the rows of the factor before it stay sound."""
    x[active[leaving]] = 0.0
    inside[active[leaving]] = False
    for a in range(leaving, n_active - 1):
        active[a] = active[a + 1]
        signs[a] = signs[a + 1]
    return n_active - 1, min(sound, leaving)


@compiled
def _correlate_residual(
    gram: Any, correlation: Any, x: Any, active: Any, n_active: int, residual_correlation: Any
) -> None:
    """A^T (y - A x) for all atoms, into `residual_correlation`."""
    residual_correlation[:] = correlation
    for a in range(n_active):
        row, value = gram[active[a]], x[active[a]]
        for j in range(len(residual_correlation)):
            residual_correlation[j] -= row[j] * value


@compiled
def _admit(
    residual_correlation: Any, penalties: Any, active: Any, signs: Any, inside: Any, n_active: int, rank: int
) -> int:
    """Append violators of optimality, the worst among them, with the signs of their correlations."""
    worst, where = VIOLATION, -1
    for j in range(len(residual_correlation)):
        excess = abs(residual_correlation[j]) / penalties[j] - 1.0
        if not inside[j] and excess > worst:
            worst, where = excess, j
    if where < 0:
        return n_active
    most = min(n_active + 2 + int(GROWTH * n_active), rank + 1)
    for shift in range(len(residual_correlation)):  # the worst first, then the others in order
        j = where if shift == 0 else shift - 1 if shift <= where else shift
        if (
            n_active < most
            and not inside[j]
            and abs(residual_correlation[j]) / penalties[j] - 1.0 >= NEAR_WORST * worst
        ):
            active[n_active], signs[n_active], inside[j] = j, np.sign(residual_correlation[j]), True
            n_active += 1
    return n_active

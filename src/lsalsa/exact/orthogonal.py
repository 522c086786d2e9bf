"""An active-set method on the atoms themselves, for the few samples whose Gram matrix has lost too many digits.

The steps are those of `active_set`, but the systems are solved by an orthogonal factorisation of the active atoms, and
correlations come from the residual: an error grows with the condition number of the atoms, not with its square. So
atoms that differ by one part in a million, or features in units that differ by as much, are told apart. It is slow.
"""

from collections.abc import Sequence

import numpy as np

VIOLATION = 1e-12  # relative excess of a correlation over its penalty that still counts as none
DEPENDENT = 1e-11  # part of an atom outside the span of the active ones, below which it depends on them


class OrthogonalActiveSet:
    """Optimal codes of single samples.

    Parameters
    ----------
    dictionary : array, (n_features, n_atoms), float64
    penalties : array, (n_atoms,), float64
    max_rounds : int
        Atoms that may join, in all.
    """

    def __init__(self, dictionary: np.ndarray, penalties: np.ndarray, max_rounds: int):
        self.dictionary, self.penalties, self.max_rounds = dictionary, penalties, max_rounds
        self.norms = np.linalg.norm(dictionary, axis=0)

    def __call__(self, signals: np.ndarray) -> np.ndarray:
        """Codes of signals, (n_samples, n_atoms)."""
        return np.array([self._code(signal) for signal in signals]).reshape(len(signals), -1)

    def _code(self, signal: np.ndarray) -> np.ndarray:
        x = np.zeros(self.dictionary.shape[1])
        active: list[int] = []
        refused: set[int] = set()
        for _ in range(self.max_rounds):
            shares = self.dictionary.T @ (signal - self.dictionary @ x) / self.penalties
            excess = np.abs(shares)
            excess[[*active, *refused]] = 0
            joining = int(excess.argmax())
            if excess[joining] <= 1 + VIOLATION:
                break
            before = x.copy()
            signs = {j: np.sign(x[j]) for j in active} | {joining: np.sign(shares[joining])}
            active = self._settle(signal, x, [*active, joining], signs)
            moved = np.abs(x - before).max() > 0 and joining in active
            refused = set() if moved else refused | {joining}  # rounding alone let it in: it would come back forever
        return x

    def _settle(self, signal: np.ndarray, x: np.ndarray, active: list[int], signs: dict[int, float]) -> list[int]:
        """Move `x` to the optimum over the active atoms; those that stay."""
        while active:
            leaving: int | None
            atoms, sign = self.dictionary[:, active], np.array([signs[j] for j in active])
            q, r = np.linalg.qr(atoms)
            if len(active) > len(r) or abs(r[-1, -1]) <= DEPENDENT * self.norms[active[-1]]:
                leaving = self._exchange(x, active, sign, atoms)
            else:
                target = self._target(signal, active, sign, atoms, (q, r))
                leaving = _move(x, active, sign, target)
            if leaving is None:
                break
            x[active[leaving]] = 0.0
            active = [*active[:leaving], *active[leaving + 1 :]]
        return active

    def _target(
        self,
        signal: np.ndarray,
        active: Sequence[int],
        sign: np.ndarray,
        atoms: np.ndarray,
        factors: tuple[np.ndarray, np.ndarray],
    ) -> np.ndarray:
        """The optimum over the active atoms if their signs held, refined once."""
        (q, r), pull = factors, self.penalties[active] * sign
        target = np.linalg.solve(r, q.T @ signal - np.linalg.solve(r.T, pull))
        left = atoms.T @ (signal - atoms @ target) - pull
        return target + np.linalg.solve(r, np.linalg.solve(r.T, left))

    def _exchange(self, x: np.ndarray, active: Sequence[int], sign: np.ndarray, atoms: np.ndarray) -> int:
        """The last active atom is a combination of the others: grow it at their cost while that lowers the penalty; the
        position of the atom that is used up, or of itself where it gains nothing."""
        last, others = len(active) - 1, list(active[:-1])
        cost = np.linalg.lstsq(atoms[:, :-1], atoms[:, -1], rcond=None)[0] * sign[-1]
        gain = self.penalties[active[-1]] - (self.penalties[others] * sign[:-1] * cost).sum()
        shrinking = np.flatnonzero(cost * sign[:-1] > 0)
        if gain >= 0 or not len(shrinking):
            return last
        lengths = x[others][shrinking] / cost[shrinking]
        leaving = int(shrinking[lengths.argmin()])
        x[others] -= lengths.min() * cost
        x[active[-1]] += lengths.min() * sign[-1]
        return leaving


def _move(x: np.ndarray, active: Sequence[int], sign: np.ndarray, target: np.ndarray) -> int | None:
    """Go to the target, or as far as the signs hold; the position of the atom that ends the way, None at the target."""
    now = x[active]
    wrong = np.flatnonzero(target * sign <= 0)
    if not len(wrong):
        x[active] = target
        return None
    reach = np.where(now[wrong] != 0, now[wrong] / np.where(now[wrong] != 0, now[wrong] - target[wrong], 1.0), 0.0)
    x[active] = now + reach.min() * (target - now)
    return int(wrong[reach.argmin()])

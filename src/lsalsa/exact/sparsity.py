"""The penalty that makes optimal codes sparse enough: the LSALSA paper's rule for choosing it."""

from typing import Any

import numpy as np

from lsalsa.arrays import check_matrix
from lsalsa.arrays.checks import as_number
from lsalsa.errors import ConfigError, DataError, DivergedError
from lsalsa.exact import optimal_codes
from lsalsa.metrics import zero_share
from lsalsa.problem import SparseCodingProblem

ZERO_SHARE = 0.9
"""Share of zeros in optimal codes for which a penalty is chosen, where no other is asked for."""

MOST_SAMPLES = 1000
"""Samples that a choice looks at, evenly spread over those given."""

PRECISION = 1.01
"""The found penalties are at most this factor above the smallest ones."""

SMALLEST = 1e-6
"""Share of the penalty above which all codes are zero, below which no penalty is tried."""

TOLERANCE = 1e-4
"""Relative duality gap of the codes that are counted; their zeros are settled long before the usual one."""


def choose_penalty(dictionaries: Any, signals: Any, zero_share: float = ZERO_SHARE) -> float:
    """The smallest penalty, common to all dictionaries, under which optimal codes have a share of zeros.

    Found by bisection on certified codes of up to a thousand of the signals, evenly spread, see `with_zero_share`.

    Parameters
    ----------
    dictionaries : array, (n_features, n_atoms), or sequence of them
    signals : array, (n_samples, n_features)
        In the dictionaries' dtype.
    zero_share : float
        Between 0 and 1.

    Returns
    -------
    penalty : float

    Raises
    ------
    ConfigError
        When the share is not between 0 and 1.
    DataError
        When no penalty makes a difference (signals of zeros), or every one gives more zeros than that.
    ShapeError
        Arrays that do not fit.
    """
    problem = SparseCodingProblem(dictionaries, 1.0)
    signals = check_matrix("signals", signals, n_columns=problem.n_features)
    return with_zero_share(problem, some_of(signals), zero_share).penalties[0]


def some_of(rows: Any, most: int = MOST_SAMPLES) -> Any:
    """The rows, or up to so many of them, evenly spread."""
    return rows[:: -(-rows.shape[0] // most)] if rows.shape[0] > most else rows


def with_zero_share(problem: SparseCodingProblem, signals: Any, share: float) -> SparseCodingProblem:
    """The problem under the smallest multiple of its penalties at which optimal codes are sparse enough.

    The LSALSA paper raises the penalty until at least 89 % of the entries of the optimal codes are zero (section 6).

    Parameters
    ----------
    problem : SparseCodingProblem
        Its penalties set the proportion between the dictionaries.
    signals : array, (n_samples, n_features)
        Whose mean share of zeros counts.
    share : float
        Between 0 and 1.

    Returns
    -------
    SparseCodingProblem
        The penalties are found to one percent, from above.

    Raises
    ------
    ConfigError
        When the share is not between 0 and 1.
    DataError
        When all signals are zero, or orthogonal to all atoms: their codes are zero under any penalty. When codes are
        sparse enough however small the penalty is, as those of many more atoms than features.
    """
    if not 0 < as_number(share) < 1:
        raise ConfigError(f"zero_share must lie between 0 and 1, found {share!r}")
    if not bool(signals.any()):
        raise DataError("no penalty can be chosen by the share of zeros: all signals are zero")
    dense, sparse = _bracket(problem, signals, share)
    while sparse / dense > PRECISION:
        middle = float(np.sqrt(dense * sparse))
        if _share_at(problem, signals, middle) >= share:
            sparse = middle
        else:
            dense = middle
    return _scaled(problem, sparse)


def _bracket(problem: SparseCodingProblem, signals: Any, share: float) -> tuple[float, float]:
    """Multiples of the penalties below and above the wanted one, within a factor of two."""
    largest = float((problem.lambda_max(signals) / problem.penalties).max())
    if not largest:
        raise DataError("no penalty can be chosen by the share of zeros: no signal correlates with an atom")
    factor = min(1.0, 0.5 * largest)  # not all codes zero
    while _share_at(problem, signals, factor) < share:
        factor *= 2
    while factor > SMALLEST * largest:
        try:
            is_sparse = _share_at(problem, signals, factor / 2) >= share
        except DivergedError:  # so small a penalty that codes cannot be certified
            break
        if not is_sparse:
            return factor / 2, factor
        factor /= 2
    raise DataError(
        f"no smallest penalty gives {share:.0%} zeros: codes have them at {factor / largest:.1g} of the largest useful "
        f"penalty still (signals of zeros, atoms of zeros, or many more atoms than features); ask for a larger share, "
        f"or choose the penalty yourself"
    )


def _share_at(problem: SparseCodingProblem, signals: Any, factor: float) -> float:
    return zero_share(optimal_codes(_scaled(problem, factor), signals, TOLERANCE).codes)


def _scaled(problem: SparseCodingProblem, factor: float) -> SparseCodingProblem:
    return problem.with_penalties([factor * penalty for penalty in problem.penalties])

"""The dual of min over x of 1/2 |y - A x|^2 + sum_j penalty_j |x_j| at multiples of a residual: plain formulas."""

from typing import Any

from lsalsa.arrays import namespace


def dual_scale(along: Any, squared: Any, above: Any, below: Any) -> Any:
    """The feasible multiple s of a residual r = y - A x at which the dual objective is largest.

    The dual objective at s r is s <y, r> - s^2 |r|^2 / 2. Feasible is |s <a_j, r>| <= penalty_j for every atom, or
    s <a_j, r> <= penalty_j where codes must not be negative.

    Parameters
    ----------
    along, squared : array or float
        <y, r> and |r|^2.
    above, below : array or float
        Largest <a_j, r> / penalty_j and largest -<a_j, r> / penalty_j; both the larger of the two where codes may have
        both signs.

    Returns
    -------
    scale : array, float64

    References
    ----------
    Massias et al. 2018, "Celer: a fast solver for the Lasso with dual extrapolation"; LSALSA paper, equation 6.
    """
    xp = namespace(along)
    scale = along / xp.where(squared > 0, squared, 1.0)
    scale = xp.minimum(scale, 1.0 / xp.where(above > 0, above, 1e-300))
    return xp.maximum(scale, -1.0 / xp.where(below > 0, below, 1e-300))


def dual_objective(along: Any, squared: Any, above: Any, below: Any) -> Any:
    """The dual objective at the `dual_scale` of a residual, which bounds the primal optimum from below.

    Parameters
    ----------
    along, squared, above, below : array or float
        As for `dual_scale`.

    Returns
    -------
    dual : array, float64
    """
    scale = dual_scale(along, squared, above, below)
    return scale * along - 0.5 * scale * scale * squared


def relative(gap: Any, objective: Any) -> Any:
    """A gap as a share of the objective, 0 where that is 0: array, (n_samples,), float64."""
    return gap / namespace(gap).where(objective > 0, objective, 1.0)

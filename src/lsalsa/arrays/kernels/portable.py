"""The steps as array operations: what they mean, for any array module.

All arrays are contiguous, (n_samples, n_atoms), of one dtype; `thresholds`, (n_atoms,), are not negative. soft(z)
stands for sign(z) max(|z| - threshold, 0), which is z - clip(z, -threshold, threshold).
"""

from typing import Any

from lsalsa.arrays.namespace import namespace


def soft_threshold(values: Any, thresholds: Any, out: Any) -> None:
    """out = soft(values).

    Parameters
    ----------
    values : array, (n_samples, n_atoms)
    thresholds : array, (n_atoms,)
    out : array, (n_samples, n_atoms)
        Written; may be `values`.
    """
    out[...] = values - _clip(values, thresholds)


def soft_threshold_sum(moved: Any, filtered: Any, thresholds: Any, out: Any) -> None:
    """out = soft(moved + filtered): the step of ISTA and LISTA after its product.

    Parameters
    ----------
    moved, filtered : array, (n_samples, n_atoms)
        x S and W_e y.
    thresholds : array, (n_atoms,)
    out : array, (n_samples, n_atoms)
        Written; may be `moved`.
    """
    soft_threshold(moved + filtered, thresholds, out)


def fista_step(moved: Any, filtered: Any, thresholds: Any, weight: float, x: Any, v: Any) -> None:
    """new = soft(moved + filtered); v = new + weight (new - x); x = new.

    Parameters
    ----------
    moved, filtered : array, (n_samples, n_atoms)
        v S and W_e y.
    thresholds : array, (n_atoms,)
    weight : NumPy scalar
        Of the momentum, in the arrays' dtype.
    x, v : array, (n_samples, n_atoms)
        The last code, read and written; the extrapolated one, written.
    """
    total = moved + filtered
    new = total - _clip(total, thresholds)
    v[...] = new + weight * (new - x)
    x[...] = new


def salsa_step(x: Any, p: Any, filtered: Any, thresholds: Any, mu: float, mixed: Any) -> None:
    """p = x - clip(2 x - p); mixed = filtered + mu p.

    Parameters
    ----------
    x : array, (n_samples, n_atoms)
    p : array, (n_samples, n_atoms)
        u - d of SALSA, read and written; before the step it is that of the iteration before, and x + d = 2 x - p.
    filtered : array, (n_samples, n_atoms)
        W_e y.
    thresholds : array, (n_atoms,)
    mu : NumPy scalar
        In the arrays' dtype.
    mixed : array, (n_samples, n_atoms)
        Written.
    """
    p[...] = x - _clip(2 * x - p, thresholds)
    mixed[...] = filtered + mu * p


def salsa_step_taped(x: Any, p: Any, filtered: Any, thresholds: Any, mu: float, mixed: Any, signs: Any) -> None:
    """`salsa_step`; signs = sign(soft(2 x - p)), which `salsa_back` reads.

    Parameters
    ----------
    x, p, filtered, thresholds, mu, mixed
        As for `salsa_step`.
    signs : array, (n_samples, n_atoms), int8
        Written.
    """
    z = 2 * x - p
    signs[...] = z > thresholds
    signs[z < -thresholds] = -1
    salsa_step(x, p, filtered, thresholds, mu, mixed)


def lista_back(gradient: Any, x: Any, masked: Any, filtered_gradient: Any) -> None:
    """masked = gradient where x is not zero, else 0; filtered_gradient += masked.

    Parameters
    ----------
    gradient, x : array, (n_samples, n_atoms)
        Gradient of a layer's code, and that code.
    masked : array, (n_samples, n_atoms)
        Written.
    filtered_gradient : array, (n_samples, n_atoms)
        Gradient of W_e y, added to.
    """
    masked[...] = gradient * (x != 0)
    filtered_gradient[...] += masked


def salsa_back(back: Any, signs: Any, mu: float, p_gradient: Any, x_gradient: Any, filtered_gradient: Any) -> None:
    """filtered_gradient += back; with g = p_gradient + mu back: x_gradient = g and p_gradient = 0 where signs is not
    0, x_gradient = -g and p_gradient = g where it is.

    Parameters
    ----------
    back : array, (n_samples, n_atoms)
        Gradient of `mixed`.
    signs : array, (n_samples, n_atoms), int8
        As `salsa_step_taped` left them.
    mu : NumPy scalar
        In the arrays' dtype.
    p_gradient : array, (n_samples, n_atoms)
        Read and written.
    x_gradient : array, (n_samples, n_atoms)
        Written.
    filtered_gradient : array, (n_samples, n_atoms)
        Gradient of W_e y, added to.
    """
    filtered_gradient[...] += back
    total = p_gradient + mu * back
    p_gradient[...] = total * (signs == 0)
    x_gradient[...] = total - 2 * p_gradient


def _clip(values: Any, thresholds: Any) -> Any:
    xp = namespace(values)
    return xp.minimum(xp.maximum(values, -thresholds), thresholds)

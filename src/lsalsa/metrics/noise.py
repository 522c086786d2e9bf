"""How strong noise is, seen from values that hold little else."""

import numpy as np

MAD_TO_STD = 0.6745  # median of the absolute values of normal noise, over its standard deviation


def noise_std(values: np.ndarray, axis: int | tuple[int, ...]) -> np.ndarray:
    """Standard deviation of normal noise about zero, which few larger values do not change (Donoho and Johnstone 1994).

    Parameters
    ----------
    values : array, real
    axis : int or tuple of int
        Over which the noise is one.

    Returns
    -------
    std : array
        In the unit of the values.
    """
    return np.median(np.abs(values), axis=axis) / MAD_TO_STD

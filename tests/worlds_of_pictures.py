"""Pictures whose structure is known: soft stripes along one side."""

import numpy as np


def stripes(seed, side, shape=(48, 60), width=5):
    """A picture of soft stripes, (height, width), float32, in [0, 1].

    Parameters
    ----------
    seed : int
    side : {0, 1}
        Whether the stripes differ from column to column, or from row to row.
    shape : (int, int)
    width : int
        Pixels that a stripe is smoothed over.
    """
    random = np.random.default_rng(seed)
    lines = np.convolve(random.random(shape[0 if side else 1] + width - 1), np.ones(width) / width, "valid")
    return np.broadcast_to(lines[:, None] if side else lines, shape).astype(np.float32)

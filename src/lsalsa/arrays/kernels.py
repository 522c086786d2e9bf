"""Element-wise steps that are worth a form of their own."""

from typing import Any

import numpy as np

from lsalsa.arrays.namespace import namespace, to_host


class Shrinkage:
    """Soft thresholding with one threshold per atom: z -> sign(z) max(|z| - threshold, 0).

    It is computed as z - clip(z, -threshold, threshold), two passes over memory. Atoms with equal neighbouring
    thresholds are clipped together against a scalar, which is several times faster than against a row of values.

    Parameters
    ----------
    thresholds : array, (n_atoms,)
        Not negative; the dtype is that of the values to be shrunk.
    """

    def __init__(self, thresholds: Any):
        self.xp = namespace(thresholds)
        host = to_host(thresholds)
        edges = [0, *(np.flatnonzero(np.diff(host)) + 1), host.size]
        if len(edges) - 1 <= max(8, host.size // 64):
            pieces = zip(edges[:-1], edges[1:], strict=True)
            self._pieces = [(slice(a, b), host[a], -host[a]) for a, b in pieces]
        else:
            self._pieces = [(slice(None), thresholds, -thresholds)]

    def __call__(self, values: Any, out: Any) -> Any:
        """Write the shrunk values, (n_samples, n_atoms), into `out`, which must be another array."""
        xp = self.xp
        for atoms, upper, lower in self._pieces:
            if np.ndim(upper):
                xp.minimum(values, upper, out=out)
                xp.maximum(out, lower, out=out)
            else:
                xp.clip(values[:, atoms], lower, upper, out=out[:, atoms])
        return xp.subtract(values, out, out=out)

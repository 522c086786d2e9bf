"""CRsAE with exact codes."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from lsalsa.encoders._convolutional import ConvolutionalEncoder
from lsalsa.encoders.base import Tape
from lsalsa.errors import DivergedError
from lsalsa.exact import optimal_codes
from lsalsa.solvers import solve

TOLERANCE = 1e-9  # relative duality gap of the codes
PRECISION = 1e-10  # of the linear system, relatively
MAX_ITERATIONS = 2000


class ExactCRsAE(ConvolutionalEncoder):
    """CRsAE (Tolooshams, Dey and Ba 2020) of infinite depth: optimal codes, certified, and their exact gradient.

    Where the support A of a code and its signs s are constant, H_A^T (y - H_A x_A) = penalty s. The derivative of this
    equation gives the gradient g of the codes to the parameters, by one linear system H_A^T H_A w = g_A for each
    sample (docs/method.md, section 9). Filters must be in host memory.

    Parameters
    ----------
    depth : int
        Iterations of FISTA from which the exact coder starts; they change its time, not its codes.
    shared : bool
        As for `CRsAE`, like all others.
    learn_penalties : bool
    ceiling : float, optional
    nonnegative : bool
    signal_shape : list of int
    filter_shape : list of int
    stride : list of int
    """

    def constrain(self) -> None:
        super().constrain()
        if not (self.arrays["penalties"] > 0).all():  # NaN neither
            found = self.arrays["penalties"].tolist()
            raise DivergedError(f"the penalties have run away: exact codes need positive ones, found {found}")

    def forward(self, signals: Any, tape: Tape, out: Any) -> Any:
        problem, rows = self.problem(), max(1, len(signals))  # the tile as it is: it runs on one worker already
        start = solve(problem, signals, "fista", self.depth, tile_rows=rows).codes
        found = optimal_codes(problem, signals, TOLERANCE, start, method="active_set", tile_rows=rows)
        out[...] = found.codes
        return out

    def backward(self, signals: Any, tape: Tape, codes_gradient: Any, names: Sequence[str]) -> dict[str, Any]:
        operator = self._problem(1.0).astype(np.float64).operator
        codes = tape("codes").astype(np.float64)
        w = self._weights(operator, codes != 0, codes_gradient.astype(np.float64))
        residual = signals - operator.synthesize(codes, np.empty(signals.shape))
        moved = operator.synthesize(w, np.empty(signals.shape))
        filters = operator.filter_gradient(residual, w) - operator.filter_gradient(moved, codes)
        of_penalties = -np.sign(codes) * w
        penalties = of_penalties.reshape(-1, self.arrays["penalties"].shape[0]).sum(axis=0)
        return {"filters": filters.astype(self.dtype), "penalties": penalties.astype(self.dtype)}

    def _weights(self, operator: Any, active: Any, wanted: Any) -> Any:
        """w with H_A^T H_A w = g on the active entries, 0 elsewhere: conjugate gradients, all samples at once."""
        residual = wanted * active
        w, along = np.zeros_like(residual), residual.copy()
        squares = (residual**2).sum(axis=1, keepdims=True)
        enough, signals, curved = PRECISION**2 * squares, operator.signals_buffer(len(w)), np.empty_like(w)
        for _ in range(MAX_ITERATIONS):
            unsolved = squares > enough
            if not unsolved.any():
                return w
            operator.correlate(operator.synthesize(along, signals), curved)
            curved *= active
            curvature = (along * curved).sum(axis=1, keepdims=True)
            step = np.divide(squares, curvature, out=np.zeros_like(squares), where=unsolved & (curvature > 0))
            w += step * along
            residual -= step * curved
            before, squares = squares, (residual**2).sum(axis=1, keepdims=True)
            along *= np.divide(squares, before, out=np.zeros_like(squares), where=unsolved)
            along += residual
        raise DivergedError(
            f"the gradient at exact codes misses its precision after {MAX_ITERATIONS} iterations: filters at "
            f"neighbouring positions are nearly the same"
        )

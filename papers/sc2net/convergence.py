"""How the objective of ISTA and FISTA falls with the iterations, on the test images."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lsalsa.arrays import Device
from lsalsa.problem import SparseCodingProblem
from lsalsa.solvers import solve
from papers.sc2net.experiment import SOLVERS
from papers.sc2net.images import Vectors


def objectives_by_iteration(
    vectors: Vectors, dictionary: Any, penalty: float, iterations: Sequence[int], device: Device
) -> dict[str, dict[int, float]]:
    """Follow the solvers on the test images.

    Parameters
    ----------
    vectors : Vectors
    dictionary : array, (n_pixels, n_atoms)
        Atoms of norm 1.
    penalty : float
    iterations : sequence of int
        At which the objective is computed.
    device : Device

    Returns
    -------
    objectives : dict
        Solver -> iterations -> mean objective.
    """
    problem = SparseCodingProblem([device.put(dictionary)], [penalty])
    signals = device.put(vectors.test)
    found = {}
    for solver in SOLVERS:
        codes = solve(problem, signals, solver, max(iterations), record=iterations).recorded
        found[solver] = {count: float(problem.objective(signals, codes[count]).mean()) for count in iterations}
    return found

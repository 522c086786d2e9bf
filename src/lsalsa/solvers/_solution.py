"""What a solver returns."""

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Solution:
    """Codes and how the run ended.

    Attributes
    ----------
    codes : array, (n_samples, n_atoms)
        In the problem's dtype.
    status : {"max_iterations", "converged", "diverged"}
        `converged` where the objective stood still before the iterations were used up.
    iterations : int
        Iterations that were run.
    history : list of dict
        With `history=True` one row per iteration: iteration, objective (mean over samples), zero_share.
    recorded : dict of int to array
        Codes after the iterations asked for by `record`; a run that diverged has those before it did.
    """

    codes: Any
    status: str
    iterations: int
    history: list[dict] = field(default_factory=list)
    recorded: dict[int, Any] = field(default_factory=dict)

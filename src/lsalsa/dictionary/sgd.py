"""Stochastic gradient steps on FISTA codes, the method of the LSALSA paper (equations 5 and 8)."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from lsalsa.arrays import check_count
from lsalsa.arrays.checks import as_number
from lsalsa.arrays.unit_norm import unit_columns
from lsalsa.dictionary.base import DictionaryMethod
from lsalsa.errors import ConfigError, DivergedError
from lsalsa.problem import SparseCodingProblem
from lsalsa.solvers import solve_with
from lsalsa.solvers.fista import FISTA

CODING_ROWS = 64  # a batch is a few hundred signals: small tiles, so that several threads have some


class GradientSteps(DictionaryMethod):
    """Each batch moves the atoms by -step_size (A X - Y) X^T / batch size; then their columns are scaled to norm 1.

    X are codes of the batch Y after a fixed number of FISTA iterations (Cowen et al. 2019, equations 5 and 8).

    Parameters
    ----------
    step_size : float
        Of the first epoch.
    iterations : int
        Of FISTA, for the codes of a step.
    decay : float
        Factor on the step size after each epoch, in (0, 1].
    rise_tolerance : float
        When an epoch's objective exceeds that of the best epoch by more than this share, learning has diverged; the
        last step likewise, by its own batch.
    """

    settings: ClassVar[dict[str, Any]] = {"step_size": 1.0, "iterations": 60, "decay": 1.0, "rise_tolerance": 0.2}
    epochs = 5
    batch_size = 200
    carried = ("_atoms",)
    remedy = "try a smaller step_size, or scale the signals to norms near 1"

    step_size: float
    iterations: int
    decay: float
    rise_tolerance: float

    @classmethod
    def check(cls, settings: Mapping[str, Any]) -> None:
        """Refuse a step that is not positive, a decay that is none, a count below 1, a tolerance below 0."""
        step_size, decay, rise_tolerance = (settings[name] for name in ("step_size", "decay", "rise_tolerance"))
        check_count("iterations", settings["iterations"])
        if not (0 < as_number(step_size) < np.inf and 0 < as_number(decay) <= 1):
            found = f"{step_size!r} and {decay!r}"
            raise ConfigError(f"step_size must be positive and finite, and decay in (0, 1], found {found}")
        if not as_number(rise_tolerance) >= 0:
            raise ConfigError(f"rise_tolerance must be a number and not negative, found {rise_tolerance!r}")

    def prepare(self, atoms: Any) -> None:
        """Keep the atoms as they are."""
        self._atoms = atoms

    @property
    def atoms(self) -> Any:
        """The dictionary: array, (n_features, n_atoms)."""
        return self._atoms

    def code(self, batch: Any) -> tuple[Any, float]:
        """FISTA codes and their mean objective."""
        problem = SparseCodingProblem([self._atoms], [self.penalty])
        codes = solve_with(FISTA(problem), batch, self.iterations, tile_rows=CODING_ROWS).codes
        return codes, float(problem.objective(batch, codes).mean())

    def update(self, batch: Any, codes: Any, epoch: int) -> None:
        """One projected gradient step."""
        step = self.step_size * self.decay ** (epoch - 1)
        residual = codes @ self._atoms.T - batch
        self._atoms = unit_columns(self._atoms - (step / len(batch)) * (residual.T @ codes))

    def replace(self, which: Any, atoms: Any) -> None:
        """Nothing is remembered of an atom but itself."""
        self._atoms = self._atoms.copy()
        self._atoms[:, which] = atoms

    def check_epoch(self, history: Sequence[dict]) -> None:
        """Refuse an objective that is not finite, or far above the best one so far."""
        last = history[-1]
        best = min((row["objective"] for row in history[:-1]), default=last["objective"])
        if not np.isfinite(last["objective"]) or last["objective"] > (1 + self.rise_tolerance) * best:
            raise DivergedError(
                f"dictionary learning diverged in epoch {last['epoch']}: mean objective {last['objective']:.4g}, "
                f"best so far {best:.4g}; try a smaller step_size"
            )

    def check_end(self, batch: Any, objective: float, epoch: int) -> None:
        """Refuse a last step that made its own batch worse."""
        after = self.code(batch)[1]
        if not after <= (1 + self.rise_tolerance) * objective:  # NaN neither
            raise DivergedError(
                f"dictionary learning diverged in the last step of epoch {epoch}: objective {after:.4g} of its batch, "
                f"{objective:.4g} before; try a smaller step_size"
            )

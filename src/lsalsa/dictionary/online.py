"""Online dictionary learning with exact codes: block coordinate descent on statistics that forget."""

import warnings
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from lsalsa.arrays import Tiles, namespace, to_host
from lsalsa.arrays.checks import as_number
from lsalsa.dictionary.base import DictionaryMethod
from lsalsa.errors import ConfigError
from lsalsa.exact import optimal_codes
from lsalsa.problem import SparseCodingProblem

SOLVERS = ("auto", "active_set", "proximal")
TOLERANCE = 1e-4  # largest relative duality gap of a code; those of the active set lie far below it
CODING_ROWS = 64  # a batch is a few hundred signals: small tiles, so that several threads have some
STATISTICS_ROWS = 128  # of a tile of the statistics
BLOCK = 32  # atoms that share one product with the statistics before they move one after the other


class Online(DictionaryMethod):
    """Optimal codes of each batch update the statistics A = sum x x^T and B = sum y x^T; then each atom moves to where
    it is best for them (Mairal, Bach, Ponce and Sapiro 2009, algorithms 1 and 2).

    With the codes so far held, the atoms D minimise 1/2 tr(D^T D A) - tr(D^T B). One sweep per batch sets atom j to
    d_j + (b_j - D a_j) / A_jj, scaled to norm 1, which is its minimum on the sphere: shorter atoms gain nothing, as
    codes would pay for them. Early codes belong to atoms that are gone, so before batch t both statistics are
    multiplied by (1 - 1/(t + 1))^forgetting, which leaves about the last t / forgetting batches in them. Codes,
    statistics and atoms are float64, whatever the dtype of the signals.

    Parameters
    ----------
    forgetting : float
        0 forgets nothing.
    solver : {"auto", "active_set", "proximal"}
        The `method` of `lsalsa.optimal_codes`: by default the active set in host memory, the other one on a GPU.
    """

    settings: ClassVar[dict[str, Any]] = {"forgetting": 7.0, "solver": "auto"}
    epochs = 30
    batch_size = 256
    carried = ("steps", "rows", "code_products", "signal_products")
    tolerance = 1e-3

    forgetting: float
    solver: str

    @classmethod
    def check(cls, settings: Mapping[str, Any]) -> None:
        """Refuse an exponent that is negative or infinite, and an unknown solver."""
        forgetting, solver = settings["forgetting"], settings["solver"]
        if solver not in SOLVERS:
            raise ConfigError(f"solver must be one of {', '.join(SOLVERS)}, found {solver!r}")
        if not 0 <= as_number(forgetting) < np.inf:
            raise ConfigError(f"forgetting must be a finite number and not negative, found {forgetting!r}")

    def prepare(self, atoms: Any) -> None:
        """Atoms in rows, which the sweep goes through one by one; empty statistics."""
        xp, (n_features, n_atoms) = namespace(atoms), atoms.shape
        self.xp, self.dtype, self.steps = xp, atoms.dtype, 0
        self.rows = xp.ascontiguousarray(atoms.T.astype(np.float64))
        self.code_products = xp.zeros((n_atoms, n_atoms))
        self.signal_products = xp.zeros((n_atoms, n_features))
        self._tiles = Tiles(xp, STATISTICS_ROWS)

    @property
    def atoms(self) -> Any:
        """The dictionary, in the dtype of the signals: array, (n_features, n_atoms)."""
        return self.rows.T.astype(self.dtype, order="C")

    def code(self, batch: Any) -> tuple[Any, float]:
        """Optimal codes, float64, and their mean objective."""
        problem = SparseCodingProblem([self.rows.T], [self.penalty])
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "penalties", UserWarning)  # of one batch, whose codes may all be zero
            found = optimal_codes(
                problem, batch.astype(np.float64), TOLERANCE, method=self.solver, tile_rows=CODING_ROWS
            )
        return found.codes, float(found.objective.mean())

    def update(self, batch: Any, codes: Any, epoch: int) -> None:
        """Update the statistics by the batch, and all atoms once."""
        self.steps += 1
        kept = (1 - 1 / (self.steps + 1)) ** self.forgetting
        batch = batch.astype(np.float64)

        def work(rows: slice) -> None:
            for statistics, others in ((self.code_products, codes), (self.signal_products, batch)):
                statistics[rows] *= kept
                statistics[rows] += codes[:, rows].T @ others

        self._tiles.in_place(work, len(self.rows))
        sweep(self.rows, self.code_products, self.signal_products)

    def replace(self, which: Any, atoms: Any) -> None:
        """An atom that is replaced has no history."""
        self.rows[which] = atoms.T.astype(np.float64)
        self.code_products[which] = 0
        self.code_products[:, which] = 0
        self.signal_products[which] = 0


def sweep(rows: Any, code_products: Any, signal_products: Any) -> None:
    """Move every atom, one after the other and in place, to its minimum on the sphere; unused ones stay.

    Parameters
    ----------
    rows : array, (n_atoms, n_features), float64
        Atoms of norm 1.
    code_products : array, (n_atoms, n_atoms), float64
        A = sum over signals of x x^T.
    signal_products : array, (n_atoms, n_features), float64
        B^T = sum over signals of x y^T.
    """
    xp = namespace(rows)
    weights = xp.diagonal(code_products)
    for first in range(0, len(rows), BLOCK):
        block = slice(first, first + BLOCK)
        slopes = signal_products[block] - code_products[block] @ rows  # minus the gradient at the atoms of the block
        shared = code_products[block, block]
        for j, weight in enumerate(to_host(weights[block])):
            if weight > 0:
                change = _minimum(rows[first + j], slopes[j] / weight) - rows[first + j]
                rows[first + j] += change
                slopes[j + 1 :] -= shared[j + 1 :, j, None] * change


def _minimum(atom: Any, step: Any) -> Any:
    """The atom after the step, scaled to norm 1; the atom itself where that is zero."""
    xp, moved = namespace(atom), atom + step
    norm = xp.sqrt(moved @ moved)
    return xp.where(norm > 0, moved / xp.where(norm > 0, norm, 1.0), atom)

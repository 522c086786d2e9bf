"""The distance to optimal codes together with that of the sources they stand for."""

from collections.abc import Mapping
from typing import Any, ClassVar
from zlib import crc32

import numpy as np

from lsalsa.arrays import namespace, to_host
from lsalsa.arrays.checks import as_number
from lsalsa.errors import ConfigError
from lsalsa.losses.base import Encodes
from lsalsa.losses.codes import CodesLoss
from lsalsa.problem import Problem, SparseCodingProblem, check_problem


class SourcesLoss(CodesLoss):
    """source_weight sum_i |A_i (x_i - x*_i)|^2 + code_weight |x - x*|^2, averaged over samples.

    The first part compares the separated sources A_i x_i with those of the optimal codes, each by itself: errors of two
    sources that cancel in their sum are seen. Few directions of a code carry most of a source (its mean grey level,
    say), and the distance of codes hardly sees them. The second part keeps small what no source shows; without it codes
    can grow without bound. Both are one product with M = 2 source_weight diag(A_1^T A_1, ...) + 2 code_weight I, for
    the loss is 1/2 e^T M e with e = x - x*. Ours; the LSALSA paper (Cowen et al. 2019, equation 15) has
    source_weight 0 and code_weight 1/2.

    Epochs are compared by this loss on the validation samples, their RMSE stands beside it.

    Parameters
    ----------
    problem : SparseCodingProblem
        Its dictionaries count, on their device, in their dtype.
    source_weight, code_weight : float
        Not negative, and not both 0.

    Raises
    ------
    ConfigError
        For another kind of problem, or weights that cannot be.
    """

    recordable: ClassVar[bool] = False  # its metric is no array of the encoder
    score: ClassVar[str] = "validation_loss"
    defaults: ClassVar[dict[str, Any]] = {"source_weight": 0.5, "code_weight": 0.5}

    def __init__(self, problem: Any, *, source_weight: float = 0.5, code_weight: float = 0.5):
        check_problem("the loss sources", problem, SparseCodingProblem)
        self.weights = {"source_weight": source_weight, "code_weight": code_weight}
        for name, weight in self.weights.items():
            if not 0 <= as_number(weight) < np.inf:
                raise ConfigError(f"{name} of sources must be finite and not negative, found {weight!r}")
        if not any(self.weights.values()):
            raise ConfigError("source_weight and code_weight of sources must not both be 0")
        self.metric = _metric(problem, float(source_weight), float(code_weight))

    @classmethod
    def from_problem(cls, problem: Problem, encoder: Encodes, **options: Any) -> "SourcesLoss":
        return cls(problem, **options)

    @property
    def identity(self) -> dict[str, Any]:
        return {**super().identity, **self.weights, "metric": crc32(to_host(self.metric).tobytes())}

    def of_tile(
        self, arrays: Mapping[str, Any], codes: Any, wanted: Any, count: int, tape: Any
    ) -> tuple[float, Any, dict[str, Any]]:
        xp = namespace(codes)
        error = xp.subtract(codes, wanted, out=tape("error"))
        slope = xp.matmul(error, self.metric, out=tape("slope"))
        value = 0.5 * float(xp.vdot(error, slope)) / count
        slope *= 1.0 / count
        return value, slope, {}

    def scores(self, encoder: Encodes, signals: Any, targets: Any) -> dict[str, float]:
        """The loss, the RMSE of the codes and the share of zeros; products in the codes' dtype, sums in float64."""
        codes = encoder.codes_of(signals)
        xp = namespace(codes)
        with np.errstate(over="ignore", invalid="ignore"):
            error = codes - targets
            value = 0.5 * float(xp.sum((error @ self.metric) * error, dtype=np.float64)) / codes.shape[0]
        return {"validation_loss": value, **self._of_codes(codes, targets)}


def _metric(problem: SparseCodingProblem, source_weight: float, code_weight: float) -> Any:
    """M of `SourcesLoss`, computed in float64 and rounded once: array, (n_atoms, n_atoms)."""
    xp = problem.xp
    metric = xp.zeros((problem.n_atoms, problem.n_atoms))
    for block, dictionary in zip(problem.blocks, problem.dictionaries, strict=True):
        atoms = dictionary.astype(np.float64)
        metric[block, block] = 2.0 * source_weight * (atoms.T @ atoms)
    metric += 2.0 * code_weight * xp.eye(problem.n_atoms)
    return metric.astype(problem.dtype)

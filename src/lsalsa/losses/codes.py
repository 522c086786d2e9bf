"""The distance to optimal codes."""

from collections.abc import Mapping
from typing import Any, ClassVar

from lsalsa.arrays import namespace
from lsalsa.arrays.recorded import as_float
from lsalsa.losses.base import Encodes, Loss
from lsalsa.metrics import rmse, zero_share
from lsalsa.problem import Problem

COLLAPSE_TOLERANCE = 1e-3  # an RMSE this near to that of the zero code, relatively, is no code at all


class CodesLoss(Loss):
    """1/2 |x* - f(y)|^2, averaged over samples: the distance to the optimal codes (LSALSA paper, equation 15)."""

    supervised = True
    recordable: ClassVar[bool] = True
    stackable: ClassVar[bool] = True
    score: ClassVar[str] = "validation_rmse"

    @classmethod
    def from_problem(cls, problem: Problem, encoder: Encodes, **options: Any) -> "CodesLoss":
        return CODES

    def of_tile(
        self, arrays: Mapping[str, Any], codes: Any, wanted: Any, count: int, tape: Any
    ) -> tuple[float, Any, dict[str, Any]]:
        xp = namespace(codes)
        error = xp.subtract(codes, wanted, out=tape("error"))
        value = 0.5 * as_float(xp.vdot(error, error)) / count
        error *= 1.0 / count
        return value, error, {}

    def of_each(self, codes: Any, targets: Any, tape: Any) -> tuple[Any, Any]:
        xp, count = namespace(codes), codes.shape[1]
        error = xp.subtract(codes, targets, out=tape("error"))
        squares = xp.multiply(error, error, out=tape("squares"))
        losses = xp.sum(squares, axis=(1, 2)) * (0.5 / count)
        error *= 1.0 / count
        return losses, error

    def scores(self, encoder: Encodes, signals: Any, targets: Any) -> dict[str, float]:
        return self._of_codes(encoder.codes_of(signals), targets)

    @staticmethod
    def _of_codes(codes: Any, targets: Any) -> dict[str, float]:
        return {"validation_rmse": rmse(codes, targets), "zero_share": zero_share(codes)}

    def is_nothing(self, scores: Mapping[str, Any], signals: Any, targets: Any) -> bool:
        nothing = rmse(targets * 0, targets)
        at_zero = abs(scores["validation_rmse"] - nothing) <= COLLAPSE_TOLERANCE * nothing
        return nothing > 0 and (scores["zero_share"] == 1.0 or at_zero)


CODES = CodesLoss()

"""The score by which epochs and candidates are compared."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from lsalsa.encoders.base import Encoder
from lsalsa.errors import ConfigError
from lsalsa.losses import Loss
from lsalsa.problem import SparseCodingProblem

CRITERIA = ("rmse", "objective")
OBJECTIVE = "validation_objective"


@dataclass(frozen=True)
class Criterion:
    """Compare encoders by a score of one's choice, and write down the objective of their codes beside it.

    Parameters
    ----------
    problem : SparseCodingProblem
        Its penalties weigh the codes in the objective. They are those of the task, whatever penalties a candidate has:
        else a candidate with small penalties would win.
    by : {"rmse", "objective"}, optional
        The distance to the optimal codes, or the mean objective of the validation signals, which needs no optimal
        codes; the score of the loss by default.

    Raises
    ------
    ConfigError
        For another word.
    """

    problem: SparseCodingProblem
    by: str | None = None

    def __post_init__(self) -> None:
        if self.by not in (None, *CRITERIA):
            raise ConfigError(f"choose_by must be {' or '.join(CRITERIA)}, found {self.by!r}")

    def score(self, loss: Loss) -> str:
        """Name of the score by which encoders that are trained for a loss are compared."""
        return loss.score if self.by is None else f"validation_{self.by}"

    def scores(self, loss: Loss, encoder: Encoder, signals: Any, targets: Any) -> dict[str, float]:
        """Scores of the loss and the mean objective of the codes, all from one pass over the validation samples.

        Parameters
        ----------
        loss : Loss
        encoder : Encoder
        signals, targets : array, (n_samples, n_features) and (n_samples, n_atoms)
            The validation samples; targets are None for a loss that needs no optimal codes.

        Returns
        -------
        dict of str to float
            What `loss.scores` gives, and validation_objective.

        Raises
        ------
        ConfigError
            When the loss needs no optimal codes, and so cannot tell the distance to them.
        """
        coded = _Coded(encoder, encoder.codes_of(signals))
        found = loss.scores(coded, signals, targets)
        found[OBJECTIVE] = mean_objective(self.problem, signals, coded.codes)
        if self.score(loss) not in found:
            raise ConfigError(f"choose_by is {self.by}, but the loss {loss.name} does not know the optimal codes")
        return found

    @property
    def identity(self) -> dict[str, Any]:
        """What tells this criterion from another one, in values that JSON holds."""
        return {"chosen by": self.by, "penalties": [float(penalty) for penalty in self.problem.penalties]}


class _Coded:
    """An encoder whose codes of the validation signals are known: it is not asked for them twice."""

    def __init__(self, encoder: Encoder, codes: Any):
        self.encoder, self.codes = encoder, codes
        self.n_features, self.n_atoms = encoder.n_features, encoder.n_atoms

    @property
    def arrays(self) -> dict[str, Any]:
        return self.encoder.arrays

    def codes_of(self, signals: Any) -> Any:
        return self.codes

    def decoder(self, problem: Any) -> Any:
        return self.encoder.decoder(problem)


def mean_objective(problem: SparseCodingProblem, signals: Any, codes: Any) -> float:
    """Mean objective of codes.

    Parameters
    ----------
    problem : SparseCodingProblem
    signals, codes : array, (n_samples, n_features) and (n_samples, n_atoms)

    Returns
    -------
    float
        Summed in float64; infinite where codes have left the range of their numbers.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        found = float(problem.objective(signals, codes).mean())
    return found if np.isfinite(found) else float("inf")

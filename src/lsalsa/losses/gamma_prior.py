"""The posterior of the penalties of sparse codes: Laplace codes, whose rates have a Gamma prior."""

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from lsalsa.arrays import check_count, namespace
from lsalsa.arrays.checks import as_number
from lsalsa.errors import ConfigError
from lsalsa.losses.base import Encodes, Loss, checked_rates
from lsalsa.metrics import zero_share
from lsalsa.problem import Problem

SMALLEST_RATE = 1e-3  # a rate of 0 would have an infinite loss


class GammaPriorLoss(Loss):
    """sum_c rate_c |x_c|_1 - (n + r_c - 1) log rate_c + strength rate_c, averaged over samples.

    rate_c is penalty_c / noise^2, and n the entries of a code that the penalty weighs. The prior is the Gamma density
    with mean prior_c / noise^2, so that r_c = strength prior_c / noise^2 (docs/method.md, section 9). A penalty for all
    filters has one prior.

    Parameters
    ----------
    prior : array, (n_penalties,)
        Prior means of the penalties, on the device of the encoder, in its dtype.
    n_entries : int
        Entries of a code that one penalty weighs.
    noise : float
        Standard deviation of the noise in the signals.
    strength : float
        Weight of the prior, the rate of the Gamma density: delta of the paper.
    hold_codes : bool
        Whether the codes are held, or the gradient goes through the layers as well.
    closed_form : bool
        Measure 1/2 |penalty - best|^2 instead, with the best penalties for the codes, which are held. A step of "sgd"
        with rate 1 leads to the best penalties for a batch; smaller steps average over batches.

    Raises
    ------
    ConfigError, ShapeError, DataError
        When noise or strength is not positive and finite, or a prior mean is negative.

    References
    ----------
    Tolooshams, Dey and Ba 2020, "Deep residual autoencoders for expectation maximization-inspired dictionary learning".
    """

    supervised = False
    score: ClassVar[str] = "validation_loss"
    defaults: ClassVar[dict[str, Any]] = {"noise": None, "strength": 100.0, "hold_codes": False, "closed_form": False}

    def __init__(
        self,
        prior: Any,
        n_entries: int,
        *,
        noise: float,
        strength: float = 100.0,
        hold_codes: bool = False,
        closed_form: bool = False,
    ):
        for name, value in {"noise": noise, "strength": strength}.items():
            if not 0 < as_number(value) < np.inf:
                raise ConfigError(f"{name} of gamma_prior must be positive and finite, found {value!r}")
        prior, n_entries = checked_rates("prior of gamma_prior", prior), check_count("n_entries", n_entries)
        self.prior, self.n_entries, self.noise, self.strength = prior, n_entries, noise, strength
        self.hold_codes, self.closed_form = hold_codes or closed_form, closed_form
        self.weight = n_entries + strength * prior / noise**2 - 1  # n + r - 1, on the logarithm

    @classmethod
    def from_problem(cls, problem: Problem, encoder: Encodes, **options: Any) -> "GammaPriorLoss":
        if "penalties" not in encoder.arrays:
            raise ConfigError(f"gamma_prior needs an encoder with penalties, found {', '.join(encoder.arrays)}")
        n_penalties = encoder.arrays["penalties"].shape[0]
        return cls(problem.penalty_of_atom[:n_penalties].copy(), encoder.n_atoms // n_penalties, **options)

    @property
    def identity(self) -> dict[str, Any]:
        names = ("n_entries", "noise", "strength", "hold_codes", "closed_form")
        prior = [float(penalty) for penalty in self.prior]
        return {**super().identity, "prior": prior, **{name: getattr(self, name) for name in names}}

    def best_penalties(self, codes: Any) -> Any:
        """The penalties of the least loss for these codes: array, (n_penalties,)."""
        return self.noise**2 * self.weight / (self._sizes(codes) / codes.shape[0] + self.strength)

    def of_tile(
        self, arrays: Mapping[str, Any], codes: Any, wanted: Any, count: int, tape: Any
    ) -> tuple[float, Any, dict[str, Any]]:
        xp, share, gradient = namespace(codes), codes.shape[0] / count, tape("codes_gradient")
        if self.closed_form:
            error = arrays["penalties"] - self.best_penalties(codes)
            return 0.5 * share * float(xp.vdot(error, error)), gradient, {"penalties": share * error}
        rates, sizes = arrays["penalties"] / self.noise**2, self._sizes(codes) / count
        value = xp.sum(rates * sizes) + share * xp.sum(self.strength * rates - self.weight * xp.log(rates))
        slope = (sizes + share * (self.strength - self.weight / rates)) / self.noise**2
        xp.multiply(xp.sign(codes), xp.tile(rates / count, self.n_entries), out=gradient)
        return float(value), gradient, {"penalties": slope}

    def scores(self, encoder: Encodes, signals: Any, targets: Any) -> dict[str, float]:
        """The loss, sparsity, and the smallest and largest penalty."""
        codes, penalties = encoder.codes_of(signals), encoder.arrays["penalties"]
        xp, rates = namespace(codes), penalties.astype(np.float64) / self.noise**2
        sizes = self._sizes(codes.astype(np.float64)) / codes.shape[0]
        return {
            "validation_loss": float(xp.sum(rates * (sizes + self.strength) - self.weight * xp.log(rates))),
            "zero_share": zero_share(codes),
            "penalty_min": float(penalties.min()),
            "penalty_max": float(penalties.max()),
        }

    def is_nothing(self, scores: Mapping[str, Any], signals: Any, targets: Any) -> bool:
        return scores["zero_share"] == 1.0 and bool(signals.any())

    def constrain(self, encoder: Encodes) -> None:
        """Penalties that fell too low are at the smallest rate again."""
        penalties = encoder.arrays["penalties"]
        namespace(penalties).maximum(penalties, SMALLEST_RATE * self.noise**2, out=penalties)

    def _sizes(self, codes: Any) -> Any:
        """|x_c|_1, summed over samples: array, (n_penalties,)."""
        xp = namespace(codes)
        return xp.sum(xp.abs(codes).reshape(-1, self.prior.shape[0]), axis=0)

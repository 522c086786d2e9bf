"""What an encoder is trained for: the distance to optimal codes, or to explain its signals with few code entries."""

from collections.abc import Mapping
from typing import Any, ClassVar, Protocol

import numpy as np

from lsalsa.arrays import check_matrix, namespace
from lsalsa.errors import ConfigError, ShapeError
from lsalsa.metrics import near_zero_share, rmse, zero_share

COLLAPSED = 1e-3  # an RMSE this near to that of the zero code, relatively, is no code at all
NEAR_ZERO = 1e-3  # codes of a network without a threshold are never exactly zero


class Encodes(Protocol):
    """What a loss asks of an encoder."""

    @property
    def arrays(self) -> dict[str, Any]:
        """Parameters by name, `filter`, (n_features, n_atoms), among them."""

    @property
    def n_features(self) -> int:
        """Length of a signal."""

    @property
    def n_atoms(self) -> int:
        """Length of a code."""

    def encode(self, signals: Any) -> Any:
        """Codes of signals."""


class Loss:
    """1/2 |x* - f(y)|^2, averaged over samples: the distance to the optimal codes (LSALSA paper, equation 15).

    Attributes
    ----------
    supervised : bool
        True where targets, the optimal codes, are needed.
    score : str
        Which of the validation scores tells a better epoch.
    """

    supervised: ClassVar[bool] = True
    score: ClassVar[str] = "validation_rmse"

    @property
    def identity(self) -> dict[str, Any]:
        """What tells this loss from another one."""
        return {"loss": "codes"}

    def check(self, purpose: str, encoder: Encodes, signals: Any, targets: Any) -> None:
        """Refuse data that do not fit the encoder or each other; `purpose` names them in the message."""
        check_matrix(f"{purpose} signals", signals, n_columns=encoder.n_features)
        if self.supervised:
            check_matrix(f"{purpose} targets", targets, n_columns=encoder.n_atoms, n_rows=signals.shape[0])
        if signals.shape[0] == 0:
            raise ShapeError(f"{purpose} needs at least one sample, found 0")

    def of_tile(self, filter: Any, codes: Any, wanted: Any, count: int, tape: Any) -> tuple[float, Any, dict[str, Any]]:
        """The share of a tile in the mean over `count` samples.

        Parameters
        ----------
        filter : array, (n_features, n_atoms)
        codes, wanted : array
            Codes of the tile's samples and what they are compared with: the targets, the signals without supervision.
        tape : Tape
            Lends buffers.

        Returns
        -------
        loss : float
        codes_gradient : array, (n_samples, n_atoms)
        direct : dict of str to array
            Gradients of parameters that the loss sees itself, not through the codes.
        """
        xp = namespace(codes)
        error = xp.subtract(codes, wanted, out=tape("error"))
        value = 0.5 * float(xp.vdot(error, error)) / count
        error *= 1.0 / count
        return value, error, {}

    def scores(self, encoder: Encodes, signals: Any, targets: Any) -> dict[str, float]:
        """The encoder as it is now on the validation samples."""
        codes = encoder.encode(signals)
        return {"validation_rmse": rmse(codes, targets), "zero_share": zero_share(codes)}

    def is_nothing(self, scores: Mapping[str, Any], signals: Any, targets: Any) -> bool:
        """Whether an encoder with these scores on the validation samples answers nothing, or no better than zero."""
        nothing = rmse(targets * 0, targets)
        at_zero = abs(scores["validation_rmse"] - nothing) <= COLLAPSED * nothing
        return nothing > 0 and (scores["zero_share"] == 1.0 or at_zero)

    def constrain(self, encoder: Encodes) -> None:
        """After a step of training: bring the parameters back to where the loss wants them."""


CODES = Loss()


class TiedDecoderLoss(Loss):
    """1/2 |y - B f(y)|^2 + sum_j penalty_j |f(y)_j|, averaged over samples, B = scale W_e^T (SC2Net paper, equation 8).

    The decoder B has no parameters of its own: the gradient reaches the filter through the codes and directly. Nothing
    bounds its columns, so that training can shrink the codes and let B grow; `scores` tells the norms, and
    `project` forbids it.

    Parameters
    ----------
    penalties : array, (n_atoms,)
        On the device of the encoder, in its dtype.
    scale : float
        1 / tau of the paper, see `Encoder.decoder_scale`.
    half : bool
        False for the equation as printed, without the factor 1/2.
    project : bool
        Clip the columns of B to norm 1 after each step.

    Raises
    ------
    ConfigError
        When the scale is not positive and finite.
    """

    supervised: ClassVar[bool] = False
    score: ClassVar[str] = "validation_loss"

    def __init__(self, penalties: Any, scale: float, *, half: bool = True, project: bool = False):
        if not (np.isfinite(scale) and scale > 0):
            raise ConfigError(f"the scale of a decoder must be positive and finite, found {scale}")
        self.penalties, self.scale, self.half, self.project = penalties, float(scale), half, project

    @property
    def identity(self) -> dict[str, Any]:
        penalties = [float(penalty) for penalty in self.penalties]
        return {
            "loss": "sc2net",
            "penalties": penalties,
            "scale": self.scale,
            "half": self.half,
            "project": self.project,
        }

    def of_tile(self, filter: Any, codes: Any, wanted: Any, count: int, tape: Any) -> tuple[float, Any, dict[str, Any]]:
        xp, weight = namespace(codes), 1.0 if self.half else 2.0
        residual = xp.matmul(codes, filter.T, out=tape("residual", filter.shape[0]))
        residual *= self.scale
        residual -= wanted
        size = float(xp.sum(xp.abs(codes) @ self.penalties))
        value = (0.5 * weight * float(xp.vdot(residual, residual)) + size) / count
        residual *= weight * self.scale / count
        slope = xp.matmul(residual, filter, out=tape("error"))
        slope += xp.sign(codes) * (self.penalties / count)
        return value, slope, {"filter": residual.T @ codes}

    def scores(self, encoder: Encodes, signals: Any, targets: Any) -> dict[str, float]:
        """Loss and sparsity of the codes, norms of the atoms, and the loss in which they weigh the l1 norm: the one
        that an exchange of scale between codes and atoms leaves alone, to be compared with a solver's objective."""
        codes, norms = encoder.encode(signals), self.atom_norms(encoder)
        xp = namespace(codes)
        misfit, size = self._parts(encoder, signals, codes)
        return {
            "validation_loss": float(xp.mean(misfit + size @ self.penalties)),
            "weighted_loss": float(xp.mean(misfit + size @ (norms * self.penalties))),
            "zero_share": zero_share(codes),
            "near_zero_share": near_zero_share(codes, NEAR_ZERO),
            "atom_norm_mean": float(norms.mean()),
            "atom_norm_max": float(norms.max()),
        }

    def _parts(self, encoder: Encodes, signals: Any, codes: Any) -> tuple[Any, Any]:
        """Per sample, in float64: the squared residual with its factor, (n_samples,), and |codes|."""
        xp, filter = namespace(codes), encoder.arrays["filter"]
        with np.errstate(over="ignore", invalid="ignore"):
            residual = signals - self.scale * (codes @ filter.T)
            squared = xp.sum(xp.square(residual), axis=1, dtype=np.float64)
        return (0.5 if self.half else 1.0) * squared, xp.abs(codes.astype(np.float64))

    def atom_norms(self, encoder: Encodes) -> Any:
        """Norms of the columns of the decoder: array, (n_atoms,), float64."""
        xp = namespace(encoder.arrays["filter"])
        squares = xp.square(encoder.arrays["filter"].astype(np.float64))
        return self.scale * xp.sqrt(xp.sum(squares, axis=0))

    def is_nothing(self, scores: Mapping[str, Any], signals: Any, targets: Any) -> bool:
        return scores["near_zero_share"] == 1.0 and bool(signals.any())

    def constrain(self, encoder: Encodes) -> None:
        if self.project:
            filter, norms = encoder.arrays["filter"], self.atom_norms(encoder)
            filter /= namespace(norms).maximum(norms, 1.0).astype(filter.dtype)

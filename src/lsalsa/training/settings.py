"""The settings of a training, and the groups of parameters that one loss and one optimiser move: all checks in one
place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

from lsalsa.arrays import check_count, nearest
from lsalsa.arrays.checks import as_number
from lsalsa.arrays.unit_norm import remove_radial_part
from lsalsa.discovery import settings_for
from lsalsa.encoders.base import Encoder
from lsalsa.errors import ConfigError
from lsalsa.losses import CODES, Loss
from lsalsa.training.optimizers import Optimizer, optimizer_class


@dataclass(frozen=True)
class Group:
    """Parameters that one loss moves by one optimiser.

    Parameters
    ----------
    loss : Loss
    learning_rate : float
        Positive.
    parameters : tuple of str, optional
        Names; all that the encoder learns by default.
    optimizer : {"sgd", "adam", "adadelta"}
    constants : mapping
        Of the optimiser, where another value than its default is wanted: `beta1`, `beta2`, `epsilon`, `amsgrad` of
        "adam", `rho`, `epsilon` of "adadelta".
    tangent : bool
        Whether the part that only changes norms is taken from the gradient of parameters that the encoder keeps at
        norm 1, before the optimiser sees it; see `remove_radial_part`.

    Raises
    ------
    ConfigError
        For values that cannot be.
    """

    loss: Loss
    learning_rate: float
    parameters: tuple[str, ...] | None = None
    optimizer: str = "sgd"
    constants: Mapping[str, Any] = field(default_factory=dict)
    tangent: bool = True

    def __post_init__(self) -> None:
        _check_rate(self.learning_rate)
        object.__setattr__(self, "constants", optimizer_class(self.optimizer).complete(self.constants))

    @property
    def identity(self) -> dict[str, Any]:
        """What tells this group from another one, in values that JSON holds."""
        names = ("learning_rate", "parameters", "optimizer", "constants", "tangent")
        return {**self.loss.identity, **{name: getattr(self, name) for name in names}}

    def names_in(self, encoder: Encoder) -> tuple[str, ...]:
        """Names of the parameters; ConfigError for one that the encoder does not have."""
        names = encoder.learned if self.parameters is None else tuple(self.parameters)
        for name in names:
            if name not in encoder.parameters:
                raise nearest(f"parameter of {encoder.name}", name, encoder.parameters)
        return names

    def keep_to_tangent(self, gradient: Mapping[str, Any], encoder: Encoder) -> None:
        """With `tangent`, take from a gradient, in place, what only changes norms that the encoder keeps at 1."""
        if self.tangent:
            for name in gradient.keys() & set(encoder.unit_norm):
                remove_radial_part(gradient[name], encoder.arrays[name])

    def new_optimizer(self, encoder: Encoder) -> Optimizer:
        """The optimiser at its start, for the encoder's own arrays."""
        arrays = {name: encoder.arrays[name] for name in self.names_in(encoder)}
        return optimizer_class(self.optimizer)(arrays, **self.constants)


@dataclass(frozen=True)
class TrainingSettings:
    """How a training goes, apart from its encoder, loss and data.

    Parameters
    ----------
    learning_rate : float, optional
        Positive; needed unless groups bring their own.
    optimizer : {"sgd", "adam", "adadelta"}
    constants : mapping
        Of the optimiser, see `Group`.
    decay : float
        Factor on every learning rate after each epoch, in (0, 1].
    batch_size, epochs : int
    tolerance : float
        Stop when the epoch's mean loss changes by no more than this, relatively.
    seed : int
        Of the order of the samples; the same seed gives the same bytes.
    keep : {"best", "last"}
        Which epoch's encoder remains: the one with the best validation score (the untrained one among them), or
        the last, as in the LSALSA paper.
    set_backs : int
        How often a run that blows up (a loss that is not finite or a hundred times the first) may restart from its best
        epoch at a tenth of the rate. With 0, as in the paper, it ends as `diverged`.
    clip : float, optional
        Largest norm of the gradient of all parameters of a group together; a longer one is shortened to it.

    Raises
    ------
    ConfigError
        For values that cannot be.
    """

    learning_rate: float | None = None
    optimizer: str = "sgd"
    constants: Mapping[str, Any] = field(default_factory=dict)
    decay: float = 1.0
    batch_size: int = 100
    epochs: int = 10
    tolerance: float = 1e-6
    seed: int = 0
    keep: str = "best"
    set_backs: int = 0
    clip: float | None = None

    def __post_init__(self) -> None:
        if self.learning_rate is not None:
            _check_rate(self.learning_rate)
        optimizer_class(self.optimizer).complete(self.constants)
        if not 0 < as_number(self.decay) <= 1:
            raise ConfigError(f"decay must be in (0, 1], found {self.decay!r}")
        if not as_number(self.tolerance) >= 0:
            raise ConfigError(f"tolerance must be a number and not negative, found {self.tolerance!r}")
        if self.keep not in ("best", "last"):
            raise ConfigError(f"keep must be best or last, found {self.keep!r}")
        if self.clip is not None and not as_number(self.clip) > 0:
            raise ConfigError(f"clip must be positive, found {self.clip!r}")
        for name, least in {"batch_size": 1, "epochs": 1, "seed": 0, "set_backs": 0}.items():
            check_count(name, getattr(self, name), least)

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> "TrainingSettings":
        """The settings of these names; ConfigError for one that does not exist, with the nearest name."""
        known = {each.name: None for each in fields(cls)}
        settings_for("setting", "a training", given, known)
        return cls(**given)

    def groups(self, loss: Loss | None, groups: Sequence[Group] | None) -> tuple[Group, ...]:
        """The groups that are given, or one of the loss, the distance to optimal codes by default, and these settings.

        Raises
        ------
        ConfigError
            For both or none, or without a learning rate.
        """
        if groups is None:
            if self.learning_rate is None:
                raise ConfigError("learning_rate must be positive and finite, found None")
            loss = CODES if loss is None else loss
            return (Group(loss, self.learning_rate, None, self.optimizer, self.constants),)
        if not groups:
            raise ConfigError("a training needs at least one group, found none")
        own, names = TrainingSettings(), ("learning_rate", "optimizer", "constants")
        given = [name for name in names if getattr(self, name) != getattr(own, name)] + ["loss"] * (loss is not None)
        if given:
            raise ConfigError(f"groups bring their own {' and '.join(given)}; give it to each group instead")
        return tuple(groups)


def _check_rate(rate: Any) -> None:
    if not 0 < as_number(rate) < np.inf:
        raise ConfigError(f"learning_rate must be positive and finite, found {rate!r}")

"""What every loss offers: its value and gradient on a tile, its scores, its checks and its constraint."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Protocol

import numpy as np

from lsalsa.arrays import check_matrix, namespace
from lsalsa.arrays.checks import as_number, check_device, check_finite, check_floating, plain
from lsalsa.decoders import Decoder
from lsalsa.errors import ConfigError, DataError, ShapeError
from lsalsa.problem import Problem


class Encodes(Protocol):
    """What a loss asks of an encoder."""

    @property
    def arrays(self) -> dict[str, Any]:
        """Parameters by name."""

    @property
    def n_features(self) -> int:
        """Length of a signal."""

    @property
    def n_atoms(self) -> int:
        """Length of a code."""

    def codes_of(self, signals: Any) -> Any:
        """Codes of signals, finite or not: array, (n_samples, n_atoms)."""

    def decoder(self, problem: Any) -> Decoder:
        """The map from codes to signals that belongs to the encoder."""


def checked_rates(name: str, given: Any) -> Any:
    """Numbers that weigh a loss, none of them negative, as an array with one axis.

    Parameters
    ----------
    name : str
        As a message shall call them.
    given : array or sequence of float

    Returns
    -------
    array, (n,)

    Raises
    ------
    ShapeError, DataError
        For something else.
    """
    if isinstance(given, list | tuple):
        numbers = np.array([as_number(value) for value in given], np.float64)
    else:
        numbers = plain(name, given)
    if numbers.ndim != 1:
        raise ShapeError(f"{name} must have one axis, found shape {numbers.shape}")
    check_floating(name, numbers)
    check_finite(name, numbers)
    if bool((numbers < 0).any()):
        raise DataError(f"{name} must not be negative, found {float(numbers.min()):g}")
    return numbers


class Loss(ABC):
    """Base of the losses; a subclass says what it measures on a tile of samples, and by which score epochs compare.

    Attributes
    ----------
    supervised : bool
        True where targets are needed.
    hold_codes : bool
        True where codes are held: the gradient is the one that the loss sees directly, not that through the layers.
    recordable : bool
        Whether `of_tile` consists of operations that `lsalsa.arrays.programs` may record, see `Encoder.recordable`.
    stackable : bool
        Whether there is `of_each`, for encoders that are trained together.
    score : str
        The entry of `scores` by which epochs are compared; smaller is better.
    defaults : dict
        Options of `from_problem` and their defaults.
    name : str
        That of its file.
    """

    supervised: bool
    hold_codes: bool = False
    recordable: ClassVar[bool] = False
    stackable: ClassVar[bool] = False
    score: ClassVar[str]
    defaults: ClassVar[dict[str, Any]] = {}

    @classmethod
    @abstractmethod
    def from_problem(cls, problem: Problem, encoder: Encodes, **options: Any) -> "Loss":
        """The loss for an encoder that is to solve a problem.

        Parameters
        ----------
        problem : Problem
            Its penalties and dtype count, and its device.
        encoder : Encoder
            Asked for its decoder, where the loss needs one.
        **options
            A value for each name in `defaults`.
        """

    @property
    def name(self) -> str:
        """Name of the file that defines the loss."""
        return type(self).__module__.rpartition(".")[2]

    @property
    def identity(self) -> dict[str, Any]:
        """What tells this loss from another one, in values that JSON holds; a checkpoint of another one is refused."""
        return {"loss": self.name}

    def check(self, purpose: str, encoder: Encodes, signals: Any, targets: Any) -> tuple[Any, Any]:
        """Signals and targets as plain arrays; refused are those that do not fit the encoder or each other.

        Parameters
        ----------
        purpose : str
            What the data are for, as the message begins: "training", say.
        encoder : Encoder
        signals : array, (n_samples, n_features)
        targets : array, (n_samples, `target_columns`)
            Ignored without supervision.

        Returns
        -------
        signals, targets : array
            To be used instead of those that were given.

        Raises
        ------
        ShapeError, DataError
            Another shape, no sample, another kind of number, NaN or Inf.
        """
        signals = check_matrix(f"{purpose} signals", signals, n_columns=encoder.n_features)
        if self.supervised:
            columns = self.target_columns(encoder)
            targets = check_matrix(f"{purpose} targets", targets, n_columns=columns, n_rows=signals.shape[0])
            check_device(f"{purpose} targets", targets, namespace(signals), "signals")
        if signals.shape[0] == 0:
            raise ShapeError(f"{purpose} needs at least one sample, found 0")
        return signals, targets

    def target_columns(self, encoder: Encodes) -> int:
        """Length of a target: that of a code, unless a loss has other targets."""
        return encoder.n_atoms

    def wanted(self, signals: Any, targets: Any) -> Any:
        """What the codes of a tile are compared with: its targets, or its signals without supervision.

        Parameters
        ----------
        signals : array, (tile, n_features)
        targets : array, (tile, `target_columns`)
            None if no loss of the training is supervised.
        """
        return targets if self.supervised else signals

    @abstractmethod
    def of_tile(
        self, arrays: Mapping[str, Any], codes: Any, wanted: Any, count: int, tape: Any
    ) -> tuple[float, Any, dict[str, Any]]:
        """The share of a tile in the mean over `count` samples.

        Parameters
        ----------
        arrays : mapping of str to array
            The encoder's parameters.
        codes : array, (tile, n_atoms)
            Codes of the tile's samples, not to be changed.
        wanted : array
            What `wanted` gave for the tile's samples.
        count : int
            Samples of the whole batch.
        tape : Tape
            Lends buffers: `tape(name, columns)`. Their names are the loss's own.

        Returns
        -------
        loss : float
        codes_gradient : array, (tile, n_atoms)
            May be a buffer of the tape; the encoder overwrites it. Not used where codes are held.
        direct : dict of str to array
            Gradients of parameters that the loss sees itself, not through the codes.
        """

    def of_each(self, codes: Any, targets: Any, tape: Any) -> tuple[Any, Any]:
        """The mean over samples for each of several encoders, where the loss is `stackable`.

        Parameters
        ----------
        codes, targets : array, (n_encoders, n_samples, n_atoms)
            Neither to be changed.
        tape : Tape
            As for `of_tile`.

        Returns
        -------
        losses : array, (n_encoders,)
        codes_gradient : array, (n_encoders, n_samples, n_atoms)
            Of each mean; may be a buffer of the tape.

        Raises
        ------
        ConfigError
            For a loss that has none.
        """
        raise ConfigError(f"the loss {self.name} cannot be computed for several encoders at once")

    @abstractmethod
    def scores(self, encoder: Encodes, signals: Any, targets: Any) -> dict[str, float]:
        """How good the encoder is now, on validation samples.

        Parameters
        ----------
        encoder : Encoder
        signals : array, (n_samples, n_features)
        targets : array, (n_samples, n_atoms)
            None without supervision.

        Returns
        -------
        dict of str to float
            `score` among them; the columns of a training's history.
        """

    @abstractmethod
    def is_nothing(self, scores: Mapping[str, Any], signals: Any, targets: Any) -> bool:
        """Whether an encoder answers nothing, or no better than zero.

        Parameters
        ----------
        scores : mapping
            What `scores` gave for it.
        signals, targets : array
            The validation samples, as for `scores`.
        """

    def constrain(self, encoder: Encodes) -> None:  # noqa: B027  most losses want nothing
        """After a step of training, bring the parameters back, in place, to where the loss wants them."""

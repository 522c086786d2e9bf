"""What a method of dictionary learning supplies: codes of a batch, and what they make of the atoms."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from lsalsa.discovery import settings_for


class DictionaryMethod(ABC):
    """Base of the methods; passes, order, history, dead atoms and stopping are written once, in `learn_dictionary`.

    Parameters
    ----------
    atoms : array, (n_features, n_atoms)
        To start from, of norm 1.
    penalty : float
        Weight of the l1 norm in the codes' objective.
    **given
        Values of `settings`, which become attributes of these names before `prepare` is called.

    Attributes
    ----------
    settings : dict
        Settings and their defaults.
    epochs, batch_size, tolerance
        Defaults of these arguments of `learn_dictionary`.
    carried : tuple of str
        Attributes that change while learning, arrays and whole numbers: all that goes from batch to batch.
    remedy : str
        What a message about atoms that ran away advises to change.

    Raises
    ------
    ConfigError
        For a setting that is not in `settings`, with the nearest name, or a value out of range.
    """

    settings: ClassVar[dict[str, Any]] = {}
    epochs: ClassVar[int]
    batch_size: ClassVar[int]
    tolerance: ClassVar[float] = 0.0
    carried: ClassVar[tuple[str, ...]]
    remedy: ClassVar[str] = "scale the signals to norms near 1"

    def __init__(self, atoms: Any, penalty: float, **given: Any):
        self.penalty = penalty
        for name, value in self.checked(given).items():
            setattr(self, name, value)
        self.prepare(atoms)

    @classmethod
    def checked(cls, given: Mapping[str, Any]) -> dict[str, Any]:
        """All settings, the given ones in the place of their defaults; ConfigError for one that cannot be."""
        owner = f"the dictionary method {cls.__module__.rpartition('.')[2]}"
        settings = settings_for("setting", owner, given, cls.settings)
        cls.check(settings)
        return {name: type(cls.settings[name])(value) for name, value in settings.items()}  # 1 and 1.0 are the same

    @classmethod
    @abstractmethod
    def check(cls, settings: Mapping[str, Any]) -> None:
        """Refuse values out of range, each of `settings` given, with a ConfigError that names the setting and value."""

    @abstractmethod
    def prepare(self, atoms: Any) -> None:
        """Keep the atoms, in whatever form, and make room for what the method carries from batch to batch."""

    @property
    @abstractmethod
    def atoms(self) -> Any:
        """The dictionary as it is now: array, (n_features, n_atoms), columns of norm 1."""

    @abstractmethod
    def code(self, batch: Any) -> tuple[Any, float]:
        """Codes of a batch under the dictionary as it is now.

        Parameters
        ----------
        batch : array, (n_signals, n_features)

        Returns
        -------
        codes : array, (n_signals, n_atoms)
        objective : float
            Mean over the batch.
        """

    @abstractmethod
    def update(self, batch: Any, codes: Any, epoch: int) -> None:
        """Move the atoms.

        Parameters
        ----------
        batch : array, (n_signals, n_features)
        codes : array, (n_signals, n_atoms)
            As `code` gave them.
        epoch : int
            Counted from 1.
        """

    @abstractmethod
    def replace(self, which: Any, atoms: Any) -> None:
        """Put other atoms in the place of some, and forget what is known of those.

        Parameters
        ----------
        which : array, (n_atoms,), bool
        atoms : array, (n_features, n_replaced)
            Of norm 1.
        """

    def check_epoch(self, history: Sequence[dict]) -> None:  # noqa: B027  most methods cannot diverge
        """After an epoch, raise DivergedError where its history shows that learning went wrong."""

    def check_end(self, batch: Any, objective: float, epoch: int) -> None:  # noqa: B027  the same
        """After the last epoch, raise DivergedError where its last step went wrong, which no history shows.

        Parameters
        ----------
        batch : array, (n_signals, n_features)
            Of the last step.
        objective : float
            Its mean objective before the step.
        epoch : int
            The last one.
        """

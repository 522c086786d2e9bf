"""What an encoder is made of: settings and parameters, checked, copied, moved between devices and saved."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np

from lsalsa.arrays import Device, check_count, kernels_for, namespace, to_host
from lsalsa.arrays.checks import check_device, check_finite, check_floating, plain
from lsalsa.arrays.kernels.ensemble import FOR_EACH
from lsalsa.discovery import settings_for
from lsalsa.errors import ConfigError, DataError, ShapeError
from lsalsa.storage import write_arrays


class Parametrised(ABC):
    """Settings, and arrays by name whose shapes follow from them and from the lengths of signals and codes.

    Parameters
    ----------
    arrays : mapping of str to array
        The parameters, of the names and shapes of `shapes`, of one dtype, float32 or float64; kept, not copied.
    **settings
        `depth`, and what else `defaults` has.

    Attributes
    ----------
    arrays : dict of str to array
    settings : dict
        Values that JSON holds: they are saved with the parameters.
    depth : int
        T, the number of layers.
    n_features, n_atoms : int
        Length of a signal and of a code.
    name : str
        That of the encoder's file.
    unit_norm : tuple of str
        Names of the parameters whose columns, along the last axis, training keeps at norm 1.
    nonnegative_arrays : tuple of str
        Names of parameters, where the encoder has them, that may not be negative.

    Raises
    ------
    ConfigError
        For a setting that does not exist or cannot be.
    ShapeError, DataError
        For parameters that are missing, of another shape or dtype, NaN, infinite, or negative where none may be.
    """

    defaults: ClassVar[dict[str, Any]]
    unit_norm: ClassVar[tuple[str, ...]] = ()
    numbers: Mapping[str, Any] | None = None  # in an ensemble: a setting of each of its encoders, (n_encoders,)
    nonnegative_arrays: ClassVar[tuple[str, ...]] = ("thresholds", "penalties", "step")

    def __init__(self, arrays: Mapping[str, Any], **settings: Any):
        self.name = type(self).__module__.rpartition(".")[2]
        self.settings = self.complete(settings)
        self.depth: int = self.settings["depth"]
        self.arrays: dict[str, Any] = self._checked(arrays)

    def __repr__(self) -> str:
        settings = ", ".join(f"{name}={value!r}" for name, value in self.settings.items())
        return f"{type(self).__name__}({settings}; {self.n_features} features, {self.n_atoms} atoms, {self.dtype})"

    @classmethod
    def complete(cls, settings: Mapping[str, Any]) -> dict[str, Any]:
        """All settings, the defaults where none is given; ConfigError for one that does not exist or cannot be."""
        known = settings_for("setting", cls.__name__, settings, cls.defaults)
        known["depth"] = check_count("depth", known["depth"])
        for name, default in cls.defaults.items():
            if isinstance(default, bool) and not isinstance(known[name], bool | np.bool_):
                raise ConfigError(f"{name} must be true or false, found {known[name]!r}")
            known[name] = bool(known[name]) if isinstance(default, bool) else known[name]
        cls.check(known)
        return known

    @classmethod  # noqa: B027  depth, which is checked already, may be the only setting
    def check(cls, settings: Mapping[str, Any]) -> None:
        """Raise ConfigError for values of the encoder's own settings that cannot be."""

    @classmethod
    @abstractmethod
    def sizes(cls, settings: Mapping[str, Any], arrays: Mapping[str, Any]) -> tuple[int, int]:
        """Lengths of a signal and of a code, (n_features, n_atoms): the one place that knows them.

        Parameters
        ----------
        settings : mapping
            All of them.
        arrays : mapping of str to array
            Holds every name of `shapes`; the shapes are not checked yet.
        """

    @classmethod
    @abstractmethod
    def shapes(cls, settings: Mapping[str, Any], n_features: int, n_atoms: int) -> dict[str, tuple[int, ...]]:
        """Name and shape of every parameter: any number of them, any number of axes.

        Parameters
        ----------
        settings : mapping
            All of them. The names depend on nothing else.
        n_features, n_atoms : int
            As `sizes` gives them.
        """

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of all parameters."""
        return tuple(self.arrays)

    @property
    def learned(self) -> tuple[str, ...]:
        """Names of the parameters that training moves; all of them unless a subclass says otherwise."""
        return self.parameters

    def _checked(self, arrays: Mapping[str, Any]) -> dict[str, Any]:
        names = tuple(self.shapes(self.settings, 0, 0))
        if not isinstance(arrays, Mapping):
            raise ShapeError(f"{self.name} needs the arrays {', '.join(names)} by name, found {type(arrays).__name__}")
        missing = [name for name in names if name not in arrays]
        if missing:
            raise ShapeError(f"{self.name} needs the arrays {', '.join(names)}; missing: {', '.join(missing)}")
        arrays = {name: plain(name, arrays[name]) for name in names}
        self.n_features, self.n_atoms = self.sizes(self.settings, arrays)
        for name, shape in self.shapes(self.settings, self.n_features, self.n_atoms).items():
            array, first = arrays[name], arrays[names[0]]
            if array.shape != shape:
                raise ShapeError(f"{name} must have shape {shape}, found {array.shape}")
            check_floating(name, array)
            if array.dtype != first.dtype:
                raise DataError(f"{name} is {array.dtype}, but {names[0]} is {first.dtype}")
            check_finite(name, array)
            if name in self.nonnegative_arrays and bool((array < 0).any()):
                raise DataError(f"{name} must not be negative, found {float(array.min()):g}")
            check_device(name, array, namespace(first), names[0])
        return arrays

    @property
    def dtype(self) -> np.dtype:
        """dtype of the parameters, of the signals to be encoded and of their codes."""
        return self._first.dtype

    @property
    def xp(self) -> Any:
        """The array module of the parameters."""
        return namespace(self._first)

    @property
    def kernels(self) -> Any:
        """The element-wise steps for arrays like the parameters."""
        return kernels_for(self._first) if self.numbers is None else FOR_EACH

    def number(self, name: str) -> Any:
        """A setting as the steps take it: a number of the parameters' dtype, or in an ensemble one for each encoder."""
        return self.dtype.type(self.settings[name]) if self.numbers is None else self.numbers[name]

    @property
    def _first(self) -> Any:
        return next(iter(self.arrays.values()))

    def copy(self) -> Self:
        """The same with arrays of its own."""
        return type(self)({name: array.copy() for name, array in self.arrays.items()}, **self.settings)

    def to(self, device: Device) -> Self:
        """The same on another device."""
        return type(self)({name: device.put(array) for name, array in self.arrays.items()}, **self.settings)

    def save(
        self, path: str | Path, metadata: Mapping[str, Any] | None = None, others: Mapping[str, Any] | None = None
    ) -> None:
        """Write the parameters and settings to an NPZ file that `load_encoder` reads.

        Parameters
        ----------
        path : path
        metadata : mapping, optional
            Whatever JSON can hold, to be written beside them, under other names than the encoder's own: `encoder` and
            `settings`.
        others : mapping of str to array, optional
            Arrays to be written beside the parameters, under other names than theirs.

        Raises
        ------
        ConfigError, DataError
            When the metadata or the other arrays have one of these names, or the metadata cannot be written as JSON.
        StorageError
            When the file cannot be written.
        """
        own = {"encoder": self.name, "settings": self.settings}
        if taken := own.keys() & dict(metadata or {}).keys():
            raise ConfigError(
                f"metadata must not be called {' or '.join(sorted(taken))}, which the encoder writes itself"
            )
        if taken := self.arrays.keys() & dict(others or {}).keys():
            raise ConfigError(f"other arrays must not be called {' or '.join(sorted(taken))}, as parameters are")
        arrays = {name: to_host(array) for name, array in {**self.arrays, **(others or {})}.items()}
        write_arrays(path, arrays, {**own, **(metadata or {})})

"""What every encoder shares: parameters by name, encoding in tiles, loss and gradient, saving. No optimiser, no
clock."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from lsalsa.arrays import Device, Space, Tiles, check_count, check_matrix, kernels_for, namespace, tiles_for, to_host
from lsalsa.discovery import settings_for
from lsalsa.errors import DataError, ShapeError
from lsalsa.problem import SparseCodingProblem
from lsalsa.storage import write_arrays

GRADIENT_ROWS = 256  # rows of a training batch that one worker takes


class Tape:
    """Buffers of a forward pass: kept layer by layer for a backward pass to read, or one that all layers share."""

    def __init__(self, space: Space, shape: tuple[int, int], dtype: Any, depth: int, keep: bool):
        self._space, self._shape, self._dtype = space, shape, dtype
        self._depth, self.keep = depth, keep

    def __call__(self, name: str) -> Any:
        """A (n_samples, n_atoms) buffer."""
        return self._space(name, self._shape, self._dtype)

    def layers(self, name: str) -> Any:
        """A (depth, n_samples, n_atoms) buffer, all of its layers the same memory when nothing is kept."""
        if self.keep:
            return self._space(name, (self._depth, *self._shape), self._dtype)
        return [self(name)] * self._depth


class Encoder(ABC):
    """Base of the encoders; a subclass supplies `from_problem`, `forward` and `backward`.

    Attributes
    ----------
    arrays : dict of str to array
        filter, (n_features, n_atoms), the transpose of the papers' W_e; splitting, (n_atoms, n_atoms), the transpose of
        their S; thresholds, (n_atoms,).
    settings : dict
        depth, the number T of layers, and what else the encoder declares.
    """

    parameters: ClassVar[tuple[str, ...]] = ("filter", "splitting", "thresholds")
    learned: ClassVar[tuple[str, ...]] = ("filter", "splitting")
    defaults: ClassVar[dict[str, Any]]

    def __init__(self, arrays: Mapping[str, Any], **settings: Any):
        self.name = type(self).__module__.rpartition(".")[2]
        self.settings = self.complete(settings)
        self.depth = self.settings["depth"]
        self._take(arrays)

    @classmethod
    def complete(cls, settings: Mapping[str, Any]) -> dict[str, Any]:
        """All settings, the defaults where none is given; ConfigError for one that does not exist or cannot be."""
        known = settings_for("setting", cls.__name__, settings, cls.defaults)
        known["depth"] = check_count("depth", known["depth"])
        cls.check(known)
        return known

    @classmethod
    @abstractmethod
    def check(cls, settings: Mapping[str, Any]) -> None:
        """Refuse values of the encoder's own settings that cannot be."""

    def _take(self, arrays: Mapping[str, Any]) -> None:
        missing = [name for name in self.parameters if name not in arrays]
        if missing:
            raise ShapeError(
                f"{self.name} needs the arrays {', '.join(self.parameters)}; missing: {', '.join(missing)}"
            )
        self.arrays = {name: arrays[name] for name in self.parameters}
        check_matrix("filter", self.arrays["filter"])
        n_atoms = self.n_atoms
        check_matrix("splitting", self.arrays["splitting"], n_rows=n_atoms, n_columns=n_atoms)
        if self.arrays["thresholds"].shape != (n_atoms,):
            raise ShapeError(f"thresholds must have shape {(n_atoms,)}, found {self.arrays['thresholds'].shape}")

    @classmethod
    @abstractmethod
    def from_problem(cls, problem: SparseCodingProblem, **settings: Any) -> "Encoder":
        """The encoder at its start values, where it equals a truncated solver exactly."""

    @abstractmethod
    def forward(self, signals: Any, tape: Tape, out: Any) -> Any:
        """Write the codes of a tile of signals into `out`; leave on the tape what `backward` reads.

        Where the tape is kept, `out` is its buffer `codes`.
        """

    @abstractmethod
    def backward(self, signals: Any, tape: Tape, codes_gradient: Any, names: Sequence[str]) -> dict[str, Any]:
        """Gradients by parameter name, of `names` at least, given d loss / d codes of the tile (which is
        overwritten)."""

    @property
    def n_features(self) -> int:
        """Length of a signal."""
        return self.arrays["filter"].shape[0]

    @property
    def n_atoms(self) -> int:
        """Length of a code."""
        return self.arrays["filter"].shape[1]

    @property
    def dtype(self) -> np.dtype:
        """dtype of the parameters, of the signals to be encoded and of their codes."""
        return self.arrays["filter"].dtype

    @property
    def xp(self) -> Any:
        """The array module of the parameters."""
        return namespace(*self.arrays.values())

    @property
    def kernels(self) -> Any:
        """The element-wise steps for arrays like the parameters."""
        return kernels_for(self.arrays["filter"])

    def encode(self, signals: Any, *, tile_rows: int | None = None, out: Any = None) -> Any:
        """Codes of the signals after all layers.

        Parameters
        ----------
        signals : array, (n_samples, n_features)
            NumPy or CuPy as the parameters, of their dtype.
        tile_rows : int, optional
            Rows worked on together; the default keeps a tile in a core's cache.
        out : array, (n_samples, n_atoms), optional
            Where to write the codes.

        Returns
        -------
        codes : array, (n_samples, n_atoms)

        Raises
        ------
        ShapeError, DataError
            Signals of another length or dtype, NaN or Inf.
        """
        self.check_signals(signals)
        codes = self.xp.empty((signals.shape[0], self.n_atoms), self.dtype) if out is None else out

        def work(rows: slice, space: Space) -> None:
            self.forward(signals[rows], self._tape(space, signals[rows], keep=False), codes[rows])

        tiles_for(self.xp, self.n_atoms, self.dtype, tile_rows).run(work, signals.shape[0])
        return codes

    def check_signals(self, signals: Any) -> None:
        """Refuse signals of another length or dtype, NaN or Inf."""
        check_matrix("signals", signals, n_columns=self.n_features)
        if signals.dtype != self.dtype:
            raise DataError(f"signals are {signals.dtype}, but the encoder is {self.dtype}; convert one of them")

    def loss_and_gradient(
        self, signals: Any, targets: Any, *, names: Sequence[str] | None = None, tiles: Tiles | None = None
    ) -> tuple[float, dict[str, Any]]:
        """Mean over samples of 1/2 |x* - f(y)|^2 and its exact gradient (LSALSA paper, equation 15).

        Parameters
        ----------
        signals : array, (n_samples, n_features)
        targets : array, (n_samples, n_atoms)
            The optimal codes x*.
        names : sequence of str, optional
            Parameters whose gradient is wanted; all by default.
        tiles : Tiles, optional
            Keeps buffers from call to call, as training does.

        Returns
        -------
        loss : float
        gradient : dict of str to array
            Of the shapes and dtype of `arrays`.

        Raises
        ------
        ShapeError
            When signals and targets do not fit the encoder or each other.
        """
        check_matrix("signals", signals, n_columns=self.n_features)
        check_matrix("targets", targets, n_columns=self.n_atoms, n_rows=signals.shape[0])
        if signals.shape[0] == 0:
            raise ShapeError("a loss needs at least one sample, found 0")
        return self.unchecked_loss_and_gradient(
            signals, targets, names or self.parameters, tiles or self.gradient_tiles()
        )

    def gradient_tiles(self) -> Tiles:
        """Tiles in the size that suits a training batch."""
        return Tiles(self.xp, GRADIENT_ROWS)

    def unchecked_loss_and_gradient(
        self, signals: Any, targets: Any, names: Sequence[str], tiles: Tiles
    ) -> tuple[float, dict[str, Any]]:
        """As `loss_and_gradient`, for a loop that has checked its data once."""
        count = signals.shape[0]

        def work(rows: slice, space: Space) -> tuple[float, dict[str, Any]]:
            tape = self._tape(space, signals[rows], keep=True)
            codes = self.forward(signals[rows], tape, tape("codes"))
            error = self.xp.subtract(codes, targets[rows], out=tape("error"))
            loss = 0.5 * float(self.xp.vdot(error, error)) / count
            error *= 1.0 / count
            return loss, self.backward(signals[rows], tape, error, names)

        parts = tiles.run(work, count)
        gradient = {name: sum((g[name] for _, g in parts[1:]), parts[0][1][name]) for name in names}
        return sum(loss for loss, _ in parts), gradient

    def _tape(self, space: Space, signals: Any, keep: bool) -> Tape:
        return Tape(space, (signals.shape[0], self.n_atoms), self.dtype, self.depth, keep)

    def copy(self) -> "Encoder":
        """An encoder with the same settings and its own copy of the parameters."""
        return type(self)({name: array.copy() for name, array in self.arrays.items()}, **self.settings)

    def to(self, device: Device) -> "Encoder":
        """The same encoder with its parameters on another device."""
        return type(self)({name: device.put(array) for name, array in self.arrays.items()}, **self.settings)

    def save(self, path: str | Path, metadata: Mapping[str, Any] | None = None) -> None:
        """Write the parameters and settings to an NPZ file that `load_encoder` reads."""
        arrays = {name: to_host(array) for name, array in self.arrays.items()}
        write_arrays(path, arrays, {"encoder": self.name, "settings": self.settings, **(metadata or {})})


def stacked(layers: Any) -> Any:
    """The rows of all layers, one layer after the other: a view, (depth * n_samples, n_atoms)."""
    return layers.reshape(-1, layers.shape[-1])

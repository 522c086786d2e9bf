"""What every encoder shares: parameters by name, encoding in tiles, loss and gradient, saving. No optimiser, no
clock."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from lsalsa.arrays import Device, Space, Tiles, check_count, check_matrix, kernels_for, namespace, tiles_for, to_host
from lsalsa.arrays.checks import check_finite
from lsalsa.discovery import settings_for
from lsalsa.errors import DataError, ShapeError
from lsalsa.losses import CODES, Loss
from lsalsa.problem import SparseCodingProblem
from lsalsa.storage import write_arrays

GRADIENT_ROWS = 256  # rows of a training batch that one worker takes


class Tape:
    """Buffers of a forward pass: kept layer by layer for a backward pass to read, or one that all layers share."""

    def __init__(self, space: Space, shape: tuple[int, int], dtype: Any, depth: int, keep: bool):
        self._space, self._shape, self._dtype = space, shape, dtype
        self._depth, self.keep = depth, keep

    def __call__(self, name: str, columns: int | None = None, dtype: Any = None) -> Any:
        """A (n_samples, columns) buffer, of n_atoms columns and the encoder's dtype unless told otherwise."""
        return self._space(name, self._wide(columns), dtype or self._dtype)

    def layers(self, name: str, columns: int | None = None, alive: int = 1, dtype: Any = None) -> Any:
        """A (depth, n_samples, columns) buffer; when nothing is kept, `alive` matrices that the layers take in turn."""
        if self.keep:
            return self._space(name, (self._depth, *self._wide(columns)), dtype or self._dtype)
        return [self(f"{name} {layer % alive}", columns, dtype) for layer in range(self._depth)]

    def _wide(self, columns: int | None) -> tuple[int, int]:
        return self._shape if columns is None else (self._shape[0], columns)


class Encoder(ABC):
    """Base of the encoders; a subclass supplies `from_problem`, `forward` and `backward`.

    Attributes
    ----------
    arrays : dict of str to array
        The parameters, of the names and shapes of `shapes`. Every encoder has a filter, (n_features, n_atoms), the
        transpose of the LSALSA paper's W_e; most have a splitting, (n_atoms, n_atoms), the transpose of its S, and
        thresholds, (n_atoms,).
    settings : dict
        depth, the number T of layers, and what else the encoder declares.
    """

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

    @classmethod
    def shapes(cls, settings: Mapping[str, Any], n_features: int, n_atoms: int) -> dict[str, tuple[int, ...]]:
        """Name and shape of every parameter."""
        return {"filter": (n_features, n_atoms), "splitting": (n_atoms, n_atoms), "thresholds": (n_atoms,)}

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of all parameters."""
        return tuple(self.arrays)

    @property
    def learned(self) -> tuple[str, ...]:
        """Names of the parameters that training moves."""
        return ("filter", "splitting")

    def _take(self, arrays: Mapping[str, Any]) -> None:
        n_features, n_atoms = check_matrix("filter", arrays["filter"]).shape if "filter" in arrays else (0, 0)
        shapes = self.shapes(self.settings, n_features, n_atoms)
        missing = [name for name in shapes if name not in arrays]
        if missing:
            raise ShapeError(f"{self.name} needs the arrays {', '.join(shapes)}; missing: {', '.join(missing)}")
        self.arrays = {name: arrays[name] for name in shapes}
        for name, shape in shapes.items():
            if arrays[name].shape != shape:
                raise ShapeError(f"{name} must have shape {shape}, found {arrays[name].shape}")
            check_finite(name, arrays[name])

    @classmethod
    @abstractmethod
    def from_problem(cls, problem: SparseCodingProblem, **settings: Any) -> "Encoder":
        """The encoder at its start values, where it equals a truncated solver exactly, if the papers let it."""

    def decoder_scale(self, problem: SparseCodingProblem) -> float:
        """The number that turns the filter of `from_problem` into the dictionary: the 1 / tau of the SC2Net paper."""
        return problem.lipschitz

    def constrain(self) -> None:
        """After a step of training: learned thresholds that fell below 0 are 0 again."""
        if "thresholds" in self.learned:
            self.xp.maximum(self.arrays["thresholds"], 0, out=self.arrays["thresholds"])

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
        self,
        signals: Any,
        targets: Any = None,
        *,
        loss: Loss = CODES,
        names: Sequence[str] | None = None,
        tiles: Tiles | None = None,
    ) -> tuple[float, dict[str, Any]]:
        """A loss, averaged over samples, and its exact gradient.

        Parameters
        ----------
        signals : array, (n_samples, n_features)
        targets : array, (n_samples, n_atoms), optional
            The optimal codes x*, where the loss needs them.
        loss : Loss, optional
            1/2 |x* - f(y)|^2 by default (LSALSA paper, equation 15).
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
        if loss.supervised:
            check_matrix("targets", targets, n_columns=self.n_atoms, n_rows=signals.shape[0])
        if signals.shape[0] == 0:
            raise ShapeError("a loss needs at least one sample, found 0")
        return self.unchecked_loss_and_gradient(
            signals, targets, loss, names or self.parameters, tiles or self.gradient_tiles()
        )

    def gradient_tiles(self) -> Tiles:
        """Tiles in the size that suits a training batch."""
        return Tiles(self.xp, GRADIENT_ROWS)

    def unchecked_loss_and_gradient(
        self, signals: Any, targets: Any, loss: Loss, names: Sequence[str], tiles: Tiles
    ) -> tuple[float, dict[str, Any]]:
        """As `loss_and_gradient`, for a loop that has checked its data once."""
        count = signals.shape[0]

        def work(rows: slice, space: Space) -> tuple[float, dict[str, Any]]:
            tape = self._tape(space, signals[rows], keep=True)
            codes = self.forward(signals[rows], tape, tape("codes"))
            wanted = targets[rows] if loss.supervised else signals[rows]
            value, slope, direct = loss.of_tile(self.arrays["filter"], codes, wanted, count, tape)
            gradient = self.backward(signals[rows], tape, slope, names)
            for name in direct.keys() & set(names):
                gradient[name] += direct[name]
            return value, gradient

        parts = tiles.run(work, count)
        gradient = {name: _total([part[name] for _, part in parts], tiles) for name in names}
        return sum(value for value, _ in parts), gradient

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


def _total(parts: Sequence[Any], tiles: Tiles) -> Any:
    """The sum of the tiles' gradients, in the memory of the first, a few rows at a time on each worker."""
    total = parts[0]

    def add(rows: slice) -> None:
        for part in parts[1:]:
            total[rows] += part[rows]

    if len(parts) > 1:
        tiles.in_place(add, total.shape[0])
    return total


def stacked(layers: Any) -> Any:
    """The rows of all layers, one layer after the other: a view, (depth * n_samples, n_atoms)."""
    return layers.reshape(-1, layers.shape[-1])

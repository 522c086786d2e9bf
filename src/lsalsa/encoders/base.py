"""What every encoder shares: encoding in tiles, loss and gradient. No optimiser, no clock."""

import warnings
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from lsalsa.arrays import Space, Tiles, check_matrix, tiles_for
from lsalsa.arrays.checks import check_device, check_out, is_contiguous, is_finite
from lsalsa.decoders import Decoder
from lsalsa.encoders._parameters import Parametrised
from lsalsa.encoders._recorded import Encodings
from lsalsa.encoders._sums import summed
from lsalsa.encoders._tape import Tape
from lsalsa.errors import ConfigError, DataError
from lsalsa.losses import CODES, Loss
from lsalsa.problem import SparseCodingProblem

GRADIENT_ROWS = 256  # rows of a training batch that one worker takes


class Encoder(Parametrised):
    """Base of the encoders; a subclass supplies `sizes`, `shapes`, `from_problem`, `forward` and `backward`.

    What it is made of and its attributes: `Parametrised`.

    Attributes
    ----------
    solves : type
        The class of problems that `from_problem` takes.
    recordable : bool
        Whether `forward` and `backward` consist of operations that `lsalsa.arrays.programs` may record: products and
        sums of arrays, copies, and the steps of `kernels`. Then many small calls are as fast as few large ones.
    stackable : bool
        Whether `forward` and `backward` work as they are where all arrays have a first axis more, for the encoders of
        an `Ensemble`. `signals.T` would exchange the wrong axes there, a sum over `axis=0` run over encoders.
    own_numbers : tuple of str
        Settings in which the encoders of an ensemble may differ; the passes ask `number` for them.
    uses_per_layer : mapping
        Parameter -> products with it in each layer, where a matrix for signals is not used just once before the first:
        what a study costs is counted from it.
    """

    solves: ClassVar[type] = SparseCodingProblem
    recordable: ClassVar[bool] = False
    stackable: ClassVar[bool] = False
    own_numbers: ClassVar[tuple[str, ...]] = ()
    uses_per_layer: ClassVar[Mapping[str, int]] = {}

    @classmethod
    @abstractmethod
    def from_problem(cls, problem: Any, **settings: Any) -> "Encoder":
        """The encoder at its start values, where it equals a truncated solver exactly, if the papers let it.

        Parameters
        ----------
        problem : Problem
            Of the class `solves`.
        **settings
            Those of `defaults` that shall have another value.

        Returns
        -------
        Encoder
            Its arrays have the problem's dtype and device, and share no memory with the problem.
        """

    @cached_property
    def _encodings(self) -> Encodings:
        return Encodings()

    def __getstate__(self) -> dict[str, Any]:
        """What a copy takes over: no programs, which know this object's memory."""
        return {name: value for name, value in self.__dict__.items() if name != "_encodings"}

    def decoder(self, problem: Any) -> Decoder:
        """The map from codes to signals that belongs to the encoder, as a loss on signals uses it.

        Parameters
        ----------
        problem : Problem
            The one that the encoder started from.

        Raises
        ------
        ConfigError
            For an encoder that has none.
        """
        raise ConfigError(f"{self.name} has no decoder, which a loss on signals needs")

    def constrain(self) -> None:
        """After a step of training, bring the parameters back, in place, to where the encoder wants them."""

    @abstractmethod
    def forward(self, signals: Any, tape: Tape, out: Any) -> Any:
        """Codes of a tile of signals.

        Parameters
        ----------
        signals : array, (n_samples, n_features)
            In the encoder's dtype, not to be changed; any number of samples, 0 too.
        tape : Tape
            Lends buffers, whose names are the encoder's own. What `backward` reads is left on it.
        out : array, (n_samples, n_atoms)
            Where the codes are written; contiguous. Where the tape is kept, `out` is its buffer `codes`.

        Returns
        -------
        out : array, (n_samples, n_atoms)
        """

    @abstractmethod
    def backward(self, signals: Any, tape: Tape, codes_gradient: Any, names: Sequence[str]) -> dict[str, Any]:
        """Gradients of a tile's loss by parameter.

        Parameters
        ----------
        signals : array, (n_samples, n_features)
            As `forward` had them.
        tape : Tape
            As `forward` left it; `tape("codes")` holds the codes.
        codes_gradient : array, (n_samples, n_atoms)
            d loss / d codes, which may be overwritten.
        names : sequence of str
            Parameters whose gradient is wanted; more may be given.

        Returns
        -------
        gradient : dict of str to array
            New arrays of the parameters' shapes and dtype: summed over tiles, they are changed in place.
        """

    def encode(self, signals: Any, *, tile_rows: int | None = None, out: Any = None) -> Any:
        """Codes of the signals after all layers.

        Parameters
        ----------
        signals : array, (n_samples, n_features)
            NumPy or CuPy as the parameters, of their dtype.
        tile_rows : int, optional
            Rows worked on together; the default keeps a tile in a core's cache.
        out : array, (n_samples, n_atoms), optional
            Where to write the codes: of the encoder's dtype, in any layout; it may overlap the signals.

        Returns
        -------
        codes : array, (n_samples, n_atoms)
            `out`, where it is given. A warning says when they are not finite.

        Raises
        ------
        ShapeError, DataError
            Signals of another length or dtype, NaN or Inf; an `out` of another shape or dtype, or read-only.
        """
        if out is None and tile_rows is None:
            codes = self._encodings.codes(self, signals)
            if codes is not None:
                return codes
        codes = self.codes_of(signals, tile_rows=tile_rows, out=out)
        if out is None and tile_rows is None:
            self._encodings.learn(self, signals, codes)
        if not is_finite(codes):
            warnings.warn(f"codes of {self.name} hold NaN or Inf: they left the range of {self.dtype}", stacklevel=2)
        return codes

    def codes_of(self, signals: Any, *, tile_rows: int | None = None, out: Any = None) -> Any:
        """As `encode`, without a word about codes that are not finite: for a training, whose status tells of them.

        Parameters
        ----------
        signals, tile_rows, out
            As for `encode`.
        """
        signals = self.check_signals(signals)
        shape = (signals.shape[0], self.n_atoms)
        if out is not None:
            check_out("out", out, shape, self._first, any_layout=True)
        is_direct = out is not None and is_contiguous(out) and not self._shares_memory(signals, out)
        codes = out if is_direct else self.xp.empty(shape, self.dtype)

        def work(rows: slice, space: Space) -> None:
            tile = signals[rows]
            self.forward(tile, self._tape(space, tile, keep=False), codes[rows])

        with np.errstate(over="ignore", invalid="ignore"):
            self.encoding_tiles(tile_rows).run(work, signals.shape[0])
        if out is not None and not is_direct:
            out[...] = codes
        return codes if out is None else out

    def encoding_tiles(self, tile_rows: int | None = None) -> Tiles:
        """Tiles in the size that suits an encoding, or in the one that is given."""
        tile_rows = self.tile_rows if tile_rows is None else tile_rows
        return tiles_for(self.xp, self.n_atoms, self.dtype, tile_rows, multiplies=True)

    def _shares_memory(self, signals: Any, out: Any) -> bool:
        """Whether codes written to `out` could overwrite signals that are still to be read."""
        return self.xp.may_share_memory(signals, out)

    @property
    def tile_rows(self) -> int | None:
        """Rows to work on together; None leaves it to the width of the codes."""
        return None

    def check_signals(self, signals: Any) -> Any:
        """The signals as a plain array; refused are those of another length, dtype or device, NaN or Inf."""
        signals = check_matrix("signals", signals, n_columns=self.n_features)
        if signals.dtype != self.dtype:
            raise DataError(f"signals are {signals.dtype}, but the encoder is {self.dtype}; convert one of them")
        check_device("signals", signals, self.xp, "the encoder")
        return signals

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
        targets : array, optional
            What the loss compares with: (n_samples, n_atoms), the optimal codes x*, for the default one.
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
        signals, targets = loss.check("loss", self, signals, targets)
        self.check_signals(signals)
        return self.unchecked_loss_and_gradient(
            signals, targets, loss, names or self.parameters, tiles or self.gradient_tiles()
        )

    def gradient_tiles(self) -> Tiles:
        """Tiles in the size that suits a training batch."""
        return Tiles(self.xp, self.tile_rows or GRADIENT_ROWS)

    def unchecked_loss_and_gradient(
        self, signals: Any, targets: Any, loss: Loss, names: Sequence[str], tiles: Tiles
    ) -> tuple[float, dict[str, Any]]:
        """As `loss_and_gradient`, for a loop that has checked its data once.

        Parameters
        ----------
        signals, targets, loss, names, tiles
            As for `loss_and_gradient`, none of them optional.
        """
        count = signals.shape[0]

        def work(rows: slice, space: Space) -> tuple[float, dict[str, Any]]:
            wanted = loss.wanted(signals[rows], None if targets is None else targets[rows])
            return self._tile(signals[rows], wanted, loss, names, space, count)

        return summed(tiles.run(work, count), names, tiles)

    def _tile(
        self, signals: Any, wanted: Any, loss: Loss, names: Sequence[str], space: Any, count: int
    ) -> tuple[float, dict[str, Any]]:
        """The share of a tile in the loss over `count` samples and in its gradient."""
        tape = self._tape(space, signals, keep=not loss.hold_codes)
        codes = self.forward(signals, tape, tape("codes"))
        value, codes_gradient, direct = loss.of_tile(self.arrays, codes, wanted, count, tape.section("loss"))
        gradient = {} if loss.hold_codes else self.backward(signals, tape, codes_gradient, names)
        self._add_direct(gradient, direct, names)
        return value, gradient

    def _add_direct(self, gradient: dict[str, Any], direct: dict[str, Any], names: Sequence[str]) -> None:
        """Add, in place, what a loss sees of the parameters itself; zeros for those that it sees in no way."""
        for name in names:
            if name in gradient and name in direct:
                gradient[name] += direct[name]
            elif name not in gradient:
                gradient[name] = direct[name] if name in direct else self.xp.zeros_like(self.arrays[name])

    def _tape(self, space: Any, signals: Any, keep: bool) -> Tape:
        return Tape(space, (signals.shape[0], self.n_atoms), self.dtype, self.depth, keep)

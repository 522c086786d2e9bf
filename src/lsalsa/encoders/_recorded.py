"""Passes of an encoder that are made again and again with arrays of one shape, recorded as programs.

The encoder's own `forward` and `backward` are recorded, by a copy of the encoder that has recorded arrays. A program is
used only while the encoder has the same arrays and settings, and only if its first results are those of the plain pass
to the byte.
"""

import copy
import logging
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from lsalsa.arrays import Tiles, is_host
from lsalsa.arrays.crew import run_together
from lsalsa.arrays.programs import Program, Recorder, is_paused
from lsalsa.arrays.recorded import Later, Unrecordable
from lsalsa.encoders._sums import summed
from lsalsa.losses import Loss

if TYPE_CHECKING:
    from lsalsa.encoders.base import Encoder

log = logging.getLogger(__name__)
MOST_ENTRIES = 2**17  # of codes; from here on the work takes much longer than the calls
CALLS = 20  # plain passes of one shape before it is recorded: the first program of a process costs a fifth of a second
MOST_SIZES = 8
MOST_TILES = 8  # of a batch: each tile has buffers of its own


class Identity:
    """The arrays and settings that a program was recorded with."""

    def __init__(self, encoder: "Encoder"):
        self.arrays, self.settings = tuple(encoder.arrays.values()), dict(encoder.settings)

    def is_of(self, encoder: "Encoder") -> bool:
        """Whether the encoder still has them: the arrays themselves, whatever their values are now."""
        same = all(mine is its for mine, its in zip(self.arrays, encoder.arrays.values(), strict=True))
        return same and self.settings == encoder.settings


class Encoding:
    """The codes of a few signals, always as many.

    Parameters
    ----------
    encoder : Encoder
    count : int
        Signals.
    """

    def __init__(self, encoder: "Encoder", count: int):
        self.identity = Identity(encoder)
        self.signals = np.empty((count, encoder.n_features), encoder.dtype)
        self.codes = np.empty((count, encoder.n_atoms), encoder.dtype)
        self._programs: list[Program] = []
        self._checks: list[list[int]] = []
        for rows in encoder.encoding_tiles().cut(count):
            recorder = Recorder(encoder.dtype)
            signals, codes = recorder.wrap(self.signals[rows]), recorder.wrap(self.codes[rows])
            checks, shadow = [recorder.finite(signals)], _shadow(encoder, recorder)
            shadow.forward(signals, shadow._tape(recorder.space, signals, keep=False), codes)
            self._checks.append([*checks, recorder.finite(codes)])
            self._programs.append(recorder.program())

    def __call__(self, signals: np.ndarray) -> bool:
        """Encode the signals; whether these and the codes are finite."""
        self.signals[...] = signals
        run_together(self._programs)
        for program, places in zip(self._programs, self._checks, strict=True):
            for place in places:
                if not program.scalars[place]:
                    return False
        return True


class Encodings:
    """The recorded encodings of an encoder by number of signals; each is lent to one thread at a time."""

    def __init__(self) -> None:
        self._free: dict[int, list[Encoding]] = {}
        self._calls: dict[int, int] = {}

    def codes(self, encoder: "Encoder", signals: Any) -> Any:
        """New codes of signals, or None where they have to be computed, or refused, the plain way."""
        if type(signals) is not np.ndarray or signals.ndim != 2:
            return None
        free = self._free.get(len(signals))
        if not free or signals.shape[1] != encoder.n_features or signals.dtype != encoder.dtype:
            return None
        try:
            encoding = free.pop()
        except IndexError:  # another thread took it
            return None
        if not encoding.identity.is_of(encoder):
            self._calls.pop(len(signals), None)
            return None
        codes = encoding.codes.copy() if encoding(signals) else None
        free.append(encoding)
        return codes

    def learn(self, encoder: "Encoder", signals: Any, codes: Any) -> None:
        """Count a plain pass, and record passes of this shape once it has come often.

        Parameters
        ----------
        encoder : Encoder
        signals, codes : array
            Of the plain pass.
        """
        count = len(signals)
        if is_paused() or not encoder.recordable:
            return
        if not (0 < count * encoder.n_atoms <= MOST_ENTRIES and is_host(signals)):
            return
        if len(self._calls) >= MOST_SIZES and count not in self._calls:
            self._calls.clear()
            self._free.clear()
        self._calls[count] = self._calls.get(count, 0) + 1
        if self._calls[count] == CALLS:
            encoding = _recorded(lambda: Encoding(encoder, count), "encoding")
            if encoding and encoding(signals) and _same(encoding.codes, codes, "encoding"):
                self._free[count] = [encoding]


class RecordedStep:
    """A loss and its gradient over batches of one size out of the same samples, a program for each tile.

    Parameters
    ----------
    encoder : Encoder
    signals, targets : array
        All samples, targets None without supervision.
    loss : Loss
    names : sequence of str
        Parameters whose gradient is wanted.
    tiles : list of slice
        The cut of a batch.
    """

    def __init__(
        self, encoder: "Encoder", signals: Any, targets: Any, loss: Loss, names: Sequence[str], tiles: list[slice]
    ):
        self.identity, self._names = Identity(encoder), names
        self.index = np.zeros(tiles[-1].stop, np.int64)
        self._tiles = [
            _RecordedTile(encoder, signals, targets, loss, names, self.index[rows], len(self.index)) for rows in tiles
        ]
        self._programs = [tile.program for tile in self._tiles]

    def __call__(self, index: np.ndarray) -> list[tuple[float, dict[str, Any]]]:
        """Loss and gradient of each tile; the gradients' memory is overwritten by the next call."""
        self.index[...] = index
        run_together(self._programs)
        return [(tile.value.value(tile.program), dict(tile.gradient)) for tile in self._tiles]


class _RecordedTile:
    def __init__(
        self,
        encoder: "Encoder",
        signals: Any,
        targets: Any,
        loss: Loss,
        names: Sequence[str],
        index: np.ndarray,
        count: int,
    ):
        recorder = Recorder(encoder.dtype)
        shadow, rows = _shadow(encoder, recorder), recorder.gather(signals, index)
        wanted = recorder.gather(targets, index) if loss.supervised else rows
        value: Any
        value, gradient = shadow._tile(rows, wanted, loss, names, recorder.space, count)
        if not isinstance(value, Later):
            raise Unrecordable("a loss that is computed otherwise")
        self.value = value
        self.program: Program = recorder.program()
        self.gradient = {name: gradient[name]._values for name in names}


class Steps:
    """Loss and gradient of batches of one size: by programs, once enough batches have gone the plain way.

    Parameters
    ----------
    encoder, signals, targets, loss, names
        As for `RecordedStep`.
    tiles : Tiles
        The cut of a batch.
    """

    def __init__(self, encoder: "Encoder", signals: Any, targets: Any, loss: Loss, names: Sequence[str], tiles: Tiles):
        self.encoder, self.signals, self.targets = encoder, signals, targets
        self.loss, self.names, self.tiles = loss, names, tiles
        self.count = 0
        self.recorded: RecordedStep | None = None

    def __call__(self, index: np.ndarray) -> tuple[float, dict[str, Any]]:
        """Those of the samples of these numbers; a gradient's memory may be overwritten by the next call."""
        if self.recorded and self.recorded.identity.is_of(self.encoder):
            return self._summed(self.recorded, index)
        signals, targets = self.signals[index], None if self.targets is None else self.targets[index]
        found = self.encoder.unchecked_loss_and_gradient(signals, targets, self.loss, self.names, self.tiles)
        self.count += 1
        if self.count == CALLS:
            cut = self.tiles.cut(len(index))
            step = record_step(self.encoder, self.signals, self.targets, self.loss, self.names, cut)
            if step and _same_step(self._summed(step, index), found):
                self.recorded = step
        return found

    def _summed(self, step: RecordedStep, index: np.ndarray) -> tuple[float, dict[str, Any]]:
        return summed(step(index), self.names, self.tiles)


def record_step(
    encoder: "Encoder", signals: Any, targets: Any, loss: Loss, names: Sequence[str], tiles: list[slice]
) -> RecordedStep | None:
    """The step as programs, or None where it cannot be recorded.

    Parameters
    ----------
    encoder, signals, targets, loss, names, tiles
        As for `RecordedStep`.
    """
    arrays = [signals, *([targets] if loss.supervised else [])]
    if not (encoder.recordable and loss.recordable) or loss.hold_codes or len(tiles) > MOST_TILES:
        return None
    if not all(is_host(a) and a.flags.c_contiguous and a.dtype == encoder.dtype for a in arrays):
        return None
    return _recorded(lambda: RecordedStep(encoder, signals, targets, loss, names, tiles), "training step")


def _same_step(mine: tuple[float, Mapping[str, Any]], plain: tuple[float, Mapping[str, Any]]) -> bool:
    """Whether two losses and their gradients are the same to the byte."""
    equal = np.float64(mine[0]).tobytes() == np.float64(plain[0]).tobytes()
    return equal and all(_same(mine[1][name], plain[1][name], f"gradient of {name}") for name in mine[1])


def _recorded(make: Any, what: str) -> Any:
    try:
        return make()
    except Unrecordable as reason:
        log.debug("this %s is not recorded: %s", what, reason)
        return None


def _same(mine: Any, plain: Any, what: str) -> bool:
    equal = mine.tobytes() == plain.tobytes()
    if not equal:
        log.info("the recorded %s rounds otherwise than the plain one here, and is not used", what)
    return equal


def _shadow(encoder: "Encoder", recorder: Recorder) -> "Encoder":
    """The encoder with arrays that record."""
    if not all(type(array) is np.ndarray and array.flags.c_contiguous for array in encoder.arrays.values()):
        raise Unrecordable("parameters in another layout")
    shadow = copy.copy(encoder)
    shadow.arrays = {name: recorder.wrap(array) for name, array in encoder.arrays.items()}
    return shadow

"""Encoders of one shape whose passes are made together, as products of stacked matrices: on a GPU one call for all."""

import copy
import json
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

from lsalsa.arrays import Space, namespace
from lsalsa.encoders._tape import Tape
from lsalsa.encoders.base import Encoder
from lsalsa.losses import Loss


class Ensemble:
    """Copies of several encoders, side by side.

    Parameters
    ----------
    encoders : sequence of Encoder
        `stackable`, and alike in what `shape_of` says.

    Attributes
    ----------
    encoder : Encoder
        One whose arrays have a first axis more, (n_encoders, ...).
    """

    def __init__(self, encoders: Sequence[Encoder]):
        self.encoders, first = list(encoders), encoders[0]
        self.encoder = copy.copy(first)
        self.encoder.arrays = {name: gather([one.arrays[name] for one in encoders]) for name in first.arrays}
        self.encoder.numbers = {
            name: first.xp.asarray([one.settings[name] for one in encoders], dtype=first.dtype)
            for name in first.own_numbers
        }
        self._space = Space(first.xp)

    def loss_and_gradient(
        self, signals: Any, targets: Any, loss: Loss, names: Sequence[str]
    ) -> tuple[Any, dict[str, Any]]:
        """A loss and its exact gradient for each encoder on its own samples.

        Parameters
        ----------
        signals : array, (n_encoders, n_samples, n_features)
        targets : array, (n_encoders, n_samples, n_atoms)
        loss : Loss
            A `stackable` one.
        names : sequence of str
            Parameters whose gradient is wanted.

        Returns
        -------
        losses : array, (n_encoders,)
            On the device: nothing waits for it here.
        gradient : dict of str to array
            Of the shapes of the ensemble's arrays.
        """
        shape = (*signals.shape[:-1], self.encoder.n_atoms)
        tape = Tape(self._space, shape, self.encoder.dtype, self.encoder.depth, keep=True)
        codes = self.encoder.forward(signals, tape, tape("codes"))
        losses, codes_gradient = loss.of_each(codes, targets, tape.section("loss"))
        return losses, self.encoder.backward(signals, tape, codes_gradient, names)

    def put_back(self) -> None:
        """Give the encoders what the copies have become."""
        scatter(self.encoder.arrays, [one.arrays for one in self.encoders])


def gather(arrays: Sequence[Any]) -> Any:
    """An array of each member as one, (n_members, ...)."""
    return namespace(arrays[0]).stack(arrays)


def scatter(gathered: Mapping[str, Any], parts: Sequence[Mapping[str, Any]]) -> None:
    """Write arrays with a first axis of members into those of each member, in place."""
    for name, array in gathered.items():
        for place, part in enumerate(parts):
            part[name][...] = array[place]


def shape_of(encoder: Encoder) -> Hashable:
    """What the encoders of an ensemble have in common: class, shapes, dtype, and settings but their own numbers."""
    shared = {name: value for name, value in encoder.settings.items() if name not in encoder.own_numbers}
    shapes = tuple((name, array.shape) for name, array in encoder.arrays.items())
    return type(encoder), shapes, str(encoder.dtype), json.dumps(shared, sort_keys=True)

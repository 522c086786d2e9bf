"""What encoders with a filter matrix share: sizes, parameters, decoder."""

from collections.abc import Mapping
from typing import Any

from lsalsa.arrays import namespace
from lsalsa.decoders import Decoder, TiedDecoder
from lsalsa.encoders.base import Encoder
from lsalsa.errors import ShapeError
from lsalsa.problem import SparseCodingProblem


class DenseEncoder(Encoder):
    """An encoder with a filter, (n_features, n_atoms), the transpose of the LSALSA paper's W_e.

    Unless a subclass says otherwise it has a splitting, (n_atoms, n_atoms), the transpose of the paper's S, and
    thresholds, (n_atoms,), of which training moves the first. A filter with axes before these two, one for each layer,
    has the same sizes.
    """

    @classmethod
    def sizes(cls, settings: Mapping[str, Any], arrays: Mapping[str, Any]) -> tuple[int, int]:
        shape = arrays["filter"].shape
        if len(shape) < 2:
            raise ShapeError(f"filter must have shape (n_features, n_atoms), found {shape}")
        return shape[-2:]

    @classmethod
    def shapes(cls, settings: Mapping[str, Any], n_features: int, n_atoms: int) -> dict[str, tuple[int, ...]]:
        return {"filter": (n_features, n_atoms), "splitting": (n_atoms, n_atoms), "thresholds": (n_atoms,)}

    @property
    def learned(self) -> tuple[str, ...]:
        """See `Encoder.learned`."""
        return ("filter", "splitting")

    def decoder_scale(self, problem: SparseCodingProblem) -> float:
        """The number that turns the filter of `from_problem` into the dictionary: the 1 / tau of the SC2Net paper."""
        return problem.lipschitz

    def decoder(self, problem: SparseCodingProblem) -> Decoder:
        """See `Encoder.decoder`."""
        return TiedDecoder(self.decoder_scale(problem))

    def constrain(self) -> None:
        """Learned thresholds that fell below 0 are 0 again."""
        if "thresholds" in self.learned:
            self.xp.maximum(self.arrays["thresholds"], 0, out=self.arrays["thresholds"])


def stacked(layers: Any) -> Any:
    """The rows of all layers, one layer after the other: a view, (depth * n_samples, n_atoms).

    Of an ensemble's layers, (depth, n_encoders, n_samples, n_atoms), those of each encoder: a copy.
    """
    if layers.ndim == 4:
        of_each = namespace(layers).swapaxes(layers, 0, 1)
        return of_each.reshape(len(of_each), -1, layers.shape[-1])
    return layers.reshape(-1, layers.shape[-1])


def transposed(matrices: Any) -> Any:
    """A matrix, or each one of an ensemble, with its two axes exchanged: a view."""
    return matrices.T if matrices.ndim == 2 else namespace(matrices).swapaxes(matrices, -1, -2)

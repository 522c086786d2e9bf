"""Decoders: linear maps from codes back to signals, whose weights are parameters of an encoder."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from lsalsa.arrays import namespace
from lsalsa.arrays.unit_norm import column_norms
from lsalsa.convolution import Convolution
from lsalsa.errors import ConfigError


class Decoder(ABC):
    """A linear map B from codes to signals, as losses use it.

    A decoder knows which parameters hold its weights, not the weights: they come with each call as `arrays`, the
    parameters of an encoder by name. So one decoder serves an encoder, its copies and its later states.
    """

    @property
    @abstractmethod
    def identity(self) -> dict[str, Any]:
        """What tells this decoder from another one, in values that JSON holds."""

    @abstractmethod
    def matrix(self, arrays: Mapping[str, Any]) -> Any:
        """B with its atoms in columns, to be looked at: array, (n_features, n_atoms)."""

    @abstractmethod
    def apply(self, arrays: Mapping[str, Any], codes: Any, out: Any = None) -> Any:
        """B x for each sample.

        Parameters
        ----------
        arrays : mapping of str to array
        codes : array, (n_samples, n_atoms)
        out : array, (n_samples, n_features), optional
            Where to write the signals; a new array by default.

        Returns
        -------
        signals : array, (n_samples, n_features)
            In the dtype of the codes.
        """

    @abstractmethod
    def backward(self, arrays: Mapping[str, Any], codes: Any, residual: Any, count: int, out: Any) -> dict[str, Any]:
        """Gradients of sum <r, B x> / count over the samples, with r held: B^T r / count for the codes.

        Parameters
        ----------
        arrays : mapping of str to array
        codes : array, (n_samples, n_atoms)
        residual : array, (n_samples, n_features)
            r, which is used up.
        count : int
            Samples of the mean that these are some of.
        out : array, (n_samples, n_atoms)
            Where the gradient of the codes is written.

        Returns
        -------
        gradient : dict of str to array
            Of the parameters that hold the weights, in their shapes.
        """

    @abstractmethod
    def atom_norms(self, arrays: Mapping[str, Any]) -> Any:
        """Norm of the signal that each entry of a code stands for: array, (n_atoms,), float64."""

    @abstractmethod
    def project(self, arrays: Mapping[str, Any]) -> None:
        """Scale, in place, atoms longer than 1 to norm 1."""


class TiedDecoder(Decoder):
    """B = scale W_e^T for an encoder with a filter W_e^T, (n_features, n_atoms); it has no weights of its own.

    Parameters
    ----------
    scale : float
        The 1 / tau of the SC2Net paper.

    Raises
    ------
    ConfigError
        When the scale is not positive and finite.
    """

    def __init__(self, scale: float):
        if not (np.isfinite(scale) and scale > 0):
            raise ConfigError(f"the scale of a decoder must be positive and finite, found {scale}")
        self.scale = float(scale)

    @property
    def identity(self) -> dict[str, Any]:
        """See `Decoder.identity`."""
        return {"decoder": type(self).__name__, "scale": self.scale}

    def _filter(self, arrays: Mapping[str, Any]) -> Any:
        """The filter that the atoms are those of."""
        return arrays["filter"]

    def matrix(self, arrays: Mapping[str, Any]) -> Any:
        """See `Decoder.matrix`."""
        return self.scale * self._filter(arrays)

    def apply(self, arrays: Mapping[str, Any], codes: Any, out: Any = None) -> Any:
        """See `Decoder.apply`."""
        signals = namespace(codes).matmul(codes, self._filter(arrays).T, out=out)
        signals *= self.scale
        return signals

    def backward(self, arrays: Mapping[str, Any], codes: Any, residual: Any, count: int, out: Any) -> dict[str, Any]:
        """See `Decoder.backward`."""
        residual *= self.scale / count
        namespace(codes).matmul(residual, self._filter(arrays), out=out)
        return {"filter": residual.T @ codes}

    def atom_norms(self, arrays: Mapping[str, Any]) -> Any:
        """See `Decoder.atom_norms`."""
        return self.scale * column_norms(self._filter(arrays))

    def project(self, arrays: Mapping[str, Any]) -> None:
        """See `Decoder.project`."""
        filter, norms = self._filter(arrays), self.atom_norms(arrays)
        filter /= namespace(norms).maximum(norms, 1.0).astype(filter.dtype)


class LastFilterDecoder(TiedDecoder):
    """`TiedDecoder` for an encoder with a filter for each layer, (n_layers, n_features, n_atoms): the last one's."""

    def _filter(self, arrays: Mapping[str, Any]) -> Any:
        return arrays["filter"][-1]

    def backward(self, arrays: Mapping[str, Any], codes: Any, residual: Any, count: int, out: Any) -> dict[str, Any]:
        """See `Decoder.backward`."""
        gradient = namespace(codes).zeros_like(arrays["filter"])
        gradient[-1] = super().backward(arrays, codes, residual, count, out)["filter"]
        return {"filter": gradient}


class ConvolutionalDecoder(Decoder):
    """B = H for an encoder with filters, (length, n_filters) or (height, width, n_filters); see `Convolution`.

    Parameters
    ----------
    signal_shape, stride : sequence of int
        One number for each axis of a signal.
    bank : str
        The parameter that holds the filters.
    """

    def __init__(self, signal_shape: Sequence[int], stride: Sequence[int], bank: str = "filters"):
        self.signal_shape, self.stride, self.bank = tuple(signal_shape), tuple(stride), bank

    @property
    def identity(self) -> dict[str, Any]:
        """See `Decoder.identity`."""
        shapes = {"signal_shape": list(self.signal_shape), "stride": list(self.stride)}
        return {"decoder": type(self).__name__, "bank": self.bank, **shapes}

    def operator(self, arrays: Mapping[str, Any]) -> Convolution:
        """H with the filters as they are now."""
        return Convolution(arrays[self.bank], self.stride, self.signal_shape)

    def matrix(self, arrays: Mapping[str, Any]) -> Any:
        """See `Decoder.matrix`."""
        filters, n_atoms = arrays[self.bank], self.operator(arrays).n_atoms
        return self.apply(arrays, namespace(filters).eye(n_atoms, dtype=filters.dtype)).T

    def apply(self, arrays: Mapping[str, Any], codes: Any, out: Any = None) -> Any:
        """See `Decoder.apply`."""
        if out is None:
            out = namespace(codes).empty((codes.shape[0], int(np.prod(self.signal_shape))), codes.dtype)
        return self.operator(arrays).synthesize(codes, out)

    def backward(self, arrays: Mapping[str, Any], codes: Any, residual: Any, count: int, out: Any) -> dict[str, Any]:
        """See `Decoder.backward`."""
        residual *= 1 / count
        operator = self.operator(arrays)
        operator.correlate(residual, out)
        return {self.bank: operator.filter_gradient(residual, codes)}

    def atom_norms(self, arrays: Mapping[str, Any]) -> Any:
        """See `Decoder.atom_norms`."""
        norms = column_norms(arrays[self.bank])
        return namespace(norms).tile(norms, self.operator(arrays).n_atoms // norms.shape[0])

    def project(self, arrays: Mapping[str, Any]) -> None:
        """See `Decoder.project`."""
        filters, norms = arrays[self.bank], column_norms(arrays[self.bank])
        filters /= namespace(norms).maximum(norms, 1.0).astype(filters.dtype)

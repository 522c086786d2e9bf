"""The buffers of one pass over a tile."""

from typing import Any

from lsalsa.arrays import Space


class Tape:
    """Buffers of a forward pass: kept layer by layer for a backward pass to read, or one that all layers share.

    Parameters
    ----------
    space : Space
        Where the buffers live; they hold what an earlier tile left.
    shape : (n_samples, n_atoms)
        Of the tile's codes; (n_encoders, n_samples, n_atoms) in an ensemble, whose buffers all have this first axis.
    dtype : dtype
        Of the encoder.
    depth : int
        Number of layers.
    keep : bool
        Whether a backward pass will come.
    """

    def __init__(self, space: Space, shape: tuple[int, ...], dtype: Any, depth: int, keep: bool):
        self._space, self._shape, self._dtype = space, shape, dtype
        self._depth, self.keep = depth, keep

    def __call__(self, name: str, columns: int | None = None, dtype: Any = None) -> Any:
        """A buffer for the whole pass.

        Parameters
        ----------
        name : str
            The same memory at each call with the same name and dtype.
        columns : int, optional
            n_atoms by default.
        dtype : dtype, optional
            That of the encoder by default.

        Returns
        -------
        array, (n_samples, columns)
            Uninitialised at first.
        """
        return self._space(name, self._wide(columns), dtype or self._dtype)

    def layers(self, name: str, columns: int | None = None, alive: int = 1, dtype: Any = None) -> Any:
        """A buffer for each layer.

        Parameters
        ----------
        name, columns, dtype
            As for a buffer of the whole pass.
        alive : int
            How many layers before must still be readable where nothing is kept; the layers take turns in as many.

        Returns
        -------
        array, (depth, n_samples, columns), or a list of `depth` arrays, (n_samples, columns), where nothing is kept
        """
        if self.keep:
            return self._space(name, (self._depth, *self._wide(columns)), dtype or self._dtype)
        taken = [self(f"{name} {turn}", columns, dtype) for turn in range(min(alive, self._depth))]
        return [taken[layer % alive] for layer in range(self._depth)]

    def section(self, name: str) -> "Tape":
        """A tape for the same tile whose buffers are others than this one's, whatever their names."""
        return Tape(self._space.section(name), self._shape, self._dtype, self._depth, self.keep)

    def _wide(self, columns: int | None) -> tuple[int, ...]:
        return self._shape if columns is None else (*self._shape[:-1], columns)

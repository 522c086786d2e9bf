"""Memory of a worker that stays from call to call."""

import math
from typing import Any

MOST_VIEWS = 200  # of buffers, by shape; batches of ever other sizes would have ever more


class Space:
    """Buffers lent by name, allocated once and reused; a smaller request gets a view of a larger buffer."""

    def __init__(self, xp: Any):
        self.xp = xp
        self._buffers: dict[tuple[str, Any], Any] = {}
        self._views: dict[tuple[str, tuple[int, ...], Any], Any] = {}
        self._sections: dict[str, Space] = {}
        self._bytes = 0

    def section(self, name: str) -> "Space":
        """A space inside this one with buffers of its own; the same space at each call with the same name."""
        if name not in self._sections:
            self._sections[name] = Space(self.xp)
        return self._sections[name]

    def __call__(self, name: str, shape: tuple[int, ...], dtype: Any) -> Any:
        """A buffer of this space.

        Parameters
        ----------
        name : str
        shape : tuple of int
        dtype : dtype

        Returns
        -------
        array
            Uninitialised; the same memory at each call with the same name and dtype.
        """
        key = (name, shape, dtype)
        view = self._views.get(key)
        if view is None:
            if len(self._views) >= MOST_VIEWS:
                self._views.clear()
            view = self._views[key] = self._view(name, shape, dtype)
        return view

    def _view(self, name: str, shape: tuple[int, ...], dtype: Any) -> Any:
        size = math.prod(shape)
        buffer = self._buffers.get((name, dtype))
        if buffer is None or buffer.size < size:
            self._bytes -= 0 if buffer is None else buffer.size * buffer.itemsize
            buffer = self._buffers[name, dtype] = self.xp.empty(size, dtype)
            self._bytes += buffer.size * buffer.itemsize
            self._views.clear()  # those of the buffer before are among them
        return buffer[:size].reshape(shape)

    @property
    def nbytes(self) -> int:
        """Bytes of all buffers, those of its sections as well."""
        return self._bytes + sum(section.nbytes for section in self._sections.values())

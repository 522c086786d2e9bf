"""Which array module an array belongs to, and how arrays move between host and device."""

from typing import Any

import numpy as np

from lsalsa.errors import ConfigError


def is_host(array: Any) -> bool:
    """True when the array lives in host memory (NumPy), False on a GPU (CuPy)."""
    kind = type(array)
    return kind is np.ndarray or kind.__module__.partition(".")[0] != "cupy"


def namespace(*arrays: Any) -> Any:
    """The array module of the arrays: `cupy` if any of them lives on a GPU, else `numpy`."""
    for array in arrays:
        if not is_host(array):
            import cupy

            return cupy
    return np


def to_host(array: Any) -> np.ndarray:
    """The same values as a NumPy array; no copy when they are in host memory already."""
    return np.asarray(array) if is_host(array) else array.get()


class Device:
    """Where the work runs: `cpu` (NumPy), `gpu` (CuPy), or `auto` (the GPU if CuPy finds one).

    Parameters
    ----------
    choice : {"auto", "cpu", "gpu"}

    Raises
    ------
    ConfigError
        For another word, or for `gpu` where CuPy or a GPU is missing: nothing falls back silently.
    """

    def __init__(self, choice: str = "auto"):
        if choice not in ("auto", "cpu", "gpu"):
            raise ConfigError(f"device must be auto, cpu or gpu, found {choice!r}")
        found = _gpu_problem() if choice != "cpu" else "not asked for"
        if choice == "gpu" and found:
            raise ConfigError(f"device is gpu, but {found}; install CuPy on a machine with a GPU or say device=cpu")
        self.name = "cpu" if found else "gpu"

    def put(self, array: Any) -> Any:
        """The array on this device; no copy when it is there already."""
        if self.name == "cpu":
            return to_host(array)
        import cupy

        return cupy.asarray(array)


def _gpu_problem() -> str | None:
    """The reason, as part of a message, why no GPU can be used here; None when one can."""
    try:
        import cupy
    except ImportError:
        return "CuPy is not installed"
    return None if cupy.cuda.is_available() else "CuPy finds no GPU"


def synchronize(array: Any) -> None:
    """Wait until the device has finished the work queued for the array; return at once on the host."""
    if not is_host(array):
        array.device.synchronize()

"""The BLAS libraries of this process: one thread while ours are at work, and where NumPy's functions are."""

import ctypes
import threading
from functools import cache
from itertools import product
from typing import Any

_lock = threading.Lock()
_state: dict[str, Any] = {"limits": 0, "before": []}


class one_blas_thread:  # noqa: N801  reads as the statement that it is
    """Limit BLAS to one thread while any of our threads is inside."""

    def __enter__(self) -> None:
        with _lock:
            if not _state["limits"]:
                _state["before"] = [(library, library.num_threads) for library in blas_libraries()]
                for library, count in _state["before"]:
                    if count != 1:
                        library.set_num_threads(1)
            _state["limits"] += 1

    def __exit__(self, *error: Any) -> None:
        with _lock:
            _state["limits"] -= 1
            if not _state["limits"]:
                for library, count in _state["before"]:
                    if count != 1:
                        library.set_num_threads(count)


@cache
def blas_libraries() -> tuple[Any, ...]:
    """The BLAS libraries of this process, as threadpoolctl sees them."""
    import scipy.linalg  # noqa: F401  it loads a BLAS of its own, which can be limited only once it is loaded
    from threadpoolctl import ThreadpoolController

    return tuple(ThreadpoolController().select(user_api="blas").lib_controllers)


@cache
def numpy_blas(kind: str) -> tuple[int, int]:
    """Addresses of gemm and gemv in the BLAS that NumPy multiplies with, 0 and 0 where it is none that is known here.

    Parameters
    ----------
    kind : {"f", "d"}
        float32 or float64.
    """
    letter = {"f": "s", "d": "d"}[kind]
    for library in blas_libraries():
        if "numpy" not in library.filepath or library.internal_api != "openblas":
            continue
        for before, after in product(("scipy_", ""), ("64_", "_64", "")):
            found = [getattr(library.dynlib, f"{before}cblas_{letter}{name}{after}", None) for name in ("gemm", "gemv")]
            if all(found):
                gemm, gemv = (ctypes.cast(function, ctypes.c_void_p).value or 0 for function in found if function)
                return gemm, gemv
    return 0, 0

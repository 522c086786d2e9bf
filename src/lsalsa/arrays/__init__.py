"""The one array namespace: NumPy or CuPy, threads, tiles and element-wise kernels. Code asks for a GPU only here."""

from lsalsa.arrays.blas import one_blas_thread
from lsalsa.arrays.checks import check_count, check_matrix, nearest
from lsalsa.arrays.kernels import kernels_for
from lsalsa.arrays.namespace import Device, is_host, namespace, to_host
from lsalsa.arrays.space import Space
from lsalsa.arrays.tiles import Tiles, tiles_for
from lsalsa.arrays.workers import parallel_map, set_threads, threads

__all__ = [
    "Device",
    "kernels_for",
    "Space",
    "Tiles",
    "check_count",
    "check_matrix",
    "is_host",
    "namespace",
    "nearest",
    "one_blas_thread",
    "parallel_map",
    "set_threads",
    "threads",
    "tiles_for",
    "to_host",
]

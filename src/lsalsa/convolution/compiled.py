"""The overlap-add as a compiled loop over host memory, without the interpreter's lock.

Implements `lsalsa.convolution.portable`.
"""

from typing import Any

from lsalsa.arrays.compiling import compiled


@compiled({"contract", "nsz"})
def overlap_add(patches: Any, step: tuple[int, int], origin: tuple[int, int], out: Any) -> None:
    """See `portable.overlap_add`."""
    for n in range(patches.shape[0]):
        for p in range(patches.shape[1]):
            for q in range(patches.shape[2]):
                first = origin[1] + q * step[1]
                for i in range(patches.shape[3]):
                    row, patch = out[n, origin[0] + p * step[0] + i], patches[n, p, q, i]
                    for j in range(patches.shape[4]):
                        row[first + j] += patch[j]

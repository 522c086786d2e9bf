"""Runs a list of array operations in host memory, one after the other, without the interpreter and its lock.

`lsalsa.arrays.programs` writes the lists. An operation is a row of `table`: its code, and addresses and sizes; a number
that it needs stands in `scalars`. Matrix products call NumPy's own BLAS at its address, where that is known, and else
SciPy's, as all of Numba's do.
"""

from typing import Any

import numpy as np
from llvmlite import ir
from numba import carray, extending, types

from lsalsa.arrays.compiling import compiled as compiled_with
from lsalsa.arrays.kernels import compiled as steps

COPY, FILL, ADD, SUBTRACT, MULTIPLY, SCALE, NONZERO, MASK, DOT, GATHER, FINITE = range(11)
PRODUCT, PRODUCT_LEFT, PRODUCT_RIGHT, ROW_PRODUCT, ROW_PRODUCT_RIGHT = range(11, 16)
SOFT_THRESHOLD, SOFT_THRESHOLD_SUM, FISTA_STEP, SALSA_STEP, SALSA_STEP_TAPED, LISTA_BACK, SALSA_BACK = range(20, 27)
WIDTH = 11  # of a row: code, seven addresses, three sizes

ROW_MAJOR, AS_IT_LIES, TRANSPOSED = 101, 111, 112  # of the C interface of BLAS

compiled = compiled_with(False)
intrinsic: Any = extending.intrinsic  # its type says nothing of how compiled code calls what it makes


@intrinsic
def pointer(context: Any, address: Any) -> Any:
    """An address as a pointer."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], context.get_value_type(signature.return_type))

    return types.voidptr(types.int64), generate


def _call(context: Any, builder: Any, address: Any, arguments: Any) -> Any:
    """Call a function without a result at an address. Sizes are handed over as 64 bits, of which a BLAS with integers
    of 32 reads the lower ones."""
    signature = ir.FunctionType(ir.VoidType(), [each.type for each in arguments])
    builder.call(builder.inttoptr(address, signature.as_pointer()), arguments)
    return context.get_dummy_value()


@intrinsic
def _gemm(
    context: Any, address: Any, order: Any, left: Any, right: Any, n: Any, m: Any, k: Any, one: Any, a: Any, lda: Any,
    b: Any, ldb: Any, zero: Any, c: Any, ldc: Any,
) -> Any:  # fmt: skip
    """cblas_sgemm or cblas_dgemm."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return _call(context, builder, arguments[0], arguments[1:])

    w = types.int64
    return types.void(w, w, w, w, w, w, w, one, w, w, w, w, zero, w, w), generate


@intrinsic
def _gemv(
    context: Any, address: Any, order: Any, how: Any, n: Any, m: Any, one: Any, a: Any, lda: Any, x: Any, dx: Any,
    zero: Any, y: Any, dy: Any,
) -> Any:  # fmt: skip
    """cblas_sgemv or cblas_dgemv."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return _call(context, builder, arguments[0], arguments[1:])

    w = types.int64
    return types.void(w, w, w, w, w, one, w, w, w, w, zero, w, w), generate


@compiled
def run(table: Any, scalars: Any, gemm: int, gemv: int) -> None:
    """Run all operations.

    Parameters
    ----------
    table : array, (n_operations, WIDTH), int64
    scalars : array, (n_operations,)
        Of the arrays' dtype; results of `DOT` and `FINITE` are written there.
    gemm, gemv : int
        Addresses of these functions of NumPy's BLAS, of the C interface and for the arrays' dtype; 0 if unknown.
    """
    for i in range(table.shape[0]):
        code = table[i, 0]
        if code >= SOFT_THRESHOLD:
            _step(table[i], scalars[i], scalars)
        elif code >= PRODUCT:
            if gemm:
                _numpy_product(table[i], scalars, gemm, gemv)
            else:
                _product(table[i], scalars)
        else:
            _entrywise(table[i], scalars, i)


@compiled
def _entrywise(row: Any, scalars: Any, i: int) -> None:
    """Copies and arithmetic, entry by entry."""
    code, n, m = row[0], row[8], row[9]
    size = n * m
    out, a = carray(pointer(row[1]), (size,), scalars.dtype), carray(pointer(row[2]), (size,), scalars.dtype)
    b = carray(pointer(row[3]), (size,), scalars.dtype)
    if code == COPY:
        out[:] = a
    elif code == FILL:
        out[:] = scalars[i]
    elif code == ADD:
        if row[1] == row[2]:  # a loop over one array less is one that the compiler vectorises
            for j in range(size):
                out[j] += b[j]
        else:
            for j in range(size):
                out[j] = a[j] + b[j]
    elif code == SUBTRACT:
        if row[1] == row[2]:
            for j in range(size):
                out[j] -= b[j]
        else:
            for j in range(size):
                out[j] = a[j] - b[j]
    elif code == MULTIPLY:
        if row[1] == row[2]:
            for j in range(size):
                out[j] *= b[j]
        else:
            for j in range(size):
                out[j] = a[j] * b[j]
    elif code == SCALE:
        factor = scalars[i]
        if row[1] == row[2]:
            for j in range(size):
                out[j] *= factor
        else:
            for j in range(size):
                out[j] = a[j] * factor
    else:
        _masked_or_read(row, scalars, i)


@compiled
def _masked_or_read(row: Any, scalars: Any, i: int) -> None:
    """What works with masks or an index, or leaves a number in `scalars`."""
    code, n, m = row[0], row[8], row[9]
    size = n * m
    out, a = carray(pointer(row[1]), (size,), scalars.dtype), carray(pointer(row[2]), (size,), scalars.dtype)
    if code == NONZERO:
        mask = carray(pointer(row[1]), (size,), np.bool_)
        for j in range(size):
            mask[j] = a[j] != 0
    elif code == MASK:
        mask = carray(pointer(row[3]), (size,), np.bool_)
        if row[1] == row[2]:
            for j in range(size):
                out[j] *= scalars.dtype.type(mask[j])
        else:
            for j in range(size):
                out[j] = a[j] * scalars.dtype.type(mask[j])
    elif code == DOT:
        scalars[i] = np.dot(a, carray(pointer(row[3]), (size,), scalars.dtype))
    elif code == FINITE:
        largest = scalars.dtype.type(0)
        for j in range(size):
            largest += a[j] * scalars.dtype.type(0)  # NaN as soon as one is not finite
        scalars[i] = largest == 0
    elif code == GATHER:
        index = carray(pointer(row[3]), (n,), np.int64)
        for k in range(n):
            out[k * m : (k + 1) * m] = carray(pointer(row[2] + index[k] * m * scalars.itemsize), (m,), scalars.dtype)


@compiled
def _numpy_product(row: Any, like: Any, gemm: int, gemv: int) -> None:
    """See `_product`; the calls are those that NumPy makes."""
    code, out, a, b, n, m, k = row[0], row[1], row[2], row[3], row[8], row[9], row[10]
    one, zero = like.dtype.type(1), like.dtype.type(0)
    if code == ROW_PRODUCT:
        _gemv(gemv, ROW_MAJOR, TRANSPOSED, k, m, one, b, m, a, 1, zero, out, 1)
    elif code == ROW_PRODUCT_RIGHT:
        _gemv(gemv, ROW_MAJOR, AS_IT_LIES, m, k, one, b, k, a, 1, zero, out, 1)
    elif code == PRODUCT:
        _gemm(gemm, ROW_MAJOR, AS_IT_LIES, AS_IT_LIES, n, m, k, one, a, k, b, m, zero, out, m)
    elif code == PRODUCT_LEFT:
        _gemm(gemm, ROW_MAJOR, TRANSPOSED, AS_IT_LIES, n, m, k, one, a, n, b, m, zero, out, m)
    else:
        _gemm(gemm, ROW_MAJOR, AS_IT_LIES, TRANSPOSED, n, m, k, one, a, k, b, k, zero, out, m)


@compiled
def _product(row: Any, scalars: Any) -> None:
    """out = a b, (n, m) = (n, k) (k, m); a or b as they lie or transposed."""
    code, n, m, k = row[0], row[8], row[9], row[10]
    out = carray(pointer(row[1]), (n, m), scalars.dtype)
    if code == PRODUCT:
        np.dot(carray(pointer(row[2]), (n, k), scalars.dtype), carray(pointer(row[3]), (k, m), scalars.dtype), out)
    elif code == PRODUCT_LEFT:
        np.dot(carray(pointer(row[2]), (k, n), scalars.dtype).T, carray(pointer(row[3]), (k, m), scalars.dtype), out)
    elif code == PRODUCT_RIGHT:
        np.dot(carray(pointer(row[2]), (n, k), scalars.dtype), carray(pointer(row[3]), (m, k), scalars.dtype).T, out)
    elif code == ROW_PRODUCT:
        np.dot(carray(pointer(row[2]), (k,), scalars.dtype), carray(pointer(row[3]), (k, m), scalars.dtype), out[0])
    else:
        np.dot(carray(pointer(row[2]), (k,), scalars.dtype), carray(pointer(row[3]), (m, k), scalars.dtype).T, out[0])


@compiled
def _step(row: Any, scalar: Any, like: Any) -> None:
    """One of the fused steps, its arrays in the order of its arguments."""
    code, shape = row[0], (row[8], row[9])
    a, b = carray(pointer(row[1]), shape, like.dtype), carray(pointer(row[2]), shape, like.dtype)
    c, d = carray(pointer(row[3]), shape, like.dtype), carray(pointer(row[4]), shape, like.dtype)
    if code == SOFT_THRESHOLD:
        steps.soft_threshold(a, carray(pointer(row[2]), (row[9],), like.dtype), c)
    elif code == SOFT_THRESHOLD_SUM:
        steps.soft_threshold_sum(a, b, carray(pointer(row[3]), (row[9],), like.dtype), d)
    elif code == FISTA_STEP:
        thresholds = carray(pointer(row[3]), (row[9],), like.dtype)
        steps.fista_step(a, b, thresholds, scalar, d, carray(pointer(row[5]), shape, like.dtype))
    elif code == SALSA_STEP:
        thresholds = carray(pointer(row[4]), (row[9],), like.dtype)
        steps.salsa_step(a, b, c, thresholds, scalar, carray(pointer(row[5]), shape, like.dtype))
    elif code == SALSA_STEP_TAPED:
        thresholds = carray(pointer(row[4]), (row[9],), like.dtype)
        mixed, signs = carray(pointer(row[5]), shape, like.dtype), carray(pointer(row[6]), shape, np.int8)
        steps.salsa_step_taped(a, b, c, thresholds, scalar, mixed, signs)
    elif code == LISTA_BACK:
        steps.lista_back(a, b, c, d)
    elif code == SALSA_BACK:
        signs = carray(pointer(row[2]), shape, np.int8)
        steps.salsa_back(a, signs, scalar, c, d, carray(pointer(row[5]), shape, like.dtype))

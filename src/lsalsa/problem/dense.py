"""The sparse coding problem with D >= 1 dictionaries: objective, duality gap, largest useful penalty."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from lsalsa.arrays import check_matrix, is_host, kernels_for, namespace, one_blas_thread, to_host
from lsalsa.arrays.checks import LARGEST, describe, is_finite
from lsalsa.arrays.symmetric import gram
from lsalsa.errors import DataError, ShapeError
from lsalsa.problem.certified import Certified
from lsalsa.problem.penalties import checked_penalties, rounded


class DenseStep(NamedTuple):
    """A gradient step as two matrices: x - step A^T (A x - y) = y @ filter + x @ transition, samples in rows."""

    filter: Any
    """step A, (n_features, n_atoms)."""
    transition: Any
    """I - step A^T A, (n_atoms, n_atoms)."""

    def of_signals(self, signals: Any, out: Any) -> Any:
        """See `GradientStep.of_signals`."""
        return namespace(out).matmul(signals, self.filter, out=out)

    def of_codes(self, codes: Any, out: Any) -> Any:
        """See `GradientStep.of_codes`."""
        return namespace(out).matmul(codes, self.transition, out=out)


class SparseCodingProblem(Certified):
    """min over x of 1/2 |y - A x|^2 + sum_d penalty_d |x_d|_1, with A = [A_1 ... A_D] and x = [x_1 ... x_D].

    One dictionary is plain sparse coding, several separate a mixture into sources (LSALSA paper, equations 3 and 7).

    Parameters
    ----------
    dictionaries : sequence of array, (n_features, n_atoms_d)
        float32 or float64, all of one dtype; atoms are columns. One dictionary may stand by itself.
    penalties : float or sequence of float
        One positive weight per dictionary, or one for all, in the unit of A^T y.

    Raises
    ------
    ShapeError
        When the dictionaries' rows differ, one has no atoms, or the number of penalties is not that of the
        dictionaries.
    DataError
        When a dictionary holds NaN or Inf, or a penalty is not positive and finite.
    """

    def __init__(self, dictionaries: Any | Sequence[Any], penalties: float | Sequence[float]):
        is_one = len(getattr(dictionaries, "shape", ())) == 2
        self.dictionaries = self._checked_dictionaries([dictionaries] if is_one else dictionaries)
        self.penalties = checked_penalties(penalties, len(self.dictionaries), "dictionaries")
        self._other: dict[np.dtype, SparseCodingProblem] = {}  # by dtype, with what was computed of them

    def __repr__(self) -> str:
        pairs = zip(self.dictionaries, self.penalties, strict=True)
        parts = ", ".join(f"{dictionary.shape[1]} atoms at penalty {penalty:.4g}" for dictionary, penalty in pairs)
        return f"SparseCodingProblem({self.n_features} features; {parts}; {self.dtype})"

    @staticmethod
    def _checked_dictionaries(given: Any) -> tuple[Any, ...]:
        if not hasattr(given, "__iter__") or isinstance(given, str | bytes):
            raise ShapeError(f"dictionaries must be an array or a sequence of arrays, found {type(given).__name__}")
        found = [check_matrix(f"dictionary {number}", each) for number, each in enumerate(given, start=1)]
        if not found:
            raise ShapeError("a problem needs one penalty for each of at least one dictionary, found 0 dictionaries")
        for number, dictionary in enumerate(found, start=1):
            check_matrix(f"dictionary {number}", dictionary, n_rows=found[0].shape[0])
            if 0 in dictionary.shape:
                raise ShapeError(f"dictionary {number} must have rows and atoms, found shape {dictionary.shape}")
            if dictionary.dtype != found[0].dtype:
                raise DataError(f"dictionary {number} is {dictionary.dtype}, but dictionary 1 is {found[0].dtype}")
            if is_host(dictionary) != is_host(found[0]):
                raise DataError(f"dictionary {number} and dictionary 1 must be on one device; move one of them")
        return tuple(found)

    @property
    def xp(self) -> Any:
        """The array module of the dictionaries."""
        return namespace(*self.dictionaries)

    @property
    def tile_rows(self) -> int | None:
        """Rows to work on together; None leaves it to the width of the codes."""
        return None

    @property
    def kernels(self) -> Any:
        """Element-wise steps on the codes."""
        return kernels_for(self.dictionaries[0])

    @property
    def dtype(self) -> np.dtype:
        """dtype of the dictionaries, of the signals to be coded and of their codes."""
        return self.dictionaries[0].dtype

    @property
    def n_features(self) -> int:
        """Length of a signal."""
        return self.dictionaries[0].shape[0]

    @property
    def n_atoms(self) -> int:
        """Length of a code: the atoms of all dictionaries."""
        return sum(dictionary.shape[1] for dictionary in self.dictionaries)

    @property
    def blocks(self) -> tuple[slice, ...]:
        """Columns of a code that belong to each dictionary."""
        edges = np.cumsum([0, *(dictionary.shape[1] for dictionary in self.dictionaries)]).tolist()
        return tuple(slice(a, b) for a, b in zip(edges[:-1], edges[1:], strict=True))

    @cached_property
    def dictionary(self) -> Any:
        """All atoms side by side: array, (n_features, n_atoms)."""
        return self.xp.concatenate(self.dictionaries, axis=1)

    @cached_property
    def gram(self) -> Any:
        """A^T A: array, (n_atoms, n_atoms)."""
        return gram(self.dictionary)

    @property
    def penalty_of_atom(self) -> Any:
        """The penalty of each atom: array, (n_atoms,), in the problem's dtype."""
        return rounded(self._weights, self.dtype)

    def thresholds(self, scale: float) -> Any:
        """The penalties times `scale` (a step size, or 1 / mu), in float64 and rounded once: array, (n_atoms,)."""
        return rounded(self._weights * scale, self.dtype)

    @cached_property
    def _weights(self) -> Any:
        per_block, xp = zip(self.dictionaries, self.penalties, strict=True), self.xp
        return xp.concatenate([xp.full(d.shape[1], penalty, dtype=np.float64) for d, penalty in per_block])

    @cached_property
    def lipschitz(self) -> float:
        """Largest eigenvalue of A^T A, in float64: the Lipschitz constant of the gradient of 1/2 |y - A x|^2.

        DataError where a step size of its inverse cannot be: for a dictionary of zeros, or of extreme scale.
        """
        from scipy.linalg import eigh

        self.check_scale()
        atoms = to_host(self.dictionary).astype(np.float64)
        small = gram(atoms.T if atoms.shape[0] < atoms.shape[1] else atoms)
        last = small.shape[0] - 1
        with one_blas_thread():  # SciPy's BLAS and NumPy's would wait for each other's threads
            return float(eigh(small, eigvals_only=True, subset_by_index=(last, last))[0])

    def check_scale(self) -> None:
        """Refuse, with a DataError, atoms that are all zero, or whose inner products float64 cannot hold."""
        largest = float(self.xp.abs(self.dictionary).max())
        if not largest:
            raise DataError("the dictionaries are zero: no step size and no code but zero fits them")
        if not 1 / LARGEST < largest < LARGEST:
            raise DataError(
                f"the dictionaries have entries up to {largest:.3g}, whose squares leave the range of float64; scale "
                f"dictionaries and penalties by one factor"
            )

    def gradient_step(self, step: float) -> DenseStep:
        """A step of gradient descent on 1/2 |y - A x|^2, computed in float64 and rounded once.

        DataError where a matrix of the step leaves the range of the problem's dtype.
        """
        atoms = self.dictionary.astype(np.float64)
        with np.errstate(over="ignore", invalid="ignore"):
            transition = gram(atoms)
            transition *= -step
            transition += 0.0  # no zero has a sign
            transition.reshape(-1)[:: self.n_atoms + 1] += 1.0
            matrices = DenseStep((step * atoms).astype(self.dtype), transition.astype(self.dtype))
        if not all(is_finite(matrix) for matrix in matrices):
            raise DataError(
                f"a gradient step of size {step:.3g} leaves the range of {self.dtype}; scale the dictionaries to norms "
                f"near 1, or take a smaller step"
            )
        return matrices

    @cached_property
    def _atoms(self) -> Any:
        """`dictionary` in float64, for metrics: once, not for every tile."""
        return self.dictionary.astype(np.float64, copy=False)

    def _synthesize(self, codes: Any) -> Any:
        return codes @ self._atoms.T

    def _correlate(self, signals: Any) -> Any:
        return signals @ self._atoms

    def with_penalties(self, penalties: float | Sequence[float]) -> "SparseCodingProblem":
        """The same dictionaries under other penalties; what is known of the dictionaries is kept."""
        other = SparseCodingProblem(self.dictionaries, penalties)
        for name in ("dictionary", "gram", "lipschitz"):
            if name in self.__dict__:
                other.__dict__[name] = self.__dict__[name]
        return other

    def astype(self, dtype: Any) -> "SparseCodingProblem":
        """The same problem in another floating-point type; itself when it has that type already."""
        if self.dtype == np.dtype(dtype):
            return self
        if np.dtype(dtype) not in self._other:
            self._other[np.dtype(dtype)] = SparseCodingProblem(
                [d.astype(dtype) for d in self.dictionaries], self.penalties
            )
        return self._other[np.dtype(dtype)]

    def split(self, codes: Any) -> list[Any]:
        """The columns of the codes that belong to each dictionary: views, (n_samples, n_atoms_d)."""
        return [codes[:, block] for block in self.blocks]

    def reconstruct(self, codes: Any) -> Any:
        """A x for each sample: array, (n_samples, n_features); ShapeError for codes of another length."""
        self._check_length(codes)
        return codes @ self.dictionary.T

    def reconstruct_components(self, codes: Any) -> list[Any]:
        """A_d x_d for each dictionary: the separated sources, each (n_samples, n_features); ShapeError likewise."""
        self._check_length(codes)
        return [part @ d.T for part, d in zip(self.split(codes), self.dictionaries, strict=True)]

    def _check_length(self, codes: Any) -> None:
        shape: tuple[int, ...] = getattr(codes, "shape", ())
        if len(shape) != 2 or shape[1] != self.n_atoms:
            raise ShapeError(f"codes must have shape (n_samples, {self.n_atoms}), found {describe(codes)}")

    def asarray(self, values: Any) -> Any:
        """The values as an array on the dictionaries' device, in their dtype."""
        xp = self.xp
        return xp.ascontiguousarray(xp.asarray(values, dtype=self.dtype))  # a product with another layout is slower

    def to_arrays(self) -> dict[str, Any]:
        """The problem as named arrays for one file; `from_arrays` reads it back."""
        arrays = {f"dictionary_{i}": to_host(d) for i, d in enumerate(self.dictionaries)}
        return {**arrays, "penalties": np.asarray(self.penalties)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Any]) -> "SparseCodingProblem":
        """The problem that `to_arrays` wrote."""
        count = len(arrays["penalties"])
        return cls([arrays[f"dictionary_{i}"] for i in range(count)], arrays["penalties"])

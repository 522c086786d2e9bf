"""What encoders of convolutional codes share: geometry, parameters, decoder, filters of norm 1."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from lsalsa.arrays import to_host
from lsalsa.arrays.checks import as_number
from lsalsa.arrays.unit_norm import normalise
from lsalsa.convolution import Convolution, lipschitz_bound
from lsalsa.decoders import ConvolutionalDecoder
from lsalsa.encoders.base import Encoder
from lsalsa.errors import ConfigError
from lsalsa.problem import check_problem
from lsalsa.problem.convolutional import ConvolutionalProblem

CEILING_FACTOR = 5.0  # learning raises L by a factor of two or three; filters that all become one low-pass, by more


class ConvolutionalEncoder(Encoder):
    """An encoder of a `ConvolutionalProblem`, with its filters and its penalties, (n_filters,) or (1,) for all."""

    solves: ClassVar[type] = ConvolutionalProblem
    unit_norm: ClassVar[tuple[str, ...]] = ("filters",)
    defaults: ClassVar[dict[str, Any]] = {
        "depth": 30,
        "shared": False,
        "learn_penalties": False,
        "ceiling": None,
        "nonnegative": False,
        "signal_shape": None,
        "filter_shape": None,
        "stride": None,
    }

    @classmethod
    def check(cls, settings: Mapping[str, Any]) -> None:
        missing = [name for name in ("signal_shape", "filter_shape", "stride") if settings[name] is None]
        if missing:
            raise ConfigError(f"{cls.__name__} needs {', '.join(missing)}, which a ConvolutionalProblem gives it")
        if settings["ceiling"] is not None and not as_number(settings["ceiling"]) > 0:
            raise ConfigError(f"ceiling must be positive, or None for no limit, found {settings['ceiling']}")

    @classmethod
    def sizes(cls, settings: Mapping[str, Any], arrays: Mapping[str, Any]) -> tuple[int, int]:
        problem = ConvolutionalProblem(arrays["filters"], 1.0, settings["signal_shape"], settings["stride"])
        return problem.n_features, problem.n_atoms

    @classmethod
    def shapes(cls, settings: Mapping[str, Any], n_features: int, n_atoms: int) -> dict[str, tuple[int, ...]]:
        sizes = zip(settings["signal_shape"], settings["filter_shape"], settings["stride"], strict=True)
        n_positions = int(np.prod([max(1, (signal - length) // step + 1) for signal, length, step in sizes]))
        n_filters = n_atoms // n_positions
        penalties = (1 if settings["shared"] else n_filters,)
        return {"filters": (*settings["filter_shape"], n_filters), "penalties": penalties}

    @classmethod
    def from_problem(cls, problem: ConvolutionalProblem, **settings: Any) -> "ConvolutionalEncoder":
        check_problem(cls.__name__, problem, cls.solves)
        start = cls.start(problem, bool(settings.get("shared")))
        with np.errstate(over="ignore"):  # what the dtype does not hold is refused below
            arrays = {name: problem.xp.array(values, dtype=problem.dtype) for name, values in start.items()}
        return cls(
            arrays,
            signal_shape=list(problem.signal_shape),
            filter_shape=list(problem.filters.shape[:-1]),
            stride=list(problem.stride),
            nonnegative=problem.nonnegative,
            **{"ceiling": CEILING_FACTOR * problem.lipschitz, **settings},
        )

    @classmethod
    def start(cls, problem: ConvolutionalProblem, shared: bool) -> dict[str, Any]:
        """Values of all parameters, those of the problem."""
        if shared and len(set(problem.penalties)) > 1:
            raise ConfigError(f"a shared penalty needs a problem with one for all filters, found {problem.penalties}")
        return {"filters": problem.filters, "penalties": problem.penalties[: 1 if shared else None]}

    @property
    def learned(self) -> tuple[str, ...]:
        """See `Encoder.learned`."""
        return ("filters", "penalties") if self.settings["learn_penalties"] else ("filters",)

    @property
    def tile_rows(self) -> int:
        """See `Encoder.tile_rows`."""
        return self._problem(1.0).tile_rows

    @property
    def kernels(self) -> Any:
        """The element-wise steps, one-sided for non-negative codes."""
        return self._problem(1.0).kernels

    def decoder(self, problem: ConvolutionalProblem) -> ConvolutionalDecoder:
        """See `Encoder.decoder`."""
        return ConvolutionalDecoder(self.settings["signal_shape"], self.settings["stride"])

    def operator(self) -> Convolution:
        """H with the filters as they are now."""
        return self._problem(1.0).operator

    def problem(self) -> ConvolutionalProblem:
        """The problem that the parameters stand for now, for a solver or an exact coder: it has filters of its own."""
        penalties = to_host(self.arrays["penalties"]).tolist()
        problem = self._problem(penalties[0] if len(penalties) == 1 else penalties)
        problem.filters = problem.filters.copy()
        return problem

    def with_signal_shape(self, signal_shape: int | Sequence[int]) -> "ConvolutionalEncoder":
        """An encoder of signals of another shape with the same arrays: whole recordings after windows, say."""
        shape = np.atleast_1d(signal_shape).tolist()
        return type(self)(self.arrays, **{**self.settings, "signal_shape": shape})

    def constrain(self) -> None:
        """Filters have norm 1 again, penalties are not negative.

        Raises
        ------
        DivergedError
            When the filters have run away: L is above the ceiling.
        """
        self._constrained()

    def _constrained(self) -> float:
        """L of the filters, of norm 1 again."""
        ceiling = self.settings["ceiling"]
        self.xp.maximum(self.arrays["penalties"], 0, out=self.arrays["penalties"])
        normalise(self.arrays["filters"])
        return lipschitz_bound(self.arrays["filters"], self.settings["stride"], np.inf if ceiling is None else ceiling)

    def _problem(self, penalties: Any) -> ConvolutionalProblem:
        shapes = self.settings["signal_shape"], self.settings["stride"]
        return ConvolutionalProblem(self.arrays["filters"], penalties, *shapes, self.settings["nonnegative"])

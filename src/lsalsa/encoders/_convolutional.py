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
from lsalsa.errors import ConfigError, DataError
from lsalsa.problem import check_problem
from lsalsa.problem.convolutional import ConvolutionalProblem

CEILING_FACTOR = 5.0  # learning raises L by a factor of two or three; filters that all become one low-pass, by more


TIED = ("filters", "filters", "filters")
UNTIED = ("filters", "analysis", "synthesis")


class ConvolutionalEncoder(Encoder):
    """An encoder of a `ConvolutionalProblem`, with its filters and its penalties, (n_filters,) or (1,) for all.

    Attributes
    ----------
    banks : (str, str, str)
        Parameters that hold the filters of H in a residual y - H z, of the analysis of residuals, and of the decoder.
        They are one bank, or three that training may tell apart.
    """

    banks: ClassVar[tuple[str, str, str]] = TIED
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
        ceiling = settings.get("ceiling")
        if ceiling is not None and not as_number(ceiling) > 0:
            raise ConfigError(f"ceiling must be positive, or None for no limit, found {ceiling}")

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
        return {**dict.fromkeys(cls.banks, (*settings["filter_shape"], n_filters)), "penalties": penalties}

    @classmethod
    def from_problem(cls, problem: ConvolutionalProblem, **settings: Any) -> "ConvolutionalEncoder":
        check_problem(cls.__name__, problem, cls.solves)
        start = cls.start(problem, bool(settings.get("shared")))
        of_problem = {
            "signal_shape": list(problem.signal_shape),
            "filter_shape": list(problem.filters.shape[:-1]),
            "stride": list(problem.stride),
            "nonnegative": problem.nonnegative,
            "ceiling": CEILING_FACTOR * problem.lipschitz,
        }
        with np.errstate(over="ignore"):  # what the dtype does not hold is refused below
            arrays = {name: problem.xp.array(values, dtype=problem.dtype) for name, values in start.items()}
        if "penalties" in arrays and not bool(arrays["penalties"].all()):  # as 0 they would leave the codes dense
            raise DataError(
                f"penalties {problem.penalties} are 0 in {problem.dtype}; scale the signals, and the penalties by the "
                f"same factor"
            )
        return cls(
            arrays,
            **{name: value for name, value in of_problem.items() if name in cls.defaults} | settings,
        )

    @classmethod
    def start(cls, problem: ConvolutionalProblem, shared: bool) -> dict[str, Any]:
        """Values of all parameters, those of the problem."""
        if shared and len(set(problem.penalties)) > 1:
            raise ConfigError(f"a shared penalty needs a problem with one for all filters, found {problem.penalties}")
        return {**dict.fromkeys(cls.banks, problem.filters), "penalties": problem.penalties[: 1 if shared else None]}

    @property
    def learned(self) -> tuple[str, ...]:
        """See `Encoder.learned`."""
        return tuple(dict.fromkeys(self.banks)) + ("penalties",) * self.settings["learn_penalties"]

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
        return ConvolutionalDecoder(self.settings["signal_shape"], self.settings["stride"], self.banks[2])

    def operator(self, bank: str = "filters") -> Convolution:
        """H with the filters of a bank as they are now."""
        shapes = tuple(self.settings["stride"]), tuple(self.settings["signal_shape"])
        return Convolution(self.arrays[bank], *shapes)

    def problem(self) -> ConvolutionalProblem:
        """The problem that the parameters stand for now, for a solver or an exact coder: it has filters of its own.

        Raises
        ------
        ConfigError
            For an encoder with several banks.
        """
        if self.banks != TIED:
            raise ConfigError(f"{self.name} solves no problem: its banks {', '.join(self.banks)} may differ")
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
        """L of the filters, of norm 1 again; with several banks that of the residual's and the analysis's product."""
        self.xp.maximum(self.arrays["penalties"], 0, out=self.arrays["penalties"])
        for bank in self.unit_norm:
            normalise(self.arrays[bank])
        ceiling = np.inf if self.settings["ceiling"] is None else self.settings["ceiling"]
        stride = self.settings["stride"]
        bounds = {bank: lipschitz_bound(self.arrays[bank], stride, ceiling) for bank in dict.fromkeys(self.banks[:2])}
        return float(np.sqrt(bounds[self.banks[0]] * bounds[self.banks[1]]))

    def _problem(self, penalties: Any) -> ConvolutionalProblem:
        shapes = self.settings["signal_shape"], self.settings["stride"]
        return ConvolutionalProblem(self.arrays["filters"], penalties, *shapes, self.settings["nonnegative"])

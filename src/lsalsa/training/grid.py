"""The grid of a search: its candidates, an even sample of them, and the neighbours of one."""

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lsalsa.errors import ConfigError

Candidate = dict[str, Any]
DIGITS = 2  # significant digits of a step beyond a grid: 33 follows 10, as a person would write it


@dataclass(frozen=True)
class Axis:
    """The values of one setting.

    Attributes
    ----------
    values : tuple
        As the grid lists them.
    scale : tuple
        Values in ascending order, with the steps beyond either end; empty for words, which have no order.
    """

    values: tuple
    scale: tuple

    def beyond(self, value: Any) -> bool:
        """Whether a value lies outside the grid."""
        return value not in self.values

    def neighbours(self, value: Any) -> list:
        """The next smaller and larger value, where there is one; of a word all other words."""
        if not self.scale:
            return [other for other in self.values if other != value]
        return [*self.stepped(value, -1), *self.stepped(value, 1)]

    def stepped(self, value: Any, step: int) -> list:
        """The value so many places further on the scale, in a list that is empty beyond its ends."""
        at = self.scale.index(value) + step
        return [self.scale[at]] if 0 <= at < len(self.scale) else []

    def is_edge(self, value: Any, tried: Sequence[Any]) -> bool:
        """Whether a value is the smallest or the largest of several that were tried."""
        places = {self.scale.index(other) for other in tried} if self.scale else set()
        return len(places) > 1 and self.scale.index(value) in (min(places), max(places))


class Grid:
    """Settings with the values to try, and what lies around them.

    Parameters
    ----------
    values : mapping of str to sequence
        Setting -> values.
    places : mapping of str to float, optional
        Setting -> the number that None stands for, which gives it a place among numbers.
    extend : int
        Steps beyond each end of a setting that is a scale: fractions above 0, at least two of them. A step multiplies
        by the ratio of the last two values, and is rounded to two digits.
    together : sequence of str
        Settings that act on each other: neighbours of a candidate also have all of them one step up, or down.

    Raises
    ------
    ConfigError
        For a setting without a value.
    """

    def __init__(
        self,
        values: Mapping[str, Sequence[Any]],
        places: Mapping[str, float] | None = None,
        extend: int = 0,
        together: Sequence[str] = (),
    ):
        for name, listed in values.items():
            if not listed:
                raise ConfigError(f"the search grid has no value for {name}")
        self.axes = {name: _axis(tuple(listed), (places or {}).get(name), extend) for name, listed in values.items()}
        self.together = [name for name in together if name in self.axes and len(self.axes[name].scale) > 1]

    def __len__(self) -> int:
        """Number of candidates."""
        return math.prod(len(axis.values) for axis in self.axes.values())

    def __iter__(self) -> Iterator[Candidate]:
        """Every combination of the values, in the order of the grid."""
        for combination in itertools.product(*(axis.values for axis in self.axes.values())):
            yield dict(zip(self.axes, combination, strict=True))

    def sample(self, count: int | None, seed: int) -> list[Candidate]:
        """At most `count` candidates, spread evenly over the grid, none twice; all of a small grid, or for None.

        The points are those of a scrambled Halton sequence, each moved to the candidate in whose part of the grid it
        falls: every value of every setting appears about equally often.
        """
        if count is None or count >= len(self):
            return list(self)
        from scipy.stats import qmc  # takes a while to import, which a dry run shall not wait for

        sizes = {name: len(axis.values) for name, axis in self.axes.items() if len(axis.values) > 1}
        points = qmc.Halton(len(sizes), scramble=True, seed=np.random.default_rng(seed))
        found: dict[tuple[int, ...], None] = {}
        while len(found) < count:
            found |= dict.fromkeys(map(tuple, (points.random(count) * list(sizes.values())).astype(int).tolist()))
        cells = [dict(zip(sizes, cell, strict=True)) for cell in sorted(itertools.islice(found, count))]
        return [{name: axis.values[cell.get(name, 0)] for name, axis in self.axes.items()} for cell in cells]

    def neighbours(self, candidate: Mapping[str, Any]) -> list[Candidate]:
        """Candidates one step away, in one setting or in all that act together; beyond the grid where it goes on."""
        own = {name: candidate[name] for name in self.axes}
        single = [{**own, name: value} for name, axis in self.axes.items() for value in axis.neighbours(own[name])]
        return single + [{**own, **moved} for moved in self._moved_together(own)]

    def _moved_together(self, own: Candidate) -> Iterator[Candidate]:
        for step in (-1, 1):
            moved = {name: self.axes[name].stepped(own[name], step) for name in self.together}
            if len(moved) > 1 and all(moved.values()):
                yield {name: found[0] for name, found in moved.items()}

    def beyond(self, candidate: Mapping[str, Any]) -> list[str]:
        """Settings whose value lies outside the grid."""
        return [name for name, axis in self.axes.items() if axis.beyond(candidate[name])]

    def edges(self, candidate: Mapping[str, Any], tried: Sequence[Mapping[str, Any]]) -> list[str]:
        """Ordered settings whose value is the smallest or the largest of all that were tried."""
        return [name for name, axis in self.axes.items() if axis.is_edge(candidate[name], [c[name] for c in tried])]


def identity(candidate: Mapping[str, Any]) -> tuple:
    """A key of a candidate, the same whatever the order of its settings."""
    return tuple(sorted((name, repr(value)) for name, value in candidate.items()))


def _axis(values: tuple, place: float | None, extend: int) -> Axis:
    numbers: dict[Any, Any] = {value: place if value is None else value for value in values}
    if any(isinstance(number, bool | str | None) for number in numbers.values()):
        return Axis(values, ())
    scale = sorted(dict.fromkeys(values), key=lambda value: (numbers[value], value is not None))
    ends = [float(numbers[value]) for value in scale]
    fractions = all(isinstance(number, float) and number > 0 for number in numbers.values())
    if fractions and len(set(ends)) > 1:
        below = _steps(ends[0], next(end for end in ends if end > ends[0]), extend)
        above = _steps(ends[-1], next(end for end in reversed(ends) if end < ends[-1]), extend)
        scale = [*reversed(below), *scale, *above]
    return Axis(values, tuple(scale))


def _steps(end: float, before: float, count: int) -> list[float]:
    """Steps beyond an end of a scale, away from the value before it."""
    ratio, steps = end / before, [end]
    for _ in range(count):
        exact = steps[-1] * ratio
        rounded = float(f"{exact:.{DIGITS - 1}e}")
        steps.append(rounded if (rounded - steps[-1]) * (ratio - 1) > 0 else exact)
    return steps[1:]

"""A claim and the verdict on it: what every kind of claim shares."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal, get_args

from pydantic import BaseModel, Field, model_validator

from lsalsa.study.claims.facts import Facts, Missing
from lsalsa.study.config.fields import Name, Settings
from lsalsa.study.summaries.repetitions import Measured

VERDICTS = ("reproduced", "partly", "not reproduced", "not testable here")
REPRODUCED, PARTLY, NOT_REPRODUCED, NOT_TESTABLE = VERDICTS

RULE = (
    "A claim has parts: a depth, a method, a row of a table, a target number. A part holds, is contradicted, is a tie"
    " (values that differ by no more than their standard deviations over the seeds), or was not run. Reproduced: every"
    " part was run and holds. Partly: at least half of the parts that were run hold, a tie counting as half. Not"
    " reproduced: fewer. Not testable here: no part was run. A number that a claim names is one part: it is reached or"
    " it is not."
)
"""The rule of every verdict, in words; `verdict_on` applies it."""

Answer = Literal["yes", "tie", "no", "missing"]
Size = Literal["rmse", "error_percent", "zero_share"]
"""Measures whose ratios mean something."""

Measure = Literal["rmse", "error_percent", "zero_share", "objective", "source_psnr", "source_si_sdr", "source_leak"]
"""All measures: columns of an evaluation, each a quantity of the same name. Those of sources are of one component."""


@dataclass(frozen=True)
class Refers:
    """Marks a field of a claim whose value is a name from this section of the configuration."""

    section: str


TaskName = Annotated[str, Refers("tasks")]
ComponentName = Annotated[str, Refers("components")]
MethodName = Annotated[str, Refers("methods")]
ImagesName = Annotated[str, Refers("images")]
Methods = Annotated[list[MethodName], Field(min_length=1)]


@dataclass(frozen=True)
class Verdict:
    """The result of judging a claim.

    Attributes
    ----------
    verdict : str
        One of `VERDICTS`.
    reason : str
        Sentences with the numbers.
    quantity : str
        What `measured` is; empty without a number.
    measured : Measured or None
    """

    verdict: str
    reason: str
    quantity: str = ""
    measured: Measured | None = None


class Claim(Settings):
    """One checkable statement. A subclass for each kind declares its settings and judges it.

    With `at_best` false it is judged on the methods as printed only.
    """

    noun: ClassVar[str] = "a claim"

    id: Name
    paper: str
    place: str
    sentence: Annotated[str, Field(min_length=1)]
    reading: str | None = None
    kind: str
    at_best: bool = True

    def judge(self, facts: Facts) -> Verdict:
        """Return the verdict; raise Missing where the study cannot give one."""
        raise NotImplementedError

    @property
    def judged_twice(self) -> bool:
        """Whether it is judged a second time, with each method at its best: `at_best`, and it speaks of methods."""
        return self.at_best and any(section == "methods" for section, _ in references(self))

    def unknown(self) -> Iterator[str]:
        """Yield sentences about names that no study can have; names of the configuration are checked elsewhere."""
        return iter(())


class Bounded(Claim):
    """A claim that values keep a bound: `at_least`, `at_most`, or both."""

    at_least: float | None = None
    at_most: float | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Bounded:
        if self.at_least is None and self.at_most is None:
            raise ValueError("needs `at_least` or `at_most`")
        return self


@dataclass(frozen=True)
class Part:
    """The answer to one part of a claim, e.g. one depth or one method.

    Attributes
    ----------
    answer : {"yes", "tie", "no", "missing"}
    words : str
        The reason, without a full stop.
    measured : Measured or None
    """

    answer: Answer
    words: str
    measured: Measured | None = None


def part_of(judge: Callable[..., Part], *arguments: Any) -> Part:
    """Judge a part; answer "missing" where the study has no fact about it."""
    try:
        return judge(*arguments)
    except Missing as missing:
        return Part("missing", str(missing))


def together(parts: Sequence[Part], quantity: str = "") -> Verdict:
    """Combine parts into one verdict, by `RULE`."""
    reason = sentence_of(part.words for part in parts)
    measured = next((part.measured for part in parts if part.measured), None)
    return Verdict(verdict_on([part.answer for part in parts]), reason, quantity if measured else "", measured)


HOLDS: dict[Answer, float] = {"yes": 1.0, "tie": 0.5, "no": 0.0}


def verdict_on(answers: Sequence[Answer]) -> str:
    """Return the verdict on the answers to all parts of a claim: the one place where `RULE` is applied."""
    run = [HOLDS[answer] for answer in answers if answer != "missing"]
    if not run:
        return NOT_TESTABLE
    if set(answers) == {"yes"}:
        return REPRODUCED
    return PARTLY if sum(run) >= len(run) / 2 else NOT_REPRODUCED


def bounded(value: Measured, at_least: float | None, at_most: float | None) -> Answer:
    """Compare a value with bounds.

    Parameters
    ----------
    value : Measured
    at_least, at_most : float or None

    Returns
    -------
    answer : {"yes", "tie", "no"}
        "tie" where the value lies within its own standard deviation of a bound.
    """
    bounds = [bound for bound in (at_least, at_most) if bound is not None]
    if any(abs(value.mean - bound) <= (value.std or 0.0) and value.std for bound in bounds):
        return "tie"
    too_low = at_least is not None and value.mean < at_least
    too_high = at_most is not None and value.mean > at_most
    return "no" if too_low or too_high else "yes"


def bounds_text(at_least: float | None, at_most: float | None) -> str:
    """Write the bounds in words."""
    pairs = (("at least", at_least), ("at most", at_most))
    return " and ".join(f"{words} {bound:g}" for words, bound in pairs if bound is not None)


def sentence_of(parts: Iterable[str]) -> str:
    """Join parts to one sentence, each part once."""
    return "; ".join(dict.fromkeys(parts)) + "."


def listed(names: Iterable[str], at_most: int = 6) -> str:
    """List names up to a number, and count the others."""
    names = list(names)
    more = len(names) - at_most
    return ", ".join(names[:at_most]) + (f" and {more} more" if more > 0 else "")


def references(block: BaseModel) -> Iterator[tuple[str, str]]:
    """Yield (section, name) of each part of the configuration that a claim or one of its blocks names."""
    for name, field in type(block).model_fields.items():
        value = getattr(block, name)
        section = _section((*field.metadata, field.annotation))
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, BaseModel):
                yield from references(one)
            elif section is not None and one is not None:
                yield section, one


def _section(parts: Iterable[Any]) -> str | None:
    """Find the section that a `Refers` somewhere in a type names."""
    for part in parts:
        found = part.section if isinstance(part, Refers) else _section(get_args(part))
        if found is not None:
            return found
    return None

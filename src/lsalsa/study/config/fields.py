"""Types of settings, and the base of all blocks, which refuses unknown keys."""

from __future__ import annotations

import re
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from lsalsa.study.config.messages import LONGEST, short

KEPT = {"reference": "holds the reference results, which git keeps", "benchmarks": "holds what `make bench` measures"}
"""Folders of `results/` that are no study's -> why."""
EXPONENT = re.compile(r"[+-]?\d+(\.\d*)?[eE][+-]?\d+")


def number(value: Any) -> Any:
    """Return the float of a text such as `1e-6`: YAML reads it as text, because it has no decimal point."""
    return float(value) if isinstance(value, str) and EXPONENT.fullmatch(value) else value


def scalar(value: Any) -> Any:
    """Check a candidate of a search: a number, a word, a switch, or null for the setting of an unsearched method."""
    if not isinstance(value, bool | int | float | str | None):
        raise ValueError(f"must be a number or a word, found {value!r}")
    return value


def name(value: str) -> str:
    """Check a word that can be part of file names and a target on the command line."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_]*", value):
        raise ValueError(f"must be a name of letters, digits and _, found {short(value)}")
    if len(value) > LONGEST:
        raise ValueError(f"must be a name of at most {LONGEST} characters, found {len(value):,}")
    return value


def folder(value: str) -> str:
    """Check the name of a study: its folder of results must not be one that has another use."""
    if (use := KEPT.get(value.lower())) is not None:  # some file systems do not tell capitals apart
        raise ValueError(f"must be another name than {value}: results/{value.lower()} {use}")
    return value


def ascending(values: list) -> list:
    """Check that a list grows: nothing stands in it twice, and its order has one form."""
    if sorted(set(values)) != values:
        raise ValueError(f"must be in ascending order, each value once, found {values}")
    return values


def count_or_all(value: Any) -> Any:
    """Check a number of candidates, or the word for all of them."""
    if value != "all" and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
        raise ValueError(f"must be a whole number of at least 1, or all, found {value!r}")
    return value


Name = Annotated[str, AfterValidator(name)]
Folder = Annotated[Name, AfterValidator(folder)]
Count = Annotated[int, Field(ge=1)]
Whole = Annotated[int, Field(ge=0)]
Above0 = Annotated[float, BeforeValidator(number), Field(gt=0, allow_inf_nan=False)]
NotNegative = Annotated[float, BeforeValidator(number), Field(ge=0, allow_inf_nan=False)]
Share = Annotated[float, BeforeValidator(number), Field(gt=0, lt=1)]
Tolerance = Annotated[float, BeforeValidator(number), Field(ge=0, lt=1)]
Decay = Annotated[float, BeforeValidator(number), Field(gt=0, le=1)]
Candidate = Annotated[Any, BeforeValidator(number), AfterValidator(scalar)]
Depths = Annotated[list[Count], Field(min_length=1), AfterValidator(ascending)]
CountOrAll = Annotated[Any, AfterValidator(count_or_all)]
Grid = dict[str, Annotated[list[Candidate], Field(min_length=1)]]


class Settings(BaseModel):
    """A block of settings that refuses unknown keys and converts no types."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
    noun: ClassVar[str]


class PaperSettings(Settings):
    """Settings of every paper's block: its claims and notebooks can be left out."""

    claims: bool = True
    notebooks: bool = True

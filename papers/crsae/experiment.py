"""What an experiment of the paper gives to the study; `papers.crsae.paper` puts all of them together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lsalsa.study.config.rules import Rule
from lsalsa.study.needs import Need


def _nothing(*_: Any) -> Mapping[str, Any]:
    return {}


def _no_fault(_: Any) -> Iterator[str]:
    return iter(())


@dataclass(frozen=True)
class Experiment:
    """One experiment. Nothing of it exists in a study whose block `crsae` does not have the experiment's own block.

    Attributes
    ----------
    name : str
        Its folder, its block within `crsae`, and the second word of its targets.
    outputs : callable
        Study -> its tables and figures, in the form of the configuration; called only if the study has its block.
    rules : mapping
        Rule of ``rules.smk`` -> what its jobs get.
    needs : mapping
        Word -> results that its tables and figures need; they ask for it as ``crsae.<word>``.
    facts : sequence of str
        Words of `needs` whose rows judge the paper's claims.
    shown : callable
        (study, output) -> what its kinds of tables and figures get besides what every kind gets.
    check : callable
        Study -> sentences on faults of the block that its types cannot find.
    missing : callable
        Study -> sentences on files of the user that the block names and that do not exist.
    """

    name: str
    outputs: Callable[[Any], Mapping[str, Mapping[str, Any]]]
    rules: Mapping[str, Rule]
    needs: Mapping[str, Need]
    facts: Sequence[str] = field(default=())
    shown: Callable[[Any, Any], Mapping[str, Any]] = _nothing
    check: Callable[[Any], Iterator[str]] = _no_fault
    missing: Callable[[Any], Iterator[str]] = _no_fault

"""Score a method on the test split: distance to optimal codes, sparsity, classification, quality of the sources."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from lsalsa.arrays import to_host
from lsalsa.metrics import near_zero_share, rmse, rmse_per_sample, support_f1, zero_share_per_sample
from lsalsa.problem import SparseCodingProblem
from lsalsa.study.jobs.pieces import Piece, kept
from lsalsa.study.methods.coders import Coder
from lsalsa.study.scoring.classification import PROTOCOLS
from lsalsa.study.scoring.sources import TrueSources

SHOWN = 18  # test samples whose reconstructions are kept
SAMPLES = ("rmse", "zero_share", "source_psnr", "codes", "reconstructions")


class Classifiers(Protocol):
    """Scores codes by the classes that a classifier reads from them."""

    def errors(self, codes: Any) -> dict[str, dict[str, float]]:
        """Component -> protocol -> error in percent."""


@dataclass
class Run:
    """One method at one depth in one repetition.

    Attributes
    ----------
    depth, repetition : int
    encode : callable
        Signals (n_samples, n_features) -> codes (n_samples, n_atoms).
    facts : dict
        Columns that all rows of the run get.
    """

    depth: int
    repetition: int
    encode: Coder
    facts: dict[str, Any] = field(default_factory=dict)


def evaluate(
    problem: SparseCodingProblem,
    signals: Any,
    targets: Any,
    runs: Sequence[Run],
    *,
    components: Sequence[str],
    sources: Sequence[Any],
    classifiers: Classifiers | None = None,
    checkpoints: Path | None = None,
) -> tuple[list[dict], dict[str, np.ndarray]]:
    """Score every run on the test split.

    Parameters
    ----------
    problem : SparseCodingProblem
        With the task's penalties.
    signals, targets : array, (n_samples, n_features) and (n_samples, n_atoms)
        The test split and its optimal codes.
    runs : sequence of Run
    components : sequence of str
        Names of the problem's dictionaries.
    sources : sequence of array, (n_samples, n_features)
        The true sources of the test split, one per component, on the host; empty where they are not known.
    classifiers : TaskClassifiers, optional
        Without classifiers the classification errors are empty.
    checkpoints : path, optional
        Folder in which each run's scores are kept when they are there.

    Returns
    -------
    rows : list of dict
        One per run and component, `all` first, with the run's facts and rmse, rmse_scaled : the latter times the root
        of the number of atoms. rmse_of_zeros : that of a code of zeros. zero_share, near_zero_share_0_001,
        near_zero_share_0_01 : share of zeros, and of entries smaller than 0.001, 0.01. support_f1 : of the entries that
        are not zero, against those of the optimal codes. objective : mean, of the whole code
        only. source_psnr, source_si_sdr, source_leak, energy_share : of the rebuilt source, for `all` of the signal,
        see `TrueSources`; the same of the optimal codes and of plain answers as <name>_of_optimal, _of_zeros, _of_grey.
        error_percent_fitted_on_test, error_percent_fitted_on_train : by the paper's protocol and by the
        other.
    samples : dict of str to array
        Of repetition 0: depths; rmse and zero_share (n_depths, 1 + n_components, n_samples); source_psnr (n_depths,
        1 + n_components) and source_psnr_of_optimal (1 + n_components,), NaN without a true source; shown, rows of the
        test split, see `TrueSources.shown`; codes (n_depths, n_shown, n_atoms); reconstructions
        (n_depths, n_components, n_shown, n_features).
    """
    blocks = {"all": slice(0, problem.n_atoms), **dict(zip(components, problem.blocks, strict=True))}
    judged = TrueSources(components, sources, signals)
    shown, levels = judged.shown(SHOWN), judged.levels(problem, signals, targets)
    of_zeros = {name: rmse(targets[:, block] * 0, targets[:, block]) for name, block in blocks.items()}
    for name in blocks:
        levels[name] = {"rmse_of_zeros": of_zeros[name], **levels[name]}

    split = _TestSplit(problem, signals, targets, blocks, judged, levels, shown, classifiers)
    files = [checkpoints / f"{run.depth}_{run.repetition}.npz" if checkpoints else None for run in runs]
    pieces = [kept(partial(split.score, run), file) for run, file in zip(runs, files, strict=True)]
    samples = [arrays for run, (_, arrays) in zip(runs, pieces, strict=True) if run.repetition == 0]
    of_optimal = np.array([levels[name]["source_psnr_of_optimal"] for name in blocks], dtype=np.float64)
    facts = {"shown": shown, "source_psnr_of_optimal": of_optimal}
    facts |= {"depths": np.array([run.depth for run in runs if run.repetition == 0])}
    stacked = {name: np.array([one[name] for one in samples]) for name in SAMPLES}
    return [row for words, _ in pieces for row in words["rows"]], facts | stacked


@dataclass(frozen=True)
class _TestSplit:
    """What every run is scored on, and by.

    `blocks` are the atoms of all codes and of each component, `levels` what codes that no run made would score there.
    """

    problem: SparseCodingProblem
    signals: Any
    targets: Any
    blocks: Mapping[str, slice]
    judged: TrueSources
    levels: Mapping[str, Mapping]
    shown: np.ndarray
    classifiers: Classifiers | None

    def score(self, run: Run) -> Piece:
        """Return a row for each component, and what is kept of the run's test samples."""
        codes = run.encode(self.signals)
        errors = _errors(self.classifiers, codes, list(self.blocks)[1:])
        distances = {name: rmse_per_sample(codes[:, at], self.targets[:, at]) for name, at in self.blocks.items()}
        zeros = {name: zero_share_per_sample(codes[:, at]) for name, at in self.blocks.items()}
        with np.errstate(over="ignore", invalid="ignore"):
            parts = [to_host(part) for part in self.problem.reconstruct_components(codes)]
        quality, rows = self.judged.facts(parts), []
        for name, at in self.blocks.items():
            facts = _code_facts(self.problem, self.signals, codes, at if name != "all" else None)
            facts |= {"support_f1": support_f1(codes[:, at], self.targets[:, at]), **quality[name], **self.levels[name]}
            rows.append(_row(run, name, distances[name], zeros[name], errors[name], codes[:, at].shape[1], facts))
        psnr = np.array([quality[name]["source_psnr"] for name in self.blocks], dtype=np.float64)  # None becomes NaN
        shown_parts = [part[self.shown] for part in parts]
        samples = [list(distances.values()), list(zeros.values()), psnr, to_host(codes[self.shown]), shown_parts]
        return {"rows": rows}, {name: np.array(values) for name, values in zip(SAMPLES, samples, strict=True)}


def _code_facts(problem: SparseCodingProblem, signals: Any, codes: Any, block: slice | None) -> dict[str, Any]:
    """Return the sparsity of a block of the codes at two tolerances; for whole codes the mean objective as well."""
    part = codes if block is None else codes[:, block]
    with np.errstate(over="ignore", invalid="ignore"):
        objective = float(problem.objective(signals, codes).mean()) if block is None else None
    shares = {"near_zero_share_0_001": near_zero_share(part, 1e-3), "near_zero_share_0_01": near_zero_share(part, 1e-2)}
    return {**shares, "objective": objective}


def _row(
    run: Run, component: str, distances: Any, zeros: Any, errors: Mapping, n_atoms: int, code_facts: Mapping
) -> dict:
    overall = float(np.sqrt(np.mean(distances**2)))
    return {
        "depth": run.depth,
        "repetition": run.repetition,
        "component": component,
        "rmse": overall,
        "rmse_scaled": overall * float(np.sqrt(n_atoms)),
        "zero_share": float(np.mean(zeros)),
        **code_facts,
        **{f"error_percent_{protocol}": errors.get(protocol) for protocol in PROTOCOLS},
        **run.facts,
    }


def _errors(classifiers: Classifiers | None, codes: Any, components: Sequence[str]) -> dict[str, dict[str, float]]:
    """Return component -> protocol -> error; a task of one component has its errors under `all` as well."""
    if classifiers is None:
        return {name: {} for name in ("all", *components)}
    # Non-finite codes of a diverged run count as zeros; the status of the run says that it diverged.
    host = np.nan_to_num(to_host(codes), posinf=0.0, neginf=0.0)
    errors = classifiers.errors(host)
    return {"all": errors[components[0]] if len(components) == 1 else {}, **errors}

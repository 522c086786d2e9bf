"""Score a method on the test split: distance to optimal codes, sparsity, classification, quality of the sources."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from lsalsa.arrays import to_host
from lsalsa.metrics import near_zero_share, rmse, rmse_per_sample, support_f1, zero_share_per_sample
from lsalsa.problem import SparseCodingProblem
from lsalsa.study.classification import PROTOCOLS
from lsalsa.study.coders import Coder
from lsalsa.study.sources import TrueSources

SHOWN = 18  # test samples whose reconstructions are kept


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
    rows: list[dict] = []
    names = ("depths", "rmse", "zero_share", "source_psnr", "codes", "reconstructions")
    samples: dict[str, list] = {name: [] for name in names}
    for run in runs:
        codes = run.encode(signals)
        errors = _errors(classifiers, codes, components)
        distances = {name: rmse_per_sample(codes[:, block], targets[:, block]) for name, block in blocks.items()}
        zeros = {name: zero_share_per_sample(codes[:, block]) for name, block in blocks.items()}
        with np.errstate(over="ignore", invalid="ignore"):
            parts = [to_host(part) for part in problem.reconstruct_components(codes)]
        quality = judged.facts(parts)
        for name, block in blocks.items():
            facts = _code_facts(problem, signals, codes, block if name != "all" else None)
            facts |= {"support_f1": support_f1(codes[:, block], targets[:, block])}
            facts |= {"rmse_of_zeros": of_zeros[name], **quality[name], **levels[name]}
            rows.append(_row(run, name, distances[name], zeros[name], errors[name], codes[:, block].shape[1], facts))
        if run.repetition == 0:
            samples["depths"].append(run.depth)
            samples["rmse"].append(list(distances.values()))
            samples["zero_share"].append(list(zeros.values()))
            samples["source_psnr"].append([quality[name]["source_psnr"] for name in blocks])
            samples["codes"].append(to_host(codes[shown]))
            samples["reconstructions"].append([part[shown] for part in parts])
    of_optimal = np.array([levels[name]["source_psnr_of_optimal"] for name in blocks], dtype=np.float64)
    arrays = {name: np.array(values) for name, values in samples.items() if name != "source_psnr"}
    arrays["source_psnr"] = np.array(samples["source_psnr"], dtype=np.float64)  # None becomes NaN
    return rows, {"shown": shown, "source_psnr_of_optimal": of_optimal, **arrays}


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

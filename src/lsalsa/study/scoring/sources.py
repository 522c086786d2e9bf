"""What a separation is for: how near each reconstructed source comes to the true one, which no method has seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from lsalsa.arrays import to_host
from lsalsa.metrics import leak, psnr, si_sdr
from lsalsa.problem import SparseCodingProblem

TINY = np.finfo(np.float64).tiny
"""Energy that parts which are all zero are divided by."""

LEAST_CONTRAST = 0.1
"""Standard deviation of a source's pixels from which on a reader sees what it shows."""


class TrueSources:
    """The true sources of the test split, by which reconstructions are judged.

    Parameters
    ----------
    components : sequence of str
        Names of the sources.
    sources : sequence of array, (n_samples, n_features)
        One for each component, on the host; empty where the mixtures are given and nobody knows their sources.
    signals : array, (n_samples, n_features)
        The mixtures: the signals that the methods encode.
    """

    def __init__(self, components: Sequence[str], sources: Sequence[Any], signals: Any):
        self.components = list(components)
        pairs = zip(components, sources, strict=True) if sources else ()
        self.truth = {"all": to_host(signals), **dict(pairs)}

    def facts(self, parts: Sequence[Any]) -> dict[str, dict[str, float | None]]:
        """Judge reconstructed sources.

        Parameters
        ----------
        parts : sequence of array, (n_samples, n_features)
            A_i x_i for each component.

        Returns
        -------
        facts : dict
            Component, and `all` for their sum against the signals -> source_psnr and source_si_sdr in dB, and
            source_leak: the share of the other sources that is left in it, None without others. All are None without a
            true source. energy_share : of the part in the sum of all parts' energies, None for `all`.
        """
        found = dict(zip(self.components, map(to_host, parts), strict=True))
        with np.errstate(over="ignore", invalid="ignore"):
            whole = sum(found.values())
            energies = {name: float(np.square(part, dtype=np.float64).sum()) for name, part in found.items()}
            shares = {name: energy / max(sum(energies.values()), TINY) for name, energy in energies.items()}
        judged = {"all": whole, **found}.items()
        return {name: {**self._of(name, part), "energy_share": shares.get(name)} for name, part in judged}

    def _of(self, name: str, part: Any) -> dict[str, float | None]:
        if name not in self.truth:
            return dict.fromkeys(("source_psnr", "source_si_sdr", "source_leak"))
        others = [self.truth[other] for other in self.components if other != name] if name != "all" else []
        return {
            "source_psnr": psnr(part, self.truth[name]),
            "source_si_sdr": si_sdr(part, self.truth[name]),
            "source_leak": leak(part, self.truth[name], others) if others else None,
        }

    def levels(self, problem: SparseCodingProblem, signals: Any, targets: Any) -> dict[str, dict[str, float | None]]:
        """Judge what methods are compared with: the optimal codes, a code of zeros, one constant grey.

        Parameters
        ----------
        problem : SparseCodingProblem
        signals, targets : array, (n_samples, n_features) and (n_samples, n_atoms)
            The test split and its optimal codes, on the problem's device.

        Returns
        -------
        levels : dict
            Component or `all` -> the facts of the optimal codes as <fact>_of_optimal, source_psnr_of_zeros,
            source_psnr_of_grey for the best single grey level of all pixels (None without a true source), and for
            `all` the objectives of the optimal codes and of zeros.
        """
        optimal = self.facts(problem.reconstruct_components(targets))
        found: dict[str, dict[str, float | None]] = {}
        for name, facts in optimal.items():
            true = self.truth.get(name)
            plain = {"zeros": None, "grey": None} if true is None else _plain_answers(true)
            found[name] = {f"{fact}_of_optimal": value for fact, value in facts.items()}
            found[name] |= {f"source_psnr_of_{level}": value for level, value in plain.items()}
            found[name] |= dict.fromkeys(("objective_of_optimal", "objective_of_zeros"))
        found["all"]["objective_of_optimal"] = float(problem.objective(signals, targets).mean())
        found["all"]["objective_of_zeros"] = float(problem.objective(signals, targets * 0).mean())
        return found

    def shown(self, count: int) -> np.ndarray:
        """Choose samples to look at, whose every source can be seen.

        Samples count whose every source has a standard deviation of `LEAST_CONTRAST` or more over its pixels; without
        true sources that of the signal counts. If they are too few, those with the most contrast in their plainest
        source follow.

        Parameters
        ----------
        count : int

        Returns
        -------
        rows : array, (n,), int64
            At most `count` of them, ascending, spread evenly over the samples that count.
        """
        known = [self.truth[name] for name in self.components if name in self.truth] or [self.truth["all"]]
        contrast = np.min([one.std(axis=1) for one in known], axis=0)
        seen = np.flatnonzero(contrast >= LEAST_CONTRAST)
        if len(seen) < count:
            seen = np.sort(np.argsort(-contrast, kind="stable")[:count])
        chosen = np.linspace(0, len(seen) - 1, min(count, len(seen))).astype(np.int64)
        return seen[chosen].astype(np.int64)


def _plain_answers(true: np.ndarray) -> dict[str, float]:
    """Return the PSNR of what no method is needed for: zeros, and the best single grey level."""
    grey = np.full_like(true, true.mean(dtype=np.float64))
    return {"zeros": psnr(np.zeros_like(true), true), "grey": psnr(grey, true)}

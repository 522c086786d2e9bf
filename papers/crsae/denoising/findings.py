"""Sentences of the denoising tables, derived from their numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lsalsa.study.summaries.repetitions import Measured
from papers.crsae.denoising.arms import ARMS, PENALTIES, arm_label
from papers.crsae.denoising.scoring import NOISY
from papers.crsae.denoising.summaries import of_row

Row = Mapping[str, Any]

KINDS = ("em", "em_closed", "free", "fixed")
GROUPS = {
    "supervised": "With clean targets",
    "unsupervised": "Without clean targets, gradient through the decoder",
    "unsupervised_layers": "Without clean targets, gradient through all layers",
}


def denoising_findings(rows: Sequence[Row]) -> list[str]:
    """Say for each set how the arms compare, whether the gain is the low-pass threshold, and where the peers are."""
    found = []
    for pictures in dict.fromkeys(row["pictures"] for row in rows):
        known = {row["method"]: of_row(row) for row in rows if row["pictures"] == pictures}
        values = {method: value for method, value in known.items() if value is not None}
        sentences = [*_against_em(values), *_low_pass(values), *_identity(values), *_best(rows, pictures, values)]
        found += [f"{pictures}: {sentence}" for sentence in sentences]
    return [*found, *_failed(rows)]


def _against_em(values: Mapping[str, Measured]) -> Iterator[str]:
    """EM against free and fixed penalties, for each kind of training."""
    for training, words in GROUPS.items():
        own = {kind: values[name] for kind in KINDS if (name := f"{kind}_{training}") in values}
        rivals = {kind: value for kind, value in own.items() if kind in ("free", "fixed")}
        if "em" in own and rivals:
            compared = [_compared(own["em"], kind, value) for kind, value in rivals.items()]
            yield f"{words} EM has {_db(own['em'])}: {', '.join(compared)}."


def _compared(ours: Measured, kind: str, theirs: Measured) -> str:
    tie = " (within the spread over seeds)" if ours.against(theirs) == "tie" else ""
    return f"{ours.mean - theirs.mean:+.2f} dB against {PENALTIES[kind]} with {_db(theirs)}{tie}"


def _low_pass(values: Mapping[str, Measured]) -> Iterator[str]:
    """How much of what EM gains over fixed penalties a low one for the low-pass filter gains, set by hand."""
    for training, words in GROUPS.items():
        names = [f"{kind}_{training}" for kind in ("em", "hand_set", "fixed")]
        if names[0] in values and names[1] in values and names[2] not in values:
            both = [_db(values[name]) for name in names[:2]]
            yield f"{words} a low penalty set by hand for the low-pass filter alone has {both[1]}, EM {both[0]}."
        if all(name in values for name in names):
            em, hand, fixed = (values[name].mean for name in names)
            gains = f"{hand - fixed:+.2f} dB over fixed, EM {em - fixed:+.2f} dB"
            if em - fixed > 0.05:
                gains += f", so the low-pass accounts for {100 * (hand - fixed) / (em - fixed):.0f} % of EM's gain"
            yield f"{words} a low penalty set by hand for the low-pass filter alone gains {gains}."


def _identity(values: Mapping[str, Measured]) -> Iterator[str]:
    """Arms that return the noisy picture."""
    if NOISY in values:
        same = [name for name in values if name in ARMS and values[name].mean < values[NOISY].mean + 0.5]
        if same:
            names = "; ".join(arm_label(name) for name in same)
            yield f"Less than 0.5 dB above the noisy picture, that is, the noise is learned too: {names}."


def _best(rows: Sequence[Row], pictures: str, values: Mapping[str, Measured]) -> Iterator[str]:
    """The best arm beside the best usual method."""
    kinds = {row["method"]: row["kind"] for row in rows if row["pictures"] == pictures}
    arms, peers = ([name for name in values if kinds[name] == kind] for kind in ("arm", "peer"))
    if arms and peers:
        arm, peer = (max(names, key=lambda name: values[name].mean) for names in (arms, peers))
        words = f"best arm: {arm_label(arm)}, {_db(values[arm])}"
        yield f"{words[0].upper()}{words[1:]}; best usual method: {arm_label(peer)}, {_db(values[peer])}."


def _failed(rows: Sequence[Row]) -> Iterator[str]:
    """Runs that did not end well; they are in no mean."""
    failed = {row["method"]: row["status"] for row in rows if row["status"] != "ok"}
    if failed:
        listed = "; ".join(f"{arm_label(name)}: {how}" for name, how in failed.items())
        yield f"In no mean, because the filters ran away or the codes became zero: {listed}."


def gabor_findings(rows: Sequence[Row], untrained: str) -> list[str]:
    """Compare the most Gabor-like bank of filters with the untrained one.

    Parameters
    ----------
    rows : sequence of rows
        Of `by_bank`.
    untrained : str
        The bank that all arms start from.
    """
    known = {row["bank"]: row for row in rows if row["r2"] is not None}
    start = known.pop(untrained, None)
    if start is None or not known:
        return []
    best = known[max(known, key=lambda bank: known[bank]["r2"])]
    words = f"median R^2 {best['r2']:.2f} and selectivity {best['selectivity']:.2f}"
    rest = f"random filters, from which all start, {start['r2']:.2f} and {start['selectivity']:.2f}"
    return [f"Most like Gabor functions: {arm_label(best['bank'])}, {words}; {rest}."]


def sweep_findings(rows: Sequence[Row]) -> list[str]:
    """Say where the depth suffices, which rule for the penalties is best at each noise, and what keeps filters."""
    found = []
    depths = [row for row in rows if row["sweep"] == "depth" and row["psnr_db"] is not None]
    if depths:
        best = max(row["psnr_db"] for row in depths)
        enough = min(row["depth"] for row in depths if row["psnr_db"] >= best - 0.1)
        found.append(f"T = {enough} is within 0.1 dB of the best depth, {best:.2f} dB.")
    for noise in sorted({row["noise"] for row in rows if row["sweep"] == "noise"}):
        own = {row["penalties"]: row["psnr_db"] for row in rows if row["noise"] == noise and row["psnr_db"] is not None}
        if own and max(own.values()) - min(own.values()) > 0.01:
            rule = max(own, key=own.__getitem__)
            others = ", ".join(f"{name} {value:.2f}" for name, value in own.items() if name != rule)
            found.append(f"Noise {noise:g}: penalties {rule} are best with {own[rule]:.2f} dB ({others}).")
    points = [row for row in rows if row["sweep"] == "stability"]
    failed = [row for row in points if row["status"] != "ok"]
    if points:
        words = "; ".join(f"T = {row['depth']}, rate {row['rate']:g}, of EM {row['rate_em']:g}" for row in failed)
        found.append(f"Filters ran away in {len(failed)} of {len(points)} settings{': ' if failed else ''}{words}.")
    return found


def _db(value: Measured) -> str:
    return f"{value.mean:.2f}" + ("" if value.std is None else f" ± {value.std:.2f}") + " dB"

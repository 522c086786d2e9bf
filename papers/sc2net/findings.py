"""Sentences of the SC2Net tables, derived from their numbers. The verdicts on the paper's claims are in `claims`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from papers.sc2net.labels import case_label, data_labels, targets_label, variant_label

Row = Mapping[str, Any]

BASELINES = ("ista", "fista", "lista", "lfista")
METHODS = (*BASELINES, "slstm")


def accuracies(
    table: Sequence[Row], images: str, variants: Iterable[str], column: str = "accuracy_percent"
) -> dict[str, float]:
    """Return the mean accuracies on a set of images.

    Parameters
    ----------
    table : sequence of rows
        Of a table of variants.
    images : str
    variants : iterable of str
    column : str
        ``accuracy_tuned_percent`` for those with C chosen on validation images.

    Returns
    -------
    accuracies : dict of str to float
        Variant -> percent, for those that have a result.
    """
    found = {row["variant"]: row[column] for row in table if row["images"] == images}
    return {variant: found[variant] for variant in variants if found.get(variant) is not None}


def leads(table: Sequence[Row]) -> list[str]:
    """Say whether codes help at all, how far SLSTM leads, and what labels in its loss bring."""
    return [*raw_pixels(table), *best_method(table), *labels_in_the_loss(table)]


def raw_pixels(table: Sequence[Row]) -> list[str]:
    """Say whether the codes help at all: compare the best method with the pixels, both with the classifier tuned."""
    found = []
    for images, data in data_labels(table).items():
        raw, known = (accuracies(table, images, names, "accuracy_tuned_percent") for names in (["raw"], METHODS))
        as_printed = accuracies(table, images, ["raw"])
        if raw and known and as_printed:
            best = max(known, key=known.__getitem__)
            lead = known[best] - raw["raw"]
            verdict = f"{lead:.2f} points more" if lead > 0 else f"{-lead:.2f} points less: the codes do not help"
            words = f"raw pixels reach {raw['raw']:.2f} %, the best of the five methods ({best.upper()})"
            weak = f"With C = 1 the classifier of raw pixels reaches {as_printed['raw']:.2f} %."
            found.append(f"{data}, C chosen for each: {words} {verdict}. {weak}")
    return found


def _classified(table: Sequence[Row], images: str) -> dict[str, Row]:
    """Return variant -> its row, for those that have an accuracy on a set of images."""
    return {row["variant"]: row for row in table if row["images"] == images and row["accuracy_percent"] is not None}


def labels_in_the_loss(table: Sequence[Row]) -> list[str]:
    """Say what labels in the loss of SLSTM change; the paper prints no such number."""
    found = []
    for images, data in data_labels(table).items():
        rows = _classified(table, images)
        if "slstm" in rows and "slstm_labels" in rows:
            plain, labelled = rows["slstm"], rows["slstm_labels"]
            change = labelled["accuracy_percent"] - plain["accuracy_percent"]
            cost = f"objective {labelled['objective']:.2f} instead of {plain['objective']:.2f}"
            words = f"{labelled['accuracy_percent']:.2f} %, {change:+.2f} points against the loss without them ({cost})"
            found.append(f"{data}, beyond the paper's numbers: with labels in its loss SLSTM reaches {words}.")
    return found


def best_method(table: Sequence[Row]) -> list[str]:
    """Say how far SLSTM leads the best of the other four, here and in the paper."""
    found = []
    for images, data in data_labels(table).items():
        ours, known = accuracies(table, images, ["slstm"]), accuracies(table, images, BASELINES)
        if ours and known:
            best = max(known, key=known.__getitem__)
            words = f"{ours['slstm'] - known[best]:+.2f} points against {best.upper()}, the best of the other four"
            found.append(f"{data}: SLSTM has {words}{_in_paper(table, images)}.")
    return found


def _in_paper(table: Sequence[Row], images: str) -> str:
    paper = {row["variant"]: row["paper_accuracy_percent"] for row in table if row["images"] == images}
    if paper.get("slstm") is None:
        return ""
    lead = paper["slstm"] - max(paper[name] for name in BASELINES)
    return f" ({lead:+.2f} in the paper)"


def penalties(table: Sequence[Row]) -> list[str]:
    """Say how far the accuracy moves between the weights of the l1 norm."""
    found = []
    for images, data in data_labels(table).items():
        for method in ("slstm", "fista"):
            rows = [row for row in table if (row["images"], row["method"]) == (images, method)]
            known = {row["penalty"]: row["accuracy_percent"] for row in rows if row["accuracy_percent"] is not None}
            if len(known) > 1:
                width = max(known.values()) - min(known.values())
                words = f"moves by {width:.2f} points between penalties from {min(known):g} to {max(known):g}"
                found.append(f"{data}: the accuracy of {method.upper()} {words}.")
    return found


def grown_atoms(table: Sequence[Row]) -> list[str]:
    """Say how large atoms become without projection, and how the accuracy changes with it."""
    found = []
    for images, data in data_labels(table).items():
        norms = {row["variant"]: row["atom_norm_mean"] for row in table if row["images"] == images}
        for variant in ("slstm", "slstm_dictionary"):
            known = accuracies(table, images, (variant, f"{variant}_projected"))
            if len(known) == 2:
                free, held = known.values()
                start = "the dictionary" if variant.endswith("dictionary") else "random weights"
                found.append(
                    f"{data}, from {start}: the mean norm of the atoms is {norms[variant]:.2f} after training,"
                    f" projected {norms[f'{variant}_projected']:.2f}; accuracy {free:.2f} % and {held:.2f} %."
                )
    return found


def parts_of_the_unit(table: Sequence[Row]) -> list[str]:
    """Say what each part of SLSTM changes in accuracy, objective and zeros, and where adaptive ISTA stands."""
    found = []
    for images, data in data_labels(table).items():
        rows = _classified(table, images)
        if "slstm" in rows and len(rows) > 1:
            full, *others = (rows[name] for name in sorted(rows, key=lambda name: name != "slstm"))
            words = [f"{_label_of(row)} {_unit(row, full)}" for row in others]
            found.append(f"{data}, SLSTM {_unit(full)}. Changed: {'; '.join(words)}.")
    return found


def _label_of(row: Row) -> str:
    return variant_label(row["variant"]).removeprefix("SLSTM ")


def _unit(row: Row, full: Row | None = None) -> str:
    """Return accuracy (or its change), objective under atoms of norm 1, and share near zero."""
    accuracy = f"{row['accuracy_percent']:.2f} %"
    if full is not None:
        accuracy = f"{row['accuracy_percent'] - full['accuracy_percent']:+.2f} points"
    return (
        f"{accuracy}, objective {row['objective_unit_atoms']:.2f}, near zero {100 * row['near_zero_share_0_01']:.1f} %"
    )


def targets(table: Sequence[Row]) -> list[str]:
    """Say how LISTA depends on the codes that it learned."""
    found = []
    for images, data in data_labels(table).items():
        rows = sorted(_classified(table, images).values(), key=lambda row: row["target_iterations"] or float("inf"))
        if len(rows) > 1 and rows[-1]["target_iterations"] is None:
            poor, good = rows[0], rows[-1]
            words = [
                f"objective {row['objective']:.2f}, accuracy {row['accuracy_percent']:.2f} %" for row in (poor, good)
            ]
            origin = f"codes of FISTA after {targets_label(poor['variant'])}"
            found.append(f"{data}: LISTA that learned {origin}: {words[0]}; that learned converged codes: {words[1]}.")
    return found


def convergence(rows: Sequence[Row]) -> list[str]:
    """Say after how many iterations a solver is as low as each network."""
    found = []
    for images, data in data_labels(rows).items():
        own = [row for row in rows if row["images"] == images and row["objective"] is not None]
        curves: dict[str, dict[int, float]] = {}
        for row in own:
            if row["depth"] is not None:
                curves.setdefault(row["method"], {})[row["depth"]] = row["objective"]
        solvers: dict[str, dict[int, float]] = {n: curves.pop(n) for n in ("ista", "fista") if n in curves}
        for network, curve in curves.items() if "fista" in solvers else ():
            depths, needed = map(str, curve), (_needed(solvers["fista"], level) for level in curve.values())
            words = f"FISTA is as low as {variant_label(network)} at T = {', '.join(depths)}"
            found.append(f"{data}: {words} after {', '.join(needed)} iterations.")
        found += _distances(data, solvers, next((row["objective"] for row in own if row["depth"] is None), None))
    return found


def _needed(curve: Mapping[int, float], level: float) -> str:
    """Return the first of the known iterations at which a curve is at or below a level."""
    reached = next((count for count, value in sorted(curve.items()) if value <= level), None)
    return str(reached) if reached else f"more than {max(curve)}"


def _distances(data: str, solvers: Mapping[str, Mapping[int, float]], optimum: float | None) -> list[str]:
    """Say how far above the optimum the solvers end."""
    if optimum is None or not solvers:
        return []
    ends = {name: (max(curve), curve[max(curve)]) for name, curve in solvers.items()}
    words = [f"{name.upper()} {100 * (value / optimum - 1):.1f} % above it" for name, (_, value) in ends.items()]
    count = max(count for count, _ in ends.values())
    return [f"{data}: the optimum of the dictionary is {optimum:.2f}; after {count} iterations {', '.join(words)}."]


def steps(table: Sequence[Row]) -> list[str]:
    """Name the number of steps with the best accuracy, and the one with the worst."""
    found = []
    for images, data in data_labels(table).items():
        known = {row["depth"]: row["accuracy_percent"] for row in table if row["images"] == images}
        known = {int(depth): value for depth, value in known.items() if value is not None}
        if len(known) > 1:
            best, worst = (choose(known, key=known.__getitem__) for choose in (max, min))
            words = f"best with T = {best} ({known[best]:.2f} %), worst with T = {worst} ({known[worst]:.2f} %)"
            found.append(f"{data}: SLSTM is {words}.")
    return found


def released_dictionary(table: Sequence[Row]) -> list[str]:
    """Compare the converged codes of the dictionary as released with those of the fitted one."""
    found = []
    for images, data in data_labels(table).items():
        known = accuracies(table, images, ("converged", "converged_released"))
        zeros = {row["variant"]: row["dictionary_zero_share"] for row in table if row["images"] == images}
        if len(known) == 2:
            fitted, released = known.values()
            share = 100 * zeros["converged_released"]
            words = f"{share:.1f} % of the codes of the fit as released are zero; accuracy {released:.2f} %"
            found.append(f"{data}: {words}, with the fitted dictionary {fitted:.2f} %.")
    return found


def recovered(table: Sequence[Row]) -> list[str]:
    """Compare converged codes, the best other method, SLSTM and chance on the smallest and the largest support."""
    found = []
    for case in dict.fromkeys(row["case"] for row in table):
        sizes = [row["n_nonzero"] for row in table if row["case"] == case]
        for size in sorted({min(sizes), max(sizes)}):
            rows = [row for row in table if (row["case"], row["n_nonzero"]) == (case, size)]
            known = {r["variant"]: r["recovered_percent"] for r in rows if r["recovered_percent"] is not None}
            converged, slstm = known.pop("converged", None), known.get("slstm")
            if converged is not None and slstm is not None:
                best = max(known, key=known.__getitem__)
                entries = "1 non-zero entry" if size == 1 else f"{size} non-zero entries"
                first = f"converged codes find {converged:.1f} %, the best of the others ({variant_label(best)})"
                rest = f"{known[best]:.1f} %, SLSTM {slstm:.1f} %, a guess {rows[0]['guess_percent']:g} %"
                found.append(f"{entries}, {case_label(case)}: {first} {rest}.")
    return found

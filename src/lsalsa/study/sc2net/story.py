"""What the SC2Net tables say, worked out from their numbers; among it the paper's three claims."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from lsalsa.study.sc2net.labels import arm_label, case_label
from lsalsa.study.sc2net.tables import Row

BASELINES = ("ista", "fista", "lista", "lfista")
METHODS = (*BASELINES, "slstm")
STABLE = 1.0  # points of accuracy within which results count as stable


def sentences_of(name: str, table: Sequence[Row]) -> list[str]:
    """Sentences about one table; none where there is nothing to compare."""
    return [sentence for tell in TOLD.get(name, ()) for sentence in tell(table)]


def accuracies(table: Sequence[Row], data: str, arms: Iterable[str]) -> dict[str, float]:
    """Mean accuracy in percent on a data set, of those arms that have one."""
    found = {row["arm"]: row["accuracy_percent"] for row in table if row["data"] == data}
    return {arm: found[arm] for arm in arms if found.get(arm) is not None}


def data_of(table: Sequence[Row]) -> list[str]:
    """The data sets of a table, in order."""
    return list(dict.fromkeys(row["data"] for row in table))


def raw_pixels(table: Sequence[Row]) -> list[str]:
    """Whether the codes help at all: the best method against the pixels themselves."""
    found = []
    for data in data_of(table):
        raw, known = accuracies(table, data, ["raw"]), accuracies(table, data, METHODS)
        if raw and known:
            best = max(known, key=known.__getitem__)
            lead = known[best] - raw["raw"]
            verdict = f"{lead:.2f} points more" if lead > 0 else f"{-lead:.2f} points less: raw pixels do as well"
            words = f"raw pixels reach {raw['raw']:.2f} %, the best of the five methods ({best.upper()})"
            found.append(f"{data}: {words} {verdict}.")
    return found


def easier_set(table: Sequence[Row]) -> list[str]:
    """Claim (a): every method is better on MNIST than on CIFAR-10."""
    mnist, cifar = (accuracies(table, data, METHODS) for data in ("MNIST", "CIFAR-10"))
    if len(mnist) < len(METHODS) or len(cifar) < len(METHODS):
        return []
    wrong = [arm.upper() for arm in METHODS if mnist[arm] <= cifar[arm]]
    verdict = "reproduced" if not wrong else f"not reproduced: {', '.join(wrong)}"
    return [f"Claim (a), every method is better on MNIST than on CIFAR-10: {verdict}."]


def best_method(table: Sequence[Row]) -> list[str]:
    """Claim (b): SLSTM is best on both sets, by 3.16 and 3.35 points over the best baseline."""
    found = []
    for data in data_of(table):
        ours, known = accuracies(table, data, ["slstm"]), accuracies(table, data, BASELINES)
        if ours and known:
            best = max(known, key=known.__getitem__)
            lead = ours["slstm"] - known[best]
            verdict = "reproduced" if lead > 0 else "not reproduced"
            words = f"{lead:+.2f} points against {best.upper()}, the best baseline"
            found.append(f"Claim (b), SLSTM is best, on {data}: {verdict}, {words}{_in_paper(table, data)}.")
    return found


def _in_paper(table: Sequence[Row], data: str) -> str:
    paper = {row["arm"]: row["paper_accuracy_percent"] for row in table if row["data"] == data}
    if paper.get("slstm") is None:
        return ""
    lead = paper["slstm"] - max(paper[arm] for arm in BASELINES)
    return f" ({lead:+.2f} in the paper)"


def stable_penalty(table: Sequence[Row]) -> list[str]:
    """Claim (c): results are stable for penalties from 0.01 to 0.1."""
    found = []
    for data in data_of(table):
        rows = [row for row in table if row["data"] == data and 0.01 <= row["penalty"] <= 0.1]
        for kind in ("slstm", "fista"):
            values = [row["accuracy_percent"] for row in rows if row["kind"] == kind and row["accuracy_percent"]]
            if len(values) > 1:
                width = max(values) - min(values)
                verdict = "reproduced" if width <= STABLE else "not reproduced"
                found.append(
                    f"Claim (c), stable from penalty 0.01 to 0.1, {kind.upper()} on {data}: {verdict}, within "
                    f"{width:.2f} points."
                )
    return found


def grown_atoms(table: Sequence[Row]) -> list[str]:
    """How large atoms become where nothing holds them, and what holding them costs."""
    found = []
    for data in data_of(table):
        norms = {row["arm"]: row["atom_norm_mean"] for row in table if row["data"] == data}
        for arm in ("slstm", "slstm_dictionary"):
            known = accuracies(table, data, (arm, f"{arm}_projected"))
            if len(known) == 2:
                free, held = known.values()
                start = "the dictionary" if arm.endswith("dictionary") else "random weights"
                found.append(
                    f"{data}, from {start}: the mean norm of the atoms is {norms[arm]:.2f} after training, projected "
                    f"{norms[f'{arm}_projected']:.2f}; accuracy {free:.2f} % and {held:.2f} %."
                )
    return found


def steps(table: Sequence[Row]) -> list[str]:
    """The number of steps with the best accuracy, and what the others lose."""
    found = []
    for data in data_of(table):
        known = {row["depth"]: row["accuracy_percent"] for row in table if row["data"] == data}
        known = {int(depth): value for depth, value in known.items() if value is not None}
        if len(known) > 1:
            best, worst = (choose(known, key=known.__getitem__) for choose in (max, min))
            words = f"best with T = {best} ({known[best]:.2f} %), worst with T = {worst} ({known[worst]:.2f} %)"
            found.append(f"{data}: SLSTM is {words}.")
    return found


def released_dictionary(table: Sequence[Row]) -> list[str]:
    """What the dictionary as released costs the converged codes."""
    found = []
    for data in data_of(table):
        known = accuracies(table, data, ("converged", "converged_released"))
        zeros = {row["arm"]: row["dictionary_zero_share"] for row in table if row["data"] == data}
        if len(known) == 2:
            fitted, released = known.values()
            share = 100 * zeros["converged_released"]
            words = f"{share:.1f} % of the codes of the fit as released are zero; accuracy {released:.2f} %"
            found.append(f"{data}: {words}, with the fitted dictionary {fitted:.2f} %.")
    return found


def recovered(table: Sequence[Row]) -> list[str]:
    """Of the smallest and the largest support: what converged codes, the best method cut off, SLSTM and chance find."""
    found = []
    for case in dict.fromkeys(row["case"] for row in table):
        sizes = [row["n_nonzero"] for row in table if row["case"] == case]
        for size in sorted({min(sizes), max(sizes)}):
            rows = [row for row in table if (row["case"], row["n_nonzero"]) == (case, size)]
            known = {r["arm"]: r["recovered_percent"] for r in rows if r["recovered_percent"] is not None}
            converged, slstm = known.pop("converged", None), known.get("slstm")
            if converged is not None and slstm is not None:
                best = max(known, key=known.__getitem__)
                entries = "1 non-zero entry" if size == 1 else f"{size} non-zero entries"
                first = f"converged codes find {converged:.1f} %, the best of the others ({arm_label(best)})"
                rest = f"{known[best]:.1f} %, SLSTM {slstm:.1f} %, a guess {rows[0]['guess_percent']:g} %"
                found.append(f"{entries}, {case_label(case)}: {first} {rest}.")
    return found


TOLD: dict[str, tuple[Callable[[Sequence[Row]], list[str]], ...]] = {
    "sc2net_table_1": (raw_pixels, easier_set, best_method),
    "sc2net_depth": (steps,),
    "sc2net_penalty": (stable_penalty,),
    "sc2net_dictionary": (released_dictionary,),
    "sc2net_leak": (grown_atoms,),
    "sc2net_support": (recovered,),
}

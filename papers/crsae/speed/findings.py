"""What the rows of `timing` and `stream` say: names in print, ratios, and sentences derived from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

METHODS = {
    "exact": "exact coder",
    "exact_certified": "exact coder, prepared and certified each time",
    "fista": "FISTA encoder",
    "interior_point": "banded interior point",
    "clarabel": "Clarabel",
    "ecos": "ECOS",
}
"""Method -> its name in print."""

CONVEX = ("clarabel", "ecos", "interior_point")
"""Methods of convex optimisation, which the paper's abstract compares with."""

CLAIMED = 900
"""How many times faster than convex optimisation the abstract says that spike times are found."""

Row = Mapping[str, Any]


def label(row: Row) -> str:
    """Name the method of a row, with what it was asked for."""
    name = METHODS[row["method"]]
    if row["method"] != "fista":
        return name
    if row["criterion"] is None:
        return f"{name}, T = {row['depth']}"
    layers = f", T = {row['n_iterations']}" if row["n_iterations"] else ""
    return f"{name} to {row['criterion']} {row['tolerance']:g}{layers}"


def in_order(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Sort by rate and method, and add `times_exact`: how many times the exact coder's seconds on the same windows."""
    listed = list(rows)
    exact = {row["rate"]: row["seconds"] for row in listed if row["method"] == "exact"}
    order = list(METHODS)
    listed.sort(key=lambda row: (row["rate"], order.index(row["method"])))  # stable: settings stay in their order
    return [{**row, "times_exact": _ratio(row["seconds"], exact.get(row["rate"]))} for row in listed]


def ratios(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Compare the exact coder and the encoder with each run of a convex solver that reached its tolerance.

    Parameters
    ----------
    rows : sequence of rows
        Of `timing.time_windows`.

    Returns
    -------
    ratios : list of dict
        rate, method, tolerance, and their seconds over those of the exact coder (`exact`) and of the encoder whose
        objective exceeds the optimum by no more than the tolerance (`fista`, with its layers in `depth`). The exact
        coder's gap is in `exact_gap`, the solver's in `gap`. A ratio without its encoder is None.
    """
    found = []
    for row in in_order(rows):
        if row["method"] not in CONVEX or row["status"] != "ok":
            continue
        same = [one for one in rows if one["rate"] == row["rate"]]
        exact = next((one for one in same if one["method"] == "exact"), None)
        encoder = next((one for one in same if _reaches(one, row["tolerance"])), None)
        found.append(
            {
                **{name: row[name] for name in ("rate", "method", "tolerance")},
                "gap": row["relative_gap"],
                "exact": row["times_exact"],
                "exact_gap": exact["relative_gap"] if exact else None,
                "fista": _ratio(row["seconds"], encoder["seconds"] if encoder else None),
                "depth": encoder["n_iterations"] if encoder else None,
            }
        )
    return found


def _reaches(row: Row, tolerance: float) -> bool:
    asked = (row["method"], row["criterion"], row["tolerance"])
    return asked == ("fista", "excess", tolerance) and row["seconds"] is not None


def _ratio(seconds: float | None, of: float | None) -> float | None:
    return None if seconds is None or of is None else seconds / of


def against_900(rows: Sequence[Row]) -> list[str]:
    """Say for each convex solver and tolerance how many times faster its rivals are, beside the abstract's 900."""
    grouped: dict[tuple, list[dict[str, Any]]] = {}
    for one in ratios(rows):
        grouped.setdefault((one["method"], one["tolerance"]), []).append(one)
    return [_sentence(method, tolerance, group) for (method, tolerance), group in grouped.items()] + _missed(rows)


def _missed(rows: Sequence[Row]) -> list[str]:
    """Name the runs that stopped before their tolerance; how fast they are says nothing."""
    return [
        f"{METHODS[row['method']]} misses its tolerance {row['tolerance']:g} with {row['rate']:g} spikes per second, at"
        f" a gap of {row['relative_gap']:.0e}: {row['reason']}."
        for row in rows
        if row["status"] == "inaccurate"
    ]


def _sentence(method: str, tolerance: float, group: Sequence[Mapping[str, Any]]) -> str:
    exact = [one["exact"] for one in group if one["exact"] is not None]
    encoders = [one["fista"] for one in group if one["fista"] is not None]
    gaps = [one["gap"] for one in group]
    words = f"{METHODS[method]}, tolerance {tolerance:g} (gap at most {max(gaps):.0e}): "
    if exact:
        smaller = all(one["exact_gap"] is not None and one["exact_gap"] <= one["gap"] for one in group)
        quality = "at a smaller gap" if smaller else "at a gap that is not smaller on all windows"
        words += f"the exact coder is {_span(exact)} times as fast {quality}, {_beside(exact)}"
    if encoders:
        depths = sorted({one["depth"] for one in group if one["depth"]})
        layers = f"T = {' and '.join(map(str, depths))}"
        words += f"; the encoder at an excess of at most {tolerance:g} ({layers}) {_span(encoders)} times, "
        words += _beside(encoders)
    return words + "."


def _span(values: Sequence[float]) -> str:
    low, high = (_rounded(value) for value in (min(values), max(values)))
    return low if low == high else f"{low} to {high}"


def _rounded(value: float) -> str:
    """Two digits: times vary by more than the third from one run to the next."""
    return f"{float(f'{value:.2g}'):,.10g}"


def _beside(values: Sequence[float]) -> str:
    if min(values) >= CLAIMED:
        return f"more than the abstract's {CLAIMED}"
    if max(values) < CLAIMED:
        return f"less than the abstract's {CLAIMED}"
    return f"on either side of the abstract's {CLAIMED}"


def encoder_and_gap(rows: Sequence[Row]) -> list[str]:
    """Say what fixed numbers of layers reach, by excess and by gap."""
    found = []
    for depth in sorted({row["depth"] for row in rows if row["method"] == "fista" and row["depth"]}):
        runs = [
            row for row in rows if row["method"] == "fista" and row["depth"] == depth and row["seconds"] is not None
        ]
        if runs:
            excess, gap = (max(row[name] for row in runs) for name in ("relative_excess", "relative_gap"))
            found.append(f"T = {depth} leaves an excess of {excess:.0e} and a gap of {gap:.0e}")
    return [f"FISTA encoder: {'; '.join(found)}."] if found else []


def of_streams(rows: Sequence[Row]) -> list[str]:
    """Say how long whole recordings took, in what memory, with what certificate."""
    found = []
    for row in rows:
        words = (
            f"{row['rate']:g} spikes per second: a recording of {row['recording_seconds']:,} s is coded in "
            f"{row['coding_seconds']:.2g} s, {_rounded(row['recording_seconds'] / row['coding_seconds'])} times faster "
            f"than it is recorded, with a gap of {row['relative_gap']:.0e} as one problem"
        )
        if row["peak_memory_mib"] is not None and row["recording_seconds"] > row["early_seconds"]:
            more = row["peak_memory_mib"] - row["early_memory_mib"]
            words += f"; after the first {row['early_seconds']} s the memory of the process grows by {more:.1f} MiB"
        found.append(words + ".")
    return found

"""The best variant of an algorithm at each depth: the one nearest to the optimal codes of the validation split.

A method as a paper prints it is one member of a family: the same algorithm with another read-out, optimiser or loss, or
with weights of its own in each layer, are its variants. To compare families is to compare algorithms each at its best.
The test split has no part in the choice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from lsalsa.study.summaries.repetitions import FINISHED, Row, measured

Families = Mapping[str, str]
"""Method -> the algorithm that it is a variant of, in the order of the configuration."""

Chosen = dict[tuple[str, str, int], str]
"""(task, family, depth) -> the chosen method."""


def printed(families: Families) -> dict[str, str]:
    """Return family -> the method that stands for it as printed: that of the family's name, else the first."""
    found: dict[str, str] = {}
    for method, family in families.items():
        found[family] = family if family in families and families[family] == family else found.get(family, method)
    return found


def chosen(evaluations: Iterable[Row], families: Families) -> Chosen:
    """Choose a variant for each task, family and depth: that with the lowest mean RMSE on the validation split.

    Parameters
    ----------
    evaluations : iterable of rows
        Of ``evaluation/{task}/{method}.parquet``, all methods together; methods without a family are left out.
    families : mapping

    Returns
    -------
    chosen : dict
        Only where a variant has a finished run. Of equal variants the printed one is taken, then the first. A variant
        whose training knows no optimal codes has no such RMSE, and is taken only where no other was run.
    """
    cells: dict[tuple[str, str, int], dict[str, list[Row]]] = {}
    for row in evaluations:
        if row["component"] == "all" and row["status"] in FINISHED and row["method"] in families:
            key = (row["task"], families[row["method"]], int(row["depth"]))
            cells.setdefault(key, {}).setdefault(row["method"], []).append(row)
    return {key: _lowest(runs, printed(families)[key[1]], list(families)) for key, runs in cells.items()}


def _lowest(runs: Mapping[str, list[Row]], own: str, order: list[str]) -> str:
    def rank(method: str) -> tuple[float, bool, int]:
        found = measured(runs[method], "validation_rmse")
        return found.mean if found else float("inf"), method != own, order.index(method)

    return min(runs, key=rank)


def at_best(rows: Iterable[Row], variants: Chosen, families: Families) -> list[dict[str, Any]]:
    """Put the chosen variant in the place of each printed method; other methods stay as they are.

    Parameters
    ----------
    rows : iterable of rows
        Evaluations or timings: with ``task``, ``method`` and ``depth``.
    variants : dict
        What `chosen` returned.
    families : mapping

    Returns
    -------
    rows : list of dict
        A chosen row has the name of the printed method; its own name is in ``variant``. Where nothing was chosen, the
        printed method stands for itself.
    """
    stands, found = printed(families), []
    for row in rows:
        method = row["method"]
        own = stands.get(families.get(method, ""), method)
        if variants.get((row["task"], families.get(method, ""), int(row["depth"])), own) == method:
            found.append({**row, "method": own, "variant": method})
        if method != own:
            found.append(dict(row))
    return found

"""Claims that a printed table makes row by row: which method has the lowest value at each depth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from lsalsa.errors import ConfigError
from lsalsa.study.csv_rows import read_csv

NEEDED = ("id", "place", "table", "method", "what", "measure", "task")


def winners(block: Mapping[str, Any], folder: Path) -> Iterator[dict[str, Any]]:
    """One claim of the kind `best` for each depth of a printed table.

    Parameters
    ----------
    block : mapping
        id, place and `what` begin the id, place and sentence of each claim; `table` is a file of the paper's
        folder ``published``, `method` the paper's own; measure, task and component say what is compared.
    folder : path
        The paper's.

    Raises
    ------
    ConfigError
        A missing setting, or a table that is not there.
    """
    missing = [name for name in NEEDED if name not in block]
    if missing:
        raise ConfigError(f"a claim of the kind winners_of needs {', '.join(missing)}")
    path = folder / "published" / f"{block['table']}.csv"
    if not path.is_file():
        raise ConfigError(f"{path} is not there; a claim of the kind winners_of needs the printed numbers")
    rows = read_csv(path)
    shared = {name: block[name] for name in ("measure", "task", "component") if name in block}
    for depth in dict.fromkeys(row["depth"] for row in rows):
        values = {row["method"]: row[block["measure"]] for row in rows if row["depth"] == depth}
        best = [method for method, value in values.items() if value == min(values.values())]
        best.sort(key=lambda method: method != block["method"])  # the paper's own first
        yield {
            **shared,
            "id": f"{block['id']}_T{depth}",
            "place": f"{block['place']}, T = {depth}",
            "sentence": f"{block['what']}, T = {depth}: {_sentence(best, block['method'], values)}.",
            "kind": "best",
            "methods": list(values),
            "best": best,
            "depths": [depth],
        }


def _sentence(best: list[str], own: str, values: Mapping[str, float]) -> str:
    *others, last = [method.upper() for method in best]
    lowest = f"the lowest error ({values[best[0]]:.2f} %)"
    if others:
        return f"{', '.join(others)} and {last} share {lowest}"
    return f"{last} has {lowest}" + ("" if own in best else f", not {own.upper()} ({values[own]:.2f} %)")

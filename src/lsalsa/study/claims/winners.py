"""Claims that a printed table makes row by row: the method with the lowest value at each depth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar, Literal

from lsalsa.errors import ConfigError
from lsalsa.study.config.fields import Name, Settings
from lsalsa.study.csv_rows import read_csv


class Winners(Settings):
    """An entry of a paper's claims that gives one claim of the kind `best` for each depth of a printed table.

    Each claim's id, place and sentence begin with `id`, `place` and `what`. `table` is a file of the paper's folder
    ``published``; `method` is the paper's own method.
    """

    noun: ClassVar[str] = "a claim"

    id: Name
    paper: str
    place: str
    kind: Literal["winners_of"]
    table: str
    method: str
    what: str
    measure: Literal["error_percent"]
    task: str
    component: str | None = None

    def claims(self, folder: Path) -> Iterator[dict[str, Any]]:
        """Yield the claims in the form of ``claims.yaml``.

        Parameters
        ----------
        folder : path
            The paper's.

        Raises
        ------
        ConfigError
            The table does not exist, or has no column or method of that name.
        """
        shared = {name: getattr(self, name) for name in ("paper", "measure", "task", "component")}
        for depth, values in self._printed(folder / "published" / f"{self.table}.csv").items():
            best = [method for method, value in values.items() if value == min(values.values())]
            best.sort(key=lambda method: method != self.method)  # the paper's own first
            yield {
                **shared,
                "id": f"{self.id}_T{depth}",
                "place": f"{self.place}, T = {depth}",
                "sentence": f"{self.what}, T = {depth}: {_sentence(best, self.method, values)}.",
                "kind": "best",
                "methods": list(values),
                "best": best,
                "depths": [depth],
            }

    def _printed(self, path: Path) -> dict[int, dict[str, float]]:
        """Return depth -> method -> the printed value."""
        if not path.is_file():
            raise ConfigError(f"{path} is not there; a claim of the kind winners_of needs the printed numbers")
        values: dict[int, dict[str, float]] = {}
        for row in read_csv(path):
            if self.measure not in row:
                raise ConfigError(f"{path} has no column {self.measure}; it has {', '.join(row)}")
            values.setdefault(row["depth"], {})[row["method"]] = row[self.measure]
        for depth, of_depth in values.items():
            if self.method not in of_depth:
                raise ConfigError(f"{path} has no {self.method} at depth {depth}; it has {', '.join(of_depth)}")
        return values


def _sentence(best: list[str], own: str, values: Mapping[str, float]) -> str:
    *others, last = [method.upper() for method in best]
    lowest = f"the lowest error ({values[best[0]]:.2f} %)"
    if others:
        return f"{', '.join(others)} and {last} share {lowest}"
    return f"{last} has {lowest}" + ("" if own in best else f", not {own.upper()} ({values[own]:.2f} %)")

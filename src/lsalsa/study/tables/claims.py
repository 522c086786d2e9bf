"""The claims of the papers, each with the verdict of this study."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lsalsa.study.claims import judge, optimal_facts, read_claims
from lsalsa.study.claims.facts import Facts
from lsalsa.study.claims.verdicts import NOTE, finding, grouped, summary, summary_grid, twice_grid
from lsalsa.study.pages.table import Table
from lsalsa.study.papers import papers
from lsalsa.study.shown import Shown

needs = ("evaluation", "overlap", "timing", "codes", "classified", "claims")
subject = "all tasks"
caption = (
    "What the papers claim, claim by claim, and what this study found: reproduced, partly, not reproduced, or not"
    " testable here where the study did not run what the claim speaks of. The sentence after each verdict has the"
    " numbers."
)


def make(data: Mapping[str, Any], shown: Shown) -> Table:
    """Make a row per claim; in print the number of each verdict, both of each claim, then the findings by part."""
    rows = judge([claim for path in data["claims"] for claim in read_claims(path)], facts_of(data, shown))
    sections = {name: [finding(row) for row in group] for name, group in grouped(rows).items()}
    grids, twice = [summary_grid(rows)], twice_grid(rows)
    grids += [twice] * bool(twice.lines)
    return Table(shown.heading, rows, grids, [summary(rows), NOTE], sections=sections)


def facts_of(data: Mapping[str, Any], shown: Shown) -> Facts:
    """Collect all facts that judge claims; a study without tasks has none about tasks."""
    optimal: dict[tuple[str, str], Mapping[str, float]] = {}
    for task, arrays in data["codes"].items():
        sizes = dict(zip(shown.tasks[task]["components"], shown.tasks[task]["n_atoms"], strict=True))
        classifiers = data["classified"].get(task, {})
        of_task = optimal_facts(arrays["codes"], sizes, classifiers.get("floor_error_percent", {}))
        optimal |= {(task, component): found for component, found in of_task.items()}
    words = [f"{paper.name}.{word}" for paper in papers().values() for word in paper.facts]
    return Facts(
        data["evaluation"],
        data["timing"],
        optimal,
        rows={word: data[word] for word in words if data.get(word)},
        labels=shown.labels,
        overlaps=data["overlap"],
        families=shown.families,
    )

"""Distance to the optimal codes: depths down, methods across."""

from collections.abc import Mapping
from typing import Any

from lsalsa.study.quantities import RMSE
from lsalsa.study.repetitions import by_cell, summary
from lsalsa.study.shown import Shown
from lsalsa.study.table import Table
from lsalsa.study.tables._by_depth import by_depth

needs = ("evaluation", "published")
subject = "task"
options = ("published",)
caption = (
    "Root mean squared difference between the codes and the optimal codes, over all test samples. Smaller is better."
)


def make(data: Mapping[str, Any], shown: Shown) -> Table:
    """Make the table; it names every cell that is further from the optimal codes than a code of zeros."""
    return by_depth(RMSE, data, shown, _worse_than_zeros(data, shown))


def _worse_than_zeros(data: Mapping[str, Any], shown: Shown) -> list[str]:
    cells = by_cell(data["evaluation"], shown.component)
    where, level = [], None
    for method, label in shown.labels.items():
        depths = []
        for depth in shown.depths:
            runs = cells.get((depth, method), [])
            of_zeros = next((row["rmse_of_zeros"] for row in runs if row.get("rmse_of_zeros") is not None), None)
            mean = summary(runs, RMSE.column, RMSE.name)[RMSE.name]
            if of_zeros is not None and mean is not None and mean > of_zeros:
                level = of_zeros
                depths.append(str(depth))
        if depths:
            where.append(f"{label} at T = {', '.join(depths)}")
    return [f"Worse than a code of zeros, whose RMSE is {level:{RMSE.form}}: {'; '.join(where)}."] if where else []

"""Error of a linear classifier that reads the codes: depths down, methods across, the paper's numbers below."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lsalsa.study.pages.table import Table
from lsalsa.study.shown import Shown
from lsalsa.study.summaries.quantities import ERROR
from lsalsa.study.tables._by_depth import by_depth

needs = ("evaluation", "classifiers", "published")
subject = "task"
options = ("protocol", "published")
caption = (
    "Error in percent of a linear classifier that reads the codes of an image and names its class. Smaller is better."
)

PROTOCOLS = {
    "fitted_on_test": (
        "Classifier fitted on the optimal codes of the same test images (the paper's protocol); the error measures the"
        " codes only."
    ),
    "fitted_on_train": "Classifier fitted on the optimal codes of train images; it has never seen a test image.",
}
FLOORS = {
    "fitted_on_test": "Floor, the error on the optimal codes themselves",
    "fitted_on_train": "To compare with, the error on the optimal codes of the test images",
}


def make(data: Mapping[str, Any], shown: Shown) -> Table:
    """Make the table of errors under one protocol; its notes have the errors on the optimal codes and of a guess."""
    protocol = shown.details.get("protocol", "fitted_on_test")
    component = shown.component or next(iter(shown.components))
    facts = data["classifiers"][shown.task]
    notes = [
        PROTOCOLS[protocol],
        f"{FLOORS[protocol]}: {facts['floor_error_percent'][component][protocol]:.2f} %.",
        f"Always naming the most frequent class would miss {facts['guess_error_percent'][component]:.2f} %.",
    ]
    return by_depth(replace(ERROR, column=f"error_percent_{protocol}"), data, shown, notes)

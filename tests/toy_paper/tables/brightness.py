"""Brightness, a row per set of images."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lsalsa.study.pages.table import Column, Table, grid
from lsalsa.study.shown import Shown
from lsalsa.study.summaries.repetitions import status, summary

needs = ("toy.brightness", "published")
subject = "study"
options = ("published",)
caption = "Mean grey value of sets of images."

COLUMNS = (
    Column("images", "images"),
    Column("paper_brightness", "paper", ".3f"),
    Column("brightness", "brightness", ".3f", spread=True),
)


def make(data: Mapping[str, Any], shown: Shown) -> Table:
    """The paper's number beside ours."""
    paper = {row["images"]: row["brightness"] for row in data["published"]}
    runs = {run["images"]: [run] for run in data["toy.brightness"]}
    rows = [
        {"images": images, **summary(own, "brightness"), "paper_brightness": paper.get(images), "status": status(own)}
        for images, own in runs.items()
    ]
    return Table(shown.heading, rows, [grid(COLUMNS, rows)], ["1 is white, 0 black."])

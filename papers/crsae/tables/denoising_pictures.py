"""PSNR of every arm on every picture of the small test sets, beside the authors' logged runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lsalsa.study.pages.table import DASH, Column, Grid, Table
from lsalsa.study.shown import Shown
from papers.crsae.denoising.arms import arm_label
from papers.crsae.denoising.summaries import AUTHORS_SET, by_picture, logged_runs, plain

needs = ("crsae.denoised", "published")
subject = "study"
options = ("published",)
caption = "PSNR of every picture by every arm and by the usual methods."

MOST = 12
"""Pictures that fit into a line; larger sets are in the CSV file only."""

NOTE = (
    "PSNR in dB of each picture, averaged over seeds; the peak is the largest value of the clean picture, and nothing"
    f" is clipped. Sets of more than {MOST} pictures are in the CSV file only."
)
PSNR = Column("psnr_db", "PSNR", ".2f")


def make(data: Mapping[str, Any], shown: Shown) -> Table:
    """Make a row of the CSV file for each picture and method; pictures stand side by side in print."""
    logged = logged_runs(data, shown)
    rows = by_picture(data["crsae.denoised"], shown.details["arms"], logged)
    return Table(shown.heading, rows, list(_grids(rows, logged)), [NOTE], _hardest(rows, shown.details["arms"]))


def _grids(rows: Sequence[Mapping[str, Any]], logged: Sequence[Mapping[str, Any]]) -> Iterator[Grid]:
    for pictures in dict.fromkeys(row["pictures"] for row in rows):
        own = [row for row in rows if row["pictures"] == pictures]
        names = list(dict.fromkeys(row["picture"] for row in own))
        if len(names) <= MOST:
            cells = {(row["method"], row["picture"]): PSNR.text(row) for row in own}
            methods = list(dict.fromkeys(row["method"] for row in own))
            lines = [[arm_label(one), *(cells.get((one, name), DASH) for name in names)] for one in methods]
            if pictures == AUTHORS_SET:
                lines += _logged_lines(names, logged)
            yield Grid(["method", *map(plain, names)], lines, caption=f"{pictures}.")


def _logged_lines(names: Sequence[str], logged: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    known = {(row["run"], row["picture"]): f"{row['psnr_db']:.2f}" for row in logged}
    runs = dict.fromkeys(row["run"] for row in logged)
    return [[f"logged: {_words(run)}", *(known.get((run, plain(name)), DASH) for name in names)] for run in runs]


def _words(run: str) -> str:
    """Return the name in print of a logged run: that of its arm, and how it differs from it."""
    arm, found, rest = run.partition("_supervised")
    return arm_label(arm + found) + (f"{rest.replace('_', ' ')}" if rest else "")


def _hardest(rows: Sequence[Mapping[str, Any]], arms: Sequence[str]) -> list[str]:
    """Name the pictures with the lowest and the highest PSNR of the first arm."""
    found = []
    for pictures in dict.fromkeys(row["pictures"] for row in rows):
        own = {
            row["picture"]: row["psnr_db"] for row in rows if (row["pictures"], row["method"]) == (pictures, arms[0])
        }
        known = {name: value for name, value in own.items() if value is not None}
        if len(known) > 1:
            low, high = (choose(known, key=known.__getitem__) for choose in (min, max))
            values = (
                f"{plain(low)} ({known[low]:.2f} dB) is the hardest, {plain(high)} ({known[high]:.2f} dB) the easiest"
            )
            found.append(f"{pictures}, {arm_label(arms[0])}: {values}.")
    return found

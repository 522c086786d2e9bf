"""Mean PSNR of every arm on every set of test pictures, beside the authors' logged runs and the usual methods."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lsalsa.study.pages.table import DASH, Column, Grid, Table
from lsalsa.study.shown import Shown
from papers.crsae.denoising.arms import arm_label
from papers.crsae.denoising.findings import denoising_findings
from papers.crsae.denoising.summaries import AUTHORS_SET, by_set, logged_runs

needs = ("crsae.denoised", "published")
subject = "study"
options = ("published",)
caption = "PSNR of denoised pictures by every arm, with and without clean targets, beside the usual methods."

NOTES = (
    "Mean PSNR in dB over the pictures of a set; larger is better, ± is over seeds. The peak is the largest value of"
    " the clean picture, and nothing is clipped. In brackets: every run ran away, and these are its filters of before.",
    "EM: penalties follow a Gamma prior; free: they learn from the reconstruction; fixed: as at the start; hand-set:"
    " fixed, with a low one for the low-pass filter. All arms start from the same filters, see the same crops and"
    " noise, and have the same rates, and nothing was chosen on these pictures.",
    "There is no arm with free penalties and a gradient through the decoder only: that gradient is zero for penalties,"
    " so the arm is the one with fixed penalties.",
    "Authors' logged runs: other training pictures, clean targets, about a thousand times as many steps. Largest"
    " eigenvalue: an upper bound for H^T H, the largest of all seeds; filters that run away have a large one. Penalties"
    " are in the unit of the pictures.",
)
PSNR = Column("psnr_db", "PSNR", ".2f", spread=True)
FACTS = (
    Column("zero_share", "zeros in codes", ".3f"),
    Column("penalty_min", "smallest penalty", ".3f"),
    Column("penalty_median", "median penalty", ".3f"),
    Column("lambda_max", "largest eigenvalue", ".1f"),
    Column("status", "status"),
)
LOGGED = Column("logged_psnr_db", "authors' logged run", ".2f")


def make(data: Mapping[str, Any], shown: Shown) -> Table:
    """Make a row of the CSV file for each set and method; sets of pictures stand side by side in print."""
    rows = by_set(data["crsae.denoised"], shown.details["arms"], logged_runs(data, shown))
    return Table(shown.heading, rows, [_grid(rows)], NOTES, denoising_findings(rows))


def _psnr(row: Mapping[str, Any]) -> str:
    """Write the PSNR of the runs that ended well, or in brackets that of the others."""
    before = row["psnr_db_before"]
    return f"({before:.2f})" if row["psnr_db"] is None and before is not None else PSNR.text(row)


def _grid(rows: Sequence[Mapping[str, Any]]) -> Grid:
    sets = list(dict.fromkeys(row["pictures"] for row in rows))
    cells = {(row["pictures"], row["method"]): row for row in rows}
    counts = {row["pictures"]: row["n_pictures"] for row in rows}
    head, lines = ["method"], []
    for name in sets:
        head += [f"{name} ({counts[name]})", *([LOGGED.heading] if name == AUTHORS_SET else [])]
    for method in dict.fromkeys(row["method"] for row in rows):
        line = [arm_label(method)]
        for name in sets:
            row = cells.get((name, method))
            line.append(_psnr(row) if row else DASH)
            if name == AUTHORS_SET:
                line.append(LOGGED.text(row) if row else DASH)
        first = next(cells[name, method] for name in sets if (name, method) in cells)
        lines.append([*line, *(column.text(first) for column in FACTS)])
    return Grid([*head, *(column.heading for column in FACTS)], lines)

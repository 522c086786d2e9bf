"""The common form of tables of variants: one row per set of images and variant, means over finished repetitions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from lsalsa.study.pages.table import Column, Table, grid
from lsalsa.study.shown import Shown
from lsalsa.study.summaries.repetitions import measured, status, summary
from papers.sc2net.labels import data_labels, variant_label

Row = Mapping[str, Any]

GIVEN = ("method", "depth", "penalty", "dictionary", "target_iterations")
MEANS = (
    "accuracy_tuned_percent",
    "accuracy_released_percent",
    "accuracy_released_percent_std",
    "objective",
    "objective_unit_atoms",
    "target_objective",
    "zero_share",
    "near_zero_share_0_001",
    "near_zero_share_0_01",
    "atom_norm_mean",
    "dictionary_zero_share",
    "training_seconds",
)

ACCURACY = Column("accuracy_percent", "official split", ".2f", spread=True)
PAPER = Column("paper_accuracy_percent", "paper", ".2f")
TUNED = Column("accuracy_tuned_percent", "C chosen", ".2f", spread=True)
CHOSEN = Column("tuned_c", "C")
RELEASED = Column("accuracy_released_percent", "as released", ".2f", spread=True)
OBJECTIVE = Column("objective", "objective", ".2f")
UNIT_OBJECTIVE = Column("objective_unit_atoms", "atoms of norm 1", ".2f")
ZERO = Column("zero_share", "zero", ".3f")
NEAR_ZERO = Column("near_zero_share_0_01", "near zero", ".3f")
NORM = Column("atom_norm_mean", "norm of atoms", ".2f")
STEPS = Column("depth", "T", "g")
PENALTY = Column("penalty", "penalty", "g")
FIT_ZEROS = Column("dictionary_zero_share", "zeros of the fit", ".3f")
STATUS = Column("status", "status")


def rows_of(runs: Iterable[Row], variants: Sequence[str], published: Iterable[Row] = ()) -> list[dict[str, Any]]:
    """Average over the finished repetitions.

    Parameters
    ----------
    runs : iterable of rows
        Of ``sc2net/variants/{images}/{variant}.parquet``.
    variants : sequence of str
        Order of the rows of a set of images.
    published : iterable of rows
        The paper's: images, variant, accuracy_percent.

    Returns
    -------
    rows : list of dict
        Standard deviations are over repetitions. That of the released protocol is over its random choices of images.
    """
    runs = list(runs)
    paper = {(row["images"], row["variant"]): row["accuracy_percent"] for row in published}
    return [
        _row([run for run in runs if (run["images"], run["variant"]) == (images, variant)], paper)
        for images in dict.fromkeys(run["images"] for run in runs)
        for variant in variants
    ]


def _row(runs: Sequence[Row], paper: Mapping[tuple[str, str], float]) -> dict[str, Any]:
    first = runs[0]
    means = {name: measured(runs, name) for name in MEANS}
    return {
        **{name: first[name] for name in ("images", "data", "variant", *GIVEN)},
        **summary(runs, "accuracy_percent"),
        "paper_accuracy_percent": paper.get((first["images"], first["variant"])),
        **{name: found.mean if found else None for name, found in means.items()},
        "accuracy_tuned_percent_std": means["accuracy_tuned_percent"].std if means["accuracy_tuned_percent"] else None,
        "tuned_c": _chosen(runs),
        "status": status(runs),
    }


def _chosen(runs: Sequence[Row]) -> str | None:
    """Return the values of C that the validation images chose, one for each repetition, each once."""
    values = sorted({run["tuned_c"] for run in runs if run["tuned_c"] is not None})
    return ", ".join(f"{value:g}" for value in values) or None


def variants_table(
    columns: Sequence[Column],
    note: str,
    findings: Callable[[Sequence[Row]], list[str]],
    data: Mapping[str, Any],
    shown: Shown,
) -> Table:
    """Make a table of variants.

    Parameters
    ----------
    columns : sequence of Column
        They follow those for the data set and the variant.
    note : str
    findings : callable
        Rows -> sentences.
    data : mapping
        ``sc2net.variants``, and ``published`` if the paper has the numbers.
    shown : Shown
        With the order of the variants among its details.
    """
    rows = rows_of(data["sc2net.variants"], shown.details["variants"], data.get("published", ()))
    names = [Column("images", "data", data_labels(rows).__getitem__), Column("variant", "method", variant_label)]
    return Table(shown.heading, rows, [grid([*names, *columns, STATUS], rows, n_words=2)], [note], findings(rows))

"""The SC2Net tables for reading: Markdown and LaTeX, with sentences that the numbers word."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lsalsa.study.heading import Heading
from lsalsa.study.page import pipe_table
from lsalsa.study.sc2net.labels import arm_label, case_label
from lsalsa.study.sc2net.story import sentences_of
from lsalsa.study.sc2net.tables import Row
from lsalsa.study.tables.text import to_tex

NOTES = {
    "sc2net_table_1": (
        "Accuracy in percent; larger is better. Official split: logistic regression on standardised codes of all train"
        " images, scored on the test images; ± is over repetitions. As released: fitted on some train images and scored"
        " on others, which is how the paper's code measured its methods; ± is over random draws. Near zero: share"
        " of entries smaller than 0.01. The objective is that of the dictionary or decoder that the codes belong to."
    ),
    "sc2net_depth": "SLSTM with more and with fewer steps; accuracy in percent on the official split.",
    "sc2net_penalty": "Accuracy in percent on the official split under different weights of the l1 norm.",
    "sc2net_leak": (
        "The loss of SC2Net bounds neither atoms nor codes: training can let the atoms grow and the codes shrink, which"
        " lowers its l1 term. Projected: atoms clipped to norm 1 after each step. The objective is that of the loss."
    ),
    "sc2net_dictionary": (
        "The paper's code fits its dictionary with a penalty that grows with the number of samples, in an objective"
        " that does not; the last column is the share of zeros among the codes of that fit."
    ),
    "sc2net_support": (
        "Share of the true support, in percent, found among as many largest entries of the code. Networks learn the"
        " true codes, or without supervision the loss of SC2Net."
    ),
}


def spread(value: str, decimals: int = 2) -> Callable[[Row], str]:
    """A column's cell: mean and standard deviation, a dash without a mean."""

    def cell(row: Row) -> str:
        if row[value] is None:
            return "–"
        std = row.get(f"{value}_std")
        return f"{row[value]:.{decimals}f}" + ("" if std is None else f" ± {std:.{decimals}f}")

    return cell


DATA = {"data": lambda row: row["data"], "method": lambda row: arm_label(row["arm"])}
ACCURACY = {"official split": spread("accuracy_percent")}
FACTS = {"objective": spread("objective"), "near zero": spread("near_zero_share_0_01", 3)}
STATUS = {"status": lambda row: row["status"]}
STEPS = {"T": lambda row: f"{row['depth']:g}"}
NORM = {"norm of atoms": spread("atom_norm_mean")}
RELEASED = {"as released": spread("accuracy_released_percent")}
COLUMNS: dict[str, dict[str, Callable[[Row], str]]] = {
    "sc2net_table_1": DATA | {"paper": spread("paper_accuracy_percent")} | ACCURACY | RELEASED | FACTS | STATUS,
    "sc2net_depth": DATA | STEPS | ACCURACY | FACTS | NORM | STATUS,
    "sc2net_penalty": DATA | {"penalty": lambda row: f"{row['penalty']:g}"} | ACCURACY | FACTS | STATUS,
    "sc2net_leak": DATA | ACCURACY | FACTS | NORM | STATUS,
    "sc2net_dictionary": DATA | ACCURACY | FACTS | {"zeros of the fit": spread("dictionary_zero_share", 3)} | STATUS,
}


def to_markdown(name: str, table: Sequence[Row], heading: Heading) -> str:
    """Title, note, the table, and what its numbers say."""
    head, *rows = _cells(name, table)
    grid = pipe_table(head, rows)
    said = "\n".join(f"- {sentence}" for sentence in sentences_of(name, table))
    return (
        "\n\n".join(
            part for part in (f"## {heading.title}", f"{NOTES[name]} {heading.note}".strip(), grid, said) if part
        )
        + "\n"
    )


def to_latex(name: str, table: Sequence[Row], heading: Heading) -> str:
    """The same as a LaTeX table without any package; note and sentences stand in the caption."""
    head, *rows = _cells(name, table)
    caption = to_tex(" ".join([f"{heading.title}.", NOTES[name], heading.note, *sentences_of(name, table)]))
    lines = [
        f"\\begin{{table}}\n\\caption{{{caption}}}\n\\label{{table:{name}}}",
        f"\\begin{{tabular}}{{{'l' * 2}{'r' * (len(head) - 2)}}}\n\\hline",
        " & ".join(map(to_tex, head)) + " \\\\\n\\hline",
        *(" & ".join(map(to_tex, row)) + " \\\\" for row in rows),
    ]
    return "\n".join([*lines, "\\hline\n\\end{tabular}\n\\end{table}\n"])


def _cells(name: str, table: Sequence[Row]) -> list[list[str]]:
    """The table's head and its rows as texts."""
    if name == "sc2net_support":
        return _support_cells(table)
    columns = COLUMNS[name]
    return [list(columns), *([cell(row) for cell in columns.values()] for row in table)]


def _support_cells(table: Sequence[Row]) -> list[list[str]]:
    """Cases and methods down, sizes of the support across."""
    sizes = sorted({row["n_nonzero"] for row in table})
    cells = {(row["case"], row["arm"], row["n_nonzero"]): spread("recovered_percent", 1)(row) for row in table}
    lines = [["case", "method", *(f"{size} non-zero" for size in sizes), "status"]]
    for case, arm in dict.fromkeys((row["case"], row["arm"]) for row in table):
        statuses = {row["status"] for row in table if (row["case"], row["arm"]) == (case, arm)}
        status = ", ".join(sorted(statuses - {"done"})) or "done"
        lines.append([case_label(case), arm_label(arm), *(cells.get((case, arm, n), "–") for n in sizes), status])
    chance = {row["n_nonzero"]: f"{row['guess_percent']:g}" for row in table}
    return [*lines, ["any", "a guess", *(chance[size] for size in sizes), ""]]

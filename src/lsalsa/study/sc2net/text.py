"""The SC2Net tables for reading: Markdown and LaTeX, with sentences that the numbers word."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lsalsa.study.heading import Heading
from lsalsa.study.sc2net.story import sentences_of
from lsalsa.study.sc2net.tables import Row
from lsalsa.study.tables.text import to_tex

NAMES = {
    "slstm_dictionary": "SLSTM from the dictionary",
    "slstm_untrained": "SLSTM untrained",
    "slstm_projected": "SLSTM, atoms projected",
    "slstm_dictionary_projected": "SLSTM from the dictionary, atoms projected",
    "lista_sc2net": "LISTA, unsupervised",
    "lfista_sc2net": "LFISTA, unsupervised",
    "slstm_sc2net": "SLSTM, unsupervised",
    "converged": "converged codes",
    "raw": "raw pixels",
}
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


def arm_label(arm: str) -> str:
    """An arm in print; the points of a sweep have the name of their method."""
    if arm in NAMES:
        return NAMES[arm]
    kind, _, rest = arm.partition("_")
    return NAMES.get(kind, kind.upper()) + (", dictionary as released" if rest == "released" else "")


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
    "sc2net_support": {
        "case": lambda row: row["case"].replace("_", " "),
        "method": lambda row: arm_label(row["arm"]),
        "non-zero": lambda row: str(row["n_nonzero"]),
        "recovered": spread("recovered_percent", 1),
        **STATUS,
    },
}


def to_markdown(name: str, table: Sequence[Row], heading: Heading) -> str:
    """Title, note, the table, and what its numbers say."""
    columns = COLUMNS[name]
    lines = [list(columns), ["--:"] * len(columns), *([cell(row) for cell in columns.values()] for row in table)]
    grid = "\n".join("| " + " | ".join(line) + " |" for line in lines)
    said = "\n".join(f"- {sentence}" for sentence in sentences_of(name, table))
    return (
        "\n\n".join(
            part for part in (f"## {heading.title}", f"{NOTES[name]} {heading.note}".strip(), grid, said) if part
        )
        + "\n"
    )


def to_latex(name: str, table: Sequence[Row], heading: Heading) -> str:
    """The same as a LaTeX table without any package; note and sentences stand in the caption."""
    columns = COLUMNS[name]
    caption = to_tex(" ".join([f"{heading.title}.", NOTES[name], heading.note, *sentences_of(name, table)]))
    lines = [
        f"\\begin{{table}}\n\\caption{{{caption}}}\n\\label{{table:{name}}}",
        f"\\begin{{tabular}}{{{'l' * 2}{'r' * (len(columns) - 2)}}}\n\\hline",
        " & ".join(map(to_tex, columns)) + " \\\\\n\\hline",
        *(" & ".join(to_tex(cell(row)) for cell in columns.values()) + " \\\\" for row in table),
    ]
    return "\n".join([*lines, "\\hline\n\\end{tabular}\n\\end{table}\n"])

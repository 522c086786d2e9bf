"""A table for reading: Markdown and LaTeX as a grid of depths and methods."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lsalsa.study.page import pipe_table
from lsalsa.study.tables.rows import KINDS, Kind, Row
from lsalsa.study.tables.skipped import SKIPPED, is_skipped

DEPTH_LINE = (
    "T is the depth: iterations of ISTA, FISTA and SALSA, layers of the learned LISTA and LSALSA. Each"
    " costs the same matrix product."
)

PROTOCOLS = {
    "paper": (
        "The classifier was fitted on the optimal codes of the very test images that it is asked about (the paper's"
        " protocol), so that only the error of the codes counts."
    ),
    "honest": "The classifier was fitted on optimal codes of train images, and never saw a test image.",
}
FLOORS = {
    "paper": "Floor, the error on the optimal codes themselves",
    "honest": "To compare with, the error on the optimal codes of the test images",
}


VARIANTS = {"adam": "Adam", "sgd": "SGD", "u": "read-out u", "softx": "read-out softx"}
"""Second part of a method's name -> its words in print; any other part is printed as it is."""


def method_label(method: str) -> str:
    """Name of a method in print: ``lsalsa_adam`` is LSALSA (Adam)."""
    kind, _, variant = method.partition("_")
    return f"{kind.upper()} ({VARIANTS.get(variant, variant.replace('_', ' '))})" if variant else kind.upper()


def note(
    kind: str,
    *,
    component: str | None = None,
    protocol: str = "paper",
    floors: Mapping[str, Mapping[str, float]] | None = None,
    guesses: Mapping[str, float] | None = None,
) -> str:
    """What a reader must know to read the table: the quantity, the protocol, the errors to compare with.

    Parameters
    ----------
    floors, guesses : mappings, optional
        ``floor_error_percent`` and ``guess_error_percent`` out of the metadata of ``classifiers/{task}.npz``; for
        the kind "classification" only.
    """
    whose = f" of the component {component}" if component else ""
    words = KINDS[kind].words + whose + ("; smaller is better." if KINDS[kind].less_is_better else ".")
    sentence = words[0].upper() + words[1:]
    if kind != "classification":
        return sentence
    floor, guess = _of_component(floors, component), _of_component(guesses, component)
    sentences = [sentence, PROTOCOLS[protocol]]
    if floor is not None:
        sentences.append(f"{FLOORS[protocol]}: {floor[protocol]:.2f} %.")
    if guess is not None:
        sentences.append(f"Always naming the most frequent class would miss {guess:.2f} %.")
    return " ".join(sentences)


def _of_component(facts: Mapping[str, Any] | None, component: str | None) -> Any:
    """The fact about a component; without its name, about the first, which is the only one where none is named."""
    return next((fact for name, fact in (facts or {}).items() if component in (None, name)), None)


def to_markdown(rows: Sequence[Row], title: str, note: str) -> str:
    """The rows for reading: depths down, methods across, the best of each depth in bold, remarks below."""
    kind = kind_of(rows)
    marks = _remarks(rows)
    parts = [f"## {title}", note]
    parts.append(_markdown_grid(rows, lambda row, best: _markdown_cell(row, kind, best, marks)))
    parts.append("\n".join(f"- {line}" for line in _legend(rows, marks)))
    if any(row[f"paper_{kind.written}"] is not None for row in rows):
        parts += ["The paper's numbers:", _markdown_grid(rows, lambda row, _: _paper_cell(row, kind))]
    return "\n\n".join(parts) + "\n"


def to_latex(rows: Sequence[Row], title: str, note: str, label: str) -> str:
    """The rows as a LaTeX table without any package; the note stands in the caption."""
    kind = kind_of(rows)
    marks = _remarks(rows)
    methods = list(dict.fromkeys(row["method"] for row in rows))
    lines = [
        f"\\begin{{table}}\n\\caption{{{to_tex(title)}. {to_tex(note)} {to_tex(' '.join(_legend(rows, marks)))}}}",
        f"\\label{{{label}}}\n\\begin{{tabular}}{{r{'r' * len(methods)}}}\n\\hline",
        " & ".join(["$T$", *(to_tex(method_label(method)) for method in methods)]) + " \\\\\n\\hline",
    ]
    for depth, cells, best in _by_depth(rows):
        texts = [_latex_cell(cell, kind, best, marks) for cell in cells]
        lines.append(" & ".join([str(depth), *texts]) + " \\\\")
    return "\n".join([*lines, "\\hline\n\\end{tabular}\n\\end{table}\n"])


def kind_of(rows: Sequence[Row]) -> Kind:
    """The kind of a table, told by its columns."""
    return next(kind for kind in KINDS.values() if kind.written in rows[0])


def _by_depth(rows: Sequence[Row]):
    """Depth, its rows in the order of the methods, and the best value among them (None without one)."""
    kind = kind_of(rows)
    for depth in dict.fromkeys(row["depth"] for row in rows):
        cells = [row for row in rows if row["depth"] == depth]
        values = [row[kind.written] for row in cells if row[kind.written] is not None and kind.less_is_better]
        yield depth, cells, min(values, default=None)


def _remarks(rows: Sequence[Row]) -> dict[tuple[int, str], int]:
    """Number of the remark on each cell that there is something to tell about."""
    told = [(row["depth"], row["method"]) for row in rows if row["status"] not in ("done", SKIPPED)]
    return {cell: number for number, cell in enumerate(told, start=1)}


def _legend(rows: Sequence[Row], marks: Mapping[tuple[int, str], int]) -> list[str]:
    lines = [DEPTH_LINE]
    if any(row[f"{kind_of(rows).written}_std"] is not None for row in rows):
        most = max(row["n_repetitions"] for row in rows)
        lines.append(f"± is one standard deviation over up to {most} repetitions that differ in their seed only.")
    if any(is_skipped(row["status"]) for row in rows):
        lines.append("– was not run.")
    for row in rows:
        if (row["depth"], row["method"]) in marks:
            number = marks[row["depth"], row["method"]]
            where = f"{method_label(row['method'])} at T = {row['depth']}"
            mean = "" if is_skipped(row["status"]) else f"; {_mean_over(row['n_repetitions'])}"
            lines.append(f"[{number}] {where}: {row['status']}{mean}.")
    return lines


def _mean_over(count: int) -> str:
    return f"mean over {count} repetition{'s' * (count > 1)}" if count else "no mean"


def number(row: Row, kind: Kind) -> str:
    """A cell's mean and spread in print, a dash without a mean."""
    value, spread = row[kind.written], row[f"{kind.written}_std"]
    if value is None:
        return "–"
    return f"{value:.{kind.decimals}f}" + ("" if spread is None else f" ± {spread:.{kind.decimals}f}")


def _markdown_cell(row: Row, kind: Kind, best: float | None, marks: Mapping[tuple[int, str], int]) -> str:
    text = number(row, kind)
    text = f"**{text}**" if best is not None and row[kind.written] == best else text
    mark = marks.get((row["depth"], row["method"]))
    return f"{text} [{mark}]" if mark else text


def _latex_cell(row: Row, kind: Kind, best: float | None, marks: Mapping[tuple[int, str], int]) -> str:
    text = to_tex(number(row, kind))
    text = f"\\textbf{{{text}}}" if best is not None and row[kind.written] == best else text
    mark = marks.get((row["depth"], row["method"]))
    return f"{text} [{mark}]" if mark else text


def _paper_cell(row: Row, kind: Kind) -> str:
    value = row[f"paper_{kind.written}"]
    return "–" if value is None else f"{value:.{kind.decimals}f}"


def _markdown_grid(rows: Sequence[Row], cell_text) -> str:
    methods = list(dict.fromkeys(row["method"] for row in rows))
    lines = [[str(depth), *(cell_text(cell, best) for cell in cells)] for depth, cells, best in _by_depth(rows)]
    return pipe_table(["T", *map(method_label, methods)], lines)


_TEX = str.maketrans(
    {
        **{character: f"\\{character}" for character in "&%$#_{}"},
        "\\": "\\textbackslash{}",
        "~": "\\textasciitilde{}",
        "^": "\\textasciicircum{}",
        "±": "$\\pm$",
        "–": "--",
    }
)


def to_tex(text: str) -> str:
    """Plain text as LaTeX takes it."""
    return text.translate(_TEX)

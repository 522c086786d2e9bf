"""One table as CSV, Markdown, LaTeX and a page: each read back by a reader of its own says the same."""

import csv
import io
import re
import xml.etree.ElementTree as tree

import pytest

from lsalsa.study.heading import Heading
from lsalsa.study.pages.render import pipe_table, render, to_csv, to_tex
from lsalsa.study.pages.table import Column, Grid, Table, grid

ROWS = [
    {"depth": 1, "method": "fista", "error": 61.6, "error_std": None, "note": "a|b & c_d"},
    {"depth": 1, "method": "lsalsa", "error": 2.0712345678, "error_std": 0.0612, "note": None},
    {"depth": 3, "method": "lsalsa", "error": None, "error_std": None, "note": "50 % {x} ~ ^ \\ $ #"},
]
COLUMNS = [
    Column("method", "method | in print", str.upper),
    Column("error", "error in %", ".2f", spread=True),
    Column("note", "note"),
]
SHOWN = [
    ["method | in print", "error in %", "note"],
    ["FISTA", "61.60", "a|b & c_d"],
    ["LSALSA", "2.07 ± 0.06", "–"],
    ["LSALSA", "–", "50 % {x} ~ ^ \\ $ #"],
]
PRINTED = Grid(["T", "LSALSA"], [["1", "**1.91** [1]"]], 0, "The paper's numbers; 1 < 2:")
TABLE = Table(
    Heading("Error of A & B (partial data)", "Partial data: a_b (10 of 20)."),
    ROWS,
    [grid(COLUMNS, ROWS), PRINTED],
    ["Smaller is better; 1/2 |y - A x|^2, AᵀA."],
    ["[1] LSALSA at T = 1: diverged.", "– was not run."],
    {"Section 6 & more": ["**reproduced.** It is so.", "**partly.** 2 < 3."], "Supplement": ["**partly.** So."]},
)
TEXTS = render(TABLE, "table:error")
WORDS = [*TABLE.notes, TABLE.heading.note]


# --- CSV -----------------------------------------------------------------------------------------------------


def test_csv_holds_every_row_with_six_digits_and_nothing_for_what_is_missing():
    read = list(csv.DictReader(io.StringIO(TEXTS["csv"])))
    assert list(read[0]) == list(ROWS[0])
    assert [row["error"] for row in read] == ["61.6", "2.07123", ""]
    assert [row["note"] for row in read] == [row["note"] or "" for row in ROWS]
    assert to_csv(ROWS) == TEXTS["csv"]


# --- Markdown ------------------------------------------------------------------------------------------------


def pipe_tables(markdown):
    """The tables of a Markdown text by hand: rows of cells, the escaped pipes plain again, and the alignments."""
    for block in markdown.split("\n\n"):
        if block.startswith("|"):
            lines = [re.split(r"(?<!\\)\|", line)[1:-1] for line in block.splitlines()]
            cells = [[cell.strip().replace("\\|", "|") for cell in line] for line in lines]
            yield [cells[0], *cells[2:]], ["right" if cell.endswith(":") else "left" for cell in cells[1]]


def test_markdown_has_the_parts_of_a_table_in_their_order():
    parts = [f"## {TABLE.heading.title}", " ".join(WORDS), None, PRINTED.caption, None]
    parts += ["- [1] LSALSA at T = 1: diverged.\n- – was not run.", "### Section 6 & more"]
    parts += ["- **reproduced.** It is so.\n- **partly.** 2 < 3.", "### Supplement", "- **partly.** So.\n"]
    found = TEXTS["markdown"].split("\n\n")
    assert [part if wanted else None for part, wanted in zip(found, parts, strict=True)] == parts


def test_markdown_has_every_cell_words_to_the_left_and_numbers_to_the_right():
    (first, aligned), (second, _) = pipe_tables(TEXTS["markdown"])
    assert first == SHOWN
    assert aligned == ["left", "right", "right"]
    assert second == [["T", "LSALSA"], ["1", "**1.91** [1]"]]
    assert pipe_table(PRINTED) in TEXTS["markdown"]


def test_what_a_table_does_not_have_leaves_no_trace():
    bare = Table(Heading("Bare"), ROWS, [Grid(["a"], [["1"]])])
    markdown, latex = (render(bare, "table:bare")[form] for form in ("markdown", "latex"))
    assert markdown == f"## Bare\n\n{pipe_table(bare.grids[0])}\n"
    assert "\\caption{Bare.}" in latex and latex.endswith("\\end{table}\n")


# --- LaTeX ---------------------------------------------------------------------------------------------------

SYMBOLS = {"backslash": "\\", "asciitilde": "~", "asciicircum": "^", "less": "<", "greater": ">", "bar": "|"}
TOKENS = re.compile(
    r"\\text(?P<name>backslash|asciitilde|asciicircum|less|greater|bar)\{\}|\\textbf\{(?P<bold>[^{}]*)\}"
    r"|\\(?P<escaped>[&%$#_{}])|(?P<plus>\$\\pm\$)|(?P<power>\$\^T\$)|(?P<dash>--)|(?P<plain>[^\\&%$#_{}~^<>|])"
)


def typeset(latex):
    """What LaTeX prints for a piece of text; a character that it would take for a command is a fault."""
    words, place = [], 0
    while place < len(latex):
        token = TOKENS.match(latex, place)
        assert token, f"LaTeX would not print {latex[place : place + 10]!r} of {latex!r}"
        words.append(_printed(token))
        place = token.end()
    return "".join(words)


def _printed(token):
    if token["bold"] is not None:
        return f"**{typeset(token['bold'])}**"
    marks = {"plus": "±", "power": "ᵀ", "dash": "–"}
    return SYMBOLS.get(token["name"]) or token["escaped"] or token["plain"] or marks[token.lastgroup]


def tabulars(latex):
    for body in re.findall(r"\\begin\{tabular\}\{[lr]+\}\n(.*?)\\end\{tabular\}", latex, re.DOTALL):
        lines = [line.removesuffix("\\\\") for line in body.splitlines() if line != "\\hline"]
        yield [[typeset(cell.strip()) for cell in re.split(r"(?<!\\)&", line)] for line in lines]


@pytest.mark.parametrize("character", "&%$#_{}\\~^<>|±–ᵀ[]*`'()/=+-,.;:")
def test_every_character_is_printed_as_itself(character):
    assert typeset(to_tex(f"a{character}b {character} 1")) == f"a{character}b {character} 1"


def test_bold_words_are_bold_in_latex_whatever_stands_in_them():
    assert to_tex("**1.5 ± 0.2** [1]") == "\\textbf{1.5 $\\pm$ 0.2} [1]"
    assert to_tex("**a** and **b**") == "\\textbf{a} and \\textbf{b}"


def test_latex_has_every_cell_and_the_sentences_in_its_caption():
    first, second = tabulars(TEXTS["latex"])
    assert first == SHOWN
    assert second == [["T", "LSALSA"], ["1", "**1.91** [1]"]]
    caption = re.search(r"\\caption\{(.*)\}\n\\label\{table:error\}", TEXTS["latex"])[1]
    assert typeset(caption) == " ".join([f"{TABLE.heading.title}.", *WORDS, *TABLE.sentences])
    assert re.findall(r"\{tabular\}\{(.*)\}", TEXTS["latex"]) == ["lrr", "rr"]


def test_latex_has_a_list_for_each_section_and_every_environment_ends():
    latex = TEXTS["latex"]
    assert [typeset(name) for name in re.findall(r"\\subsection\*\{(.*)\}", latex)] == list(TABLE.sections)
    items = [typeset(item) for item in re.findall(r"\\item (.*)", latex)]
    assert items == [sentence for sentences in TABLE.sections.values() for sentence in sentences]
    begun, ended = (re.findall(rf"\\{word}\{{(\w+)\}}", latex) for word in ("begin", "end"))
    assert begun == ["table", "tabular", "tabular", "itemize", "itemize"]
    assert sorted(begun) == sorted(ended)


# --- page ----------------------------------------------------------------------------------------------------


def page():
    text = TEXTS["page"]
    assert text.startswith("<!DOCTYPE html>\n")
    return tree.fromstring(text.split("\n", 1)[1].replace('<meta charset="utf-8">', ""))


def text_of(element):
    return "".join(element.itertext())


def test_headings_paragraphs_and_remarks_are_kept_on_the_page():
    body = page().find("body")
    assert text_of(body.find("h2")) == page().find("head/title").text == TABLE.heading.title
    assert [text_of(part) for part in body.findall("p")] == [" ".join(WORDS), PRINTED.caption]
    assert [text_of(part) for part in body.findall("h3")] == list(TABLE.sections)
    items = [[text_of(item) for item in one] for one in body.findall("ul")]
    sections = [[text.replace("**", "") for text in texts] for texts in TABLE.sections.values()]
    assert items == [list(TABLE.sentences), *sections]


def test_every_cell_is_kept_on_the_page_and_bold_words_are_bold():
    tables = [[[text_of(cell) for cell in row] for row in one.iter("tr")] for one in page().iter("table")]
    assert tables == [SHOWN, [["T", "LSALSA"], ["1", "1.91 [1]"]]]
    assert [text_of(word) for word in page().iter("strong")] == ["1.91", "reproduced.", "partly.", "partly."]


def test_words_in_angle_brackets_stay_words():
    harmful = Table(Heading("<i>A</i>"), ROWS, [Grid(["a"], [["<script>x</script>"]])])
    text = render(harmful, "table:harmful")["page"]
    assert "<script" not in text and "<i>" not in text


def test_page_loads_nothing_from_elsewhere():
    assert not re.search(r"https?:|src=|href=|@import|url\(", TEXTS["page"])


# --- cells ---------------------------------------------------------------------------------------------------


def test_cell_has_its_form_its_spread_and_a_dash_without_a_value():
    column = Column("error", "error", ".1f", spread=True)
    assert [column.text(row) for row in ROWS] == ["61.6", "2.1 ± 0.1", "–"]
    assert Column("error", "error", ".1f").text(ROWS[1]) == "2.1"
    assert Column("error", "error", lambda value: f"<{value:g}>", spread=True).text(ROWS[1]) == "<2.07123> ± <0.0612>"
    assert Column("depth", "T").text(ROWS[0]) == "1"

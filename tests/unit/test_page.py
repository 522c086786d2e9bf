"""The HTML page of a notebook: sections with content only, each note once, and the notebook as it was."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from lsalsa.study.pages.page import page_of


def shows(text):
    return new_code_cell("show()", outputs=[new_output("display_data", {"text/markdown": text})])


@pytest.fixture
def page(tmp_path):
    def made(*cells):
        path = tmp_path / "any.ipynb"
        nbformat.write(new_notebook(cells=[new_markdown_cell("# Title"), new_code_cell("import this"), *cells]), path)
        before = path.read_bytes()
        html = page_of(path, "02_theory")
        assert path.read_bytes() == before
        return html

    return made


def test_a_section_whose_cells_show_nothing_is_left_out_and_prose_stays(page):
    empty = [new_markdown_cell("## Adam\n\nSmaller is better."), new_code_cell("for name in []: show(name)")]
    blank = [new_markdown_cell("## Blank"), shows("")]
    prose, full = (
        [new_markdown_cell("## Only words")],
        [new_markdown_cell("## Found"), new_code_cell(), shows("a number")],
    )
    html = page(*empty, *prose, *blank, *full)
    assert [word in html for word in ("Title", "Only words", "Found", "a number")] == [True] * 4
    assert not any(word in html for word in ("Adam", "Smaller is better", "Blank"))


def test_pictures_and_printed_text_are_content(page):
    picture = new_code_cell(outputs=[new_output("display_data", {"image/png": "aGVsbG8="})])
    printed = new_code_cell(outputs=[new_output("stream", text="seven")])
    html = page(new_markdown_cell("## Drawn"), picture, new_markdown_cell("## Printed"), printed)
    assert "Drawn" in html and "Printed" in html and "seven" in html


def test_a_note_stands_below_the_first_table_that_needs_it(page):
    note, other = "- T is the depth.", "- – was not run: LISTA at T = 50."
    html = page(new_markdown_cell("## Numbers"), shows(f"First table\n\n{note}"), shows(f"Second\n\n{note}\n{other}"))
    assert html.count("T is the depth.") == 1 and html.index("T is the depth.") < html.index("Second")
    assert "LISTA at T = 50" in html


def test_the_page_has_the_name_of_the_notebook_and_loads_nothing(page):
    html = page()
    assert "<title>02_theory</title>" in html and "import this" not in html
    assert 'src="http' not in html

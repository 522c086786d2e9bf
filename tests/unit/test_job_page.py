"""A table's Markdown as a page: what stands in the one stands in the other."""

import xml.etree.ElementTree as tree

from lsalsa.study.page import to_page

MARKDOWN = """## Error of A & B

Smaller is better; 1 < 2.

| T | FISTA | LSALSA |
| --: | --: | --: |
| 1 | 61.60 | **2.07 ± 0.06** |
| 3 | 30.70 [1] | – |

- [1] FISTA at T = 3: diverged.
- – was not run.
"""


def page():
    text = to_page(MARKDOWN)
    assert text.startswith("<!DOCTYPE html>\n")
    return tree.fromstring(text.split("\n", 1)[1].replace('<meta charset="utf-8">', ""))


def test_headings_paragraphs_and_remarks_are_kept():
    body = page().find("body")
    assert body.find("h2").text == "Error of A & B" == page().find("head/title").text
    assert body.find("p").text == "Smaller is better; 1 < 2."
    assert [item.text for item in body.findall("ul/li")] == ["[1] FISTA at T = 3: diverged.", "– was not run."]


def test_every_cell_is_kept_and_the_best_is_bold():
    rows = [["".join(cell.itertext()) for cell in row] for row in page().findall("body/table/tr")]
    assert rows == [["T", "FISTA", "LSALSA"], ["1", "61.60", "2.07 ± 0.06"], ["3", "30.70 [1]", "–"]]
    assert [cell.text for cell in page().iter("b")] == ["2.07 ± 0.06"]


def test_page_loads_nothing_from_elsewhere():
    assert "http" not in to_page(MARKDOWN)

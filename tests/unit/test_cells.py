"""What cells of notebooks show alike."""

import pytest
from PIL import Image

from lsalsa.study.pages import cells


@pytest.fixture
def displayed(monkeypatch):
    """Collects what a cell displays."""
    found = []
    monkeypatch.setattr(cells, "display", found.append)
    return found


def test_head_names_the_study_and_what_the_page_shows():
    page = cells.head("Codes", "demo", {"table_1": "t1.csv", "table_2": "t2.csv"}, {})
    assert page.data == "**Codes.** Study `demo`, tables table_1, table_2; figures none."


def test_figures_come_in_their_order(displayed, tmp_path):
    paths = [tmp_path / name for name in ("b.png", "a.png")]
    for grey, path in enumerate(paths):
        Image.new("L", (2, 3), grey).save(path)
    cells.show_figures(map(str, paths))
    assert [one.data for one in displayed] == [path.read_bytes() for path in paths]


def test_tables_stand_one_level_below_the_page(displayed):
    cells.show_tables(["# One\n", "## Two\n"])
    assert [one.data for one in displayed] == ["## One\n", "### Two\n"]

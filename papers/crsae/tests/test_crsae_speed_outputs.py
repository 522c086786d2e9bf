"""The table and the figure of times: ratios and sentences from made-up rows, pictures that can be read."""

import re

import pytest
from pictures import check_files, texts_off_the_page, words_of

from lsalsa.study import figures
from lsalsa.study.claims import VERDICTS
from lsalsa.study.heading import Heading
from lsalsa.study.pages.render import render
from lsalsa.study.shown import Shown
from lsalsa.study.tables import make_table
from papers.crsae.speed import findings
from papers.crsae.speed.timing import MEASURED

SHOWN = Shown("crsae_speed", Heading("The title"))


def row(method, seconds, gap=1e-6, rate=15.0, tolerance=1e-5, criterion="gap", status="ok", **facts):
    measured = {"seconds": seconds, "relative_gap": gap, "relative_excess": gap and gap / 10, "n_windows": 2}
    asked = {"rate": rate, "method": method, "tolerance": tolerance, "criterion": criterion, "depth": None}
    versions = {"version_numpy": "2.0", "version_scipy": "1.0"}
    return {**asked, **dict.fromkeys(MEASURED), **measured, "status": status, "reason": None, **versions, **facts}


def rows_at(rate, exact=1e-3):
    return [
        row("exact", exact, 1e-15, rate, 1e-12),
        row("exact_certified", 3e-3, 1e-15, rate, 1e-12),
        row("fista", 5e-3, 1e-2, rate, None, None, depth=40, n_iterations=40),
        row("fista", 2e-2, 1e-4, rate, criterion="excess", n_iterations=180),
        row("fista", None, None, rate, status="diverged", reason="FISTA never arrives"),
        row("interior_point", 0.1, rate=rate, n_iterations=11),
        row("clarabel", 2.0, rate=rate, n_iterations=10, version="0.11"),
        row("ecos", 4.0, 1e-2, rate, status="inaccurate", reason="Close to optimal", n_iterations=30, version="2.0"),
    ]


ROWS = [*rows_at(15.0), *rows_at(68.0, exact=4e-3)]
STREAM = {"rate": 15.0, "recording_seconds": 3600, "coding_seconds": 2.0, "drawing_seconds": 1.0, "n_spikes": 10_000}
STREAM |= {"relative_gap": 1e-15, "early_seconds": 60, "early_memory_mib": 300.0, "peak_memory_mib": 300.5}
STREAM |= {"status": "ok"}


def table(rows=ROWS, streams=(STREAM,)):
    data = {"crsae.window_times": list(rows), "crsae.stream_times": list(streams)}
    return make_table("crsae.speed", data, SHOWN)


def test_ratios_are_to_the_exact_coder_on_the_same_windows_and_to_the_encoder_of_equal_excess():
    found = {(one["method"], one["rate"]): one for one in findings.ratios(ROWS)}
    assert found["clarabel", 15.0]["exact"] == pytest.approx(2000)
    assert found["clarabel", 68.0]["exact"] == pytest.approx(500)
    assert found["interior_point", 15.0]["fista"] == pytest.approx(5)
    assert {one["depth"] for one in found.values()} == {180}


def test_a_solver_that_misses_its_tolerance_is_in_no_ratio_and_is_named():
    assert "ecos" not in {one["method"] for one in findings.ratios(ROWS)}
    said = [sentence for sentence in table().sentences if sentence.startswith("ECOS")]
    assert len(said) == 2
    expected = "ECOS misses its tolerance 1e-05 with 15 spikes per second, at a gap of 1e-02: Close to optimal."
    assert said[0] == expected


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(5.0, "5,000 times as fast at a smaller gap, more than"), (0.5, "500 times as fast at a smaller gap, less than")],
)
def test_the_abstracts_number_stands_beside_what_was_measured(seconds, words):
    (sentence,) = findings.against_900([row("exact", 1e-3, 1e-15), row("clarabel", seconds)])
    assert f"the exact coder is {words} the abstract's 900." in sentence


def test_rates_on_either_side_of_the_abstracts_number_are_told_apart():
    clarabel = next(one for one in findings.against_900(ROWS) if one.startswith("Clarabel"))
    assert "500 to 2,000 times as fast at a smaller gap, on either side of the abstract's 900" in clarabel
    assert "the encoder at an excess of at most 1e-05 (T = 180) 100 times, less than the abstract's 900" in clarabel


def test_a_gap_that_is_not_smaller_is_said():
    (sentence,) = findings.against_900([row("exact", 1e-3, 1e-5), row("clarabel", 1.0, 1e-6)])
    assert "at a gap that is not smaller on all windows" in sentence


def test_a_grid_for_each_rate_and_one_for_recordings_and_every_row_in_the_file():
    made = table()
    assert [grid.caption for grid in made.grids[:2]] == [f"Windows with {rate} spikes per second." for rate in (15, 68)]
    (first, *_) = made.grids
    assert [line[0] for line in first.lines][:4] == [
        "exact coder",
        "exact coder, prepared and certified each time",
        "FISTA encoder, T = 40",
        "FISTA encoder to excess 1e-05, T = 180",
    ]
    assert first.lines[0][2:4] == ["1", "1"] and first.lines[6][2:4] == ["2e+03", "2e+03"]
    assert [one["part"] for one in made.rows] == ["window"] * 16 + ["stream"]
    assert len({tuple(one) for one in made.rows}) == 1
    assert any("FISTA never arrives" in note for note in made.notes)
    assert all(render(made, "table:crsae_speed").values())


def test_recordings_are_told_by_their_seconds_and_the_growth_of_memory():
    (sentence,) = findings.of_streams([STREAM])
    assert "3,600 s is coded in 2 s, 1,800 times faster" in sentence and "grows by 0.5 MiB" in sentence
    (unknown,) = findings.of_streams([STREAM | {"peak_memory_mib": None, "early_memory_mib": None}])
    assert "MiB" not in unknown


def test_no_sentence_passes_a_verdict():
    words = (*VERDICTS, "claim", "confirmed", "refuted")
    assert [one for one in table().sentences if any(re.search(rf"\b{word}\b", one.lower()) for word in words)] == []


def test_nothing_that_was_measured_gives_a_table_and_a_figure_all_the_same():
    skipped = [one | {"seconds": None, "relative_gap": None, "status": "skipped", "reason": "gone"} for one in ROWS]
    assert table(skipped).grids
    assert figures.plot("crsae.speed", {"crsae.window_times": skipped}, SHOWN).axes


# --- the figure ---------------------------------------------------------------------------------------------------


def plotted(rows=ROWS):
    return figures.plot("crsae.speed", {"crsae.window_times": rows}, SHOWN)


def test_the_figure_has_the_same_bytes_each_time(tmp_path):
    check_files(plotted, tmp_path)


def test_every_text_lies_on_the_page():
    figure = plotted()
    assert list(texts_off_the_page(figure)) == []
    assert "The title" in words_of(figure)


def test_every_rate_has_a_panel_with_a_line_for_each_method_and_one_for_the_excess():
    figure = plotted()
    assert [axes.get_title() for axes in figure.axes] == ["15 spikes per second", "68 spikes per second"]
    lines = {line.get_label(): line for line in figure.axes[0].lines}
    assert set(lines) == {*findings.METHODS.values(), "FISTA encoder: excess"}
    assert lines["FISTA encoder"].get_xdata().tolist() == [5e-3, 2e-2]
    assert lines["FISTA encoder: excess"].get_ydata().tolist() == pytest.approx([1e-3, 1e-5])

"""The experiment `spikes` in the study: its block, its jobs, its table and its figures."""

import re

import numpy as np
import pytest
import yaml
from pictures import check_files, texts_off_the_page, words_of
from studies import NOTHING, ROOT, small

from lsalsa.errors import ConfigError
from lsalsa.study import figures
from lsalsa.study.config.rules import settings_of
from lsalsa.study.heading import Heading
from lsalsa.study.load import load_study
from lsalsa.study.pages.render import render
from lsalsa.study.shown import Shown
from lsalsa.study.tables import make_table
from papers.crsae.figures.spikes import mean_curve
from papers.crsae.figures.templates import aligned
from papers.crsae.paper import PAPER
from papers.crsae.spikes import experiment
from papers.crsae.spikes.sorting import NEED_TRUTH

METHODS = ("true", "kmeans", "decoder_only", "implicit", "em")
MISSED = dict(zip(METHODS, (1.0, 3.0, 2.0, 60.0, 4.0), strict=True))
DETAILS = {"spikes_methods": METHODS, "spikes_penalty": 4.0, "spikes_crossing": 4.0, "spikes_tolerance_ms": 0.5}
SHOWN = Shown("crsae_spikes", Heading("Spikes found in synthetic ground truth"), details=DETAILS)


def row_of(method, n_channels, repetition, unit, **changes):
    """Cell b is worse by 2 points than cell a, the second seed by 1 than the first, one channel by 30 than four."""
    missed = MISSED[method] + 2 * (unit == "b") + repetition + 30 * (n_channels == 1)
    return {
        "recording": "synthetic",
        "origin": "synthetic ground truth (SpikeInterface)",
        "method": method,
        "n_channels": n_channels,
        "repetition": repetition,
        "seed": 7,
        "unit": unit,
        "template": 0,
        "threshold": 2.0,
        "penalty": 4.0,
        "n_true": 100,
        "n_found": 90,
        "n_missed": 3,
        "n_false": 1,
        "missed_percent": missed,
        "false_percent": 1.0,
        "template_error": 0.2,
        "template_error_whole": 0.3,
        "template_correlation": 0.98,
        "most_alike": 0.99 if n_channels == 1 else 0.8,
        "relative_gap": 1e-15,
        "status": "ok",
        **changes,
    }


ROWS = [row_of(m, c, r, u) for m in METHODS for c in (4, 1) for r in (0, 1) for u in ("a", "b")]
KEYS = ("recording", "method", "n_channels", "repetition", "unit")
CURVES = [
    {key: row[key] for key in KEYS}
    | {"shift": shift, "missed_percent": row["missed_percent"] + shift, "false_percent": 4.0 - shift}
    for row in ROWS
    for shift in (0.0, 1.0)
]
WAVES = np.random.default_rng(0).normal(size=(12, 4, 2))
BANKS = [{"templates_4_0": WAVES + 0.1 * i, "cells_4_0": [0, -1], "true_4_0": WAVES} for i in range(len(METHODS))]
DATA = {"crsae.spikes": ROWS, "crsae.spike_curves": CURVES, "crsae.spike_templates": BANKS}


# --- the table -------------------------------------------------------------------------------------------------------


def table_of(rows=ROWS):
    return make_table("crsae.spikes", {"crsae.spikes": rows}, SHOWN)


def test_means_are_over_cells_and_the_spread_is_between_seeds():
    first = table_of().rows[0]
    assert (first["method"], first["n_channels"], first["unit"]) == ("true", 4, "all")
    assert (first["missed_percent"], first["n_repetitions"], first["n_cells"]) == (2.5, 2, 4)
    assert first["missed_percent_std"] == pytest.approx(0.5**0.5)
    lost = {row["method"]: row["n_lost"] for row in table_of().rows if row["unit"] == "all" and row["n_channels"] == 4}
    assert lost == dict.fromkeys(METHODS, 0) | {"implicit": 4}


def test_the_csv_file_has_every_cell_and_every_output_says_that_it_is_synthetic():
    texts = render(table_of(), "table:crsae_spikes")
    assert len(texts["csv"].splitlines()) == 1 + 10 + len(ROWS)
    assert all("synthetic ground truth (SpikeInterface)" in texts[form] for form in ("csv", "markdown", "latex"))
    for kind in ("crsae.spikes", "crsae.templates"):
        assert "synthetic ground truth (SpikeInterface)" in words_of(plotted(kind)).replace("\n", " ")


def test_sentences_give_both_numbers_whoever_is_better_and_what_one_channel_costs():
    held, implicit, em, one = table_of().sentences
    assert held.startswith(
        "synthetic: CRsAE, codes held, 4 channels: 3.5 % missed and 1.0 % false, template error 0.200"
    )
    assert held.endswith("k-means, its start, 4.5 % missed and 1.0 % false, error 0.200.")
    assert "61.5 % missed" in implicit and "5.5 % missed" in em
    assert "correlation of up to 0.990 (0.800 on 4)" in one
    assert "32.5 % missed and 1.0 % false instead of 2.5 % missed" in one


def test_a_method_that_failed_is_named_and_has_no_mean():
    failed = [row | {"status": "diverged"} if row["method"] == "implicit" else row for row in ROWS]
    table = table_of(failed)
    row = next(row for row in table.rows if row["method"] == "implicit")
    assert (row["missed_percent"], row["status"]) == (None, "diverged (repetition 0, 1)")
    assert not any("implicit" in sentence for sentence in table.sentences)


def test_a_cell_without_a_template_counts_as_lost_and_has_no_error():
    none = {
        "template": None,
        "template_error": None,
        "template_error_whole": None,
        "template_correlation": None,
        "missed_percent": 100.0,
    }
    rows = [row | none if (row["method"], row["unit"]) == ("kmeans", "b") else row for row in ROWS]
    row = next(row for row in table_of(rows).rows if (row["method"], row["n_channels"]) == ("kmeans", 4))
    assert (row["n_lost"], row["template_error"]) == (2, pytest.approx(0.2))
    assert row["missed_percent"] == pytest.approx((3.0 + 100 + 4.0 + 100) / 4)


UNKNOWN = [
    row_of(method, 4, repetition, f"template {i + 1}", template=i, n_found=30 + i, per_second=15.0, amplitude=9.5)
    | dict.fromkeys(NEED_TRUTH)
    | {"recording": "own", "origin": "own.npz"}
    for method in ("kmeans", "em")
    for repetition in (0, 1)
    for i in (0, 1)
]


def test_without_known_spikes_the_table_counts_them_template_by_template():
    table = table_of(UNKNOWN)
    texts = render(table, "table:crsae_spikes")
    assert len(table.grids) == 1 and table.sentences == []
    assert [line.split("|")[3].strip() for line in texts["markdown"].splitlines() if line.startswith("| own")] == [
        "template 1",
        "template 2",
    ] * 2
    assert "missed %" not in texts["markdown"] and "nobody can say which are missed" in texts["markdown"]
    assert len(texts["csv"].splitlines()) == 1 + len(UNKNOWN)


def test_known_and_unknown_spikes_stand_in_grids_of_their_own():
    both = table_of(ROWS + UNKNOWN)
    assert [len(one.lines) for one in both.grids] == [10, 4]
    assert both.rows[:10] == [{key: row.get(key) for key in both.rows[0]} for row in table_of().rows[:10]]


def test_templates_without_known_spikes_are_moved_onto_those_of_the_first_method():
    waves = np.random.default_rng(0).normal(size=(12, 4, 2))
    none = np.empty((12, 4, 0))
    banks = [
        {"templates_4_0": np.roll(waves, shift, axis=0) * keep, "cells_4_0": [0, 1], "true_4_0": none}
        for shift, keep in ((0, 1.0), (0, 0.5))
    ]
    shown = Shown("crsae_templates", Heading("Own"), details=DETAILS | {"spikes_methods": ("kmeans", "em")})
    figure = figures.plot("crsae.templates", {"crsae.spikes": UNKNOWN, "crsae.spike_templates": banks}, shown)
    axes = np.array(figure.axes).reshape(2, 4)
    np.testing.assert_array_equal(axes[1, 2].lines[0].get_ydata(), waves[:, 2, 1])
    np.testing.assert_array_equal(axes[1, 2].lines[1].get_ydata(), 0.5 * waves[:, 2, 1])
    assert "Nobody knows the true templates" in words_of(figure).replace("\n", " ")


# --- the figures -----------------------------------------------------------------------------------------------------


def plotted(kind, **changes):
    return figures.plot(kind, DATA | changes, SHOWN)


@pytest.mark.parametrize("kind", ["crsae.spikes", "crsae.templates"])
def test_a_figure_is_legible_and_the_same_each_time(kind, tmp_path):
    check_files(lambda: plotted(kind), tmp_path)
    assert list(texts_off_the_page(plotted(kind))) == []


def test_curves_are_means_at_equal_shifts_and_pass_through_their_markers():
    own = [row for row in CURVES if (row["method"], row["n_channels"]) == ("true", 4)]
    missed, false = mean_curve(own)
    assert (missed.tolist(), false.tolist()) == ([2.5, 3.5], [4.0, 3.0])
    first, second = plotted("crsae.spikes").axes
    assert (first.get_title(), second.get_title()) == ("synthetic, 4 channels", "synthetic, 1 channel")
    assert first.lines[0].get_xdata().tolist() == [2.5, 3.5]
    assert (first.lines[1].get_xdata(), first.lines[1].get_ydata()) == ([2.5], [1.0])


def test_templates_are_moved_onto_the_true_ones_and_a_missing_cell_has_the_true_one_alone():
    wave = np.zeros((20, 2))
    wave[6:10] = np.random.default_rng(1).normal(size=(4, 2))
    np.testing.assert_array_equal(aligned(np.roll(wave, 4, axis=0), wave), wave)
    axes = np.array(plotted("crsae.templates").axes).reshape(2, 4)
    assert [len(place.lines) for place in axes[0]] == [5] * 4
    assert [len(place.lines) for place in axes[1]] == [0] * 4


# --- the block -------------------------------------------------------------------------------------------------------


def study_with(tmp_path=None, **spikes):
    recordings = {"synthetic": {"source": "spikeinterface_ground_truth", "settings": {"seconds": 5.0}}}
    block = {"claims": False, "notebooks": False, "spikes": {"recordings": recordings} | spikes}
    extra = {"data_dir": str(tmp_path)} if tmp_path else {}
    return load_study(small(lsalsa=NOTHING, crsae=block, **extra))


HC1 = {"real": {"source": "hc1", "optional": True, "n_templates": 5, "n_channels": [4]}}


def test_an_optional_recording_counts_only_when_the_user_has_it(tmp_path):
    synthetic = {"synthetic": {"source": "spikeinterface_ground_truth"}}
    absent = study_with(tmp_path, recordings=synthetic | HC1)
    assert experiment.recordings_of(absent) == ["synthetic"]
    assert "hc-1" not in absent.tables["crsae_spikes"].title
    (tmp_path / "d5331.zip").write_bytes(b"")
    present = study_with(tmp_path, recordings=synthetic | HC1)
    assert experiment.recordings_of(present) == ["synthetic", "real"]
    title = present.tables["crsae_spikes"].title
    assert "synthetic ground truth (SpikeInterface) and hc-1 d533101 (CRCNS)" in title
    assert experiment.files_of_recording(present, "real") == [str(tmp_path / "d5331.zip")]
    needed = experiment.NEEDS["spikes"].files(present, present.tables["crsae_spikes"])
    assert needed == [f"crsae/spikes/{name}/{method}.parquet" for name in ("synthetic", "real") for method in METHODS]


def test_jobs_get_what_they_use_and_only_learning_depends_on_the_training():
    study = study_with(training={"epochs": 2})
    other = study_with(training={"epochs": 3})
    for method in METHODS:
        names = {"recording": "synthetic", "sorter": method}
        mine, theirs = (settings_of(one, "sort_crsae_spikes", **names) for one in (study, other))
        assert (mine != theirs) == (method in experiment.LEARNED) == bool(experiment.start_of("synthetic", method))
    fetched = settings_of(study, "fetch_crsae_recording", recording="synthetic")
    assert (fetched["settings"]["seconds"], fetched["settings"]["n_units"], fetched["repetitions"]) == (5.0, 4, 3)


def test_a_recording_that_is_not_there_is_missing_and_an_optional_one_is_not():
    synthetic = {"synthetic": {"source": "spikeinterface_ground_truth"}}
    (fault,) = PAPER.missing(study_with(recordings={"a": {"source": "hc1"}}))
    assert re.fullmatch(r"crsae\.spikes\.recordings\.a: .* holds no d5331\.zip.*", fault)
    assert list(PAPER.missing(study_with(recordings=synthetic | HC1))) == []


def test_the_recording_of_the_documentation_needs_no_known_spikes(tmp_path):
    text = (ROOT / "docs" / "data.md").read_text()
    settings = yaml.safe_load(re.search(r"<!-- example: recording -->\n```yaml\n(.*?)```", text, re.DOTALL)[1])
    arrays = {"samples": np.ones((100, 2)), "sampling_rate_hz": 10_000}
    np.savez(tmp_path / "own.npz", **arrays)
    study = load_study(settings | {"data_dir": str(tmp_path)})
    assert list(PAPER.missing(study)) == [] and "crsae_spikes" in study.tables
    assert "crsae_templates" in study.figures and "crsae_spikes" not in study.figures
    settings["crsae"]["spikes"]["methods"] = ["true", "kmeans"]
    (fault,) = PAPER.missing(load_study(settings | {"data_dir": str(tmp_path)}))
    assert fault.startswith('crsae.spikes.methods lists "true", the true templates, but the recording own marks no')
    np.savez(tmp_path / "own.npz", **arrays, event_samples=[5, 50])
    known = load_study(settings | {"data_dir": str(tmp_path)})
    assert list(PAPER.missing(known)) == [] and "crsae_spikes" in known.figures


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"recordings": {"a": {"source": "spikeinterface"}}}, "did you mean spikeinterface_ground_truth"),
        (
            {"recordings": {"a": {"source": "spikeinterface_ground_truth", "settings": {"secs": 1}}}},
            "crsae.spikes.recordings.a.settings: spikeinterface_ground_truth has no secs; it has ",
        ),
        ({"recordings": HC1}, "crsae.spikes.recordings has only optional recordings that are not there"),
        ({"training": {"window_ms": 2.0}}, "crsae.spikes.training.window_ms must be at least length_ms 3, found 2"),
        ({"before_ms": 3.0}, "crsae.spikes.before_ms must be below length_ms 3, found 3"),
        ({"methods": ["true", "em"]}, "crsae.spikes.methods needs kmeans, from which the learned templates start"),
        ({"methods": ["best"]}, "crsae.spikes.methods"),
    ],
)
def test_an_impossible_block_is_refused(changes, message):
    with pytest.raises(ConfigError, match=message):
        study_with(**changes)

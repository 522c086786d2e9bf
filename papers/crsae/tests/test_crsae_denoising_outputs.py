"""Block, tables and figures of the denoising: what the numbers are means of, sentences that follow them, faults."""

import numpy as np
import pytest
import yaml
from denoising_runs import ARMS, LOGGED, all_rows, denoised_rows, pictures, shown
from pictures import check_files, texts_off_the_page, words_of
from studies import ROOT

from lsalsa.errors import ConfigError
from lsalsa.study import figures
from lsalsa.study.csv_rows import read_csv
from lsalsa.study.load import load_study
from lsalsa.study.tables import make_table
from papers.crsae.denoising import experiment
from papers.crsae.denoising.arms import ARMS as KNOWN
from papers.crsae.denoising.settings import TIED, runs_of, stability_points
from papers.crsae.denoising.summaries import plain

POINT = {"arm": "em_unsupervised", "repetition": 0, "status": "ok", "lambda_max": 12.0, "trained_depth": 40}
POINT |= {"zero_share": 0.9, "psnr_db_noisy": 22.0}
SWEEPS = [
    *(
        {**POINT, "sweep": "depth", "depth": d, "noise": None, "penalties": None, "psnr_db": 30 - 20 / d}
        for d in (5, 40, 400)
    ),
    *(
        {**POINT, "sweep": "noise", "depth": 40, "noise": noise, "penalties": rule, "psnr_db": 30 - noise / 10 + bonus}
        for noise in (10.0, 20.0)
        for rule, bonus in (("unchanged", 0.0), ("x ratio", 0.5), ("x ratio^2", 0.2))
    ),
]
HISTORY = [
    {"run": run, "arm": "em_unsupervised", "depth": depth, "rate": 0.005, "rate_em": 1.0, "repetition": r, "step": step}
    | {"psnr_db": 20.0 + step, "lambda_max": 10.0 + step, "zero_share": 0.5, "status": "ok" if step == 0 else ended}
    for run, depth, ended in (("em_unsupervised", 40, "ok"), ("em_depth_15", 15, "diverged"), ("em_depth_40", 40, "ok"))
    for r in (0, 1)
    for step in (0, 5)
]
GABOR = [
    {"bank": bank, "repetition": r, "filter": i, "r2": r2, "selectivity": 0.5, "status": "ok"}
    for bank, values in {"start": (0.1, 0.3, 0.5), **dict.fromkeys(ARMS, (0.7, 0.85, 0.9))}.items()
    for r in (0, 1)
    for i, r2 in enumerate(values)
]


def drawn():
    """Files of every arm and of the peers."""
    clean = pictures(1, (200, 180))[0]

    def of(methods):
        facts = {"pictures": "crsae_test9", "picture": "Lena512", "psnr_db": dict.fromkeys(methods, 28.0)}
        return {"clean": clean, "noisy": clean, **dict.fromkeys(methods, clean), "facts": facts}

    return {**{arm: of([arm]) for arm in ARMS}, "crsae_test9": of(["noisy", "BM3D"])}


def filters():
    draws = np.random.default_rng(0)
    return {arm: {"start_0": draws.normal(size=(5, 5, 9)), "learned_0": draws.normal(size=(5, 5, 9))} for arm in ARMS}


DATA = {
    "crsae.denoised": all_rows(),
    "published": LOGGED,
    "crsae.denoising_sweeps": SWEEPS,
    "crsae.denoising_histories": HISTORY,
    "crsae.denoising_gabor": GABOR,
    "crsae.denoising_drawn": drawn(),
    "crsae.denoising_filters": filters(),
}


def made(kind, **changes):
    return make_table(f"crsae.{kind}", DATA | {f"crsae.{name}": value for name, value in changes.items()}, shown())


# --- tables ----------------------------------------------------------------------------------------------------------


def test_the_mean_over_pictures_has_a_spread_over_seeds_and_the_logged_mean_beside_it():
    rows = {row["method"]: row for row in made("denoising").rows}
    assert list(rows) == ["noisy", *ARMS, "BM3D"]
    em = rows["em_supervised"]
    assert em["psnr_db"] == pytest.approx(28.4) and em["psnr_db_std"] == pytest.approx(0.1 / np.sqrt(2))
    assert (em["n_repetitions"], em["n_pictures"], em["logged_psnr_db"]) == (2, 2, pytest.approx(29.3))
    assert rows["BM3D"]["logged_psnr_db"] is None
    (grid,) = made("denoising").grids
    assert grid.head[:3] == ["method", "crsae_test9 (2)", "authors' logged run"]
    assert grid.lines[0][:3] == ["noisy", "21.80 ± 0.07", "21.84"]


def test_runs_that_ran_away_are_in_no_mean_and_named():
    rows = [*denoised_rows({"em_unsupervised": 28.0}, statuses=("ok", "diverged")), *denoised_rows({"noisy": 22.0})]
    table = made("denoising", denoised=rows)
    row = next(row for row in table.rows if row["method"] == "em_unsupervised")
    assert row["psnr_db"] == pytest.approx(27.95) and row["n_repetitions"] == 1
    assert row["status"] == "diverged (repetition 1)"
    assert table.sentences[-1].endswith("EM, noisy target, decoder only: diverged (repetition 1).")


def test_sentences_follow_from_the_numbers():
    sentences = made("denoising").sentences
    assert sentences == [
        "crsae_test9: With clean targets EM has 28.40 ± 0.07 dB: -0.20 dB against free with 28.60 ± 0.07 dB.",
        "crsae_test9: Without clean targets, gradient through the decoder EM has 28.50 ± 0.07 dB: +1.50 dB against"
        " fixed with 27.00 ± 0.07 dB.",
        "crsae_test9: Without clean targets, gradient through the decoder a low penalty set by hand for the low-pass"
        " filter alone gains +1.30 dB over fixed, EM +1.50 dB, so the low-pass accounts for 87 % of EM's gain.",
        "crsae_test9: Best arm: free, clean target, 28.60 ± 0.07 dB; best usual method: BM3D, 31.00 ± 0.07 dB.",
    ]
    level = denoised_rows({"em_supervised": 28.0, "fixed_supervised": 28.05, "noisy": 27.8})
    words = made("denoising", denoised=level).sentences
    assert "(within the spread over seeds)" in words[0]
    assert words[1].endswith("the noise is learned too: EM, clean target; fixed, clean target.")


def test_every_picture_has_its_own_column_and_the_logged_runs_their_lines():
    table = made("denoising_pictures")
    (grid,) = table.grids
    assert grid.head == ["method", "lena", "house"]
    assert ["EM, clean target", "27.90", "28.90"] in grid.lines
    assert grid.lines[-1] == ["logged: LCSC, free, clean target stride 1", "27.94", "27.94"]
    assert table.sentences == [
        "crsae_test9, EM, noisy target, decoder only: lena (28.00 dB) is the hardest, house (29.00 dB) the easiest."
    ]
    assert {row["logged_psnr_db"] for row in table.rows if row["method"] == "em_supervised"} == {29.3}
    assert [plain(name) for name in ("Lena512", "peppers256", "01")] == ["lena", "peppers", "01"]


def test_logged_runs_do_not_stand_beside_parts_of_pictures():
    for kind in ("denoising", "denoising_pictures"):
        table = make_table(f"crsae.{kind}", DATA, shown(whole=False))
        assert {row["logged_psnr_db"] for row in table.rows} == {None}
        assert not any("logged:" in line[0] for grid in table.grids for line in grid.lines)


def test_likeness_to_gabor_functions_is_a_median_over_filters():
    table = made("denoising_gabor")
    assert [row["r2"] for row in table.rows] == [0.3, *[0.85] * len(ARMS)]
    assert table.rows[1]["share_above_0_8"] == pytest.approx(2 / 3)
    assert "median R^2 0.85 and selectivity 0.50; random filters, from which all start, 0.30" in table.sentences[0]


def test_points_of_the_sweeps_are_means_and_runs_that_ran_away_are_named():
    table = made("denoising_sweeps")
    assert [grid.caption for grid in table.grids] == ["Depth at test.", "Noise at test.", "Stability of the training."]
    failed, good = [row for row in table.rows if row["sweep"] == "stability"]
    assert failed["psnr_db"] is None and failed["lambda_max"] == 15 and failed["status"].startswith("diverged")
    assert (good["psnr_db"], good["n_repetitions"]) == (25, 2)
    assert table.sentences == [
        "T = 400 is within 0.1 dB of the best depth, 29.95 dB.",
        "Noise 10: penalties x ratio are best with 29.50 dB (unchanged 29.00, x ratio^2 29.20).",
        "Noise 20: penalties x ratio are best with 28.50 dB (unchanged 28.00, x ratio^2 28.20).",
        "Filters ran away in 1 of 2 settings: T = 15, rate 0.005, of EM 1.",
    ]


def test_logged_runs_of_arms_bear_the_names_of_arms():
    rows = read_csv(ROOT / "papers" / "crsae" / "published" / "denoising.csv")
    runs = {row["run"] for row in rows}
    assert len(rows) == 9 * len(runs) == 90
    assert {"noisy", "em_supervised", "free_supervised", "fixed_supervised", "lcsc_supervised"} <= runs
    assert {run for run in runs if run in KNOWN} == {run for run in runs if run.endswith("_supervised")}


# --- figures ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["denoised", "filters", "sweeps"])
def test_a_figure_is_legible_and_has_the_same_bytes_each_time(kind, tmp_path):
    def plotted():
        return figures.plot(f"crsae.{kind}", DATA, shown())

    check_files(plotted, tmp_path)
    assert list(texts_off_the_page(plotted())) == []
    assert "The title" in words_of(plotted())


def test_the_smoothest_filters_come_first():
    from papers.crsae.figures.filters import smoothest_first

    flat, ramp, checks = np.ones((4, 4)), np.arange(16.0).reshape(4, 4), np.indices((4, 4)).sum(axis=0) % 2
    assert list(smoothest_first(np.stack([checks, flat, ramp], axis=2))) == [1, 2, 0]


# --- the block -------------------------------------------------------------------------------------------------------


def study(**changes):
    """The smoke study with the denoising of photographs."""
    settings = yaml.safe_load((ROOT / "workflow" / "presets" / "smoke.yaml").read_text())
    for section in ("tables", "figures"):
        settings[section] = {
            k: v for k, v in settings[section].items() if "." not in v["kind"] and v["kind"] != "claims"
        }
    settings = {name: value for name, value in settings.items() if name not in ("lsalsa", "sc2net", "notebooks")}
    block = {"train": "skimage_train", "validation": "own", "tests": ["skimage_test"], "own_pictures": {"own": "."}}
    folder = str(ROOT / "tests")
    crsae = {"claims": False, "notebooks": False, "denoising": {**block, **changes}}
    return load_study({**settings, "data_dir": folder, "crsae": crsae})


def test_settings_of_a_job_hold_all_that_it_uses(monkeypatch):
    monkeypatch.setattr(experiment.pictures, "faults_of_pictures", lambda *_: iter(()))
    found = study(steps_through_layers=7, stability={"steps": 3, "depths": [2], "rates": [0.001], "rates_em": [1]})
    learned = experiment.learn_crsae_filters(found, "em_unsupervised")
    assert learned["noise"] == pytest.approx(20 / 255) and learned["steps"] == 1000
    assert experiment.learn_crsae_filters(found, "em_supervised")["steps"] == 7
    (point,) = stability_points(found.crsae.denoising)
    assert point == "em_unsupervised_depth_2_rate_0_001_em_1"
    changed = experiment.learn_crsae_filters(found, point)
    assert {name for name in learned if learned[name] != changed[name]} == {"depth", "rate", "steps", "repetitions"}
    assert runs_of(found) == [*TIED, point]
    assert "crsae_denoising_sweeps" in found.tables and "crsae_sweeps" not in found.figures


FAULTS = [
    ({"arms": ["free_unsupervised"]}, "through the decoder alone penalties have no gradient"),
    ({"arms": ["em_supervisd"]}, "arms[0] names em_supervisd, which is not an arm; did you mean em_supervised?"),
    ({"arms": ["em_supervised"] * 2}, "arms lists an arm twice"),
    ({"tests": ["own"]}, "tests names own, which is the validation set; tests need other pictures"),
    ({"stride": 8}, "stride must be at most filter_size, 7, found 8"),
    ({"shown": {"pictures": "own", "picture": "a"}}, "shown.pictures names own, which is not one of tests"),
    ({"sweep": {"pictures": "own", "names": ["a"], "arm": "em_closed_supervised"}}, "sweep.arm names em_closed_super"),
    ({"peers": ["bm4d"]}, "peers[0] names bm4d, which is not a usual method of denoising; did you mean bm3d?"),
    ({"stepz": 1}, "stepz is not a setting of the denoising of CRsAE; did you mean steps?"),
]


@pytest.mark.parametrize(("changes", "message"), FAULTS, ids=[message[:25] for _, message in FAULTS])
def test_a_fault_of_the_block_is_one_sentence(changes, message, monkeypatch):
    monkeypatch.setattr(experiment.pictures, "faults_of_pictures", lambda *_: iter(()))
    with pytest.raises(ConfigError) as error:
        study(**changes)
    (fault,) = str(error.value).splitlines()
    assert message in fault

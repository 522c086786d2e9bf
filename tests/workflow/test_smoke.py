"""The smoke study through the real rules: complete, repeatable, and rerun exactly where something changed."""

import base64
import csv
import gzip
import json
import os
import pstats
import re
import subprocess
import sys

import pytest
import yaml
from workplace import ROOT, SMOKE, jobs_in

from lsalsa.storage import read_arrays, read_metadata, read_rows
from lsalsa.study.files import declared_targets, explorer_target
from lsalsa.study.load import load_study
from lsalsa.study.scoring.evaluation import SHOWN
from lsalsa.study.scoring.runs import COLUMNS

WHERE = {"study", "task", "method", "depth", "status"}
CIRCUMSTANCES = {"device", "threads", "dtype", "version_lsalsa", "version_numpy", "version_scipy"}
SCORES = {
    "rmse",
    "rmse_scaled",
    "rmse_of_zeros",
    "source_psnr",
    "source_psnr_of_optimal",
    "source_si_sdr",
    "source_leak",
    "zero_share",
    "support_f1",
    "error_percent_fitted_on_test",
    "error_percent_fitted_on_train",
    "training_seconds",
}
SETTINGS = {"repetition", "component", *COLUMNS}
SECONDS = {"seconds_per_sample", "seconds_per_sample_min", "seconds_per_sample_max", "n_passes", "n_samples"}
TABLE = ["depth", "method", "error_percent", "error_percent_std", "n_repetitions", "paper_error_percent", "status"]


def jobs(output):
    """Jobs that were run, the targets without files of their own left out."""
    return {job for job in jobs_in(output) if " " in job}


def declared():
    """Files that the smoke study promises."""
    study = load_study(yaml.safe_load((ROOT / SMOKE).read_text()), root=ROOT)
    targets = declared_targets(study) | explorer_target(study)
    return [path for paths in targets.values() for path in paths]


def test_study_makes_every_table_figure_and_notebook(finished):
    assert [file for file in declared() if not finished.result(file).stat().st_size] == []
    assert not finished.result("logs/failures.txt").exists()


def test_every_job_leaves_a_log_and_a_benchmark(finished):
    logs = {p.relative_to(finished.result("logs")).with_suffix("") for p in finished.result("logs").rglob("*.log")}
    times = {
        p.relative_to(finished.result("benchmarks")).with_suffix("")
        for p in finished.result("benchmarks").rglob("*.tsv")
    }
    assert logs == times
    assert len(logs) > 40


def test_no_temporary_file_is_left(finished):
    assert [p for p in finished.result(".").rglob(".*") if p.is_file()] == []


def test_table_has_the_promised_columns(finished):
    with open(finished.result("tables/table_digits.csv")) as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == TABLE
    assert {row["method"] for row in rows} == {"fista", "salsa", "lista", "lsalsa", "lfista", "slstm"}
    assert {row["status"] for row in rows if row["method"] == "lsalsa" and row["depth"] == "1"} == {"ok"}


def test_evaluation_rows_say_what_they_are(finished):
    rows = read_rows(finished.result("evaluation/digits/lsalsa.parquet"))
    assert set(rows[0]) >= WHERE | SCORES | SETTINGS | CIRCUMSTANCES
    cells = {(row["depth"], row["repetition"], row["component"]) for row in rows}
    assert cells == {(d, r, c) for d in (1, 2) for r in (0, 1) for c in ("all", "digits_10")}
    assert {row["learning_rate"] for row in rows} <= {1e-2, 1e-3, 1e-4}  # the first is a step beyond the grid
    assert {(row["penalty_factor"], row["batch_size"], row["decay"]) for row in rows} == {(1.0, 50, 1.0)}
    mixed = read_rows(finished.result("evaluation/digits_photos/fista.parquet"))
    assert {row["component"] for row in mixed} == {"all", "digits_16", "photos_16"}
    assert {row["repetition"] for row in mixed} == {0}
    assert set(mixed[0]) >= set(rows[0])


def test_samples_of_an_evaluation_have_the_promised_shapes(finished):
    path = finished.result("evaluation/digits_photos/lsalsa_samples.npz")
    samples, n_test = read_arrays(path), len(read_arrays(finished.result("signals/digits_photos.npz"))["test"])
    assert samples["rmse"].shape == samples["zero_share"].shape == (2, 3, n_test)
    assert samples["reconstructions"].shape == (2, 2, SHOWN, 256)
    assert samples["codes"].shape == (2, SHOWN, 56)
    assert read_metadata(path)["components"] == ["digits_16", "photos_16"]


def test_timing_rows_say_what_they_are(finished):
    rows = read_rows(finished.result("timing/digits.parquet"))
    assert set(rows[0]) == WHERE | SECONDS | CIRCUMSTANCES
    assert {(row["method"], row["depth"]) for row in rows} >= {("fista", 4), ("lsalsa", 2)}
    assert all(row["n_passes"] >= 20 and row["seconds_per_sample"] > 0 for row in rows)


def test_optimal_codes_carry_their_certificate(finished):
    for split in ("train", "validation", "labelled", "test"):
        path = finished.result(f"codes/digits_photos/{split}.npz")
        assert 0 <= read_metadata(path)["worst_relative_gap"] <= 1e-6
        assert read_arrays(path)["relative_gap"].max() == read_metadata(path)["worst_relative_gap"]


def test_repetitions_differ(finished):
    first, second = (finished.result(f"encoders/digits/lsalsa/depth_1/repetition_{r}.npz").read_bytes() for r in (0, 1))
    assert first != second


def test_notebook_page_loads_nothing_from_elsewhere(finished):
    for page in finished.result("notebooks").glob("*.html"):
        text = page.read_text()
        for mark in ('src="http', 'href="http', "import('http", 'import("http', "url(http"):
            assert mark not in text, page.name


def test_explorer_offers_every_task_and_method_that_a_table_or_figure_shows(finished):
    packed = re.search(r'<script id="data"[^>]*>([^<]+)<', finished.result("explorer.html").read_text())[1]
    tasks = json.loads(gzip.decompress(base64.b64decode(packed)))["tasks"]
    offered = {task["title"]: {method["name"] for method in task["methods"]} for task in tasks}
    assert offered["Digits"] >= {"fista", "salsa", "lista", "lsalsa"}
    assert offered["Digits on photographs"] == {"fista", "lsalsa"}


def test_output_is_a_line_per_job_and_no_line_is_long(finished):
    lines = finished.output.splitlines()
    assert len(lines) < len(jobs_in(finished.output)) + 40  # what is to do, by rule, comes first
    assert max(map(len, lines)) < 400


def test_report_holds_tables_figures_and_pages(done):
    done.run("--report", "report.html")
    text = (done.path / "report.html").read_text()
    for name in ("rmse_digits", "curves_digits", "03_data_and_dictionaries"):
        assert name in text


# --- what is run again ---------------------------------------------------------------------------------------


def test_second_run_has_nothing_to_do(done):
    assert "Nothing to be done" in done.run()


@pytest.mark.parametrize("preset", ["demo", "smoke"])
def test_dry_run_takes_little_more_work_than_starting_snakemake(fresh, preset):
    """The smoke study has every rule of three papers, 173 jobs. The first plan reads all sources, for their hashes.

    Work is counted in calls of functions: other work on the machine changes seconds, and not them.
    """

    def calls_of(*arguments):
        profile = fresh.path / "calls.prof"
        command = [sys.executable, "-m", "cProfile", "-o", profile, "-m", "snakemake", *arguments]
        subprocess.run(command, cwd=fresh.path, env=fresh.environment(), check=True, capture_output=True)
        return pstats.Stats(str(profile)).total_calls

    plan = ("--dry-run", "--cores", "2", "--configfile", f"workflow/presets/{preset}.yaml")
    start, first, again = calls_of("--version"), calls_of(*plan), calls_of(*plan)
    assert first < 8 * start
    assert again < 5 * start


def test_dry_run_writes_nothing(fresh):
    fresh.plan()
    assert not (fresh.path / "results").exists()


def test_one_table_is_made_again_alone(done):
    done.result("tables/rmse_digits.csv").unlink()
    assert jobs(done.run("rmse_digits")) == {"make_table rmse_digits"}
    assert "Nothing to be done" in done.run("rmse_digits")


def test_every_result_is_a_target_by_name(done):
    targets = ["table_digits", "curves_digits", "04_single_dictionary", "images_photos", "dictionary_photos_16"]
    targets += [f"{name}_digits" for name in ("signals", "codes", "classifiers", "encoders", "evaluation", "timing")]
    assert "Nothing to be done" in done.run(*targets, "--dry-run")


def test_touched_but_equal_file_reruns_nothing(done):
    for name in ("dictionaries/digits_10.npz", "search/digits/fista.parquet"):
        os.utime(done.result(name))
    assert done.plan() == set()


def test_changed_file_reruns_what_depends_on_it_and_nothing_else(done):
    path = done.result("search/digits/fista.parquet")
    path.write_bytes(path.read_bytes() + b" ")
    assert {job for job in done.plan() if "fista" in job or "lista" in job} == {"evaluate digits fista"}


def test_option_of_one_encoder_reruns_that_encoder_only(done):
    preset = done.variant(lambda study: study["methods"]["lsalsa"].update(epochs=3))
    planned = done.plan(presets=[preset])
    trained = {f"train_encoder {task} lsalsa {depth}" for task in ("digits", "digits_photos") for depth in (1, 2)}
    assert {job for job in planned if job.split()[0] in ("train_encoder", "evaluate")} == trained | {
        "evaluate digits lsalsa",
        "evaluate digits_photos lsalsa",
    }
    assert {job.split()[0] for job in planned} <= {
        "train_encoder",
        "evaluate",
        "time_methods",
        "make_table",
        "make_figure",
        "make_explorer",
        "measure_assumptions",
        "render_notebook",
        "all",
    }


def test_comment_in_the_library_reruns_nothing(done):
    path = done.path / "src" / "lsalsa" / "problem" / "dense.py"
    path.write_text(path.read_text() + "\n# a remark\n")
    assert done.plan() == set()


def test_code_of_one_encoder_reruns_that_encoder_only(done):
    path = done.path / "src" / "lsalsa" / "encoders" / "lista.py"
    path.write_text(path.read_text() + "\nANSWER = 42\n")
    assert {job for job in done.plan() if job.split()[0] in ("search_encoder", "train_encoder")} == {
        f"{rule} digits lista {depth}" for rule in ("search_encoder", "train_encoder") for depth in (1, 2)
    }


def test_code_that_a_notebook_imports_renders_that_page_only(done):
    path = done.path / "papers" / "lsalsa" / "findings.py"
    path.write_text(path.read_text() + "\nANSWER = 42\n")
    assert done.plan() - {"all"} == {"render_notebook 02_theory"}


def test_other_seed_reruns_and_the_same_does_not(done):
    assert done.plan("--config", "seed=1") == set()
    planned = done.plan("--config", "seed=2")
    assert {"fetch_images digits", "train_encoder digits lsalsa 1"} <= planned


def test_device_and_title_are_no_part_of_a_result(done):
    assert {job.split()[0] for job in done.plan("--config", "device=auto")} & {"train_encoder", "evaluate"} == set()


def test_encoder_is_the_same_in_other_company_and_order(finished, fresh):
    def rearrange(study):
        methods = study["methods"]
        study["methods"] = {"lsalsa": methods["lsalsa"], "ista": {"depths": [1]}, "lista": methods["lista"]}
        study["tasks"] = {"digits": study["tasks"]["digits"]}
        for section in ("tables", "figures", "notebooks"):
            study[section] = {}

    preset, folder = fresh.variant(rearrange), "encoders/digits/lsalsa/depth_1"
    fresh.run(f"results/smoke/{folder}.parquet", presets=[preset])
    for repetition in (0, 1):
        name = f"{folder}/repetition_{repetition}.npz"
        assert fresh.result(name).read_bytes() == finished.result(name).read_bytes()
    alone, beside = (read_rows(place.result(f"{folder}.parquet")) for place in (fresh, finished))
    assert [row | {"seconds": 0} for row in alone] == [row | {"seconds": 0} for row in beside]


def test_the_catalog_s_main_file_plans_the_same_jobs(fresh):
    assert fresh.plan("rmse_digits", "--snakefile", "workflow/Snakefile") == fresh.plan("rmse_digits") != set()

"""A paper is a folder: one more is found, one less is not missed, and each makes only what it needs."""

import csv
import shutil
from pathlib import Path

import yaml
from workplace import jobs_in

from lsalsa.storage import read_rows
from lsalsa.study.papers import papers

TOY = Path(__file__).resolve().parents[1] / "toy_paper"


def csv_of(workplace, name):
    with open(workplace.result(f"tables/{name}.csv")) as file:
        return list(csv.DictReader(file))


def only_images(study):
    """A study of two sets of images and nothing else."""
    for section in ("components", "tasks", "methods", "tables", "figures", "notebooks"):
        study[section] = {}
    for paper in papers():
        study.pop(paper, None)


def test_toy_paper_runs_through_the_workflow_without_a_change_outside_its_folder(fresh):
    shutil.copytree(TOY, fresh.path / "papers" / "toy", ignore=shutil.ignore_patterns("__pycache__"))
    preset = fresh.variant(lambda study: (only_images(study), study.update(toy={"images": ["digits", "photos"]})))
    output = fresh.run(presets=[preset])
    assert {job.split()[0] for job in jobs_in(output)} == {
        "fetch_images",
        "measure_toy_brightness",
        "make_table",
        "make_figure",
        "render_notebook",
        "all",
    }
    rows = csv_of(fresh, "toy_brightness")
    assert [(row["images"], row["paper_brightness"], row["status"]) for row in rows] == [
        ("digits", "0.5", "ok"),
        ("photos", "", "ok"),
    ]
    verdicts = {row["id"]: row["verdict"] for row in csv_of(fresh, "claims")}
    darker = float(rows[0]["brightness"]) < float(rows[1]["brightness"])
    assert verdicts["toy_darker"] == ("reproduced" if darker else "not reproduced")
    assert verdicts["toy_brighter"] == ("not reproduced" if darker else "reproduced")
    assert "reduced study" in fresh.result("tables/claims.md").read_text().splitlines()[0]
    assert fresh.result("figures/toy_brightness.svg").stat().st_size
    assert "How bright images are" in fresh.result("notebooks/toy.html").read_text()
    assert "Nothing to be done" in fresh.run("toy_brightness", presets=[preset])


def test_paper_without_its_block_is_not_there(fresh):
    shutil.copytree(TOY, fresh.path / "papers" / "toy", ignore=shutil.ignore_patterns("__pycache__"))
    assert not {job for job in fresh.plan() if "toy" in job}
    assert "toy_brightness" in fresh.run("toy_brightness", "--dry-run", fails=True)


def test_kind_of_a_paper_needs_its_block(fresh):
    def change(study):
        del study["sc2net"]
        study["tables"]["mine"] = {"title": "Mine", "kind": "sc2net.depth"}

    output = fresh.run("--dry-run", presets=[fresh.variant(change)], fails=True)
    assert "tables.mine.kind is sc2net.depth, but the study has no block sc2net" in output


def test_deleted_paper_leaves_a_working_study(fresh):
    shutil.rmtree(fresh.path / "papers" / "sc2net")
    refused = fresh.run("--dry-run", fails=True)
    assert "sc2net is not a setting of a study" in refused
    preset = fresh.variant(lambda study: study.pop("sc2net"))
    planned = fresh.plan(presets=[preset])
    assert planned and not {job for job in planned if "sc2net" in job}
    small = fresh.variant(
        lambda study: (study.pop("sc2net"), study["tables"]["table_digits"].update(methods=["fista"]))
    )
    fresh.run("table_digits", "theory", presets=[small])
    assert csv_of(fresh, "table_digits")
    whole = yaml.safe_load((fresh.path / "config.yaml").read_text())
    del whole["sc2net"]
    (fresh.path / "whole.yaml").write_text(yaml.safe_dump(whole))
    assert "table_1" in " ".join(fresh.plan(presets=["whole.yaml"]))


def test_theory_needs_no_data_and_no_training(fresh):
    assert {job for job in fresh.plan("theory") if job != "theory"} == {"check_theory", "make_table theory"}
    fresh.run("theory", "theory_bounds")
    rows = read_rows(fresh.result("theory/checks.parquet"))
    assert {row["run"] for row in rows} == set(range(5))
    assert {row["verdict"] for row in csv_of(fresh, "theory")} >= {"holds", "fails"}
    assert fresh.result("figures/theory_bounds.svg").exists()


def test_assumptions_need_the_encoders_of_their_algorithm_only(fresh):
    planned = fresh.plan("theory_assumptions")
    trained = {job for job in planned if job.startswith("train_encoder")}
    assert trained == {
        f"train_encoder {task} lsalsa {depth}" for task in ("digits", "digits_photos") for depth in (1, 2)
    }
    assert {"measure_assumptions", "make_figure theory_assumptions"} <= planned
    assert not {"evaluate", "check_theory", "time_methods"} & {job.split()[0] for job in planned}


def test_study_that_does_not_ask_for_the_theory_has_no_such_targets(fresh):
    preset = fresh.variant(lambda study: study["lsalsa"].update(theory=None))
    assert "theory" in fresh.run("theory", "--dry-run", presets=[preset], fails=True)
    assert "check_theory" not in fresh.plan(presets=[preset])


def test_classifiers_are_trained_only_where_something_asks_for_them(fresh):
    def change(study):
        only = {"rmse_digits": study["tables"]["rmse_digits"] | {"methods": ["fista"]}}
        study.update(tables=only, figures={}, notebooks={})
        for paper in papers():
            study.pop(paper, None)

    preset = fresh.variant(change)
    assert not {job for job in fresh.plan(presets=[preset]) if job.startswith("train_classifier")}
    fresh.run("rmse_digits", presets=[preset])
    rows = read_rows(fresh.result("evaluation/digits/fista.parquet"))
    assert {row["error_percent_fitted_on_test"] for row in rows} == {None}
    assert all(row["rmse"] > 0 for row in rows)

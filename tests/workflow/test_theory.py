"""The theory as targets of the workflow: alone, and only where the study asks for it."""

from lsalsa.storage import read_rows


def test_theory_needs_no_data_and_no_training(fresh):
    assert {job for job in fresh.plan("theory") if job != "theory"} == {"check_theory", "draw_theory bounds"}
    fresh.run("theory")
    rows = read_rows(fresh.result("theory/checks.parquet"))
    assert {row["run"] for row in rows} == set(range(5))
    assert "holds" in fresh.result("tables/theory.csv").read_text()
    assert fresh.result("figures/theory_bounds.svg").exists()


def test_premise_needs_the_encoders_of_its_kind_only(fresh):
    planned = fresh.plan("theory_premise")
    trained = {job for job in planned if job.startswith("train_encoder")}
    assert trained == {
        f"train_encoder {task} lsalsa {depth}" for task in ("digits", "digits_photos") for depth in (1, 2)
    }
    assert {"measure_premise", "draw_theory premise"} <= planned
    assert not {"evaluate", "check_theory", "time_methods"} & {job.split()[0] for job in planned}


def test_study_without_the_block_has_no_such_targets(fresh):
    preset = fresh.variant(lambda study: (study.pop("theory"), study["notebooks"].pop("02_theory")))
    assert "theory" in fresh.run("theory", "--dry-run", presets=[preset], fails=True)
    assert "check_theory" not in fresh.plan(presets=[preset])

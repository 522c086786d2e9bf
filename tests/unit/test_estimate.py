"""The time of a study: the arithmetic with given speeds, the jobs against the study's files, measured speeds."""

import json
from contextlib import nullcontext
from types import SimpleNamespace

import pytest
from click.testing import CliRunner
from studies import NOTHING, ROOT, small

from lsalsa.cli import main
from lsalsa.study.costs import estimate, floors
from lsalsa.study.costs.operations import Sizes, costs
from lsalsa.study.files import intermediate_targets
from lsalsa.study.load import load_study
from lsalsa.study.work import Piece, Work

START = 0.5


def silent(title, total):
    return nullcontext(lambda done: None)


@pytest.fixture
def given(monkeypatch):
    """Speeds as a test wants them."""
    monkeypatch.setattr(estimate, "floors_of", lambda sizes: floors.Floors(solving=1e9, training=5e8, exact=1e-3))
    monkeypatch.setattr(estimate, "start_up", lambda: START)


def test_seconds_are_operations_at_their_speed_exact_codes_and_start_ups(given):
    study = load_study(small(lsalsa=NOTHING))
    rows = {row.rule: row for row in estimate.estimates(study, silent)}
    counted = {}
    for cost in costs(study):
        counted[cost.rule] = counted.get(cost.rule, 0) + cost.operations
    for rule, speed in {"train_encoder": 5e8, "search_encoder": 5e8, "search_solver": 1e9, "evaluate": 1e9}.items():
        assert rows[rule].seconds == pytest.approx(counted[rule] / speed + rows[rule].jobs * START)
    n_signals = 100 + 10 + (10 + study.tasks["digits"].n_labelled_images) * 9
    assert rows["optimal_codes"].seconds == pytest.approx(n_signals * 1e-3 + START)
    assert estimate.elapsed(rows.values(), 2) == pytest.approx(sum(row.seconds for row in rows.values()) / 2)


def test_there_are_as_many_jobs_as_the_study_has_files_for():
    study = load_study(small(lsalsa=NOTHING))
    jobs, targets = dict(estimate.jobs_of(study)), intermediate_targets(study)
    files = [file for each in targets.values() for file in each]
    histories = {file for file in files if file.startswith("encoders/") and file.endswith(".parquet")}
    assert jobs["train_encoder"] == jobs["search_encoder"] == len(histories) > 0
    assert jobs["evaluate"] == len({file for file in files if file.startswith("evaluation/")})
    assert jobs["search_solver"] + jobs["search_encoder"] == len({f for f in files if f.startswith("search/")})
    assert jobs["optimal_codes"] == len({file for file in files if file.startswith("problems/")})


def test_the_command_tells_hours_and_what_it_leaves_out(given):
    run = CliRunner().invoke(main, ["estimate", str(ROOT / "workflow/presets/smoke.yaml"), "--json", "--cores", "4"])
    told = json.loads(run.stdout)
    total = sum(rule["core_hours"] for rule in told["rules"].values())
    assert told["hours"] == pytest.approx(total / 4)
    assert "train_classifier" in told["not_estimated"]
    assert "learn_crsae_filters" not in told["not_estimated"]


def test_pieces_of_a_paper_are_timed_once_and_counted_as_often_as_the_jobs_do_them(given, monkeypatch):
    started = []

    def piece(key, times):
        return Piece(key, lambda: started.append(key) or (lambda: None), times)

    works = [
        Work("fly", 2, [piece("wing", 10), piece("wing", 5), piece("tail", 1)]),
        Work("land", 1, [piece("tail", 3)]),
    ]
    paper = SimpleNamespace(work=lambda study: iter(works), rules={"fly": None, "land": None, "rest": None})
    study = load_study(small(lsalsa=NOTHING))
    monkeypatch.setattr(type(study), "active_papers", lambda self: [paper])
    monkeypatch.setattr(estimate, "seconds_of", lambda work, least: 2.0)
    rows = estimate.estimates(study, silent)
    found = {row.rule: (row.jobs, row.seconds) for row in rows}
    assert found["fly"] == (2, pytest.approx(16 * 2.0 + 2 * START))
    assert found["land"] == (1, pytest.approx(3 * 2.0 + START))
    assert sorted(started) == ["tail", "wing"]
    assert estimate.left_out(study, rows)[-1] == "rest"


def test_speeds_are_measured(monkeypatch):
    monkeypatch.setattr(floors, "SECONDS", 0.0)
    monkeypatch.setattr(floors, "ROWS", 100)
    small_sizes, large = (floors.floors_of(Sizes(side, 2 * side, 1, 1, 1)) for side in (16, 128))
    assert 0 < small_sizes.exact < large.exact
    assert min(small_sizes.solving, small_sizes.training, large.solving, large.training) > 1e6

"""How far a study is, told from files that are laid out by hand."""

import json
import os
import subprocess
import sys
import time

import pytest

from lsalsa.errors import ConfigError
from lsalsa.study.jobs.failures import record_failure, record_start
from lsalsa.study.jobs.status import main, status_of, told, write_plan


class Study:
    """The folder of a study, whose jobs a test brings into any state."""

    def __init__(self, results):
        self.results, self.jobs = results, []

    def job(self, rule, name, seconds=None, made=False, planned=True):
        log = self.results / "logs" / rule / f"{name}.log"
        benchmark = self.results / "benchmarks" / rule / f"{name}.tsv"
        output = self.results / rule / f"{name}.npz"
        self.jobs.append(
            {"name": f"{rule} {name}", "rule": rule, "wildcards": [name], "log": str(log), "planned": planned}
            | {"benchmark": str(benchmark), "outputs": [str(output)]}
        )
        for path in (log, benchmark, output):
            path.parent.mkdir(parents=True, exist_ok=True)
        if seconds is not None:
            benchmark.write_text(f"s\th:m:s\n{seconds}\t0:00:01\n")
        if made:
            output.write_bytes(b"")
        return log, output

    def status(self, cores=2):
        write_plan(self.results, self.jobs, cores)
        return status_of(self.results)


@pytest.fixture
def study(tmp_path):
    return Study(tmp_path / "small")


def states(status):
    return {job.name: job.state for job in status.jobs}


def test_every_state_is_told_from_files(study):
    study.job("train", "done", made=True)
    record_start(study.job("train", "running")[0])
    record_failure(study.job("train", "failed")[0], "train failed: no images [train/failed.log]")
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    log, _ = study.job("train", "killed")
    record_start(log)
    mark = log.with_suffix(".started")
    mark.write_text(mark.read_text().replace(f" {os.getpid()} ", f" {gone.pid} "))
    study.job("train", "missing")
    status = study.status()
    assert states(status) == {f"train {name}": name for name in ("done", "running", "failed", "killed", "missing")}
    text = told(status)
    assert text.startswith(f"{study.results}: 1 of 5 jobs done, 1 running, 1 killed, 1 failed, 1 missing")
    assert "failed   train failed: no images [train/failed.log]" in text
    assert "missing  train: 1" in text


def test_a_job_on_another_machine_is_not_taken_for_killed(study):
    log, _ = study.job("train", "there")
    record_start(log)
    log.with_suffix(".started").write_text("another_node 999999999 1.0\n")
    assert states(study.status()) == {"train there": "running"}


def test_a_result_that_is_to_be_made_anew_is_missing_until_it_is(study):
    _, output = study.job("train", "old", made=True)
    _, kept = study.job("train", "kept", made=True, planned=False)
    for path in (output, kept):
        os.utime(path, (time.time() - 3600,) * 2)
    assert states(study.status()) == {"train old": "missing", "train kept": "done"}
    os.utime(output)
    assert states(status_of(study.results)) == {"train old": "done", "train kept": "done"}


def test_the_time_left_is_that_of_like_jobs_on_all_cores_and_at_least_the_longest(study):
    study.job("train", "a", seconds=30, made=True)
    study.job("train", "b", seconds=50, made=True)
    for name in "cdef":
        study.job("train", name)
    study.job("evaluate", "x")
    status = study.status(cores=2)
    assert status.left == pytest.approx(4 * 40 / 2)
    assert status.unknown == 1
    assert "time left on 2 cores: about 80 s, without 1 jobs of rules that have not run here yet" in told(status)
    assert study.status(cores=16).left == pytest.approx(40)


def test_a_running_job_has_less_left_and_shows_what_it_says(study):
    study.job("train", "a", seconds=40, made=True)
    log, _ = study.job("train", "b")
    record_start(log)
    os.utime(log.with_suffix(".started"), (time.time() - 30,) * 2)
    log.write_text("2026-01-01 10:00:00,000 INFO epoch 3\n2026-01-01 10:00:01,000 DEBUG {'a': 1}\n")
    state = study.results / "checkpoints" / "train" / "b"
    state.mkdir(parents=True)
    (state / "made_from").write_text("x")
    assert not study.status().jobs[1].kept
    (state / "repetition_0.npz").write_bytes(b"")
    status = study.status()
    assert status.left == pytest.approx(10, abs=1)
    assert "running  train b (since 30 s, state saved): epoch 3" in told(status)


def test_a_study_that_was_never_run_and_a_damaged_plan_are_one_sentence(tmp_path, study):
    for text in (None, "{", "[]", "{}"):
        if text is not None:
            (tmp_path / "plan.json").write_text(text)
        with pytest.raises(ConfigError, match="no run of this study has begun: .* holds no whole plan.json"):
            status_of(tmp_path)
    with pytest.raises(SystemExit, match="no run of this study"):
        main([str(tmp_path)])


def test_long_lists_are_cut_and_json_has_all(study, capsys):
    for number in range(15):
        record_failure(study.job("train", f"{number:02}")[0], "broken")
    assert "failed   ... and 3 more" in told(study.status())
    main(["--json", str(study.results)])
    assert len(json.loads(capsys.readouterr().out)["jobs"]) == 15

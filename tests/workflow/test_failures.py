"""What goes wrong is told in a sentence, leaves no half file behind, stops what depends on it and nothing else."""

import os
import subprocess
import sys
import time
from pathlib import Path
from textwrap import indent

import pytest
from workplace import SMOKE, jobs_in, kill, wait_for

from lsalsa.storage import read_arrays, read_metadata, write_arrays

BROKEN = '''"""An encoder that fails at work."""

from lsalsa.encoders.lista import LISTA


class Broken(LISTA):
    """Starts well."""

    def forward(self, signals, tape, out):
        raise ValueError("no idea how to go on")
'''


DEATHS = {"lista": "os.kill(os.getpid(), 9)", "lsalsa": "os._exit(3)", "slstm": "ctypes.string_at(0)"}


# --- a bad configuration is refused before anything runs -------------------------------------------------------

REFUSED = {
    "unknown key": (
        "tasks:\n  digits:\n    penalti: 1\n",
        "tasks.digits.penalti is not a setting of a task; did you mean penalties?",
    ),
    "wrong type": ("seed: one\n", "seed must be a whole number, found 'one'"),
    "out of range": ("repetitions: 0\n", "repetitions must be at least 1, found 0"),
    "unknown method": (
        "tables:\n  rmse_digits:\n    methods: [salso]\n",
        "names salso, which is not a method of digits; did you mean salsa?",
    ),
    "unknown task": (
        "tables:\n  rmse_digits:\n    task: digit\n",
        "names digit, which is not a task; did you mean digits?",
    ),
    "unknown depth": (
        "tables:\n  rmse_digits:\n    depths: [7]\n",
        "depths names 7, at which none of its methods is run",
    ),
    "nested aliases": (
        "x0: &x0 [1, 2, 3, 4, 5, 6, 7, 8]\n"
        + "".join(f"x{i}: &x{i} [{', '.join([f'*x{i - 1}'] * 8)}]\n" for i in range(1, 30)),
        " has too many values: more than 100,000 with aliases written out",
    ),
    "folder that git keeps": (
        "study: reference\n",
        "study must be another name than reference: results/reference holds the reference results, which git keeps",
    ),
    "unknown notebook": (
        "notebooks:\n  03_nothing:\n    title: x\n",
        "names 03_nothing, which is not a file of papers/<paper>/notebooks",
    ),
}


@pytest.mark.parametrize("fault", REFUSED)
def test_bad_configuration_is_refused_before_any_job(fresh, fault):
    text, message = REFUSED[fault]
    (fresh.path / "mine.yaml").write_text(text)
    output = fresh.run(presets=[SMOKE, "mine.yaml"], fails=True)
    assert "\nmine.yaml: " in output
    assert message in output
    assert "Traceback" not in output
    assert not (fresh.path / "results").exists()


def test_command_line_changes_the_study_of_config_yaml_as_a_file_would(fresh, tmp_path):
    changes = ("--config", "seed=2", "study=paper2", "reduced=null", "lsalsa={theory: {runs: 7}}")
    planned = fresh.run("theory", "--dry-run", "--directory", tmp_path, *changes, presets=())
    assert "config.yaml, changed by --config; its results are in results/paper2." in planned
    assert "check_theory" in planned
    wrong = fresh.run("--dry-run", "--config", "seed=two", fails=True)
    assert "\n--config: seed must be a whole number, found 'two'" in wrong


def test_second_list_of_files_is_refused_because_the_first_would_be_lost(fresh):
    (fresh.path / "mine.yaml").write_text("seed: 5\n")
    told = fresh.run("--dry-run", "--configfile", SMOKE, presets=["mine.yaml"], fails=True)
    assert "--configfile is given 2 times, and Snakemake reads only the last" in told


def test_misspelt_target_is_refused(fresh):
    assert "table_digit" in fresh.run("table_digit", fails=True)


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder that takes no files, even from root")
def test_results_that_cannot_be_written_are_told_before_the_first_job(fresh):
    (fresh.path / "results").symlink_to("/proc")
    output = fresh.run("images_digits", fails=True)
    assert "results/smoke cannot be written, results takes no files: " in output
    assert "Traceback" not in output
    assert not jobs_in(output)


def test_jobs_do_not_wait_for_a_limit_of_jobs_a_second(fresh):
    fresh.run("patches_digits_10", "--max-jobs-per-timespan", "1/1h")  # two jobs; the second would wait an hour
    assert fresh.result("patches/digits_10.npz").exists()


def test_dry_run_of_a_study_that_the_disk_cannot_hold_says_so(fresh):
    preset = fresh.variant(lambda study: study["tasks"]["digits"].update(n_train=10**12))
    output = fresh.run("images_digits", "--dry-run", presets=[preset])
    assert "the disk of results/smoke is too small for the study: about " in output
    assert "too small" not in fresh.run("images_digits", "--dry-run")


# --- a job that fails ------------------------------------------------------------------------------------------


def test_job_that_fails_after_writing_leaves_no_file_and_starts_no_dependents(done):
    script = done.path / "scripts" / "evaluate.py"
    broken = script.read_text() + '\n    if j.wildcards["method"] == "fista":\n        raise RuntimeError("too late")\n'
    for method, death in DEATHS.items():
        broken += f'    if j.wildcards["method"] == "{method}":\n        import ctypes, os\n\n        {death}\n'
    script.write_text(broken)
    output = done.run("rmse_digits", fails=True)
    assert "evaluate digits fista: RuntimeError: too late (traceback in the log)\n" in output
    assert not done.result("evaluation/digits/fista.parquet").exists()
    assert not done.result("evaluation/digits/fista_samples.npz").exists()
    assert done.result("evaluation/digits/salsa.parquet").exists()
    assert "make_table rmse_digits" not in jobs_in(output)
    assert "Traceback" in done.result("logs/evaluate/digits/fista.log").read_text()
    failed = done.result("logs/failures.txt").read_text()
    assert failed.startswith("evaluate digits fista: RuntimeError: too late")
    assert failed in output
    assert "\nevaluate digits lista: killed by signal 9 (SIGKILL), for example by the system because memory" in failed
    assert "\nevaluate digits lsalsa: ended with exit status 3 [" in failed
    assert "\nevaluate digits slstm: killed by signal 11 (SIGSEGV), a fault in compiled code" in failed
    assert "ERROR killed by signal 9 (SIGKILL)" in done.result("logs/evaluate/digits/lista.log").read_text()
    assert "ERROR ended with exit status 3" in done.result("logs/evaluate/digits/lsalsa.log").read_text()
    assert "Fatal Python error: Segmentation fault" in done.result("logs/evaluate/digits/slstm.log").read_text()
    assert not list(done.result("logs").rglob("*.started"))


def test_job_that_always_fails_is_tried_once_more_than_the_retries_and_listed_once(fresh):
    script = fresh.path / "scripts" / "fetch_images.py"
    count = "with open('attempts', 'a') as file:\n    file.write('one\\n')\nraise RuntimeError('a bad day')\n"
    script.write_text(f"from lsalsa.study.jobs.job import job\n\nwith job(snakemake):\n{indent(count, '    ')}")
    output = fresh.run("images_digits", "--retries", "2", fails=True)
    assert (fresh.path / "attempts").read_text().split() == ["one"] * 3
    (listed,) = fresh.result("logs/failures.txt").read_text().splitlines()
    assert listed.startswith("fetch_images digits: RuntimeError: a bad day")
    assert listed in output


def test_input_from_the_future_stops_the_run_before_its_first_job_with_the_remedy(done):
    ahead = time.time() + 86400
    os.utime(done.result("codes/digits/test.npz"), (ahead, ahead))
    done.result("evaluation/digits/fista.parquet").unlink()
    told = done.run("evaluation_digits", fails=True)
    assert "results/smoke/codes/digits/test.npz is dated ahead of this machine's clock" in told
    assert "run: touch results/smoke/codes/digits/test.npz" in told
    assert not jobs_in(told)


@pytest.mark.parametrize(
    ("name", "target"),
    [("codes/digits/test.npz", "codes_digits"), ("evaluation/digits/fista.parquet", "evaluation_digits")],
)
def test_partial_file_that_was_kept_is_refused_by_its_reader(done, name, target):
    path = done.result(name)
    path.write_bytes(path.read_bytes()[:-100])
    output = done.run("rmse_digits", fails=True)
    sentence = next(line for line in output.splitlines() if f": results/smoke/{name} is not a whole" in line)
    assert sentence.endswith(f"; delete it and run again: snakemake --cores 2 {target} --configfile {SMOKE}")
    assert "Traceback" not in output
    path.unlink()
    done.run(target)
    assert path.exists()


def test_result_that_was_changed_after_it_was_made_is_refused_with_the_remedy(done):
    path = done.result("codes/digits/test.npz")
    arrays = read_arrays(path)
    write_arrays(path, {**arrays, "objective": arrays["objective"] + 1}, read_metadata(path))
    output = done.run("rmse_digits", fails=True)
    assert "results/smoke/codes/digits/test.npz was changed after it was made (SHA-256 " in output
    assert f"; delete it and run again: snakemake --cores 2 codes_digits --configfile {SMOKE}\n" in output
    assert "Traceback" not in output


def test_status_tells_from_files_what_is_done_and_needs_neither_cores_nor_the_lock(done):
    (done.path / ".snakemake" / "locks").mkdir(exist_ok=True)
    (done.path / ".snakemake" / "locks" / "0.input.lock").write_text("results/smoke/images/digits.npz\n")
    command = [sys.executable, "-m", "snakemake", "status", "--configfile", SMOKE]
    told = subprocess.run(command, cwd=done.path, capture_output=True, text=True, check=True).stdout
    made = len(list(done.result("benchmarks").rglob("*.tsv")))
    assert f"results/smoke: {made} of {made} jobs done (last run begun " in told


def test_one_broken_encoder_does_not_stop_the_others(done):
    (done.path / "src" / "lsalsa" / "encoders" / "broken.py").write_text(BROKEN)

    def add(study):
        study["methods"]["broken"] = {"depths": [1], "search": {"learning_rate": [0.1]}}
        study["methods"]["lsalsa_adam"] = {"algorithm": "lsalsa", "depths": [1], "search": {"learning_rate": [0.001]}}
        study["methods"]["lsalsa_adam"] |= {"optimizer": "adam", "epochs": 1}
        for name in ("fista", "broken"):
            study["tables"][f"rmse_{name}"] = study["tables"]["rmse_digits"] | {"methods": [name], "depths": [1]}
        study["tables"]["rmse_adam"] = study["tables"]["rmse_fista"] | {"methods": ["lsalsa_adam"]}
        study["tables"] = {name: study["tables"][name] for name in ("rmse_fista", "rmse_broken", "rmse_adam")}
        study["figures"], study["notebooks"] = {}, {}

    output = done.run(presets=[done.variant(add)], fails=True)
    assert done.result("tables/rmse_fista.csv").exists()
    assert done.result("tables/rmse_adam.csv").exists()
    assert not done.result("tables/rmse_broken.csv").exists()
    told = "search_encoder digits broken 1: ValueError: no idea how to go on"
    assert done.result("logs/failures.txt").read_text().startswith(told)
    assert told in output[output.index("Failed, see") :]
    ran = {job for job in jobs_in(output) if job.startswith(("search_encoder", "train_encoder"))}
    assert ran == {
        "search_encoder digits broken 1",
        "search_encoder digits lsalsa_adam 1",
        "train_encoder digits lsalsa_adam 1",
    }


# --- a run that is killed --------------------------------------------------------------------------------------


def test_killed_run_is_unlocked_and_taken_up_again_with_the_same_table(finished, fresh):
    preset = [fresh.variant(lambda study: study["tables"]["rmse_digits"].update(methods=["lista"]))]
    process = fresh.start("rmse_digits", presets=preset)
    wait_for(fresh.result("logs/train_encoder/digits"), process)
    kill(process)
    assert "could not be locked" in (told := fresh.run("rmse_digits", fails=True)) or "cannot be locked" in told
    fresh.run("--unlock")
    output = fresh.run("rmse_digits", presets=preset)
    assert "fetch_images digits" not in jobs_in(output)
    unbroken = finished.result("tables/rmse_digits.csv").read_text().splitlines()
    table = fresh.result("tables/rmse_digits.csv").read_text().splitlines()
    assert table == [line for line in unbroken if "lista" in line or line.startswith("depth,")]
    assert "Nothing to be done" in fresh.run("rmse_digits", presets=preset)


def test_second_run_beside_one_under_way_is_refused_and_does_not_disturb_it(fresh):
    script, waiting = fresh.path / "scripts" / "fetch_images.py", fresh.path / "go_on"
    wait = "import os\nimport time\n\nwhile not os.path.exists('go_on'):\n    time.sleep(0.1)\n"
    script.write_text(f"{script.read_text()}\n{indent(wait, '    ')}")
    process = fresh.start("images_digits")
    wait_for(fresh.result("logs/fetch_images/digits.started"), process)
    try:
        told = fresh.run("images_digits", fails=True)
    finally:
        waiting.touch()
    assert "Directory cannot be locked. Please make sure that no other Snakemake process" in told
    assert "Traceback" not in told
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 0, output
    read_arrays(fresh.result("images/digits.npz"))


def test_run_ended_by_a_signal_leaves_whole_files_only(fresh):
    process = fresh.start("encoders_digits")
    wait_for(fresh.result("logs/search_encoder"), process)
    process.terminate()
    process.communicate(timeout=60)
    assert process.returncode != 0
    for path in fresh.result(".").rglob("*.npz"):
        read_arrays(path)
    assert [p for p in fresh.result(".").rglob(".*") if p.is_file()] == []
    assert "Nothing to be done" not in fresh.run("encoders_digits", "--dry-run")
